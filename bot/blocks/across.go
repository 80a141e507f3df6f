package blocks

import (
	"fmt"
	"strconv"
	"strings"
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
	s.line(fmt.Sprintf("%s · %s %s (%s) · %s\n%s", ReleaseName(r), t.Category, t.Position, t.ShortID, t.Type, progress(v.Progress)))
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
		if step.Status.Open() {
			open = append(open, CustomerOption(step.CustomerID, step.CustomerName, step.ClusterName, step.Namespace))
		}
	}
	if len(open) == 0 {
		return
	}
	at := []any{v.Release.ShortID, v.Step.ShortID}
	size := sizeOf(open)
	f := Field{Kind: SelectField, Many: true, Options: open, Search: len(open) > maxOptions || s.size+size > maxMessage}
	if f.Search {
		size = 0
	}
	choose := f.selections()
	choose.ActionID, choose.Placeholder = CustomersAction, plainText("Choose customers", maxPlaceholder)
	row := append([]slack.BlockElement{choose}, elements([]Button{
		press("Done for these", "bulk.done", at...), press("Skip for these", "bulk.skip", at...),
		press("Done for all", "bulk.done", append(at[:2:2], "all")...)})...)
	s.small("Choose customers to finish the step for several at once; a preview comes first.")
	s.add(size, "", slack.NewActionBlock(askBlock(v.Release.ShortID, v.Step.ShortID), row...))
}

// askBlock is the id of a block whose select asks for customers with an open step.
func askBlock(release, step string) string { return "open " + release + " " + step }

// AskedOf is the release whose customers a block asks for; false for other blocks.
func AskedOf(block string) (release string, ok bool) {
	words := strings.Fields(block)
	if len(words) < 3 || words[0] != "open" {
		return "", false
	}
	return words[1], true
}

// CustomerOption names a customer with its place, which stays whole however long the name is.
func CustomerOption(id int64, name, cluster, namespace string) Option {
	at := " · " + cluster + " / " + namespace
	if room := max(maxOptionText-utf8.RuneCountInString(at), 20); utf8.RuneCountInString(name) > room {
		name = short(name, room)
	}
	return Option{Value: strconv.FormatInt(id, 10), Label: name + at, Other: namespace, Group: cluster}
}
