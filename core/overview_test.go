package core_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

var viewer = core.Person(vic, core.ViaSlash)

// must unwraps a query that may not fail.
func must[V any](t testing.TB) func(v V, err error) V {
	return func(v V, err error) V {
		t.Helper()
		require.NoError(t, err)
		return v
	}
}

func (h *house) customers(q core.CustomersQuery) []string {
	h.t.Helper()
	l := must[*core.CustomerList](h.t)(h.Customers(h.t.Context(), viewer, q))
	out := []string{}
	for _, c := range l.Customers {
		out = append(out, c.Name)
	}
	return out
}

func TestFC004US006ClustersWithCustomerCounts(t *testing.T) {
	h := newHouse(t)
	h.spring()
	h.do(ann, core.ArchiveCustomer{Customer: "demo"})
	h.do(ann, core.ArchiveCluster{Cluster: "staging"})
	l := must[*core.ClusterList](t)(h.Clusters(t.Context(), viewer, false))
	require.Len(t, l.Clusters, 2)
	assert.Equal(t, "prod-eu", l.Clusters[0].Name, "by name")
	assert.Equal(t, 3, l.Clusters[1].CustomerCount)
	assert.Equal(t, []string{"customer-a", "customer-b", "customer-c"}, l.Clusters[1].Customers)
	l = must[*core.ClusterList](t)(h.Clusters(t.Context(), viewer, true))
	require.Len(t, l.Clusters, 3)
	assert.False(t, l.Clusters[2].IsActive, "archived ones come last")
	assert.Equal(t, 0, l.Clusters[2].CustomerCount)
}

func TestFC005FV006ClusterWithItsCustomersAndTheirReleases(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(ann, core.AddRelease{Name: "Hotfix", Type: core.Hotfix, Targets: core.TargetNames{Customers: []string{"customer-d"}}})
	h.do(ann, core.AddTemplate{Release: "Hotfix", Name: "Patch", Category: core.Deploy, Type: core.Text, Content: "patch it"})
	h.do(ann, core.ActivateRelease{Release: "Hotfix", Confirm: true})
	h.do(bob, core.MarkDone{Target: core.Target{Release: "Hotfix", Customer: "customer-d", Step: "D1"}})
	h.do(bob, core.MarkDone{Target: at("customer-d", "D1")})

	d := must[*core.ClusterDetail](t)(h.Cluster(t.Context(), viewer, "prod-eu"))
	assert.Equal(t, "~/.kube/prod-eu-config", string(d.Cluster.KubeconfigPath))
	require.Len(t, d.Customers, 2)
	cd := d.Customers[0]
	assert.Equal(t, "customer-d", cd.Name)
	require.Len(t, cd.Releases, 2)
	assert.Equal(t, "Hotfix", cd.Releases[0].Label(), "newest first")
	assert.True(t, cd.Releases[0].Progress.Complete)
	assert.Equal(t, 2, cd.Progress.Done, "over both releases")
	assert.Equal(t, 6, cd.Progress.Total)
	require.Len(t, d.Customers[1].Releases, 1)
	require.Len(t, d.Cluster.Releases, 2)
	assert.Equal(t, "10%", d.Cluster.Releases[1].Progress.Percent.String(), "the average of 20 % and 0 %")

	us := must[*core.ClusterDetail](t)(h.Cluster(t.Context(), viewer, "prod-us"))
	require.Len(t, us.Cluster.Releases, 1, "the hotfix is not for this cluster")
}

func TestFM004FM006FC006US007US008CustomersByCluster(t *testing.T) {
	h := newHouse(t)
	h.spring()
	assert.Equal(t, []string{"customer-d", "customer-e", "customer-a", "customer-b", "customer-c", "demo-customer"}, h.customers(core.CustomersQuery{}))
	assert.Equal(t, []string{"customer-d", "customer-e", "demo-customer"}, h.customers(core.CustomersQuery{Clusters: []string{"PROD-EU", "staging"}}))
	assert.Equal(t, []string{"customer-d"}, h.customers(core.CustomersQuery{Limit: 1}))

	l := must[*core.CustomerList](t)(h.Customers(t.Context(), viewer, core.CustomersQuery{Clusters: []string{"prod-eu", "nowhere"}}))
	assert.Equal(t, []string{"nowhere"}, l.Unknown, "a wrong filter is a note, not an error")
	assert.Equal(t, 6, l.Total)
	assert.Len(t, l.Customers, 2)
	assert.Equal(t, []string{"prod-eu", "prod-us", "staging"}, l.Clusters)
	for _, c := range l.Customers {
		assert.Equal(t, "prod-eu", c.ClusterName)
		assert.NotEmpty(t, c.Namespace)
		assert.Nil(t, c.Progress, "no release is active")
	}
	h.do(ann, core.ArchiveCustomer{Customer: "customer-a"})
	assert.NotContains(t, h.customers(core.CustomersQuery{}), "customer-a")
	assert.Contains(t, h.customers(core.CustomersQuery{Archived: true}), "customer-a")
}

