package core_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

func (h *house) matrix(q core.MatrixQuery) *core.Matrix {
	h.t.Helper()
	if q.Release == "" {
		q.Release = "v2.5.0"
	}
	return must[*core.Matrix](h.t)(h.Matrix(h.t.Context(), viewer, q))
}

// draw shows a grid as text: p d s r for the statuses, "-" for not
// applicable, capitals where a status filter matches, marks behind.
func draw(m *core.Matrix) string {
	var b strings.Builder
	for _, c := range m.Clusters {
		b.WriteString(c.Cluster.Name + ":")
		for _, cust := range c.Customers {
			if cust.ClusterName != c.Cluster.Name {
				b.WriteString(" in " + cust.ClusterName + "?")
			}
			b.WriteString(" " + cust.Name)
		}
		b.WriteString("\n")
		for i, row := range c.Rows {
			fmt.Fprintf(&b, "%s %s %s:", row.ShortID, row.Position, row.Name)
			for _, cell := range c.Cells.Row(i) {
				b.WriteString(" " + drawCell(cell, len(m.Query.Statuses) > 0))
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func drawCell(c core.Cell, filtered bool) string {
	if !c.Applies() {
		return "-"
	}
	s := c.Status.String()[:1]
	if filtered && c.Match {
		s = strings.ToUpper(s)
	}
	for _, m := range []struct {
		mark core.Marks
		sign string
	}{{core.Custom, "*"}, {core.Overridden, "!"}, {core.MovedOn, ">"}, {core.Claimed, "@"}, {core.Blocked, "#"}, {core.Noted, "n"}} {
		if c.Marks&m.mark != 0 {
			s += m.sign
		}
	}
	return s
}

func TestFV003BRC03MatrixIsGroupedByCluster(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.MarkDone{Target: at("customer-a", "D1"), Note: "build 812"})
	h.do(bob, core.SkipStep{Target: at("customer-b", "D3"), Reason: "not on this plan"})
	h.do(bob, core.MarkDone{Target: at("customer-d", "V2")})
	h.do(bob, core.RevertStep{Target: at("customer-d", "V2")})
	h.do(bob, core.StartStep{Target: at("customer-c", "D1")})
	h.do(bob, core.BlockStep{Target: at("customer-c", "D2"), Reason: "no database access"})
	m := h.matrix(core.MatrixQuery{})
	assert.Equal(t, `prod-eu: customer-d customer-e
D1 1 Deploy: p p
D2 2 SQL: p p
D3 3 Config: p p
V1 1 Health: p p
V2 2 Login: r p
prod-us: customer-a customer-b customer-c
D1 1 Deploy: dn p p@
D2 2 SQL: p p p#
D3 3 Config: p s p
V1 1 Health: p p p
V2 2 Login: p p p
staging: demo-customer
D1 1 Deploy: p
D2 2 SQL: p
D3 3 Config: p
V1 1 Health: p
V2 2 Login: p
`, draw(m))
	assert.Equal(t, 1, m.Release.Blocked)
	assert.Equal(t, []string{"prod-eu", "prod-us", "staging"}, m.Names)
	assert.Equal(t, core.Shown{Customers: 6, AllCustomers: 6, Steps: 5, AllSteps: 5, MatchingCells: 30}, m.Shown)
	assert.Equal(t, m.Progress, m.Release.Progress)
	assert.EqualValues(t, h.step("customer-b", "D3").ID, m.Clusters[1].Cells.Row(2)[1].ID, "a cell and its step are one")
	assert.Equal(t, "cust-b-prod", m.Clusters[1].Customers[1].Namespace)
}

func TestFR006FR0078_3MatrixFilters(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.MarkDone{Target: at("customer-a", "D1")})
	h.do(bob, core.SkipStep{Target: at("customer-c", "V1"), Reason: "not on this plan"})
	h.do(bob, core.MarkDone{Target: at("customer-e", "D1")})

	assert.Equal(t, `prod-us: customer-a customer-b customer-c
V1 1 Health: p p s
V2 2 Login: p p p
`, draw(h.matrix(core.MatrixQuery{Clusters: []string{"prod-us"}, Category: core.Verify})))

	m := h.matrix(core.MatrixQuery{Statuses: []core.Status{core.Done, core.Skipped}})
	assert.Equal(t, `prod-eu: customer-e
D1 1 Deploy: D
prod-us: customer-a customer-c
D1 1 Deploy: D p
V1 1 Health: p S
`, draw(m), "rows and columns with a match stay")
	assert.Equal(t, core.Shown{Customers: 3, AllCustomers: 6, Steps: 2, AllSteps: 5, MatchingCells: 3}, m.Shown)
	assert.Equal(t, 30, m.Progress.Total, "progress is not of the filter")

	none := h.matrix(core.MatrixQuery{Statuses: []core.Status{core.Reverted}})
	assert.Empty(t, none.Clusters)
	assert.Equal(t, 0, none.Shown.Customers)
	assert.Equal(t, 6, none.Shown.AllCustomers)

	m = h.matrix(core.MatrixQuery{Clusters: []string{"prod-eu", "nowhere"}})
	assert.Equal(t, []string{"nowhere"}, m.Unknown)
	assert.Len(t, m.Clusters, 1)
	assert.Len(t, m.Names, 3, "what else can be chosen")
	assert.Equal(t, 2, m.Release.CustomerCount, "of the clusters chosen")
	assert.Len(t, h.matrix(core.MatrixQuery{Clusters: []string{"nowhere"}}).Clusters, 3, "nothing known was asked for")

	m = h.matrix(core.MatrixQuery{Clusters: []string{"prod-us"}, Sort: "progress", Category: core.Deploy})
	assert.Equal(t, `prod-us: customer-b customer-c customer-a
D1 1 Deploy: p p d
D2 2 SQL: p p p
D3 3 Config: p p p
`, draw(m), "the least done first, then by name")
}

func TestBRS01BRS02BRS05MatrixShowsOverridesAndCustomSteps(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.OverrideStep{Target: at("customer-a", "D2"), Content: "ALTER TABLE other ADD x int;"})
	h.do(bob, core.OverrideStep{Target: at("customer-b", "D2"), Content: "SELECT 1;"})
	h.do(bob, core.MarkDone{Target: at("customer-b", "D2")})
	h.do(ann, core.EditTemplate{Release: "v2.5.0", Step: "D2", Content: ptr("ALTER TABLE users ADD y int;"), Confirm: true})
	h.do(bob, core.AddCustomStep{Release: "v2.5.0", Customer: "customer-a", Name: "Warm up", Category: core.Deploy, Type: core.Text, Content: "warm the cache", After: "D1"})
	h.do(bob, core.AddCustomStep{Release: "v2.5.0", Customer: "customer-c", Name: "Before all", Category: core.Deploy, Type: core.Text, Content: "first of all", Before: "D1"})
	want := `prod-us: customer-a customer-b customer-c
C2 0.5 Before all: - - p*
D1 1 Deploy: p p p
C1 1.5 Warm up: p* - -
D2 2 SQL: p!> d!> p
D3 3 Config: p p p
V1 1 Health: p p p
V2 2 Login: p p p
`
	m := h.matrix(core.MatrixQuery{Clusters: []string{"prod-us"}})
	assert.Equal(t, want, draw(m))
	assert.Equal(t, 6, m.Clusters[0].Customers[0].Progress.Total)
	assert.Equal(t, 5, m.Clusters[0].Customers[1].Progress.Total)
	assert.InDelta(t, 0.5, m.Clusters[0].Rows[2].OrderIndex, 0)
	assert.NotContains(t, draw(h.matrix(core.MatrixQuery{Clusters: []string{"prod-eu"}})), "C1", "a custom step is a row of its own cluster only")
	assert.Equal(t, 7, m.Shown.AllSteps)

	filtered := h.matrix(core.MatrixQuery{Clusters: []string{"prod-us"}, Category: core.Deploy, Statuses: []core.Status{core.Done}})
	assert.Equal(t, "prod-us: customer-b\nD2 2 SQL: D!>\n", draw(filtered))
}

func TestFS004RemovedStepsStayWhereTheyWereWorkedOn(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.MarkDone{Target: at("customer-a", "D2")})
	h.do(bob, core.OverrideStep{Target: at("customer-b", "D2"), Content: "SELECT 1;"})
	h.do(ann, core.RemoveTemplate{Release: "v2.5.0", Step: "D2", Confirm: true})
	m := h.matrix(core.MatrixQuery{Clusters: []string{"prod-us"}, Category: core.Deploy})
	assert.Equal(t, `prod-us: customer-a customer-b customer-c
D1 1 Deploy: p p p
C1 1.5 SQL: - p* -
D2 2 SQL: d - -
D3 2 Config: p p p
`, draw(m))
	assert.True(t, m.Clusters[0].Rows[2].Removed)
	assert.Equal(t, 5, m.Clusters[0].Customers[0].Progress.Total, "done ones still count")
	assert.Equal(t, 5, m.Clusters[0].Customers[1].Progress.Total)
	assert.Equal(t, 4, m.Clusters[0].Customers[2].Progress.Total)
	s := must[*core.CustomerSteps](t)(h.CustomerSteps(t.Context(), viewer, "v2.5.0", "customer-a"))
	require.Len(t, s.Deploy.Steps, 3)
	assert.True(t, s.Deploy.Steps[1].Removed)
}

