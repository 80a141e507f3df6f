package core_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/storage/bolt"
	"rollcall/storage/storagetest"
)

func TestFC001FC002BRC02Clusters(t *testing.T) {
	h := newHouse(t)
	h.do(ann, core.AddCluster{Name: "prod-us", KubeconfigPath: "~/.kube/prod-us-config", Description: "US production", Metadata: map[string]string{"region": "us-east-1"}})
	e := h.refused(core.Conflict, ann, core.AddCluster{Name: "PROD-us"})
	assert.Equal(t, "name", e.Field)
	name := "prod-us-1"
	h.do(ann, core.EditCluster{Cluster: "prod-us", Name: &name, Metadata: map[string]string{"region": "", "tier": "gold"}})
	l, err := h.Clusters(t.Context(), core.Person(vic, core.ViaSlash), false)
	require.NoError(t, err)
	require.Len(t, l.Clusters, 1)
	assert.Equal(t, name, l.Clusters[0].Name)
	assert.Equal(t, map[string]string{"tier": "gold"}, l.Clusters[0].Metadata)
	h.do(ann, core.AddCluster{Name: "prod-us"})
}

func TestFC003BRC01ClusterWithCustomersStays(t *testing.T) {
	h := newHouse(t)
	h.spring()
	e := h.refused(core.Conflict, ann, core.ArchiveCluster{Cluster: "prod-us"})
	assert.Equal(t, "Cluster prod-us still has 3 active customers: customer-a (cust-a-prod), customer-b (cust-b-prod) and customer-c (cust-c-prod)", e.Msg)
	h.do(ann, core.ArchiveCustomer{Customer: "demo"})
	h.do(ann, core.ArchiveCluster{Cluster: "staging"})
	h.refused(core.Conflict, ann, core.RestoreCustomer{Customer: "demo"})
	h.do(ann, core.RestoreCluster{Cluster: "staging"})
	h.do(ann, core.RestoreCustomer{Customer: "demo"})
}

func TestFM001BRM01NamespacesAreUniqueInACluster(t *testing.T) {
	h := newHouse(t)
	h.spring()
	e := h.refused(core.Conflict, ann, core.AddCustomer{Name: "Other", Cluster: "prod-us", Namespace: "cust-a-prod"})
	assert.Equal(t, "Namespace cust-a-prod on prod-us already belongs to customer-a", e.Msg)
	h.do(ann, core.AddCustomer{Name: "Other", Cluster: "prod-eu", Namespace: "cust-a-prod"})
	h.refused(core.Ambiguous, ann, core.EditCustomer{Customer: "cust-a-prod"})
	h.do(ann, core.EditCustomer{Customer: "prod-eu/cust-a-prod", Description: ptr("the other one")})
	for _, ns := range []string{"", "Cust", "a_b", "-a", "a-", strings.Repeat("x", 64), "ns\n"} {
		if ns == "ns\n" {
			continue // trimmed at the edges
		}
		e := h.refused(core.Invalid, ann, core.AddCustomer{Name: "Other", Cluster: "prod-eu", Namespace: ns})
		assert.Equal(t, "namespace", e.Field, "%q", ns)
	}
}

func TestBRM02MoveShowsItsConsequenceFirst(t *testing.T) {
	h := newHouse(t)
	h.active()
	text := "kubectl --kubeconfig {{cluster.kubeconfig_path}} apply"
	h.do(ann, core.EditTemplate{Release: "v2.5.0", Step: "D1", Content: &text, Confirm: true})
	e := h.refused(core.Confirm, ann, core.MoveCustomer{Customer: "cust-a-prod", Cluster: "prod-eu"})
	p := e.Preview.(*core.ConsequencePreview)
	assert.Equal(t, []string{
		"It becomes customer-a · prod-eu / cust-a-prod.",
		"v2.5.0: 5 open steps will be run on prod-eu; what D1 say changes with the cluster.",
	}, p.Lines)
	h.do(ann, core.MoveCustomer{Customer: "cust-a-prod", Cluster: "prod-eu", Confirm: true})
	m, err := h.Matrix(t.Context(), core.Person(bob, core.ViaSlash), core.MatrixQuery{Release: "v2.5.0", Clusters: []string{"prod-eu"}})
	require.NoError(t, err)
	require.Len(t, m.Clusters, 1)
	assert.Len(t, m.Clusters[0].Customers, 3)
}

func TestFR001ReleaseNeedsAVersionAndOnboardingCustomers(t *testing.T) {
	h := newHouse(t)
	h.spring()
	assert.Equal(t, "version", h.refused(core.Invalid, ann, core.AddRelease{Name: "Next", Type: core.Regular}).Field)
	assert.Equal(t, "customers", h.refused(core.Invalid, ann, core.AddRelease{Name: "Welcome", Type: core.Onboarding}).Field)
	assert.Equal(t, "date", h.refused(core.Invalid, ann, core.AddRelease{Name: "Next", Type: core.Hotfix, Date: "01.12.2026"}).Field)
	assert.Equal(t, "type", h.refused(core.Invalid, ann, core.AddRelease{Name: "Next", Type: "patch"}).Field)
	h.do(ann, core.AddRelease{Name: "Welcome", Type: core.Onboarding, Targets: core.TargetNames{Customers: []string{"demo"}}})
	h.refused(core.Conflict, ann, core.AddRelease{Name: "spring RELEASE", Type: core.Hotfix})
}

