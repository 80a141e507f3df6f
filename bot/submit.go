package bot

import (
	"encoding/json"
	"fmt"
	"strings"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// submitted runs the command of a form that was sent.
func (c *call) submitted(sub Submission) (Answer, error) {
	state := new(formState)
	if err := json.Unmarshal([]byte(sub.Meta), state); err != nil {
		return Answer{}, fmt.Errorf("a form came back damaged: %w", err)
	}
	c.cmd = c.bot.table.byAction(state.Action)
	if c.cmd == nil {
		return Answer{}, &core.Error{Code: core.Conflict, Msg: "This form is from another version of Rollcall", Hint: "Close it and open it again."}
	}
	c.req.ReplyTo, c.req.Channel, c.req.Inline, c.req.Window = state.ReplyTo, state.Channel, state.Inline, state.Window
	if state.Command != "" {
		c.env.Command = state.Command
	}
	c.form = state
	c.in = In{cmd: c.cmd, values: map[string]string{}, meta: map[string]string{}}
	for name, v := range state.Fixed {
		if c.cmd.arg(name) != nil {
			c.in.values[name] = v
		}
	}
	for i := range c.cmd.Args {
		a := &c.cmd.Args[i]
		text, asked := sub.Values[a.Name]
		if !asked {
			continue
		}
		if state.Shown[a.Name] == digest(text) && !a.Required {
			continue
		}
		if a.Kind == Meta {
			if err := c.metaField(text); err != nil {
				return Answer{}, err
			}
			continue
		}
		if text == "" && (c.cmd.Present == nil || a.chosen()) {
			continue
		}
		if err := c.in.set(a, text); err != nil {
			return Answer{}, err
		}
	}
	if missing := c.in.missing(); len(missing) > 0 {
		return Answer{}, bad(missing[0].Name, "%s is missing", missing[0].Name)
	}
	if c.cmd.Show != nil {
		return c.run()
	}
	return c.do()
}

// metaField reads metadata from the lines of a form. A key that the form showed and that is gone is removed.
func (c *call) metaField(text string) error {
	if c.cmd.Present != nil {
		present, err := c.cmd.Present(c)
		if err != nil {
			return err
		}
		for _, line := range strings.Split(present["meta"], "\n") {
			if key, _, ok := strings.Cut(line, "="); ok {
				c.in.meta[key] = ""
			}
		}
	}
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			return bad("meta", "%q is no key=value", line)
		}
		c.in.meta[strings.TrimSpace(key)] = strings.TrimSpace(value)
	}
	return nil
}

// refuseForm answers a form that was not accepted: under the field that is at fault where there is one, and
// otherwise above the fields, with everything that was typed still there.
func (c *call) refuseForm(e *core.Error) Answer {
	text := e.Msg + "."
	if e.Hint != "" {
		text += " " + e.Hint
	}
	for _, choice := range e.Choices {
		text += "\n• " + choice.Ref + ": " + choice.Label
	}
	field := e.Field
	if a := c.cmd.arg(e.Field); a != nil {
		field = a.Name
	} else if strings.HasPrefix(field, "meta") {
		field = "meta"
	}
	state := *c.form
	if _, asked := c.asked(&state)[field]; asked && e.Code != core.Stale {
		return Answer{Errors: map[string]string{field: text}}
	}
	state.Fixed = map[string]string{}
	for name, v := range c.form.Fixed {
		state.Fixed[name] = v
	}
	delete(state.Fixed, "rev")
	var intro []string
	submit := ""
	if e.Code == core.Confirm {
		flag := c.cmd.Consent
		if flag == "" {
			flag = "confirm"
		}
		state.Fixed[flag] = "yes"
		intro, text, submit = consequence(e), "", "Confirm"
	}
	form, err := c.layout(&state, c.req.Form.Values, intro)
	if err != nil {
		m := blocks.Refusal(e.Code, e.Msg, e.Hint, nil, nil)
		return Answer{Message: &m}
	}
	form.Problem = text
	if submit != "" {
		form.Submit = submit
	}
	return Answer{Form: form.View()}
}

// asked is the arguments that the form had fields for.
func (c *call) asked(state *formState) map[string]bool {
	out := map[string]bool{}
	form, err := c.layout(state, c.req.Form.Values, nil)
	if err != nil {
		return out
	}
	for _, f := range form.Fields {
		out[f.Name] = true
	}
	return out
}

// consequence is a preview in lines of mrkdwn.
func consequence(e *core.Error) []string {
	switch p := e.Preview.(type) {
	case *core.ConsequencePreview:
		lines := []string{"*" + blocks.Escape(p.Title) + "*"}
		for _, l := range p.Lines {
			lines = append(lines, "• "+blocks.Escape(l))
		}
		return []string{strings.Join(lines, "\n")}
	case *core.ActivationPreview:
		return []string{blocks.ActivationText(*p)}
	}
	return []string{blocks.Escape(e.Msg) + "."}
}
