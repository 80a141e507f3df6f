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

// BulkText says in short what a bulk would change.
func BulkText(v core.BulkPlan) []string {
	const most = 5
	changed, _ := bulkLines(v.Change, most)
	text := fmt.Sprintf("*%s* would change.", plural(len(v.Change), "step")) + changed
	if len(v.LeftOut) > 0 {
		left, _ := bulkLines(v.LeftOut, most)
		text += fmt.Sprintf("\n*%s* left out:", plural(len(v.LeftOut), "step")) + left
	}
	return []string{text}
}

// bulkShown is how many steps of a plan a message names of each kind.
const bulkShown = 15

// Bulk shows exactly which steps would change and which are left out and why, with the button that does it. A plan that
// is longer than a message goes to its asker as a file besides.
func Bulk(v core.BulkPlan, env Env) Message {
	s := env.sheet()
	s.reserve = 2
	s.header(v.Title)
	changed, all := bulkLines(v.Change, bulkShown)
	s.line(fmt.Sprintf("*%s* would change.", plural(len(v.Change), "step")) + changed)
	if len(v.LeftOut) > 0 {
		left, whole := bulkLines(v.LeftOut, bulkShown)
		all = all && whole
		s.line(fmt.Sprintf("*%s* left out:", plural(len(v.LeftOut), "step")) + left)
	}
	s.reserve = 1
	var about []string
	if !all {
		about = append(about, "The whole list is a file in your conversation with Rollcall.")
	}
	if len(v.Change) > 0 {
		about = append(about, "Confirm works until "+Date(v.Until)+".")
	}
	if len(about) > 0 {
		s.small(strings.Join(about, " "))
	}
	s.reserve = 0
	if len(v.Change) > 0 {
		s.actions(press("Confirm", "bulk.run", v.ID).primary(), press("Matrix", "matrix", v.Release.ShortID))
	}
	return s.message()
}

// BulkFile is a plan that is longer than a message as a file; nil for one that a message shows whole.
func BulkFile(v core.BulkPlan) *Attachment {
	_, changed := bulkLines(v.Change, bulkShown)
	if _, left := bulkLines(v.LeftOut, bulkShown); changed && left {
		return nil
	}
	text := strings.Builder{}
	list := func(head string, steps []core.BulkStep) {
		fmt.Fprintf(&text, "%s %s\n", plural(len(steps), "step"), head)
		for _, step := range steps {
			line := step.Line
			if step.Why != "" {
				line += " (" + oneLine(step.Why) + ")"
			}
			text.WriteString(line + "\n")
		}
	}
	list("would change:", v.Change)
	if len(v.LeftOut) > 0 {
		text.WriteString("\n")
		list("left out:", v.LeftOut)
	}
	return &Attachment{Name: "steps-of-" + v.Release.ShortID + ".txt", Title: short(oneLine(v.Title), 200), Text: text.String()}
}

// bulkLines lists steps as far as there is room; all says whether that is every one of them, whole.
func bulkLines(list []core.BulkStep, most int) (text string, all bool) {
	const room = maxSection - 200 // beside what stands before and behind
	size, told, all := 0, 0, true
	for _, step := range list[:min(most, len(list))] {
		whole, why := oneLine(step.Line), oneLine(step.Why)
		line := "\n• " + Escape(short(whole, 150))
		if why != "" {
			line += " (" + Escape(short(why, 100)) + ")"
		}
		if size += utf8.RuneCountInString(line); size > room {
			break
		}
		all = all && utf8.RuneCountInString(whole) <= 150
		text += line
		told++
	}
	if left := len(list) - told; left > 0 {
		return text + fmt.Sprintf("\n…and %s more", thousands(left)), false
	}
	return text, all
}

// CustomerOption names a customer with its place, which stays whole however long the name is.
func CustomerOption(id int64, name, cluster, namespace string) Option {
	at := " · " + cluster + " / " + namespace
	if room := max(maxOptionText-utf8.RuneCountInString(at), 20); utf8.RuneCountInString(name) > room {
		name = short(name, room)
	}
	return Option{Value: strconv.FormatInt(id, 10), Label: name + at, Other: namespace, Group: cluster}
}
