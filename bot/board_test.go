package bot

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/core"
	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// boards is the pinned messages of a channel.
func (l *live) boards(channel string) []localslack.Message {
	var out []localslack.Message
	for _, m := range l.ann.Sees(channel) {
		if m.Pinned {
			out = append(out, m)
		}
	}
	return out
}

// board waits for the one pinned message of a channel to say something.
func (l *live) board(t *testing.T, channel, text string) localslack.Message {
	t.Helper()
	var found localslack.Message
	err := l.slack.Wait(l.ctx, func() bool {
		list := l.boards(channel)
		if len(list) == 1 && strings.Contains(list[0].String(), text) {
			found = list[0]
			return true
		}
		return false
	})
	require.NoError(t, err, "%v\n%s", l.boards(channel), l.log)
	return found
}

// settled waits until nothing is left to deliver.
func (l *live) settled(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		notices, err := l.core.Notices(l.ctx)
		require.NoError(t, err)
		stale, err := l.core.StaleBoards(l.ctx)
		require.NoError(t, err)
		return len(notices)+len(stale) == 0
	}, 20*time.Second, 5*time.Millisecond)
}

// erase deletes a message of the bot, as an admin of the workspace can.
func (l *live) erase(t *testing.T, m localslack.Message) {
	t.Helper()
	r, err := http.PostForm(l.slack.APIURL()+"chat.delete", url.Values{"token": {l.slack.BotToken()}, "channel": {m.Channel}, "ts": {m.TS}})
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
}

func TestABoardFollowsItsRelease(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	l.prepared(t)
	first := l.board(t, "#ops", "0 of 2 done")
	assert.Contains(t, first.String(), "prod-us")
	assert.Contains(t, first.String(), "[Next step]")
	assert.True(t, first.Notifies.None())

	next, err := l.ann.Click(l.ctx, first, "Next step")
	require.NoError(t, err)
	require.True(t, next.Messages[0].Ephemeral, "only the asker sees the answer")
	_, err = l.ann.Click(l.ctx, next.Messages[0], "Done")
	require.NoError(t, err)
	edited := l.board(t, "#ops", "1 of 2 done")
	require.Equal(t, first.TS, edited.TS, "edited in place")

	require.Contains(t, l.says(t, `/rc step block cust-a-prod D2 reason="<!channel> the *backup* runs"`).String(), "Blocked")
	blocked := l.board(t, "#ops", "1 blocked")
	require.Contains(t, blocked.String(), "the ∗backup∗ runs")
	post, err := l.ann.WaitFor(l.ctx, "#ops", "is blocked.")
	require.NoError(t, err)
	require.True(t, post.Notifies.None(), "user text calls nobody")

	require.Contains(t, l.says(t, `/rc step unblock cust-a-prod D2`).String(), "Unblocked")
	require.Contains(t, l.says(t, `/rc step block cust-a-prod D2 reason="a key is missing" needs=@dan`).String(), "Blocked")
	l.board(t, "#ops", "needs @dan")
	post, err = l.ann.WaitFor(l.ctx, "#ops", "your help is asked for")
	require.NoError(t, err)
	require.Equal(t, []string{l.slack.User("dan").ID()}, post.Notifies.Users, "who is asked, and nobody else")
	require.Contains(t, l.says(t, `/rc step done cust-a-prod D2 takeover=yes`).String(), "Done")
	l.board(t, "#ops", "Complete.")
	_, err = l.ann.WaitFor(l.ctx, "#ops", "is complete")
	require.NoError(t, err)

	require.Contains(t, l.says(t, `/rc release archive v2.5.0`).String(), "archived")
	_, err = l.ann.WaitFor(l.ctx, "#ops", "is archived: 100%")
	require.NoError(t, err)
	l.settled(t)
	require.Empty(t, l.boards("#ops"))
	for _, m := range l.ann.Sees("#ops") {
		if m.TS == first.TS {
			require.Contains(t, m.String(), "📦")
			require.NotContains(t, m.String(), "[Next step]")
		}
	}
}

func TestADeletedBoardIsPostedAgain(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	l.prepared(t)
	first := l.board(t, "#ops", "0 of 2 done")
	l.settled(t)
	l.erase(t, first)
	require.Contains(t, l.says(t, "/rc board").String(), "Go to the board")
	again := l.board(t, "#ops", "0 of 2 done")
	require.NotEqual(t, first.TS, again.TS)
	l.settled(t)
	l.erase(t, again)
	require.Contains(t, l.says(t, "/rc step done cust-a-prod D1").String(), "Done")
	third := l.board(t, "#ops", "1 of 2 done")
	require.NotEqual(t, again.TS, third.TS, "the next change finds out as well")
	l.settled(t)

	require.Contains(t, l.says(t, "/rc release board anew=yes").String(), "board")
	require.NoError(t, l.slack.Wait(l.ctx, func() bool { b := l.boards("#ops"); return len(b) == 1 && b[0].TS != third.TS }))
	l.settled(t)
	require.Contains(t, l.says(t, "/rc help board").String(), "board")
}

