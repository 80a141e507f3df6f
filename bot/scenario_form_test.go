package bot

import (
	"strings"

	"rollcall/core"

	"github.com/slack-go/slack"
)

// opened takes up a form that was opened, redrawn in its place, or pushed onto a panel. What was typed stays where
// the ids and kinds of fields stay, as in Slack.
func (s *stage) opened(l, old *seen, ans Answer) {
	s.t.Helper()
	l.page, l.form, l.filled = readForm(s.t, ans.Form), ans.Form, prefilled(ans.Form)
	again := l.req.Form != nil || ans.Place == InPlace
	switch {
	case old == nil || old.form == nil:
	case again:
		l.under = old.under
		for id := range l.filled {
			if was, is := input(old.form, id), input(l.form, id); was != nil && was.Element.ElementType() == is.Element.ElementType() {
				l.filled[id] = old.filled[id]
			}
		}
	case l.req.Panel != nil:
		l.under = old
	}
}

// fill finds the field by its label and, in a select, the options by theirs.
func (s *stage) fill(who, label, text, how string) bool {
	l := s.last[who]
	if l == nil || l.form == nil {
		return l != nil && s.pick(l, text)
	}
	for _, b := range l.form.Blocks.BlockSet {
		in, ok := b.(*slack.InputBlock)
		if !ok || in.Label.Text != label {
			continue
		}
		if how == "attach" {
			name, content, _ := strings.Cut(text, " | ")
			field, _, _ := strings.Cut(in.BlockID, "~")
			l.files = map[string]File{field: {Name: name, Text: content}}
			return in.Element.ElementType() == slack.METFileInput
		}
		value, ok := chosenIn(in.Element, l.filled[in.BlockID], text)
		if !ok {
			return false
		}
		l.filled[in.BlockID] = value
		_, typed := in.Element.(*slack.PlainTextInputBlockElement)
		if in.DispatchAction && (!typed || how == "enter") {
			return s.do(who, Request{Via: core.ViaModal, Form: &Submission{Meta: l.form.PrivateMetadata, Values: l.byName(), Redraw: true}})
		}
		return true
	}
	return false
}

// chosenIn is the value that an element has once somebody entered a text or chose the options with these labels.
func chosenIn(element slack.BlockElement, before, text string) (string, bool) {
	switch e := element.(type) {
	case *slack.SelectBlockElement:
		if e.Type == slack.OptTypeUser || e.Type == slack.OptTypeConversations {
			if who, is := strings.CutPrefix(text, "@"); is {
				return people[who].ID, true
			}
			if channel, is := strings.CutPrefix(text, "#"); is {
				return "C0" + strings.ToUpper(channel), true
			}
			return text, true
		}
		return option(e.Options, e.OptionGroups, text)
	case *slack.MultiSelectBlockElement:
		var values []string
		for _, label := range strings.Split(text, " | ") {
			v, ok := option(e.Options, e.OptionGroups, label)
			if !ok {
				return "", false
			}
			values = append(values, v)
		}
		return strings.Join(values, ","), true
	case *slack.CheckboxGroupsBlockElement:
		if before == "" {
			return e.Options[0].Value, true
		}
		return "", true
	}
	return text, true
}

func option(options []*slack.OptionBlockObject, groups []*slack.OptionGroupBlockObject, label string) (string, bool) {
	for _, g := range groups {
		options = append(options, g.Options...)
	}
	for _, o := range options {
		if o.Text.Text == label {
			return o.Value, true
		}
	}
	return "", false
}

// pick chooses in the select of a message that several things can be chosen in.
func (s *stage) pick(l *seen, text string) bool {
	for _, b := range l.answer.Message.Blocks {
		for _, e := range multiSelects(b) {
			if v, ok := chosenIn(e, "", text); ok {
				l.picked = map[string]string{e.ActionID: v}
				return true
			}
		}
	}
	return false
}

func multiSelects(b slack.Block) []*slack.MultiSelectBlockElement {
	var out []*slack.MultiSelectBlockElement
	switch b := b.(type) {
	case *slack.ActionBlock:
		for _, e := range b.Elements.ElementSet {
			if m, ok := e.(*slack.MultiSelectBlockElement); ok {
				out = append(out, m)
			}
		}
	case *slack.SectionBlock:
		if b.Accessory != nil && b.Accessory.MultiSelectElement != nil {
			out = append(out, b.Accessory.MultiSelectElement)
		}
	}
	return out
}

func (s *stage) send(who string) bool {
	l := s.last[who]
	if l == nil || l.form == nil {
		return false
	}
	return s.do(who, Request{Via: core.ViaModal, Form: &Submission{Meta: l.form.PrivateMetadata, Values: l.byName(), Files: l.files}})
}

// byName is what stands in the fields, by their names.
func (l *seen) byName() map[string]string {
	out := map[string]string{}
	for id, v := range l.filled {
		name, _, _ := strings.Cut(id, "~")
		out[name] = v
	}
	return out
}

func input(view *slack.ModalViewRequest, id string) *slack.InputBlock {
	for _, b := range view.Blocks.BlockSet {
		if in, ok := b.(*slack.InputBlock); ok && in.BlockID == id {
			return in
		}
	}
	return nil
}

// prefilled is what a form holds before anybody touches it: the state that Slack sends back.
func prefilled(view *slack.ModalViewRequest) map[string]string {
	out := map[string]string{}
	for _, b := range view.Blocks.BlockSet {
		in, ok := b.(*slack.InputBlock)
		if !ok {
			continue
		}
		switch e := in.Element.(type) {
		case *slack.PlainTextInputBlockElement:
			out[in.BlockID] = e.InitialValue
		case *slack.DatePickerBlockElement:
			out[in.BlockID] = e.InitialDate
		case *slack.SelectBlockElement:
			out[in.BlockID] = e.InitialConversation + e.InitialUser
			if e.InitialOption != nil {
				out[in.BlockID] = e.InitialOption.Value
			}
		case *slack.MultiSelectBlockElement:
			out[in.BlockID] = joined(e.InitialOptions)
		case *slack.CheckboxGroupsBlockElement:
			out[in.BlockID] = joined(e.InitialOptions)
		}
	}
	return out
}

func joined(options []*slack.OptionBlockObject) string {
	var values []string
	for _, o := range options {
		values = append(values, o.Value)
	}
	return strings.Join(values, ",")
}
