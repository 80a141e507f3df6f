package blocks

import (
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"
)

// Message is an answer: blocks, and the text that stands for them in notifications, for screen readers and
// wherever blocks cannot be shown. Text is mrkdwn, escaped like the blocks.
type Message struct {
	Text   string
	Blocks []slack.Block

	size int    // characters in Blocks, where a sheet has laid them out
	lead string // what came of an operation, with its warnings
}

// Env is what a layout needs to know of the program around it.
type Env struct {
	BaseURL string // of the status page, without a slash at its end; empty when there is none
	Command string // the slash command as this person types it: "/rollcall"

	// May says whether the reader may run the command behind a button, by its action; nil where nobody knows who reads.
	// What somebody may not do is not offered to them.
	May func(action string) bool
}

func (e Env) sheet() sheet { return sheet{may: e.May} }

func (e Env) typed(line string) string { return code(e.Command + " " + line) }

// sheet collects a message block by block. Whatever is added once it is full is left out.
type sheet struct {
	blocks  []slack.Block
	lines   []string
	size    int
	reserve int // blocks kept free for what must stand at the end
	most    int // blocks, where that is not a message's number; then what they hold is not limited besides
	may     func(action string) bool
	lead    string // what came of an operation, with its warnings
}

// offers says whether a command is offered to the reader.
func (s *sheet) offers(action string) bool {
	return s.may == nil || action == OpenAction || s.may(action)
}

// offered is the buttons that stand for something the reader may do.
func (s *sheet) offered(buttons []Button) []Button {
	var out []Button
	for _, b := range buttons {
		if b.Label != "" && Fits(b.Line) && s.offers(b.Action) {
			out = append(out, b)
		}
	}
	return out
}

func (s *sheet) add(size int, text string, blocks ...slack.Block) bool {
	most, room := s.most, s.most > 0 || s.size+size <= maxMessage
	if most == 0 {
		most = maxBlocks
	}
	if len(s.blocks)+len(blocks) > most-s.reserve || !room {
		return false
	}
	s.blocks = append(s.blocks, blocks...)
	s.size += size
	if text != "" {
		s.lines = append(s.lines, text)
	}
	return true
}

func (s *sheet) header(text string) bool {
	return s.add(len(text), bold(text), slack.NewHeaderBlock(plainText(oneLine(text), maxHeader)))
}

// line adds a paragraph of mrkdwn.
func (s *sheet) line(text string) bool {
	text = shortMrkdwn(text, maxSection)
	return s.add(utf8.RuneCountInString(text), text, slack.NewSectionBlock(mrkdwn(text), nil, nil))
}

// invite says that something is not there yet and, to those who may, how it is added.
func (s *sheet) invite(text, action, how string) bool {
	if s.offers(action) {
		return s.line(text + " " + how)
	}
	return s.line(text)
}

// row adds a paragraph with one button beside it.
func (s *sheet) row(text string, b Button) bool {
	if len(s.offered([]Button{b})) == 0 {
		return s.line(text)
	}
	text = shortMrkdwn(text, maxSection)
	return s.add(utf8.RuneCountInString(text), text, slack.NewSectionBlock(mrkdwn(text), nil, slack.NewAccessory(b.element(b.Action))))
}

// small adds a line in small print.
func (s *sheet) small(text string) bool {
	text = shortMrkdwn(text, maxSection)
	return s.add(utf8.RuneCountInString(text), text, slack.NewContextBlock("", mrkdwn(text)))
}

// words adds text that a person wrote, exactly as it was written.
func (s *sheet) words(label, text string) bool {
	if text = short(text, maxSection); text == "" {
		text = "–"
	}
	section := slack.NewRichTextSection(slack.NewRichTextSectionTextElement(label+" ", &slack.RichTextSectionTextStyle{Bold: true}),
		slack.NewRichTextSectionTextElement(text, nil))
	return s.add(utf8.RuneCountInString(text), label+" "+Escape(text), slack.NewRichTextBlock("", section))
}

// code adds a script or statement in fixed width.
func (s *sheet) code(text string) bool {
	block := slack.NewRichTextBlock("", &slack.RichTextPreformatted{Type: slack.RTEPreformatted,
		Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(text, nil)}})
	return s.add(utf8.RuneCountInString(text), Escape(text), block)
}

func (s *sheet) divider() { s.add(0, "", slack.NewDividerBlock()) }

// actions adds a row of buttons; empty ones are passed over.
func (s *sheet) actions(buttons ...Button) bool {
	elements := elements(s.offered(buttons))
	if len(elements) == 0 {
		return true
	}
	return s.add(0, "", slack.NewActionBlock("", elements...))
}

// append puts another message below, as far as there is room.
func (s *sheet) append(m Message) {
	text := m.Text
	for _, b := range m.Blocks {
		s.add(0, text, b)
		text = ""
	}
	s.size += m.size
}

func (s *sheet) message() Message {
	return Message{Text: shortMrkdwn(strings.Join(s.lines, "\n"), maxFallback), Blocks: s.blocks, size: s.size, lead: s.lead}
}

// Say is a message of one paragraph of mrkdwn.
func Say(text string, buttons ...Button) Message {
	var s sheet
	s.line(text)
	s.actions(buttons...)
	return s.message()
}
