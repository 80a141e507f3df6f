package core_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"rollcall/core"
)

func TestNamesThatWereCutAtTheirCommas(t *testing.T) {
	names := []string{"prod-us", "prod-us, east", "prod-us, east, old", "staging"}
	for _, c := range []struct{ asked, means []string }{
		{nil, nil},
		{[]string{"prod-us", "staging"}, []string{"prod-us", "staging"}},
		{[]string{"prod-us", "east"}, []string{"prod-us, east"}},
		{[]string{"PROD-US", "east", "old", "7"}, []string{"prod-us, east, old", "7"}},
		{[]string{"staging", "prod-us", "east", "west"}, []string{"staging", "prod-us, east", "west"}},
		{[]string{"prod-us, east", "staging"}, []string{"prod-us, east", "staging"}},
		{[]string{"east", "prod-us"}, []string{"east", "prod-us"}},
	} {
		assert.Equal(t, c.means, core.NamesIn(c.asked, names), c.asked)
	}
}

// Wherever clusters are listed, one whose name holds a comma can be among them.
func TestClustersWithACommaInTheirNames(t *testing.T) {
	h := newHouse(t)
	h.spring()
	h.do(ann, core.EditCluster{Cluster: "prod-us", Name: ptr("prod-us, east")})
	h.do(ann, core.EditRelease{Release: "R1", Targets: &core.TargetNames{Clusters: []string{"prod-us", "east", "prod-eu"}}})
	h.do(ann, core.ActivateRelease{Release: "R1", Confirm: true})
	who, asked := core.Person(ann, core.ViaSlash), []string{"prod-us", "east"}
	m := must[*core.Matrix](t)(h.Matrix(t.Context(), who, core.MatrixQuery{Release: "R1", Clusters: asked}))
	assert.Empty(t, m.Unknown)
	assert.Len(t, m.Clusters, 1)
	list := must[*core.CustomerList](t)(h.Customers(t.Context(), who, core.CustomersQuery{Clusters: asked}))
	assert.Empty(t, list.Unknown)
	assert.Len(t, list.Customers, 3)
	plan := must[*core.BulkPlan](t)(h.PlanBulk(t.Context(), who, core.BulkQuery{Release: "R1", Step: "D1", Clusters: asked, To: core.Done}))
	assert.Len(t, plan.Change, 3)
}

// An export names the targets of a release by id: those are no pieces of a name.
func TestIdsOfAnExportAreNotPutTogetherToAName(t *testing.T) {
	h := newHouse(t)
	h.spring()
	h.do(ann, core.AddCluster{Name: "1,2"})
	in := core.Import{Confirm: true,
		Clusters: []core.ImportCluster{{Line: 1, ID: 1, Name: "prod-us"}, {Line: 2, ID: 2, Name: "prod-eu"}},
		Releases: []core.ImportRelease{{Line: 3, ID: 9, Name: "Other", Type: ptr(core.Hotfix), TargetIDs: &core.Targets{Clusters: []int64{1, 2}}}}}
	h.do(ann, in)
	rel := must[*core.ReleaseView](t)(h.Release(t.Context(), core.Person(ann, core.ViaSlash), "Other"))
	assert.Equal(t, []int64{1, 2}, rel.Targets.Clusters)
}
