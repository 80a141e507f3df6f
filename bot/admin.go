package bot

import (
	"rollcall/bot/blocks"
	"rollcall/core"
)

func showRoles(c *call) (blocks.Message, error) {
	v, err := c.bot.core.Roles(c.ctx, c.actor)
	return draw(v, err, func() blocks.Message { return blocks.Roles(*v, c.page(), c.env) })
}

// takeBackup asks core whether the person may, and then has the copy made.
func takeBackup(c *call) (blocks.Message, error) {
	if _, err := c.bot.core.Do(c.ctx, c.actor, "", core.TakeBackup{}); err != nil {
		return blocks.Message{}, err
	}
	if c.bot.cfg.Backup == nil {
		return blocks.Message{}, &core.Error{Code: core.Conflict, Msg: "This program takes no backups"}
	}
	path, size, err := c.bot.cfg.Backup(c.ctx)
	if err != nil {
		if core.ErrorCode(err) != core.Internal {
			return blocks.Message{}, err
		}
		c.bot.cfg.Log.Error("no backup was taken", "ref", c.ref(), "err", err)
		return blocks.Message{}, &core.Error{Code: core.Unavailable, Msg: "No backup could be taken: " + err.Error(), Hint: "Ref " + c.ref() + "."}
	}
	return blocks.Backup(path, size), nil
}
