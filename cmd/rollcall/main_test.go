package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"rollcall/fixtures"

	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) {
	code := fixtures.SideBySide(m)
	if built.folder != "" {
		if err := os.RemoveAll(built.folder); err != nil {
			panic(err)
		}
	}
	os.Exit(code)
}

// built is the program as a file, for the tests that need a process of its own: only that can be killed.
var built struct {
	once   sync.Once
	folder string
	err    error
}

// buildBinary builds the program, once for all tests, without the race detector.
func buildBinary(t *testing.T) string {
	t.Helper()
	built.once.Do(func() {
		if built.folder, built.err = os.MkdirTemp("", "rollcall"); built.err != nil {
			return
		}
		if out, err := exec.Command("go", "build", "-o", built.folder, ".").CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	require.NoError(t, built.err)
	return filepath.Join(built.folder, "rollcall")
}
