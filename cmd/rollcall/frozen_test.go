package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rollcall/core"
	"rollcall/fixtures"
	"rollcall/fixtures/localslack"
	"rollcall/storage"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// freeze writes the database file of the present layout anew. A layout that has been released is never frozen again:
// its file is what stands on people's disks.
var freeze = flag.Bool("freeze", false, "write fixtures/db/layout-N.db.gz of the present layout anew")

// frozenPath is where the file of a layout is, without its ending.
func frozenPath(t *testing.T, layout int) string {
	return filepath.Join(fixtures.Root(t), "fixtures", "db", fmt.Sprintf("layout-%d", layout))
}

// layouts is how many there have been.
func layouts(t *testing.T) int {
	t.Helper()
	store, err := openDatabase(filepath.Join(t.TempDir(), "empty.db"))
	require.NoError(t, err)
	at, newest, err := core.Layout(t.Context(), store)
	require.NoError(t, err)
	require.Zero(t, at)
	require.NoError(t, store.Close())
	return newest
}

// census is how many there are of everything in an export.
func census(t *testing.T, env map[string]string) map[string]int {
	t.Helper()
	code, out, stderr := rollcall(t, env, "export")
	require.Equal(t, exitOK, code, stderr)
	var export map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(out), &export))
	counts := map[string]int{}
	for name, raw := range export {
		var list []struct{ Status string }
		if json.Unmarshal(raw, &list) != nil {
			continue
		}
		counts[name] = len(list)
		for _, one := range list {
			if one.Status != "" {
				counts[name+" "+one.Status]++
			}
		}
	}
	return counts
}

// A file of every layout there has been is opened, brought up to the present one and served: nothing of what was in it
// is missing, and it is sound.
func TestDatabasesOfEveryLayoutAreBroughtUp(t *testing.T) {
	newest := layouts(t)
	if *freeze {
		freezeLayout(t, newest)
	}
	for layout := 1; layout <= newest; layout++ {
		t.Run(fmt.Sprintf("layout %d", layout), func(t *testing.T) {
			o := newWaitingOffice(t, localslack.Config{})
			packed, err := os.Open(frozenPath(t, layout) + ".db.gz")
			require.NoError(t, err, "each layout has its file: go test ./cmd/rollcall -run TestDatabasesOfEveryLayout -freeze")
			defer func() { _ = packed.Close() }()
			unpacked, err := gzip.NewReader(packed)
			require.NoError(t, err)
			file, err := io.ReadAll(unpacked)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(o.env["ROLLCALL_DB"], file, 0o600))
			counted, err := os.ReadFile(frozenPath(t, layout) + ".json")
			require.NoError(t, err)
			want := map[string]int{}
			require.NoError(t, json.Unmarshal(counted, &want))

			o.open()
			var d dashboard
			o.get("/index.json", &d)
			assert.NotEmpty(t, d.Active)
			o.close()
			code, out, _ := rollcall(t, o.env, "check")
			assert.Equal(t, exitOK, code, out)
			assert.Equal(t, want, census(t, o.env))
			kept := fmt.Sprintf("%s.layout-%d", o.env["ROLLCALL_DB"], layout)
			if layout == newest {
				assert.NoFileExists(t, kept, "there was nothing to bring up")
			} else {
				assert.FileExists(t, kept)
			}
		})
	}
}

// Before a database is brought up, a copy of it as it was is put beside it.
func TestACopyIsKeptBeforeAMigration(t *testing.T) {
	path, env := sampleDatabase(t)
	before := census(t, env)
	store, err := openDatabase(path)
	require.NoError(t, err)
	var log bytes.Buffer
	said := slog.New(slog.NewTextHandler(&log, nil))
	require.NoError(t, keepOlder(t.Context(), store, path, said))
	require.Empty(t, log.String(), "up to date: no copy")
	for range 2 { // the second time the first is replaced
		require.NoError(t, keep(t.Context(), store, path, 1, 2, said))
	}
	require.NoError(t, store.Close())
	kept := path + ".layout-1"
	assert.Contains(t, log.String(), kept)
	assert.Equal(t, before, census(t, map[string]string{"ROLLCALL_DB": kept}))
	info, err := os.Stat(kept)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	assert.NoFileExists(t, kept+".unfinished")
}

