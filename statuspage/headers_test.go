package statuspage_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/statuspage"
)

// assertHeaders looks for those that stand on every answer.
func assertHeaders(t *testing.T, h http.Header, what string) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
			"base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types rt",
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"X-Frame-Options":              "DENY",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "clipboard-write=(self), camera=(), microphone=(), geolocation=()",
		"X-Robots-Tag":                 "noindex, nofollow, noarchive",
	} {
		assert.Equal(t, []string{want}, h.Values(name), "%s on %s", name, what)
	}
	assert.Len(t, h.Values("Cache-Control"), 1, what)
	for name := range h {
		assert.False(t, strings.HasPrefix(name, "Access-Control-"), "%s lets other sites read", what)
	}
}

// Answers that are no page have the same headers, are kept by nobody, and show nothing of what is inside.
func TestHeadersOnEveryError(t *testing.T) {
	broken, gone := typical(), typical()
	broken.failing = errors.New("torn")
	gone.failing = &core.Error{Code: core.Unavailable, Msg: "Rollcall is just being stopped"}
	over := func(c *statuspage.Config) { c.BaseURL, _ = url.Parse("https://status.example") }
	const good = "rollcall=good"
	for _, c := range []struct {
		status       int
		s            *statuspage.Site
		method, path string
		headers      []string
	}{
		{400, site(t, typical()), "GET", "/clusters/abc", nil},
		{403, site(t, typical(), locked(&gate{})), "GET", "/", nil},
		{403, site(t, typical()), "GET", "/", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}},
		{403, site(t, typical(), locked(&gate{})), "POST", "/s/tok", []string{"Sec-Fetch-Site", "same-site"}},
		{404, site(t, typical()), "GET", "/nowhere", nil},
		{404, site(t, typical()), "GET", "/releases/99", nil},
		{404, site(t, typical()), "GET", "/assets/none.css", nil},
		{405, site(t, typical()), "POST", "/releases/12", []string{"Sec-Fetch-Site", "same-origin"}},
		{405, site(t, typical()), "DELETE", "/s/tok", nil},
		{410, site(t, typical(), locked(&gate{})), "POST", "/s/other", []string{"Sec-Fetch-Site", "same-origin"}},
		{413, site(t, typical()), "POST", "/signout", []string{"Content-Length", "5000"}},
		{414, site(t, typical()), "GET", "/releases?x=" + strings.Repeat("a", 2100), nil},
		{421, site(t, typical()), "GET", "/", []string{"Host", "evil.example"}},
		{500, site(t, broken), "GET", "/", nil},
		{503, site(t, gone), "GET", "/", nil},
		{503, site(t, typical(), func(c *statuspage.Config) { c.Ready = func(context.Context) error { return errors.New("no") } }), "GET", "/readyz", nil},
		{404, site(t, typical(), over), "GET", "/nowhere", []string{"Host", "status.example"}},
	} {
		for _, twin := range []string{"", ".json"} {
			if twin != "" && (c.method != "GET" || strings.ContainsAny(c.path, "?z") || c.path == "/" || strings.HasPrefix(c.path, "/assets")) {
				continue
			}
			what := fmt.Sprintf("%d %s %s%s", c.status, c.method, c.path, twin)
			w := send(c.s, c.method, c.path+twin, append(c.headers, "Cookie", good)...)
			if c.status == 403 && c.headers == nil {
				w = send(c.s, c.method, c.path+twin)
			}
			require.Equal(t, c.status, w.Code, what)
			assertHeaders(t, w.Header(), what)
			assert.Equal(t, "no-store", w.Header().Get("Cache-Control"), what)
			assert.Empty(t, w.Header().Get("ETag"), what)
			if slices.Contains(c.headers, "status.example") {
				assert.Equal(t, "max-age=31536000", w.Header().Get("Strict-Transport-Security"), what)
			}
			if c.status == 503 && c.path == "/" {
				assert.Equal(t, "5", w.Header().Get("Retry-After"))
			}
		}
	}
}

func TestHeadersOnEveryRoute(t *testing.T) {
	s := site(t, typical(), locked(&gate{}))
	paths := map[string]bool{}
	s.EachRoute(t, func(method, pattern string) {
		path := strings.NewReplacer("{id}", "12", "{customer}", "2", "{cluster}", "1", "{token}", "tok", "{step}", "D2", "{file}", "none.css").Replace(pattern)
		paths[pattern] = true
		for _, cookie := range []string{"", "rollcall=good"} {
			w := send(s, method, path, "Cookie", cookie, "Sec-Fetch-Site", "same-origin")
			h := w.Header()
			assertHeaders(t, h, path)
			open := strings.HasPrefix(path, "/healthz") || strings.HasPrefix(path, "/readyz") || strings.HasPrefix(path, "/s/") ||
				strings.HasPrefix(path, "/signout") || strings.HasPrefix(path, "/assets/")
			if cookie == "" && !open {
				assert.Equal(t, http.StatusForbidden, w.Code, "%s is open to everybody", path)
				assert.Equal(t, "no-store", h.Get("Cache-Control"), path)
			}
			if !open {
				assert.Contains(t, h.Values("Vary"), "Cookie", path)
			}
		}
	})
	assert.Greater(t, len(paths), 20)
}

func TestStrictTransportOnlyOverHTTPS(t *testing.T) {
	assert.Empty(t, get(site(t, typical()), "/").Header().Get("Strict-Transport-Security"))
	over := site(t, typical(), func(c *statuspage.Config) { c.BaseURL, _ = url.Parse("https://status.example") })
	w := get(over, "/", "Host", "status.example")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "max-age=31536000", w.Header().Get("Strict-Transport-Security"))
}
