package bot

import "rollcall/core"

// needs is the role that it takes at least; Viewer for what only reads.
func (c *Command) needs() core.Role {
	if op := c.rights(); op != nil {
		return op.Needs()
	}
	return core.Viewer
}

func (c *Command) rights() core.Operation {
	if c.Rights == nil && c.Op != nil {
		return c.Op(In{cmd: c, values: map[string]string{}, meta: map[string]string{}})
	}
	return c.Rights
}

// role is what the one who asks may do.
func (c *call) role() core.Role {
	if c.known == nil {
		role, err := c.bot.core.Role(c.ctx, c.actor)
		if err != nil {
			role = core.NoRole
		}
		c.known = &role
	}
	return *c.known
}

// may says whether a button is offered to the one who asks.
func (c *call) may(action string) bool { return c.role() >= c.bot.table.needs[action] }

// permitted refuses the command before anything is asked for it, as it would be refused in the end.
func (c *call) permitted() error {
	if op := c.cmd.rights(); op != nil {
		return c.bot.core.May(c.ctx, c.actor, op)
	}
	return nil
}
