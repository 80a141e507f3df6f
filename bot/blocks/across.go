package blocks

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"rollcall/core"

	"github.com/slack-go/slack"
)

// Across shows one step of a release for every customer.
func Across(v core.StepAcross, page int, env Env) Message {
	r, t := &v.Release, &v.Step
	s := env.sheet()
	s.reserve = 4
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
	s.several(&v)
	s.menu(nil, append(pager("step.across", at, pages, r.ShortID, t.ShortID),
		env.open("Open page ↗", fmt.Sprintf("/releases/%d/steps/%s", r.ID, t.ShortID)))...)
	return s.message()
}

// CustomersAction is the action id of a select of several customers; buttons beside it act on those chosen.
const CustomersAction = "customers"

// several lets one choose customers whose step is open, and act on them together.
func (s *sheet) several(v *core.StepAcross) {
	if v.Release.Status != core.Active || !s.offers("bulk.done") {
		return
	}
	var open []Option
	for i := range v.Customers {
		step := &v.Customers[i]
		if step.Status == core.Pending || step.Status == core.Reverted {
			open = append(open, CustomerOption(step.CustomerID, step.CustomerName, step.ClusterName, step.Namespace))
		}
	}
	if len(open) == 0 {
		return
	}
	at := []any{v.Release.ShortID, v.Step.ShortID}
	f := Field{Kind: SelectField, Many: true, Options: open, Search: len(open) > maxOptions}
	choose := f.selections()
	choose.ActionID, choose.Placeholder = CustomersAction, plainText("Choose customers", maxPlaceholder)
	row := append([]slack.BlockElement{choose}, elements([]Button{
		press("Done for these", "bulk.done", at...), press("Skip for these", "bulk.skip", at...),
		press("Done for all", "bulk.done", append(at[:2:2], "all")...)})...)
	s.small("Choose customers to finish the step for several at once; a preview comes first.")
	s.add(0, "", slack.NewActionBlock(AskBlock(v.Release.ShortID, v.Step.ShortID), row...))
}

// AskBlock is the id of a block whose select asks for customers with an open step.
func AskBlock(release, step string) string { return "open " + release + " " + step }

// BulkText says in short what a bulk would change.
func BulkText(v core.BulkPlan) []string {
	const most = 5
	text := fmt.Sprintf("*%s* would change.", plural(len(v.Change), "step")) + bulkLines(v.Change, most)
	if len(v.LeftOut) > 0 {
		text += fmt.Sprintf("\n*%s* left out:", plural(len(v.LeftOut), "step")) + bulkLines(v.LeftOut, most)
	}
	return []string{text}
}

// Bulk shows exactly which steps would change and which are left out and why, with the button that does it.
func Bulk(v core.BulkPlan, env Env) Message {
	const most = 15
	s := env.sheet()
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
	const room = maxSection - 200 // beside what stands before and behind
	text, size, told := "", 0, 0
	for _, step := range list[:min(most, len(list))] {
		line := "\n• " + Escape(short(oneLine(step.Line), 150))
		if step.Why != "" {
			line += " (" + Escape(short(oneLine(step.Why), 100)) + ")"
		}
		if size += utf8.RuneCountInString(line); size > room {
			break
		}
		text += line
		told++
	}
	if left := len(list) - told; left > 0 {
		text += fmt.Sprintf("\n…and %s more", thousands(left))
	}
	return text
}

// CustomerOption names a customer with its place, which stays whole however long the name is.
func CustomerOption(id int64, name, cluster, namespace string) Option {
	at := " · " + cluster + " / " + namespace
	if room := max(maxOptionText-utf8.RuneCountInString(at), 20); utf8.RuneCountInString(name) > room {
		name = short(name, room)
	}
	return Option{Value: strconv.FormatInt(id, 10), Label: name + at, Other: namespace, Group: cluster}
}
