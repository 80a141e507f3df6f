package blocks

import (
	"github.com/slack-go/slack"
)

// Form is a modal: what is asked, what is already known, and what was wrong with the last attempt.
type Form struct {
	Title   string // 24 characters
	Submit  string // 24 characters
	Intro   []string
	Problem string // shown above the fields
	Fields  []Field
	Meta    string // comes back with the submission, 3,000 characters
}

// Field is one input of a form. Its name is the id under which the value comes back and errors are shown.
type Field struct {
	Name, Label, Hint, Placeholder string
	Value                          string
	Optional                       bool
	Lines                          bool // a text of several lines
	Date                           bool
	Person                         bool     // somebody in Slack
	Max                            int      // characters; 0 is Slack's 3,000
	Options                        []Option // a select, unless empty
	Search                         bool     // too many to list: Slack asks for those that fit what is typed
}

// Option is one entry of a select in a form. Other is a second name it is known by.
type Option struct{ Value, Label, Other string }

// InputAction is the action id of every input.
const InputAction = "value"

// FormCallback is the callback id of every form.
const FormCallback = "form"

// maxInput is what Slack takes in one text input.
const maxInput = 3000

// View is the form as a modal.
func (f Form) View() *slack.ModalViewRequest {
	var blocks []slack.Block
	if f.Problem != "" {
		blocks = append(blocks, slack.NewSectionBlock(mrkdwn("⚠️ "+Escape(f.Problem)), nil, nil))
	}
	blocks = append(blocks, Intro(f.Intro)...)
	for _, field := range f.Fields {
		blocks = append(blocks, field.input())
	}
	return &slack.ModalViewRequest{
		Type: slack.VTModal, Title: plainText(f.Title, 24), Submit: plainText(f.Submit, 24), Close: plainText("Cancel", 24),
		Blocks: slack.Blocks{BlockSet: blocks}, CallbackID: FormCallback, PrivateMetadata: f.Meta,
	}
}

func (f Field) input() *slack.InputBlock {
	var hint *slack.TextBlockObject
	if f.Hint != "" {
		hint = plainText(f.Hint, 2000)
	}
	block := slack.NewInputBlock(f.Name, plainText(f.Label, 2000), hint, f.element())
	block.Optional = f.Optional
	return block
}

func (f Field) element() slack.BlockElement {
	switch {
	case f.Search:
		return f.search()
	case len(f.Options) > 0:
		return f.selection()
	case f.Date:
		picker := slack.NewDatePickerBlockElement(InputAction)
		picker.InitialDate = f.Value
		return picker
	case f.Person:
		users := slack.NewOptionsSelectBlockElement(slack.OptTypeUser, plainText("Choose", maxPlaceholder), InputAction)
		users.InitialUser = f.Value
		return users
	}
	var placeholder *slack.TextBlockObject
	if f.Placeholder != "" {
		placeholder = plainText(f.Placeholder, maxPlaceholder)
	}
	input := slack.NewPlainTextInputBlockElement(placeholder, InputAction)
	input.Multiline = f.Lines
	input.MaxLength = f.Max
	if f.Max == 0 {
		input.MaxLength = maxInput
	}
	input.InitialValue = short(f.Value, input.MaxLength)
	return input
}

func (f Field) selection() *slack.SelectBlockElement {
	var options []*slack.OptionBlockObject
	var initial *slack.OptionBlockObject
	for _, o := range f.Options[:min(len(f.Options), maxOptions)] {
		option := o.object()
		options = append(options, option)
		if o.Value == f.Value {
			initial = option
		}
	}
	el := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText("Choose", maxPlaceholder), InputAction, options...)
	el.InitialOption = initial
	return el
}

// search is a select whose options Slack asks for while somebody types.
func (f Field) search() *slack.SelectBlockElement {
	el := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plainText("Type to search", maxPlaceholder), InputAction)
	least := 0
	el.MinQueryLength = &least
	for _, o := range f.Options {
		if o.Value == f.Value {
			el.InitialOption = o.object()
		}
	}
	return el
}

func (o Option) object() *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(o.Value, plainText(o.Label, maxOptionText), nil)
}

// Choices answers Slack's question for options, with as many as Slack takes.
func Choices(options []Option) slack.OptionsResponse {
	out := slack.OptionsResponse{Options: []*slack.OptionBlockObject{}}
	for _, o := range options[:min(len(options), maxOptions)] {
		out.Options = append(out.Options, o.object())
	}
	return out
}

// Notice is a modal that only says something, for work that takes longer than a form may wait.
func Notice(title, text string) *slack.ModalViewRequest {
	return &slack.ModalViewRequest{
		Type: slack.VTModal, Title: plainText(title, 24), Close: plainText("Close", 24),
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewSectionBlock(mrkdwn(text), nil, nil)}},
	}
}

// Intro is paragraphs of mrkdwn above the fields of a form.
func Intro(texts []string) []slack.Block {
	var blocks []slack.Block
	for _, text := range texts {
		blocks = append(blocks, slack.NewSectionBlock(mrkdwn(text), nil, nil))
	}
	return blocks
}
