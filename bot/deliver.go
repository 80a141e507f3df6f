package bot

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"rollcall/bot/blocks"
	"rollcall/core"

	"github.com/slack-go/slack"
)

// What Slack takes: about one message a second in a channel, and of our edits by our own measure one in three
// seconds for each board and forty a minute over all.
const (
	channelPause   = time.Second
	boardPause     = 3 * time.Second
	editsPerMinute = 40
	maxTries       = 6           // of what Slack answers with an error we do not know
	longestWait    = time.Minute // between two tries while Slack cannot be reached
	atOnce         = 32          // calls under way
)

// hopeless are Slack's refusals of a message that a second try cannot change.
var hopeless = []string{"channel_not_found", "not_in_channel", "is_archived", "is_inactive", "restricted_action", "restricted_action_read_only_channel",
	"restricted_action_thread_only_channel", "posting_to_channel_denied", "user_not_found", "user_disabled", "messages_tab_disabled",
	"cannot_dm_bot", "invalid_blocks", "msg_too_long", "msg_blocks_too_long", "no_text", "invalid_arguments"}

// mendable are refusals that have nothing to do with the message: whoever runs the program mends them, and then it
// goes on.
var mendable = []string{"missing_scope", "no_permission", "account_inactive", "invalid_auth", "token_revoked", "token_expired", "not_authed"}

// Deliver posts what operations left in the outbox, oldest first in each channel, and keeps the boards up to date,
// until ctx ends. Channels do not wait for one another.
func (b *Bot) Deliver(ctx context.Context, client Slack) {
	if err := b.core.RedrawBoards(ctx); err != nil && ctx.Err() == nil {
		b.cfg.Log.Error("the boards cannot be marked", "err", err)
	}
	d := newDelivery(b, client)
	for {
		b.round.Store(b.cfg.Now().Unix())
		wait := d.round(ctx)
		select {
		case <-ctx.Done():
			d.running.Wait()
			return
		case <-b.core.Wake():
		case done := <-d.done:
			done()
		case <-b.after(wait):
		}
	}
}

// after is the bot's clock as an alarm.
func (b *Bot) after(d time.Duration) <-chan time.Time {
	if b.cfg.After != nil {
		return b.cfg.After(d)
	}
	return time.After(d)
}

// delivery is the state of what goes out. Only the goroutine of Deliver touches lines; paces has its own lock.
type delivery struct {
	bot     *Bot
	slack   Slack
	env     blocks.Env
	lines   map[string]*line
	under   int         // calls under way
	done    chan func() // what they came to
	running sync.WaitGroup
	pace    *paces
}

func newDelivery(b *Bot, client Slack) *delivery {
	return &delivery{bot: b, slack: client, env: blocks.Env{BaseURL: b.cfg.BaseURL, Command: "/rollcall"}, lines: map[string]*line{},
		done: make(chan func(), atOnce), pace: b.pace}
}

// line is what goes to one place in order: the notices of a channel, or the edits of a board.
type line struct {
	busy     bool
	free     time.Time // when it may go on
	misses   int       // tries in a row in which Slack could not be reached
	refusals int       // tries in a row that Slack refused without a reason we know
}

func (d *delivery) line(key string) *line {
	l := d.lines[key]
	if l == nil {
		l = new(line)
		d.lines[key] = l
	}
	return l
}

// outcome is what a try came to: dealt with, or to be tried again after a while.
type outcome struct {
	again   time.Duration // 0: dealt with
	miss    bool          // Slack could not be reached
	refused bool          // Slack refused it without a reason we know
}

// round starts whatever may go out now and says when the next round is due.
func (d *delivery) round(ctx context.Context) time.Duration {
	wait := time.Minute
	due := func(key string, work func() outcome) {
		l, now := d.line(key), d.bot.cfg.Now()
		switch {
		case l.busy || d.under == atOnce:
		case now.Before(l.free):
			wait = min(wait, l.free.Sub(now))
		default:
			d.begin(l, work)
		}
	}
	notices, err := d.bot.core.Notices(ctx)
	if err == nil {
		for _, n := range notices {
			due(n.Channel, func() outcome { return d.notice(ctx, n) })
		}
		var stale []core.StaleBoard
		stale, err = d.bot.core.StaleBoards(ctx)
		for _, mark := range stale {
			key := "board/" + core.ShortRelease(mark.Release)
			tries := d.line(key).refusals
			due(key, func() outcome { return d.board(ctx, mark, tries) })
		}
	}
	if err != nil && ctx.Err() == nil {
		d.bot.cfg.Log.Error("the outbox cannot be read", "err", err)
	}
	return max(wait, time.Millisecond)
}