func TestManyCustomStepsInOneGapFold(t *testing.T) {
	h := newHouse(t)
	h.active()
	for i := range 11 {
		who := []string{"customer-a", "customer-b"}[i%2]
		h.do(bob, core.AddCustomStep{Release: "v2.5.0", Customer: who, Name: fmt.Sprintf("Extra %d", i), Category: core.Deploy, Type: core.Text, Content: "more work", After: "D1"})
	}
	h.do(bob, core.AddCustomStep{Release: "v2.5.0", Customer: "customer-a", Name: "Alone", Category: core.Verify, Type: core.Text, Content: "look"})
	for _, c := range []string{"C1", "C3", "C5", "C7", "C9", "C11"} {
		h.do(bob, core.MarkDone{Target: at("customer-a", c)})
	}
	assert.Equal(t, `prod-us: customer-a customer-b customer-c
D1 1 Deploy: p p p
 1.015625 11 custom steps: d* p* -
D2 2 SQL: p p p
D3 3 Config: p p p
V1 1 Health: p p p
V2 2 Login: p p p
C12 2.5 Alone: p* - -
`, draw(h.matrix(core.MatrixQuery{Clusters: []string{"prod-us"}})))
	all := h.matrix(core.MatrixQuery{Clusters: []string{"prod-us"}, AllCustom: true})
	assert.Len(t, all.Clusters[0].Rows, 5+12)
}