// A database that a newer program has written is refused with both numbers, and stays as it is.
func TestADatabaseOfANewerLayoutIsRefused(t *testing.T) {
	path, _ := sampleDatabase(t)
	store, err := openDatabase(path)
	require.NoError(t, err)
	require.NoError(t, store.Update(t.Context(), func(w storage.Writer) error { return w.Put([]byte("meta/schema"), []byte("99")) }))
	require.NoError(t, store.Close())
	o := newWaitingOffice(t, localslack.Config{})
	o.env["ROLLCALL_DB"] = path
	code, out, stderr := rollcall(t, o.env, "serve")
	assert.Equal(t, exitFailed, code, out)
	assert.Contains(t, stderr, "has layout 99")
	assert.Contains(t, stderr, fmt.Sprintf("knows layouts up to %d", layouts(t)))
	assert.Contains(t, stderr, "newer program")
	for _, command := range []string{"check", "export"} {
		code, _, stderr = rollcall(t, o.env, command)
		assert.Equal(t, exitFailed, code)
		assert.Contains(t, stderr, "layout 99", command)
	}
	assert.NoFileExists(t, path+".layout-99")
}

// frozenDay is a working day in which everything that is kept occurs.
var frozenDay = []string{
	"cluster add prod-us kubeconfig=~/.kube/prod-us-config description=\"US production\" meta.region=us-east-1", "cluster add prod-eu", "cluster add old",
	"cluster archive old", `customer add "Customer A" cluster=prod-us namespace=cust-a-prod meta.size=small`, `customer add "Customer B" cluster=prod-us namespace=cust-b-prod`,
	`customer add "Customer Ü 😀" cluster=prod-eu namespace=cust-u-prod`, `customer add Gone cluster=prod-eu namespace=gone`, "customer archive gone",
	`release add "Spring release" type=release version=v2.5.0 date=2026-12-01 channel=#ops`,
	`template add v2.5.0 Deploy category=deploy type=bash content="helm -n {{customer.namespace}} upgrade app"`,
	`template add v2.5.0 Migrate category=deploy type=sql content="SELECT 1;"`, `template add v2.5.0 Gone category=deploy type=text content=x`,
	`template add v2.5.0 Look category=verify type=text content="Look at {{cluster.name}}."`, `template add v2.5.0 Login category=verify type=text content="Log in."`,
	"release activate v2.5.0 confirm=yes", `template edit v2.5.0 D2 content="SELECT 2;" confirm=yes`,
	`step override v2.5.0 cust-b-prod D3 content="mine"`, "template remove v2.5.0 D3 confirm=yes",
	`step done v2.5.0 cust-a-prod D1 note="build 812"`, `step skip v2.5.0 cust-a-prod D2 reason="not on this plan"`, "step done v2.5.0 cust-b-prod D1", "step revert v2.5.0 cust-b-prod D1",
	"step start v2.5.0 cust-b-prod D2", `step block v2.5.0 cust-u-prod D1 reason="no access"`, `step note v2.5.0 cust-u-prod D2 note="remark"`,
	`step override v2.5.0 cust-u-prod D2 content="SELECT 3;"`, `step add v2.5.0 cust-u-prod "Warm up" category=deploy type=bash content="curl app" position="after D1"`,
	"bulk done v2.5.0 V1 all confirm=yes", "undo", "step done v2.5.0 cust-a-prod V1", "release withdraw v2.5.0 cust-b-prod",
	`release add Hotfix type=hotfix`, `template add Hotfix Patch category=deploy type=text content=x`, "release activate Hotfix confirm=yes",
	`release archive Hotfix reason="superseded" confirm=yes`, `release clone v2.5.0 "Summer release" version=v2.6.0`,
	`remind add #ops "weekdays 09:30" zone=UTC`, "remind snooze 1 4h", "link",
}

