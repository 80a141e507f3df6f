package bot

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// reopen reads what a form carried along and makes the call the one that opened it.
func (c *call) reopen(sub *Submission) error {
	state := new(formState)
	if err := json.Unmarshal([]byte(sub.Meta), state); err != nil {
		return fmt.Errorf("a form came back damaged: %w", err)
	}
	c.cmd = c.bot.table.byAction(state.Action)
	if c.cmd == nil {
		return &core.Error{Code: core.Conflict, Msg: "This form is from another version of Rollcall", Hint: "Close it and open it again."}
	}
	if state.Fixed == nil {
		state.Fixed = map[string]string{}
	}
	c.req.ReplyTo, c.req.Channel, c.req.Inline = state.ReplyTo, state.Channel, state.Inline
	c.req.Window, c.req.Command, c.req.Post = state.Window, state.Command, state.Post
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
	return nil
}

// submitted runs the command of a form that was sent.
func (c *call) submitted(sub *Submission) (Answer, error) {
	if err := c.reopen(sub); err != nil {
		return Answer{}, err
	}
	if c.form.Bare { // now it says what it is about
		d, err := c.layout(c.form, sub.Values)
		if err != nil {
			return Answer{}, err
		}
		return d.answer()
	}
	in, err := c.read(c.form, sub.Values, sub)
	if err != nil {
		return Answer{}, err
	}
	c.in = in
	if missing := c.in.missing(); len(missing) > 0 {
		return Answer{}, bad(missing[0].Name, "%s is missing", label(&missing[0]))
	}
	if c.cmd.Show != nil {
		return c.run()
	}
	ans, err := c.agreed(func(e *core.Error) bool { return c.form.Seen == c.consequence(e) })
	if err == nil && c.form.Beneath != nil {
		return c.uncover(ans), nil
	}
	return ans, err
}

// consequence is the digest of what an operation that asks first would do, as the command's own form words it.
func (c *call) consequence(e *core.Error) string {
	if c.cmd.Foretell != nil {
		d := &sketch{state: c.form, values: c.req.Form.Values}
		if lines, err := c.cmd.Foretell(c, d); err == nil && len(lines) > 0 {
			return shownDigest(lines, d.mark)
		}
	}
	return shownDigest(consequence(e), "")
}

// consent is the argument that confirms.
func (c *call) consent() string { return orElse(c.cmd.Consent, "confirm") }

// read takes the values of a form as the input of its command. An edit's fields that were left alone are left
// out. Without a submission it is a look ahead, and files are not there yet.
func (c *call) read(state *formState, values map[string]string, sub *Submission) (In, error) {
	in := In{cmd: c.cmd, values: map[string]string{}, meta: map[string]string{}}
	for name, v := range state.Fixed {
		if c.cmd.arg(name) != nil {
			in.values[name] = v
		}
	}
	for i := range c.cmd.Args {
		a := &c.cmd.Args[i]
		text, asked := values[a.Name]
		if _, kept := state.Kept[a.Name]; kept && sub == nil {
			continue
		}
		if a.Kind == Upload && sub != nil {
			if f, given := sub.Files[a.Name]; given {
				if err := in.set(a, f.ID); err != nil {
					return in, err
				}
			}
			continue
		}
		if a.Kind == Script && sub != nil {
			file, err := sub.file(a, asked && text != "" && state.Shown[a.Name] != digest(text))
			if err != nil {
				return in, err
			}
			if file != "" {
				in.values[a.Name] = file
				continue
			}
		}
		if !asked || (state.Shown[a.Name] == digest(text) && !a.Required) {
			continue
		}
		if a.Kind == Meta {
			if err := c.metaField(state, in, text); err != nil {
				return in, err
			}
			continue
		}
		if text == "" && (c.cmd.Present == nil || a.chosen()) && a.Kind != YesNo {
			continue
		}
		if err := in.set(a, text); err != nil {
			return in, err
		}
	}
	return in, c.draft(in)
}

