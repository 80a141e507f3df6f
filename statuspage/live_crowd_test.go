package statuspage_test

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

// crowdSize is how many watch and for how long: `make soak` makes it 500 for a minute.
func crowdSize() (viewers int, length time.Duration) {
	if os.Getenv("ROLLCALL_SOAK") != "" {
		return 499, time.Minute // and one who does not read: as many as there may be
	}
	return 50, 5 * time.Second
}

// Many watch while much happens: everybody ends up with what is, nobody is held up by one who does not read, and nothing
// is left over.
func TestManyWatch(t *testing.T) {
	viewers, length := crowdSize()
	svc := company(t, 5, 10, 20)
	s := site(t, svc)
	base := serveNarrowly(t, s)
	before := runtime.NumGoroutine()
	slow := sluggard(t, base)

	crowd := make([]*viewer, viewers)
	for i := range crowd {
		crowd[i] = watch(t, base, "/releases/1/events").settled(t)
	}
	var memory runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&memory)
	at := memory.HeapAlloc

	last := map[string]string{}
	var committed sync.Map // by position: when
	changes := 0
	steadily := time.NewTicker(10 * time.Millisecond) // as fast as it goes, more than is told would happen at once
	if viewers > 100 {
		steadily.Reset(time.Second)
	}
	defer steadily.Stop()
	for until := time.Now().Add(length); time.Now().Before(until); changes++ {
		customer, step := fmt.Sprint(changes%50+1), fmt.Sprintf("D%d", changes/50%20+1)
		target := core.Target{Release: "v2.5.0", Customer: customer, Step: step}
		var op core.Operation = core.MarkDone{Target: target}
		status := "d"
		if changes >= 1000 && changes/1000%2 == 1 {
			op, status = core.RevertStep{Target: target}, "r"
		}
		r, err := svc.Do(t.Context(), core.System(core.ViaImport), "", op)
		require.NoError(t, err)
		committed.Store(decimal(r.Seq)+"-"+svc.Epoch(), time.Now())
		last[customer+" "+step] = status
		<-steadily.C
	}
	rev, err := svc.Revision(t.Context())
	require.NoError(t, err)
	var wg sync.WaitGroup
	lags := make([][]time.Duration, len(crowd))
	for i, v := range crowd {
		wg.Go(func() {
			has := map[string]string{}
			for m := range v.heard {
				if at, ok := committed.Load(m.id); ok {
					lags[i] = append(lags[i], m.at.Sub(at.(time.Time)))
				}
				var d struct{ C [][]any }
				if json.Unmarshal([]byte(m.data), &d) == nil {
					for _, c := range d.C {
						has[fmt.Sprint(c[0])+" "+c[1].(string)] = c[2].(string)
					}
				}
				if !assert.Contains(t, []string{"hb", "d"}, m.name) || m.id == decimal(rev)+"-"+svc.Epoch() {
					break
				}
			}
			assert.Equal(t, last, has, "viewer %d", i)
		})
	}
	wg.Wait()
	all := slices.Sorted(slices.Values(slices.Concat(lags...)))
	require.NotEmpty(t, all)
	middle, late := all[len(all)/2], all[len(all)*99/100]
	t.Logf("%d viewers heard of %d changes, after %v for half of them, %v for all but one in a hundred", viewers, changes, middle, late)
	assert.Less(t, middle, 2*time.Second)
	assert.Greater(t, changes, 10)
	if viewers > 100 {
		assert.Equal(t, viewers, s.Watching(), "who takes nothing is let go")
	}

	runtime.GC()
	runtime.ReadMemStats(&memory)
	assert.Less(t, int64(memory.HeapAlloc)-int64(at), int64(40<<20), "memory stays flat")
	for _, v := range crowd {
		v.leave()
	}
	_ = slow.Close()
	assert.Eventually(t, func() bool { return s.Watching() == 0 && runtime.NumGoroutine() <= before+10 }, 20*time.Second, 50*time.Millisecond,
		"%d streams and %d goroutines are left of %d", s.Watching(), runtime.NumGoroutine(), before)
}
