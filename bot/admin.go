package bot

import (
	"sync"

	"rollcall/bot/blocks"
	"rollcall/core"
)

func showRoles(c *call) (blocks.Message, error) {
	v, err := c.bot.core.Roles(c.ctx, c.actor)
	return draw(err, func() blocks.Message { return blocks.Roles(*v, c.page(), c.env) })
}

// takeBackup asks core whether the person may, and then has the copy made; once, however often Slack delivers that.
func takeBackup(c *call) (blocks.Message, error) {
	receipt, err := c.bot.core.Do(c.ctx, c.actor, c.key(), core.TakeBackup{})
	if err != nil {
		return blocks.Message{}, err
	}
	if c.bot.cfg.Backup == nil {
		return blocks.Message{}, &core.Error{Code: core.Conflict, Msg: "This program takes no backups"}
	}
	if receipt.Replay {
		return c.bot.backups.again(c.key())
	}
	m, err := c.backUp()
	c.bot.backups.keep(c.key(), backup{m, err})
	return m, err
}

func (c *call) backUp() (blocks.Message, error) {
	path, size, err := c.bot.cfg.Backup(c.ctx)
	if err == nil {
		return blocks.Backup(path, size), nil
	}
	if core.ErrorCode(err) == core.Internal {
		c.bot.cfg.Log.Error("no backup was taken", "ref", c.ref(), "err", err)
		err = &core.Error{Code: core.Unavailable, Msg: "No backup could be taken: " + err.Error(), Hint: "Ref " + c.ref() + "."}
	}
	return blocks.Message{}, err
}

// backup is what became of a request for one.
type backup struct {
	said blocks.Message
	err  error
}

// backups remembers what was answered to the last requests, by their keys.
type backups struct {
	mu   sync.Mutex
	made map[string]backup
}

func (b *backups) keep(key string, made backup) {
	const most = 50
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.made == nil || len(b.made) >= most {
		b.made = map[string]backup{}
	}
	b.made[key] = made
}

func (b *backups) again(key string) (blocks.Message, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	made, known := b.made[key]
	if !known {
		return blocks.Message{}, &core.Error{Code: core.Conflict, Msg: "This was asked for already, before the program was started again",
			Hint: "The folder for backups shows what came of it. Ask once more for another copy."}
	}
	return made.said, made.err
}
