package bolt_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"rollcall/storage"
)

// BenchmarkUpdate compares an update here with one in bare bbolt under the same options, by turns in one loop so that
// a busy machine slows both. It reports medians for one small durable commit and the ratio.
func BenchmarkUpdate(b *testing.B) {
	ours, bare := open(b, b.TempDir()+"/ours"), openBare(b)
	defer ours.Close()
	var us, them []time.Duration
	value := make([]byte, 100)
	for i := 0; b.Loop(); i++ {
		key := binary.BigEndian.AppendUint64(nil, uint64(i))
		us = append(us, timed(func() error {
			return ours.Update(b.Context(), func(w storage.Writer) error { return w.Put(key, value) })
		}))
		them = append(them, timed(func() error {
			return bare.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("b")).Put(key, value) })
		}))
	}
	report(b, us, them)
}

// BenchmarkUpdateParallel lets 16 writers make 25 updates each, here and in bare bbolt, by turns.
func BenchmarkUpdateParallel(b *testing.B) {
	ours, bare := open(b, b.TempDir()+"/ours"), openBare(b)
	defer ours.Close()
	const writers, each = 16, 25
	value := make([]byte, 100)
	round := func(update func(key []byte) error) func() error {
		return func() error {
			errs := make([]error, writers)
			var wg sync.WaitGroup
			for i := range writers {
				wg.Go(func() {
					for j := range each {
						if err := update(fmt.Appendf(nil, "%d/%d", i, j)); err != nil {
							errs[i] = err
						}
					}
				})
			}
			wg.Wait()
			for _, err := range errs {
				if err != nil {
					return err
				}
			}
			return nil
		}
	}
	var us, them []time.Duration
	for b.Loop() {
		us = append(us, timed(round(func(key []byte) error {
			return ours.Update(b.Context(), func(w storage.Writer) error { return w.Put(key, value) })
		})))
		them = append(them, timed(round(func(key []byte) error {
			return bare.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("b")).Put(key, value) })
		})))
	}
	report(b, us, them)
	b.ReportMetric(writers*each/median(us).Seconds(), "updates/s")
}

func openBare(b *testing.B) *bbolt.DB {
	db, err := bbolt.Open(b.TempDir()+"/bare", 0o600, &bbolt.Options{
		InitialMmapSize: 4 << 30, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, NoStatistics: true,
	})
	require.NoError(b, err)
	b.Cleanup(func() { db.Close() })
	require.NoError(b, db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("b")); return err }))
	return db
}

func timed(f func() error) time.Duration {
	start := time.Now()
	if err := f(); err != nil {
		panic(err)
	}
	return time.Since(start)
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func report(b *testing.B, ours, bare []time.Duration) {
	us, them := median(ours), median(bare)
	b.ReportMetric(0, "ns/op") // both together mean nothing
	b.ReportMetric(float64(us.Microseconds()), "us-ours")
	b.ReportMetric(float64(them.Microseconds()), "us-bare")
	b.ReportMetric(float64(us)/float64(them), "x-bare")
}
