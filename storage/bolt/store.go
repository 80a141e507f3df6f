// Package bolt keeps a storage.Store in one bbolt file.
//
// It knows bbolt, files and locks, and how to share one commit among several updates. It must not know what the keys
// mean. All entries live in one bucket, because the key space above has no nesting.
package bolt

import (
	"context"
	"fmt"
	"io"
	"sync"

	"go.etcd.io/bbolt"

	"rollcall/storage"
)

// bucket holds every entry.
var bucket = []byte("entries")

// Store is a storage.Store in one file. Make it with Open.
type Store struct {
	db       *bbolt.DB
	readOnly bool
	wake     chan struct{}  // one token when pending has grown; closed to end the writer
	ended    chan struct{}  // closed when the writer has
	calls    sync.WaitGroup // transactions and backups under way

	mu      sync.Mutex
	closed  bool
	pending []*update // updates the writer has not taken yet, oldest first
}

var _ storage.Store = (*Store)(nil)

// enter counts a call in, so that Close waits for it. Each success is paired with calls.Done.
func (s *Store) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return storage.ErrClosed
	}
	s.calls.Add(1)
	return nil
}

// View implements storage.Store.
func (s *Store) View(ctx context.Context, f func(storage.Reader) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.calls.Done()
	if err := ctx.Err(); err != nil {
		return err
	}
	raw, err := s.db.Begin(false)
	if err != nil {
		return fmt.Errorf("beginning a read: %w", err)
	}
	defer raw.Rollback()
	t := newTx(ctx, raw)
	defer t.end()
	return f(t)
}

// Backup implements storage.Store. What it writes is itself a file for Open.
func (s *Store) Backup(ctx context.Context, w io.Writer) (int64, error) {
	if err := s.enter(); err != nil {
		return 0, err
	}
	defer s.calls.Done()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	raw, err := s.db.Begin(false)
	if err != nil {
		return 0, fmt.Errorf("beginning a backup: %w", err)
	}
	defer raw.Rollback()
	out := &guarded{ctx: ctx, w: w}
	n, err := raw.WriteTo(out)
	if out.err != nil {
		err = out.err // bbolt passes on only the text of it
	}
	if err != nil {
		return n, fmt.Errorf("writing a backup: %w", err)
	}
	return n, nil
}

// guarded is a writer that fails once its context has ended, and remembers its error.
type guarded struct {
	ctx context.Context
	w   io.Writer
	err error
}

func (g *guarded) Write(p []byte) (n int, err error) {
	if g.err = g.ctx.Err(); g.err == nil {
		n, g.err = g.w.Write(p)
	}
	return n, g.err
}

// Close implements storage.Store: updates already queued are still committed.
func (s *Store) Close() error {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	s.mu.Unlock()
	s.calls.Wait()
	if !first {
		<-s.ended
		return nil
	}
	close(s.wake)
	<-s.ended
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("closing the store: %w", err)
	}
	return nil
}
