package bot

import (
	"context"
	"encoding/json"
	"strings"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// Query is what somebody has typed so far into a select of a form.
type Query struct {
	User, Meta, Field, Text string
	Values                  map[string]string // what stands in the form's fields
	Block                   string            // of a select in a message: what it asks for
}

// Suggest answers a query with the options that begin with or hold what was typed; none when the form is not
// ours or its asker may not know.
func (b *Bot) Suggest(ctx context.Context, q Query) (options []blocks.Option) {
	defer b.survive("options", func() { options = nil })
	if q.Meta == "" {
		return b.suggestInMessage(ctx, q)
	}
	state := new(formState)
	if err := json.Unmarshal([]byte(q.Meta), state); err != nil {
		return nil
	}
	c := &call{bot: b, ctx: ctx, cmd: b.table.byAction(state.Action), actor: core.Person(q.User, core.ViaModal)}
	if c.cmd == nil {
		return nil
	}
	a := c.cmd.arg(q.Field)
	if a == nil {
		return nil
	}
	d := &sketch{state: state, values: q.Values}
	options, _, err := c.matching(a, d.given(), q.Text, 100)
	if err != nil {
		b.cfg.Log.Info("no options", "op", c.name(), "field", q.Field, "code", core.ErrorCode(err))
		return nil
	}
	return options
}

// matching is the options that begin with a text, then those that hold it.
func matching(options []blocks.Option, text string) []blocks.Option {
	if text == "" {
		return options
	}
	text = strings.ToLower(straight(text))
	var first, then []blocks.Option
	for _, o := range options {
		switch name := strings.ToLower(straight(o.Label)); {
		case strings.HasPrefix(name, text):
			first = append(first, o)
		case strings.Contains(name, text) || strings.Contains(strings.ToLower(o.Other), text):
			then = append(then, o)
		}
	}
	return append(first, then...)
}
