package statuspage_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/statuspage"
)

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
		assert.Contains(t, odd.Body.String(), what+"”; that filter was left out.")
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

func (panicking) Dashboard(context.Context, core.Actor) (*core.Dashboard, error) { panic("nil map") }

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