func TestFR003BRR01ActivationEnrolsAllActiveCustomers(t *testing.T) {
	h := newHouse(t)
	h.spring()
	h.do(ann, core.ArchiveCustomer{Customer: "cust-b-prod"})
	e := h.refused(core.Confirm, ann, core.ActivateRelease{Release: "v2.5.0"})
	assert.Equal(t, "Activate v2.5.0: 5 customers × 5 steps = 25?", e.Msg)
	h.do(ann, core.ActivateRelease{Release: "v2.5.0", Confirm: true})
	h.do(ann, core.AddCustomer{Name: "late", Cluster: "prod-eu", Namespace: "late"})
	h.do(ann, core.AddCustomer{Name: "later", Cluster: "prod-eu", Namespace: "later", NoEnroll: true})
	v, err := h.Release(t.Context(), core.Person(vic, core.ViaSlash), "v2.5.0")
	require.NoError(t, err)
	assert.Equal(t, 6, v.CustomerCount)
	assert.Equal(t, 30, v.Progress.Total)
}

func TestFS001FS003FS004TemplatesKeepAGaplessOrder(t *testing.T) {
	h := newHouse(t)
	h.spring()
	order := func() string {
		l, err := h.Templates(t.Context(), core.Person(vic, core.ViaSlash), "v2.5.0", false)
		require.NoError(t, err)
		var out []string
		for i, s := range l.Deploy {
			require.Equal(t, i, s.OrderIndex)
			out = append(out, s.ShortID)
		}
		return strings.Join(out, " ")
	}
	h.do(ann, core.MoveTemplate{Release: "v2.5.0", Step: "D3", Before: "D1"})
	assert.Equal(t, "D3 D1 D2", order())
	h.do(ann, core.MoveTemplate{Release: "v2.5.0", Step: "D3", After: "D2"})
	assert.Equal(t, "D1 D2 D3", order())
	h.do(ann, core.RemoveTemplate{Release: "v2.5.0", Step: "D2"})
	assert.Equal(t, "D1 D3", order())
	h.do(ann, core.AddTemplate{Release: "v2.5.0", Name: "New", Category: core.Deploy, Type: core.Text, Content: "abc", After: "D1"})
	assert.Equal(t, "D1 D4 D3", order(), "a short id is never used again")
	h.refused(core.Invalid, ann, core.MoveTemplate{Release: "v2.5.0", Step: "D1", Before: "V1"})
}

// A refusal for lack of rights names who can, changes nothing, and is on record once a minute.
func TestRolesOfEveryOperation(t *testing.T) {
	h := newHouse(t)
	h.active()
	for _, op := range core.Operations() {
		for _, user := range []string{vic, gus, "UNOBODY"} {
			e := h.refused(core.Forbidden, user, op)
			if user == vic {
				assert.Contains(t, e.Hint, "@ann", "%T", op)
			}
		}
	}
	feed, err := h.Activity(t.Context(), core.Person(ann, core.ViaSlash), core.ActivityQuery{Person: vic, Limit: 200})
	require.NoError(t, err)
	assert.Len(t, feed.Events, len(core.Operations()))
}

// Activating costs the same number of writes for 10 and for 10,000 customers.
func TestActivationWritesDoNotGrow(t *testing.T) {
	writes := func(n int) int {
		store, err := bolt.Open(filepath.Join(t.TempDir(), "rollcall.db"), bolt.Options{})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, store.Close()) })
		counting := storagetest.Counting(store)
		h := furnish(t, counting)
		var file core.Import
		for c := range 5 {
			file.Clusters = append(file.Clusters, core.ImportCluster{Name: fmt.Sprintf("c%d", c)})
		}
		for i := range n {
			file.Customers = append(file.Customers, core.ImportCustomer{Name: fmt.Sprintf("customer %d", i), Cluster: fmt.Sprintf("c%d", i%5), Namespace: fmt.Sprintf("ns-%d", i)})
		}
		file.Confirm = true
		h.do(ann, file)
		h.do(ann, core.AddRelease{Name: "Big", Type: core.Hotfix})
		h.do(ann, core.AddTemplate{Release: "Big", Name: "One", Category: core.Deploy, Type: core.Text, Content: "abc"})
		h.do(ann, core.ActivateRelease{Release: "Big", Confirm: true})
		return counting.LastUpdate().Puts
	}
	assert.Equal(t, writes(10), writes(10_000))
}

func ptr[T any](v T) *T { return &v }
