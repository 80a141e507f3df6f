package main

import (
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"rollcall/core"
	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var soakCustomers = flag.Int("soak.customers", 100, "how many customers the release of TestMemoryWithAVeryLargeRelease has, each with 50 steps")

// Pages and answers about a very large release, every step of it done, are made in memory that does not grow with it.
func TestMemoryWithAVeryLargeRelease(t *testing.T) {
	t.Parallel()
	o := newWaitingOffice(t, localslack.Config{})
	o.env["ROLLCALL_ACCESS"] = "open"
	wholeRelease(t, o.env["ROLLCALL_DB"], *soakCustomers)
	t.Cleanup(o.openApart(buildBinary(t)))
	read := func(path string) {
		t.Helper()
		res, err := http.Get(o.page + path)
		require.NoError(t, err)
		n, err := io.Copy(io.Discard, res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusOK, res.StatusCode, path)
		require.Positive(t, n)
	}
	most := 0
	for range 15 {
		for _, path := range []string{"/", "/releases/1", "/releases/1?cluster=cluster-3", "/releases/1.json", "/releases/1/clusters/4/grid"} {
			read(path)
		}
		for _, line := range []string{"status", "matrix First", "todo First", "next First", "step across First D7"} {
			o.types("ann", line)
		}
		most = max(most, ownMemory(t, o.pid))
	}
	t.Logf("%d × 50: at most %d kB of its own", *soakCustomers, most)
	assert.Less(t, most, 60<<10, "kB")
}

// wholeRelease is a file with an active release of 50 steps for so many customers on 10 clusters, every step done.
func wholeRelease(t *testing.T, path string, customers int) {
	t.Helper()
	store, err := openDatabase(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	svc, err := core.Open(t.Context(), store, core.Config{Now: time.Now, Rand: rand.Reader})
	require.NoError(t, err)
	system := core.System(core.ViaCLI)
	do := func(op core.Operation) {
		t.Helper()
		_, err := svc.Do(t.Context(), system, rand.Text(), op)
		require.NoError(t, err, op.Op())
	}
	in, kind := core.Import{Confirm: true}, core.Hotfix
	for c := range 10 {
		in.Clusters = append(in.Clusters, core.ImportCluster{Name: fmt.Sprintf("cluster-%d", c)})
	}
	for i := range customers {
		in.Customers = append(in.Customers, core.ImportCustomer{Name: fmt.Sprintf("Customer %d", i), Cluster: fmt.Sprintf("cluster-%d", i%10), Namespace: fmt.Sprintf("cust-%d", i)})
	}
	first := core.ImportRelease{Name: "First", Type: &kind}
	for i := range 50 {
		first.Steps = append(first.Steps, core.ImportStep{Name: fmt.Sprintf("Step %d", i), Category: core.Categories[i%2], Type: core.Bash, Content: "helm -n {{customer.namespace}} upgrade app"})
	}
	in.Releases = append(in.Releases, first)
	do(in)
	do(core.ActivateRelease{Release: "First", Confirm: true})
	for i := range 50 {
		step := fmt.Sprintf("%c%d", "DV"[i%2], i/2+1)
		plan, err := svc.PlanBulk(t.Context(), system, core.BulkQuery{Release: "First", Step: step, To: core.Done, All: true})
		require.NoError(t, err)
		do(core.RunBulk{Plan: plan.ID})
	}
}
