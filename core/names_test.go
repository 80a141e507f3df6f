package core_test

import (
	"fmt"
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

// Customers can be listed like clusters, and each is meant once.
func TestCustomersWithACommaInTheirNames(t *testing.T) {
	h := newHouse(t)
	h.spring()
	h.do(ann, core.EditCustomer{Customer: "cust-a-prod", Name: ptr("A , B")})
	h.do(ann, core.ActivateRelease{Release: "R1", Confirm: true})
	who, asked := core.Person(ann, core.ViaSlash), []string{"a", "B", "cust-b-prod", "cust-a-prod"}
	plan := must[*core.BulkPlan](t)(h.PlanBulk(t.Context(), who, core.BulkQuery{Release: "R1", Step: "D1", Customers: asked, To: core.Done}))
	assert.Len(t, plan.Change, 2)
	assert.Contains(t, plan.Title, "for A , B and customer-b")
	names := must[[]string](t)(h.ListedCustomers(t.Context(), who, asked))
	assert.Equal(t, []string{"A , B", "cust-b-prod", "cust-a-prod"}, names)
}

// Where more begin with a name than are looked at, none of them is passed off as all.
func TestManyThatCouldBeMeant(t *testing.T) {
	h := newHouse(t)
	h.do(ann, core.AddCluster{Name: "big"})
	in := core.Import{Confirm: true}
	for i := range 300 {
		in.Customers = append(in.Customers, core.ImportCustomer{Line: i, Name: fmt.Sprintf("Cust %03d", i), Cluster: "big", Namespace: fmt.Sprintf("n%03d", i)})
	}
	h.do(ann, in)
	for ref, want := range map[string]string{"cust": "could be at least 201 customers", "cust 1": "could be 100 customers"} {
		_, err := h.Customer(t.Context(), core.Person(ann, core.ViaSlash), ref)
		e := core.AsError(err)
		assert.Contains(t, e.Msg, want)
		assert.Len(t, e.Choices, 20)
		assert.Equal(t, "Choose the one you mean. These are the first 20: more of its name leaves fewer.", e.Hint)
	}
}
