package core_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

// A clock that is set back and forth at random changes neither the order of events nor what they did. House checks
// every invariant when the test ends.
func TestAClockThatJumpsKeepsTheOrderOfEvents(t *testing.T) {
	h := newHouse(t)
	h.active()
	chance := rand.New(rand.NewPCG(28, 11))
	said := map[int64]string{}
	for i := range 60 {
		h.pass(time.Duration(chance.Int64N(int64(96*time.Hour))) - 48*time.Hour)
		step := at([]string{"cust-a-prod", "cust-b-prod", "cust-d-prod"}[i%3], []string{"D1", "D2", "V1"}[i/3%3])
		for _, op := range []core.Operation{core.MarkDone{Target: step}, core.RevertStep{Target: step}, core.ReopenStep{Target: step}, core.AddNote{Target: step, Text: "still"}} {
			if r, err := h.try(bob, op); err == nil {
				said[r.Seq] = r.Op
				break
			}
		}
	}
	require.Len(t, said, 60, "each time one of the four is possible")
	feed, err := h.Activity(t.Context(), core.Person(bob, core.ViaSlash), core.ActivityQuery{Limit: 60})
	require.NoError(t, err)
	require.Len(t, feed.Events, 60)
	for i, e := range feed.Events {
		if i > 0 {
			assert.Equal(t, feed.Events[i-1].Seq-1, e.Seq, "newest first, by their numbers and not by the clock")
		}
		assert.Equal(t, said[e.Seq], e.Op)
	}
}

func TestUndoAndAClockThatJumps(t *testing.T) {
	h := newHouse(t)
	h.active()
	r := h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D1")})
	h.pass(-3 * time.Hour)
	h.do(bob, core.Undo{Event: r.Seq})
	r = h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D2")})
	h.pass(16 * time.Minute)
	h.refused(core.Conflict, bob, core.Undo{Event: r.Seq})
}

func TestKeysAndAClockThatJumps(t *testing.T) {
	h := newHouse(t)
	h.active()
	done := core.MarkDone{Target: at("cust-a-prod", "D1")}
	do := func(op core.Operation) (core.Receipt, error) {
		return h.Do(t.Context(), core.Person(bob, core.ViaSlash), "one key", op)
	}
	first, err := do(done)
	require.NoError(t, err)
	for _, jump := range []time.Duration{-48 * time.Hour, 24 * time.Hour, 24 * time.Hour, 23 * time.Hour} {
		h.pass(jump)
		require.NoError(t, h.Tidy(t.Context()))
		again, err := do(done)
		require.NoError(t, err)
		assert.True(t, again.Replay, "after %s", jump)
		assert.Equal(t, first.Seq, again.Seq)
	}
}

func TestSessionsAndAClockThatJumps(t *testing.T) {
	h := newHouse(t)
	h.active()
	session := h.signIn(vic)
	h.pass(-24 * time.Hour)
	_, err := h.Session(t.Context(), session)
	require.NoError(t, err, "a clock set back ends no session")
	h.pass(24 * time.Hour)
	_, err = h.Session(t.Context(), session)
	require.NoError(t, err)
	token, _, err := h.NewSignIn(t.Context(), core.Person(vic, core.ViaSlash))
	require.NoError(t, err)
	h.pass(32 * 24 * time.Hour)
	_, err = h.Session(t.Context(), session)
	h.forbidden(err)
	_, err = h.Redeem(t.Context(), token)
	h.forbidden(err)
	h.pass(-32 * 24 * time.Hour)
	_, err = h.Redeem(t.Context(), token)
	h.forbidden(err) // what was refused once is spent
}
