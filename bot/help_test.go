package bot

import (
	"testing"

	"rollcall/core"

	"github.com/stretchr/testify/require"
)

func coreError(t *testing.T, err error) *core.Error {
	t.Helper()
	require.Error(t, err)
	e := core.AsError(err)
	require.NotEqual(t, core.Internal, e.Code, err)
	return e
}
