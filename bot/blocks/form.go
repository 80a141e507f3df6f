package blocks

import (
	"strconv"
	"unicode/utf8"

	"rollcall/core"

	"github.com/slack-go/slack"
)

// Form is a modal: what is asked, what is already known, what was wrong with the last attempt, and what sending
// it will do.
type Form struct {
	Title   string // 24 characters
	Submit  string // 24 characters
	Intro   []string
	Problem string        // shown above the fields
	At      []core.Moment // the times that Problem names
	Shown   []Excerpt     // texts to read beside the fields
	Fields  []Field
	Outcome []string // what sending it does, below the fields
	Meta    string   // comes back with the submission, 3,000 characters
}

// Excerpt is a text that a form shows and does not ask for.
type Excerpt struct {
	Label, Text string
	Max         int // characters shown; 0 is 1,500
}

// Field is one input of a form. Its name is the id under which the value comes back and errors are shown.
type Field struct {
	Name, Label, Hint, Placeholder string
	Value                          string // several with commas between them where Many
	Optional                       bool
	Live                           bool // a change redraws the form; in a text, Enter does
	Turn                           int  // a field that is to forget what stands in it gets another turn
	Kind                           FieldKind
	Max                            int      // characters of a text; 0 is Slack's 3,000
	Options                        []Option // of a select
	Many                           bool     // several options can be chosen
	Search                         bool     // too many to list: Slack asks for those that fit what is typed
}

// FieldKind is how a field is entered.
type FieldKind int

// The kinds of fields.
const (
	TextField  FieldKind = iota // one line
	LinesField                  // several lines
	DateField
	PersonField  // somebody in Slack
	ChannelField // a channel in Slack
	TickField    // a box to tick; its value is "yes"
	FileField    // a text file
	SelectField  // one of Options, or several
)

// Option is one entry of a select in a form. Other is a second name it is known by, Group the heading it stands
// under.
type Option struct{ Value, Label, Other, Group string }

// inputAction is the action id of every input.
const inputAction = "value"

// FormCallback is the callback id of every form.
const FormCallback = "form"

// Limits of forms.
const (
	maxInput   = 3000 // what Slack takes in one text input
	maxExcerpt = 1500
)

// BlockID is the field's id in Slack.
func (f Field) BlockID() string {
	if f.Turn == 0 {
		return f.Name
	}
	return f.Name + turnMark + strconv.Itoa(f.Turn)
}

const turnMark = "~"

// View is the form as a modal.
func (f Form) View() *slack.ModalViewRequest {
	var blocks []slack.Block
	if f.Problem != "" {
		blocks = append(blocks, slack.NewSectionBlock(mrkdwn("⚠️ "+readersTime(Escape(f.Problem), f.At)), nil, nil))
	}
	blocks = append(blocks, Intro(f.Intro)...)
	for _, x := range f.Shown {
		blocks = append(blocks, x.blocks()...)
	}
	for _, field := range f.Fields {
		blocks = append(blocks, field.input())
	}
	blocks = append(blocks, Intro(f.Outcome)...)
	view := &slack.ModalViewRequest{
		Type: slack.VTModal, Title: plainText(f.Title, 24), Close: plainText("Cancel", 24),
		Blocks: slack.Blocks{BlockSet: blocks[:min(len(blocks), maxViewBlocks)]}, CallbackID: FormCallback, PrivateMetadata: f.Meta,
	}
	if f.Submit != "" {
		view.Submit = plainText(f.Submit, 24)
	}
	return view
}

func (x Excerpt) blocks() []slack.Block {
	most := x.Max
	if most == 0 {
		most = maxExcerpt
	}
	var s sheet
	s.line("*" + Escape(x.Label) + "*")
	excerpt(&s, x.Text, most)
	return s.blocks
}

func (f Field) input() *slack.InputBlock {
	var hint *slack.TextBlockObject
	if f.Hint != "" {
		hint = plainText(f.Hint, 2000)
	}
	block := slack.NewInputBlock(f.BlockID(), plainText(f.Label, 2000), hint, f.element())
	block.Optional = f.Optional
	block.DispatchAction = f.Live && f.Kind != FileField
	return block
}

func (f Field) element() slack.BlockElement {
	switch f.Kind {
	case DateField:
		picker := slack.NewDatePickerBlockElement(inputAction)
		picker.InitialDate = f.Value
		return picker
	case PersonField:
		users := slack.NewOptionsSelectBlockElement(slack.OptTypeUser, plainText("Choose", maxPlaceholder), inputAction)
		users.InitialUser = f.Value
		return users
	case ChannelField:
		channels := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plainText("Choose a channel", maxPlaceholder), inputAction)
		channels.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private"}}
		channels.InitialConversation = f.Value
		return channels
	case TickField:
		return f.tick()
	case FileField:
		return slack.NewFileInputBlockElement(inputAction).WithMaxFiles(1)
	case SelectField:
		if f.Many {
			return f.selections()
		}
		return f.selection()
	}
	return f.text()
}

