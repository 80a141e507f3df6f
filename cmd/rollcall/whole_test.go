package main

import (
	"bufio"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"rollcall/fixtures"
	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// firstExamples are what a newcomer is shown first, what each must answer, and whether it changes something.
var firstExamples = []struct {
	line, answer string
	changes      int64
}{
	{`cluster add prod-us kubeconfig=~/.kube/prod-us-config description="US production" meta.region=us-east-1`, "prod-us", 1},
	{`customer add "Customer A" cluster=prod-us namespace=cust-a-prod`, "Customer A", 1},
	{`release add "Spring release" type=release version=v2.5.0 date=2026-12-01`, "Spring release", 1},
	{`template add v2.5.0 "Run migration" category=deploy type=sql content="ALTER TABLE users ADD COLUMN x int;"`, "D1", 1},
	{`template add v2.5.0 "Update config" category=deploy type=bash content="make config"`, "D2", 1},
	{`release activate v2.5.0 confirm=yes`, "v2.5.0", 1},
	{`step done v2.5.0 cust-a-prod D1 note="build 812"`, "D1", 1},
	{`step skip v2.5.0 cust-a-prod D2 reason="not on this plan"`, "D2", 1},
	{`matrix v2.5.0 cluster=prod-us`, "cust-a-prod", 0},
}

func TestTheFirstExamplesDoWhatTheySay(t *testing.T) {
	o := newOffice(t)
	for _, example := range firstExamples {
		before := o.newest()
		answer := o.types("ann", example.line)
		assert.Contains(t, answer.String(), example.answer, example.line)
		assert.Equal(t, before+example.changes, o.newest(), "events of %q, answered with\n%s", example.line, answer)
	}
	assert.Equal(t, map[string]string{"cust-a-prod D1": "done", "cust-a-prod D2": "skipped"}, o.cells())
}

// The whole way of a release, typed in Slack, read on the page, and found again in the file.
func TestWorkflow7_2ThroughTheWholeProgram(t *testing.T) {
	o := newOffice(t)
	o.play(filepath.Join(fixtures.Root(t), "fixtures", "scenarios", "workflow-7.2.txt"))

	var m matrix
	o.get("/releases/1.json", &m)
	assert.Equal(t, "archived", m.Release.Status)
	shown := o.cells()
	assert.Len(t, shown, 9)
	assert.Equal(t, "skipped", shown["cust-a-prod D2"])
	o.close()

	code, out, _ := rollcall(t, o.env, "check")
	assert.Equal(t, exitOK, code, out)
	assert.Equal(t, shown, exportedCells(t, o.env))
}

// play types a scenario as its people, and holds the answers against it.
func (o *office) play(path string) {
	o.t.Helper()
	file, err := os.Open(path)
	require.NoError(o.t, err)
	defer func() { _ = file.Close() }()
	var said string
	var before int64
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		mark, rest, _ := strings.Cut(line, " ")
		switch mark {
		case "", "#":
		case ">":
			who, command, _ := strings.Cut(rest, ": ")
			before = o.newest()
			said = o.types(who, command).String()
		case "<":
			assert.Contains(o.t, said, rest)
		case "!":
			assert.NotContains(o.t, said, rest)
		case "+":
			n, err := strconv.ParseInt(rest, 10, 64)
			require.NoError(o.t, err)
			assert.Equal(o.t, before+n, o.newest(), said)
		default:
			require.Fail(o.t, "no such line in a workflow", line)
		}
	}
}

// exportedCells is matrix.cells, read from an export.
func exportedCells(t *testing.T, env map[string]string) map[string]string {
	t.Helper()
	code, out, stderr := rollcall(t, env, "export")
	require.Equal(t, exitOK, code, stderr)
	var x struct {
		Steps []struct {
			Namespace string `json:"namespace"`
			ShortID   string `json:"short_id"`
			Status    string `json:"status"`
		} `json:"customer_steps"`
	}
	require.NoError(t, json.Unmarshal([]byte(out), &x))
	cells := map[string]string{}
	for _, s := range x.Steps {
		cells[s.Namespace+" "+s.ShortID] = s.Status
	}
	return cells
}

// underWay makes a release of two steps for two customers active.
func (o *office) underWay() {
	o.t.Helper()
	for _, line := range []string{
		`cluster add prod-us`,
		`customer add "Customer A" cluster=prod-us namespace=cust-a-prod`,
		`customer add "Customer B" cluster=prod-us namespace=cust-b-prod`,
		`release add "Spring release" type=release version=v2.5.0`,
		`template add v2.5.0 "Deploy" category=deploy type=bash content="make deploy"`,
		`template add v2.5.0 "Migrate" category=deploy type=sql content="SELECT 1;"`,
		`release activate v2.5.0 confirm=yes`,
	} {
		o.types("ann", line)
	}
}

