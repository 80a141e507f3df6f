package bot

import (
	"context"
	"fmt"
	"testing"

	"rollcall/core"
	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// window opens the card of ann's next step from her Home.
func (l *live) window(t *testing.T) *localslack.Modal {
	t.Helper()
	_, err := l.ann.OpenHome(l.ctx)
	require.NoError(t, err)
	card, err := l.ann.Click(l.ctx, l.home(t, "ann", "Your next step"), "Open", "(D1)")
	require.NoError(t, err)
	require.NotNil(t, card.Modal)
	return card.Modal
}

// Three modals can lie on one another. A form for which there is no room on top takes the place of what was clicked in,
// and says itself what came of it.
func TestAFormWithoutRoomOnTopTakesThePlaceBelow(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	l.prepared(t)
	card := l.window(t)
	l.slack.Inject(localslack.Fault{Method: "views.push", Error: "push_limit_reached"})
	_, err := l.ann.StartClick(card, "Skip")
	require.NoError(t, err)
	require.NoError(t, card.WaitFor(l.ctx, "Reason"))
	form := l.ann.Modal()
	form.Fill("Reason", "not on this plan")
	_, err = form.Submit(l.ctx)
	require.NoError(t, err)
	require.NoError(t, l.ann.Modal().WaitFor(l.ctx, "Skipped"))
	require.Empty(t, l.ann.Sees("@app"), "nothing needs a message")
}

// A form that is announced while the store is slow lies on the modal it was asked from.
func TestAnAnnouncedFormLiesOnWhatItWasAskedFrom(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	l.prepared(t)
	card := l.window(t)
	opened := len(l.slack.Calls("views.open"))
	release := l.store.slow()
	slow, err := l.ann.Send("#ops", "", "/rollcall cluster add prod-eu")
	require.NoError(t, err)
	_, err = l.ann.StartClick(card, "Skip")
	require.NoError(t, err)
	require.NoError(t, l.slack.Wait(l.ctx, func() bool { return len(l.slack.Calls("views.push")) == 1 }))
	release()
	_, err = slow.Wait(l.ctx)
	require.NoError(t, err)
	require.NoError(t, l.ann.Modal().WaitFor(l.ctx, "Reason"))
	require.Len(t, l.slack.Calls("views.open"), opened, "nothing is opened beside it")
	require.Empty(t, l.slack.Violations())
}

// A backup that is asked for once is taken once, however often Slack delivers that.
func TestABackupIsTakenOnce(t *testing.T) {
	s := newStage(t)
	taken := 0
	s.bot.cfg.Backup = func(context.Context) (string, int64, error) {
		taken++
		if taken == 2 {
			return "", 0, &core.Error{Code: core.Unavailable, Msg: "The disk is full"}
		}
		return fmt.Sprintf("/backups/%d.db", taken), 4096, nil
	}
	require.True(t, s.step("> ann: admin backup"))
	assert.Contains(t, s.said(), "/backups/1.db")
	require.True(t, s.step("again"))
	assert.Equal(t, 1, taken)
	require.True(t, s.step("> ann: admin backup"))
	assert.Contains(t, s.said(), "The disk is full")
	require.True(t, s.step("again"))
	assert.Equal(t, 2, taken)
	s.bot.backups = backups{}
	require.True(t, s.dispatch("ann", s.last["ann"].req), "after a restart")
	assert.Contains(t, s.said(), "asked for already")
	require.True(t, s.step("> ann: admin backup"))
	assert.Contains(t, s.said(), "/backups/3.db")
}
