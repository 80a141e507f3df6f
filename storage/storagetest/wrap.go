package storagetest

import (
	"context"
	"errors"
	"iter"
	"sync"

	"rollcall/storage"
)

// Twice returns a store that runs every Update's function twice: the first run is rolled back, the second counts. A
// function that appends to something outside itself, or decides by what it did before, then shows it in its results.
func Twice(s storage.Store) storage.Store { return twice{s} }

type twice struct{ storage.Store }

var errRehearsed = errors.New("rehearsed")

func (t twice) Update(ctx context.Context, f func(storage.Writer) error) error {
	ran := false
	err := t.Store.Update(ctx, func(w storage.Writer) error {
		ran = true
		if err := f(w); err != nil {
			return err
		}
		return errRehearsed
	})
	if !ran {
		return err
	}
	return t.Store.Update(ctx, f)
}

// Counts is what transactions did: calls, entries yielded by scans, and bytes of keys and values put.
type Counts struct{ Gets, Scans, Entries, Puts, Deletes, Bytes int }

// Counted is a store that counts. Only the run that was committed counts, not those before it.
type Counted struct {
	storage.Store
	mu                 sync.Mutex
	updates            int
	last, read, totals Counts
}

// Counting returns s with counters.
func Counting(s storage.Store) *Counted { return &Counted{Store: s} }

// LastUpdate returns what the latest committed Update did.
func (c *Counted) LastUpdate() Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// LastView returns what the latest View did.
func (c *Counted) LastView() Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read
}

// Updates returns the number of committed Updates and what they did together.
func (c *Counted) Updates() (int, Counts) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.updates, c.totals
}

// Update implements storage.Store.
func (c *Counted) Update(ctx context.Context, f func(storage.Writer) error) error {
	var n Counts
	err := c.Store.Update(ctx, func(w storage.Writer) error {
		n = Counts{}
		return f(countingWriter{countingReader{w, &n}, w})
	})
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.updates++
	c.last = n
	t := &c.totals
	t.Gets, t.Scans, t.Entries = t.Gets+n.Gets, t.Scans+n.Scans, t.Entries+n.Entries
	t.Puts, t.Deletes, t.Bytes = t.Puts+n.Puts, t.Deletes+n.Deletes, t.Bytes+n.Bytes
	return nil
}

// View implements storage.Store.
func (c *Counted) View(ctx context.Context, f func(storage.Reader) error) error {
	var n Counts
	err := c.Store.View(ctx, func(r storage.Reader) error { return f(countingReader{r, &n}) })
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read = n
	return err
}

type countingReader struct {
	r storage.Reader
	n *Counts
}

func (c countingReader) Get(key []byte) ([]byte, error) {
	c.n.Gets++
	return c.r.Get(key)
}

func (c countingReader) Scan(r storage.Range) iter.Seq2[storage.Entry, error] {
	return func(yield func(storage.Entry, error) bool) {
		c.n.Scans++
		for e, err := range c.r.Scan(r) {
			c.n.Entries++
			if !yield(e, err) {
				return
			}
		}
	}
}

type countingWriter struct {
	countingReader
	w storage.Writer
}

func (c countingWriter) Put(key, value []byte) error {
	c.n.Puts++
	c.n.Bytes += len(key) + len(value)
	return c.w.Put(key, value)
}

func (c countingWriter) Delete(key []byte) error {
	c.n.Deletes++
	return c.w.Delete(key)
}
