package core

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Skimming gives what decoding gives, whatever people have written.
func TestSkimmedEventsAreTheEvents(t *testing.T) {
	nasty := `x","subjects":[{"record":"step/00000001/00000001/000001"}],"release_id":7,"title":"<&>`
	e := Event{Seq: 12, At: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC), Actor: "UBOB", Via: ViaSlash, Op: "step.bulk",
		Release: 3, Cluster: 2, Title: nasty, Text: nasty, Count: 100}
	for i := range 100 {
		raw, err := json.Marshal(nasty)
		require.NoError(t, err)
		e.Subjects = append(e.Subjects, Subject{Record: "step/" + stepKey(3, int64(i), 1), Title: nasty, Prev: int64(i),
			Changes: []Change{{Field: "skip_reason", After: raw}}})
	}
	b, err := json.Marshal(e)
	require.NoError(t, err)
	var whole Event
	require.NoError(t, json.Unmarshal(b, &whole))

	first, err := skimEvent(b, 3)
	require.NoError(t, err)
	want := whole
	want.Subjects = whole.Subjects[:3]
	assert.Equal(t, want, *first)

	all, err := skimEvent(b, 1000)
	require.NoError(t, err)
	assert.Equal(t, whole, *all)

	for _, i := range []int{0, 57, 99} {
		one, err := skimSubject(b, fmt.Sprintf("step/%s", stepKey(3, int64(i), 1)))
		require.NoError(t, err)
		want.Subjects = whole.Subjects[i : i+1]
		assert.Equal(t, want, *one)
	}
	none, err := skimSubject(b, "step/"+stepKey(1, 1, 1))
	require.NoError(t, err)
	assert.Empty(t, none.Subjects, "what is written in a title is no subject")

	assert.Equal(t, int64(3), headID(b, "release_id"))
	assert.Equal(t, int64(2), headID(b, "cluster_id"))
	assert.Zero(t, headID(b, "customer_id"))

	e.Subjects = nil
	b, err = json.Marshal(e)
	require.NoError(t, err)
	bare, err := skimEvent(b, 3)
	require.NoError(t, err)
	assert.Equal(t, e, *bare)
	for _, broken := range [][]byte{nil, b[:20], append(b[:len(b)-1], `,"subjects":[{"rec`...)} {
		_, err := skimEvent(broken, 3)
		assert.Error(t, err)
	}
}
