package main

import (
	"context"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wallClock is a clock that a test sets ahead.
type wallClock struct{ ahead atomic.Int64 }

func (c *wallClock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// setTo puts the clock to the next moment at which UTC shows hour:minute.
func (c *wallClock) setTo(hour, minute int) {
	now := c.Now().UTC()
	at := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, time.UTC)
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	c.ahead.Add(int64(at.Sub(now)))
}

// newTimedOffice is an office whose program goes by a clock of the test's.
func newTimedOffice(t *testing.T, clock *wallClock, env map[string]string, channels ...localslack.Channel) *office {
	t.Helper()
	slack, err := localslack.Start(localslack.Config{App: localApp(), Channels: channels})
	require.NoError(t, err)
	t.Cleanup(slack.Close)
	o := &office{t: t, slack: slack, env: serveEnv(slack, filepath.Join(t.TempDir(), "rollcall.db"))}
	maps.Copy(o.env, env)
	cfg, problems := flagsFor().load(environ(o.env))
	require.Empty(t, problems)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	house := newParts(log)
	t.Cleanup(func() { assert.NoError(t, house.close()) })
	s, err := openAt(t.Context(), cfg, clock.Now, log, house)
	require.NoError(t, err)
	s.start(house)
	o.page, o.server = s.baseURL, s
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, slack.WaitConnected(ctx, 1))
	t.Cleanup(func() {
		for _, v := range slack.Violations() {
			assert.Fail(t, "the bot broke a rule of Slack", v.String())
		}
	})
	return o
}

func TestSection9NotificationsAChannelIsReminded(t *testing.T) {
	clock := new(wallClock)
	o := newTimedOffice(t, clock, nil, localslack.Channel{Name: "ops"}, localslack.Channel{Name: "war-room"})
	o.underWay()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cat := o.slack.User("cat")
	o.types("ann", `remind add #war-room "daily 09:30" zone=UTC`)
	assert.Contains(t, o.types("cat", "remind test").String(), "4 open steps")
	assert.Empty(t, cat.Sees("#war-room"))

	clock.setTo(9, 30)
	o.types("ann", `remind add #ops "daily 23:59" zone=UTC`) // so that the clock is looked at
	post, err := cat.WaitFor(ctx, "#war-room", "4 open steps")
	require.NoError(t, err)
	assert.Contains(t, post.String(), "Customer A")
	assert.Contains(t, post.String(), "prod-us / cust-a-prod")

	answer, err := cat.Click(ctx, post, "Snooze 1 h")
	require.NoError(t, err)
	assert.Contains(t, answer.String(), "Silent until")
	post, err = cat.WaitFor(ctx, "#war-room", "by @cat")
	require.NoError(t, err, "what the channel sees says so too")
	assert.Contains(t, post.String(), "4 open steps")
	assert.NotContains(t, post.String(), "Snooze 1 h")
	assert.Contains(t, post.String(), "Resume")
	clock.setTo(10, 31)
	o.types("ann", "remind pause 2")
	spoken := func() (n int) {
		for _, m := range cat.Sees("#war-room") {
			if strings.Contains(m.String(), "4 open steps") {
				n++
			}
		}
		return n
	}
	require.NoError(t, o.slack.Wait(ctx, func() bool { return spoken() == 2 }), "it speaks once more")

	post, err = cat.WaitFor(ctx, "#war-room", "Snooze 4 h")
	require.NoError(t, err)
	answer, err = cat.Click(ctx, post, "Stop")
	require.NoError(t, err)
	assert.Contains(t, answer.String(), "takes the role admin")
	modal, err := cat.Click(ctx, post, "Snooze until…")
	require.NoError(t, err)
	require.NotNil(t, modal.Modal)
	modal.Modal.Fill("Until", clock.Now().UTC().AddDate(0, 0, 4).Format(time.DateOnly))
	outcome, err := modal.Modal.Submit(ctx)
	require.NoError(t, err)
	assert.Empty(t, outcome.Errors)
	assert.Contains(t, o.types("cat", "remind list").String(), "💤 Silent until")
	silent := func() bool {
		return slices.ContainsFunc(cat.Sees("#war-room"), func(m localslack.Message) bool {
			return m.TS == post.TS && strings.Contains(m.String(), "by @cat")
		})
	}
	require.NoError(t, o.slack.Wait(ctx, silent), "asked in a form, the post shows it too")
	var receipts []localslack.Message
	require.NoError(t, o.slack.Wait(ctx, func() bool {
		receipts = slices.DeleteFunc(cat.Sees("#war-room"), func(m localslack.Message) bool { return !strings.Contains(m.String(), "[Undo]") })
		return len(receipts) == 2
	}))
	receipt := receipts[1]
	_, err = cat.Click(ctx, receipt, "Undo")
	require.NoError(t, err)
	require.NoError(t, o.slack.Wait(ctx, func() bool { return !silent() }), "and its undoing")
}

func TestAReminderThatCannotSpeakTellsItsCreator(t *testing.T) {
	clock := new(wallClock)
	o := newTimedOffice(t, clock, nil, localslack.Channel{Name: "ops"}, localslack.Channel{Name: "old", Private: true, NoBot: true})
	o.underWay()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	o.types("ann", `remind add #old "daily 09:30" zone=UTC`)
	clock.setTo(9, 30)
	o.types("ann", `remind add #ops "daily 23:59" zone=UTC`)
	_, err := o.slack.User("ann").WaitFor(ctx, "@rollcall", "cannot speak in its channel")
	require.NoError(t, err)
	assert.Contains(t, o.types("ann", "remind list").String(), "🚫 It cannot speak")
}
