package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rollcall/fixtures"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rooms says what each part of the program may import beside the standard library: packages of this module by their
// path, and libraries by the path of their module. A package belongs to the room with the longest matching name.
var rooms = map[string][]string{
	"rollcall/cmd":                 {"*"},
	"rollcall/core":                {"rollcall/storage"},
	"rollcall/storage":             {},
	"rollcall/storage/bolt":        {"rollcall/storage", "go.etcd.io/bbolt"},
	"rollcall/storage/storagetest": {"rollcall/storage", "github.com/stretchr/testify"},
	"rollcall/bot/schedule":        {"rollcall/core", "github.com/robfig/cron/v3"},
	"rollcall/bot":                 {"rollcall/core", "rollcall/core/csvfile", "rollcall/bot/blocks", "github.com/slack-go/slack"},
	"rollcall/bot/blocks":          {"rollcall/core", "github.com/slack-go/slack"},
	"rollcall/statuspage": {"rollcall/core", "github.com/go-chi/chi/v5", "github.com/yuin/goldmark",
		"github.com/alecthomas/chroma/v2", "github.com/klauspost/compress"},
	"rollcall/fixtures":            {},
	"rollcall/fixtures/chrome":     {"github.com/chromedp/chromedp"},
	"rollcall/fixtures/localslack": {"github.com/gobwas/ws"},
}

// topLevel is all that may lie in the root of the repository, dot-files aside.
var topLevel = []string{"cmd", "bot", "core", "storage", "statuspage", "fixtures", "go.mod", "go.sum", "Dockerfile",
	"README.md", "Makefile", "LICENSE"}

// maxLines is what a file of the product may have.
const maxLines = 500

type goPackage struct {
	ImportPath, Dir, Doc, Name string
	GoFiles, Imports           []string
	Standard                   bool
}

func TestEachRoomImportsOnlyWhatItMay(t *testing.T) {
	for _, p := range packages(t) {
		room := roomOf(p.ImportPath)
		require.NotEmpty(t, room, "%s belongs to no room: say in arch_test.go what it may import", p.ImportPath)
		for _, path := range p.Imports {
			assert.True(t, mayImport(room, path), "%s must not import %s", p.ImportPath, path)
		}
	}
}

func TestRoomRulesRefuseWhatTheyShould(t *testing.T) {
	assert.True(t, mayImport("rollcall/core", "net/url"))
	assert.True(t, mayImport("rollcall/core", "rollcall/storage"))
	assert.False(t, mayImport("rollcall/core", "rollcall/storage/bolt"))
	assert.False(t, mayImport("rollcall/core", "log/slog"))
	assert.False(t, mayImport("rollcall/core", "github.com/slack-go/slack"))
	assert.False(t, mayImport("rollcall/statuspage", "rollcall/bot"))
	assert.False(t, mayImport("rollcall/bot/blocks", "time/tzdata"))
	assert.True(t, mayImport("rollcall/bot/blocks", "github.com/slack-go/slack"))
	assert.Equal(t, "rollcall/bot/blocks", roomOf("rollcall/bot/blocks"))
	assert.Equal(t, "rollcall/fixtures", roomOf("rollcall/fixtures/sample"))
	assert.Empty(t, roomOf("rollcall/util"))
}

func TestEachPackageSaysWhatItIs(t *testing.T) {
	for _, p := range packages(t) {
		assert.NotEmpty(t, p.Doc, "%s has no package comment", p.ImportPath)
	}
}

func TestTopLevelHoldsOnlyItsFolders(t *testing.T) {
	entries, err := os.ReadDir(fixtures.Root(t))
	require.NoError(t, err)
	for _, name := range tracked(t, entries) {
		assert.Contains(t, topLevel, name, "the top level of the repository has no place for it")
	}
}

func TestFilesStayShort(t *testing.T) {
	eachGoFile(t, func(path string, text []byte) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		assert.LessOrEqual(t, bytes.Count(text, []byte("\n")), maxLines, "%s holds more than one idea: split it", path)
	})
}

