package bot

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// An edit's form shows what is there. While it is still open what is to be edited, the form asks for that alone, and
// for the rest once it is chosen.

// targets is the arguments that say what a command is about.
func (cmd *Command) targets() []*Arg {
	var out []*Arg
	for i := range cmd.Args {
		switch a := &cmd.Args[i]; a.Kind {
		case Release, Customer, Cluster, Step, Reminder:
			if a.Place {
				out = append(out, a)
			}
		}
	}
	return out
}

// named says whether everything is given that a command needs to know what it is about.
func (cmd *Command) named(given map[string]string) bool {
	for _, a := range cmd.targets() {
		if a.Required && strings.TrimSpace(given[a.Name]) == "" {
			return false
		}
	}
	return true
}

// bare leaves of a form what says what it is about, and what was given already.
func (c *call) bare(d *sketch) {
	kept := d.form.Fields[:0:0]
	for _, f := range d.form.Fields {
		says := slices.ContainsFunc(c.cmd.targets(), func(a *Arg) bool { return a.Name == f.Name })
		if says || f.Value != "" {
			f.Live = f.Live || says
			kept = append(kept, f)
		}
	}
	d.form.Fields, d.form.Submit = kept, "Go on"
}

// fill completes a form once it is chosen what it is about: with what is there now, under what was given.
func (c *call) fill(d *sketch) error {
	given := d.given()
	if !c.cmd.named(given) {
		return nil
	}
	in := In{cmd: c.cmd, values: map[string]string{}, meta: map[string]string{}}
	for _, a := range c.cmd.targets() {
		if v := given[a.Name]; v != "" {
			in.values[a.Name] = v
		}
	}
	present, err := c.cmd.Present(&call{bot: c.bot, ctx: c.ctx, actor: c.actor, cmd: c.cmd, in: in})
	switch e := core.AsError(err); {
	case e == nil:
	case e.Code == core.Internal:
		return err
	default: // what was chosen does not fit together; another choice may
		d.form.Problem, d.form.At = strings.TrimSpace(blocks.Stop(e.Msg)+" "+e.Hint), e.At
		return nil
	}
	maps.Copy(d.state.Fixed, in.values)
	d.state.Bare = false
	d.state.show(present, func(name, v string) {
		switch typed := d.values[name]; {
		case name == metaArg.Name && typed != "":
			d.values[name] = metaLines(changedMeta(v, metaOf(typed)))
			if d.state.Turns == nil {
				d.state.Turns = map[string]int{}
			}
			d.state.Turns[name]++ // else Slack would go on showing what was given alone
		case typed == "":
			d.values[name] = v
		}
	})
	return nil
}

// tooLong says whether a content was given that no form can hold until the rest is chosen.
func (c *call) tooLong() bool {
	return slices.ContainsFunc(c.cmd.Args, func(a Arg) bool {
		return a.Kind == Script && utf8.RuneCountInString(c.in.values[a.Name]) > maxTyped
	})
}
