package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"rollcall/fixtures/sample"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// startDemo runs a demo and returns the addresses it prints.
func startDemo(t *testing.T, args ...string) (r *running, console, page string) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	r = start(t, nil, append([]string{"demo", "--no-browser"}, args...)...)
	console = r.waitFor(t, r.out, `Slack, the local stand-in +(http://127\.0\.0\.1:\d+/)\n`)
	page = r.waitFor(t, r.out, `Status page +(http://127\.0\.0\.1:\d+)/\n`)
	r.waitFor(t, r.out, `Ctrl-C ends it\.`)
	return r, console, page
}

func TestTheDemoShowsThePicture(t *testing.T) {
	r, _, page := startDemo(t)
	var d dashboard
	getJSON(t, page+"/index.json", &d)
	require.Len(t, d.Active, 1)
	assert.Equal(t, "v2.4.0", d.Active[0].Version)

	var m matrix
	getJSON(t, page+"/releases/2.json", &m)
	assert.Equal(t, map[string]string{
		"customer-a-prod D1": "done", "customer-a-prod D2": "done", "customer-a-prod D3": "skipped",
		"customer-b-prod D1": "done", "customer-b-prod D2": "pending", "customer-b-prod D3": "pending",
		"customer-c-prod D1": "pending", "customer-c-prod D2": "pending", "customer-c-prod D3": "pending",
		"customer-d-prod D1": "done", "customer-d-prod D2": "pending", "customer-d-prod D3": "pending",
		"customer-e-prod D1": "pending", "customer-e-prod D2": "pending", "customer-e-prod D3": "skipped",
		"demo-customer D1": "done", "demo-customer D2": "done", "demo-customer D3": "done",
	}, m.cells())

	var all struct {
		Releases []struct{ Status string }
	}
	getJSON(t, page+"/releases.json", &all)
	var statuses []string
	for _, r := range all.Releases {
		statuses = append(statuses, r.Status)
	}
	assert.ElementsMatch(t, []string{"archived", "active", "draft"}, statuses)

	assert.Equal(t, exitOK, r.end(t))
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	assert.Empty(t, left, "it leaves nothing behind")
}

// The three commands that the demo prints do what they say, in the console, for the people of the sample.
func TestTheDemosOwnExamplesWork(t *testing.T) {
	r, console, page := startDemo(t)
	examples := regexp.MustCompile(`(?m)^  (/rollcall .+)$`).FindAllStringSubmatch(r.out.String(), -1)
	require.Len(t, examples, 3)
	for _, example := range examples {
		typeInConsole(t, console, "ben", example[1])
	}
	var m matrix
	getJSON(t, page+"/releases/2.json", &m)
	require.Eventually(t, func() bool {
		getJSON(t, page+"/releases/2.json", &m)
		return m.cells()["customer-c-prod D1"] == "done"
	}, patience, patience/1000)
}

// So do the examples of the help and the README, although the demo is full of data.
func TestTheFirstExamplesWorkInTheDemo(t *testing.T) {
	_, console, page := startDemo(t)
	for _, example := range firstExamples {
		before := newestEvent(t, page)
		typeInConsole(t, console, "ann", "/rollcall "+example.line)
		require.Eventually(t, func() bool { return newestEvent(t, page) == before+example.changes }, patience, patience/1000, example.line)
	}
	var m matrix
	getJSON(t, page+"/releases/4.json?cluster=prod-us", &m)
	assert.Equal(t, map[string]string{"cust-a-prod D1": "done", "cust-a-prod D2": "skipped"}, m.cells())
}

// typeInConsole does what the console's composer does.
func typeInConsole(t *testing.T, console, who, line string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"as": who, "do": "send", "in": "#releases", "text": line})
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, console+"console/act", bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	var out struct{ Error string }
	require.NoError(t, json.NewDecoder(res.Body).Decode(&out))
	require.Empty(t, out.Error, line)
}

func TestTheDemoKeepsItsDataWhenAsked(t *testing.T) {
	r, _, _ := startDemo(t, "--keep")
	require.Equal(t, exitOK, r.end(t))
	folder := r.waitFor(t, r.out, `The data is kept in (\S+)`)
	code, out, stderr := rollcall(t, nil, "check", "--db", filepath.Join(folder, "rollcall.db"))
	assert.Equal(t, exitOK, code, out+stderr)
}

func TestTheDemoAsksForALinkWhenTold(t *testing.T) {
	r, _, page := startDemo(t, "--access", "link")
	assert.Contains(t, r.out.String(), "/rollcall link")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, page+"/", nil)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, http.StatusForbidden, res.StatusCode)
}

func TestTheSamplesHistoryIsWellFormed(t *testing.T) {
	lines, err := historyLines(sample.History)
	require.NoError(t, err)
	require.NotEmpty(t, lines)
	for i := 1; i < len(lines); i++ {
		assert.GreaterOrEqual(t, lines[i-1].age, lines[i].age, "%q is older than the line before", lines[i].command)
	}
	for _, wrong := range []string{"ann: release list", "soon ann: release list", "3h ann"} {
		_, err := historyLines(wrong)
		assert.Error(t, err, wrong)
	}
}
