package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rollcall/core"
)

// Bot is the Slack half of the program.
type Bot struct {
	cfg   Config
	core  *core.Service
	table *table
	ready atomic.Bool
	round atomic.Int64 // when the deliverer last looked around, Unix seconds; 0 before it began
	pace  *paces       // of all that goes to channels

	remind  chan struct{} // the reminders may have changed
	backups backups
	onAct   func(user string) // hears of everybody who has changed something; nil while nobody listens
}

// Config is what a Bot is given from outside.
type Config struct {
	Core    *core.Service
	Log     *slog.Logger
	Now     func() time.Time
	After   func(time.Duration) <-chan time.Time // an alarm of the same clock; nil is real time
	Jitter  func() float64                       // in [0,1); spreads second tries; nil spreads nothing
	BaseURL string                               // of the status page, empty when there is none
	Meter   Meter                                // nil: nobody watches

	Files Files // where files that people gave are read; nil: nowhere

	// Backup copies the database, verifies the copy, and says where it is and how many bytes it has; nil when the
	// program takes none. A *core.Error is told as it is.
	Backup func(context.Context) (path string, size int64, err error)
}

// New makes a bot over a domain.
func New(cfg Config) *Bot {
	cfg.BaseURL = strings.TrimSuffix(cfg.BaseURL, "/")
	if cfg.Meter == nil {
		cfg.Meter = unmetered{}
	}
	return &Bot{cfg: cfg, core: cfg.Core, table: newTable(commands()), pace: newPaces(cfg.Now), remind: make(chan struct{}, 1)}
}

// deaf is how long the deliverer may take for a round: it looks around once a minute at least.
const deaf = 3 * time.Minute

// Ready is nil while Slack's socket is up and what is to be delivered gets looked at.
func (b *Bot) Ready() error {
	if !b.ready.Load() {
		return errors.New("the bot is not connected to Slack")
	}
	if last := b.round.Load(); last != 0 && b.cfg.Now().Sub(time.Unix(last, 0)) > deaf {
		return fmt.Errorf("nothing has been delivered since %s: the deliverer is stuck", time.Unix(last, 0).UTC().Format(time.RFC3339))
	}
	return nil
}

// Run ties the store to the workspace, then answers and delivers until ctx ends. An error is one that trying
// again cannot mend, and says what to do.
func (b *Bot) Run(ctx context.Context, client *Client) error {
	team, err := b.workspace(ctx, client)
	if err != nil {
		return err
	}
	if err := b.core.Bind(ctx, team); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var delivering sync.WaitGroup
	delivering.Go(func() { b.Deliver(ctx, client) })
	delivering.Go(func() { b.Remind(ctx, client) })
	err = b.Listen(ctx, client)
	cancel()
	delivering.Wait()
	return err
}

// workspace asks Slack whose token this is, again and again while Slack cannot be reached or is in trouble.
func (b *Bot) workspace(ctx context.Context, client Slack) (string, error) {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		team, err := client.Team(ctx)
		if err == nil || ctx.Err() != nil {
			return team, err
		}
		if lasting(err) {
			return "", fmt.Errorf("the bot token cannot be used: %s", botTokenAdvice(err))
		}
		again := spread(wait, b.cfg.Jitter)
		b.cfg.Log.Warn("Slack cannot be reached", "wait", again, "err", err)
		if !pause(ctx, again) {
			return "", ctx.Err()
		}
	}
}
