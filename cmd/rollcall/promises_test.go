package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rollcall/fixtures"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every test that the README or the threat model names as the proof of a promise is there.
func TestWhatIsPromisedIsProven(t *testing.T) {
	root := fixtures.Root(t)
	there := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			there[m[1]] = true
		}
		return err
	}))
	named := regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w+`)
	for _, file := range []string{"README.md", "cmd/rollcall/doc.go"} {
		text, err := os.ReadFile(filepath.Join(root, file))
		require.NoError(t, err)
		names := named.FindAllString(string(text), -1)
		assert.Greater(t, len(names), 5, file)
		for _, name := range names {
			assert.True(t, there[name], "%s names %s, which is not there", file, name)
		}
	}
}
