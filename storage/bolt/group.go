package bolt

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"go.etcd.io/bbolt"

	"rollcall/storage"
)

// groupMost is how many updates share one commit. More gain little and make each wait for the others.
const groupMost = 16

// update is one call of Update on its way through the writer. Its function always runs on the goroutine that called
// Update, so that a panic unwinds there and takes nobody along: the writer lends the transaction and waits.
type update struct {
	ctx  context.Context
	f    func(storage.Writer) error
	lent chan *bbolt.Tx // from the writer: your turn
	ran  chan outcome   // to the writer: how it went
	done chan error     // from the writer: the verdict, after which the call returns
}

// outcome of one run of an update's function.
type outcome struct {
	err  error // refused: whatever was written must be rolled back
	gone bool  // the caller is no longer there to run again or hear a verdict
	bulk bool
}

// Update implements storage.Store.
func (s *Store) Update(ctx context.Context, f func(storage.Writer) error) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.calls.Done()
	if s.readOnly {
		return storage.ErrReadOnly
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	u := &update{ctx: ctx, f: f, lent: make(chan *bbolt.Tx), ran: make(chan outcome), done: make(chan error, 1)}
	s.enqueue(u)
	ended := ctx.Done()
	for {
		select {
		case raw := <-u.lent:
			u.run(raw)
		case err := <-u.done:
			return err
		case <-ended:
			if s.withdraw(u) {
				return ctx.Err()
			}
			ended = nil // the writer has taken it: only its verdict tells whether it was committed
		}
	}
}

func (s *Store) enqueue(u *update) {
	s.mu.Lock()
	s.pending = append(s.pending, u)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default: // a token is there already, and the writer will see this one too
	}
}

// withdraw takes u out of the queue and reports whether it was still there.
func (s *Store) withdraw(u *update) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.pending, u)
	if i < 0 {
		return false
	}
	s.pending = slices.Delete(s.pending, i, i+1)
	return true
}

// take removes the next group from the queue; it is empty when nothing waits.
func (s *Store) take() []*update {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(len(s.pending), groupMost)
	group := slices.Clone(s.pending[:n])
	s.pending = slices.Delete(s.pending, 0, n)
	return group
}

// run calls the function once on the caller's goroutine and tells the writer how it went, also when the function
// panics or ends the goroutine.
func (u *update) run(raw *bbolt.Tx) {
	o := outcome{gone: true}
	t := newTx(u.ctx, raw)
	defer func() {
		t.end()
		u.ran <- o
	}()
	err := u.f(t)
	o = outcome{err: err, bulk: t.bulk()}
}

// write is the writer goroutine: it takes whatever waits, at most groupMost, into one commit. It never waits for a
// group to fill, so a lone update is not delayed.
func (s *Store) write() {
	defer close(s.ended)
	for range s.wake {
		for group := s.take(); len(group) > 0; group = s.take() {
			s.commit(group)
			// Those just answered are about to queue again. Let them, or they and those who queued meanwhile would
			// take turns at half-filled groups.
			runtime.Gosched()
		}
	}
}

// commit runs a group in one transaction. A member that fails is taken out and the rest is run again; afterwards it
// is run alone, because it may have failed over what another member had written and then did not commit.
func (s *Store) commit(group []*update) {
	var alone []*update
	for len(group) > 0 {
		failed, o, err := s.try(group)
		if failed < 0 {
			for _, u := range group {
				u.done <- err
			}
			break
		}
		u := group[failed]
		switch {
		case o.gone:
		case failed == 0: // it saw nothing but committed data: its error stands
			u.done <- o.err
		default:
			alone = append(alone, u)
		}
		group = append(group[:failed:failed], group[failed+1:]...)
	}
	for _, u := range alone {
		s.commit([]*update{u})
	}
}

// try runs every member and commits. Either failed is the index of the member whose outcome o forbids that, or it is
// -1 and err is the verdict for all.
func (s *Store) try(group []*update) (failed int, o outcome, err error) {
	raw, err := s.db.Begin(true)
	if err != nil {
		return -1, o, fmt.Errorf("beginning a write: %w", err)
	}
	bulk := false
	for i, u := range group {
		if u.ctx.Err() != nil {
			o = outcome{err: u.ctx.Err()}
		} else {
			u.lent <- raw
			o = <-u.ran
		}
		if o.err != nil || o.gone {
			// Rollback of an open transaction has nothing to report: it only forgets.
			_ = raw.Rollback()
			return i, o, nil
		}
		bulk = bulk || o.bulk
	}
	if bulk {
		raw.Bucket(bucket).FillPercent = 0.95
	}
	if err := raw.Commit(); err != nil {
		return -1, o, fmt.Errorf("%w: %w", storage.ErrWrite, err)
	}
	return -1, o, nil
}
