package core

import (
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

// recentKeys bounds what a Scan sorts anew each time.
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

// keys are written keys of a range, taken from its start or, in reverse, from its end. Whoever stops early has paid for
// what was taken alone.
type keys struct {
	settled, recent []string
	reverse         bool
}

// within is the written keys of a range as they are now.
func (o *overlay) within(r storage.Range) keys {
	from, _ := slices.BinarySearch(o.sorted, string(r.From))
	to := len(o.sorted)
	if r.To != nil {
		to, _ = slices.BinarySearch(o.sorted, string(r.To))
	}
	k := keys{settled: o.sorted[from:max(from, to)], reverse: r.Reverse}
	for _, key := range o.recent {
		if key >= string(r.From) && (r.To == nil || key < string(r.To)) {
			k.recent = append(k.recent, key)
		}
	}
	slices.Sort(k.recent)
	return k
}

// side is the list that has the next key, or nil when there is none.
func (k *keys) side() *[]string {
	switch {
	case len(k.settled) == 0 && len(k.recent) == 0:
		return nil
	case len(k.settled) == 0:
		return &k.recent
	case len(k.recent) == 0, (k.at(k.settled) < k.at(k.recent)) != k.reverse:
		return &k.settled
	}
	return &k.recent
}

func (k *keys) at(list []string) string {
	if k.reverse {
		return list[len(list)-1]
	}
	return list[0]
}

// next is the next key without taking it.
func (k *keys) next() (string, bool) {
	list := k.side()
	if list == nil {
		return "", false
	}
	return k.at(*list), true
}

// take drops the next key.
func (k *keys) take() {
	list := k.side()
	if k.reverse {
		*list = (*list)[:len(*list)-1]
	} else {
		*list = (*list)[1:]
	}
}

// Scan merges the writes into the base's order.
func (o *overlay) Scan(r storage.Range) iter.Seq2[storage.Entry, error] {
	written := o.within(r)
	if _, any := written.next(); !any {
		return o.base.Scan(r)
	}
	before := func(a string, b []byte) bool {
		if r.Reverse {
			return a > string(b)
		}
		return a < string(b)
	}
	return func(yield func(storage.Entry, error) bool) {
		mine := written
		// until yields my writes that come before limit (all when nil).
		until := func(limit []byte) bool {
			for {
				k, more := mine.next()
				if !more || limit != nil && !before(k, limit) {
					return true
				}
				mine.take()
				if v := o.puts[k]; v != nil && !yield(storage.Entry{Key: []byte(k), Value: v}, nil) {
					return false
				}
			}
		}
		for e, err := range o.base.Scan(r) {
			if err != nil {
				yield(e, err)
				return
			}
			if !until(e.Key) {
				return
			}
			if k, more := mine.next(); more && k == string(e.Key) {
				continue // mine replaces or deletes it; the next round yields it
			}
			if !yield(e, nil) {
				return
			}
		}
		until(nil)
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
