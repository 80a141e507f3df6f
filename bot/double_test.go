package bot

import (
	"testing"
	"time"

	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A double click is two presses with a trigger each. Both get the answer of what was done, and it is done once.
func TestADoubleClickIsDoneOnceAndAnsweredWithWhatItDid(t *testing.T) {
	l := started(t, localslack.Config{})
	l.prepared(t)
	for _, c := range []struct{ line, label, says string }{
		{"/rollcall next", "Done", "Done."},
		{"/rollcall bulk done v2.5.0 D2 all", "Confirm", "1 step marked done."},
	} {
		shown := l.says(t, c.line).Messages[0]
		before := l.events(t)
		first, err := l.ann.StartClick(shown, c.label)
		require.NoError(t, err)
		second, err := l.ann.StartClick(shown, c.label)
		require.NoError(t, err)
		_, err = first.Wait(l.ctx)
		require.NoError(t, err)
		a, err := second.Wait(l.ctx)
		require.NoError(t, err)
		assert.Contains(t, a.String(), c.says)
		assert.NotContains(t, a.String(), "♻️", c.line)
		assert.Equal(t, before+1, l.events(t), c.line)
	}
}

// The second press of a double click does nothing about the step that has come up in between.
func TestADoubleClickDoesNotFinishTheNextStep(t *testing.T) {
	l := started(t, localslack.Config{})
	l.prepared(t)
	shown := l.says(t, "/rollcall next").Messages[0]
	before := l.events(t)
	moved, err := l.ann.Click(l.ctx, shown, "Done")
	require.NoError(t, err)
	require.Contains(t, moved.String(), "Done.")
	again, err := l.ann.Click(l.ctx, moved.Messages[len(moved.Messages)-1], "Done")
	require.NoError(t, err)
	assert.NotEmpty(t, again.String())
	assert.Equal(t, before+1, l.events(t))
}

func TestWhatIsADoubleClick(t *testing.T) {
	var d doubles
	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	for i, c := range []struct {
		user, what, key string
		after           time.Duration
		want            string
	}{
		{"ann", "done", "1", 0, "1"},
		{"ann", "done", "2", 300 * time.Millisecond, "1"},
		{"ben", "done", "3", 300 * time.Millisecond, "3"}, // of two people both count
		{"ann", "skip", "4", 400 * time.Millisecond, "4"},
		{"ann", "done", "5", 500 * time.Millisecond, "5"}, // something lies between
		{"ann", "", "6", 600 * time.Millisecond, "6"},
		{"ann", "done", "7", 700 * time.Millisecond, "7"},
		{"ann", "done", "8", 3 * time.Second, "8"}, // on purpose
	} {
		assert.Equal(t, c.want, d.key(c.user, c.what, c.key, at.Add(c.after)), i)
	}
}
