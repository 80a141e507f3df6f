package blocks

import (
	"github.com/slack-go/slack"
)

// WindowCallback is the callback id of windows.
const WindowCallback = "window"

// Window is an answer in a modal, for questions that came from no conversation: a shortcut, the Home tab. What
// is clicked in it is answered in its place.
func Window(m Message) *slack.ModalViewRequest {
	view := Notice("Rollcall", m.Text)
	view.CallbackID = WindowCallback
	if len(m.Blocks) > 0 {
		view.Blocks.BlockSet = nil
	}
	for _, b := range m.Blocks {
		if table, ok := b.(*slack.TableBlock); ok { // Slack has tables in messages only
			view.Blocks.BlockSet = append(view.Blocks.BlockSet, untabled(table)...)
			continue
		}
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, b)
	}
	return view
}

// untabled writes a table's rows as lines: what each column says of the row's head.
func untabled(table *slack.TableBlock) []slack.Block {
	const most = 30
	text := func(c slack.TableCell) string {
		if raw, ok := c.(*slack.TableRawTextCell); ok {
			return raw.Text
		}
		return ""
	}
	var lines []slack.RichTextElement
	for i, row := range table.Rows {
		if i == 0 || len(row) == 0 {
			continue
		}
		words := []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(text(row[0]), &slack.RichTextSectionTextStyle{Bold: true})}
		for j, c := range row[1:] {
			words = append(words, slack.NewRichTextSectionTextElement(" · "+short(text(table.Rows[0][j+1]), most)+": "+text(c), nil))
		}
		lines = append(lines, slack.NewRichTextSection(append(words, slack.NewRichTextSectionTextElement("\n", nil))...))
	}
	if len(lines) == 0 {
		return nil
	}
	return []slack.Block{slack.NewRichTextBlock("", lines...)}
}
