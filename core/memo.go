package core

import (
	"bytes"
	"encoding/json"
	"hash/maphash"
	"sync/atomic"
)

// memo remembers what stored forms were decoded to. Every operation and every view reads the same few releases, steps,
// clusters and people, and reading JSON costs a hundred times what comparing it does. A value depends on the bytes of
// its form alone, so nothing remembered can be stale, whichever store it came from.
//
// Whoever reads gets a struct of their own. The maps and slices in it are shared: a record is changed by putting new
// ones in their place (a test looks at what is remembered once all others have run).
type memo[T any] struct {
	slots [memoSlots]atomic.Pointer[remembered[T]]
}

// A form has one slot, and the newest of those that share it stays. Long forms are decoded each time, so that what is
// remembered of one kind takes a few megabytes as a rule and less than twenty at most.
const (
	memoSlots   = 4096
	memoLongest = 2048 // bytes
)

type remembered[T any] struct {
	form  []byte
	value T
}

var memoSeed = maphash.MakeSeed()

// decode is what a JSON form says.
func (m *memo[T]) decode(form []byte) (*T, error) {
	out := new(T)
	if len(form) > memoLongest {
		if err := json.Unmarshal(form, out); err != nil {
			return nil, err
		}
		return out, nil
	}
	slot := &m.slots[maphash.Bytes(memoSeed, form)%memoSlots]
	if known := slot.Load(); known != nil && bytes.Equal(known.form, form) {
		*out = known.value
		return out, nil
	}
	if err := json.Unmarshal(form, out); err != nil {
		return nil, err
	}
	slot.Store(&remembered[T]{form: bytes.Clone(form), value: *out})
	return out, nil
}