func Test8_3CustomersSortedByNameClusterAndProgress(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(ann, core.EditCustomer{Customer: "customer-e", Name: ptr("Alpha")})
	h.do(ann, core.AddCustomer{Name: "Zulu", Cluster: "prod-eu", Namespace: "zulu", NoEnroll: true})
	for _, s := range []string{"D1", "D2"} {
		h.do(bob, core.MarkDone{Target: at("customer-d", s)})
	}
	h.do(bob, core.MarkDone{Target: at("customer-b", "D1")})
	assert.Equal(t, []string{"Alpha", "customer-a", "customer-b", "customer-c", "customer-d", "demo-customer", "Zulu"}, h.customers(core.CustomersQuery{Sort: "name"}))
	assert.Equal(t, []string{"Alpha", "customer-d", "Zulu", "customer-a", "customer-b", "customer-c", "demo-customer"}, h.customers(core.CustomersQuery{Sort: "cluster"}))
	assert.Equal(t, []string{"Alpha", "customer-a", "customer-c", "demo-customer", "customer-b", "customer-d", "Zulu"}, h.customers(core.CustomersQuery{Sort: "progress"}))
}

func TestFM005CustomerWithItsReleaseHistory(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.pass(time.Hour)
	h.do(bob, core.MarkDone{Target: at("customer-a", "D1")})
	changed := h.now
	h.pass(time.Hour)
	h.do(ann, core.ArchiveRelease{Release: "v2.5.0", Confirm: true, Reason: "superseded"})
	h.do(ann, core.AddRelease{Name: "Next", Type: core.Hotfix})
	h.do(ann, core.AddTemplate{Release: "Next", Name: "Patch", Category: core.Deploy, Type: core.Text, Content: "patch it"})
	h.do(ann, core.ActivateRelease{Release: "Next", Confirm: true})
	h.do(ann, core.AddRelease{Name: "Later", Type: core.Hotfix})

	d := must[*core.CustomerDetail](t)(h.Customer(t.Context(), viewer, "cust-a-prod"))
	assert.Equal(t, "prod-us", d.Customer.ClusterName)
	require.Len(t, d.Releases, 2, "a draft has nobody yet")
	assert.Equal(t, "Next", d.Releases[0].Name)
	old := d.Releases[1]
	assert.Equal(t, core.Archived, old.Status)
	assert.Equal(t, "v2.5.0", old.Label())
	assert.Equal(t, 1, old.Progress.Done)
	assert.Equal(t, changed, *old.LastChange)
	assert.Equal(t, 1, d.Customer.Progress.Total, "the active release alone")

	h.do(ann, core.WithdrawCustomer{Release: "Next", Customer: "customer-a", Reason: "left"})
	d = must[*core.CustomerDetail](t)(h.Customer(t.Context(), viewer, "cust-a-prod"))
	assert.True(t, d.Releases[0].Withdrawn)
	assert.Nil(t, d.Customer.Progress)
}

func TestFV001Dashboard(t *testing.T) {
	h := newHouse(t)
	empty := must[*core.Dashboard](t)(h.Dashboard(t.Context(), viewer))
	j, err := json.Marshal(empty)
	require.NoError(t, err)
	assert.JSONEq(t, `{"active_releases":[],"clusters":[],"activity":[],
		"stats":{"done":0,"pending":0,"skipped":0,"reverted":0,"total":0,"percent":null,"resolved_percent":null}}`, string(j))

	h.active()
	h.do(bob, core.MarkDone{Target: at("customer-a", "D1")})
	h.do(bob, core.SkipStep{Target: at("customer-a", "D2"), Reason: "not on this plan"})
	h.refused(core.Forbidden, vic, core.AddCluster{Name: "x"})
	d := must[*core.Dashboard](t)(h.Dashboard(t.Context(), viewer))
	require.Len(t, d.ActiveReleases, 1)
	rel := d.ActiveReleases[0]
	assert.Equal(t, "R1", rel.ShortID)
	assert.Equal(t, 6, rel.CustomerCount)
	assert.Equal(t, 5, rel.StepCount)
	assert.Equal(t, "all active customers", rel.TargetsText)
	assert.Equal(t, 1, d.Stats.Done)
	assert.Equal(t, 1, d.Stats.Skipped)
	assert.Equal(t, 28, d.Stats.Pending)
	require.Len(t, d.Clusters, 3)
	require.Len(t, d.Activity, 10)
	assert.Equal(t, "step.skip", d.Activity[0].Op, "newest first, refusals left out")
	assert.Equal(t, core.Maybe("prod-us"), d.Activity[0].ClusterName)
}

