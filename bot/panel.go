package bot

import (
	"encoding/json"

	"rollcall/bot/blocks"
)

// panelState travels with a panel, a modal with buttons: the command that draws it anew.
type panelState struct {
	Line    string `json:"l"`
	Command string `json:"s,omitempty"` // the slash command
}

// panel draws the command's panel, with a line above it about what has just happened.
func (c *call) panel(news string) (Answer, error) {
	if err := c.permitted(); err != nil {
		return Answer{}, err
	}
	m, err := c.cmd.Panel(c)
	if err != nil {
		return Answer{}, err
	}
	meta, err := json.Marshal(panelState{Line: c.in.Line(), Command: c.req.Command})
	if err != nil {
		return Answer{}, err
	}
	ans := Answer{Form: blocks.Panel("Steps of the release", news, m, string(meta))}
	if c.req.Panel != nil {
		ans.Place = InPlace
	}
	return ans, nil
}

// inPanel shows the answer to a button of a panel: the panel itself, drawn anew with what came of it; on top of
// it what the button was to show.
func (c *call) inPanel(ans Answer) Answer {
	if c.cmd == nil || c.cmd.Show == nil {
		if again := c.panelOf(&beneath{View: c.req.Panel.View, Line: c.req.Panel.Line}, blocks.Lead(*ans.Message)); again != nil {
			return Answer{Form: again.Form, Place: InPlace}
		}
	}
	return Answer{Form: blocks.Panel("Rollcall", "", *ans.Message, "{}")}
}

// panelOf draws the panel that a form lies on; nil when that cannot be.
func (c *call) panelOf(under *beneath, news string) *Redraw {
	line, err := Parse(under.Line)
	if err != nil {
		return nil
	}
	cmd, rest := c.bot.table.find(line.Words)
	if cmd == nil || cmd.Panel == nil {
		return nil
	}
	in, err := bind(cmd, rest, line.Fields)
	if err != nil {
		return nil
	}
	p := &call{bot: c.bot, ctx: c.ctx, req: c.req, actor: c.actor, env: c.env, cmd: cmd, in: in}
	ans, err := p.panel(news)
	if err != nil {
		return nil
	}
	return &Redraw{View: under.View, Form: ans.Form}
}

// uncover closes a form that lay on a panel, and brings the panel up to date.
func (c *call) uncover(ans Answer) Answer {
	if ans.Message == nil {
		return ans
	}
	if again := c.panelOf(c.form.Beneath, blocks.Lead(*ans.Message)); again != nil {
		return Answer{Beneath: again}
	}
	return ans
}

// beneath is the panel that a form asked for from it will lie on.
func (r *Request) beneath() *beneath {
	if r.Panel == nil || r.Panel.Line == "" {
		return nil
	}
	return &beneath{View: r.Panel.View, Line: r.Panel.Line}
}

// askFirst opens the form of a command that shows its consequence first; sending it confirms.
func (c *call) askFirst() (Answer, error) {
	state, values := c.freshState(), map[string]string{}
	for name, v := range c.in.values {
		switch a := c.cmd.arg(name); {
		case name == c.cmd.Because, a.Kind == Script, a.Kind == Prose:
			values[name] = v
		default:
			state.Fixed[name] = v
		}
	}
	d, err := c.layout(state, values)
	if err != nil {
		return Answer{}, err
	}
	kept := d.form.Fields[:0]
	for _, f := range d.form.Fields {
		if _, given := values[f.Name]; given || f.Name == c.cmd.Because {
			kept = append(kept, f)
		}
	}
	d.form.Fields = kept
	if f := d.field(c.cmd.Because); f != nil {
		f.Optional = false
	}
	return d.answer()
}
