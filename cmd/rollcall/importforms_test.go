package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/fixtures/sample"
	"rollcall/storage/bolt"
)

func TestReadImportReadsCustomersFromCSV(t *testing.T) {
	in, err := readImport([]byte("\ufeffName;Namespace;Cluster;meta.db_host;Description\r\nAcme;acme-prod;prod-eu;pg-1;\"Calls first;\nthen deploys\"\r\nBolt;bolt-prod;prod-us;;\r\n"))
	require.NoError(t, err)
	require.Len(t, in.Customers, 2)
	acme := in.Customers[0]
	assert.Equal(t, "Acme", acme.Name)
	assert.Equal(t, "prod-eu", acme.Cluster)
	assert.Equal(t, "acme-prod", acme.Namespace)
	assert.Equal(t, "Calls first;\nthen deploys", *acme.Description)
	assert.Equal(t, map[string]string{"db_host": "pg-1"}, acme.Metadata)
	assert.Equal(t, 4, in.Customers[1].Line)
	assert.Nil(t, in.Customers[1].Description)
}

func TestReadImportSaysWhatIsWrongWithACSV(t *testing.T) {
	for text, want := range map[string]string{
		"name,namespace\na,b\n":                         `line 1: the column "cluster" is missing`,
		"name,cluster,namespace,colour\na,b,c,d\n":      `line 1: knows no column "colour": there are name, cluster, namespace, description and meta.KEY`,
		"name,cluster,namespace,name\na,b,c,d\n":        `line 1: the column "name" stands there twice`,
		"name,cluster,namespace\na,b,c\nd,e\nf,g,h\n":   "line 3: the line has another number of cells than the first one",
		"name,cluster,namespace\n":                      "line 2: there is no customer in the file",
		"name,cluster,namespace\na,\"b,c\nd,e\nf,g,h\n": "line 4: extraneous or missing \" in quoted-field",
	} {
		_, err := readImport([]byte(text))
		assert.ErrorContains(t, err, want, "%q", text)
	}
}

// An export goes into an empty file and comes out the same: clusters,
// customers, releases as drafts, template steps, targets.
func TestAnExportImportedExportsTheSame(t *testing.T) {
	first := emptyService(t)
	in, err := readImport(sample.Data)
	require.NoError(t, err)
	for _, op := range []core.Operation{
		confirmed(in),
		core.AddCluster{Name: "old"},
		core.AddCustomer{Name: "gone", Cluster: "old", Namespace: "gone", Metadata: map[string]string{"a": "b"}},
		core.AddRelease{Name: "For one", Type: core.Onboarding, Targets: core.TargetNames{Customers: []string{"gone"}}},
		core.ArchiveCustomer{Customer: "gone"},
		core.ArchiveCluster{Cluster: "old"},
		core.RemoveTemplate{Release: "v2.4.0", Step: "D1", Confirm: true},
		core.ActivateRelease{Release: "v2.4.0", Confirm: true},
	} {
		_, err := first.Do(t.Context(), core.System(core.ViaCLI), "", op)
		require.NoError(t, err, "%T", op)
	}
	out := exportOf(t, first)

	second := emptyService(t)
	again, err := readImport(out)
	require.NoError(t, err)
	_, err = second.Do(t.Context(), core.System(core.ViaImport), "", confirmed(again))
	require.NoError(t, err)
	assert.Equal(t, essence(t, out), essence(t, exportOf(t, second)))

	_, err = second.Do(t.Context(), core.System(core.ViaImport), "", confirmed(again))
	require.NoError(t, err)
	assert.Equal(t, essence(t, out), essence(t, exportOf(t, second)), "twice is once")
	faults, err := second.Check(t.Context())
	require.NoError(t, err)
	assert.Empty(t, faults)
}

func confirmed(in core.Import) core.Import { in.Confirm = true; return in }

func emptyService(t *testing.T) *core.Service {
	t.Helper()
	store, err := bolt.Open(filepath.Join(t.TempDir(), "rollcall.db"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	domain, err := domainConfig(config{defaultRole: "viewer"})
	require.NoError(t, err)
	svc, err := core.Open(t.Context(), store, domain)
	require.NoError(t, err)
	return svc
}

func exportOf(t *testing.T, svc *core.Service) []byte {
	t.Helper()
	x, err := svc.Export(t.Context(), core.System(core.ViaCLI))
	require.NoError(t, err)
	out, err := json.Marshal(x)
	require.NoError(t, err)
	return out
}

// essence is what must survive: ids in targets are named, and what an import
// cannot know (times, states, numbers) is left out.
func essence(t *testing.T, export []byte) []string {
	t.Helper()
	x, ok := exportIn(export)
	require.True(t, ok)
	in, err := x.asImport()
	require.NoError(t, err)
	var out []string
	for _, list := range []any{in.Clusters, in.Customers, in.Releases} {
		b, err := json.MarshalIndent(list, "", " ")
		require.NoError(t, err)
		require.False(t, bytes.Contains(b, []byte("\"id\"")))
		out = append(out, strings.Split(string(b), "\n")...)
	}
	return out
}