func (f Field) text() *slack.PlainTextInputBlockElement {
	var placeholder *slack.TextBlockObject
	if f.Placeholder != "" {
		placeholder = plainText(f.Placeholder, maxPlaceholder)
	}
	input := slack.NewPlainTextInputBlockElement(placeholder, inputAction)
	input.Multiline = f.Kind == LinesField
	input.MaxLength = f.Max
	if f.Max == 0 {
		input.MaxLength = maxInput
	}
	input.InitialValue = short(f.Value, input.MaxLength)
	if f.Live {
		input.DispatchActionConfig = &slack.DispatchActionConfig{TriggerActionsOn: []string{"on_enter_pressed"}}
	}
	return input
}

// tick is a box with the field's hint beside it, which says what ticking does.
func (f Field) tick() *slack.CheckboxGroupsBlockElement {
	option := slack.NewOptionBlockObject("yes", plainText(f.Placeholder, maxOptionText), nil)
	box := slack.NewCheckboxGroupsBlockElement(inputAction, option)
	if f.Value == "yes" {
		box.InitialOptions = []*slack.OptionBlockObject{option}
	}
	return box
}

func (f Field) selection() *slack.SelectBlockElement {
	kind, prompt := slack.OptTypeStatic, "Choose"
	if f.Search {
		kind, prompt = slack.OptTypeExternal, "Type to search"
	}
	el := slack.NewOptionsSelectBlockElement(kind, plainText(prompt, maxPlaceholder), inputAction)
	if f.Search {
		el.MinQueryLength = new(int)
	} else {
		el.Options, el.OptionGroups = offered(f.Options)
	}
	for _, o := range f.Options {
		if o.Value == f.Value {
			el.InitialOption = o.object()
		}
	}
	return el
}

func (f Field) selections() *slack.MultiSelectBlockElement {
	kind, prompt := slack.MultiOptTypeStatic, "Choose"
	if f.Search {
		kind, prompt = slack.MultiOptTypeExternal, "Type to search"
	}
	el := slack.NewOptionsMultiSelectBlockElement(kind, plainText(prompt, maxPlaceholder), inputAction)
	if f.Search {
		el.MinQueryLength = new(int)
	} else {
		el.Options, el.OptionGroups = offered(f.Options)
	}
	chosen := map[string]bool{}
	for _, v := range List(f.Value) {
		chosen[v] = true
	}
	for _, o := range f.Options {
		if chosen[o.Value] {
			el.InitialOptions = append(el.InitialOptions, o.object())
		}
	}
	return el
}

// offered is options as Slack takes them: under headings when they have some.
func offered(options []Option) (flat []*slack.OptionBlockObject, groups []*slack.OptionGroupBlockObject) {
	options = options[:min(len(options), maxOptions)]
	for i, o := range options {
		if o.Group == "" {
			flat = append(flat, o.object())
			continue
		}
		if i == 0 || options[i-1].Group != o.Group {
			groups = append(groups, slack.NewOptionGroupBlockElement(plainText(o.Group, maxOptionText)))
		}
		last := groups[len(groups)-1]
		last.Options = append(last.Options, o.object())
	}
	if len(groups) > 0 && len(flat) > 0 { // Slack takes one or the other
		groups = append([]*slack.OptionGroupBlockObject{slack.NewOptionGroupBlockElement(plainText("·", maxOptionText), flat...)}, groups...)
		flat = nil
	}
	return flat, groups
}

// sizeOf is how many characters a list of options adds to a message.
func sizeOf(options []Option) (size int) {
	group := ""
	for _, o := range options {
		size += min(utf8.RuneCountInString(o.Label), maxOptionText)
		if o.Group != group {
			group = o.Group
			size += min(utf8.RuneCountInString(group), maxOptionText)
		}
	}
	return size
}

func (o Option) object() *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(o.Value, plainText(o.Label, maxOptionText), nil)
}

// Choices answers Slack's question for options, with as many as Slack takes.
func Choices(options []Option) any {
	flat, groups := offered(options)
	if len(groups) > 0 {
		return slack.OptionGroupsResponse{OptionGroups: groups}
	}
	if flat == nil {
		flat = []*slack.OptionBlockObject{}
	}
	// slack-go leaves an empty list out, and Slack takes an answer without one for a failure.
	return struct {
		Options []*slack.OptionBlockObject `json:"options"`
	}{flat}
}

// Foretold is a refusal that sending a form would meet, as one of its outcomes.
func Foretold(e *core.Error) string {
	return "⚠️ " + readersTime(Escape(Stop(e.Msg)), e.At)
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
