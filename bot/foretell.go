package bot

import (
	"strings"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// foretell runs the command as the form stands, without doing it, and shows what it would come to. What asks
// first is confirmed by sending the form, as long as its consequence is still the one that was shown.
func (c *call) foretell(d *sketch) {
	d.state.Seen = ""
	if c.cmd.Foretell != nil {
		lines, err := c.cmd.Foretell(c, d)
		if err == nil && len(lines) > 0 {
			d.say(lines)
		}
		return
	}
	if c.cmd.Op == nil || c.cmd.Build != nil || d.state.Bare {
		return
	}
	in, err := c.read(d.state, d.values, nil)
	if err != nil {
		return
	}
	missing := in.missing()
	for _, a := range missing {
		if a.Kind != Words && a.Kind != Prose && a.Kind != Script {
			return
		}
		in.values[a.Name] = toBeSaid // whatever it will be, the rest is known
	}
	receipt, err := c.bot.core.Preview(c.ctx, c.actor, c.cmd.Op(in))
	switch e := core.AsError(err); {
	case e == nil && len(missing) > 0: // it would speak of what is not there yet
	case e == nil:
		for _, line := range receipt.Details {
			d.form.Outcome = append(d.form.Outcome, blocks.Escape(line))
		}
		for _, line := range receipt.Warnings {
			d.form.Outcome = append(d.form.Outcome, "⚠️ "+blocks.Escape(line))
		}
	case e.Code == core.Confirm:
		d.say(consequence(e))
	case e.Code == core.Conflict && d.field(e.Field) != nil && d.values[e.Field] == "": // what would settle it is asked for
	case e.Code == core.Conflict && !d.mends(c.cmd, e.Field):
		d.hopeless = e
		d.form.Outcome = append(d.form.Outcome, blocks.Foretold(e))
	case e.Code == core.Conflict, e.Code == core.Invalid && d.values[e.Field] != "":
		d.form.Outcome = append(d.form.Outcome, blocks.Foretold(e))
	}
}

// mends says whether something in the form could settle a conflict: the field at fault, or what it is all about.
func (d *sketch) mends(cmd *Command, field string) bool {
	if field != "" && d.field(field) != nil {
		return true
	}
	for _, f := range d.form.Fields {
		if a := cmd.arg(f.Name); a != nil && (a.chosen() || a.Kind == YesNo) {
			return true
		}
	}
	return false
}

// toBeSaid stands for a text that is still missing, to see what becomes of the rest.
const toBeSaid = "to be said"

// say shows a consequence that sending the form confirms.
func (d *sketch) say(lines []string) {
	d.form.Outcome = append(d.form.Outcome, lines...)
	d.state.Seen = shownDigest(lines, d.mark)
}

// shownDigest is the digest of a consequence.
func shownDigest(lines []string, mark string) string {
	return digest(strings.Join(lines, "\n") + "\x00" + mark)
}

// consequence is a preview in lines of mrkdwn.
func consequence(e *core.Error) []string {
	switch p := e.Preview.(type) {
	case *core.ConsequencePreview:
		return []string{blocks.ConsequenceText(*p)}
	case *core.ActivationPreview:
		return blocks.ActivationLines(*p)
	}
	return []string{blocks.Escape(blocks.Stop(e.Msg))}
}