func TestABoardMovesWithItsChannel(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	l.prepared(t)
	l.board(t, "#ops", "0 of 2 done")
	l.settled(t)
	require.Contains(t, l.says(t, "/rc release edit v2.5.0 channel=#nowhere").String(), "is no channel that Slack knows")
	require.Contains(t, l.says(t, "/rc release edit v2.5.0 channel=#general").String(), "changed")
	l.board(t, "#general", "0 of 2 done")
	require.NoError(t, l.slack.Wait(l.ctx, func() bool { return len(l.boards("#ops")) == 0 }))
	_, err := l.ann.WaitFor(l.ctx, "#ops", "is in #general now")
	require.NoError(t, err)
	l.settled(t)
}

// The pin of a board that moved is taken away even if Slack has trouble just then.
func TestTheOldPinGoesWhateverHappens(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	l.prepared(t)
	l.board(t, "#ops", "0 of 2 done")
	l.settled(t)
	l.slack.Inject(localslack.Fault{Method: "pins.remove", Times: 2, Status: 503})
	require.Contains(t, l.says(t, "/rc release edit v2.5.0 channel=#general").String(), "changed")
	l.board(t, "#general", "0 of 2 done")
	l.settled(t)
	require.Empty(t, l.boards("#ops"))
	require.Len(t, l.boards("#general"), 1)
}

func TestABoardSurvivesARestart(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	l.prepared(t)
	first := l.board(t, "#ops", "0 of 2 done")
	l.settled(t)
	require.NoError(t, l.stop())
	_, err := l.core.Do(t.Context(), core.Person(l.ann.ID(), core.ViaCLI), "", core.MarkDone{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D1"}})
	require.NoError(t, err)
	l.again(t)
	require.Equal(t, first.TS, l.board(t, "#ops", "1 of 2 done").TS)
	l.settled(t)
}

func TestWhatCannotBePostedIsToldOnceToTheOwner(t *testing.T) {
	t.Parallel()
	s := workspace(t, localslack.Config{})
	l := connect(t, s)
	require.NoError(t, s.WaitConnected(l.ctx, 1))
	l.prepared(t)
	l.board(t, "#ops", "0 of 2 done")
	l.settled(t)
	require.Contains(t, l.says(t, "/rc release edit v2.5.0 channel=#general").String(), "changed")
	l.board(t, "#general", "0 of 2 done")
	l.settled(t)
	require.NoError(t, s.Archive("#general", true))
	require.Contains(t, l.says(t, "/rc step done cust-a-prod D1").String(), "Done")
	told, err := l.ann.WaitFor(l.ctx, "@app", "can be posted in its channel")
	require.NoError(t, err)
	require.Contains(t, told.String(), "the channel is archived")
	require.Contains(t, l.says(t, `/rc step block cust-a-prod D2 reason="backup runs"`).String(), "Blocked")
	l.settled(t)
	require.Len(t, l.ann.Sees("@app"), 1, "once, and not for every notice")

	require.NoError(t, s.Archive("#general", false))
	answer, err := l.ann.Click(l.ctx, told, "Try again")
	require.NoError(t, err)
	require.NotEmpty(t, answer.Messages)
	l.board(t, "#general", "1 of 2 done")
	require.Empty(t, s.Violations())
}

func TestABotOutsideItsChannelSaysSo(t *testing.T) {
	t.Parallel()
	s := workspace(t, localslack.Config{Channels: []localslack.Channel{{Name: "ops"}, {Name: "secret", Private: true}}})
	l := connect(t, s)
	require.NoError(t, s.WaitConnected(l.ctx, 1))
	l.prepared(t)
	l.board(t, "#ops", "0 of 2 done")
	l.settled(t)
	require.NoError(t, s.RemoveBot("#secret"))
	require.Contains(t, l.says(t, "/rc release edit v2.5.0 channel="+s.ChannelID("secret")).String(), "changed")
	told, err := l.ann.WaitFor(l.ctx, "@app", "can be posted in its channel")
	require.NoError(t, err)
	require.Contains(t, told.String(), "/invite")
	require.NoError(t, s.InviteBot("#secret"))
	_, err = l.ann.Click(l.ctx, told, "Try again")
	require.NoError(t, err)
	l.board(t, "#secret", "0 of 2 done")
	require.Empty(t, s.Violations())
}
