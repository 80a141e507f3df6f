package core

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// An event's stored form is what encoding/json would write, whatever its texts.
func TestEventEncodesAsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "<b>&", "a\u2028b", "quote\"\\", "Café · 1"}))
		value := rapid.Custom(func(t *rapid.T) json.RawMessage {
			if rapid.Bool().Draw(t, "absent") {
				return nil
			}
			b, err := json.Marshal(text.Draw(t, "value"))
			require.NoError(t, err)
			return b
		})
		e := Event{Seq: rapid.Int64Min(1).Draw(t, "seq"), At: time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "at"), 0).UTC(),
			Actor: text.Draw(t, "actor"), Op: "step.bulk", Title: text.Draw(t, "title"), Text: text.Draw(t, "text")}
		for range rapid.IntRange(0, 4).Draw(t, "subjects") {
			s := Subject{Record: text.Draw(t, "record"), Title: text.Draw(t, "called"), Created: rapid.Bool().Draw(t, "created"), Prev: rapid.Int64Range(0, 99).Draw(t, "prev")}
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				s.Changes = append(s.Changes, Change{Field: text.Draw(t, "field"), Before: value.Draw(t, "before"), After: value.Draw(t, "after")})
			}
			e.Subjects = append(e.Subjects, s)
		}
		want, err := json.Marshal(e)
		require.NoError(t, err)
		got, err := e.encode()
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got))
	})
}

func TestKeysAreFixedInWidth(t *testing.T) {
	assert.Equal(t, "00000000", idKey(0))
	assert.Equal(t, "00000007/000012", pairKey(7, 12))
	assert.Equal(t, "12345678/00000010/999999", stepKey(12345678, 10, 999999))
	assert.Equal(t, "123456789", idKey(123456789))
	assert.Equal(t, "0000000100", seqKey(100))
}

// What an event says of a field is what encoding/json would write of it.
func TestFieldsAreRecordedAsJSON(t *testing.T) {
	for _, v := range []any{
		7, int64(-12), "quote\" <b>& Café", Skipped, map[string]string{"z": "<1>", "a\"": "\u2028", "m": ""}, Maybe("x"), true, 0.75, Deploy,
	} {
		want, err := json.Marshal(v)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(raw(reflect.ValueOf(v))))
	}
}
