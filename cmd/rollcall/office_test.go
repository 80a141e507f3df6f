package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// office is a local Slack workspace with `rollcall serve` at work in it.
type office struct {
	t      *testing.T
	slack  *localslack.Server
	env    map[string]string
	serve  *running
	server *server // of a timed office, which has no serve
	page   string  // the address of the status page
	pid    int     // of a program of its own

	slackWait time.Duration // how long the program waits for one call to Slack; 0 is its own measure
}

// newWorkspace starts a workspace of ann (owner), ben (operator by the default role of the tests), and others.
func newWorkspace(t *testing.T) *localslack.Server {
	t.Helper()
	slack, err := localslack.Start(localslack.Config{App: localApp()})
	require.NoError(t, err)
	t.Cleanup(slack.Close)
	return slack
}

// newOffice serves an empty database.
func newOffice(t *testing.T) *office {
	t.Helper()
	slack := newWorkspace(t)
	o := &office{t: t, slack: slack, env: serveEnv(slack, filepath.Join(t.TempDir(), "rollcall.db"))}
	o.open()
	t.Cleanup(func() {
		for _, v := range slack.Violations() {
			assert.Fail(t, "the bot broke a rule of Slack", v.String())
		}
	})
	return o
}

// serveEnv is the environment of a `rollcall serve` in a workspace.
func serveEnv(slack *localslack.Server, db string) map[string]string {
	return map[string]string{
		"SLACK_APP_TOKEN": slack.AppToken(), "SLACK_BOT_TOKEN": slack.BotToken(), "SLACK_API_URL": slack.APIURL(),
		"ROLLCALL_DB": db, "ROLLCALL_HTTP": "127.0.0.1:0", "ROLLCALL_ACCESS": "open", "ROLLCALL_DEFAULT_ROLE": "operator",
	}
}

// open starts the server, and waits until it is connected.
func (o *office) open() {
	o.t.Helper()
	before := o.slack.Greeted()
	o.serve = begin(o.t, &program{env: environ(o.env), slackWait: o.slackWait}, "serve")
	o.page = o.serve.waitFor(o.t, o.serve.err, `page=(http://\S+)`)
	ctx, cancel := context.WithTimeout(o.t.Context(), patience)
	defer cancel()
	require.NoError(o.t, o.slack.Wait(ctx, func() bool { return o.slack.Greeted() > before && o.slack.Connections() == 1 }), o.serve.err)
}

// close stops the server as Ctrl-C does.
func (o *office) close() {
	o.t.Helper()
	require.Equal(o.t, exitOK, o.serve.end(o.t), o.serve.err)
}

// type has a person type a command line in #ops, and returns the answer.
func (o *office) types(who, line string) localslack.Answer {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), patience)
	defer cancel()
	answer, err := o.slack.User(who).Type(ctx, "#ops", "/rollcall "+line)
	require.NoError(o.t, err, line)
	require.Empty(o.t, answer.Notice, "what Slack itself says to %q", line)
	require.NotEmpty(o.t, answer.String(), "%q got no answer", line)
	return answer
}

// clicks has a person click a button of the last message of an answer.
func (o *office) clicks(who string, in localslack.Answer, label string, near ...string) localslack.Answer {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), patience)
	defer cancel()
	require.NotEmpty(o.t, in.Messages)
	answer, err := o.slack.User(who).Click(ctx, in.Messages[len(in.Messages)-1], label, near...)
	require.NoError(o.t, err, label)
	return answer
}

// get reads the JSON twin of a page.
func (o *office) get(path string, into any) {
	o.t.Helper()
	getJSON(o.t, o.page+path, into)
}

func getJSON(t *testing.T, url string, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, "%s: %s", url, body)
	require.NoError(t, json.Unmarshal(body, into), string(body))
}

// dashboard is what the tests read of the dashboard's twin.
type dashboard struct {
	Active []struct {
		ID      int64  `json:"id"`
		Version string `json:"version_number"`
		Counts  counts `json:"progress"`
	} `json:"active_releases"`
	Activity []struct {
		Seq int64  `json:"seq"`
		Op  string `json:"op"`
	} `json:"activity"`
}

type counts struct {
	Done, Pending, Skipped, Reverted, Total int
}

// matrix is what the tests read of the matrix's twin.
type matrix struct {
	Release struct {
		Status string `json:"status"`
	} `json:"release"`
	Progress counts `json:"progress"`
	Clusters []struct {
		Cluster   struct{ Name string }
		Customers []struct{ Name, Namespace string }
		Rows      []struct {
			ShortID string `json:"short_id"`
		}
		Cells [][]struct {
			ID     int64
			Status string
		}
	}
}

// cells is the status of each step by namespace and short id: "cust-a-prod D1".
func (m matrix) cells() map[string]string {
	cells := map[string]string{}
	for _, cluster := range m.Clusters {
		for i, row := range cluster.Rows {
			for j, customer := range cluster.Customers {
				cells[customer.Namespace+" "+row.ShortID] = cluster.Cells[i][j].Status
			}
		}
	}
	return cells
}

// newest is the sequence of the newest event.
func (o *office) newest() int64 { o.t.Helper(); return newestEvent(o.t, o.page) }

func newestEvent(t *testing.T, page string) int64 {
	t.Helper()
	var d dashboard
	getJSON(t, page+"/index.json", &d)
	if len(d.Activity) == 0 {
		return 0
	}
	return d.Activity[0].Seq
}
