package blocks

import (
	"fmt"
	"strings"

	"rollcall/core"
)

// Card shows everything about one customer's step. It starts with the target line.
func Card(v core.StepDetail, env Env) Message {
	var s sheet
	s.reserve = 4
	r, step := &v.Release, &v.Step
	page := env.open("Open page ↗", fmt.Sprintf("/releases/%d/customers/%d/steps/%s", r.ID, step.CustomerID, step.ShortID))
	s.line("*" + Escape(step.TargetLine) + "*")
	facts := fmt.Sprintf("%s %s · %s · %s", sign(step.Status), step.Status, step.Category, step.Type)
	for _, mark := range stepMarks(step) {
		facts += " · " + mark
	}
	if !step.IsCustom && !step.IsOverridden {
		facts += " · 📋 from template"
	}
	if step.ExecutedAt != nil {
		facts += "\n" + executed(step)
	}
	s.line(facts)
	if step.SkipReason != "" {
		s.words("Skipped because", string(step.SkipReason))
	}
	if step.Description != "" {
		s.words("Description", string(step.Description))
	}
	for _, w := range step.Warnings {
		s.line("⚠️ " + Escape(w))
	}
	if len(step.Missing) > 0 {
		s.line("❗ *No value for " + names(step.Missing, 10) + "*: it must not be run like this.")
	}
	content(&s, string(step.Content), page)
	notes(&s, step.NoteList)
	if len(v.History) > 0 {
		s.small(history(v.History, 5))
	}
	s.reserve = 0
	buttons := stepButtons(r, step, "card")
	if r.Status == core.Active {
		buttons = append(buttons, press("Note", "step.note", r.ShortID, step.CustomerID, step.ShortID).in("card"))
	}
	if r.Status == core.Active {
		s.actions(buttons...)
		buttons = sourceButtons(r, step)
	}
	s.actions(append(buttons, press("History", "step.history", r.ShortID, step.CustomerID, step.ShortID),
		press("All steps", "step.list", r.ShortID, step.CustomerID), page)...)
	return s.message()
}

// sourceButtons are the actions that depend on where a step's content comes from, and on who works on it.
func sourceButtons(r *core.ReleaseView, step *core.StepView) []Button {
	if step.Locked {
		return nil
	}
	act := func(label, action string) Button {
		return press(label, action, r.ShortID, step.CustomerID, step.ShortID, "rev="+step.Rev).in("card")
	}
	var buttons []Button
	switch {
	case step.IsCustom:
		buttons = []Button{act("Edit", "step.edit"), act("Remove", "step.remove")}
	case step.IsOverridden:
		buttons = []Button{act("Override content", "step.override"), act("Reset to template", "step.reset")}
	default:
		buttons = []Button{act("Override content", "step.override")}
	}
	if step.Claim == nil {
		buttons = append(buttons, act("Start", "step.start"))
	}
	if step.Block == nil {
		return append(buttons, act("Block", "step.block"))
	}
	return append(buttons, act("Unblock", "step.unblock"))
}

func notes(s *sheet, list []core.Note) {
	const most = 5
	if left := len(list) - most; left > 0 {
		s.small("…" + plural(left, "earlier note"))
		list = list[left:]
	}
	for _, n := range list {
		s.words("Note", n.Text)
		s.small(person(n.ByName, n.By) + " · " + Date(n.At))
	}
}

// history is the newest n of what happened to a step, oldest first.
func history(list []core.Activity, n int) string {
	var lines []string
	if left := len(list) - n; left > 0 {
		lines = append(lines, "…"+plural(left, "earlier event"))
		list = list[left:]
	}
	for i := range list {
		lines = append(lines, "• "+historyLine(&list[i]))
	}
	return strings.Join(lines, "\n")
}

func historyLine(a *core.Activity) string {
	text := Date(a.At) + " · " + person(a.ActorName, a.Actor) + " · " + Escape(a.Verb)
	if a.Text != "" {
		text += " · “" + Escape(short(oneLine(string(a.Text)), 200)) + "”"
	}
	for _, c := range a.Changes {
		text += fmt.Sprintf(" · %s: %s → %s", Escape(c.Field), Escape(short(oneLine(c.Before), 60)), Escape(short(oneLine(c.After), 60)))
	}
	return text
}

// History shows all that happened to one step.
func History(v core.StepDetail, env Env) Message {
	var s sheet
	s.reserve = 1
	s.header("History of " + v.Step.ShortID)
	s.line("*" + Escape(v.Step.TargetLine) + "*")
	if len(v.History) == 0 {
		s.line("Nothing has happened to this step yet.")
	}
	list := v.History
	const most = 40
	if left := len(list) - most; left > 0 {
		s.small("…" + plural(left, "earlier event"))
		list = list[left:]
	}
	for i := range list {
		s.line(historyLine(&list[i]))
	}
	s.reserve = 0
	s.actions(press("Step", "step.show", v.Release.ShortID, v.Step.CustomerID, v.Step.ShortID),
		env.open("Open page ↗", fmt.Sprintf("/releases/%d/customers/%d/steps/%s", v.Release.ID, v.Step.CustomerID, v.Step.ShortID)))
	return s.message()
}

// Next shows the step to take next, or that nothing is left.
func Next(v core.NextStep, env Env) Message {
	if v.Detail == nil {
		if v.Open > 0 {
			return Say(fmt.Sprintf("Nothing is free to take in %s: %s wait for somebody.", bold(v.Label), plural(v.Open, "open step")))
		}
		return Say("🎉 Nothing is left to do in " + bold(v.Label) + ".")
	}
	var s sheet
	s.small("Next for you · " + plural(v.Open, "open step") + " in " + bold(v.Label))
	s.append(Card(*v.Detail, env))
	return s.message()
}