func TestFM003BRM03WithdrawnAndArchivedCustomersLeaveTheMatrix(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.MarkDone{Target: at("customer-a", "D1")})
	h.do(ann, core.WithdrawCustomer{Release: "v2.5.0", Customer: "customer-a"})
	h.do(ann, core.ArchiveCustomer{Customer: "customer-b"})
	h.do(ann, core.ArchiveCustomer{Customer: "demo"})
	m := h.matrix(core.MatrixQuery{Category: core.Verify})
	assert.Equal(t, `prod-eu: customer-d customer-e
V1 1 Health: p p
V2 2 Login: p p
prod-us: customer-c
V1 1 Health: p
V2 2 Login: p
`, draw(m))
	assert.Equal(t, 15, m.Progress.Total)
	m = h.matrix(core.MatrixQuery{Clusters: []string{"prod-us"}, Withdrawn: true})
	require.Len(t, m.Clusters[0].Customers, 2)
	assert.True(t, m.Clusters[0].Customers[0].Withdrawn)
	assert.Equal(t, 1, m.Clusters[0].Customers[0].Progress.Done, "its steps stay")
	assert.Equal(t, 5, m.Progress.Total, "and count for nothing")
	h.do(ann, core.EnrollCustomer{Release: "v2.5.0", Customer: "customer-a"})
	assert.Equal(t, core.Done, h.step("customer-a", "D1").Status)
}

