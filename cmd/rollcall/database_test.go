package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/core"
	"rollcall/fixtures/sample"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sampleDatabase is a database with the sample's data, and the environment that names it.
func sampleDatabase(t *testing.T) (path string, env map[string]string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "rollcall.db")
	env = map[string]string{"ROLLCALL_DB": path}
	code, _, stderr := rollcallWith(t, env, string(sample.Data), "import", "-")
	require.Equal(t, exitOK, code, stderr)
	return path, env
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestImportThenCheck(t *testing.T) {
	path, env := sampleDatabase(t)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	code, out, _ := rollcall(t, env, "check")
	assert.Equal(t, exitOK, code)
	assert.Equal(t, path+" is sound.\n", out)

	code, out, _ = rollcallWith(t, env, string(sample.Data), "import", "-")
	assert.Equal(t, exitOK, code)
	assert.Contains(t, out, "Imported nothing new.")
}

func TestImportDryRunShowsATableAndChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rollcall.db")
	env := map[string]string{"ROLLCALL_DB": path}
	code, out, stderr := rollcallWith(t, env, string(sample.Data), "import", "--dry-run", "-")
	require.Equal(t, exitOK, code, stderr)
	assert.Regexp(t, `22\s+customer\s+customer-a · prod-us-1 / customer-a-prod\s+add\n`, out)
	assert.Contains(t, out, "Nothing was changed.")
	assert.NoFileExists(t, path)
}

func TestImportNamesFileAndLine(t *testing.T) {
	_, env := sampleDatabase(t)
	syntax := write(t, "typo.yaml", "clusters:\n  - nam: prod-asia\n")
	code, _, stderr := rollcall(t, env, "import", syntax)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, syntax+": line 2: ")

	rule := write(t, "rule.json", "{\"clusters\": [{\"name\": \"asia\"}],\n \"customers\": [{\"name\": \"x\", \"cluster\": \"asia\", \"namespace\": \"Not One\"},\n {\"name\": \"y\", \"cluster\": \"nowhere\", \"namespace\": \"y\"}]}")
	code, _, stderr = rollcall(t, env, "import", rule)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, rule+": line 2: ")
	assert.Contains(t, stderr, rule+": line 3: ")
	assert.Contains(t, stderr, "nothing was changed")

	asia := write(t, "asia.yaml", "clusters:\n  - name: asia\n")
	_, out, _ := rollcall(t, env, "import", "--dry-run", asia)
	assert.Regexp(t, `asia\s+add`, out, "nothing of the refused file is there")
}

func TestCommandsSayWhereADatabaseIsMissing(t *testing.T) {
	env := map[string]string{"ROLLCALL_DB": filepath.Join(t.TempDir(), "none.db")}
	for _, args := range [][]string{{"check"}, {"export"}, {"backup", "copy.db"}} {
		code, _, stderr := rollcall(t, env, args...)
		assert.Equal(t, exitFailed, code, args)
		assert.Contains(t, stderr, "there is no database at", args)
	}
	assert.NoFileExists(t, env["ROLLCALL_DB"], "looking does not make one")

	// What is missing is named: the folder of a file that would be made, and the copy that was to be put back.
	folder := filepath.Join(t.TempDir(), "none")
	env = map[string]string{"ROLLCALL_DB": filepath.Join(folder, "x.db"), "SLACK_APP_TOKEN": "xapp-1", "SLACK_BOT_TOKEN": "xoxb-1"}
	for _, args := range [][]string{{"serve"}, {"import", write(t, "asia.yaml", "clusters:\n  - name: asia\n")}} {
		code, _, stderr := rollcall(t, env, args...)
		assert.Equal(t, exitFailed, code, args)
		assert.Contains(t, stderr, "there is no folder "+folder, args)
		assert.NotContains(t, stderr, "--db", args)
	}
	code, _, stderr := rollcall(t, env, "restore", "nofile")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, "there is no copy at nofile")
	assert.NotContains(t, stderr, "--db")
}

func TestCommandsSayWhoHoldsTheDatabase(t *testing.T) {
	t.Parallel()
	path, env := sampleDatabase(t)
	held, err := openDatabase(path)
	require.NoError(t, err)
	defer func() { assert.NoError(t, held.Close()) }()

	code, _, stderr := rollcall(t, env, "check")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, "process ")
	assert.Contains(t, stderr, "/rollcall admin backup")
}

func TestBackupAndRestore(t *testing.T) {
	path, env := sampleDatabase(t)
	copied := filepath.Join(t.TempDir(), "copy.db")
	code, _, stderr := rollcall(t, env, "backup", copied)
	require.Equal(t, exitOK, code, stderr)
	info, err := os.Stat(copied)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	code, _, stderr = rollcall(t, env, "backup", copied)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, "exists already")

	code, out, _ := rollcall(t, nil, "check", "--db", copied)
	assert.Equal(t, exitOK, code)
	assert.Contains(t, out, "is sound")

	code, _, stderr = rollcall(t, env, "restore", copied)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, "--force")

	more := write(t, "more.yaml", "clusters:\n  - name: prod-asia\n")
	code, _, stderr = rollcall(t, env, "import", more)
	require.Equal(t, exitOK, code, stderr)
	code, _, stderr = rollcall(t, env, "restore", "--force", copied)
	require.Equal(t, exitOK, code, stderr)
	_, out, _ = rollcall(t, env, "import", "--dry-run", more)
	assert.Regexp(t, `prod-asia\s+add`, out, "what was imported after the copy is gone")
	assert.NoFileExists(t, path+".restoring")
}

func TestRestoreOverADamagedFile(t *testing.T) {
	_, env := sampleDatabase(t)
	copied := filepath.Join(t.TempDir(), "copy.db")
	code, _, stderr := rollcall(t, env, "backup", copied)
	require.Equal(t, exitOK, code, stderr)

	broken := write(t, "broken.db", strings.Repeat("not a database ", 1000))
	code, _, stderr = rollcall(t, nil, "check", "--db", broken)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, "cannot be read as a store")
	code, _, stderr = rollcall(t, nil, "restore", "--db", broken, "--force", copied)
	require.Equal(t, exitOK, code, stderr)
	code, _, _ = rollcall(t, nil, "check", "--db", broken)
	assert.Equal(t, exitOK, code)
}

func TestARestoreMakesWhatWasShownStale(t *testing.T) {
	path, env := sampleDatabase(t)
	revision := func() string {
		store, err := openDatabase(path)
		require.NoError(t, err)
		defer func() { assert.NoError(t, store.Close()) }()
		domain, err := domainConfig(config{defaultRole: "viewer"})
		require.NoError(t, err)
		svc, err := core.Open(t.Context(), store, domain)
		require.NoError(t, err)
		asker := core.System(core.ViaCLI)
		_, err = svc.Do(t.Context(), asker, "", core.ActivateRelease{Release: "v2.4.0", Confirm: true})
		if core.ErrorCode(err) != core.Conflict { // active already, the second time
			require.NoError(t, err)
		}
		step, err := svc.Step(t.Context(), asker, core.StepQuery{Release: "v2.4.0", Customer: "customer-a", Step: "D1"})
		require.NoError(t, err)
		return step.Step.Rev
	}
	before := revision()
	assert.Equal(t, before, revision())
	copied := filepath.Join(t.TempDir(), "copy.db")
	code, _, stderr := rollcall(t, env, "backup", copied)
	require.Equal(t, exitOK, code, stderr)
	code, _, stderr = rollcall(t, env, "restore", "--force", copied)
	require.Equal(t, exitOK, code, stderr)
	assert.NotEqual(t, before, revision())
}
