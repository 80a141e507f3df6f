package statuspage_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/statuspage"
)

func TestBounds(t *testing.T) {
	s := site(t, typical())
	for _, c := range []struct {
		what, path string
		headers    []string
		want       int
	}{
		{"not a number", "/clusters/abc", nil, 400},
		{"negative", "/clusters/-1", nil, 400},
		{"too large a number", "/customers/99999999999999999999", nil, 400},
		{"torn query", "/releases/12?cluster=%zz", nil, 400},
		{"before is no number", "/activity?before=x", nil, 400},
		{"unknown id", "/clusters/77", nil, 404},
		{"unknown path", "/nowhere", nil, 404},
		{"trailing slash", "/clusters/", nil, 404},
		{"long address", "/releases?x=" + strings.Repeat("a", 2100), nil, 414},
		{"other host", "/", []string{"Host", "evil.example"}, 421},
		{"loopback by name", "/", []string{"Host", "localhost:8080"}, 200},
		{"loopback in v6", "/", []string{"Host", "[::1]:8080"}, 200},
		{"any host for probes", "/healthz", []string{"Host", "10.0.0.7:8080"}, 200},
		{"loaded by another site", "/", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, 403},
		{"linked from another site", "/", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 200},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := get(s, c.path, c.headers...)
			assert.Equal(t, c.want, w.Code)
			if c.want == 404 || c.want == 400 {
				assert.Contains(t, w.Body.String(), "<h1>", "in the page's own style")
			}
		})
	}
	w := send(s, http.MethodPost, "/releases/12", "Sec-Fetch-Site", "same-origin")
	assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
	assert.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
	head := send(s, http.MethodHead, "/releases/12")
	assert.Equal(t, http.StatusOK, head.Code)
}

func TestTooManyRequests(t *testing.T) {
	s := site(t, typical(), locked(&gate{}))
	for range 20 {
		require.Equal(t, http.StatusOK, get(s, "/s/guess").Code)
	}
	w := get(s, "/s/guess")
	assert.Equal(t, http.StatusTooManyRequests, w.Code)
	assert.Equal(t, "60", w.Header().Get("Retry-After"))
	assert.Equal(t, http.StatusOK, get(s, "/healthz").Code)

	// Ten pages a second for one person at one address: two windows that follow much of what happens ask for two.
	for range 600 {
		require.Equal(t, http.StatusOK, get(s, "/clusters", "Cookie", "rollcall=good").Code)
	}
	for _, path := range []string{"/clusters", "/index.json", "/rev", "/releases/12/customers/2/steps/D2/raw"} {
		w = get(s, path, "Cookie", "rollcall=good")
		assert.Equal(t, http.StatusTooManyRequests, w.Code, path)
		assert.Equal(t, "60", w.Header().Get("Retry-After"))
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	}
}

func TestFaultsStayInside(t *testing.T) {
	v := typical()
	v.failing = errors.New("bucket /var/lib/secret.db torn")
	var log strings.Builder
	s := site(t, v, func(c *statuspage.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	w := get(s, "/")
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.NotContains(t, w.Body.String(), "secret")
	assert.Contains(t, w.Body.String(), "ref-7")
	assert.Contains(t, log.String(), "ref=ref-7")
	assert.Contains(t, log.String(), "secret.db torn")
	assert.Empty(t, w.Header().Get("ETag"))
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))

	s = site(t, panicking{typical()}, func(c *statuspage.Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	w = get(s, "/")
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.NotContains(t, w.Body.String(), "nil map")
	assert.Contains(t, log.String(), "nil map")

	v.failing = &core.Error{Code: core.Unavailable, Msg: "Rollcall is just being stopped"}
	assert.Equal(t, http.StatusServiceUnavailable, get(site(t, v), "/index.json").Code)
}

type panicking struct{ *canned }

func TestProbes(t *testing.T) {
	down := errors.New("the socket is not connected")
	s := site(t, typical(), func(c *statuspage.Config) { c.Ready = func(context.Context) error { return down } })
	assert.Equal(t, http.StatusOK, get(s, "/healthz").Code)
	w := get(s, "/readyz")
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Equal(t, "unavailable\n", w.Body.String())
	down = nil
	assert.Equal(t, "ok\n", get(s, "/readyz").Body.String())
}