func TestFR005ArchivedReleaseKeepsItsNames(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.MarkDone{Target: at("customer-a", "D1")})
	h.do(ann, core.ArchiveRelease{Release: "v2.5.0", Confirm: true, Reason: "superseded"})
	before := h.matrix(core.MatrixQuery{})
	line := h.step("customer-a", "D1").TargetLine
	h.do(ann, core.EditCustomer{Customer: "customer-a", Name: ptr("Acme"), Namespace: ptr("acme")})
	h.do(ann, core.MoveCustomer{Customer: "Acme", Cluster: "prod-eu", Confirm: true})
	h.do(ann, core.ArchiveCustomer{Customer: "customer-b"})
	h.do(ann, core.EditCluster{Cluster: "prod-us", Name: ptr("us-east")})
	after := h.matrix(core.MatrixQuery{})
	assert.Equal(t, before.Clusters, after.Clusters)
	assert.Equal(t, before.Names, after.Names)
	assert.Equal(t, line, h.step("Acme", "D1").TargetLine)
	assert.True(t, h.step("Acme", "D2").Locked)
	assert.Len(t, h.matrix(core.MatrixQuery{Clusters: []string{"prod-us"}}).Clusters[0].Customers, 3)

	h.do(ann, core.ReopenRelease{Release: "R1"})
	assert.Contains(t, draw(h.matrix(core.MatrixQuery{})), "prod-eu: Acme customer-d customer-e\n")
}

func Test8_2FET005ProgressIsTheAverageOfCustomers(t *testing.T) {
	h := newHouse(t)
	h.active()
	for _, s := range []string{"D1", "D2", "D3", "V1"} {
		h.do(bob, core.MarkDone{Target: at("demo", s)})
	}
	h.do(bob, core.SkipStep{Target: at("demo", "V2"), Reason: "no login there"})
	h.do(bob, core.MarkDone{Target: at("customer-a", "D1")})
	m := h.matrix(core.MatrixQuery{})
	j := func(v any) string {
		b, err := json.Marshal(v)
		require.NoError(t, err)
		return string(b)
	}
	assert.Equal(t, "80.00", j(m.Clusters[2].Progress.Percent), "staging: 4 of 5")
	assert.Equal(t, "100.00", j(m.Clusters[2].Progress.ResolvedPercent))
	assert.True(t, m.Clusters[2].Progress.Complete)
	assert.Equal(t, "6.66", j(m.Clusters[1].Progress.Percent), "prod-us: 20, 0, 0; rounded down")
	assert.Equal(t, "16.66", j(m.Progress.Percent), "all six customers weigh the same, not the clusters")
	assert.Equal(t, "22.22", j(m.Progress.Deploy.Percent))
	assert.Equal(t, "8.33", j(m.Progress.Verify.Percent))
	assert.False(t, m.Progress.Complete)
}

func TestGridJSON(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.MarkDone{Target: at("customer-d", "D1"), Note: "build 812"})
	h.do(bob, core.AddCustomStep{Release: "v2.5.0", Customer: "customer-e", Name: "Own", Category: core.Deploy, Type: core.Text, Content: "own work", Before: "D1"})
	m := h.matrix(core.MatrixQuery{Clusters: []string{"prod-eu"}, Category: core.Deploy, Statuses: []core.Status{core.Done, core.Pending}})
	b, err := json.Marshal(m.Clusters[0].Cells)
	require.NoError(t, err)
	var rows [][]map[string]any
	require.NoError(t, json.Unmarshal(b, &rows))
	require.Len(t, rows, 4)
	assert.Nil(t, rows[0][0], "not applicable is null")
	assert.Equal(t, true, rows[0][1]["is_custom"])
	assert.Equal(t, map[string]any{
		"id": float64(m.Clusters[0].Cells.Row(1)[0].ID), "status": "done", "is_custom": false, "is_overridden": false,
		"template_moved_on": false, "is_claimed": false, "is_blocked": false, "has_notes": true,
	}, rows[1][0])
	b, err = json.Marshal(core.Grid{})
	require.NoError(t, err)
	assert.Equal(t, "[]", string(b))
}
