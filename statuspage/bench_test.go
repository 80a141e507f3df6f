package statuspage_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
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

// BenchmarkGrid is one cluster of 100 customers × 50 steps, the views' making left in.
func BenchmarkGrid(b *testing.B) {
	s := site(b, large())
	b.ReportAllocs()
	for b.Loop() {
		b.SetBytes(int64(get(s, "/releases/12/clusters/1/grid").Body.Len()))
	}
}
