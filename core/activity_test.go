package core_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

func (h *house) feed(q core.ActivityQuery) *core.ActivityFeed {
	h.t.Helper()
	return must[*core.ActivityFeed](h.t)(h.Activity(h.t.Context(), viewer, q))
}

func ops(f *core.ActivityFeed) []string {
	out := []string{}
	for _, e := range f.Events {
		out = append(out, e.Op)
	}
	return out
}

func TestActivityFilters(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(ann, core.AddRelease{Name: "Other", Type: core.Hotfix})
	h.do(bob, core.MarkDone{Target: at("customer-d", "D1"), Note: "build 812"})
	h.do(olga, core.SkipStep{Target: at("customer-a", "D1"), Reason: "not on this plan"})
	h.do(ann, core.AddCustomer{Name: "late", Cluster: "prod-eu", Namespace: "late"})

	f := h.feed(core.ActivityQuery{Limit: 3})
	assert.Equal(t, []string{"customer.add", "step.skip", "step.done"}, ops(f))
	done := f.Events[2]
	assert.Equal(t, "done", done.Verb)
	assert.Equal(t, core.Done, *done.Status)
	assert.Equal(t, core.Maybe("build 812"), done.Text)
	assert.Equal(t, core.Maybe("prod-eu"), done.ClusterName)
	assert.Equal(t, core.Maybe("cust-d-prod"), done.Namespace)
	assert.EqualValues(t, "bob", done.ActorName)

	for _, ref := range []string{bob, "@bob", "Bob", "bo"} {
		assert.Equal(t, []string{"step.done"}, ops(h.feed(core.ActivityQuery{Person: ref})), ref)
	}
	require.NoError(t, h.SeePerson(t.Context(), core.PersonInfo{ID: "UBEA", Name: "Bobby", Kind: core.Member}))
	assert.Empty(t, ops(h.feed(core.ActivityQuery{Person: "U012ABCDE"})), "somebody who never came")
	for ref, code := range map[string]core.Code{"nobody": core.NotFound, "bo": core.Ambiguous} {
		_, err := h.Activity(t.Context(), viewer, core.ActivityQuery{Person: ref})
		assert.Equal(t, code, core.ErrorCode(err), ref)
	}
	assert.Equal(t, []string{"step.done", "customer.add"}, ops(h.feed(core.ActivityQuery{Customer: "customer-d"})))
	assert.Equal(t, []string{"step.skip", "step.done"}, ops(h.feed(core.ActivityQuery{Op: "step"})))
	assert.Equal(t, []string{"step.skip"}, ops(h.feed(core.ActivityQuery{Op: "step.skip"})))
	assert.Equal(t, []string{"release.add"}, ops(h.feed(core.ActivityQuery{Release: "Other"})))
	rel := ops(h.feed(core.ActivityQuery{Release: "v2.5.0"}))
	assert.Equal(t, []string{"customer.add", "step.skip", "step.done", "release.activate"}, rel[:4], "who joined is part of it")
	assert.Contains(t, rel, "template.add")
	assert.NotContains(t, rel, "cluster.add")
	assert.Equal(t, []string{"customer.add", "step.done", "customer.add", "customer.add", "cluster.add"}, ops(h.feed(core.ActivityQuery{Cluster: "prod-eu"})))
	_, err := h.Activity(t.Context(), viewer, core.ActivityQuery{Release: "nowhere"})
	assert.Equal(t, core.NotFound, core.ErrorCode(err))
}

func TestActivityPages(t *testing.T) {
	h := newHouse(t)
	for i := range 7 {
		h.do(ann, core.AddCluster{Name: fmt.Sprintf("c%d", i)})
	}
	var seen []int64
	q := core.ActivityQuery{Limit: 3}
	for range 3 {
		f := h.feed(q)
		for _, e := range f.Events {
			seen = append(seen, e.Seq)
		}
		q.Before = int64(f.Next)
	}
	assert.Equal(t, []int64{7, 6, 5, 4, 3, 2, 1}, seen)
	assert.Zero(t, q.Before, "the end is told")
	assert.Len(t, h.feed(core.ActivityQuery{Limit: 9999}).Events, 7)
}

func TestActivityTellsWhatChanged(t *testing.T) {
	h := newHouse(t)
	h.spring()
	h.do(ann, core.EditCluster{Cluster: "staging", Name: ptr("lab"), Metadata: map[string]string{"region": ""}})
	h.do(ann, core.MoveCustomer{Customer: "demo", Cluster: "prod-eu", Confirm: true})
	h.do(ann, core.EditRelease{Release: "R1", Targets: &core.TargetNames{Clusters: []string{"prod-us"}}})
	e := h.feed(core.ActivityQuery{Limit: 3}).Events
	assert.Equal(t, []core.FieldNow{{Field: "targets", Before: "all active customers", After: "cluster prod-us"}}, e[0].Changes)
	assert.Equal(t, []core.FieldNow{{Field: "cluster_id", Before: "lab", After: "prod-eu"}}, e[1].Changes)
	assert.Equal(t, []core.FieldNow{{Field: "name", Before: "staging", After: "lab"}, {Field: "metadata", Before: `{"region":"staging"}`, After: "{}"}}, e[2].Changes)

	h.do(ann, core.ArchiveCluster{Cluster: "lab"})
	assert.Equal(t, []core.FieldNow{{Field: "is_active", Before: "true", After: "false"}}, h.feed(core.ActivityQuery{Limit: 1}).Events[0].Changes)
	h.do(ann, core.RestoreCluster{Cluster: "lab"})
	assert.Equal(t, []core.FieldNow{{Field: "is_active", Before: "false", After: "true"}}, h.feed(core.ActivityQuery{Limit: 1}).Events[0].Changes)
	told, err := json.Marshal(core.FieldNow{Field: "channel", After: "C1"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"field":"channel","before":null,"after":"C1"}`, string(told))

	r := h.do(ann, core.EditCluster{Cluster: "lab", Description: ptr("for tests")})
	h.do(ann, core.Undo{Event: r.Seq})
	e = h.feed(core.ActivityQuery{Limit: 1}).Events
	assert.Equal(t, "undone", e[0].Verb)
	assert.EqualValues(t, r.Seq, e[0].Undoes)
}

// What people write cannot pass for the ids at the head of a stored event.
func TestActivityIsNotFooledByNames(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(ann, core.AddRelease{Name: `x","release_id":1,"title":"`, Type: core.Hotfix})
	h.do(ann, core.EditCluster{Cluster: "prod-us", Description: ptr(`"release_id":1,`)})
	for _, op := range ops(h.feed(core.ActivityQuery{Release: "v2.5.0", Limit: 1})) {
		require.Equal(t, "release.activate", op)
	}
}
