package blocks

import (
	"fmt"
	"strings"

	"rollcall/core"
)

// attentionPage is how many steps one message lists.
const attentionPage = 20

// Blockers lists what is blocked, the longest first: in one release, or in all active ones.
func Blockers(v core.StepsList, page int, oneRelease bool) Message {
	var s sheet
	s.reserve = 2
	s.header("Blocked")
	if len(v.Steps) == 0 {
		s.line("🎉 Nothing is blocked.")
	} else {
		s.small(plural(len(v.Steps), "step") + ", the longest blocked first")
	}
	part, at, pages := pageOf(v.Steps, page, attentionPage)
	for i := range part {
		attention(&s, &part[i])
	}
	s.reserve = 0
	var args []any
	if oneRelease && len(v.Steps) > 0 {
		args = append(args, fmt.Sprintf("R%d", v.Steps[0].ReleaseID))
	}
	s.actions(append(pager("blockers", at, pages, args...), press("Next step", "next", args...).primary(), press("Mine", "mine"))...)
	return s.message()
}

// Mine lists what a person works on and what needs them.
func Mine(v core.Mine) Message {
	var s sheet
	s.reserve = 3
	s.header("Yours")
	if len(v.Needed)+len(v.Claimed) == 0 {
		s.line("Nothing is waiting for you, and you have started nothing.")
	}
	list := func(title string, steps []core.StepView) {
		if len(steps) == 0 {
			return
		}
		s.line(bold(title))
		for i := range steps[:min(len(steps), attentionPage)] {
			attention(&s, &steps[i])
		}
		if left := len(steps) - attentionPage; left > 0 {
			s.small("…and " + thousands(left) + " more")
		}
	}
	list("Blocked until you help", v.Needed)
	list("In progress by you", v.Claimed)
	s.reserve = 0
	s.actions(press("Next step", "next").primary(), press("Blockers", "blockers"))
	return s.message()
}

// attention is one step that somebody should look at.
func attention(s *sheet, step *core.StepView) {
	text := Target(step.TargetLine)
	for _, mark := range stepMarks(step) {
		text += "\n" + mark
		if step.Block != nil && strings.HasPrefix(mark, blockedMark) {
			text += fmt.Sprintf(" · by %s %s", person(step.Block.ByName, step.Block.By), Date(step.Block.At))
		}
	}
	s.row(text, press("View", "step.show", fmt.Sprintf("R%d", step.ReleaseID), step.CustomerID, step.ShortID).says("View "+step.TargetLine))
}
