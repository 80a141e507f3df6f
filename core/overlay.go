package core

import (
	"bytes"
	"iter"
	"sort"

	"rollcall/storage"
)

// overlay holds an operation's writes until it has succeeded, so that a
// refusal half-way leaves nothing behind and costs the others of a shared
// commit nothing. Reads see the writes.
type overlay struct {
	base storage.Reader
	puts map[string][]byte // nil value: deleted
}

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
	o.puts[key] = value
}

func (o *overlay) delete(key string) { o.puts[key] = nil }

// Scan merges the writes into the base's order.
func (o *overlay) Scan(r storage.Range) iter.Seq2[storage.Entry, error] {
	var mine []string
	for k := range o.puts {
		if k >= string(r.From) && (r.To == nil || k < string(r.To)) {
			mine = append(mine, k)
		}
	}
	if len(mine) == 0 {
		return o.base.Scan(r)
	}
	sort.Strings(mine)
	if r.Reverse {
		sort.Sort(sort.Reverse(sort.StringSlice(mine)))
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
	keys := make([]string, 0, len(o.puts))
	for k := range o.puts {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
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
