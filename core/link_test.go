package core_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/storage"
)

// share makes a link and opens it: the receipt, and whoever came by it.
func (h *house) share(op core.ShareRelease) (core.Receipt, core.Actor) {
	h.t.Helper()
	r := h.do(ann, op)
	require.Len(h.t, r.Secret, 43, "32 bytes")
	in, err := h.Redeem(h.t.Context(), r.Secret)
	require.NoError(h.t, err)
	require.Equal(h.t, r.Link, in.Link)
	who, err := h.Session(h.t.Context(), in.Session)
	require.NoError(h.t, err)
	require.Equal(h.t, r.Link, who.Link())
	return r, who
}

func TestSharedLinkShowsItsScopeOnly(t *testing.T) {
	h := newHouse(t)
	h.spring()
	h.pass(time.Minute)
	h.do(ann, core.ActivateRelease{Release: "v2.5.0", Confirm: true})
	h.do(ann, core.AddRelease{Name: "Other", Type: core.Hotfix})
	h.do(ann, core.MarkDone{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D1"}, Note: "build 812"})
	h.do(ann, core.SkipStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-d-prod", Step: "D1"}, Reason: "not on this plan"})
	h.do(ann, core.BlockStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D2"}, Reason: "database is down"})

	_, all := h.share(core.ShareRelease{Release: "v2.5.0"})
	_, us := h.share(core.ShareRelease{Release: "v2.5.0", Cluster: "prod-us"})
	_, d := h.share(core.ShareRelease{Release: "v2.5.0", Customer: "cust-d-prod"})
	assert.Equal(t, core.Maybe("prod-eu"), h.feed(core.ActivityQuery{Limit: 1}).Events[0].ClusterName, "where a customer is stands wherever it does")

	m := must[*core.Matrix](t)(h.Matrix(t.Context(), all, core.MatrixQuery{Release: "1"}))
	assert.Len(t, m.Clusters, 3)
	m = must[*core.Matrix](t)(h.Matrix(t.Context(), us, core.MatrixQuery{Release: "1"}))
	require.Len(t, m.Clusters, 1)
	assert.Equal(t, "prod-us", m.Clusters[0].Cluster.Name)
	assert.Equal(t, []string{"prod-us"}, m.Names)
	assert.Equal(t, 15, m.Progress.Total, "sums are of the scope")
	assert.Equal(t, 3, m.Release.CustomerCount)
	assert.Zero(t, m.Release.Blocked)
	m = must[*core.Matrix](t)(h.Matrix(t.Context(), d, core.MatrixQuery{Release: "1"}))
	require.Len(t, m.Clusters, 1)
	assert.Len(t, m.Clusters[0].Customers, 1)
	assert.Equal(t, core.Skipped, m.Clusters[0].Cells.Row(0)[0].Status)

	list := must[*core.CustomerList](t)(h.Customers(t.Context(), us, core.CustomersQuery{}))
	assert.Equal(t, 3, list.Total)
	assert.Len(t, must[*core.ReleaseList](t)(h.Releases(t.Context(), all, core.ReleasesQuery{})).Releases, 1)

	// What is outside is not there: the same words as for what never was.
	for _, id := range []string{"5", "99", "prod-eu", "cust-d-prod"} {
		_, err := h.Customer(t.Context(), us, id)
		assert.Equal(t, core.NotFound, core.ErrorCode(err), id)
		_, err = h.Cluster(t.Context(), us, id)
		assert.Equal(t, core.NotFound, core.ErrorCode(err), id)
	}
	_, err := h.Release(t.Context(), all, "2")
	assert.Equal(t, core.NotFound, core.ErrorCode(err))
	_, err = h.CustomerSteps(t.Context(), d, "1", "1")
	assert.Equal(t, core.NotFound, core.ErrorCode(err))
	_, err = h.Activity(t.Context(), d, core.ActivityQuery{Customer: "1"})
	assert.Equal(t, core.NotFound, core.ErrorCode(err))

	step := must[*core.StepDetail](t)(h.Step(t.Context(), d, core.StepQuery{Release: "1", Customer: "4", Step: "D1"}))
	assert.Equal(t, core.Skipped, step.Step.Status)
	assert.NotNil(t, step.Step.ExecutedAt)
	for _, said := range []core.Maybe{step.Step.Content, step.Step.ExecutedBy, step.Step.ExecutedByName, step.Step.SkipReason, step.Step.Notes} {
		assert.Empty(t, said)
	}
	require.NotEmpty(t, step.History)
	assert.Equal(t, []string{"step.create", "step.skip"}, []string{step.History[0].Op, step.History[1].Op})
	assert.Len(t, step.History, 2)
	b, err := json.Marshal(step)
	require.NoError(t, err)
	for _, secret := range []string{"helm", "not on this plan", ann, `"ann"`, "~/.kube", "region"} {
		assert.NotContains(t, string(b), secret)
	}
	feed := must[*core.ActivityFeed](t)(h.Activity(t.Context(), us, core.ActivityQuery{}))
	require.NotEmpty(t, feed.Events)
	for _, e := range feed.Events {
		assert.Empty(t, e.Actor+e.ActorName)
		assert.Empty(t, e.Text)
		assert.NotEqual(t, core.Maybe("prod-eu"), e.ClusterName)
	}
	note, err := h.Todo(t.Context(), us, core.TodoQuery{Release: "1"})
	require.NoError(t, err)
	b, err = json.Marshal(note)
	require.NoError(t, err)
	assert.NotContains(t, string(b), "build 812")
	assert.NotContains(t, string(b), "database is down")
}

// Who came by a link reads; every other door is shut.
func TestSharedLinkChangesNothing(t *testing.T) {
	h := newHouse(t)
	h.active()
	_, guest := h.share(core.ShareRelease{Release: "v2.5.0"})
	for _, op := range core.Operations() {
		_, err := h.Do(t.Context(), guest, "", op)
		assert.Equal(t, core.Forbidden, core.ErrorCode(err), "%T", op)
	}
	_, err := h.PlanBulk(t.Context(), guest, core.BulkQuery{Release: "1", Step: "D1", All: true, To: core.Done})
	assert.Equal(t, core.Forbidden, core.ErrorCode(err))
	_, err = h.Export(t.Context(), guest)
	assert.Equal(t, core.Forbidden, core.ErrorCode(err))
	_, err = h.SharedLinks(t.Context(), guest, "")
	assert.Equal(t, core.Forbidden, core.ErrorCode(err))
	_, _, err = h.NewSignIn(t.Context(), guest)
	assert.Equal(t, core.Forbidden, core.ErrorCode(err))
}

func TestSharedLinkEnds(t *testing.T) {
	over := func(h *house, session string, who core.Actor) {
		t.Helper()
		_, err := h.Session(t.Context(), session)
		assert.Equal(t, core.Forbidden, core.ErrorCode(err))
		_, err = h.Matrix(t.Context(), who, core.MatrixQuery{})
		assert.Equal(t, core.Forbidden, core.ErrorCode(err), "also for somebody who was let in before")
	}
	open := func(op core.ShareRelease) (*house, core.Receipt, string, core.Actor) {
		h := newHouse(t)
		h.active()
		r := h.do(ann, op)
		in, err := h.Redeem(t.Context(), r.Secret)
		require.NoError(t, err)
		who, err := h.Session(t.Context(), in.Session)
		require.NoError(t, err)
		_, err = h.Matrix(t.Context(), who, core.MatrixQuery{})
		require.NoError(t, err)
		return h, r, in.Session, who
	}
	t.Run("at its time", func(t *testing.T) {
		h, r, session, who := open(core.ShareRelease{Release: "v2.5.0", Expires: "12h"})
		assert.Equal(t, h.now.Add(12*time.Hour).Unix(), r.Until)
		h.pass(12*time.Hour - time.Second)
		_, err := h.Session(t.Context(), session)
		require.NoError(t, err)
		h.pass(time.Second)
		over(h, session, who)
		_, err = h.Redeem(t.Context(), r.Secret)
		assert.Equal(t, core.Forbidden, core.ErrorCode(err))
		require.NoError(t, h.Tidy(t.Context()))
	})
	t.Run("when it is revoked", func(t *testing.T) {
		h, r, session, who := open(core.ShareRelease{Release: "v2.5.0"})
		h.do(ann, core.UnshareRelease{Link: "1"})
		over(h, session, who)
		_, err := h.Redeem(t.Context(), r.Secret)
		assert.Equal(t, core.Forbidden, core.ErrorCode(err))
		h.refused(core.Conflict, ann, core.UnshareRelease{Link: "1"})
		h.refused(core.Conflict, ann, core.Undo{Event: 0})
	})
	t.Run("a day after its release is archived", func(t *testing.T) {
		h, _, session, who := open(core.ShareRelease{Release: "v2.5.0", Expires: "30d"})
		h.do(ann, core.ArchiveRelease{Release: "v2.5.0", Reason: "superseded", Confirm: true})
		h.pass(24*time.Hour - time.Second)
		_, err := h.Matrix(t.Context(), who, core.MatrixQuery{Release: "1"})
		require.NoError(t, err)
		h.pass(time.Second)
		over(h, session, who)
	})
}

func TestSharedLinksAreListed(t *testing.T) {
	h := newHouse(t)
	h.active()
	one, _ := h.share(core.ShareRelease{Release: "v2.5.0", Cluster: "prod-us"})
	two := h.do(ann, core.ShareRelease{Release: "v2.5.0", Customer: "cust-d-prod", Expires: "2w"})
	h.pass(time.Hour)
	_, err := h.Redeem(t.Context(), one.Secret)
	require.NoError(t, err)
	h.do(ann, core.UnshareRelease{Link: "2"})
	v := must[*core.SharedLinks](t)(h.SharedLinks(t.Context(), core.Person(ann, core.ViaSlash), ""))
	require.Len(t, v.Links, 2)
	assert.Equal(t, "prod-us in v2.5.0", v.Links[0].Scope)
	assert.Equal(t, 2, v.Links[0].Uses)
	assert.Equal(t, h.now, *v.Links[0].LastUse)
	assert.Equal(t, "customer-d · prod-eu / cust-d-prod in v2.5.0", v.Links[1].Scope)
	assert.True(t, v.Links[1].Ended && v.Links[1].Revoked)
	assert.Nil(t, v.Links[1].LastUse)
	_, err = h.SharedLinks(t.Context(), viewer, "")
	assert.Equal(t, core.Forbidden, core.ErrorCode(err))
	h.pass(38 * 24 * time.Hour)
	assert.Empty(t, must[*core.SharedLinks](t)(h.SharedLinks(t.Context(), core.Person(ann, core.ViaSlash), "R1")).Links)

	// The tokens are nowhere, not even in what a repeated request is answered.
	require.NoError(t, h.store.View(t.Context(), func(r storage.Reader) error {
		for e, err := range r.Scan(storage.Range{}) {
			require.NoError(t, err)
			for _, secret := range []string{one.Secret, two.Secret} {
				assert.False(t, bytes.Contains(e.Key, []byte(secret)) || bytes.Contains(e.Value, []byte(secret)), "%s", e.Key)
			}
		}
		return nil
	}))
	x := must[*core.Export](t)(h.Export(t.Context(), core.Person(ann, core.ViaCLI)))
	b, err := json.Marshal(x)
	require.NoError(t, err)
	assert.NotContains(t, strings.ToLower(string(b)), `"token"`)
	again, err := h.Do(t.Context(), core.Person(ann, core.ViaSlash), "same", core.ShareRelease{Release: "v2.5.0"})
	require.NoError(t, err)
	replay, err := h.Do(t.Context(), core.Person(ann, core.ViaSlash), "same", core.ShareRelease{Release: "v2.5.0"})
	require.NoError(t, err)
	assert.True(t, replay.Replay)
	assert.Empty(t, replay.Secret)
	assert.Equal(t, again.Link, replay.Link)
}

func TestWhatCannotBeShared(t *testing.T) {
	h := newHouse(t)
	h.spring()
	h.refused(core.Conflict, ann, core.ShareRelease{Release: "v2.5.0"})
	h.do(ann, core.ActivateRelease{Release: "v2.5.0", Confirm: true})
	h.do(ann, core.AddCluster{Name: "spare"})
	h.do(ann, core.WithdrawCustomer{Release: "v2.5.0", Customer: "cust-e-prod", Reason: "leaves us"})
	assert.Equal(t, "cluster", h.refused(core.Conflict, ann, core.ShareRelease{Release: "v2.5.0", Cluster: "spare"}).Field)
	assert.Equal(t, "customer", h.refused(core.Conflict, ann, core.ShareRelease{Release: "v2.5.0", Customer: "cust-e-prod"}).Field)
	assert.Equal(t, "cluster", h.refused(core.NotFound, ann, core.ShareRelease{Release: "v2.5.0", Cluster: "nowhere"}).Field)
	h.refused(core.Invalid, ann, core.ShareRelease{Release: "v2.5.0", Cluster: "prod-us", Customer: "cust-a-prod"})
	for _, life := range []string{"31d", "5w", "721h", "0d", "-1d", "d", "7", "soon", "1.5d", "99999999999999999999d"} {
		assert.Equal(t, "expires", h.refused(core.Invalid, ann, core.ShareRelease{Release: "v2.5.0", Expires: life}).Field, life)
	}
	h.do(ann, core.ShareRelease{Release: "v2.5.0", Expires: "30d"})
	h.refused(core.NotFound, ann, core.UnshareRelease{Link: "9"})
	h.refused(core.Invalid, ann, core.UnshareRelease{Link: "prod-us"})
	h.do(ann, core.ArchiveRelease{Release: "v2.5.0", Reason: "superseded", Confirm: true})
	h.refused(core.Conflict, ann, core.ShareRelease{Release: "v2.5.0"})
}

// A customer that has moved away leaves no trace of the place it came from, nor of the one it went to.
func TestSharedLinkAfterAMove(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(ann, core.MarkDone{Target: core.Target{Release: "v2.5.0", Customer: "cust-d-prod", Step: "D1"}})
	_, us := h.share(core.ShareRelease{Release: "v2.5.0", Cluster: "prod-us"})
	_, eu := h.share(core.ShareRelease{Release: "v2.5.0", Cluster: "prod-eu"})
	h.do(ann, core.MoveCustomer{Customer: "cust-d-prod", Cluster: "prod-us", Confirm: true})
	v, err := h.Step(t.Context(), us, core.StepQuery{Customer: "cust-d-prod", Step: "D1"})
	require.NoError(t, err)
	assert.Empty(t, v.Step.ExecutedLine)
	for i := range v.History {
		assert.Empty(t, v.History[i].Then)
	}
	for _, ask := range []func(core.Actor) (any, error){
		func(a core.Actor) (any, error) { return h.Matrix(t.Context(), a, core.MatrixQuery{}) },
		func(a core.Actor) (any, error) { return h.Activity(t.Context(), a, core.ActivityQuery{}) },
		func(a core.Actor) (any, error) { return h.Customers(t.Context(), a, core.CustomersQuery{}) },
	} {
		v, err := ask(us)
		require.NoError(t, err)
		b, err := json.Marshal(v)
		require.NoError(t, err)
		assert.Contains(t, string(b), "customer-d")
		assert.NotContains(t, string(b), "prod-eu")
		v, err = ask(eu)
		require.NoError(t, err)
		b, err = json.Marshal(v)
		require.NoError(t, err)
		assert.NotContains(t, string(b), "customer-d")
		assert.NotContains(t, string(b), "prod-us")
	}
}