// file is the text of the file that was put into an argument's field; empty when there is none.
func (sub *Submission) file(a *Arg, typed bool) (string, error) {
	f, ok := sub.Files[fileField(a)]
	switch {
	case !ok:
		return "", nil
	case f.Problem != "":
		return "", &core.Error{Code: core.Invalid, Field: fileField(a), Msg: f.Problem, Hint: f.Hint}
	case typed:
		return "", &core.Error{Code: core.Invalid, Field: fileField(a), Msg: "There is a text as well as a file", Hint: "Empty the one, or take away the other."}
	case !utf8.ValidString(f.Text):
		return "", &core.Error{Code: core.Invalid, Field: fileField(a), Msg: "The file " + f.Name + " is not text in UTF-8"}
	}
	return f.Text, nil
}

// metaField reads metadata from the lines of a form. A key that the form showed and that is gone is removed.
func (c *call) metaField(state *formState, in In, text string) error {
	if c.cmd.Present != nil {
		present, err := c.cmd.Present(&call{bot: c.bot, ctx: c.ctx, actor: c.actor, cmd: c.cmd, in: in})
		if err != nil {
			return err
		}
		for key := range metaOf(present[metaArg.Name]) {
			if slices.Contains(state.Keys, digest(key)) { // one that somebody else added meanwhile stays
				in.meta[key] = ""
			}
		}
	}
	there := map[string]bool{}
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			return bad("meta", "%q is no key=value", line)
		}
		if key = strings.TrimSpace(key); there[key] {
			return bad("meta", "%q stands there twice", key)
		}
		there[key] = true
		in.meta[key] = strings.TrimSpace(value)
	}
	if key := unfilled(in); key != "" {
		return bad("meta", "%s has no value yet", key)
	}
	return nil
}

// redrawn lays a form out anew after something in it was chosen: the same fields keep what was typed.
func (c *call) redrawn(sub *Submission) (Answer, error) {
	if err := c.reopen(sub); err != nil {
		return Answer{}, err
	}
	d, err := c.layout(c.form, sub.Values)
	if err != nil {
		return Answer{}, err
	}
	ans, err := d.answer()
	ans.Place = InPlace
	return ans, err
}

// refuseForm answers a form that was not accepted: under the field that is at fault where there is one, and
// otherwise above the fields, with everything that was typed still there.
func (c *call) refuseForm(e *core.Error) Answer {
	text := blocks.Stop(e.Msg)
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
	state.Turns = maps.Clone(c.form.Turns)
	state.Kept = maps.Clone(c.form.Kept)
	values, now := c.req.Form.Values, []blocks.Excerpt(nil)
	if e.Code == core.Stale {
		values, now = c.overtaken(&state)
	}
	d, err := c.layout(&state, values)
	if err != nil {
		m := blocks.Refused(e, e.Hint, nil, nil)
		return Answer{Message: &m}
	}
	f := d.field(field)
	if f == nil {
		f = d.field(field + "_file")
	}
	shown := false // a form sent before it was redrawn lacks the fields that its last choice asks for
	if f != nil {
		_, shown = c.req.Form.Values[f.Name]
	}
	if shown && e.Code != core.Stale && e.Code != core.Confirm && f.Turn == c.form.Turns[f.Name] {
		d.form.Problem = label(&Arg{Name: field}) + ": " + text // for a form that had to be told to wait
		late, err := d.answer()
		if err != nil {
			late.Form = nil
		}
		return Answer{Errors: map[string]string{f.BlockID(): text}, Form: late.Form}
	}
	d.form.Shown = append(now, d.form.Shown...)
	if e.Code == core.Confirm {
		text, d.form.Submit = "Nothing was changed yet. See below what it would do.", "Confirm"
		if c.form.Seen != "" {
			text = "What it would do has changed since you were shown it. Nothing was changed; see below what it would do now."
		}
		if state.Seen == "" {
			d.say(consequence(e))
		}
	}
	d.form.Problem, d.form.At = text, e.At
	ans, err := d.answer()
	if err != nil {
		m := blocks.Refusal(e.Code, e.Msg, e.Hint, nil, nil)
		return Answer{Message: &m}
	}
	return ans
}
