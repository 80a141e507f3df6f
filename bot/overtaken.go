package bot

import (
	"maps"

	"rollcall/bot/blocks"
)

// overtaken brings a form up to what somebody else has made of its subject meanwhile. Fields that were left alone say
// what is there now. What was typed stays; beside it is shown what is there now, and whoever has read that and sends the
// form again means it.
func (c *call) overtaken(state *formState) (values map[string]string, now []blocks.Excerpt) {
	values = maps.Clone(c.req.Form.Values)
	state.Fixed = maps.Clone(state.Fixed)
	if c.cmd.Present == nil {
		state.Fixed[revArg.Name] = c.rev(state.Fixed)
		return values, nil
	}
	in := In{cmd: c.cmd, values: state.Fixed, meta: map[string]string{}}
	present, err := c.cmd.Present(&call{bot: c.bot, ctx: c.ctx, actor: c.actor, cmd: c.cmd, in: in})
	if err != nil {
		return values, nil // sending it again says so
	}
	shown, keys := state.Shown, state.Keys
	state.show(present, func(name, v string) {
		typed, asked := values[name]
		switch a := c.cmd.arg(name); {
		case !asked || state.Shown[name] == shown[name]:
		case digest(typed) == shown[name]: // left alone
			values[name] = v
			if state.Turns == nil {
				state.Turns = map[string]int{}
			}
			state.Turns[name]++ // else Slack would go on showing what was there
		case a.Kind == OneOf:
			now = append(now, blocks.Excerpt{Label: label(a) + " is now", Text: choiceLabel(v)})
		case !a.chosen():
			now = append(now, blocks.Excerpt{Label: label(a) + " is now", Text: v})
			if a.Kind == Meta {
				state.Keys = keys // of which the text in the field knows
			}
		}
	})
	return values, now
}
