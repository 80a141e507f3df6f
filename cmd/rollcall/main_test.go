package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// sideBySide is how many tests run at once that say they may. They wait for time to pass far more than they work.
const sideBySide = 16

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) { // nobody has said otherwise
		if err := f.Value.Set(strconv.Itoa(max(sideBySide, runtime.GOMAXPROCS(0)))); err != nil {
			panic(err)
		}
	}
	code := m.Run()
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
