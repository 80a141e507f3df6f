package statuspage_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/fixtures"
	"rollcall/statuspage"
)

// site is a status page over canned views; change may alter its configuration.
func site(t testing.TB, v statuspage.Views, change ...func(*statuspage.Config)) *statuspage.Site {
	t.Helper()
	base, err := url.Parse("http://127.0.0.1:8080")
	require.NoError(t, err)
	cfg := statuspage.Config{Views: v, BaseURL: base, Build: "v1.0.0", Now: func() time.Time { return day },
		NewRef: func() string { return "ref-7" }, Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&cfg)
	}
	s, err := statuspage.New(cfg)
	require.NoError(t, err)
	return s
}

// get asks for a path with headers given in pairs.
func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	return send(h, http.MethodGet, path, headers...)
}

func send(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Host = "127.0.0.1:8080"
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		if headers[i] == "Content-Length" {
			r.ContentLength, _ = strconv.ParseInt(headers[i+1], 10, 64)
		}
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	ctx, leave := context.WithCancel(r.Context())
	defer leave()
	h.ServeHTTP(passing{w, leave}, r.WithContext(ctx))
	return w
}

// passing is somebody who leaves as soon as something was sent: a stream would go on for ever.
type passing struct {
	*httptest.ResponseRecorder
	leave func()
}

func (p passing) Flush() { p.ResponseRecorder.Flush(); p.leave() }

// everyPage is one address of each page.
var everyPage = map[string]string{
	"dashboard": "/",
	"clusters":  "/clusters",
	"cluster":   "/clusters/1",
	"customers": "/customers",
	"customer":  "/customers/2",
	"releases":  "/releases",
	"matrix":    "/releases/12",
	"steps":     "/releases/12/customers/2",
	"across":    "/releases/12/steps/D2",
	"step":      "/releases/12/customers/2/steps/D1",
	"sql":       "/releases/12/customers/2/steps/D2",
	"blocked":   "/releases/12/customers/3/steps/D3",
	"text":      "/releases/12/customers/2/steps/D4",
	"original":  "/releases/12/customers/2/steps/D2/original",
	"activity":  "/activity",
}

var assetSum = regexp.MustCompile(`\.[0-9a-f]{12}\.(css|js|svg)"`)

var storeEpoch = regexp.MustCompile(`(data-since="\d+-)[0-9a-f]+"`)

// golden compares a page with its golden file. Left out are the sums in asset names, which change with every asset, and
// the epoch, which is another for every store.
func golden(t *testing.T, name string, w *httptest.ResponseRecorder) {
	t.Helper()
	page := assetSum.ReplaceAllString(w.Body.String(), `.*.$1"`)
	fixtures.Golden(t, name+".html", storeEpoch.ReplaceAllString(page, `$1*"`))
}

func TestPages_FV001_FV003_FC004_FC005_FM004_FM005(t *testing.T) {
	for name, path := range everyPage {
		t.Run(name, func(t *testing.T) {
			w := get(site(t, typical()), path)
			require.Equal(t, http.StatusOK, w.Code)
			golden(t, name, w)
		})
	}
	for name, path := range map[string]string{"dashboard": "/", "clusters": "/clusters", "customers": "/customers",
		"releases": "/releases", "matrix": "/releases/12", "activity": "/activity"} {
		t.Run("empty "+name, func(t *testing.T) {
			w := get(site(t, empty()), path)
			require.Equal(t, http.StatusOK, w.Code)
			assert.Contains(t, w.Body.String(), `class="empty"`)
			assert.NotContains(t, w.Body.String(), "NaN")
		})
	}
}

// twinKeys is the outermost keys of every twin, for a release and a customer's step of it.
func twinKeys(release, customer, step string) map[string][]string {
	return map[string][]string{
		"/index.json":                        {"active_releases", "clusters", "stats", "activity"},
		"/clusters.json":                     {"clusters"},
		"/clusters/1.json":                   {"cluster", "customers"},
		"/customers.json":                    {"customers"},
		"/customers/1.json":                  {"customer", "releases"},
		"/releases.json":                     {"releases"},
		release + ".json":                    {"release", "progress", "clusters"},
		release + "/customers/1.json":        {"release", "customer", "deploy", "verify"},
		release + "/steps/" + step + ".json": {"release", "step", "customers"},
		release + "/customers/" + customer + "/steps/" + step + ".json": {"release", "customer", "step", "original", "history"},
		"/activity.json": {"events", "next"},
	}
}

