package core

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"

	"rollcall/storage"
)

// record is a pointer to a stored noun: it remembers the newest event that touched it.
type record[T any] interface {
	*T
	lastEvent() int64
	setLastEvent(int64)
}

// table is one noun's records and its declared indexes.
type table[T any, P record[T]] struct {
	name    string
	key     func(P) string // behind "name/"
	title   func(P) string // what an event calls the record; nil when the operation says it
	stamp   func(P, int64) // sets when it was last changed, Unix seconds; nil when the noun keeps no such time
	indexes []index[P]
	marshal func(P) []byte // nil: JSON
	parse   func([]byte, P) error
	locate  func(P, string) // sets the fields that stand only in the key, from the key behind "name/"
	memo    memo[T]         // of JSON forms
}

// index maps texts to records. A unique one refuses a second record for the same text.
type index[P any] struct {
	name   string
	unique bool
	// entries are the record's texts here; values, when given, ride along so that a scan need not read the record.
	entries func(P) []indexEntry
}

type indexEntry struct {
	text  string
	value []byte
}

func (tb *table[T, P]) path(key string) string { return tb.name + "/" + key }

// encode writes a record as the number of its newest event, a space, and its fields.
func (tb *table[T, P]) encode(p P) []byte {
	b := strconv.AppendInt(nil, p.lastEvent(), 10)
	b = append(b, ' ')
	if tb.marshal != nil {
		return append(b, tb.marshal(p)...)
	}
	j, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Sprintf("encode %s: %v", tb.name, err)) // the nouns are plain data: it cannot fail
	}
	return append(b, j...)
}

func (tb *table[T, P]) decode(path string, b []byte) (P, error) {
	head, body, ok := bytes.Cut(b, []byte{' '})
	seq, err := strconv.ParseInt(string(head), 10, 64)
	if !ok || err != nil {
		return nil, fmt.Errorf("a record of %s is damaged", tb.name)
	}
	var p P
	if tb.parse != nil {
		p = new(T)
		err = tb.parse(body, p)
	} else {
		p, err = tb.memo.decode(body)
	}
	if err != nil {
		return nil, fmt.Errorf("a record of %s is damaged: %w", tb.name, err)
	}
	p.setLastEvent(seq)
	if tb.locate != nil {
		tb.locate(p, path[len(tb.name)+1:])
	}
	return p, nil
}

// get reads one record; nil when there is none.
func (tb *table[T, P]) get(r storage.Reader, key string) (P, error) {
	b, err := r.Get([]byte(tb.path(key)))
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return tb.decode(tb.path(key), b)
}

