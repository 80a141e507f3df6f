package core_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

// company is a file with one of everything.
func company() core.Import {
	return core.Import{
		Clusters:  []core.ImportCluster{{Line: 2, Name: "prod-us", KubeconfigPath: ptr("~/.kube/prod-us"), Metadata: map[string]string{"region": "us-east-1"}}},
		Customers: []core.ImportCustomer{{Line: 5, Name: "customer-a", Cluster: "prod-us", Namespace: "cust-a-prod"}},
		Releases: []core.ImportRelease{{Line: 8, Name: "Spring", Type: ptr(core.Regular), VersionNumber: ptr("v2.5.0"),
			Targets: &core.TargetNames{Clusters: []string{"prod-us"}},
			Steps: []core.ImportStep{
				{Line: 10, Name: "Deploy", Category: core.Deploy, Type: core.Bash, Content: "make deploy"},
				{Line: 14, Name: "Check", Category: core.Verify, Type: core.Text, Content: "Look at it."},
			}}},
		Confirm: true,
	}
}

// plan asks what an import would do.
func (h *house) plan(in core.Import) []core.ImportRow {
	h.t.Helper()
	in.Confirm = false
	e := h.refused(core.Confirm, ann, in)
	return e.Preview.(*core.ImportPlan).Rows
}

func TestImportAddsEverythingInOneEvent(t *testing.T) {
	h := newHouse(t)
	before, err := h.Revision(t.Context())
	require.NoError(t, err)
	r := h.do(ann, company())
	assert.Equal(t, "Imported 1 new cluster, 1 new customer, 1 new release and 2 new steps", r.Text)
	assert.Zero(t, r.UndoUntil, "an import is not undone")
	after, err := h.Revision(t.Context())
	require.NoError(t, err)
	assert.Equal(t, before+1, after)

	list, err := h.Templates(t.Context(), core.Person(ann, core.ViaSlash), "v2.5.0", false)
	require.NoError(t, err)
	require.Len(t, list.Deploy, 1)
	require.Len(t, list.Verify, 1)
	assert.Equal(t, "cluster prod-us", list.Release.TargetsText)
}

func TestImportTwiceChangesNothing(t *testing.T) {
	h := newHouse(t)
	h.do(ann, company())
	before, err := h.Revision(t.Context())
	require.NoError(t, err)
	r := h.do(ann, company())
	assert.Zero(t, r.Seq)
	assert.Equal(t, "Imported nothing new", r.Text)
	after, err := h.Revision(t.Context())
	require.NoError(t, err)
	assert.Equal(t, before, after)
	for _, row := range h.plan(company()) {
		assert.Equal(t, "keep", row.Action, row.Name)
	}
}

func TestImportSaysFirstWhatItWouldDo(t *testing.T) {
	h := newHouse(t)
	rows := h.plan(company())
	require.Len(t, rows, 5)
	assert.Equal(t, core.ImportRow{Line: 5, Noun: "customer", Name: "customer-a · prod-us / cust-a-prod", Action: "add"}, rows[1])
	h.refused(core.NotFound, ann, core.ActivateRelease{Release: "v2.5.0"})
}

func TestImportChangesWhatDiffersAndLeavesTheRest(t *testing.T) {
	h := newHouse(t)
	h.do(ann, company())
	in := core.Import{Confirm: true,
		Clusters: []core.ImportCluster{{Line: 1, Name: "prod-us", Description: ptr("US production")}},
		Releases: []core.ImportRelease{{Line: 3, Name: "Spring", Steps: []core.ImportStep{
			{Line: 4, Name: "Deploy", Category: core.Deploy, Type: core.Bash, Content: "make deploy VERSION=2"}}}},
	}
	r := h.do(ann, in)
	assert.Equal(t, "Imported 1 changed cluster and 1 changed step", r.Text)
	c, err := h.Cluster(t.Context(), core.Person(ann, core.ViaSlash), "prod-us")
	require.NoError(t, err)
	assert.EqualValues(t, "US production", c.Cluster.Description)
	assert.EqualValues(t, "~/.kube/prod-us", c.Cluster.KubeconfigPath)
	assert.Equal(t, "us-east-1", c.Cluster.Metadata["region"])
}

func TestImportIsAllOrNothingAndNamesEveryLine(t *testing.T) {
	h := newHouse(t)
	in := company()
	in.Clusters = append(in.Clusters, core.ImportCluster{Line: 3, Name: "PROD-US"}, core.ImportCluster{Line: 4, Name: ""})
	in.Customers = append(in.Customers, core.ImportCustomer{Line: 6, Name: "b", Cluster: "nowhere", Namespace: "b"},
		core.ImportCustomer{Line: 7, Name: "c", Cluster: "prod-us", Namespace: "Not A Namespace"})
	in.Releases[0].Steps[1].Type = "perl"
	e := h.refused(core.Invalid, ann, in)
	var lines []int
	for _, p := range e.Preview.(core.ImportProblems) {
		lines = append(lines, p.Line)
		assert.NotEmpty(t, p.Text)
	}
	assert.Equal(t, []int{3, 4, 6, 7, 14}, lines)
	h.refused(core.NotFound, ann, core.ArchiveCluster{Cluster: "prod-us"})
}

func TestImportLeavesTheStepsOfAnActiveRelease(t *testing.T) {
	h := newHouse(t)
	h.do(ann, company())
	h.do(ann, core.ActivateRelease{Release: "v2.5.0", Confirm: true})
	assert.Zero(t, h.do(ann, company()).Seq, "the same file is still no change")

	in := company()
	in.Releases[0].Steps[0].Content = "make deploy FORCE=1"
	e := h.refused(core.Invalid, ann, in)
	assert.Equal(t, 10, e.Preview.(core.ImportProblems)[0].Line)

	in = company()
	in.Releases[0].Targets = &core.TargetNames{}
	h.refused(core.Invalid, ann, in)

	h.do(ann, core.ArchiveRelease{Release: "v2.5.0", Reason: "given up", Confirm: true})
	in = company()
	in.Releases[0].Description = ptr("changed")
	assert.Zero(t, h.do(ann, in).Seq, "an archived release is finished")
}

func TestImportTakesAnAdmin(t *testing.T) {
	h := newHouse(t)
	h.refused(core.Forbidden, vic, company())
	h.refused(core.Forbidden, gus, company())
}
