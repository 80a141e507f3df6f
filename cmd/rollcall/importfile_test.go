package main

import (
	"testing"

	"rollcall/core"
	"rollcall/fixtures/sample"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadImportReadsTheSample(t *testing.T) {
	in, err := readImport(sample.Data)
	require.NoError(t, err)
	require.Len(t, in.Clusters, 3)
	require.Len(t, in.Customers, 6)
	require.Len(t, in.Releases, 3)
	assert.Equal(t, "us-east-1", in.Clusters[0].Metadata["region"])
	assert.Equal(t, "customer-a-prod", in.Customers[0].Namespace)
	autumn := in.Releases[1]
	assert.Equal(t, "v2.4.0", *autumn.VersionNumber)
	assert.Equal(t, "2026-11-30", *autumn.ReleaseDate)
	assert.Nil(t, autumn.Targets)
	require.Len(t, autumn.Steps, 5)
	assert.Equal(t, core.SQL, autumn.Steps[1].Type)
	assert.Equal(t, core.Verify, autumn.Steps[4].Category)
	assert.Contains(t, autumn.Steps[1].Content, "-- {{customer.name}}, on {{customer.metadata.db_host}}\nBEGIN;\n")
	assert.Equal(t, []string{"staging"}, in.Releases[0].Targets.Clusters)
}

func TestReadImportKnowsTheLines(t *testing.T) {
	in, err := readImport([]byte(`# remark
clusters:
  - name: one
    description: first

  - description: second
    name: two
releases:
  - name: spring
    step_templates:
      - name: a
        category: deploy
        type: bash
        content: |
          echo 1
          echo 2
      - {name: b, category: deploy, type: bash, content: echo 3}
`))
	require.NoError(t, err)
	assert.Equal(t, 3, in.Clusters[0].Line)
	assert.Equal(t, 6, in.Clusters[1].Line)
	assert.Equal(t, 9, in.Releases[0].Line)
	assert.Equal(t, 11, in.Releases[0].Steps[0].Line)
	assert.Equal(t, 17, in.Releases[0].Steps[1].Line)
	assert.Equal(t, "echo 1\necho 2\n", in.Releases[0].Steps[0].Content)
}

func TestReadImportKnowsTheWordsOfTheCommands(t *testing.T) {
	for _, text := range []string{
		"releases:\n  - name: Spring\n    targets: all\n    templates:\n      - {name: Deploy, category: deploy, type: bash, content: x}\n",
		`{"releases": [{"name": "Spring", "targets": "all", "steps": [{"name": "Deploy", "category": "deploy", "type": "bash", "content": "x"}]}]}`,
	} {
		in, err := readImport([]byte(text))
		require.NoError(t, err, text)
		require.Len(t, in.Releases, 1)
		assert.Equal(t, &core.TargetNames{All: true}, in.Releases[0].Targets)
		require.Len(t, in.Releases[0].Steps, 1)
		assert.Equal(t, "Deploy", in.Releases[0].Steps[0].Name)
		assert.NotZero(t, in.Releases[0].Steps[0].Line)
	}
}

func TestReadImportReadsJSON(t *testing.T) {
	in, err := readImport([]byte(`{
  "clusters": [{"name": "one", "metadata": {"region": "eu"}},
    {"name": "two"}],
  "customers": null
}`))
	require.NoError(t, err)
	require.Len(t, in.Clusters, 2)
	assert.Equal(t, "eu", in.Clusters[0].Metadata["region"])
	assert.Equal(t, 2, in.Clusters[0].Line)
	assert.Equal(t, 3, in.Clusters[1].Line)
}

func TestReadImportRefusesWithTheLine(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":             {"", "the file is empty"},
		"remarks only":      {"# nothing\n", "the file is empty"},
		"no mapping":        {"- a\n- b\n", "line 1: the file should list"},
		"a text":            {"hello", "line 1: the file should list"},
		"unknown section":   {"clusters: []\ncustomer:\n  - name: a\n", `line 2: knows no "customer"`},
		"section no list":   {"clusters:\n  name: a\n", "line 1: clusters must be a list"},
		"unknown field":     {"clusters:\n  - name: a\n    kubeconfg_path: x\n", `line 3: unknown field "kubeconfg_path"`},
		"wrong type":        {"clusters:\n  - name: [a]\n", "line 2: "},
		"entry no mapping":  {"clusters:\n  - prod-us\n", "line 2: "},
		"same key twice":    {"clusters:\n  - name: a\n    name: b\n", "line 3: "},
		"broken":            {"clusters:\n  - name: \"a\n", "line 2: "},
		"tabs":              {"clusters:\n\t- name: a\n", "line 2: "},
		"second document":   {"clusters: []\n---\ncustomers: []\n", "line 3: a second document"},
		"release step line": {"releases:\n  - name: a\n    step_templates:\n      - name: b\n        contents: c\n", "line 5: unknown field"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readImport([]byte(c.text))
			require.Error(t, err)
			assert.Contains(t, err.Error(), c.want)
		})
	}
}

