package main

import (
	"encoding/json"
	"fmt"
	mrand "math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

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
		"name,cluster,namespace\na,b,c\nd,e\nf,g,h\n":   "line 3: the first line has 3 cells and this one 2",
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
	survives(t, first)
}

func confirmed(in core.Import) core.Import { in.Confirm = true; return in }

func emptyService(t testing.TB) *core.Service {
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

// essence is what must survive; what an import cannot know (times, states, step numbers) is left out.
func essence(t *testing.T, export []byte) []string {
	t.Helper()
	var x map[string][]map[string]any
	require.NoError(t, json.Unmarshal(export, &x))
	var out []string
	for entity, fields := range map[string][]string{
		"clusters":       {"id", "name", "kubeconfig_path", "description", "is_active", "metadata", "customer_count"},
		"customers":      {"id", "cluster_id", "cluster_name", "namespace", "name", "description", "is_active", "metadata"},
		"releases":       {"id", "name", "type", "version_number", "release_date", "description", "metadata", "targets"},
		"step_templates": {"release_id", "name", "category", "type", "content", "order_index", "description"},
	} {
		for i, e := range x[entity] {
			if e["removed"] == true {
				continue
			}
			line := fmt.Sprintf("%s %d:", entity, i)
			if entity == "step_templates" {
				line = fmt.Sprintf("step of %v:", e["release_id"])
			}
			for _, f := range fields {
				require.Contains(t, e, f, entity)
				b, err := json.Marshal(e[f])
				require.NoError(t, err)
				line += fmt.Sprintf(" %s=%s", f, b)
			}
			out = append(out, line)
		}
	}
	slices.Sort(out)
	return out
}

// survives exports a database, imports that into an empty one and compares; twice is once.
func survives(t *testing.T, first *core.Service) {
	t.Helper()
	out := exportOf(t, first)
	second := emptyService(t)
	again, err := readImport(out)
	require.NoError(t, err)
	for range 2 {
		_, err = second.Do(t.Context(), core.System(core.ViaImport), "", confirmed(again))
		require.NoError(t, err, "%v", core.AsError(err))
		require.Equal(t, essence(t, out), essence(t, exportOf(t, second)))
	}
	faults, err := second.Check(t.Context())
	require.NoError(t, err)
	require.Empty(t, faults)
}

// What is archived may bear the name of what is in use; an export tells them apart.
func TestAnExportWithNamesUsedAgainSurvives(t *testing.T) {
	svc := emptyService(t)
	for _, op := range []core.Operation{
		core.AddCluster{Name: "staging"}, core.AddCustomer{Name: "old", Cluster: "staging", Namespace: "demo"},
		core.ArchiveCustomer{Customer: "old"}, core.ArchiveCluster{Cluster: "staging"},
		core.AddCluster{Name: "Staging", Description: "the new one"}, core.AddCustomer{Name: "new", Cluster: "2", Namespace: "demo"},
		core.ArchiveCustomer{Customer: "new"}, core.AddCustomer{Name: "newest", Cluster: "2", Namespace: "demo"},
		core.AddCluster{Name: "empty"},
		core.AddRelease{Name: "Fix", Type: core.Hotfix, Targets: core.TargetNames{Customers: []string{"newest"}}},
		core.AddTemplate{Release: "R1", Name: "twice", Category: core.Deploy, Type: core.Text, Content: "first"},
		core.AddTemplate{Release: "R1", Name: "twice", Category: core.Deploy, Type: core.Bash, Content: "second"},
		core.ArchiveRelease{Release: "R1"},
		core.AddRelease{Name: "fix", Type: core.Hotfix, Targets: core.TargetNames{Clusters: []string{"empty"}}}, core.ArchiveRelease{Release: "R2"},
		core.AddRelease{Name: "Fix", Type: core.Hotfix, Description: "the one in use"},
	} {
		_, err := svc.Do(t.Context(), core.System(core.ViaCLI), "", op)
		require.NoError(t, err, "%T%+v", op, op)
	}
	survives(t, svc)
}

// Whatever admins have made of a database, its export can be imported.
func TestAnyExportSurvives(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := mrand.New(mrand.NewPCG(seed, 11))
	pick := func(from ...string) string { return from[rng.IntN(len(from))] }
	svc := emptyService(t)
	for range 400 {
		id, release := fmt.Sprint(1+rng.IntN(8)), fmt.Sprint("R", 1+rng.IntN(6))
		name, ns := pick("a", "A", "b", "c"), pick("x", "y", "z")
		about := pick("", "two\nlines")
		targets := core.TargetNames{}
		switch rng.IntN(4) {
		case 0:
			targets.Clusters = []string{id}
		case 1:
			targets.Customers = []string{id, fmt.Sprint(1 + rng.IntN(8))}
		}
		cat := core.Categories[rng.IntN(2)]
		step := pick("D1", "D2", "V1", "V2")
		op := []core.Operation{
			core.AddCluster{Name: name, Description: about, Metadata: map[string]string{"region": ns}},
			core.ArchiveCluster{Cluster: id}, core.RestoreCluster{Cluster: id},
			core.AddCustomer{Name: name, Cluster: id, Namespace: ns, Metadata: map[string]string{"db": name}},
			core.AddCustomer{Name: name, Cluster: id, Namespace: ns, Description: about},
			core.MoveCustomer{Customer: id, Cluster: pick("1", "2", "3"), Confirm: true},
			core.ArchiveCustomer{Customer: id}, core.ArchiveCustomer{Customer: id}, core.RestoreCustomer{Customer: id},
			core.AddRelease{Name: name, Type: core.ReleaseTypes[rng.IntN(3)], Version: pick("", "v1", "v2"), Date: pick("", "2026-12-01"), Targets: targets},
			core.CloneRelease{Release: release, Name: name, Version: "v3", Targets: targets},
			core.ActivateRelease{Release: release, Confirm: true},
			core.ArchiveRelease{Release: release, Reason: "over and done", Confirm: true}, core.ReopenRelease{Release: release},
			core.AddTemplate{Release: release, Name: name, Category: cat, Type: core.StepTypes[rng.IntN(3)], Content: ns + " {{customer.name}}", Description: about},
			core.AddTemplate{Release: release, Name: name, Category: cat, Type: core.Text, Content: ns, Before: step},
			core.RemoveTemplate{Release: release, Step: step, Confirm: true}, core.MoveTemplate{Release: release, Step: step, After: "D2", Confirm: true},
		}[rng.IntN(18)]
		_, err := svc.Do(t.Context(), core.System(core.ViaCLI), "", op)
		require.NotEqual(t, core.Internal, core.ErrorCode(err), "%T%+v: %v", op, op, err)
	}
	survives(t, svc)
}

// An export names the line of what is wrong with it.
func TestAnExportIsRefusedWithTheLine(t *testing.T) {
	in, err := readImport([]byte("{\n  \"clusters\": [\n    {\"id\": 1, \"name\": \"a\"},\n    {\"id\": 2,\n \"name\": \"b\"}],\n \"customers\": [],\n \"events\": []\n}"))
	require.NoError(t, err)
	require.Len(t, in.Clusters, 2)
	assert.Equal(t, 3, in.Clusters[0].Line)
	assert.Equal(t, 4, in.Clusters[1].Line)
	_, err = readImport([]byte("{\"clusters\": [],\n \"customers\": [\n{\"id\": 1, \"cluster_id\": 7, \"name\": \"a\", \"namespace\": \"a\"}],\n \"events\": []}"))
	require.ErrorContains(t, err, "line 3: customer a is on cluster 7, which the export does not know")
}
