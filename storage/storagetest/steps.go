package storagetest

import (
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"rollcall/storage"
)

func goexit() { runtime.Goexit() }

// update runs f, which asserts for itself, and expects the commit to succeed.
func update(t *testing.T, s storage.Store, f func(storage.Writer)) {
	t.Helper()
	assert.NoError(t, s.Update(t.Context(), func(w storage.Writer) error {
		f(w)
		return nil
	}))
}

// view is update for reading.
func view(t *testing.T, s storage.Store, f func(storage.Reader)) {
	t.Helper()
	assert.NoError(t, s.View(t.Context(), func(r storage.Reader) error {
		f(r)
		return nil
	}))
}

// fill puts keys with empty values.
func fill(t *testing.T, s storage.Store, keys ...string) {
	t.Helper()
	update(t, s, func(w storage.Writer) {
		for _, k := range keys {
			assert.NoError(t, w.Put([]byte(k), nil))
		}
	})
}

// collect lists a range as "key=value".
func collect(t *testing.T, r storage.Reader, rng storage.Range) []string {
	t.Helper()
	var out []string
	for e, err := range r.Scan(rng) {
		assert.NoError(t, err)
		out = append(out, string(e.Key)+"="+string(e.Value))
	}
	return out
}

// dump is collect in a View of its own.
func dump(t *testing.T, s storage.Store, rng storage.Range) (out []string) {
	t.Helper()
	view(t, s, func(r storage.Reader) { out = collect(t, r, rng) })
	return out
}

// keys cuts the values off collect's lines.
func keys(entries []string) []string {
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i], _, _ = strings.Cut(e, "=")
	}
	return out
}
