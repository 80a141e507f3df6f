package bot

import (
	"testing"

	"rollcall/core"
	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inThread types below a message and waits for the answer.
func (l *live) inThread(t *testing.T, m localslack.Message, text string) localslack.Message {
	t.Helper()
	before := len(l.ann.Thread("#ops", m.TS))
	_, err := l.ann.Send("#ops", m.TS, text)
	require.NoError(t, err)
	var thread []localslack.Message
	err = l.slack.Wait(l.ctx, func() bool { thread = l.ann.Thread("#ops", m.TS); return len(thread) == before+2 })
	require.NoError(t, err, "no answer to %q\n%s", text, l.log)
	return thread[len(thread)-1]
}

func TestMentionsInTheBoardsThread(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	l.prepared(t)
	require.Contains(t, l.says(t, `/rc release add Other type=hotfix channel=#general`).String(), "✅")
	require.Contains(t, l.says(t, `/rc template add Other Look category=verify type=text content=x`).String(), "✅")
	require.Contains(t, l.says(t, `/rc release activate Other confirm=yes`).String(), "✅")
	board := l.board(t, "#ops", "0 of 2 done")
	l.settled(t)

	status := l.inThread(t, board, "@app status")
	assert.True(t, status.Ephemeral)
	assert.Equal(t, board.TS, status.ThreadTS)
	assert.Contains(t, status.String(), "v2.5.0", "the board's release, although two are active")
	assert.NotContains(t, status.String(), "Other")

	done := l.inThread(t, board, "@app done cust-a-prod D1")
	assert.False(t, done.Ephemeral, "everybody who reads along sees what was changed")
	assert.Equal(t, board.TS, done.ThreadTS)
	assert.Contains(t, done.String(), "(D1) Deploy")
	require.Equal(t, core.ViaMention, l.newest(t).Via)
	l.board(t, "#ops", "1 of 2 done")

	near := l.inThread(t, board, "@app dnoe cust-a-prod D2")
	assert.True(t, near.Ephemeral)
	assert.Contains(t, near.String(), "step done", "the nearest right thing")

	missing := l.inThread(t, board, "@app skip cust-a-prod D2")
	assert.Contains(t, missing.String(), "Reason is missing")
	form, err := l.ann.Click(l.ctx, missing, "Skip step")
	require.NoError(t, err)
	require.NotNil(t, form.Modal, "a button opens the form that a mention cannot")

	bare := l.inThread(t, board, "what now, @app")
	assert.Contains(t, bare.String(), "what")
}

func TestAThreadBelowAMilestoneKnowsItsStep(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	l.prepared(t)
	require.Contains(t, l.says(t, `/rc step block cust-a-prod D2 reason="backup runs"`).String(), "Blocked")
	post, err := l.ann.WaitFor(l.ctx, "#ops", "is blocked.")
	require.NoError(t, err)
	l.settled(t)
	assert.Contains(t, l.inThread(t, post, "@app note they need an hour").String(), "Noted")
	assert.Contains(t, l.inThread(t, post, "@app unblock").String(), "Unblocked")
	assert.Contains(t, l.inThread(t, post, "@app done D1").String(), "(D1) Deploy", "the customer from the thread, the step as typed")
	assert.Contains(t, l.inThread(t, post, "@app: done").String(), "(D2) Migrate")
}

func TestMentionsElsewhere(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	l.prepared(t)
	l.settled(t)
	a, err := l.ann.Mention(l.ctx, "#ops", "help")
	require.NoError(t, err)
	require.NotEmpty(t, a.Messages)
	assert.True(t, a.Messages[0].Ephemeral)
	done, err := l.ann.Mention(l.ctx, "#ops", "done cust-a-prod D1")
	require.NoError(t, err)
	assert.NotEmpty(t, done.Messages[0].ThreadTS, "below the mention, not beside it")

	shared, err := l.ann.Mention(l.ctx, "#ops", "release share v2.5.0")
	require.NoError(t, err)
	require.Contains(t, shared.Messages[0].String(), "/s/")
	assert.True(t, shared.Messages[0].Ephemeral, "a link that lets people in is for who asked for it")

	direct, err := l.ann.Type(l.ctx, "@app", "todo")
	require.NoError(t, err)
	require.Contains(t, direct.String(), "Migrate")
	before := len(l.ann.Sees("@app"))
	_, err = l.slack.User("ben").Type(l.ctx, "#ops", "nobody asked you")
	require.NoError(t, err)
	assert.Contains(t, l.says(t, "/rc whoami").String(), "ann")
	assert.Len(t, l.ann.Sees("@app"), before)
}

func TestTheSameMentionTwiceIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	l.prepared(t)
	l.settled(t)
	l.slack.DuplicateEnvelopes(1)
	_, err := l.ann.Mention(l.ctx, "#ops", "done cust-a-prod D1")
	require.NoError(t, err)
	l.settled(t)
	answers := 0
	for _, c := range l.slack.Calls("chat.postMessage") {
		if c.Args["thread_ts"] != "" && c.Args["thread_ts"] != nil {
			answers++
		}
	}
	require.Equal(t, 1, answers)
}

func TestAfterMention(t *testing.T) {
	for text, want := range map[string]string{
		"<@U1> done D1":             "done D1",
		"<@U1>: done D1":            "done D1",
		"hey <@U2> see <@U1|app> x": "x",
		"done D1 <@U1>":             "done D1",
		"<@U1>":                     "",
		"todo":                      "todo",
		"grant <@U2> admin":         "grant <@U2> admin",
	} {
		assert.Equal(t, want, afterMention(text, "U1"), text)
	}
}

func (l *live) newest(t *testing.T) core.Activity {
	t.Helper()
	feed, err := l.core.Activity(t.Context(), core.System(core.ViaCLI), core.ActivityQuery{Limit: 1})
	require.NoError(t, err)
	return feed.Events[0]
}
