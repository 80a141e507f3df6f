package core_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

// news is what a reader hears of the first release since a revision.
func (h *house) news(a core.Actor, since int64) *core.News {
	h.t.Helper()
	n, err := h.News(h.t.Context(), a, 1, since)
	require.NoError(h.t, err)
	return n
}

func (h *house) newest() int64 {
	h.t.Helper()
	rev, err := h.Revision(h.t.Context())
	require.NoError(h.t, err)
	return rev
}

func TestNewsOfCells(t *testing.T) {
	h := newHouse(t)
	h.active()
	since := h.newest()
	assert.False(t, h.news(viewer, since).Any)
	h.do(ann, core.MarkDone{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D1"}})
	h.do(ann, core.BlockStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-d-prod", Step: "V1"}, Reason: "no network"})
	n := h.news(viewer, since)
	assert.Equal(t, h.newest(), n.Rev)
	assert.True(t, n.Any)
	assert.False(t, n.Reset)
	assert.Empty(t, n.Grids)
	assert.Equal(t, []core.CellNews{
		{Customer: 1, Step: "D1", Status: core.Done},
		{Customer: 4, Step: "V1", Status: core.Pending, Marks: core.Blocked},
	}, n.Cells)
	assert.Equal(t, 1, n.All.Done)
	assert.Equal(t, 1, n.Customers[1].Deploy.Done)
	assert.Equal(t, 15, n.Clusters[1].Total)
	assert.Equal(t, 10, n.Clusters[2].Total)

	// The first is told as it is now, and once.
	h.do(ann, core.RevertStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D1"}})
	assert.Equal(t, core.Reverted, h.news(viewer, since).Cells[0].Status)
	assert.Len(t, h.news(viewer, since).Cells, 2)

	// Somebody with a link hears of the scope alone, and of no block.
	_, eu := h.share(core.ShareRelease{Release: "v2.5.0", Cluster: "prod-eu"})
	n = h.news(eu, since)
	assert.Equal(t, []core.CellNews{{Customer: 4, Step: "V1"}}, n.Cells)
	assert.Equal(t, 10, n.All.Total)
	assert.Len(t, n.Clusters, 1)
	before := h.newest()
	h.do(ann, core.MarkDone{Target: core.Target{Release: "v2.5.0", Customer: "cust-b-prod", Step: "D1"}})
	assert.False(t, h.news(eu, before).Any)
	h.do(ann, core.UnshareRelease{Link: "1"})
	_, err := h.News(t.Context(), eu, 1, before)
	assert.Equal(t, core.Forbidden, core.ErrorCode(err))
	_, err = h.News(t.Context(), viewer, 9, before)
	assert.Equal(t, core.NotFound, core.ErrorCode(err))
	_, err = h.News(t.Context(), core.Person(gus, core.ViaPage), 1, before)
	assert.Equal(t, core.Forbidden, core.ErrorCode(err))
}

func TestNewsOfMoreThanCells(t *testing.T) {
	custom := core.AddCustomStep{Release: "v2.5.0", Customer: "cust-a-prod", Name: "Own", Category: core.Deploy, Type: core.Text, Content: "Look."}
	for _, c := range []struct {
		what   string
		before core.Operation
		op     core.Operation
		reset  bool
		grids  []int64
		any    bool
	}{
		{what: "a custom step", op: custom, grids: []int64{1}, any: true},
		{what: "a custom step's words", before: custom, op: core.EditCustomStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "C1"}, Name: ptr("Other")}, grids: []int64{1}, any: true},
		{what: "a custom step gone", before: custom, op: core.RemoveCustomStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "C1"}}, grids: []int64{1}, any: true},
		{what: "a template step", op: core.AddTemplate{Release: "v2.5.0", Name: "More", Category: core.Deploy, Type: core.Text, Content: "Look."}, reset: true, any: true},
		{what: "the release", op: core.EditRelease{Release: "v2.5.0", Name: ptr("Other")}, reset: true, any: true},
		{what: "a customer's name", op: core.EditCustomer{Customer: "cust-d-prod", Name: ptr("Other")}, grids: []int64{2}, any: true},
		{what: "a customer's place", op: core.MoveCustomer{Customer: "cust-d-prod", Cluster: "prod-us", Confirm: true}, reset: true, any: true},
		{what: "a new customer", op: core.AddCustomer{Name: "customer-z", Cluster: "prod-us", Namespace: "cust-z"}, reset: true, any: true},
		{what: "a cluster's name", op: core.EditCluster{Cluster: "prod-us", Name: ptr("prod-na")}, reset: true, any: true},
		{what: "a cluster's description", op: core.EditCluster{Cluster: "prod-us", Description: ptr("Other")}},
		{what: "a new cluster", op: core.AddCluster{Name: "spare"}},
		{what: "another release", op: core.AddRelease{Name: "Other", Type: core.Hotfix}},
		{what: "a link", op: core.ShareRelease{Release: "v2.5.0"}},
		{what: "an override", op: core.OverrideStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D1"}, Content: "mine"}, any: true},
		{what: "an undo", before: core.StartStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D1"}}, op: core.Undo{}, any: true},
	} {
		t.Run(c.what, func(t *testing.T) {
			h := newHouse(t)
			h.active()
			if c.before != nil {
				h.do(ann, c.before)
			}
			since := h.newest()
			h.do(ann, c.op)
			n := h.news(viewer, since)
			assert.Equal(t, c.any, n.Any)
			assert.Equal(t, c.reset, n.Reset)
			assert.Equal(t, c.grids, n.Grids)
		})
	}
}

func TestNewsOfMuch(t *testing.T) {
	h := newHouse(t)
	h.active()
	for i := range 60 {
		h.do(ann, core.AddCustomer{Name: fmt.Sprintf("more %d", i), Cluster: "staging", Namespace: fmt.Sprintf("more-%d", i)})
	}
	since := h.newest()
	for _, step := range []string{"D1", "D2", "D3", "V1"} {
		plan, err := h.PlanBulk(t.Context(), core.Person(ann, core.ViaSlash), core.BulkQuery{Release: "v2.5.0", Step: step, All: true, To: core.Done})
		require.NoError(t, err)
		h.do(ann, core.RunBulk{Plan: plan.ID})
	}
	n := h.news(viewer, since)
	assert.False(t, n.Reset)
	assert.Empty(t, n.Cells, "264 cells are more than are told one by one")
	assert.Equal(t, []int64{1, 2, 3}, n.Grids)

	// A revision of the future or of another store, and one too long ago.
	for _, odd := range []int64{-1, h.newest() + 1} {
		assert.True(t, h.news(viewer, odd).Reset)
	}
	at := core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D1"}
	since = h.newest()
	for range 128 {
		h.do(ann, core.AddNote{Target: at, Text: "one more"})
		h.do(ann, core.AddNote{Target: at, Text: "one more"})
	}
	n = h.news(viewer, since)
	assert.False(t, n.Reset, "256 events are told")
	assert.Len(t, n.Cells, 1)
	h.do(ann, core.AddNote{Target: at, Text: "one more"})
	assert.True(t, h.news(viewer, since).Reset, "257 are not")
}

// One import may change several releases: each of them is to be drawn again.
func TestNewsOfAnImportOfTwoReleases(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(ann, core.AddRelease{Name: "Other", Type: core.Hotfix})
	since := h.newest()
	h.do(ann, core.Import{Confirm: true, Releases: []core.ImportRelease{
		{Line: 1, Name: "Spring release", Description: ptr("With the new login")}, {Line: 2, Name: "Other", Description: ptr("In a hurry")}}})
	for _, release := range []int64{1, 2} {
		n, err := h.News(t.Context(), viewer, release, since)
		require.NoError(t, err)
		assert.True(t, n.Reset, release)
	}
}

func TestWatchWakesWhomItConcerns(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(ann, core.AddRelease{Name: "Other", Type: core.Hotfix})
	one, stop := h.Watch(1)
	defer stop()
	two, stopTwo := h.Watch(2)
	all, stopAll := h.Watch(0)
	defer stopAll()
	woken := func() (got []string) {
		for _, c := range []struct {
			name string
			wake <-chan struct{}
		}{{"one", one}, {"two", two}, {"all", all}} {
			select {
			case <-c.wake:
				got = append(got, c.name)
			default:
			}
		}
		return got
	}
	assert.Empty(t, woken())
	h.do(ann, core.StartStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D1"}})
	h.do(ann, core.StartStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D2"}})
	assert.Equal(t, []string{"one", "all"}, woken())
	assert.Empty(t, woken(), "two changes, one signal")
	h.do(ann, core.EditCluster{Cluster: "prod-us", Name: ptr("prod-na")})
	assert.Equal(t, []string{"one", "two", "all"}, woken())
	require.NoError(t, h.SeePerson(t.Context(), core.PersonInfo{ID: vic, Name: "vic", Kind: core.Member}))
	assert.Empty(t, woken())
	require.NoError(t, h.SeePerson(t.Context(), core.PersonInfo{ID: vic, Name: "vic", Kind: core.Deactivated}))
	assert.Len(t, woken(), 3)
	require.NoError(t, h.EndSession(t.Context(), "none"))
	assert.Len(t, woken(), 3)
	h.refused(core.Conflict, ann, core.MarkDone{Target: core.Target{Release: "Other", Customer: "cust-a-prod", Step: "D1"}})
	assert.Empty(t, woken(), "nothing was committed")
	stopTwo()
	h.do(ann, core.AddCluster{Name: "spare"})
	assert.Equal(t, []string{"one", "all"}, woken())
}
