package statuspage_test

import (
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

func TestLargeMatrixStaysSmall(t *testing.T) {
	s := site(t, large())
	for path, most := range map[string]int{"/releases/12": 60 << 10, "/releases/12/clusters/1/grid": 30 << 10} {
		w := get(s, path, "Accept-Encoding", "zstd")
		assert.Equal(t, http.StatusOK, w.Code)
		assert.Equal(t, "zstd", w.Header().Get("Content-Encoding"))
		assert.Less(t, w.Body.Len(), most, "%s, compressed", path)
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
