package statuspage_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/statuspage"
)

// large is 1,000 customers × 50 steps on ten clusters.
func large() *canned {
	v := typical()
	v.clusters, v.perCluster, v.steps = 10, 100, 50
	return v
}

// The page of 1,000 × 50 in bytes on the way, and one cluster's grid. What opening all its clusters loads besides is told,
// and is as little where most cells say the same, as they do.
func TestLargeMatrixStaysSmall(t *testing.T) {
	for name, s := range map[string]*statuspage.Site{"as made by hand": site(t, large()), "as stored": site(t, company(t, 10, 100, 50))} {
		release := map[string]string{"as made by hand": "12", "as stored": "1"}[name]
		for _, encoding := range []string{"zstd", "gzip"} {
			weigh := func(path string) int {
				w := get(s, path, "Accept-Encoding", encoding)
				require.Equal(t, http.StatusOK, w.Code)
				require.Equal(t, encoding, w.Header().Get("Content-Encoding"))
				return w.Body.Len()
			}
			page := weigh("/releases/" + release)
			one, whole := 0, page
			for i := range 10 {
				grid := weigh(fmt.Sprintf("/releases/%s/clusters/%d/grid", release, i+1))
				one = max(one, grid)
				if i > 0 { // the first stands in the page
					whole += grid
				}
			}
			t.Logf("%s, %s: page %d, a cluster's grid %d, with all grids %d", name, encoding, page, one, whole)
			assert.LessOrEqual(t, page, 40_000)
			assert.LessOrEqual(t, one, 24_000)
			if name == "as stored" && encoding == "zstd" {
				assert.LessOrEqual(t, whole, 100_000)
			}
		}
	}
}

// BenchmarkOverHTTP compares answers with the least one there can be, by turns, for a release of 1,000 customers × 50
// steps on ten clusters, compressed as browsers ask for it.
func BenchmarkOverHTTP(b *testing.B) {
	srv := httptest.NewServer(site(b, company(b, 10, 100, 50), func(c *statuspage.Config) { c.Now = time.Now }))
	b.Cleanup(srv.Close)
	tag := ask(b, srv, "/releases/1", "").Header.Get("ETag")
	for _, c := range []struct{ name, path, tag string }{
		{"grid of one cluster", "/releases/1/clusters/1/grid", ""},
		{"page", "/releases/1", ""},
		{"not modified", "/releases/1", tag},
	} {
		b.Run(c.name, func(b *testing.B) {
			var ours, empty []time.Duration
			for b.Loop() {
				start := time.Now()
				ask(b, srv, c.path, c.tag)
				ours = append(ours, time.Since(start))
				start = time.Now()
				ask(b, srv, "/healthz", "")
				empty = append(empty, time.Since(start))
			}
			slices.Sort(ours)
			slices.Sort(empty)
			us, them := ours[len(ours)/2], empty[len(empty)/2]
			b.ReportMetric(float64(us.Microseconds()), "us")
			b.ReportMetric(float64(us)/float64(them), "x-empty")
		})
	}
}

// ask reads an answer to its end.
func ask(b *testing.B, srv *httptest.Server, path, tag string) *http.Response {
	r, err := http.NewRequest(http.MethodGet, srv.URL+path, nil)
	require.NoError(b, err)
	r.Header.Set("Accept-Encoding", "zstd")
	r.Header.Set("If-None-Match", tag)
	resp, err := srv.Client().Do(r)
	require.NoError(b, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(b, err)
	require.NoError(b, resp.Body.Close())
	require.Contains(b, []int{http.StatusOK, http.StatusNotModified}, resp.StatusCode)
	return resp
}
