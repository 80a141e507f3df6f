// Package storage is a small ordered key space: bytes in, bytes out, whole transactions.
//
// It knows keys, values, ranges and limits. It must not know what the bytes mean, which backend keeps them, nor any
// backend's own notions (buckets, cursors, sequences): a second backend for several replicas has to fit under the same
// interface. Backends live in sub-packages and prove themselves with storagetest.Run.
package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
)

// Limits every backend enforces, so that data written through one fits into any other.
const (
	MaxKey    = 512      // bytes in a key; the least is 1
	MaxValue  = 16 << 20 // bytes in a value; an empty value is allowed
	MaxWrites = 100_000  // puts and deletes in one Update
)

// Errors of a store. They arrive wrapped with what was tried; test with errors.Is.
var (
	ErrNotFound = errors.New("there is no such key")
	ErrLimit    = errors.New("a storage limit was exceeded")
	ErrClosed   = errors.New("the store is closed")
	ErrReadOnly = errors.New("the store was opened for reading only")
	ErrTxDone   = errors.New("the transaction has ended")       // a Reader or Writer was kept beyond its function
	ErrWrite    = errors.New("the change could not be written") // a full disk, for one; the cause is wrapped beside it
	ErrScanning = errors.New("a scan of this transaction is still running: collect first, then write")
)

// Entry is one key and its value. Both slices belong to the transaction: copy what must outlive it, change neither.
type Entry struct{ Key, Value []byte }

// Range selects keys from From (inclusive) to To (exclusive; nil = no bound); Reverse walks from the end.
// The zero Range is every key.
type Range struct {
	From, To []byte
	Reverse  bool
}

// Prefix selects all keys that begin with p.
func Prefix(p []byte) Range {
	r := Range{From: bytes.Clone(p)}
	for i := len(p) - 1; i >= 0; i-- {
		if p[i] != 0xff {
			r.To = bytes.Clone(p[:i+1])
			r.To[i]++
			break
		}
	}
	return r
}

// Reader reads one consistent state: what was committed when its transaction began, and in an Update also what that
// Update has written so far. It is for one goroutine and ends with its function (ErrTxDone afterwards).
type Reader interface {
	// Get returns the value of key, ErrNotFound when absent. The slice belongs to the transaction.
	Get(key []byte) ([]byte, error)

	// Scan yields the entries of r in key order, or against it. It stops after yielding an error, which is the
	// context's when that ends midway. Scans may nest, and Get may be called meanwhile.
	Scan(r Range) iter.Seq2[Entry, error]
}

// Writer is a Reader that also writes. Both methods give ErrScanning, and change nothing, while a Scan of the same
// transaction is running; ErrLimit likewise when the key, the value or the number of writes is beyond its limit.
type Writer interface {
	Reader

	// Put stores value under key, replacing what was there. It copies both: the caller may reuse them.
	Put(key, value []byte) error

	// Delete removes key. Deleting an absent key is no error.
	Delete(key []byte) error
}

// Store is an ordered key space with transactions. It is safe for concurrent use. The functions given to it must not
// call the store again: an Update within an Update would wait for itself.
type Store interface {
	// View runs f on a snapshot that later updates do not change. Keep f short and write to no client inside it: a
	// snapshot held open makes every later commit keep its old pages.
	View(ctx context.Context, f func(Reader) error) error

	// Update runs f and commits what it wrote, durably, all or nothing: when f returns an error nothing is written
	// and that error is returned. A panic in f writes nothing and reaches the caller.
	//
	// f may run more than once, because commits are grouped and a group is run again without a member that failed;
	// only the last run counts. So f changes no state outside itself, except by setting results anew in each run.
	// A ctx that ends before f starts means f is not run and ctx.Err() is returned.
	Update(ctx context.Context, f func(Writer) error) error

	// Backup writes a consistent copy of the whole store to w while others go on reading and writing, and returns the
	// number of bytes. It holds a snapshot all the while, so w should be as fast as a local file.
	Backup(ctx context.Context, w io.Writer) (int64, error)

	// Close waits for the transactions under way and closes. Everything afterwards gives ErrClosed; closing again
	// is no error.
	Close() error
}

// CheckKey returns an ErrLimit that says what is wrong with the length of key, nil when it may be used. Backends call
// it for Put.
func CheckKey(key []byte) error {
	if len(key) == 0 || len(key) > MaxKey {
		return fmt.Errorf("%w: a key has 1 to %d bytes, this one %d", ErrLimit, MaxKey, len(key))
	}
	return nil
}

// CheckValue is CheckKey for a value.
func CheckValue(value []byte) error {
	if len(value) > MaxValue {
		return fmt.Errorf("%w: a value has at most %d bytes, this one %d", ErrLimit, MaxValue, len(value))
	}
	return nil
}

// CheckWrites returns an ErrLimit when n, the number of writes of one Update counting the one to come, is too many.
func CheckWrites(n int) error {
	if n > MaxWrites {
		return fmt.Errorf("%w: one update makes at most %d writes", ErrLimit, MaxWrites)
	}
	return nil
}
