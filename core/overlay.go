package core

import (
	"bytes"
	"iter"
	"slices"

	"rollcall/storage"
)

// overlay holds an operation's writes until it has succeeded, so that a
// refusal half-way leaves nothing behind and costs the others of a shared
// commit nothing. Reads see the writes.
type overlay struct {
	base   storage.Reader
	puts   map[string][]byte // nil value: deleted
	sorted []string          // the keys of puts in order, but for the recent ones
	recent []string          // at most recentKeys
}

// recentKeys bounds what a Scan sorts anew each time; an operation that writes
// tens of thousands of keys and scans in between stays far from quadratic.
const recentKeys = 256

func newOverlay(base storage.Reader) *overlay {
	return &overlay{base: base, puts: map[string][]byte{}}
}

func (o *overlay) Get(key []byte) ([]byte, error) {
	if v, ok := o.puts[string(key)]; ok {
		if v == nil {
			return nil, storage.ErrNotFound
		}
		return v, nil
	}
	return o.base.Get(key)
}

func (o *overlay) put(key string, value []byte) {
	if value == nil {
		value = []byte{}
	}
	o.write(key, value)
}

func (o *overlay) delete(key string) { o.write(key, nil) }

func (o *overlay) write(key string, value []byte) {
	if _, again := o.puts[key]; !again {
		if o.recent = append(o.recent, key); len(o.recent) > recentKeys {
			o.settle()
		}
	}
	o.puts[key] = value
}

// settle merges the recent keys into the sorted ones.
func (o *overlay) settle() {
	slices.Sort(o.recent)
	merged := make([]string, 0, len(o.sorted)+len(o.recent))
	a, b := o.sorted, o.recent
	for len(a) > 0 && len(b) > 0 {
		if a[0] < b[0] {
			merged, a = append(merged, a[0]), a[1:]
		} else {
			merged, b = append(merged, b[0]), b[1:]
		}
	}
	o.sorted = append(append(merged, a...), b...)
	o.recent = o.recent[:0]
}

// within lists the written keys of a range, in order.
func (o *overlay) within(r storage.Range) []string {
	from, _ := slices.BinarySearch(o.sorted, string(r.From))
	to := len(o.sorted)
	if r.To != nil {
		to, _ = slices.BinarySearch(o.sorted, string(r.To))
	}
	var mine []string
	if from < to {
		mine = append(mine, o.sorted[from:to]...)
	}
	for _, k := range o.recent {
		if k >= string(r.From) && (r.To == nil || k < string(r.To)) {
			mine = append(mine, k)
		}
	}
	slices.Sort(mine)
	if r.Reverse {
		slices.Reverse(mine)
	}
	return mine
}

// Scan merges the writes into the base's order.
func (o *overlay) Scan(r storage.Range) iter.Seq2[storage.Entry, error] {
	mine := o.within(r)
	if len(mine) == 0 {
		return o.base.Scan(r)
	}
	before := func(a, b []byte) bool {
		if r.Reverse {
			return bytes.Compare(a, b) > 0
		}
		return bytes.Compare(a, b) < 0
	}
	return func(yield func(storage.Entry, error) bool) {
		mine := mine
		// next yields my writes that come before limit (all when nil).
		next := func(limit []byte) bool {
			for len(mine) > 0 && (limit == nil || before([]byte(mine[0]), limit)) {
				k := mine[0]
				mine = mine[1:]
				if v := o.puts[k]; v != nil && !yield(storage.Entry{Key: []byte(k), Value: v}, nil) {
					return false
				}
			}
			return true
		}
		for e, err := range o.base.Scan(r) {
			if err != nil {
				yield(e, err)
				return
			}
			if !next(e.Key) {
				return
			}
			if len(mine) > 0 && mine[0] == string(e.Key) {
				continue // mine replaces or deletes it; the next round yields it
			}
			if !yield(e, nil) {
				return
			}
		}
		next(nil)
	}
}

// flush writes everything in key order.
func (o *overlay) flush(w storage.Writer) error {
	o.settle()
	for _, k := range o.sorted {
		v := o.puts[k]
		var err error
		if v == nil {
			err = w.Delete([]byte(k))
		} else {
			err = w.Put([]byte(k), v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
