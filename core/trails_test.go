package core

import (
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/storage"
)

// shelves has an event under every number and counts how often one is read.
type shelves struct{ read int }

func (s *shelves) Get([]byte) ([]byte, error) { s.read++; return []byte(`{"op":"step.done"}`), nil }

func (s *shelves) Scan(storage.Range) iter.Seq2[storage.Entry, error] { return nil }

// One ring serves all releases: what is read again and again is decoded once, and whoever comes from far back neither
// gets another event's trail nor takes the place of a newer one.
func TestTrailsAreDecodedOnce(t *testing.T) {
	ts, from := new(trails), new(shelves)
	const newest = 5000
	room := int64(len(ts.ring))
	require.Equal(t, int64(4*newsEvents), room)
	seen := map[int64]*trail{}
	for seq := newest - room + 1; seq <= newest; seq++ {
		tr, err := ts.of(from, seq)
		require.NoError(t, err)
		seen[seq] = tr
	}
	require.Equal(t, int(room), from.read)
	for seq := int64(newest - newsBehind + 1); seq <= newest-room; seq++ { // somebody who was away for long
		tr, err := ts.of(from, seq)
		require.NoError(t, err)
		require.NotSame(t, seen[seq+room], tr)
	}
	before := from.read
	for seq, tr := range seen {
		again, err := ts.of(from, seq)
		require.NoError(t, err)
		assert.Same(t, tr, again, "event %d", seq)
	}
	assert.Equal(t, before, from.read, "the newest are still known")
}
