package main

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is done shows in the metrics, and nothing in them says who did it to whom.
func TestMetricsCountWhatIsDoneAndNameNobody(t *testing.T) {
	slack := newWorkspace(t)
	o := &office{t: t, slack: slack, env: serveEnv(slack, t.TempDir()+"/rollcall.db")}
	o.env["ROLLCALL_ADMIN_HTTP"] = "127.0.0.1:0"
	o.open()
	address := o.serve.waitFor(t, o.serve.err, `address=(http://\S+)`)
	o.underWay()
	o.types("ben", "step done v2.5.0 cust-a-prod D1")
	o.types("ben", "step done v2.5.0 cust-a-prod D1")
	o.get("/releases/1.json", new(matrix))

	text := scrape(t, address)
	for _, want := range []string{
		`rollcall_requests_seconds_count{code="",op="step done",via="slash"} 1`,
		`rollcall_requests_seconds_count{code="conflict",op="step done",via="slash"} 1`,
		`rollcall_http_request_seconds_count{code="200",route="GET /releases/{id}.json"} 1`,
		"rollcall_ready 1",
		`rollcall_slack_connections_total{result="up"} 1`,
		"rollcall_acknowledgement_seconds_count", "rollcall_outbox_notices", "rollcall_outbox_boards", "go_goroutines",
	} {
		assert.Contains(t, text, want)
	}
	for _, secret := range []string{"cust-a", "Customer A", "prod-us", "Spring", slack.User("ben").ID(), slack.AppToken(), slack.BotToken()} {
		assert.NotContains(t, text, secret)
	}
	o.close()
}

func TestMetricsAreForLoopbackOnly(t *testing.T) {
	env := map[string]string{"ROLLCALL_ADMIN_HTTP": "0.0.0.0:9090"}
	code, _, stderr := rollcall(t, env, "serve")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, "ROLLCALL_ADMIN_HTTP")
	assert.Contains(t, stderr, "loopback")
}

func scrape(t *testing.T, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)
	return string(text)
}
