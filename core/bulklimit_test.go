package core

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestABulkHoldsTwentyThousandSteps(t *testing.T) {
	assert.NoError(t, fitsBulk(20_000))
	err := AsError(fitsBulk(20_001))
	assert.Equal(t, Conflict, err.Code)
	assert.Equal(t, "That would be 20001 steps; 20000 at once is the most", err.Msg)
	assert.Equal(t, "Take one cluster at a time.", err.Hint)
}
