package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"rollcall/bot/blocks"
	"rollcall/core"

	"github.com/slack-go/slack"
)

// A channel takes about one message a second, and a notice is given up after so many tries.
const (
	channelPause = time.Second
	maxTries     = 6
)

// hopeless are Slack's refusals that a second try cannot change.
var hopeless = []string{"channel_not_found", "not_in_channel", "is_archived", "restricted_action", "missing_scope",
	"no_permission", "invalid_blocks", "msg_too_long", "no_text", "account_inactive", "invalid_auth", "token_revoked", "not_authed"}

// Deliver posts what operations left in the outbox, oldest first in each channel, until ctx ends.
func (b *Bot) Deliver(ctx context.Context, client Slack) {
	d := &delivery{bot: b, slack: client, free: map[string]time.Time{}}
	for {
		wait := d.round(ctx)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-b.core.Wake():
		case <-timer.C:
		}
		timer.Stop()
	}
}

// delivery remembers when each channel takes its next message.
type delivery struct {
	bot   *Bot
	slack Slack
	free  map[string]time.Time
}

// round offers every waiting notice once and says when the next round is due.
func (d *delivery) round(ctx context.Context) time.Duration {
	const idle = time.Minute
	notices, err := d.bot.core.Notices(ctx, 200)
	if err != nil {
		if ctx.Err() == nil {
			d.bot.cfg.Log.Error("the outbox cannot be read", "err", err)
		}
		return idle
	}
	wait := idle
	held := map[string]bool{} // channels where an older notice waits
	for _, n := range notices {
		now := d.bot.cfg.Now()
		if free := d.free[n.Channel]; held[n.Channel] || now.Before(free) {
			held[n.Channel] = true
			wait = min(wait, max(free.Sub(now), time.Millisecond))
			continue
		}
		if again := d.deliver(ctx, n); again > 0 {
			held[n.Channel] = true
			wait = min(wait, again)
		}
	}
	return wait
}

// deliver posts one notice. It returns how long to wait before it is tried again, 0 when it is dealt with.
func (d *delivery) deliver(ctx context.Context, n core.Notice) time.Duration {
	log := d.bot.cfg.Log
	var err error
	if n.Channel != "" {
		d.free[n.Channel] = d.bot.cfg.Now().Add(channelPause)
		err = d.slack.Post(ctx, n.Channel, blocks.Milestone(n, blocks.Env{BaseURL: d.bot.cfg.BaseURL}))
		var sent *refusedBlocks
		if errors.As(err, &sent) {
			log.Warn("a notice went out as plain text", "notice", n.ID, "err", err)
			err = nil
		}
	}
	if err == nil {
		if err := d.bot.core.Delivered(ctx, n.ID); err != nil && ctx.Err() == nil {
			log.Error("a delivered notice stays in the outbox", "notice", n.ID, "err", err)
		}
		return 0
	}
	if ctx.Err() != nil {
		return channelPause
	}
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		d.free[n.Channel] = d.bot.cfg.Now().Add(limited.RetryAfter)
		return limited.RetryAfter
	}
	park := ""
	if slices.Contains(hopeless, slackCode(err)) || n.Tries+1 >= maxTries {
		park = err.Error()
	}
	if err := d.bot.core.Failed(ctx, n, park); err != nil {
		log.Error("a failed notice cannot be marked", "notice", n.ID, "err", err)
	}
	if park != "" {
		log.Error("a notice was given up", "notice", n.ID, "kind", n.Kind, "channel", n.Channel, "tries", n.Tries+1, "err", err)
		return 0
	}
	wait := channelPause << n.Tries
	d.free[n.Channel] = d.bot.cfg.Now().Add(wait)
	log.Warn("a notice was not delivered", "notice", n.ID, "channel", n.Channel, "wait", wait, "err", err)
	return wait
}
