package core

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Orders that are given anew stand between their neighbours and read short.
func TestOrdersStandEvenly(t *testing.T) {
	assert.Equal(t, []float64{0.25, 0.5}, []float64{evenly(0, 2, 0), evenly(0, 2, 1)})
	assert.Equal(t, []float64{0.25, 0.5, 0.75}, []float64{evenly(0, 3, 0), evenly(0, 3, 1), evenly(0, 3, 2)})
	assert.Equal(t, "2.5", formatOrder(1+evenly(0, 1, 0)))
	for _, low := range []float64{0, 0.5, 0.75} {
		for n := 1; n < 40; n++ {
			last := low
			for i := range n {
				at := evenly(low, n, i)
				assert.True(t, last < at && at < 1, "%v %d %d: %v", low, n, i, at)
				last = at
			}
		}
	}
}
