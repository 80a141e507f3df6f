package blocks

import (
	"fmt"
	"strings"

	"rollcall/core"
)

// missing says which values a step lacks, with a button for each thing that they are kept with.
func (s *sheet) missing(v *core.StepDetail) {
	text := "❗ *No value for " + names(v.Step.Missing, 10) + "*: it must not be run like this."
	if v.Step.Locked {
		s.line(text)
		return
	}
	fill := s.offered(fillButtons(v))
	if len(fill) == 0 {
		text += " An admin can set it."
	}
	s.line(text)
	s.actions(fill...)
}

// fillButtons open the forms that ask for the missing values of a step, by the fields' names.
func fillButtons(v *core.StepDetail) []Button {
	needs := map[string][]string{}
	for _, p := range v.Step.Missing {
		if noun, field := core.FilledBy(p); noun != "" {
			needs[noun] = append(needs[noun], field)
		}
	}
	var out []Button
	for _, of := range []struct{ noun, ref, name string }{
		{"customer", fmt.Sprint(v.Customer.ID), v.Customer.Name},
		{"cluster", fmt.Sprint(v.Customer.ClusterID), v.Customer.ClusterName},
		{"release", v.Release.ShortID, v.Release.Label()},
	} {
		if fields := needs[of.noun]; len(fields) > 0 {
			out = append(out, fillButton(v, of.noun, of.ref, of.name, fields))
		}
	}
	return out
}

// fillButton asks for as many fields as a button can carry: those left are asked for by the card that follows.
func fillButton(v *core.StepDetail, noun, ref, name string, fields []string) Button {
	back := fmt.Sprintf("%s %d %s", v.Release.ShortID, v.Step.CustomerID, v.Step.ShortID)
	for n := len(fields); ; n-- {
		b := press("", noun+".edit", ref, "needs="+Quote(strings.Join(fields[:n], " ")), "back="+Quote(back))
		if n > 1 && !Fits(b.Line) {
			continue
		}
		what := strings.Join(fields[:n], ", ")
		b.Label = "Set " + short(what, maxButton-30) + " of " + short(name, 20)
		return b.says("Set " + what + " of " + name)
	}
}

// nearMisses warns of what a content has in braces that is almost a placeholder, with the button that changes it.
func (s *sheet) nearMisses(list []string, edit Button) {
	const most = 5
	for i, miss := range list[:min(most, len(list))] {
		if i > 0 {
			edit = Button{}
		}
		s.row("⚠️ "+Escape(miss), edit)
	}
	if left := len(list) - most; left > 0 {
		s.small("…and " + plural(left, "more name") + " that is almost a placeholder")
	}
}

// mend is the button that changes what a step says where that is kept: with the customer, or in the template for those
// who may, since it says the same to everybody.
func mend(s *sheet, r *core.ReleaseView, step *core.StepView) Button {
	own := func(action string) Button {
		return press("Edit", action, r.ShortID, step.CustomerID, step.ShortID, "rev="+step.Rev).in("card").says("Edit " + step.ShortID + " " + step.Name)
	}
	switch {
	case step.IsCustom:
		return own("step.edit")
	case step.IsOverridden || step.Removed || !s.offers("template.edit"):
		return own("step.override")
	}
	return press("Edit template", "template.edit", r.ShortID, step.ShortID).says("Edit the template of " + step.ShortID + " " + step.Name)
}
