package blocks

import (
	"fmt"
	"strings"

	"rollcall/core"
)

// Card shows everything about one customer's step. It starts with the target line.
func Card(v core.StepDetail, env Env) Message {
	s := env.sheet()
	s.reserve = 3
	r, step := &v.Release, &v.Step
	page := env.open("Open page ↗", fmt.Sprintf("/releases/%d/customers/%d/steps/%s", r.ID, step.CustomerID, step.ShortID))
	s.line(Target(step.TargetLine))
	facts := fmt.Sprintf("%s %s · %s · %s", sign(step.Status), step.Status, step.Category, step.Type)
	for _, mark := range stepMarks(step) {
		facts += " · " + mark
	}
	if !step.IsCustom && !step.IsOverridden {
		facts += " · 📋 from template"
	}
	if step.ExecutedAt != nil {
		facts += "\n" + executed(step)
		if step.ExecutedLine != "" {
			facts += ", as " + target(step.ExecutedLine)
		}
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
		s.missing(&v)
	}
	if step.Aside == "" {
		s.nearMisses(step.NearMisses, mend(&s, r, step))
	}
	whole := press("Content as a file", "step.file", r.ShortID, step.CustomerID, step.ShortID)
	if LongContent(string(step.Content)) {
		head(&s, string(step.Content))
	} else {
		content(&s, string(step.Content), Button{})
	}
	notes(&s, step.NoteList)
	if len(v.History) > 0 {
		s.small(history(v.History, 5))
	}
	s.reserve = 0
	at := []any{r.ShortID, step.CustomerID, step.ShortID}
	looks := []Button{press("History", "step.history", at...), press("All steps", "step.list", r.ShortID, step.CustomerID)}
	if !step.IsCustom {
		looks = append(looks, press("This step everywhere", "step.across", r.ShortID, step.ShortID))
	}
	if r.Status != core.Active || step.Aside != "" {
		s.menu(append(looks[1:], whole), append(sourceButtons(r, step), looks[0], page)...)
		return s.message()
	}
	visible, more := workButtons(r, step)
	s.menu(append(more, looks...), visible...)
	s.menu([]Button{whole, page}, sourceButtons(r, step)...)
	return s.message()
}

// workButtons are what can be done with a step by its status: what is done often, and what seldom.
func workButtons(r *core.ReleaseView, step *core.StepView) (visible, more []Button) {
	act := func(label, action string, args ...any) Button {
		all := append([]any{r.ShortID, step.CustomerID, step.ShortID}, args...)
		return press(label, action, append(all, "rev="+step.Rev)...).in("card")
	}
	visible = stepButtons(r, step, "card")
	note := act("Note", "step.note")
	note.Line = press("", "step.note", r.ShortID, step.CustomerID, step.ShortID).in("card").Line
	switch step.Status {
	case core.Pending, core.Reverted:
		if step.Claim == nil {
			visible = append(visible, act("Start", "step.start"))
		}
		if step.Block == nil {
			visible = append(visible, act("Block", "step.block"))
		} else {
			visible = append(visible, act("Unblock", "step.unblock"))
		}
		more = []Button{act("Done with a note", "step.done", "ask=yes"), note}
	case core.Done:
		visible = append(visible, note, press("Next step", "next", r.ShortID))
		more = []Button{act("Revert with a note", "step.revert", "ask=yes")}
	default:
		visible = append(visible, note, press("Next step", "next", r.ShortID))
	}
	return visible, more
}

// sourceButtons are the actions that depend on where a step's content comes from.
func sourceButtons(r *core.ReleaseView, step *core.StepView) []Button {
	at := []any{r.ShortID, step.CustomerID, step.ShortID}
	act := func(label, action string) Button {
		return press(label, action, append(at[:3:3], "rev="+step.Rev)...).in("card")
	}
	var buttons []Button
	if step.IsOverridden {
		buttons = append(buttons, press("View original", "step.original", at...))
	}
	switch {
	case step.Locked, step.Aside != "":
	case step.IsCustom:
		buttons = append(buttons, act("Edit", "step.edit"), press("Move", "step.move", at...), act("Remove", "step.remove"))
	case step.IsOverridden:
		buttons = append(buttons, act("Override content", "step.override"), act("Reset to template", "step.reset"))
	default:
		buttons = append(buttons, act("Override content", "step.override"))
	}
	return buttons
}

// Original shows what the template says of a step that says something else for this customer.
func Original(v core.StepDetail, env Env) Message {
	s := env.sheet()
	s.reserve = 1
	s.line(Target(v.Step.TargetLine))
	if v.Original == nil {
		s.line("📋 This step says what its template says.")
		return s.message()
	}
	text := fmt.Sprintf("The template says: *%s* · %s", Escape(v.Original.Name), v.Original.Type)
	if v.Original.MovedOn {
		text += " · changed since this was overridden"
	}
	s.line(text)
	content(&s, v.Original.Content, Button{})
	s.reserve = 0
	s.menu(nil, press("Step", "step.show", v.Release.ShortID, v.Step.CustomerID, v.Step.ShortID),
		env.open("Open page ↗", fmt.Sprintf("/releases/%d/customers/%d/steps/%s/original", v.Release.ID, v.Step.CustomerID, v.Step.ShortID)))
	return s.message()
}

// notes shows the newest notes, each with who wrote it and when. The page has all of them whole.
func notes(s *sheet, list []core.Note) {
	const most, words = 5, 800
	if left := len(list) - most; left > 0 {
		s.small("…" + plural(left, "earlier note"))
		list = list[left:]
	}
	for _, n := range list {
		s.words("Note", short(n.Text, words))
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
	text := Date(a.At) + " · " + person(string(a.ActorName), string(a.Actor)) + " · " + Escape(a.Verb)
	if a.Text != "" {
		text += " · “" + Escape(short(oneLine(string(a.Text)), 200)) + "”"
	}
	if a.Then != "" {
		text += " · as " + target(a.Then)
	}
	return text + changesText(a.Told())
}

// History shows all that happened to one step.
func History(v core.StepDetail, env Env) Message {
	s := env.sheet()
	s.reserve = 1
	s.header("History of " + v.Step.ShortID)
	s.line(Target(v.Step.TargetLine))
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
