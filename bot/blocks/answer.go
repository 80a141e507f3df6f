package blocks

import (
	"fmt"
	"time"
	"unicode/utf8"

	"rollcall/core"

	"github.com/slack-go/slack"
)

// Receipt says what an operation came to, with Undo while that is possible, and below it the view that the
// operation was asked from, drawn anew.
func Receipt(r core.Receipt, warnings []string, view *Message, further ...Button) Message {
	name := ""
	if view != nil {
		name = "steps"
	}
	return ReceiptIn(r, warnings, name, view, further...)
}

// ReceiptIn is Receipt for an operation whose undoing is to be seen in the view of a name, if it has one.
func ReceiptIn(r core.Receipt, warnings []string, name string, view *Message, further ...Button) Message {
	var s sheet
	text := "✅ " + Escape(r.Text) + "."
	if r.Title != "" {
		text = "✅ " + Target(r.Title) + "\n" + Escape(r.Text) + "."
	}
	for _, d := range r.Details {
		text += "\n" + Escape(d)
	}
	s.line(text)
	switch diff := core.Visible(r.Diff); {
	case diff == "":
	case view != nil && view.size+utf8.RuneCountInString(diff) > maxMessage:
		s.small("What it said before is too long to stand here as well.")
	default:
		s.code(diff)
	}
	for _, w := range append(append([]string{}, r.Warnings...), warnings...) {
		warning := "⚠️ " + readersTime(Escape(w), r.At)
		s.line(warning)
		text += "\n" + warning
	}
	s.lead = text
	var undo Button
	if r.UndoUntil > 0 {
		undo = press("Undo", "undo", r.Seq)
		if name != "" {
			undo = undo.in(name)
		}
	}
	s.actions(append([]Button{undo}, further...)...)
	if view != nil {
		s.divider()
		s.append(*view)
	}
	return s.message()
}

// Refused is Refusal for an error of core, with its times by the reader's clock.
func Refused(e *core.Error, hint string, choices []Button, view *Message) Message {
	return refusal(e.Code, readersTime(sentence(e.Msg), e.At), hint, choices, view)
}

// Refusal says why something was not done and what to do instead. Choices, when there are any, finish the
// command that was typed; view is what it was asked from, as it stands now.
func Refusal(code core.Code, msg, hint string, choices []Button, view *Message) Message {
	return refusal(code, sentence(msg), hint, choices, view)
}

func refusal(code core.Code, msg, hint string, choices []Button, view *Message) Message {
	mark := map[core.Code]string{core.Forbidden: "🔒", core.Ambiguous: "🤔", core.NotFound: "🔎", core.Stale: "♻️",
		core.Internal: "💥", core.Unavailable: "⏳"}[code]
	if mark == "" {
		mark = "⚠️"
	}
	var s sheet
	text := mark + " " + Stop(msg)
	if hint != "" {
		text += "\n" + sentence(hint)
	}
	s.line(text)
	s.reserve = 1
	for i, b := range choices {
		if !s.row(Escape(b.Label), Button{Label: "Choose", Action: b.Action, Line: b.Line, Spoken: "Choose " + b.Label}) {
			s.reserve = 0
			s.small(fmt.Sprintf("…and %d more", len(choices)-i))
			break
		}
	}
	s.reserve = 0
	if view != nil {
		s.divider()
		s.append(*view)
	}
	return s.message()
}

// Consequence shows what a change would do, with the button that does it.
func Consequence(v core.ConsequencePreview, confirm Button) Message {
	var s sheet
	s.reserve = 2
	if utf8.RuneCountInString(v.Title) > maxHeader {
		s.line("*" + Escape(v.Title) + "*")
	} else {
		s.header(v.Title)
	}
	for i, l := range v.Lines {
		if !s.line("• " + Escape(l)) {
			s.reserve = 1
			s.small(fmt.Sprintf("…and %d more", len(v.Lines)-i))
			break
		}
	}
	s.reserve = 0
	s.actions(confirm)
	return s.message()
}

// AskedAnew is a question put again because what it asks has changed, and what happened meanwhile.
func AskedAnew(since []core.Activity, question Message) Message {
	var s sheet
	s.line("♻️ What it would do has changed since you were asked. Nothing was changed; this is what it would do now.")
	for i := range since {
		s.small(activityLine(&since[i]))
	}
	s.append(question)
	return s.message()
}

// ConsequenceText is the same in one paragraph, for a form.
func ConsequenceText(v core.ConsequencePreview) string {
	const room = maxSection - 40 // for how many are left
	text := bold(v.Title)
	for i, l := range v.Lines {
		line := "\n• " + Escape(l)
		if utf8.RuneCountInString(text)+utf8.RuneCountInString(line) > room {
			return text + fmt.Sprintf("\n…and %d more", len(v.Lines)-i)
		}
		text += line
	}
	return text
}

// Help shows a topic: what it is about, commands with their examples, and buttons that run some of them.
func Help(topic, intro string, entries []HelpEntry, env Env, buttons ...Button) Message {
	s := env.sheet()
	s.reserve = 2
	s.header(topic)
	if intro != "" {
		s.line(intro)
	}
	for _, e := range entries {
		text := "*" + Escape(e.Usage) + "*\n" + Escape(e.Summary)
		for _, x := range e.Examples {
			text += "\n" + env.typed(x)
		}
		if e.Notes != "" {
			text += "\n" + e.Notes
		}
		s.line(text)
	}
	s.reserve = 0
	s.actions(buttons...)
	return s.message()
}

// HelpEntry is one command in a help topic.
type HelpEntry struct {
	Usage, Summary string
	Examples       []string
	Notes          string // mrkdwn
}

// SignIn gives a person their link to the status page.
func SignIn(token string, until time.Time, env Env) Message {
	s := env.sheet()
	s.line("Your sign-in link to the status page. It works once, until " + Date(until) + ", and is for you alone.")
	s.actions(env.open("Sign in ↗", "/s/"+token))
	return s.message()
}

// Lead is the first thing that a message says: what came of a click, with what it warns of; without what follows.
func Lead(m Message) string {
	if m.lead != "" {
		return m.lead
	}
	for _, b := range m.Blocks {
		if section, ok := b.(*slack.SectionBlock); ok && section.Text != nil {
			return section.Text.Text
		}
	}
	return m.Text
}
