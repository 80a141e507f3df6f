package main

import (
	"bufio"
	"io"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Shared in Slack, opened by somebody outside, followed live, and ended in Slack.
func TestSharedLinkThroughTheWholeProgram(t *testing.T) {
	slack := newWorkspace(t)
	o := &office{t: t, slack: slack, env: serveEnv(slack, filepath.Join(t.TempDir(), "rollcall.db"))}
	o.env["ROLLCALL_ACCESS"] = "link"
	o.open()
	o.underWay()
	said := o.types("ann", "release share v2.5.0 customer=cust-a-prod expires=12h").String()
	link := regexp.MustCompile(`http://\S+/s/([A-Za-z0-9_-]{43})`).FindStringSubmatch(said)
	require.NotNil(t, link, said)

	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	outside := &http.Client{Jar: jar}
	read := func(res *http.Response, err error) (int, string) {
		t.Helper()
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, string(body)
	}
	code, _ := read(outside.Get(o.page + "/releases/1"))
	assert.Equal(t, http.StatusForbidden, code)
	code, _ = read(outside.Get(link[0]))
	assert.Equal(t, http.StatusOK, code)
	code, body := read(outside.Post(link[0], "application/x-www-form-urlencoded", nil))
	assert.Equal(t, http.StatusOK, code)
	assert.Contains(t, body, "cust-a-prod")
	assert.NotContains(t, body, "make deploy")
	for path, want := range map[string]int{"/releases/1.json": 200, "/releases/1/customers/2.json": 404, "/customers/2": 404} {
		code, body = read(outside.Get(o.page + path))
		assert.Equal(t, want, code, path)
		assert.NotContains(t, body, "cust-b-prod")
	}

	stream, err := outside.Get(o.page + "/releases/1/events")
	require.NoError(t, err)
	defer func() { _ = stream.Body.Close() }()
	lines := bufio.NewScanner(stream.Body)
	hears := func(text string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), text) {
				return
			}
		}
		require.Fail(t, "the stream ended", text)
	}
	hears("event: hb")
	o.types("ben", "step done v2.5.0 cust-b-prod D1")
	o.types("ben", "step done v2.5.0 cust-a-prod D1")
	hears(`"c":[[1,"D1","d","Done",""]]`)
	assert.Contains(t, o.types("ann", "release shares").String(), "Opened once")
	o.types("ann", "release unshare 1")
	hears("event: end")
	code, _ = read(outside.Get(o.page + "/releases/1"))
	assert.Equal(t, http.StatusForbidden, code)
	assert.NotContains(t, o.serve.err.String()+o.serve.out.String(), link[1], "the log holds no token")
}
