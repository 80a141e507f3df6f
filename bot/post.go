package bot

import (
	"context"
	"strings"
	"time"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// Post is a message that everybody sees in which something was pressed. What a reminder said shows what became of the
// reminder since.
type Post struct {
	Channel  string `json:"c"`
	TS       string `json:"t"`
	Reminder string `json:"-"` // which one, once something was done to it
	Quiet    bool   `json:"-"` // who did it is not said: an undo may uncover what somebody else had done
}

// postMark begins the view of a button whose press is to be seen in a post.
const postMark = "post:"

// view names the post in a button.
func (p *Post) view() string { return postMark + p.Channel + ":" + p.TS + ":" + p.Reminder }

// pressedIn is the post that shows what an operation came to; nil for most. Only a button can name one.
func (c *call) pressedIn(op string) *Post {
	switch {
	case c.req.Post != nil && strings.HasPrefix(op, "reminder."):
		p := *c.req.Post
		p.Reminder = c.in.Str("reminder")
		return &p
	case c.req.Via == core.ViaButton && strings.HasPrefix(c.view(), postMark):
		part := strings.Split(c.view(), ":")
		if len(part) != 4 {
			return nil
		}
		return &Post{Channel: part[1], TS: part[2], Reminder: part[3], Quiet: true}
	}
	return nil
}

// reminderPost is what a reminder said, as things stand now.
func (b *Bot) reminderPost(ctx context.Context, user string, p *Post) (blocks.Message, error) {
	actor := core.Person(user, core.ViaButton)
	m, err := b.core.Reminder(ctx, actor, p.Reminder)
	if err != nil {
		return blocks.Message{}, err
	}
	open, err := b.core.OpenWorkFor(ctx, actor, &m.Reminder)
	if err != nil {
		return blocks.Message{}, err
	}
	who := ""
	if !p.Quiet {
		if v, err := b.core.WhoAmI(ctx, actor); err == nil {
			who = v.Person.Name
		}
	}
	return blocks.ReminderAnswered(*m, *open, b.cfg.Now(), who, blocks.Env{BaseURL: b.cfg.BaseURL, Command: "/rollcall"}), nil
}

// settle brings up to date what everybody sees of an answer.
func (in *intake) settle(ctx context.Context, user string, ans Answer) {
	if ans.Post != nil {
		in.calls.Go(func() { in.repost(ctx, user, ans.Post) })
	}
}

// repost brings a post up to date. One at a time: whoever draws last has seen what all others did.
func (in *intake) repost(ctx context.Context, user string, p *Post) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	in.posts.Lock()
	defer in.posts.Unlock()
	m, err := in.bot.reminderPost(ctx, user, p)
	if err == nil {
		err = steadily(ctx, func() error { return in.slack.Edit(ctx, p.Channel, p.TS, m) })
	}
	if err != nil && core.ErrorCode(err) != core.NotFound && !gone[slackCode(err)] {
		in.log.Warn("what a reminder said could not be brought up to date", "channel", p.Channel, "err", err)
	}
}
