package blocks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"
)

// Button stands for a command line, or for a page when it has a URL. The zero Button is left out.
type Button struct {
	Label   string
	Action  string // the command's name with dots: "step.done"
	Line    string // the whole command line, 150 characters at most
	URL     string
	Primary bool
	Spoken  string // what a screen reader says instead of Label, where Label alone is not enough
}

// OpenAction is the action id of buttons that only open a page; Slack reports a click on them too.
const OpenAction = "open"

// Fits says whether a command line is short enough to be carried by a button.
func Fits(line string) bool { return utf8.RuneCountInString(line) <= maxLine }

// press is a button for a command with arguments that need no quotes: ids, short ids, words.
func press(label, action string, args ...any) Button {
	line := strings.ReplaceAll(action, ".", " ")
	for _, a := range args {
		line += fmt.Sprintf(" %v", a)
	}
	return Button{Label: label, Action: action, Line: line}
}

// Quote puts double quotes around a text of a command line: backslashes are doubled only where they lead up to a quote.
func Quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	backslashes := 0
	for _, r := range text {
		switch r {
		case '\\':
			backslashes++
		case '"':
			b.WriteString(strings.Repeat(`\`, backslashes+1))
			backslashes = 0
		default:
			backslashes = 0
		}
		b.WriteRune(r)
	}
	b.WriteString(strings.Repeat(`\`, backslashes))
	b.WriteByte('"')
	return b.String()
}

func (b Button) primary() Button { b.Primary = true; return b }

func (b Button) says(text string) Button { b.Spoken = text; return b }

// in marks a button whose answer takes the place of the message it stands in.
func (b Button) in(view string) Button {
	if b.Line != "" {
		b.Line += " view=" + view
	}
	return b
}

// open is a button that leads to a page; nothing without a base URL.
func (e Env) open(label, path string) Button {
	if e.BaseURL == "" {
		return Button{}
	}
	return Button{Label: label, Action: OpenAction, URL: e.BaseURL + path}
}

func (b Button) element(id string) *slack.ButtonBlockElement {
	el := slack.NewButtonBlockElement(id, b.Line, plainText(b.Label, maxButton))
	el.URL = b.URL
	if b.Spoken != "" {
		el.AccessibilityLabel = short(oneLine(b.Spoken), maxButton)
	}
	if b.Primary {
		el.Style = slack.StylePrimary
	}
	return el
}

// elements turns buttons that are offered into elements whose ids differ: Slack wants them unique within a block.
func elements(buttons []Button) []slack.BlockElement {
	var out []slack.BlockElement
	seen := map[string]int{}
	for _, b := range buttons {
		id := b.Action
		if seen[b.Action]++; seen[b.Action] > 1 {
			id += ":" + strconv.Itoa(seen[b.Action])
		}
		out = append(out, b.element(id))
	}
	return out
}

// choice is one entry of a select that runs a command when it is picked.
type choice struct{ Label, Line string }

// fitting is the choices whose command a select can carry.
func fitting(choices []choice) []choice {
	return slices.DeleteFunc(choices, func(c choice) bool { return !Fits(c.Line) })
}

// pick is a select of commands, cut to Slack's limit; nil when there is nothing to choose.
func pick(action, placeholder string, choices []choice) slack.BlockElement {
	if len(choices) == 0 {
		return nil
	}
	var options []*slack.OptionBlockObject
	for _, c := range choices[:min(len(choices), maxOptions)] {
		options = append(options, slack.NewOptionBlockObject(c.Line, plainText(c.Label, maxOptionText), nil))
	}
	return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText(placeholder, maxPlaceholder), action, options...)
}
