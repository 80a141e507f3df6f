// Package storagetest proves backends of package storage and the code that uses them: Run is the conformance suite
// each backend passes, Twice shows that update functions can be run again, Counting counts what they cost.
//
// It knows the contract of storage.Store and nothing of any backend.
package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/storage"
)

// Run tests a backend. open opens the store kept at path, a file or directory name inside a fresh temporary
// directory, creating it when absent; Run closes what it opens.
func Run(t *testing.T, open func(t *testing.T, path string) storage.Store) {
	for name, test := range map[string]func(*testing.T, storage.Store){
		"get, put and delete":             testGetPutDelete,
		"order, bounds and prefixes":      testOrder,
		"big values":                      testBigValues,
		"limits":                          testLimits,
		"own writes are visible":          testOwnWrites,
		"writing during a scan":           testWriteDuringScan,
		"a snapshot stays":                testSnapshot,
		"a failed update leaves nothing":  testFailedUpdate,
		"a panic leaves nothing":          testPanic,
		"slices are copied":               testCopies,
		"a transaction ends":              testTxDone,
		"contexts":                        testContexts,
		"concurrent writers":              testConcurrentWriters,
		"a failing writer among others":   testFailingWriter,
		"a panicking writer among others": testPanickingWriter,
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, t.TempDir()+"/store")
			t.Cleanup(func() { assert.NoError(t, s.Close()) })
			test(t, s)
		})
	}
	t.Run("reopening", func(t *testing.T) { testReopen(t, open) })
	t.Run("closing", func(t *testing.T) { testClose(t, open) })
	t.Run("backup", func(t *testing.T) { testBackup(t, open) })
}

func testGetPutDelete(t *testing.T, s storage.Store) {
	update(t, s, func(w storage.Writer) {
		_, err := w.Get([]byte("a"))
		assert.ErrorIs(t, err, storage.ErrNotFound)
		assert.NoError(t, w.Put([]byte("a"), []byte("1")))
		assert.NoError(t, w.Put([]byte("empty"), nil))
		assert.NoError(t, w.Put([]byte("zero\x00\xff"), []byte{0}))
	})
	assert.Equal(t, []string{"a=1", "empty=", "zero\x00\xff=\x00"}, dump(t, s, storage.Range{}))
	view(t, s, func(r storage.Reader) {
		v, err := r.Get([]byte("empty"))
		assert.NoError(t, err)
		assert.NotNil(t, v)
		assert.Empty(t, v)
		_, err = r.Get([]byte("zero"))
		assert.ErrorIs(t, err, storage.ErrNotFound, "a prefix of a key is not the key")
		_, err = r.Get(nil)
		assert.ErrorIs(t, err, storage.ErrNotFound)
	})
	update(t, s, func(w storage.Writer) {
		assert.NoError(t, w.Put([]byte("a"), []byte("2")))
		assert.NoError(t, w.Delete([]byte("empty")))
		assert.NoError(t, w.Delete([]byte("never there")))
		assert.NoError(t, w.Delete([]byte("zero\x00\xff")))
	})
	assert.Equal(t, []string{"a=2"}, dump(t, s, storage.Range{}))
}

