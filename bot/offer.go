package bot

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// offer answers a name that means nothing or several things: with what it could mean, each a button that
// finishes the command. A name that differs only by what phones do to quotes and dashes is simply taken.
func (c *call) offer(e *core.Error) Answer {
	a := c.culprit(e)
	choices, hint := e.Choices, e.Hint
	var options []blocks.Option
	elsewhere := a != nil && a.Kind == Step && e.Hint != "" // what it is and where is said already
	if e.Code == core.NotFound && a != nil && !elsewhere {
		var err error
		if options, _, err = c.options(a, c.in.values, 1<<20); err != nil {
			options = nil
		}
		likely := options
		if a.Kind == Release {
			likely = c.likelyReleases(options)
		}
		wrong := c.in.values[a.Name]
		if a.lists() {
			wrong = e.Ref
		}
		same, near := nearestOptions(wrong, likely)
		if same != "" && same != wrong {
			c.in = c.in.corrected(a, e, same)
			ans, err := c.run()
			if err != nil {
				return c.refuse(err)
			}
			return ans
		}
		choices = near
	}
	var buttons []blocks.Button
	if e.Code == core.NotFound && a != nil && len(choices) == 0 && !elsewhere {
		buttons = c.instead(a)
	}
	if e.Code == core.NotFound && a != nil && a.Kind == Release && len(choices)+len(buttons) == 0 {
		return c.offerReleases(e, a, options)
	}
	if a != nil {
		finish, rest := c.finishing(a, e, choices)
		buttons, hint = append(buttons, finish...), hint+rest
	}
	if e.Code == core.NotFound && len(buttons) > 0 {
		hint = "Did you mean one of these?"
	}
	if e.Code == core.NotFound && len(buttons) == 0 && hint == "" && a != nil {
		hint = c.whereToLook(a)
	}
	m := blocks.Refused(e, strings.TrimSpace(hint), buttons, nil)
	return Answer{Message: &m}
}

// finishing is buttons that finish the command with one of several choices, and words for those that no button can carry.
func (c *call) finishing(a *Arg, e *core.Error, choices []core.Choice) (buttons []blocks.Button, rest string) {
	for _, choice := range choices {
		line := c.in.corrected(a, e, choice.Ref).Line()
		if !blocks.Fits(line) {
			rest += " " + a.Name + "=" + choice.Ref + " is " + choice.Label + "."
			continue
		}
		buttons = append(buttons, blocks.Button{Label: choice.Label, Action: c.cmd.Action(), Line: line})
	}
	return buttons, rest
}

// corrected is the input with something else in the place of what was wrong: of a list, of that one name.
func (in In) corrected(a *Arg, e *core.Error, ref string) In {
	parts := core.NamesIn(splitList(in.values[a.Name]), []string{e.Ref})
	at := slices.Index(parts, e.Ref)
	if !a.lists() || at < 0 {
		return in.with(a.Name, ref)
	}
	parts[at] = ref
	return in.with(a.Name, joinList(parts))
}

