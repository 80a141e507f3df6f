package blocks

import (
	"fmt"

	"rollcall/core"
)

// Next shows the step to take next, or why there is none.
func Next(v core.NextStep, env Env) Message {
	s := env.sheet()
	switch {
	case v.Detail != nil:
		s.line(nextLine(&v))
		s.actions(later(&v), otherPace(&v))
		s.append(Card(*v.Detail, env))
	case v.Status == core.Draft:
		s.line("📝 " + bold(v.Label) + " is a draft: its steps can be worked on once it is activated.")
		s.actions(press("Check", "release.check", v.ShortID), press("Activate", "release.activate", v.ShortID).primary())
	case v.Status == core.Archived:
		s.line("🗄️ " + bold(v.Label) + " is archived: its steps stay as they are.")
		s.actions(press("Release", "release.show", v.ShortID))
	case v.Open > 0:
		wait := map[bool]string{true: "waits", false: "wait"}[v.Open == 1]
		s.line(fmt.Sprintf("Nothing is free to take in %s: %s %s for somebody.", bold(v.Label), plural(v.Open, "open step"), wait))
		s.actions(press("Blockers", "blockers", v.ShortID), press("To do", "todo", v.ShortID))
	default:
		s.line("🎉 Nothing is left to do in " + bold(v.Label) + ".")
	}
	return s.message()
}

// nextLine says how much is left and how this person goes through it.
func nextLine(v *core.NextStep) string {
	text := "Next for you · " + plural(v.Open, "open step") + " in " + bold(v.Label)
	if v.Pace == core.ByCustomer {
		text += "\nThis step at every customer, then the next step"
	} else {
		text += "\nEvery step of this customer, then the next customer"
	}
	switch {
	case v.Only:
		text += "\nNo other step is free to take."
	case v.Again:
		text += "\nThat was the last one: from the front again."
	}
	return text
}

// later passes a step over for now. It says which one, so that whoever comes back to it can go on from there.
func later(v *core.NextStep) Button {
	step := &v.Detail.Step
	return press("Later", "next", v.Detail.Release.ShortID, fmt.Sprintf("after=%d/%s", step.CustomerID, step.ShortID)).in("here").
		says("Leave " + step.ShortID + " of " + step.CustomerName + " for later")
}

// otherPace goes on the other way from now on.
func otherPace(v *core.NextStep) Button {
	to, label := core.ByCustomer, "Same step, next customer"
	if v.Pace == core.ByCustomer {
		to, label = core.ByStep, "All steps of a customer"
	}
	return press(label, "next", v.Detail.Release.ShortID, "by="+string(to)).in("here")
}

// NoneActive shows the drafts that could be started, below a sentence that says that no release is active.
func NoneActive(lead string, drafts []core.ReleaseView, env Env) Message {
	const most = 5
	s := env.sheet()
	s.reserve = 2
	if len(drafts) == 0 {
		s.line(sentence(lead) + " There is no draft either.")
		s.reserve = 0
		s.actions(press("Add release", "release.add").primary(), press("All releases", "release.list"))
		return s.message()
	}
	s.line(sentence(lead) + " " + map[bool]string{true: "There is a draft:", false: "There are drafts:"}[len(drafts) == 1])
	for i := range drafts[:min(most, len(drafts))] {
		d := &drafts[i]
		s.line("📝 " + ReleaseName(d) + " · " + plural(d.StepCount, "step") + " · for " + Escape(short(d.TargetsText, 300)))
		if d.StepCount == 0 {
			s.actions(press("Add step", "template.add", d.ShortID).says("Add a step to "+d.Label()), press("Release", "release.show", d.ShortID))
			continue
		}
		s.actions(press("Check", "release.check", d.ShortID).says("Check "+d.Label()), press("Activate", "release.activate", d.ShortID).says("Activate "+d.Label()))
	}
	if !s.offers("release.activate") {
		s.small("An admin can activate one.")
	}
	s.reserve = 0
	if left := len(drafts) - most; left > 0 {
		s.row("…and "+plural(left, "more draft"), press("All releases", "release.list"))
	}
	return s.message()
}
