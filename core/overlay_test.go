package core

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rollcall/storage"
)

// mapReader is a store as simple as can be.
type mapReader map[string]string

func (m mapReader) Get(key []byte) ([]byte, error) {
	v, ok := m[string(key)]
	if !ok {
		return nil, storage.ErrNotFound
	}
	return []byte(v), nil
}

func (m mapReader) Scan(r storage.Range) iter.Seq2[storage.Entry, error] {
	keys := slices.Sorted(maps.Keys(m))
	if r.Reverse {
		slices.Reverse(keys)
	}
	return func(yield func(storage.Entry, error) bool) {
		for _, k := range keys {
			if k >= string(r.From) && (r.To == nil || k < string(r.To)) && !yield(storage.Entry{Key: []byte(k), Value: []byte(m[k])}, nil) {
				return
			}
		}
	}
}

// Whatever is written, an overlay reads like a store in which it has been written.
func TestOverlayReadsItsOwnWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, want := mapReader{}, mapReader{}
		for i := range rapid.IntRange(0, 40).Draw(t, "base") {
			base[fmt.Sprintf("k%03d", i*7%100)] = "base"
		}
		maps.Copy(want, base)
		o := newOverlay(base)
		for range rapid.IntRange(0, 700).Draw(t, "writes") {
			key := fmt.Sprintf("k%03d", rapid.IntRange(0, 600).Draw(t, "key"))
			if rapid.Bool().Draw(t, "delete") {
				o.delete(key)
				delete(want, key)
			} else {
				o.put(key, []byte("new"))
				want[key] = "new"
			}
		}
		r := storage.Range{Reverse: rapid.Bool().Draw(t, "reverse")}
		r.From = fmt.Appendf(nil, "k%03d", rapid.IntRange(0, 300).Draw(t, "from"))
		if rapid.Bool().Draw(t, "bounded") {
			r.To = fmt.Appendf(nil, "k%03d", rapid.IntRange(0, 600).Draw(t, "to"))
		}
		require.Equal(t, collect(want.Scan(r)), collect(o.Scan(r)))
		require.Equal(t, collect(want.Scan(r)), collect(o.Scan(r)), "a scan can be repeated")
	})
}

func collect(s iter.Seq2[storage.Entry, error]) []string {
	var out []string
	for e, err := range s {
		if err != nil {
			return []string{err.Error()}
		}
		out = append(out, string(e.Key)+"="+string(e.Value))
	}
	return out
}
