package bolt_test

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"rollcall/storage"
	"rollcall/storage/bolt"
)

// queued starts the functions so that they meet in one group: the writer is kept busy until all of them wait. The
// group's order is that of the arguments. Each result is the error of that Update.
func queued(t *testing.T, s *bolt.Store, fs ...func(storage.Writer) error) []error {
	t.Helper()
	busy, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		assert.NoError(t, s.Update(t.Context(), func(storage.Writer) error {
			close(busy)
			<-release
			return nil
		}))
	})
	<-busy
	errs := make([]error, len(fs))
	for i, f := range fs {
		wg.Go(func() { errs[i] = s.Update(t.Context(), f) })
		s.AwaitQueued(i + 1)
	}
	close(release)
	wg.Wait()
	return errs
}

// commits counts the commits during f by bbolt's own transaction ids.
func commits(t *testing.T, s *bolt.Store, f func()) int {
	t.Helper()
	before := s.Txid()
	f()
	return s.Txid() - before
}

func TestGroupSharesOneCommit(t *testing.T) {
	s := open(t, t.TempDir()+"/store")
	defer s.Close()
	fs := make([]func(storage.Writer) error, 16)
	for i := range fs {
		fs[i] = func(w storage.Writer) error { return w.Put([]byte{byte(i)}, nil) }
	}
	n := commits(t, s, func() {
		for _, err := range queued(t, s, fs...) {
			assert.NoError(t, err)
		}
	})
	assert.Equal(t, 2, n, "the one that kept the writer busy, and one for all the others")
}

func TestFailingMemberIsTakenOutAndRunAlone(t *testing.T) {
	s := open(t, t.TempDir()+"/store")
	defer s.Close()
	refused := errors.New("refused")
	var sawPhantom []bool
	ran := 0
	errs := queued(t, s,
		func(w storage.Writer) error { return w.Put([]byte("good"), nil) },
		func(w storage.Writer) error { // writes, then fails: its write must not survive
			require.NoError(t, w.Put([]byte("phantom"), nil))
			return refused
		},
		func(w storage.Writer) error { // fails only over what the one before it had not committed
			_, err := w.Get([]byte("phantom"))
			sawPhantom = append(sawPhantom, err == nil)
			if err == nil {
				return refused
			}
			return w.Put([]byte("also good"), nil)
		},
		func(w storage.Writer) error { ran++; return nil },
	)
	assert.NoError(t, errs[0])
	assert.ErrorIs(t, errs[1], refused)
	assert.NoError(t, errs[2])
	assert.NoError(t, errs[3])
	assert.Equal(t, []bool{false}, sawPhantom)
	assert.Equal(t, 1, ran)

	names := func() (out []string) {
		require.NoError(t, s.View(t.Context(), func(r storage.Reader) error {
			for e, err := range r.Scan(storage.Range{}) {
				require.NoError(t, err)
				out = append(out, string(e.Key))
			}
			return nil
		}))
		return out
	}
	assert.Equal(t, []string{"also good", "good"}, names())
}

func TestErrorOverUncommittedDataIsJudgedAgain(t *testing.T) {
	s := open(t, t.TempDir()+"/store")
	defer s.Close()
	busy, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	update := func(ctx context.Context, queue int, want error, f func(storage.Writer) error) {
		wg.Go(func() { assert.ErrorIs(t, s.Update(ctx, f), want) })
		s.AwaitQueued(queue)
	}
	update(t.Context(), 0, nil, func(storage.Writer) error { close(busy); <-release; return nil })
	<-busy
	update(t.Context(), 1, nil, func(w storage.Writer) error { return w.Put([]byte("first"), nil) })
	ctx, cancel := context.WithCancel(t.Context())
	update(ctx, 2, context.Canceled, func(w storage.Writer) error { return w.Put([]byte("name"), nil) })
	runs := 0
	update(t.Context(), 3, nil, func(w storage.Writer) error {
		runs++
		if _, err := w.Get([]byte("name")); err == nil {
			cancel() // so the one that took the name never commits
			return errors.New("the name is taken")
		}
		return w.Put([]byte("name"), []byte("mine"))
	})
	close(release)
	wg.Wait()
	assert.Equal(t, 2, runs)
	assert.Equal(t, "mine", get(t, s, "name"))
}

func TestPanickingMemberHarmsNobody(t *testing.T) {
	s := open(t, t.TempDir()+"/store")
	defer s.Close()
	errs := queued(t, s,
		func(w storage.Writer) error { return w.Put([]byte("a"), nil) },
		func(storage.Writer) error { return nil },
	)
	assert.Equal(t, []error{nil, nil}, errs)
	var recovered any
	var wg sync.WaitGroup
	hold := make(chan struct{})
	busy := make(chan struct{})
	wg.Go(func() {
		_ = s.Update(t.Context(), func(storage.Writer) error { close(busy); <-hold; return nil })
	})
	<-busy
	wg.Go(func() {
		assert.NoError(t, s.Update(t.Context(), func(w storage.Writer) error { return w.Put([]byte("b"), nil) }))
	})
	s.AwaitQueued(1)
	wg.Go(func() {
		defer func() { recovered = recover() }()
		_ = s.Update(t.Context(), func(w storage.Writer) error { panic("mine alone") })
	})
	s.AwaitQueued(2)
	close(hold)
	wg.Wait()
	assert.Equal(t, "mine alone", recovered)
	require.NoError(t, s.View(t.Context(), func(r storage.Reader) error { _, err := r.Get([]byte("b")); return err }))
}

func TestContextThatEndsInTheQueue(t *testing.T) {
	s := open(t, t.TempDir()+"/store")
	defer s.Close()
	busy, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = s.Update(t.Context(), func(storage.Writer) error { close(busy); <-release; return nil })
	})
	<-busy
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error)
	go func() {
		answer <- s.Update(ctx, func(storage.Writer) error { t.Error("ran"); return nil })
	}()
	s.AwaitQueued(1)
	cancel()
	assert.ErrorIs(t, <-answer, context.Canceled, "without waiting for the writer")
	close(release)
	wg.Wait()
}

// A bulk laid down in order fills its pages.
func TestOrderedBulkFillsPages(t *testing.T) {
	size := func(name string, key func(i int) int) int64 {
		path := t.TempDir() + name
		s := open(t, path)
		require.NoError(t, s.Update(t.Context(), func(w storage.Writer) error {
			for i := range 20_000 {
				k := key(i)
				if err := w.Put([]byte{byte(k >> 16), byte(k >> 8), byte(k)}, make([]byte, 60)); err != nil {
					return err
				}
			}
			return nil
		}))
		require.NoError(t, s.Close())
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
		require.NoError(t, err)
		defer db.Close()
		var used int64
		require.NoError(t, db.View(func(tx *bbolt.Tx) error {
			st := tx.Bucket([]byte("entries")).Stats()
			used = int64((st.LeafPageN + st.LeafOverflowN) * os.Getpagesize())
			return nil
		}))
		return used
	}
	ordered := size("/ordered", func(i int) int { return i })
	shuffled := size("/shuffled", func(i int) int { return i * 7919 % 20_000 })
	assert.Less(t, ordered*3/2, shuffled)
}