// begin runs work beside the others; what it came to is settled by Deliver's own goroutine.
func (d *delivery) begin(l *line, work func() outcome) {
	l.busy = true
	d.under++
	d.running.Go(func() {
		out := d.safely(work)
		d.done <- func() {
			l.busy = false
			d.under--
			l.misses++
			if !out.miss {
				l.misses = 0
			}
			l.refusals++
			if !out.refused {
				l.refusals = 0
			}
			if out.miss && out.again == 0 {
				out.again = spread(min(channelPause<<min(l.misses-1, 10), longestWait), d.bot.cfg.Jitter)
			}
			l.free = d.bot.cfg.Now().Add(out.again)
		}
	})
}

// safely is work that may go wrong in ways nobody thought of: then it is tried again after a while.
func (d *delivery) safely(work func() outcome) (out outcome) {
	defer d.bot.survive("delivery", func() { out = outcome{again: longestWait} })
	return work()
}

// notice posts one notice: at least once, and no more often than Slack forces us to.
func (d *delivery) notice(ctx context.Context, n core.Notice) outcome {
	if wait := d.pace.message(n.Channel); wait > 0 {
		return outcome{again: wait}
	}
	log := d.bot.cfg.Log
	ts, err := d.slack.Publish(ctx, n.Channel, "", blocks.Milestone(n, d.env))
	var plain *refusedBlocks
	if errors.As(err, &plain) {
		log.Warn("a notice went out as plain text", "notice", n.ID, "err", err)
		err = nil
	}
	if err == nil {
		d.bot.cfg.Meter.Delivered("notice", Sent)
		if err := d.bot.core.Delivered(ctx, n, ts); err != nil && ctx.Err() == nil {
			log.Error("a delivered notice stays in the outbox", "notice", n.ID, "err", err)
		}
		return outcome{again: channelPause}
	}
	if ctx.Err() != nil {
		return outcome{again: channelPause}
	}
	switch v := judge(err, n.Tries); {
	case v.final:
		d.bot.cfg.Meter.Delivered("notice", GivenUp)
		log.Error("a notice was given up", "notice", n.ID, "kind", n.Kind, "channel", n.Channel, "tries", n.Tries+1, "err", err)
		d.count(ctx, n, refusal(err))
		return outcome{}
	case v.counts:
		d.bot.cfg.Meter.Delivered("notice", Waits)
		d.count(ctx, n, "")
		log.Warn("a notice was not delivered", "notice", n.ID, "channel", n.Channel, "err", err)
		return outcome{again: channelPause << n.Tries}
	default:
		d.bot.cfg.Meter.Delivered("notice", Waits)
		log.Warn("a notice waits for Slack", "notice", n.ID, "channel", n.Channel, "wait", v.wait, "err", err)
		return outcome{again: v.wait, miss: v.wait == 0}
	}
}

func (d *delivery) count(ctx context.Context, n core.Notice, park string) {
	if err := d.bot.core.Failed(ctx, n, park); err != nil && ctx.Err() == nil {
		d.bot.cfg.Log.Error("a failed notice cannot be marked", "notice", n.ID, "err", err)
	}
}

// verdict is what an error of Slack's means for what was tried.
type verdict struct {
	final  bool          // it will never work
	counts bool          // it may work, but not for ever
	wait   time.Duration // it will work after that; 0 when nobody knows when
}

func judge(err error, tries int) verdict {
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		return verdict{wait: max(limited.RetryAfter, channelPause)}
	}
	code := slackCode(err)
	switch {
	case code == "" || slices.Contains(passing, code):
		return verdict{}
	case slices.Contains(mendable, code):
		return verdict{wait: longestWait}
	case slices.Contains(hopeless, code) || tries+1 >= maxTries:
		return verdict{final: true}
	}
	return verdict{counts: true}
}

// refusal is Slack's name for an error where it has one.
func refusal(err error) string { return orElse(slackCode(err), err.Error()) }

// paces keeps to what Slack takes, whoever posts.
type paces struct {
	now func() time.Time

	mu       sync.Mutex
	channels map[string]time.Time // when each takes its next message
	edits    []time.Time          // of the last minute
}

func newPaces(now func() time.Time) *paces {
	return &paces{now: now, channels: map[string]time.Time{}}
}

// message reserves a channel's next message, or says how long to wait.
func (p *paces) message(channel string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if free := p.channels[channel]; now.Before(free) {
		return free.Sub(now)
	}
	p.channels[channel] = now.Add(channelPause)
	return 0
}

// edit reserves an edit, or says how long to wait.
func (p *paces) edit() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	for len(p.edits) > 0 && now.Sub(p.edits[0]) >= time.Minute {
		p.edits = p.edits[1:]
	}
	if len(p.edits) >= editsPerMinute {
		return p.edits[0].Add(time.Minute).Sub(now)
	}
	p.edits = append(p.edits, now)
	return 0
}