// freezeLayout works that day through the program, and keeps the database as it is when a process that is killed
// leaves it.
func freezeLayout(t *testing.T, layout int) {
	t.Helper()
	binary := buildBinary(t)
	o := newWaitingOffice(t, localslack.Config{})
	o.env["ROLLCALL_ACCESS"] = "link"
	cmd, said := spawn(t.Context(), t, binary, o.env, "serve")
	o.serve = &running{out: newScreen(), err: said}
	o.page = o.serve.waitFor(t, said, `page=(http://\S+)`)
	o.await("it is connected", func() bool { return o.slack.Connections() == 1 })
	for _, line := range frozenDay {
		answer := o.types("ann", line).String()
		require.Regexp(t, "✅|sign-in link", answer, line)
	}
	o.types("cat", "whoami")
	require.Contains(t, o.types("ann", "admin grant @cat admin").String(), "✅")
	o.reader().signIn("cat")
	o.types("ann", "release share v2.5.0")
	o.reader().follow()
	list := o.types("ben", "step list v2.5.0 cust-u-prod")
	require.NotEmpty(t, list.Messages)
	_, err := o.slack.User("dan").WaitFor(o.within(), "#ops", "no access")
	require.NoError(t, err, "the milestone is posted")
	o.await("the board is there", func() bool { return len(o.pinned("#ops")) == 1 })
	o.slack.Inject(localslack.Fault{Method: "chat.postMessage", Status: 500, Times: 1000})
	require.NoError(t, o.slack.Archive("#general", true))
	o.types("ann", `step block v2.5.0 cust-a-prod V2 reason="waits"`) // stays in the outbox
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()

	copied := filepath.Join(t.TempDir(), "copy.db")
	code, out, stderr := rollcall(t, o.env, "backup", copied)
	require.Equal(t, exitOK, code, out+stderr)
	everyRecordIsIn(t, copied)
	file, err := os.ReadFile(copied)
	require.NoError(t, err)
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	require.NoError(t, err)
	_, err = w.Write(file)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	counts, err := json.MarshalIndent(census(t, map[string]string{"ROLLCALL_DB": copied}), "", "  ")
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(frozenPath(t, layout)), 0o755))
	require.NoError(t, os.WriteFile(frozenPath(t, layout)+".db.gz", packed.Bytes(), 0o644))
	require.NoError(t, os.WriteFile(frozenPath(t, layout)+".json", append(counts, '\n'), 0o644))
	t.Logf("layout %d: %d bytes, %d packed", layout, len(file), packed.Len())
}

// everyRecordIsIn holds a file that is about to be frozen to core's own list of what is kept.
func everyRecordIsIn(t *testing.T, path string) {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(fixtures.Root(t), "core", "keys.go"))
	require.NoError(t, err)
	store, err := readDatabase(path)
	require.NoError(t, err)
	defer func() { _ = store.Close() }()
	seen := map[string]bool{}
	require.NoError(t, store.View(t.Context(), func(r storage.Reader) error {
		for e, err := range r.Scan(storage.Range{}) {
			if err != nil {
				return err
			}
			prefix, _, _ := strings.Cut(string(e.Key), "/")
			seen[prefix] = true
		}
		return nil
	}))
	kinds := regexp.MustCompile(`(?m)(?:^//\t|  )([a-z]+)/`).FindAllStringSubmatch(string(source), -1)
	require.Greater(t, len(kinds), 15)
	for _, m := range kinds {
		assert.True(t, seen[m[1]], "nothing of %s/ is in the file: let frozenDay make one", m[1])
	}
}