func TestFV002ReleasesByStatusAndType(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(ann, core.AddRelease{Name: "Welcome", Type: core.Onboarding, Targets: core.TargetNames{Customers: []string{"demo"}}})
	h.do(ann, core.AddRelease{Name: "Old", Type: core.Hotfix, Targets: core.TargetNames{Clusters: []string{"prod-eu", "prod-us"}}})
	h.do(ann, core.ArchiveRelease{Release: "Old", Confirm: true})
	h.do(ann, core.AddRelease{Name: "Fix", Type: core.Hotfix})
	names := func(q core.ReleasesQuery) []string {
		out := []string{}
		for _, r := range must[*core.ReleaseList](t)(h.Releases(t.Context(), viewer, q)).Releases {
			out = append(out, r.Name)
		}
		return out
	}
	assert.Equal(t, []string{"Spring release", "Fix", "Welcome", "Old"}, names(core.ReleasesQuery{}), "active, drafts, archived; newest first")
	assert.Equal(t, []string{"Fix", "Welcome"}, names(core.ReleasesQuery{Statuses: []core.ReleaseStatus{core.Draft}}))
	assert.Equal(t, []string{"Fix", "Old"}, names(core.ReleasesQuery{Types: []core.ReleaseType{core.Hotfix}}))
	assert.Equal(t, []string{"Spring release"}, names(core.ReleasesQuery{Clusters: []string{"staging"}}))

	welcome := must[*core.ReleaseView](t)(h.Release(t.Context(), viewer, "Welcome"))
	assert.Equal(t, 1, welcome.CustomerCount, "whom a draft is for")
	assert.Equal(t, "customer demo-customer", welcome.TargetsText)
	old := must[*core.ReleaseView](t)(h.Release(t.Context(), viewer, "Old"))
	assert.Equal(t, "clusters prod-eu and prod-us", old.TargetsText)
	assert.Equal(t, core.NoPercent, old.Progress.Percent)
}

func TestQueriesAreForMembersOnly(t *testing.T) {
	h := newHouse(t)
	h.active()
	for _, who := range []core.Actor{core.Person(gus, core.ViaSlash), core.Person("UNOBODY", core.ViaSlash), {}} {
		_, err := h.Dashboard(t.Context(), who)
		assert.Equal(t, core.Forbidden, core.ErrorCode(err), "%+v", who)
		_, err = h.Matrix(t.Context(), who, core.MatrixQuery{})
		assert.Equal(t, core.Forbidden, core.ErrorCode(err), "%+v", who)
		_, err = h.ReleaseRevision(t.Context(), who, 1)
		assert.Equal(t, core.Forbidden, core.ErrorCode(err), "%+v", who)
	}
	_, err := h.Dashboard(t.Context(), core.Anyone())
	require.NoError(t, err, "a page with open access is read by anyone")
}

func TestReleaseRevisionRisesWithItsOwnEventsOnly(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(ann, core.AddRelease{Name: "Other", Type: core.Hotfix})
	rev := func() int64 {
		return must[int64](t)(h.ReleaseRevision(t.Context(), viewer, 1))
	}
	before := rev()
	h.do(ann, core.EditRelease{Release: "Other", Description: ptr("nothing to do with it")})
	assert.Equal(t, before, rev(), "another release's events are none of its own")
	h.do(bob, core.MarkDone{Target: at("customer-a", "D1")})
	own := rev()
	assert.Greater(t, own, before)
	h.do(ann, core.EditCluster{Cluster: "prod-us", Description: ptr("renamed")})
	assert.Greater(t, rev(), own, "places show on every release's pages")
	last := rev()
	for i := range 200 {
		h.do(ann, core.EditRelease{Release: "Other", Description: ptr(time.Duration(i).String())})
		now := rev()
		require.GreaterOrEqual(t, now, last, "it never falls")
		last = now
	}
	assert.LessOrEqual(t, last, must[int64](t)(h.Revision(t.Context())))
	h.do(bob, core.MarkDone{Target: at("customer-a", "D2")})
	assert.Greater(t, rev(), last)
	_, err := h.ReleaseRevision(t.Context(), viewer, 99)
	assert.Equal(t, core.NotFound, core.ErrorCode(err))
}