func TestNothingIsLeftForLater(t *testing.T) {
	later := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)
	eachGoFile(t, func(path string, text []byte) {
		assert.Empty(t, string(later.Find(text)), "%s leaves work behind: do it, or write an issue", path)
	})
}

// In a bubble of testing/synctest a sleep takes no time: it lets the others work until they all wait.
func TestNobodySleeps(t *testing.T) {
	sleep := regexp.MustCompile(`\btime\.Sle` + `ep\b`)
	eachGoFile(t, func(path string, text []byte) {
		if strings.HasSuffix(path, "_test.go") && bytes.Contains(text, []byte("synctest.Test(")) {
			return
		}
		assert.False(t, sleep.Match(text), "%s sleeps: wait for what it waits for", path)
	})
}

func TestTheWorldComesInThroughCmd(t *testing.T) {
	world := regexp.MustCompile(`\b(time\.Now|os\.(Getenv|LookupEnv|Environ)|rand\.(Read|Text|Int|IntN|N|Reader))\b`)
	eachGoFile(t, func(path string, text []byte) {
		room, _, _ := strings.Cut(filepath.ToSlash(path), "/")
		if room == "cmd" || room == "fixtures" || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "storagetest") {
			return
		}
		assert.Empty(t, string(world.Find(text)), "%s reads the clock, the environment or chance: have it passed in", path)
	})
}

// packages lists the packages of this module.
func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Doc,Name,GoFiles,Imports", "./...")
	cmd.Dir = fixtures.Root(t)
	out, err := cmd.Output()
	require.NoError(t, err, "go list")
	var list []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			require.NoError(t, err, "read what go list says")
		}
		list = append(list, p)
	}
}

// roomOf returns the room a package belongs to, empty when none.
func roomOf(pkg string) string {
	best := ""
	for room := range rooms {
		if (pkg == room || strings.HasPrefix(pkg, room+"/")) && len(room) > len(best) {
			best = room
		}
	}
	return best
}

// outside are the parts of the standard library that only the edges of the program may use.
var outside = map[string][]string{
	"rollcall/core":       {"log", "log/slog", "net/http", "os", "crypto/rand", "math/rand"},
	"rollcall/bot/blocks": {"log", "log/slog", "net/http", "os", "crypto/rand", "math/rand", "time/tzdata"},
	"rollcall/storage":    {"log", "log/slog", "net/http"},
	"rollcall/statuspage": {"os", "time/tzdata"},
}

// mayImport says whether a package of room may import path.
func mayImport(room, path string) bool {
	if slices.Contains(outside[room], path) {
		return false
	}
	allowed := rooms[room]
	if slices.Contains(allowed, "*") {
		return true
	}
	first, _, _ := strings.Cut(path, "/")
	if first != "rollcall" && !strings.Contains(first, ".") {
		return true // the standard library
	}
	if path == room || first == "rollcall" {
		return slices.Contains(allowed, path) || roomOf(path) == room
	}
	return slices.ContainsFunc(allowed, func(a string) bool { return path == a || strings.HasPrefix(path, a+"/") })
}

// tracked returns the names of entries that git does not ignore, dot-files aside.
func tracked(t *testing.T, entries []fs.DirEntry) (names []string) {
	t.Helper()
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		check := exec.Command("git", "check-ignore", "-q", e.Name())
		check.Dir = fixtures.Root(t)
		if check.Run() == nil {
			continue
		}
		names = append(names, e.Name())
	}
	return names
}

// eachGoFile calls f with every Go file of the module, its path relative to the root.
func eachGoFile(t *testing.T, f func(path string, text []byte)) {
	t.Helper()
	root := fixtures.Root(t)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root:
			return filepath.SkipDir
		case filepath.Ext(path) != ".go":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		f(rel, text)
		return nil
	})
	require.NoError(t, err)
}
