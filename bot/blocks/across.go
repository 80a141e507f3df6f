package blocks

import (
	"fmt"

	"rollcall/core"
)

// Across shows one step of a release for every customer.
func Across(v core.StepAcross, page int, env Env) Message {
	r, t := &v.Release, &v.Step
	var s sheet
	s.reserve = 2
	s.header(t.Name)
	s.line(fmt.Sprintf("%s · %s %s (%s) · %s\n%s", releaseName(r), t.Category, t.Position, t.ShortID, t.Type, progress(v.Progress)))
	cluster := ""
	part, at, pages := pageOf(v.Customers, page, 20)
	for i := range part {
		step := &part[i]
		if step.ClusterName != cluster {
			cluster = step.ClusterName
			s.line("📁 " + bold(cluster))
		}
		text := fmt.Sprintf("%s %s · %s · %s", sign(step.Status), bold(step.CustomerName), place(step.ClusterName, step.Namespace), step.Status)
		for _, mark := range stepMarks(step) {
			text += " · " + mark
		}
		s.row(text, press("View", "step.show", r.ShortID, step.CustomerID, step.ShortID).says("View "+step.ShortID+" of "+step.CustomerName))
	}
	if len(v.Customers) == 0 {
		s.line("No customer has this step.")
	}
	s.reserve = 0
	s.actions(append(pager("step.across", at, pages, r.ShortID, t.ShortID),
		env.open("Open page ↗", fmt.Sprintf("/releases/%d/steps/%s", r.ID, t.ShortID)))...)
	return s.message()
}

// Bulk shows exactly which steps would change and which are left out and why, with the button that does it.
func Bulk(v core.BulkPlan, env Env) Message {
	const most = 15
	var s sheet
	s.reserve = 1
	s.header(v.Title)
	s.line(fmt.Sprintf("*%s* would change, until %s.", plural(len(v.Change), "step"), Date(v.Until)) + bulkLines(v.Change, most))
	if len(v.LeftOut) > 0 {
		s.line(fmt.Sprintf("*%s* left out:", plural(len(v.LeftOut), "step")) + bulkLines(v.LeftOut, most))
	}
	s.reserve = 0
	if len(v.Change) > 0 {
		s.actions(press("Confirm", "bulk.run", v.ID).primary(), press("Matrix", "matrix", v.Release.ShortID))
	}
	return s.message()
}

func bulkLines(list []core.BulkStep, most int) string {
	text := ""
	for _, step := range list[:min(most, len(list))] {
		text += "\n• " + Escape(short(oneLine(step.Line), 150))
		if step.Why != "" {
			text += " (" + Escape(step.Why) + ")"
		}
	}
	if left := len(list) - most; left > 0 {
		text += fmt.Sprintf("\n…and %s more", thousands(left))
	}
	return text
}
