package core

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/storage"
)

// What is read from the file is held to its form: bytes that nobody of ours wrote are an error, never a panic, and what
// is read is written again as the same thing.

func FuzzStepRecord(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{byte(Done), 1, 0, 2})
	f.Add([]byte("0\x0010\x00"))
	f.Add(marshalStep(&stepRecord{Status: Skipped, ExecutedAt: 1, ExecutedBy: "U1", SkipReason: "not here", Revision: 3}))
	f.Add(marshalStep(&stepRecord{Status: Pending, ClaimedBy: "U1", ClaimedAt: 5, BlockedBy: "U2", BlockedAt: 6, BlockReason: "no access", BlockNeeds: "U3"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s, again stepRecord
		if parseStep(b, &s) != nil {
			return
		}
		written := marshalStep(&s) // what is never written, such as a source without an override, is lost here
		require.NoError(t, parseStep(written, &again))
		assert.Equal(t, written, marshalStep(&again))
	})
}

func FuzzRoster(f *testing.F) {
	r := &roster{groups: map[int64][]enrolment{}}
	r.set(1, enrolment{Customer: 3, ID: 7})
	r.set(2, enrolment{Customer: 9, ID: 8})
	f.Add(r.encode())
	f.Add([]byte("5 "))
	f.Add([]byte("0 \x010\x00"))
	f.Add([]byte("5 \x01\x01\xff\xff\xff\xff\xff\xff\xff\xff\x7f"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = parseRoster(b, []int64{1}) // one cluster of it
		_, _ = rosterClusters(b)
		if r, err := parseRoster(b, nil); err == nil {
			again, err := parseRoster(r.encode(), nil)
			require.NoError(t, err)
			assert.Equal(t, len(r.groups), len(again.groups))
		}
	})
}

func FuzzSkimEvent(f *testing.F) {
	e := &Event{Seq: 7, At: unixTime(time.Unix(5, 0).Unix()), Op: "step.done", Title: "Customer A"}
	if b, err := e.encode(); err == nil {
		f.Add(b, 3)
	}
	f.Add([]byte(`{"seq":1,"subjects":[{"record":"step/1"}]}`), 1)
	f.Add([]byte(`{"subjects":[`), 2)
	f.Fuzz(func(_ *testing.T, b []byte, most int) {
		_, _ = skimEvent(b, most%100)
		_, _ = skimSubject(b, "step/00000001/00000001/000001")
	})
}

func FuzzSmallForms(f *testing.F) {
	for _, s := range []string{"", "2026-12-01", "2026-02-30", "1-3,7", "9-1", "1-3777777770,0", "-", "+ns Customer A", "D12", "R1", "C+1", "0.5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := parseDate("date", s); err == nil && s != "" {
			again, err := parseDate("date", string(d))
			require.NoError(t, err)
			assert.Equal(t, d, again)
		}
		if ids := parseRanges(s); len(s) < 20 {
			assert.NotPanics(t, func() { formatRanges(ids) })
		}
		_, _ = parseColumn(storage.Entry{Key: []byte(s), Value: []byte(s)})
		if letter, n, ok := splitShortID(s); ok && letter[0] < 0x80 {
			_, again, ok := splitShortID(shortID(letter, int(n)))
			assert.True(t, ok)
			assert.Equal(t, n, again)
		}
		assert.NotPanics(t, func() { _, _, _ = splitStepKey(s) })
	})
}
