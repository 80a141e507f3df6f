package bolt

import (
	"runtime"

	"go.etcd.io/bbolt"
)

// AwaitQueued returns once n updates wait for the writer.
func (s *Store) AwaitQueued(n int) {
	for {
		s.mu.Lock()
		waiting := len(s.pending)
		s.mu.Unlock()
		if waiting >= n {
			return
		}
		runtime.Gosched()
	}
}

// Txid returns the number of the latest commit.
func (s *Store) Txid() (id int) {
	_ = s.db.View(func(tx *bbolt.Tx) error { id = tx.ID(); return nil })
	return id
}
