package blocks

import "github.com/slack-go/slack"

// MoreAction is the action id of the menu behind a row of buttons.
const MoreAction = "more"

// Slack takes five entries in such a menu, and five buttons are what a row can show without wrapping.
const (
	maxMenu    = 5
	maxVisible = 5
)

// menu adds a row of buttons and, behind "⋯", more of them: what is done seldom. What fits neither is left out, so
// callers put first what matters.
func (s *sheet) menu(more []Button, buttons ...Button) bool {
	more, buttons = s.offered(more), s.offered(buttons)
	if len(more) == 1 {
		buttons, more = append(buttons, more[0]), nil
	}
	if len(buttons) == 0 && len(more) <= maxVisible { // for one who only reads: three dots alone say nothing
		buttons, more = more, nil
	}
	room := maxVisible
	if len(more) > 0 {
		room--
	}
	row := elements(buttons[:min(len(buttons), room)])
	if len(more) > 0 {
		var options []*slack.OptionBlockObject
		for _, b := range more[:min(len(more), maxMenu)] {
			o := slack.NewOptionBlockObject(b.Line, plainText(b.Label, maxOptionText), nil)
			if b.URL != "" {
				o.Value, o.URL = OpenAction, b.URL
			}
			options = append(options, o)
		}
		row = append(row, slack.NewOverflowBlockElement(MoreAction, options...))
	}
	if len(row) == 0 {
		return true
	}
	return s.add(0, "", slack.NewActionBlock("", row...))
}
