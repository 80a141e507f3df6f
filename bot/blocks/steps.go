package blocks

import (
	"fmt"
	"strings"

	"rollcall/core"
)

const stepsPerPage = 18

// Steps lists one customer's steps in a release, each with what can be done to it now.
func Steps(v core.CustomerSteps, page int, env Env) Message {
	s := env.sheet()
	s.reserve = 2
	r, c := &v.Release, &v.Customer
	s.header(c.Name + " in " + r.Label())
	s.line(fmt.Sprintf("%s · %s · %s\n%s", bold(c.Name), place(c.ClusterName, c.Namespace), ReleaseName(r), progress(v.Progress.Counts)))
	if v.Withdrawn {
		s.small("Withdrawn from this release: not counted in its totals.")
	}
	if !c.IsActive {
		s.small("📦 Archived: not counted in the totals of active releases, and not worked on.")
	}
	all := append(append([]core.StepView{}, v.Deploy.Steps...), v.Verify.Steps...)
	if len(all) == 0 {
		s.line("No steps here.")
	}
	part, at, pages := pageOf(all, page, stepsPerPage)
	var category core.Category
	for i := range part {
		step := &part[i]
		if step.Category != category {
			category = step.Category
			s.row(categoryLine(&v, category), markAll(&v, category))
		}
		buttons := s.offered(stepButtons(r, step, fmt.Sprintf("steps page=%d", at)))
		if len(buttons) == 1 {
			s.row(stepLine(step), buttons[0])
			continue
		}
		s.line(stepLine(step))
		s.actions(buttons...)
	}
	s.reserve = 0
	var add Button
	if r.Status != core.Archived && !v.Withdrawn && c.IsActive {
		add = press("Add custom step", "step.add", r.ShortID, c.ID)
	}
	s.menu(nil, append(pager("step.list", at, pages, r.ShortID, c.ID), underWay(r, "Next step", "next"), add,
		env.open("Open page ↗", fmt.Sprintf("/releases/%d/customers/%d", r.ID, c.ID)))...)
	return s.message()
}

func categoryLine(v *core.CustomerSteps, c core.Category) string {
	n := v.Progress.Category(c)
	return fmt.Sprintf("*%s steps* (%d/%d done)", title(string(c)), n.Done, n.Total)
}

// markAll marks what is open in a category done, after a preview.
func markAll(v *core.CustomerSteps, c core.Category) Button {
	if v.Release.Status != core.Active || v.Withdrawn || !v.Customer.IsActive || v.Progress.Category(c).Open() == 0 {
		return Button{}
	}
	return press("Mark all", "bulk.done", v.Release.ShortID, v.Customer.ID, c).says(fmt.Sprintf("Mark all %s steps of %s done", c, v.Customer.Name))
}

// stepLine is a step in a list whose head names customer and release.
func stepLine(step *core.StepView) string {
	text := fmt.Sprintf("%s *%s.* %s %s · %s · %s", sign(step.Status), step.Position, Escape(step.Name), code(step.ShortID), step.Type, step.Status)
	for _, mark := range stepMarks(step) {
		text += " · " + mark
	}
	if step.ExecutedAt != nil && step.Status != core.Pending {
		text += "\n" + executed(step)
	}
	if step.SkipReason != "" {
		text += "\nReason: " + Escape(short(oneLine(string(step.SkipReason)), 200))
	}
	return text
}

func executed(step *core.StepView) string {
	who := person(string(step.ExecutedByName), string(step.ExecutedBy))
	switch step.Status {
	case core.Skipped:
		return "Skipped by " + who + " " + Date(*step.ExecutedAt)
	case core.Reverted:
		return "Had been completed by " + who + " " + Date(*step.ExecutedAt)
	}
	return "Completed by " + who + " " + Date(*step.ExecutedAt)
}

// blockedMark begins what is said of a block.
const blockedMark = "⛔ blocked: "