func testOrder(t *testing.T, s storage.Store) {
	fill(t, s, "b/2", "a", "b/1", "b", "c", "b\xff\xff", "b\xff", "\xff\xff", "\xff")
	r := func(from, to string, reverse bool) storage.Range {
		out := storage.Range{From: []byte(from), Reverse: reverse}
		if to != "" {
			out.To = []byte(to)
		}
		return out
	}
	for _, c := range []struct {
		name string
		r    storage.Range
		want string
	}{
		{"everything", storage.Range{}, "a b b/1 b/2 b\xff b\xff\xff c \xff \xff\xff"},
		{"everything backwards", storage.Range{Reverse: true}, "\xff\xff \xff c b\xff\xff b\xff b/2 b/1 b a"},
		{"from is in, to is out", r("b", "c", false), "b b/1 b/2 b\xff b\xff\xff"},
		{"the same backwards", r("b", "c", true), "b\xff\xff b\xff b/2 b/1 b"},
		{"bounds between keys", r("aa", "b/11", false), "b b/1"},
		{"the same backwards", r("aa", "b/11", true), "b/1 b"},
		{"to beyond the last key", r("c", "\xff\xff\xff", true), "\xff\xff \xff c"},
		{"to before the first key", r("", "Z", true), ""},
		{"from beyond the last key", r("\xff\xff\xff", "", false), ""},
		{"empty range", r("b", "b", false), ""},
		{"empty range backwards", r("b", "b", true), ""},
		{"bounds crossed", r("c", "a", false), ""},
		{"bounds crossed, backwards", r("c", "a", true), ""},
		{"open end", r("c", "", false), "c \xff \xff\xff"},
		{"open end backwards", r("c", "", true), "\xff\xff \xff c"},
		{"prefix", storage.Prefix([]byte("b/")), "b/1 b/2"},
		{"prefix that is a key", storage.Prefix([]byte("b")), "b b/1 b/2 b\xff b\xff\xff"},
		{"prefix ending in 0xff", storage.Prefix([]byte("b\xff")), "b\xff b\xff\xff"},
		{"prefix of 0xff only", storage.Prefix([]byte("\xff")), "\xff \xff\xff"},
		{"empty prefix", storage.Prefix(nil), "a b b/1 b/2 b\xff b\xff\xff c \xff \xff\xff"},
		{"prefix of nothing", storage.Prefix([]byte("d")), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, strings.Join(keys(dump(t, s, c.r)), " "))
		})
	}

	// Enough entries for several pages, walked both ways and left early.
	update(t, s, func(w storage.Writer) {
		for i := range 5000 {
			assert.NoError(t, w.Put(fmt.Appendf(nil, "n/%05d", i), bytes.Repeat([]byte{'x'}, 20)))
		}
	})
	forward := keys(dump(t, s, storage.Prefix([]byte("n/"))))
	require.Len(t, forward, 5000)
	back := storage.Prefix([]byte("n/"))
	back.Reverse = true
	for i, k := range keys(dump(t, s, back)) {
		require.Equal(t, forward[len(forward)-1-i], k)
	}
	view(t, s, func(r storage.Reader) {
		n := 0
		for range r.Scan(storage.Prefix([]byte("n/"))) {
			if n++; n == 7 {
				break
			}
		}
		assert.Equal(t, 7, n)
	})
}

func testBigValues(t *testing.T, s storage.Store) {
	big := make([]byte, storage.MaxValue)
	for i := range big {
		big[i] = byte(i * 31 >> 3)
	}
	key := bytes.Repeat([]byte{'k'}, storage.MaxKey)
	update(t, s, func(w storage.Writer) { assert.NoError(t, w.Put(key, big)) })
	view(t, s, func(r storage.Reader) {
		got, err := r.Get(key)
		assert.NoError(t, err)
		assert.True(t, bytes.Equal(big, got))
	})
}

func testLimits(t *testing.T, s storage.Store) {
	update(t, s, func(w storage.Writer) {
		assert.ErrorIs(t, w.Put(nil, nil), storage.ErrLimit)
		assert.ErrorIs(t, w.Put(make([]byte, storage.MaxKey+1), nil), storage.ErrLimit)
		assert.ErrorIs(t, w.Put([]byte("k"), make([]byte, storage.MaxValue+1)), storage.ErrLimit)
	})
	assert.Empty(t, dump(t, s, storage.Range{}))

	write := func(n int) error {
		return s.Update(t.Context(), func(w storage.Writer) error {
			for i := range n {
				if err := w.Put(fmt.Appendf(nil, "%06d", i), nil); err != nil {
					return err
				}
			}
			return nil
		})
	}
	assert.ErrorIs(t, write(storage.MaxWrites+1), storage.ErrLimit)
	assert.Empty(t, dump(t, s, storage.Range{}))
	assert.NoError(t, write(storage.MaxWrites))
	assert.Len(t, dump(t, s, storage.Range{}), storage.MaxWrites)
}

func testOwnWrites(t *testing.T, s storage.Store) {
	fill(t, s, "a", "b", "d")
	update(t, s, func(w storage.Writer) {
		assert.NoError(t, w.Put([]byte("c"), []byte("new")))
		assert.NoError(t, w.Put([]byte("a"), []byte("changed")))
		assert.NoError(t, w.Delete([]byte("b")))
		v, err := w.Get([]byte("a"))
		assert.NoError(t, err)
		assert.Equal(t, "changed", string(v))
		_, err = w.Get([]byte("b"))
		assert.ErrorIs(t, err, storage.ErrNotFound)
		assert.Equal(t, []string{"a=changed", "c=new", "d="}, collect(t, w, storage.Range{}))
		assert.Equal(t, []string{"d=", "c=new", "a=changed"}, collect(t, w, storage.Range{Reverse: true}))
	})
}

