package storagetest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/storage"
)

// increment adds 1 to the decimal number under key.
func increment(w storage.Writer, key string) error {
	n := 0
	v, err := w.Get([]byte(key))
	if err == nil {
		n, err = strconv.Atoi(string(v))
	}
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return w.Put([]byte(key), strconv.AppendInt(nil, int64(n+1), 10))
}

const (
	writers = 24
	rounds  = 20
)

// together runs f in writers goroutines and waits for them all.
func together(f func(writer int)) {
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

func testConcurrentWriters(t *testing.T, s storage.Store) {
	together(func(i int) {
		for range rounds {
			assert.NoError(t, s.Update(t.Context(), func(w storage.Writer) error {
				if err := increment(w, "all"); err != nil {
					return err
				}
				return increment(w, fmt.Sprintf("writer %02d", i))
			}))
			assert.NoError(t, s.View(t.Context(), func(r storage.Reader) error {
				_, err := r.Get([]byte("all"))
				return err
			}), "committed when Update returns")
		}
	})
	got := dump(t, s, storage.Range{})
	require.Len(t, got, writers+1)
	assert.Equal(t, fmt.Sprintf("all=%d", writers*rounds), got[0])
	for i, g := range got[1:] {
		assert.Equal(t, fmt.Sprintf("writer %02d=%d", i, rounds), g)
	}
}

func testFailingWriter(t *testing.T, s storage.Store) {
	refused := errors.New("refused")
	together(func(i int) {
		for range rounds {
			bad := i%4 == 0
			err := s.Update(t.Context(), func(w storage.Writer) error {
				if err := increment(w, "all"); err != nil {
					return err
				}
				if bad {
					return refused
				}
				return nil
			})
			if bad {
				assert.ErrorIs(t, err, refused)
			} else {
				assert.NoError(t, err)
			}
		}
	})
	assert.Equal(t, []string{fmt.Sprintf("all=%d", writers*3/4*rounds)}, dump(t, s, storage.Range{}))
}

// testPanickingWriter also lets goroutines end inside their function, as a test's FailNow does.
func testPanickingWriter(t *testing.T, s storage.Store) {
	together(func(i int) {
		for range rounds {
			switch i % 4 {
			case 0:
				assert.PanicsWithValue(t, i, func() {
					_ = s.Update(t.Context(), func(w storage.Writer) error {
						assert.NoError(t, increment(w, "all"))
						panic(i)
					})
				})
			case 1:
				var wg sync.WaitGroup
				wg.Go(func() {
					_ = s.Update(t.Context(), func(w storage.Writer) error {
						assert.NoError(t, increment(w, "all"))
						goexit()
						return nil
					})
				})
				wg.Wait()
			default:
				assert.NoError(t, s.Update(t.Context(), func(w storage.Writer) error { return increment(w, "all") }))
			}
		}
	})
	assert.Equal(t, []string{fmt.Sprintf("all=%d", writers/2*rounds)}, dump(t, s, storage.Range{}))
}

func testSnapshot(t *testing.T, s storage.Store) {
	fill(t, s, "a", "b")
	view(t, s, func(r storage.Reader) {
		before := collect(t, r, storage.Range{})
		var wg sync.WaitGroup
		wg.Go(func() { // another goroutine: a view must not call the store itself
			for i := range 50 {
				update(t, s, func(w storage.Writer) {
					assert.NoError(t, w.Put([]byte("a"), []byte("changed")))
					assert.NoError(t, w.Delete([]byte("b")))
					assert.NoError(t, w.Put(fmt.Appendf(nil, "n%d", i), bytes.Repeat([]byte{1}, 5000)))
				})
			}
		})
		wg.Wait()
		assert.Equal(t, before, collect(t, r, storage.Range{}))
	})
	assert.Len(t, dump(t, s, storage.Range{}), 51)
}

func testReopen(t *testing.T, open func(*testing.T, string) storage.Store) {
	path := t.TempDir() + "/store"
	for i := range 3 {
		s := open(t, path)
		assert.Len(t, dump(t, s, storage.Range{}), i)
		fill(t, s, fmt.Sprintf("key %d", i))
		require.NoError(t, s.Close())
	}
}

func testClose(t *testing.T, open func(*testing.T, string) storage.Store) {
	path := t.TempDir() + "/store"
	s := open(t, path)

	// Updates race with Close: each is either committed or told that it came too late.
	var mu sync.Mutex
	committed := 0
	var wg sync.WaitGroup
	started := make(chan struct{}, writers)
	for range writers {
		wg.Go(func() {
			for {
				err := s.Update(t.Context(), func(w storage.Writer) error { return increment(w, "all") })
				if err != nil {
					assert.ErrorIs(t, err, storage.ErrClosed)
					return
				}
				mu.Lock()
				committed++
				mu.Unlock()
				select {
				case started <- struct{}{}:
				default:
				}
			}
		})
	}
	<-started
	require.NoError(t, s.Close())
	wg.Wait()

	assert.NoError(t, s.Close(), "again")
	never := func(storage.Reader) error { t.Error("ran after Close"); return nil }
	assert.ErrorIs(t, s.View(t.Context(), never), storage.ErrClosed)
	assert.ErrorIs(t, s.Update(t.Context(), func(w storage.Writer) error { return never(w) }), storage.ErrClosed)
	_, err := s.Backup(t.Context(), new(bytes.Buffer))
	assert.ErrorIs(t, err, storage.ErrClosed)

	s = open(t, path)
	assert.Equal(t, []string{fmt.Sprintf("all=%d", committed)}, dump(t, s, storage.Range{}))
	require.NoError(t, s.Close())
}

func testBackup(t *testing.T, open func(*testing.T, string) storage.Store) {
	dir := t.TempDir()
	s := open(t, dir+"/store")
	fill(t, s, "a", "b", "c")

	// Writers keep both numbers equal; a copy in which they differ is torn.
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				update(t, s, func(w storage.Writer) {
					assert.NoError(t, increment(w, "x"))
					assert.NoError(t, increment(w, "y"))
				})
			}
		}
	})
	var buf bytes.Buffer
	n, err := s.Backup(t.Context(), &buf)
	close(stop)
	wg.Wait()
	require.NoError(t, err)
	assert.EqualValues(t, buf.Len(), n)
	require.NoError(t, s.Close())

	require.NoError(t, os.WriteFile(dir+"/copy", buf.Bytes(), 0o600))
	restored := open(t, dir+"/copy")
	view(t, restored, func(r storage.Reader) {
		assert.Subset(t, collect(t, r, storage.Range{}), []string{"a=", "b=", "c="})
		x, errX := r.Get([]byte("x"))
		y, errY := r.Get([]byte("y"))
		assert.Equal(t, string(x), string(y))
		assert.Equal(t, errX == nil, errY == nil)
	})
	fill(t, restored, "d")
	require.NoError(t, restored.Close())

	full := errors.New("disk full")
	s = open(t, dir+"/store")
	_, err = s.Backup(t.Context(), failing{full})
	assert.ErrorIs(t, err, full)
	require.NoError(t, s.Close())
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
