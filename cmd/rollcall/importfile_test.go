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

func FuzzReadImport(f *testing.F) {
	f.Add([]byte(`{"clusters":[{"name":"a"}]}`))
	f.Add([]byte("clusters: &x\n  - !!str name\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if in, err := readImport(text); err == nil {
			for _, c := range in.Clusters {
				assert.Positive(t, c.Line)
			}
		}
	})
}