// cells is the status of each step of the first release, as the page shows it.
func (o *office) cells() map[string]string {
	o.t.Helper()
	cells := map[string]string{}
	for _, category := range []string{"deploy", "verify"} {
		var m matrix
		o.get("/releases/1.json?category="+category, &m)
		maps.Copy(cells, m.cells())
	}
	return cells
}

func TestTheSameEnvelopeTwiceIsOneChange(t *testing.T) {
	o := newOffice(t)
	o.underWay()
	answer := o.types("ben", "step done v2.5.0 cust-a-prod D1")
	before := o.newest()
	require.NotEmpty(t, answer.Envelope)
	acks := len(o.slack.Acks())
	require.True(t, o.slack.Redeliver(answer.Envelope))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, o.slack.Wait(ctx, func() bool { return len(o.slack.Acks()) > acks }))
	assert.Equal(t, before, o.newest())
	assert.Equal(t, "done", o.cells()["cust-a-prod D1"])
}

func TestAClickAfterARestart(t *testing.T) {
	o := newOffice(t)
	o.underWay()
	list := o.types("ben", "step list v2.5.0 cust-a-prod")
	o.close()
	o.open()
	o.clicks("ben", list, "Done", "Deploy")
	assert.Equal(t, "done", o.cells()["cust-a-prod D1"])
}

func TestAClickOnAStaleButtonChangesNothing(t *testing.T) {
	o := newOffice(t)
	o.underWay()
	list := o.types("ben", "step list v2.5.0 cust-a-prod")
	o.types("ann", `step skip v2.5.0 cust-a-prod D1 reason="not needed"`)
	before := o.newest()
	answer := o.clicks("ben", list, "Done", "Deploy")
	assert.Equal(t, before, o.newest())
	assert.Contains(t, answer.String(), "changed")
	assert.Equal(t, "skipped", o.cells()["cust-a-prod D1"])
}

func TestTwoPeopleClickAtOnce(t *testing.T) {
	o := newOffice(t)
	o.underWay()
	lists := map[string]localslack.Answer{}
	for _, who := range []string{"ann", "ben"} {
		lists[who] = o.types(who, "step list v2.5.0 cust-a-prod")
	}
	before := o.newest()
	answers := make(chan string, len(lists))
	var both sync.WaitGroup
	for who, list := range lists {
		both.Go(func() { answers <- o.clicks(who, list, "Done", "Deploy").String() })
	}
	both.Wait()
	close(answers)
	for answer := range answers {
		assert.NotEmpty(t, answer, "both are answered")
	}
	assert.Equal(t, before+1, o.newest(), "one change")
}

func TestACorrectedModalAfterAnErrorIsOneChange(t *testing.T) {
	o := newOffice(t)
	o.underWay()
	list := o.types("ben", "step list v2.5.0 cust-a-prod")
	before := o.newest()
	modal := o.clicks("ben", list, "Skip", "Deploy").Modal
	require.NotNil(t, modal, "skip asks its reason")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	modal.Fill("Reason", "x")
	outcome, err := modal.Submit(ctx)
	require.NoError(t, err)
	assert.NotEmpty(t, outcome.Errors, "one character is no reason")
	assert.Equal(t, before, o.newest())
	modal.Fill("Reason", "not on this plan")
	outcome, err = modal.Submit(ctx)
	require.NoError(t, err)
	assert.Empty(t, outcome.Errors)
	assert.Equal(t, before+1, o.newest())
	assert.Equal(t, "skipped", o.cells()["cust-a-prod D1"])
}

func TestWhileItServesOtherCommandsSayWhoHoldsTheFile(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, args := range [][]string{{"check"}, {"export"}, {"backup", filepath.Join(t.TempDir(), "copy.db")}} {
		code, _, stderr := rollcall(t, o.env, args...)
		assert.Equal(t, exitFailed, code, args)
		assert.Contains(t, stderr, "process ", args)
		assert.Contains(t, stderr, "/rollcall admin backup", args)
	}
}

func TestHealthcheckFindsTheServer(t *testing.T) {
	o := newOffice(t)
	code, _, stderr := rollcall(t, nil, "healthcheck", "--http", strings.TrimPrefix(o.page, "http://"))
	assert.Equal(t, exitOK, code, stderr)
}

func TestAnotherWorkspaceIsRefused(t *testing.T) {
	o := newOffice(t)
	o.close()
	other, err := localslack.Start(localslack.Config{Domain: "elsewhere"})
	require.NoError(t, err)
	defer other.Close()
	if other.TeamID() == o.slack.TeamID() {
		t.Fatal("both workspaces have one id")
	}
	serve := start(t, serveEnv(other, o.env["ROLLCALL_DB"]), "serve")
	code := <-serve.code
	serve.code <- code
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, serve.err.String(), "belongs to the Slack workspace "+o.slack.TeamID())
}
