package core_test

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"rollcall/storage"
)

// All views are held against the world after every operation. What makes that cheap enough: a view is a function of
// what it reads in the store, so one that is made of nothing that was written since it was last looked at, and that has
// to show what it had to show then, is not looked at anew. Every so often all are, in case that is not so.
const anew = 125

// book is a store that keeps the keys that are written in it, and those that a look at it reads.
type book struct {
	storage.Store
	written map[string]bool
	reading *pages // nil: nobody looks
}

// aside is true of what is not compared: who did what when, and what is known of those who look.
func aside(key string) bool {
	return strings.HasPrefix(key, "event/") || strings.HasPrefix(key, "person/")
}

// pages is what a view is made of.
type pages struct {
	keys   map[string]bool
	ranges []storage.Range
}

// changed is true when something of them was written.
func (p *pages) changed(written map[string]bool) bool {
	for key := range written {
		if aside(key) {
			continue
		}
		if p.keys[key] {
			return true
		}
		for _, r := range p.ranges {
			if key >= string(r.From) && (r.To == nil || key < string(r.To)) {
				return true
			}
		}
	}
	return false
}

func (b *book) Update(ctx context.Context, f func(storage.Writer) error) error {
	w := bookWriter{}
	err := b.Store.Update(ctx, func(to storage.Writer) error {
		w = bookWriter{Writer: to}
		return f(&w)
	})
	if err == nil {
		for _, key := range w.keys {
			b.written[key] = true
		}
	}
	return err
}

func (b *book) View(ctx context.Context, f func(storage.Reader) error) error {
	if b.reading == nil {
		return b.Store.View(ctx, f)
	}
	return b.Store.View(ctx, func(r storage.Reader) error { return f(bookReader{r, b.reading}) })
}

type bookWriter struct {
	storage.Writer
	keys []string
}

func (w *bookWriter) Put(key, value []byte) error {
	w.keys = append(w.keys, string(key))
	return w.Writer.Put(key, value)
}

func (w *bookWriter) Delete(key []byte) error {
	w.keys = append(w.keys, string(key))
	return w.Writer.Delete(key)
}

type bookReader struct {
	storage.Reader
	pages *pages
}

func (r bookReader) Get(key []byte) ([]byte, error) {
	if r.pages.keys == nil {
		r.pages.keys = map[string]bool{}
	}
	r.pages.keys[string(key)] = true
	return r.Reader.Get(key)
}

// Scan keeps the part of the range that was walked.
func (r bookReader) Scan(rng storage.Range) iter.Seq2[storage.Entry, error] {
	return func(yield func(storage.Entry, error) bool) {
		walked := rng
		defer func() { r.pages.ranges = append(r.pages.ranges, walked) }()
		for e, err := range r.Reader.Scan(rng) {
			last := slices.Clone(e.Key)
			if yield(e, err) {
				continue
			}
			if rng.Reverse {
				walked.From = last
			} else {
				walked.To = append(last, 0)
			}
			return
		}
	}
}

// sight is a view as it was when it was last looked at.
type sight struct {
	want []string
	of   pages
}

// see holds a view against what it has to show.
func (w *walk) see(view, what string, want []string, show func() []string) {
	w.t.Helper()
	if s := w.sights[view]; s != nil && !s.of.changed(w.book.written) && slices.Equal(s.want, want) {
		return
	}
	s := &sight{want: want}
	w.book.reading = &s.of
	got := show()
	w.book.reading = nil
	require.Equal(w.t, want, got, "%s: %s", what, view)
	w.sights[view] = s
	w.looks++
}
