package bot

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// An answer that comes just as its form was to be announced takes the trigger; nothing is opened beside it.
func TestNothingIsOpenedOnceThereIsAnAnswer(t *testing.T) {
	s := new(skeleton)
	require.False(t, s.fill(t.Context(), nil, &Answer{}), "no form is open for it")
	require.NotPanics(t, func() { s.open(t.Context(), nil, "trigger", &Request{}) }, "Slack is not called")
	require.False(t, s.opened)
}