// instead is what a name could mean that nothing of its argument's kind bears: something of another kind, which the
// command takes too or which can be shown; or what is nearest to it among what was left out.
func (c *call) instead(a *Arg) []blocks.Button {
	name := c.in.values[a.Name]
	switch a.Kind {
	case Release, Customer, Cluster, Step, CustomerOrStep:
	default:
		return nil
	}
	found, err := c.bot.core.Meanings(c.ctx, c.actor, core.MeaningQuery{Words: []string{straight(name)}, Release: c.in.values["release"]})
	if err != nil {
		return nil
	}
	without := c.in.clone()
	delete(without.values, a.Name)
	var out []blocks.Button
	add := func(label, action, line string) {
		if blocks.Fits(line) {
			out = append(out, blocks.Button{Label: label, Action: action, Line: line})
		}
	}
	if scope := c.cmd.arg("scope"); a.Kind == CustomerOrStep && found[0].Customer != core.Unknown {
		for _, of := range []core.Category{core.Deploy, core.Verify} { // "all" goes with a step
			add(fmt.Sprintf("The %s steps of the customer %s", of, name), c.cmd.Action(), c.in.with(scope.Name, string(of)).Line())
		}
		return out
	}
	for _, other := range []struct {
		noun string
		fit  core.Fit
	}{{"release", found[0].Release}, {"customer", found[0].Customer}, {"cluster", found[0].Cluster}} {
		if other.fit == core.Unknown || other.noun == a.Name {
			continue
		}
		if b := c.cmd.arg(other.noun); b != nil && !c.in.Has(b.Name) {
			add(fmt.Sprintf("The %s %s", other.noun, name), c.cmd.Action(), without.with(b.Name, name).Line())
			continue
		}
		add(fmt.Sprintf("The %s %s", other.noun, name), other.noun+".show", other.noun+" show "+blocks.Quote(name))
	}
	if found[0].Step == core.Exactly && a.Kind != Step && c.isStep(without.values["release"], name) {
		line := "step across " + blocks.Quote(name)
		if release := without.values["release"]; release != "" {
			line += " release=" + blocks.Quote(release)
		}
		add("The step "+name+" of all customers", "step.across", line)
	}
	for i := range c.cmd.Args {
		b := &c.cmd.Args[i]
		if len(out) > 0 || !b.Place || b.Kind != Release && b.Kind != Customer || c.in.Has(b.Name) {
			continue
		}
		options, _, err := c.options(b, without.values, 1<<20)
		if err != nil {
			return nil
		}
		_, near := nearestOptions(name, options)
		for _, choice := range near {
			add(choice.Label, c.cmd.Action(), without.with(b.Name, choice.Ref).Line())
		}
	}
	return out
}

// isStep says whether a release has a step of a name; where none is named, whether any that is not archived has.
func (c *call) isStep(release, name string) bool {
	among := []string{release}
	if release == "" {
		among = nil
		v, err := c.bot.core.Releases(c.ctx, c.actor, core.ReleasesQuery{Statuses: []core.ReleaseStatus{core.Active, core.Draft}})
		if err != nil {
			return false
		}
		for i := range v.Releases {
			among = append(among, v.Releases[i].ShortID)
		}
	}
	return slices.ContainsFunc(among, func(release string) bool {
		_, err := c.bot.core.Template(c.ctx, c.actor, release, name)
		return err == nil
	})
}

// culprit is the argument that an error is about: the one it names, else the one whose text it quotes, else
// one that was left out.
func (c *call) culprit(e *core.Error) *Arg {
	if a := c.cmd.arg(e.Field); a != nil {
		return a
	}
	var left *Arg
	for i := range c.cmd.Args {
		a := &c.cmd.Args[i]
		switch a.Kind {
		case Release, Customer, Cluster, Step, CustomerOrStep:
		default:
			continue
		}
		v := c.in.values[a.Name]
		if v == "" {
			if left == nil {
				left = a
			}
			continue
		}
		if strings.Contains(e.Msg, `"`+v+`"`) {
			return a
		}
	}
	return left
}

// whereToLook names the command that lists what can be meant.
func (c *call) whereToLook(a *Arg) string {
	switch a.Kind {
	case Release:
		return "`release list` shows what there is."
	case Customer, Customers:
		return "`customer list` shows what there is."
	case CustomerOrStep:
		return "`customer list` and `template list` show what there is."
	case Step:
		if c.cmd.Noun == "template" {
			return "`template list` shows what there is."
		}
		return "`step list` shows what there is."
	case Cluster, Clusters:
		return "`cluster list` shows what there is."
	}
	return ""
}

// nearestOptions compares a name with what exists: same is the one that it is but for a phone's quotes and
// dashes, near are those most like it.
func nearestOptions(name string, options []blocks.Option) (same string, near []core.Choice) {
	fold := func(s string) string { return strings.ToLower(straight(s)) }
	byName := map[string]blocks.Option{}
	var names []string
	for _, o := range options {
		full, _, _ := strings.Cut(o.Label, " · ")
		for _, n := range []string{full, o.Other} {
			if n == "" {
				continue
			}
			if fold(n) == fold(name) {
				same = o.Value
			}
			if _, taken := byName[n]; !taken {
				byName[n] = o
				names = append(names, n)
			}
		}
	}
	seen := map[string]bool{}
	for _, n := range closest(name, names, 6) {
		if o := byName[n]; !seen[o.Value] && len(near) < 3 {
			seen[o.Value] = true
			near = append(near, core.Choice{Label: o.Label, Ref: o.Value})
		}
	}
	return same, near
}
