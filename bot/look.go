package bot

import (
	"fmt"
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

// redraw is the view that a button stood in, as it is now; nil when there is none.
func (c *call) redraw(r core.Receipt) *blocks.Message {
	var m blocks.Message
	switch c.view() {
	case "steps":
		release, customer := fmt.Sprint("R", r.Release), fmt.Sprint(r.Customer)
		if c.cmd.arg("customer") != nil {
			release, customer = c.in.Str("release"), c.in.Str("customer")
		}
		v, err := c.bot.core.CustomerSteps(c.ctx, c.actor, release, customer)
		if err != nil {
			return nil
		}
		m = blocks.Steps(*v, c.page(), c.env)
	case "card":
		v, err := c.bot.core.Step(c.ctx, c.actor, c.stepQuery())
		if err != nil {
			return nil
		}
		m = blocks.Card(*v, c.env)
	default:
		return nil
	}
	return &m
}

// further is where one goes on after an operation.
func further(r core.Receipt) []blocks.Button {
	release := "R" + strconv.FormatInt(r.Release, 10)
	noun, verb, _ := strings.Cut(r.Op, ".")
	button := func(label, action string, args ...any) blocks.Button {
		line := strings.ReplaceAll(action, ".", " ")
		for _, a := range args {
			line += fmt.Sprint(" ", a)
		}
		return blocks.Button{Label: label, Action: action, Line: line}
	}
	switch {
	case noun == "step" && r.Release > 0 && r.Customer > 0:
		return []blocks.Button{button("Next step", "next", release), button("All steps", "step.list", release, r.Customer)}
	case noun == "template" && r.Release > 0:
		return []blocks.Button{button("Add step", "template.add", release), button("All steps", "template.list", release)}
	case r.Op == "release.add" && r.Release > 0:
		return []blocks.Button{button("Add step", "template.add", release), button("Release", "release.show", release)}
	case r.Op == "release.activate" && r.Release > 0:
		return []blocks.Button{button("Next step", "next", release), button("Matrix", "matrix", release)}
	case noun == "release" && r.Release > 0:
		return []blocks.Button{button("Release", "release.show", release)}
	case noun == "customer" && r.Customer > 0:
		return []blocks.Button{button("Customer", "customer.show", r.Customer)}
	case noun == "cluster" && r.Cluster > 0 && verb != "archive":
		return []blocks.Button{button("Add customer", "customer.add", fmt.Sprint("cluster=", r.Cluster)), button("Cluster", "cluster.show", r.Cluster)}
	}
	return nil
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
	v, err := c.bot.core.Releases(c.ctx, c.actor, core.ReleasesQuery{Statuses: []core.ReleaseStatus{core.Active}})
	return err == nil && len(v.Releases) == 1
}

// meansRelease says whether the first word, which was taken for something else, is a release and nothing of the
// kind it was taken for.
func (c *call) meansRelease(whole In) bool {
	if c.lookUp(whole.cmd.arg("release"), whole.values) != nil {
		return false
	}
	for name := range c.in.values {
		if _, kept := whole.values[name]; name != "release" && (!kept || whole.values[name] != c.in.values[name]) {
			if c.lookUp(c.cmd.arg(name), c.in.values) != nil {
				return true
			}
		}
	}
	return false
}

// lookUp says whether what an argument names exists: NotFound or Ambiguous if not.
func (c *call) lookUp(a *Arg, given map[string]string) (err error) {
	switch ref := given[a.Name]; {
	case ref == "":
	case a.Kind == Release:
		_, err = c.bot.core.Release(c.ctx, c.actor, ref)
	case a.Kind == Customer:
		_, err = c.bot.core.Customer(c.ctx, c.actor, ref)
	case a.Kind == Cluster:
		_, err = c.bot.core.Cluster(c.ctx, c.actor, ref)
	case a.Kind == Step && c.cmd.Noun == "template":
		_, err = c.bot.core.Template(c.ctx, c.actor, given["release"], ref)
	case a.Kind == Step && given["customer"] != "":
		_, err = c.bot.core.Step(c.ctx, c.actor, core.StepQuery{Release: given["release"], Customer: given["customer"], Step: ref})
	}
	return err
}

// options is what an argument can be, for selects and suggestions.
func (c *call) options(a *Arg, given map[string]string) ([]blocks.Option, error) {
	var out []blocks.Option
	switch a.Kind {
	case Cluster:
		v, err := c.bot.core.Clusters(c.ctx, c.actor, true)
		if err != nil {
			return nil, err
		}
		for _, cl := range v.Clusters {
			if cl.IsActive != (c.cmd.Verb == "restore") {
				out = append(out, blocks.Option{Value: strconv.FormatInt(cl.ID, 10), Label: cl.Name})
			}
		}
	case Customer:
		v, err := c.bot.core.Customers(c.ctx, c.actor, core.CustomersQuery{Archived: c.cmd.Verb == "restore"})
		if err != nil {
			return nil, err
		}
		for _, cu := range v.Customers {
			if cu.IsActive != (c.cmd.Verb == "restore") {
				out = append(out, blocks.Option{Value: strconv.FormatInt(cu.ID, 10), Label: cu.Name + " · " + cu.ClusterName + " / " + cu.Namespace, Other: cu.Namespace})
			}
		}
	case Release:
		v, err := c.bot.core.Releases(c.ctx, c.actor, core.ReleasesQuery{})
		if err != nil {
			return nil, err
		}
		for _, r := range v.Releases {
			out = append(out, blocks.Option{Value: r.ShortID, Label: r.Name + " · " + r.ShortID, Other: string(r.VersionNumber)})
		}
	case Step:
		return c.stepOptions(given), nil
	}
	return out, nil
}

// stepOptions is the steps of the customer or release that is given; none while that is open.
func (c *call) stepOptions(given map[string]string) []blocks.Option {
	var out []blocks.Option
	if c.cmd.Noun == "template" {
		v, err := c.bot.core.Templates(c.ctx, c.actor, given["release"], false)
		if err != nil {
			return nil
		}
		for _, t := range append(v.Deploy, v.Verify...) {
			out = append(out, blocks.Option{Value: t.ShortID, Label: t.Name + " · " + t.ShortID, Other: t.ShortID})
		}
		return out
	}
	if given["customer"] == "" {
		return nil
	}
	v, err := c.bot.core.CustomerSteps(c.ctx, c.actor, given["release"], given["customer"])
	if err != nil {
		return nil
	}
	for _, s := range append(v.Deploy.Steps, v.Verify.Steps...) {
		out = append(out, blocks.Option{Value: s.ShortID, Label: s.Name + " · " + s.ShortID, Other: s.ShortID})
	}
	return out
}

// about says in one line what a form is about.
func (c *call) about(fixed map[string]string) string {
	if fixed["step"] != "" && fixed["customer"] != "" {
		v, err := c.bot.core.Step(c.ctx, c.actor, core.StepQuery{Release: fixed["release"], Customer: fixed["customer"], Step: fixed["step"]})
		if err == nil {
			return "*" + blocks.Escape(v.Step.TargetLine) + "*"
		}
	}
	if fixed["customer"] != "" {
		if v, err := c.bot.core.Customer(c.ctx, c.actor, fixed["customer"]); err == nil {
			return "*" + blocks.Escape(v.Customer.Name+" · "+v.Customer.ClusterName+" / "+v.Customer.Namespace) + "*"
		}
	}
	if fixed["cluster"] != "" {
		if v, err := c.bot.core.Cluster(c.ctx, c.actor, fixed["cluster"]); err == nil {
			return "Cluster *" + blocks.Escape(v.Cluster.Name) + "*"
		}
	}
	if fixed["release"] != "" {
		if v, err := c.bot.core.Release(c.ctx, c.actor, fixed["release"]); err == nil {
			return "*" + blocks.Escape(v.Name) + "* " + blocks.Escape(string(v.VersionNumber)) + " `" + v.ShortID + "`"
		}
	}
	return ""
}