// stepMarks says what makes a step special, in words.
func stepMarks(step *core.StepView) []string {
	var marks []string
	if step.IsCustom {
		marks = append(marks, "⭐ custom")
	}
	if step.IsOverridden {
		marks = append(marks, "⚠️ overridden")
	}
	if step.MovedOn {
		marks = append(marks, "the template has moved on")
	}
	if step.Removed {
		marks = append(marks, "removed from template")
	}
	if step.Aside != "" {
		marks = append(marks, "📦 "+Escape(step.Aside))
	}
	if step.Block != nil {
		mark := blockedMark + Escape(short(oneLine(step.Block.Reason), 120))
		if step.Block.Needs != "" {
			mark += ", needs " + person(string(step.Block.NeedsName), string(step.Block.Needs))
		}
		marks = append(marks, mark)
	}
	if step.Claim != nil {
		marks = append(marks, "🔧 in progress by "+person(step.Claim.ByName, step.Claim.By))
	}
	if len(step.Missing) > 0 {
		marks = append(marks, "❗ no value for "+names(step.Missing, 3))
	}
	if n := len(step.NoteList); n > 0 {
		marks = append(marks, "📝 "+plural(n, "note"))
	}
	return marks
}

// stepButtons are the actions that a step's status allows. Each carries ids and the digest of what is shown,
// and where its answer is drawn.
func stepButtons(r *core.ReleaseView, step *core.StepView, view string) []Button {
	if r.Status != core.Active || step.Aside != "" {
		return []Button{press("View", "step.show", r.ShortID, step.CustomerID, step.ShortID)}
	}
	act := func(label, action string) Button {
		b := press(label, action, r.ShortID, step.CustomerID, step.ShortID, "rev="+step.Rev)
		return b.in(view).says(label + " " + step.ShortID + " " + step.Name)
	}
	var buttons []Button
	switch step.Status {
	case core.Pending:
		buttons = []Button{act("Done", "step.done").primary(), act("Skip", "step.skip")}
	case core.Done:
		buttons = []Button{act("Revert", "step.revert")}
	case core.Skipped:
		buttons = []Button{act("Reopen", "step.reopen")}
	case core.Reverted:
		buttons = []Button{act("Done", "step.done").primary(), act("Skip", "step.skip"), act("Reopen", "step.reopen")}
	}
	if !strings.HasPrefix(view, "card") {
		buttons = append(buttons, press("View", "step.show", r.ShortID, step.CustomerID, step.ShortID).says("View "+step.ShortID+" "+step.Name))
		switch {
		case step.Locked:
		case step.IsCustom:
			buttons = append(buttons, act("Edit", "step.edit"))
		case step.IsOverridden:
			buttons = append(buttons, act("Reset to template", "step.reset"))
		default:
			buttons = append(buttons, act("Edit", "step.override"))
		}
	}
	return buttons
}

// TodoPage is how many customers a page of open steps has.
const TodoPage = 20

// Todo lists open steps by cluster and customer. asked is the fields that chose them.
func Todo(v core.TodoList, page int, env Env, asked ...any) Message {
	s := env.sheet()
	s.reserve = 2
	r := &v.Release
	s.header("To do in " + releaseTitle(r))
	s.small(fmt.Sprintf("%s · %s · %s", code(r.ShortID), plural(v.Open, "open step"), plural(len(v.Customers), "customer")))
	if v.Open == 0 {
		s.line("🎉 Nothing is open.")
	}
	part, at, pages := pageOf(v.Customers, page, TodoPage)
	cluster := ""
	for i := range part {
		c := &part[i]
		if c.ClusterName != cluster {
			cluster = c.ClusterName
			s.line("📁 " + bold(cluster))
		}
		s.row(todoLine(c), press("Steps", "step.list", r.ShortID, c.ID).says("Steps of "+c.Name))
	}
	s.reserve = 0
	s.actions(append(pager("todo", at, pages, append([]any{r.ShortID}, asked...)...), press("Next step", "next", r.ShortID).primary(),
		press("Matrix", "matrix", r.ShortID))...)
	return s.message()
}

func todoLine(c *core.TodoCustomer) string {
	const most = 6
	text := bold(c.Name) + " · " + place(c.ClusterName, c.Namespace)
	for i := range c.Steps[:min(most, len(c.Steps))] {
		step := &c.Steps[i]
		text += fmt.Sprintf("\n%s %s %s. %s %s", sign(step.Status), step.Category, step.Position, Escape(step.Name), code(step.ShortID))
		if step.Status != core.Pending {
			text += " · " + step.Status.String()
		}
		for _, mark := range stepMarks(step) {
			text += " · " + mark
		}
	}
	if left := c.Open - most; left > 0 {
		text += fmt.Sprintf("\n…and %s more", thousands(left))
	}
	return text
}
