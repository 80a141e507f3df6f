package core_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/storage/bolt"
	"rollcall/storage/storagetest"
)

// crowd lays out two clusters, with 10 customers and with n, and an active
// release of 20 steps, every one of them done.
func crowd(t *testing.T, n int) (*house, *storagetest.Counted) {
	t.Helper()
	store, err := bolt.Open(filepath.Join(t.TempDir(), "rollcall.db"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	counted := storagetest.Counting(store)
	h := furnish(t, counted)
	for _, c := range []struct { // in this order: where they stand decides what a scan passes on its way
		name string
		size int
	}{{"small", 10}, {"big", n}} {
		h.do(ann, core.AddCluster{Name: c.name})
		for i := range c.size {
			h.do(ann, core.AddCustomer{Name: fmt.Sprintf("%s %d", c.name, i), Cluster: c.name, Namespace: fmt.Sprintf("%s-%d", c.name, i)})
		}
	}
	h.do(ann, core.AddRelease{Name: "Big", Type: core.Hotfix})
	for i := range 20 {
		h.do(ann, core.AddTemplate{Release: "Big", Name: fmt.Sprintf("Step %d", i), Category: core.Deploy, Type: core.Text, Content: "work"})
	}
	h.do(ann, core.ActivateRelease{Release: "Big", Confirm: true})
	for i := range 20 {
		plan, err := h.PlanBulk(t.Context(), core.Person(bob, core.ViaSlash), core.BulkQuery{Release: "Big", Step: fmt.Sprintf("D%d", i+1), All: true, To: core.Done})
		require.NoError(t, err)
		h.do(bob, core.RunBulk{Plan: plan.ID})
	}
	return h, counted
}

// One cluster's matrix costs that cluster only; all of it is one pass.
func TestReadingCostsWhatIsShown(t *testing.T) {
	read := func(n int, q core.MatrixQuery) (storagetest.Counts, float64) {
		h, counted := crowd(t, n)
		show := func() { _ = must[*core.Matrix](t)(h.Matrix(context.Background(), viewer, q)) }
		show()
		counts := counted.LastView()
		return counts, testing.AllocsPerRun(5, show)
	}
	one := core.MatrixQuery{Clusters: []string{"small"}}
	few, allocs := read(10, one)
	many, allocsOfMany := read(100, one)
	assert.Equal(t, few, many)
	assert.InDelta(t, allocs, allocsOfMany, allocs/10)

	all, allocs := read(100, core.MatrixQuery{})
	assert.Less(t, all.Entries, 110*20+110+100, "each record once")
	assert.Less(t, allocs, 110*10.0+1000, "what is allocated grows with customers, not with cells")
}

// A step marked done costs the same however many customers there are; a changed template writes the same, and before work
// begins looks at no customer's steps; a bulk writes one record for each step.
func TestWritingCostsWhatIsChanged(t *testing.T) {
	type cost struct {
		bulk, done, edit, early storagetest.Counts
		allocs                  float64
	}
	write := func(n int) (c cost) {
		h, counted := crowd(t, n)
		c.bulk = counted.LastUpdate()
		at := core.Target{Release: "Big", Customer: "small 3", Step: "D5"}
		again := func() {
			h.do(bob, core.RevertStep{Target: at})
			h.do(bob, core.MarkDone{Target: at})
		}
		c.allocs = testing.AllocsPerRun(20, again)
		c.done = counted.LastUpdate()
		h.do(ann, core.EditTemplate{Release: "Big", Step: "D5", Content: ptr("more work"), Confirm: true})
		c.edit = counted.LastUpdate()
		h.do(ann, core.CloneRelease{Release: "Big", Name: "Next"})
		h.do(ann, core.ActivateRelease{Release: "Next", Confirm: true})
		h.do(bob, core.MarkDone{Target: core.Target{Release: "Next", Customer: "small 3", Step: "D1"}})
		h.do(ann, core.EditTemplate{Release: "Next", Step: "D5", Content: ptr("other work"), Confirm: true})
		c.early = counted.LastUpdate()
		return c
	}
	few, many := write(10), write(400)
	assert.Equal(t, 390, many.bulk.Puts-few.bulk.Puts)
	assert.Less(t, few.bulk.Puts, 20+8, "beside the steps: event, key, board and the like")
	few.done.Bytes, many.done.Bytes = 0, 0 // the numbers of events have other lengths
	assert.Equal(t, few.done, many.done)
	assert.InEpsilon(t, few.allocs, many.allocs, 0.2)
	assert.Equal(t, few.edit.Puts, many.edit.Puts)
	few.early.Bytes, many.early.Bytes = 0, 0
	assert.Equal(t, 390, many.early.Entries-few.early.Entries, "of customers who have nothing but plain pending steps only the name is read")
	few.early.Entries, many.early.Entries = 0, 0
	assert.Equal(t, few.early, many.early)
}
