package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"rollcall/bot/blocks"
	"rollcall/core"

	"github.com/slack-go/slack"
)

// A reminder is posted at most once: its moment is marked before it is posted, and posted again only when Slack has
// certainly refused it. After a timeout nobody knows, so it stays unsaid.
const (
	lookAgain   = 20 * time.Second // at the clock on the wall, which may have been set
	postTimeout = 30 * time.Second
	remindTries = 8
)

// unsure are Slack's refusals after which the message may have been posted all the same.
var unsure = []string{"", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}

// closed are Slack's refusals that mean: not in this channel, until somebody mends that.
var closed = []string{"channel_not_found", "not_in_channel", "is_archived", "channel_is_archived", "no_permission", "access_denied", "user_not_found",
	"messages_tab_disabled", "cannot_dm_bot"}

// Remind speaks the reminders whose moment has come, until ctx ends.
func (b *Bot) Remind(ctx context.Context, client Slack) {
	r := &reminding{bot: b, slack: client}
	for {
		wait := r.round(ctx)
		select {
		case <-ctx.Done():
			return
		case <-b.remind:
		case <-b.after(wait):
		}
	}
}

// rescheduled lets the reminders be looked at again after an operation that may have changed them.
func (b *Bot) rescheduled(op string) {
	if !strings.HasPrefix(op, "reminder.") && op != "undo" {
		return
	}
	select {
	case b.remind <- struct{}{}:
	default:
	}
}

// reminding remembers what is to be posted, and posted again.
type reminding struct {
	bot   *Bot
	slack Slack
	again []attempt
}

// attempt is a marked moment that is not said yet.
type attempt struct {
	id      int64
	channel string
	planned time.Time
	at      time.Time // not before
	tries   int
}

// round speaks what is due and says when to look again.
func (r *reminding) round(ctx context.Context) time.Duration {
	now := r.bot.cfg.Now()
	due, next, err := r.bot.core.DueReminders(ctx)
	if err != nil {
		if ctx.Err() == nil {
			r.bot.cfg.Log.Error("the reminders cannot be read", "err", err)
		}
		return lookAgain
	}
	for _, d := range due {
		r.mark(ctx, d)
	}
	waiting := r.again
	r.again = nil
	for _, a := range waiting {
		if now.Before(a.at) {
			r.again = append(r.again, a)
			continue
		}
		r.speak(ctx, a)
	}
	wait := lookAgain
	if !next.IsZero() {
		wait = min(wait, next.Sub(now))
	}
	for _, a := range r.again {
		wait = min(wait, a.at.Sub(now))
	}
	return max(wait, 10*time.Millisecond)
}

// mark notes that a moment is dealt with and, when something is open, puts it in line to be said.
func (r *reminding) mark(ctx context.Context, d core.DueReminder) {
	defer r.bot.survive("reminder", nil)
	log := r.bot.cfg.Log.With("reminder", d.Reminder.ID, "planned", d.Planned)
	open, err := r.bot.core.OpenWorkFor(ctx, core.System(core.ViaSchedule), &d.Reminder.Reminder)
	if err != nil {
		log.Error("what is open cannot be read", "err", err)
		return
	}
	first, err := r.bot.core.MarkReminder(ctx, d.Reminder.ID, d.Planned)
	if err != nil {
		log.Error("a moment cannot be marked", "err", err)
		return
	}
	if !first {
		return
	}
	r.again = slices.DeleteFunc(r.again, func(a attempt) bool { return a.id == d.Reminder.ID })
	if open.Open == 0 {
		log.Info("a reminder is silent: nothing is open")
		return
	}
	r.again = append(r.again, attempt{id: d.Reminder.ID, channel: d.Reminder.Channel, planned: d.Planned, at: r.bot.cfg.Now()})
}

// speak posts what a reminder has to say now. What has become of it since its moment was marked counts.
func (r *reminding) speak(ctx context.Context, a attempt) {
	defer r.bot.survive("reminder", nil)
	log := r.bot.cfg.Log.With("reminder", a.id, "planned", a.planned, "channel", a.channel)
	asker := core.System(core.ViaSchedule)
	m, err := r.bot.core.Reminder(ctx, asker, core.Reminder{ID: a.id}.Ref())
	if core.ErrorCode(err) == core.NotFound || err == nil && (m.Next == nil || m.Snoozed(r.bot.cfg.Now()) || m.Channel != a.channel) {
		return // removed, silenced or moved meanwhile
	}
	var open *core.OpenWork
	if err == nil {
		open, err = r.bot.core.OpenWorkFor(ctx, asker, &m.Reminder)
	}
	if err != nil {
		log.Error("what is open cannot be read", "err", err)
		return
	}
	if open.Open == 0 {
		return
	}
	message := blocks.Reminder(*m, *open, blocks.Env{BaseURL: r.bot.cfg.BaseURL, Command: "/rollcall"})
	if wait := r.bot.pace.message(a.channel); wait > 0 {
		a.at = r.bot.cfg.Now().Add(wait)
		r.again = append(r.again, a)
		return
	}
	posting, cancel := context.WithTimeout(ctx, postTimeout)
	defer cancel()
	err = r.slack.Post(posting, a.channel, message)
	var plain *refusedBlocks
	switch {
	case err == nil:
		log.Info("a reminder spoke", "open", open.Open)
	case errors.As(err, &plain):
		log.Warn("a reminder went out as plain text", "err", err)
	default:
		r.refused(ctx, a, err)
	}
}

// refused decides what becomes of a reminder that was not posted, as far as anybody knows.
func (r *reminding) refused(ctx context.Context, a attempt, err error) {
	log := r.bot.cfg.Log.With("reminder", a.id, "planned", a.planned, "channel", a.channel, "err", err)
	a.tries++
	var limited *slack.RateLimitedError
	code := slackCode(err)
	switch {
	case errors.As(err, &limited):
		a.at = r.bot.cfg.Now().Add(limited.RetryAfter)
	case slices.Contains(closed, code) || strings.HasPrefix(code, "restricted_action"):
		log.Warn("a reminder is parked")
		why := map[string]string{"channel_not_found": "the channel is gone, or private without the bot in it", "not_in_channel": "the bot is not in the channel",
			"is_archived": "the channel is archived", "channel_is_archived": "the channel is archived"}[code]
		_, err := r.bot.core.Do(ctx, core.System(core.ViaSchedule), "", core.ParkReminder{Reminder: a.id, Why: orElse(why, "Slack says "+code)})
		if err != nil {
			log.Error("a reminder cannot be parked", "cause", err)
		}
		return
	case slices.Contains(unsure, code):
		log.Warn("nobody knows whether a reminder was posted; it is not posted again")
		return
	default:
		a.at = r.bot.cfg.Now().Add(channelPause << a.tries)
	}
	if a.tries >= remindTries {
		log.Error("a reminder was given up", "tries", a.tries)
		return
	}
	log.Warn("a reminder was refused and is posted again", "at", a.at)
	r.again = append(r.again, a)
}