func testWriteDuringScan(t *testing.T, s storage.Store) {
	fill(t, s, "a", "b", "c")
	update(t, s, func(w storage.Writer) {
		var seen []string
		for e, err := range w.Scan(storage.Range{}) {
			assert.NoError(t, err)
			assert.ErrorIs(t, w.Put([]byte("bb"), nil), storage.ErrScanning)
			assert.ErrorIs(t, w.Delete([]byte("c")), storage.ErrScanning)
			for range w.Scan(storage.Range{}) { // nested, and left early: the outer one still counts
				break
			}
			assert.ErrorIs(t, w.Put([]byte("bb"), nil), storage.ErrScanning)
			_, err := w.Get([]byte("a"))
			assert.NoError(t, err)
			seen = append(seen, string(e.Key))
		}
		assert.Equal(t, []string{"a", "b", "c"}, seen)
		assert.NoError(t, w.Delete([]byte("c")), "after the scan")
	})
	assert.Equal(t, []string{"a=", "b="}, dump(t, s, storage.Range{}))
}

func testFailedUpdate(t *testing.T, s storage.Store) {
	fill(t, s, "a")
	refused := errors.New("refused")
	err := s.Update(t.Context(), func(w storage.Writer) error {
		assert.NoError(t, w.Put([]byte("b"), nil))
		assert.NoError(t, w.Delete([]byte("a")))
		return fmt.Errorf("wrapped: %w", refused)
	})
	assert.ErrorIs(t, err, refused)
	assert.ErrorIs(t, s.View(t.Context(), func(storage.Reader) error { return refused }), refused)
	assert.Equal(t, []string{"a="}, dump(t, s, storage.Range{}))
}

func testPanic(t *testing.T, s storage.Store) {
	fill(t, s, "a")
	assert.PanicsWithValue(t, "write", func() {
		_ = s.Update(t.Context(), func(w storage.Writer) error {
			assert.NoError(t, w.Put([]byte("b"), nil))
			panic("write")
		})
	})
	assert.PanicsWithValue(t, "read", func() {
		_ = s.View(t.Context(), func(storage.Reader) error { panic("read") })
	})
	assert.Equal(t, []string{"a="}, dump(t, s, storage.Range{}))
	fill(t, s, "c")
}

func testCopies(t *testing.T, s storage.Store) {
	update(t, s, func(w storage.Writer) {
		key, value := []byte("k1"), []byte("v1")
		assert.NoError(t, w.Put(key, value))
		key[1], value[1] = '2', '2'
		assert.NoError(t, w.Put(key, value))
		key[1], value[1] = '3', '3'
	})
	assert.Equal(t, []string{"k1=v1", "k2=v2"}, dump(t, s, storage.Range{}))
}

func testTxDone(t *testing.T, s storage.Store) {
	fill(t, s, "a", "b")
	check := func(r storage.Reader) {
		_, err := r.Get([]byte("a"))
		assert.ErrorIs(t, err, storage.ErrTxDone)
		n := 0
		for _, err := range r.Scan(storage.Range{}) {
			n++
			assert.ErrorIs(t, err, storage.ErrTxDone)
		}
		assert.Equal(t, 1, n)
	}
	var r storage.Reader
	var w storage.Writer
	view(t, s, func(kept storage.Reader) { r = kept })
	update(t, s, func(kept storage.Writer) { w = kept })
	check(r)
	check(w)
	assert.ErrorIs(t, w.Put([]byte("c"), nil), storage.ErrTxDone)
	assert.ErrorIs(t, w.Delete([]byte("a")), storage.ErrTxDone)
}

func testContexts(t *testing.T, s storage.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	fill(t, s, "a")
	err := s.View(ctx, func(r storage.Reader) error {
		cancel()
		return nil
	})
	assert.NoError(t, err, "what has started may finish")
	ran := false
	assert.ErrorIs(t, s.View(ctx, func(storage.Reader) error { ran = true; return nil }), context.Canceled)
	assert.ErrorIs(t, s.Update(ctx, func(storage.Writer) error { ran = true; return nil }), context.Canceled)
	_, err = s.Backup(ctx, new(bytes.Buffer))
	assert.ErrorIs(t, err, context.Canceled)
	assert.False(t, ran)

	// A long scan notices that nobody waits for it any more.
	update(t, s, func(w storage.Writer) {
		for i := range 20_000 {
			assert.NoError(t, w.Put(fmt.Appendf(nil, "n/%05d", i), nil))
		}
	})
	ctx, cancel = context.WithCancel(t.Context())
	err = s.View(ctx, func(r storage.Reader) error {
		for _, err := range r.Scan(storage.Range{}) {
			if err != nil {
				return err
			}
			cancel()
		}
		return nil
	})
	assert.ErrorIs(t, err, context.Canceled)
}
