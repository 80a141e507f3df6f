package bot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// page is which part of a long list was asked for.
func (c *call) page() int {
	if c.cmd.arg("page") == nil {
		return 1
	}
	return max(1, int(number(c.in, "page")))
}

// view is what the answer redraws; empty for a command that was typed.
func (c *call) view() string {
	if c.cmd.arg("view") == nil {
		return ""
	}
	return c.in.Str("view")
}

func number(in In, name string) int64 {
	n, err := strconv.ParseInt(in.Str(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// redraw is the view that a button stood in, as it is now; nil when there is none. After a step is finished on its
// card, the card moves on to the next one.
func (c *call) redraw(r core.Receipt) *blocks.Message {
	release, customer, step := fmt.Sprint("R", r.Release), fmt.Sprint(r.Customer), r.Step
	if c.cmd.arg("release") != nil && c.cmd.arg("customer") != nil {
		release, customer = c.in.Str("release"), c.in.Str("customer")
	}
	if c.cmd.arg("step") != nil {
		step = c.in.Str("step")
	}
	if at, ok := c.back(); ok {
		v, err := c.bot.core.Step(c.ctx, c.actor, at)
		if err != nil {
			return nil
		}
		m := blocks.Card(*v, c.env)
		return &m
	}
	var m blocks.Message
	switch c.view() {
	case "steps":
		v, err := c.bot.core.CustomerSteps(c.ctx, c.actor, release, customer)
		if err != nil {
			return nil
		}
		m = blocks.Steps(*v, c.page(), c.env)
	case "card":
		if r.Seq > 0 && !r.Replay && (r.Op == "step.done" || r.Op == "step.skip") {
			v, err := c.bot.core.Next(c.ctx, c.actor, release)
			if err != nil {
				return nil
			}
			if v.Detail != nil {
				c.sendContent(*v.Detail, false)
			}
			m = blocks.Next(*v, c.env)
			break
		}
		v, err := c.bot.core.Step(c.ctx, c.actor, core.StepQuery{Release: release, Customer: customer, Step: step})
		if err != nil {
			return nil
		}
		m = blocks.Card(*v, c.env)
	default:
		return nil
	}
	return &m
}

// sendContent lets content that is too long for a message, or any that is asked for, follow as a file.
func (c *call) sendContent(v core.StepDetail, always bool) {
	if text := string(v.Step.Content); text != "" && (always || blocks.LongContent(text)) {
		c.file = &blocks.Attachment{Name: v.FileName, Title: v.Step.TargetLine, Text: v.Download(), Again: always}
	}
}

// goOn is a button that goes on somewhere else.
func goOn(label, action string, args ...any) blocks.Button {
	line := strings.ReplaceAll(action, ".", " ")
	for _, a := range args {
		line += fmt.Sprint(" ", a)
	}
	return blocks.Button{Label: label, Action: action, Line: line}
}

// further is where one goes on after an operation.
func further(r core.Receipt) []blocks.Button {
	release := core.ShortRelease(r.Release)
	noun, verb, _ := strings.Cut(r.Op, ".")
	switch {
	case r.Op == (core.RunBulk{}).Op() && r.Release > 0:
		return []blocks.Button{goOn("Matrix", "matrix", release), goOn("Next step", "next", release)}
	case (noun == "step" || r.Op == (core.Undo{}).Op()) && r.Release > 0 && r.Customer > 0:
		return []blocks.Button{goOn("Next step", "next", release), goOn("All steps", "step.list", release, r.Customer)}
	case r.Op == (core.Import{}).Op():
		return []blocks.Button{goOn("Customers", "customer.list"), goOn("Menu", "menu")}
	case noun == "template" && r.Release > 0:
		return []blocks.Button{goOn("Add step", "template.add", release, sameCategory(r.Step)), goOn("All steps", "template.list", release)}
	case r.Op == "release.add" && r.Release > 0:
		return []blocks.Button{goOn("Add step", "template.add", release), goOn("Release", "release.show", release)}
	case r.Op == "release.activate" && r.Release > 0:
		buttons := []blocks.Button{goOn("Next step", "next", release), goOn("Matrix", "matrix", release)}
		if len(r.Warnings) > 0 {
			buttons = append(buttons, goOn("Check", "release.check", release))
		}
		return buttons
	case noun == "release" && r.Release > 0:
		return []blocks.Button{goOn("Release", "release.show", release)}
	case noun == "reminder":
		return []blocks.Button{goOn("All reminders", "remind.list")}
	case r.Op == "customer.add" && r.Customer > 0:
		return []blocks.Button{goOn("Add another", "customer.add"), goOn("Customer", "customer.show", r.Customer), goOn("Menu", "menu")}
	case noun == "customer" && r.Customer > 0:
		return []blocks.Button{goOn("Customer", "customer.show", r.Customer)}
	case noun == "cluster" && r.Cluster > 0 && verb != "archive":
		return []blocks.Button{goOn("Add customer", "customer.add", fmt.Sprint("cluster=", r.Cluster)), goOn("Cluster", "cluster.show", r.Cluster)}
	}
	return nil
}

// editAgain opens what was just saved, where there is something to look at in it.
func editAgain(r core.Receipt) []blocks.Button {
	release := core.ShortRelease(r.Release)
	var edit blocks.Button
	switch _, everybody := core.CategoryOf(r.Step); r.Op {
	case "template.add", "template.edit", "step.add", "step.edit":
		if everybody {
			edit = goOn("Edit", "template.edit", release, r.Step)
		} else {
			edit = goOn("Edit", "step.edit", release, r.Customer, r.Step)
		}
	case "step.override":
		edit = goOn("Edit", "step.override", release, r.Customer, r.Step)
	default:
		return nil
	}
	edit.Spoken = "Edit " + r.Step
	return []blocks.Button{edit}
}

// sameCategory asks for a step of the category that the last one had: steps are written one after another.
func sameCategory(short string) string {
	if c, ok := core.CategoryOf(short); ok {
		return "category=" + string(c)
	}
	return ""
}

// template finds one step of a release with its content.
func (c *call) template() (*core.ReleaseView, *core.TemplateView, error) {
	v, err := c.bot.core.Template(c.ctx, c.actor, c.in.Str("release"), c.in.Str("step"))
	if err != nil {
		return nil, nil, err
	}
	return &v.Release, &v.Step, nil
}

// onlyRelease says whether a release may be left out now.
func (c *call) onlyRelease() bool {
	return c.theRelease() != ""
}

// theRelease is the short id of the only active release; empty when there is none or several.
func (c *call) theRelease() string {
	v, err := c.bot.core.Releases(c.ctx, c.actor, core.ReleasesQuery{Statuses: []core.ReleaseStatus{core.Active}})
	if err != nil || len(v.Releases) != 1 {
		return ""
	}
	return v.Releases[0].ShortID
}

func (c *call) activeReleases() (int, error) {
	v, err := c.bot.core.Releases(c.ctx, c.actor, core.ReleasesQuery{Statuses: []core.ReleaseStatus{core.Active}})
	if err != nil {
		return 0, err
	}
	return len(v.Releases), nil
}

// anyActive refuses to ask for the rest of a command while there is no release that it could be about.
func (c *call) anyActive() error {
	a := c.cmd.arg("release")
	if a == nil || c.in.values["release"] != "" {
		return nil
	}
	if c.cmd.fits(core.Draft) || c.cmd.fits(core.Archived) {
		if v, err := c.bot.core.Releases(c.ctx, c.actor, core.ReleasesQuery{}); err != nil || !a.Place || len(v.Releases) > 0 {
			return err
		}
	} else if n, err := c.activeReleases(); err != nil || n > 0 {
		return err
	}
	err := bad("release", "No release is active")
	err.Hint = "`release list` shows them; `release activate` starts one."
	return err
}

// pin puts the ids of what was named in the place of the names, and the only active release where one may be left out:
// what is shown about something and confirmed later is done to that very thing, whatever is called so by then.
// NotFound if there is nothing by a name, Ambiguous if there are several.
func (c *call) pin() error {
	in := c.in.clone()
	for i := range c.cmd.Args {
		a := &c.cmd.Args[i]
		if a.Kind == Release && a.Place && !a.Required && in.values[a.Name] == "" {
			if only := c.theRelease(); only != "" {
				in.values[a.Name] = only
			}
			continue
		}
		id, err := c.lookUp(a, in.values)
		if err != nil {
			return err
		}
		if id != "" {
			in.values[a.Name] = id
		}
	}
	c.in = in
	return nil
}

// lookUp is the id of what an argument names; empty when that cannot be looked up, or nothing is named.
func (c *call) lookUp(a *Arg, given map[string]string) (id string, err error) {
	switch ref := given[a.Name]; {
	case ref == "", a.All != "" && ref == allOf:
	case a.Kind == Release:
		v, err := c.bot.core.Release(c.ctx, c.actor, ref)
		return idOf(err, func() string { return v.ShortID })
	case a.Kind == Customer:
		v, err := c.bot.core.Customer(c.ctx, c.actor, ref)
		return idOf(err, func() string { return fmt.Sprint(v.Customer.ID) })
	case a.Kind == Cluster:
		v, err := c.bot.core.Cluster(c.ctx, c.actor, ref)
		return idOf(err, func() string { return fmt.Sprint(v.Cluster.ID) })
	case a.Kind == Reminder:
		v, err := c.bot.core.Reminder(c.ctx, c.actor, ref)
		return idOf(err, func() string { return v.Ref() })
	case a.Kind == Step && c.cmd.Noun == "template":
		v, err := c.bot.core.Template(c.ctx, c.actor, given["release"], ref)
		return idOf(err, func() string { return v.Step.ShortID })
	case a.Kind == Step && given["customer"] != "":
		v, err := c.bot.core.Step(c.ctx, c.actor, core.StepQuery{Release: given["release"], Customer: given["customer"], Step: ref})
		return idOf(err, func() string { return v.Step.ShortID })
	}
	return "", nil
}

func idOf(err error, id func() string) (string, error) {
	if err != nil {
		return "", err
	}
	return id(), nil
}

// rev is the state that the step of a command is in; empty when the command does not depend on it, or on no one step.
func (c *call) rev(given map[string]string) string {
	if c.cmd.arg(revArg.Name) == nil || c.cmd.arg("step") == nil || given["customer"] == "" || given["step"] == "" {
		return ""
	}
	v, err := c.bot.core.Step(c.ctx, c.actor, core.StepQuery{Release: given["release"], Customer: given["customer"], Step: given["step"]})
	if err != nil {
		return ""
	}
	return v.Step.Rev
}

// targetLine says which step of which customer is meant; nothing while that is open.
func (c *call) targetLine(given map[string]string) string {
	if given["step"] == "" || given["customer"] == "" {
		return ""
	}
	v, err := c.bot.core.Step(c.ctx, c.actor, core.StepQuery{Release: given["release"], Customer: given["customer"], Step: given["step"]})
	if err != nil {
		return ""
	}
	return blocks.Target(v.Step.TargetLine)
}

// about says in one line what a form is about.
func (c *call) about(fixed map[string]string) string {
	if line := c.targetLine(fixed); line != "" {
		return line
	}
	if fixed["customer"] != "" {
		if v, err := c.bot.core.Customer(c.ctx, c.actor, fixed["customer"]); err == nil {
			line := v.Customer.Name + " · " + v.Customer.ClusterName + " / " + v.Customer.Namespace
			if r, err := c.bot.core.Release(c.ctx, c.actor, fixed["release"]); fixed["release"] != "" && err == nil {
				line += " · " + r.Label()
			}
			return blocks.Target(line)
		}
	}
	if fixed["cluster"] != "" {
		if v, err := c.bot.core.Cluster(c.ctx, c.actor, fixed["cluster"]); err == nil {
			return "Cluster *" + blocks.Escape(v.Cluster.Name) + "*"
		}
	}
	if fixed["reminder"] != "" {
		if v, err := c.bot.core.Reminder(c.ctx, c.actor, fixed["reminder"]); err == nil {
			return "*Reminder " + v.Ref() + "* · " + blocks.Channel(v.Channel) + " · " + blocks.Escape(v.Schedule+" ("+v.Zone+")")
		}
	}
	if fixed["release"] != "" {
		if v, err := c.bot.core.Release(c.ctx, c.actor, fixed["release"]); err == nil {
			line := blocks.ReleaseName(v)
			if t, err := c.bot.core.Template(c.ctx, c.actor, fixed["release"], fixed["step"]); fixed["step"] != "" && err == nil {
				line += " · " + blocks.TemplateStep(&t.Step)
			}
			return line
		}
	}
	return ""
}

// onClusters asks something that is filtered by clusters. A name that is not known there is taken as people type it: its
// beginning is enough, several that begin so are a choice. One that means nothing is refused: a filter that was left out
// would show everything as if that fitted.
func (c *call) onClusters(asked []string, ask func(names []string) (unknown []string, err error)) error {
	unknown, err := ask(asked)
	if err != nil || len(unknown) == 0 {
		return err
	}
	names, err := c.bot.core.ListedClusters(c.ctx, c.actor, asked)
	if err != nil {
		return err
	}
	for i, name := range names {
		if !slices.Contains(unknown, name) {
			continue
		}
		v, err := c.bot.core.Cluster(c.ctx, c.actor, straight(name))
		if e := core.AsError(err); e != nil {
			e.Field = "cluster"
			return e
		}
		names[i] = v.Cluster.Name
	}
	if unknown, err = ask(names); err == nil && len(unknown) > 0 {
		err = bad("cluster", "Nothing that is asked for is on cluster %s", unknown[0])
	}
	return err
}