func TestReadImportTellsAllProblems(t *testing.T) {
	_, err := readImport([]byte("clusters:\n  - nam: a\n  - name: b\ncustomers:\n  - names: c\nrelease: []\n"))
	require.Error(t, err)
	assert.Contains(t, err.Error(), "line 2: ")
	assert.Contains(t, err.Error(), "line 5: ")
	assert.Contains(t, err.Error(), "line 6: ")
}

// Whatever a file holds, it is taken whole or refused with nothing changed.
func FuzzReadImport(f *testing.F) {
	f.Add([]byte(`{"clusters":[{"name":"a"}]}`))
	f.Add([]byte("clusters: &x\n  - !!str name\n"))
	f.Add([]byte("name,cluster,namespace\nAcme,prod-eu,acme\nBolt,prod-eu,acme\n"))
	f.Add([]byte("name;cluster;namespace;meta.db\n\"Acme; Labs\";prod-eu;labs;pg-1\n"))
	f.Add([]byte(`{"clusters":[{"id":1,"name":"old","is_active":false},{"id":2,"name":"old"}],"customers":[{"id":1,"cluster_id":1,"cluster_name":"old","name":"a","namespace":"a","is_active":false}],"releases":[{"id":1,"name":"r","type":"hotfix","status":"archived","targets":{"customers":[1]}},{"id":2,"name":"r","type":"hotfix","status":"draft","targets":{"all":true}}],"step_templates":[{"release_id":1,"name":"s","category":"deploy","type":"text","content":"c"}],"events":[]}`))
	f.Add([]byte("releases:\n  - name: r\n    type: hotfix\n    step_templates:\n      - {name: s, category: deploy, type: text, content: c}\n      - {name: s, category: deploy, type: perl, content: c}\n"))
	f.Add([]byte(`{"clusters":[{"id":1,"is_active":false}],"customers":[{"id":2,"cluster_id":1}],"releases":[{"id":1,"targets":{"customers":[2]}}],"events":[]}`))
	svc := emptyService(f)
	_, err := svc.Do(f.Context(), core.System(core.ViaCLI), "", core.AddCluster{Name: "prod-eu"})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, text []byte) {
		in, err := readImport(text)
		if err != nil {
			return
		}
		for _, c := range in.Clusters {
			assert.Positive(t, c.Line)
		}
		before, err := svc.Revision(t.Context())
		require.NoError(t, err)
		receipt, err := svc.Do(t.Context(), core.System(core.ViaImport), "", confirmed(in))
		require.NotEqual(t, core.Internal, core.ErrorCode(err), "%v", err)
		after, e := svc.Revision(t.Context())
		require.NoError(t, e)
		switch {
		case err != nil || receipt.Seq == 0:
			require.Equal(t, before, after, "nothing has changed")
			return
		default:
			require.Equal(t, before+1, after, "it is one event")
		}
		faults, err := svc.Check(t.Context())
		require.NoError(t, err)
		require.Empty(t, faults)
	})
}

// What a file says is what its writer sees: numbers are texts, aliases stand for what was anchored in another entry,
// and the mark that Windows puts before a text is no part of it.
func TestReadImportReadsWhatIsWritten(t *testing.T) {
	in, err := readImport([]byte("\ufeff" + `clusters:
  - {name: 1.0, metadata: &place {zone: 007, size: 1e3}}
  - name: 0x10
    metadata: *place
customers:
  - &first {name: A, cluster: 1.0, namespace: a}
  - <<: *first
    namespace: b
releases:
  - name: Autumn
    type: release
    version_number: 2.10
    step_templates:
      - {name: Deploy, category: deploy, type: bash, content: &same "echo hi"}
      - {name: Check, category: verify, type: bash, content: *same}
`))
	require.NoError(t, err)
	assert.Equal(t, "1.0", in.Clusters[0].Name)
	assert.Equal(t, "0x10", in.Clusters[1].Name)
	assert.Equal(t, map[string]string{"zone": "007", "size": "1e3"}, in.Clusters[0].Metadata)
	assert.Equal(t, in.Clusters[0].Metadata, in.Clusters[1].Metadata)
	assert.Equal(t, "1.0", in.Customers[0].Cluster)
	assert.Equal(t, "A", in.Customers[1].Name)
	assert.Equal(t, "b", in.Customers[1].Namespace)
	assert.Equal(t, "2.10", *in.Releases[0].VersionNumber)
	assert.Equal(t, "echo hi", in.Releases[0].Steps[1].Content)

	for text, want := range map[string]string{
		"clusters:\n  - name: *x\n":                "line 2: no anchor &x stands before *x",
		"clusters: &x\n  - name: a\n  - *x\n":      "line 3: no anchor &x stands before *x",
		"clusters:\n  - &x {name: *x}\n":           "line 2: no anchor &x stands before *x",
		"clusters:\n  - name: &x [a, b]\n  - *x\n": "line 2",
	} {
		_, err := readImport([]byte(text))
		assert.ErrorContains(t, err, want, "%q", text)
	}
}
