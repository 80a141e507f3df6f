package bot

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// admitted waits at the gate and tells when it was let through.
func admitted(g *gate) time.Time {
	timer := time.NewTimer(g.admit())
	<-timer.C
	return time.Now()
}

func TestGateSpacesConnectionsThatEndAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{now: time.Now, jitter: func() float64 { return 0 }}
		last := admitted(g)
		for _, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
			at := admitted(g)
			assert.Equal(t, want*time.Second, at.Sub(last))
			last = at
		}
	})
}

func TestGateForgivesAfterAGoodConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{now: time.Now, jitter: func() float64 { return 1 }}
		for range 5 {
			admitted(g)
		}
		<-time.After(3 * time.Minute) // the connection lived
		start := time.Now()
		assert.Equal(t, time.Duration(0), admitted(g).Sub(start))
		assert.Equal(t, 3*time.Second, admitted(g).Sub(start), "the doubling starts anew, with its jitter")
	})
}

func TestGateNeverLetsTwoThroughInASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{now: time.Now, jitter: func() float64 { return 0 }}
		var mu sync.Mutex
		var times []time.Time
		for range 6 {
			go func() {
				at := admitted(g)
				mu.Lock()
				times = append(times, at)
				mu.Unlock()
			}()
		}
		<-time.After(10 * time.Minute)
		synctest.Wait()
		assert.Len(t, times, 6)
		for i := 1; i < len(times); i++ {
			assert.GreaterOrEqual(t, times[i].Sub(times[i-1]), time.Second)
		}
	})
}