// all reads the records whose key begins with prefix, in key order.
func (tb *table[T, P]) all(r storage.Reader, prefix string) iter.Seq2[P, error] {
	return func(yield func(P, error) bool) {
		for e, err := range r.Scan(storage.Prefix([]byte(tb.path(prefix)))) {
			if err != nil {
				yield(nil, err)
				return
			}
			p, err := tb.decode(string(e.Key), e.Value)
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// list is all as a slice.
func (tb *table[T, P]) list(r storage.Reader, prefix string) ([]P, error) {
	return gather(tb.all(r, prefix))
}

// newID is one more than the highest id in use. Records are never deleted, so ids are never reused.
func (tb *table[T, P]) newID(r storage.Reader) (int64, error) {
	rng := storage.Prefix([]byte(tb.path("")))
	rng.Reverse = true
	for e, err := range r.Scan(rng) {
		if err != nil {
			return 0, err
		}
		n, err := strconv.ParseInt(string(e.Key[len(tb.name)+1:]), 10, 64)
		return n + 1, err
	}
	return 1, nil
}

// put stores a record, its indexes, and that the running event touched it.
func (tb *table[T, P]) put(t *tx, p P) error {
	key := tb.key(p)
	path := tb.path(key)
	before, err := t.Get([]byte(path))
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	var old P
	if before != nil {
		if old, err = tb.decode(path, before); err != nil {
			return err
		}
	}
	title := ""
	if tb.title != nil {
		title = tb.title(p)
	}
	t.touch(tb, path, before, title)
	p.setLastEvent(t.event.Seq)
	if tb.stamp != nil {
		tb.stamp(p, t.now.Unix())
	}
	for _, ix := range tb.indexes {
		if err := tb.reindex(t, ix, old, p); err != nil {
			return err
		}
	}
	t.put(path, tb.encode(p))
	return nil
}

func (tb *table[T, P]) indexPath(ix index[P], e indexEntry, key string) string {
	path := "ix/" + tb.name + "/" + ix.name + "/" + e.text
	if !ix.unique {
		path += "\x00" + key
	}
	return path
}

// indexed is every entry a record should have, key to value.
func (tb *table[T, P]) indexed(ix index[P], p P) map[string][]byte {
	out := map[string][]byte{}
	if p == nil {
		return out
	}
	key := tb.key(p)
	for _, e := range ix.entries(p) {
		v := e.value
		if ix.unique {
			v = []byte(key)
		}
		out[tb.indexPath(ix, e, key)] = v
	}
	return out
}

func (tb *table[T, P]) reindex(t *tx, ix index[P], old, now P) error {
	had, wants := tb.indexed(ix, old), tb.indexed(ix, now)
	for path := range had {
		if _, keep := wants[path]; !keep {
			t.delete(path)
		}
	}
	for path, v := range wants {
		if was, ok := had[path]; ok && bytes.Equal(was, v) {
			continue
		}
		if ix.unique {
			holder, err := t.Get([]byte(path))
			if err == nil && string(holder) != tb.key(now) {
				return fmt.Errorf("%s %s: %s is taken", tb.name, ix.name, path) // the nouns' rules refuse this first, in words
			}
			if err != nil && !errors.Is(err, storage.ErrNotFound) {
				return err
			}
		}
		t.put(path, v)
	}
	return nil
}

// lookup yields the keys that an index holds under exactly text, or, with
// prefix, under every text that begins with it.
func (tb *table[T, P]) lookup(r storage.Reader, name, text string, prefix bool) iter.Seq2[string, error] {
	from := "ix/" + tb.name + "/" + name + "/" + text
	if !prefix {
		from += "\x00"
	}
	return func(yield func(string, error) bool) {
		for e, err := range r.Scan(storage.Prefix([]byte(from))) {
			if err != nil {
				yield("", err)
				return
			}
			key := e.Key[bytes.LastIndexByte(e.Key, 0)+1:]
			if !yield(string(key), nil) {
				return
			}
		}
	}
}

// holder is the key that a unique index holds under text; empty when free.
func (tb *table[T, P]) holder(r storage.Reader, name, text string) (string, error) {
	v, err := r.Get([]byte("ix/" + tb.name + "/" + name + "/" + text))
	if errors.Is(err, storage.ErrNotFound) {
		return "", nil
	}
	return string(v), err
}

// keeper is what undo and check need of a table without knowing its noun.
type keeper interface {
	tableName() string
	// diff lists the fields that differ between two stored forms; before may be nil.
	diff(path string, before, after []byte) ([]Change, error)
	// restore puts the fields back to what they were before the changes.
	restore(t *tx, path string, changes []Change) error
	// faults compares indexes with records, in words.
	faults(r storage.Reader) ([]string, error)
	// lastEventOf reads the newest event of a stored form.
	lastEventOf(path string, b []byte) (int64, error)
	// records yields every stored path and value.
	records(r storage.Reader) iter.Seq2[storage.Entry, error]
}

func (tb *table[T, P]) tableName() string { return tb.name }

func (tb *table[T, P]) records(r storage.Reader) iter.Seq2[storage.Entry, error] {
	return r.Scan(storage.Prefix([]byte(tb.path(""))))
}

func (tb *table[T, P]) lastEventOf(path string, b []byte) (int64, error) {
	p, err := tb.decode(path, b)
	if err != nil {
		return 0, err
	}
	return p.lastEvent(), nil
}

func (tb *table[T, P]) diff(path string, before, after []byte) ([]Change, error) {
	now, err := tb.decode(path, after)
	if err != nil {
		return nil, err
	}
	old := P(new(T))
	if before != nil {
		if old, err = tb.decode(path, before); err != nil {
			return nil, err
		}
	}
	return diffFields(old, now), nil
}

func (tb *table[T, P]) restore(t *tx, path string, changes []Change) error {
	p, err := tb.get(t, path[len(tb.name)+1:])
	if err != nil {
		return err
	}
	if p == nil {
		return fmt.Errorf("%s is gone", path)
	}
	if err := restoreFields(p, changes); err != nil {
		return err
	}
	return tb.put(t, p)
}

// faults finds index entries that are missing and ones that point at nothing.
func (tb *table[T, P]) faults(r storage.Reader) ([]string, error) {
	wants := map[string][]byte{}
	for p, err := range tb.all(r, "") {
		if err != nil {
			return nil, err
		}
		for _, ix := range tb.indexes {
			for path, v := range tb.indexed(ix, p) {
				wants[path] = v
			}
		}
	}
	var out []string
	for e, err := range r.Scan(storage.Prefix([]byte("ix/" + tb.name + "/"))) {
		if err != nil {
			return nil, err
		}
		v, ok := wants[string(e.Key)]
		switch {
		case !ok:
			out = append(out, fmt.Sprintf("index entry %q belongs to no record", e.Key))
		case !bytes.Equal(v, e.Value):
			out = append(out, fmt.Sprintf("index entry %q says %q, its record %q", e.Key, e.Value, v))
		}
		delete(wants, string(e.Key))
	}
	for path := range wants {
		out = append(out, fmt.Sprintf("index entry %q is missing", path))
	}
	return out, nil
}