// TestATwinHasTheKeysOfTheContract: no more of them either, so that what others read may stay as it is.
func TestATwinHasTheKeysOfTheContract(t *testing.T) {
	for path, keys := range twinKeys("/releases/12", "1", "D1") {

		w := get(site(t, typical()), path)
		require.Equal(t, http.StatusOK, w.Code, path)
		var twin map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &twin), path)
		assert.ElementsMatch(t, keys, slices.Collect(maps.Keys(twin)), path)
	}
	var m struct{ Clusters []map[string]json.RawMessage }
	require.NoError(t, json.Unmarshal(get(site(t, typical()), "/releases/12.json").Body.Bytes(), &m))
	assert.ElementsMatch(t, []string{"cluster", "progress", "customers", "rows", "cells"}, slices.Collect(maps.Keys(m.Clusters[0])))
}

func TestTwinIsTheSameView(t *testing.T) {
	for _, path := range everyPage {
		twin := path + ".json"
		if path == "/" {
			twin = "/index.json"
		}
		w := get(site(t, typical()), twin)
		require.Equal(t, http.StatusOK, w.Code, twin)
		assert.Equal(t, "application/json; charset=utf-8", w.Header().Get("Content-Type"))
		assert.True(t, json.Valid(w.Body.Bytes()), twin)
	}
	w := get(site(t, typical()), "/releases/12.json?cluster=prod-eu")
	var m struct {
		Release  struct{ Name string }
		Clusters []struct{ Cluster core.ClusterRef }
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &m))
	assert.Equal(t, "Spring release", m.Release.Name)
	require.Len(t, m.Clusters, 1)
	assert.Equal(t, "prod-eu", m.Clusters[0].Cluster.Name)

	w = get(site(t, typical()), "/releases/99.json")
	assert.Equal(t, http.StatusNotFound, w.Code)
	assert.JSONEq(t, `{"error":{"code":"not_found","message":"There is no such release. See /releases for all of them."}}`, w.Body.String())
}

func TestMatrixFilters(t *testing.T) {
	s := site(t, typical())
	body := get(s, "/releases/12?cluster=prod-eu&status=done&category=deploy").Body.String()
	assert.Contains(t, body, `<option value="prod-eu" selected>`)
	assert.Contains(t, body, `<option value="done" selected>`)
	assert.Contains(t, body, "3 of 9 customers")
	assert.NotContains(t, body, `id="cluster-1"`)
	assert.Contains(t, body, ` x"`, "what does not match is dimmed")

	assert.NotContains(t, body, "compact\"", "comfortable unless asked otherwise")
	assert.Contains(t, get(s, "/releases/12?density=compact").Body.String(), `class="cluster compact"`)

	both := get(s, "/releases/12?cluster=prod-us&cluster=prod-eu").Body.String()
	assert.Equal(t, 2, strings.Count(both, `<details class="cluster"`))
	comma := get(s, "/releases/12?cluster=prod-us,prod-eu").Body.String()
	assert.Equal(t, 2, strings.Count(comma, `<details class="cluster"`))
	assert.Contains(t, comma, "prod-us, prod-eu</option>")

	odd := get(s, "/releases/12?cluster=nowhere&status=lost&sort=luck&category=cake")
	assert.Equal(t, http.StatusOK, odd.Code)
	for _, what := range []string{"nowhere", "lost", "luck", "cake"} {
		assert.Contains(t, odd.Body.String(), what+"&#34;; that filter was left out.")
	}
}

func TestMatrixOfEveryStatus(t *testing.T) {
	for _, status := range core.ReleaseStatuses {
		v := typical()
		v.status = status
		golden(t, "matrix-"+string(status), get(site(t, v), "/releases/12"))
	}
}

func TestBigMatrixLoadsClustersWhenOpened(t *testing.T) {
	v := typical()
	v.clusters, v.perCluster, v.steps = 5, 100, 40
	s := site(t, v)
	body := get(s, "/releases/12?status=done").Body.String()
	assert.Equal(t, 1, strings.Count(body, `<table class="grid">`), "20,000 cells are too many: a quarter of them")
	assert.Contains(t, body, `data-load="/releases/12/clusters/3/grid?status=done"`)
	v.perCluster = 25
	assert.Equal(t, 5, strings.Count(get(s, "/releases/12?status=skipped").Body.String(), `<table class="grid">`), "5,000 are not")
	v.perCluster = 100
	w := get(s, "/releases/12/clusters/3/grid?status=done")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, 1, strings.Count(w.Body.String(), "<table"))
	assert.NotContains(t, w.Body.String(), "<html")
	assert.Equal(t, http.StatusNotFound, get(s, "/releases/12/clusters/9/grid").Code)
	v.perCluster = 300
	alone := get(s, "/releases/12?cluster=staging").Body.String()
	assert.Equal(t, 1, strings.Count(alone, `<table class="grid">`), "a cluster asked for alone stands in the page at any size")
}

// What people write may look like markup; it never becomes any.
func TestHostileNamesAreInert(t *testing.T) {
	for name, path := range everyPage {
		t.Run(name, func(t *testing.T) {
			w := get(site(t, hostile()), path)
			require.Equal(t, http.StatusOK, w.Code)
			assertHarmless(t, w.Body.String())
		})
	}
	reflected := get(site(t, typical()), `/releases/12?cluster=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&status=%3Cimg+src=x+onerror=alert(1)%3E`)
	assertHarmless(t, reflected.Body.String())
}

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

func TestETagSparesTheView(t *testing.T) {
	v := typical()
	s := site(t, v)
	first := get(s, "/releases/12?cluster=prod-us")
	tag := first.Header().Get("ETag")
	require.NotEmpty(t, tag)
	assert.Equal(t, "private, no-cache", first.Header().Get("Cache-Control"))
	asked := v.asked.Load()
	again := get(s, "/releases/12?cluster=prod-us", "If-None-Match", tag)
	assert.Equal(t, http.StatusNotModified, again.Code)
	assert.Empty(t, again.Body.String())
	assert.Equal(t, asked, v.asked.Load(), "nothing was asked of core")
	kept := get(s, "/releases/12?cluster=prod-us")
	assert.Equal(t, first.Body.String(), kept.Body.String())
	assert.Equal(t, asked, v.asked.Load(), "nor for somebody else who sees the same")
	assert.NotEqual(t, tag, get(s, "/releases/12?cluster=prod-eu").Header().Get("ETag"))
	for _, asked := range []string{`"else", ` + tag, strings.TrimPrefix(tag, "W/"), "*"} {
		assert.Equal(t, http.StatusNotModified, get(s, "/releases/12?cluster=prod-us", "If-None-Match", asked).Code, asked)
	}
	assert.NotContains(t, tag, ",", "a list of tags is cut at its commas")
	built := site(t, typical(), func(c *statuspage.Config) { c.Build = "(devel), commit 1234567, go1.26" })
	other := get(built, "/releases/12?cluster=prod-us").Header().Get("ETag")
	assert.NotEqual(t, tag, other, "another program draws other pages")
	assert.Equal(t, http.StatusNotModified, get(built, "/releases/12?cluster=prod-us", "If-None-Match", other).Code)
	v.revision++
	assert.Equal(t, http.StatusOK, get(s, "/releases/12?cluster=prod-us", "If-None-Match", tag).Code)
	assert.Greater(t, v.asked.Load(), asked+1)
}

func TestEachPageHasOneAddress(t *testing.T) {
	s := site(t, typical())
	w := get(s, "/releases/12?cluster=&status=done&sort=")
	assert.Equal(t, http.StatusSeeOther, w.Code)
	assert.Equal(t, "/releases/12?status=done", w.Header().Get("Location"))
	assert.Equal(t, "/customers", get(s, "/customers?cluster=&sort=").Header().Get("Location"))
	assert.Equal(t, http.StatusOK, get(s, "/releases/12?status=done").Code)
}

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

func (panicking) Dashboard(context.Context, core.Actor) (*core.Dashboard, error) { panic("nil map") }

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

func TestAssets(t *testing.T) {
	s := site(t, typical())
	body := get(s, "/").Body.String()
	for _, attr := range []string{`stylesheet" href="`, `<script src="`, `svg+xml" href="`} {
		_, rest, found := strings.Cut(body, attr)
		require.True(t, found, attr)
		path, _, _ := strings.Cut(rest, `"`)
		w := get(s, path)
		assert.Equal(t, http.StatusOK, w.Code, path)
		assert.Equal(t, "public, max-age=31536000, immutable", w.Header().Get("Cache-Control"))
		w = get(s, path, "Accept-Encoding", "zstd, gzip")
		if strings.HasSuffix(path, ".css") {
			assert.Equal(t, "zstd", w.Header().Get("Content-Encoding"))
		}
	}
	w := get(s, "/assets/app.000000000000.css")
	assert.Equal(t, http.StatusNotFound, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
}
