package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"rollcall/bot/schedule"
	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// files are the names in a folder.
func files(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestAdminBackupFromSlackCanBeRestored(t *testing.T) {
	clock := new(wallClock)
	folder := filepath.Join(t.TempDir(), "copies", "of rollcall")
	o := newTimedOffice(t, clock, map[string]string{"ROLLCALL_BACKUP_DIR": folder})
	o.underWay()
	assert.Contains(t, o.types("cat", "admin backup").String(), "takes the role admin")
	assert.NoDirExists(t, folder)
	said := o.types("ann", "admin backup").String()
	copied := regexp.MustCompile(`/\S.*\.db`).FindString(said)
	require.FileExists(t, copied, said)
	assert.Regexp(t, `\d+\.\d kB`, said)
	info, err := os.Stat(copied)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	o.types("ann", "step done v2.5.0 cust-a-prod D1")

	code, out, stderr := rollcall(t, nil, "check", "--db", copied)
	assert.Equal(t, exitOK, code, out+stderr)
	back := map[string]string{"ROLLCALL_DB": filepath.Join(t.TempDir(), "restored.db")}
	code, _, stderr = rollcall(t, back, "restore", copied)
	require.Equal(t, exitOK, code, stderr)
	assert.Equal(t, "pending", exportedCells(t, back)["cust-a-prod D1"], "as it was when the copy was taken")
}

func TestBackupsAreTakenOnScheduleAndTheOldestGo(t *testing.T) {
	folder := t.TempDir()
	_, env := sampleDatabase(t)
	env["ROLLCALL_BACKUP_DIR"], env["ROLLCALL_BACKUP_KEEP"] = folder, "3"
	cfg, problems := flagsFor().load(environ(env))
	require.Empty(t, problems)
	store, err := openDatabase(cfg.db)
	require.NoError(t, err)
	defer func() { assert.NoError(t, store.Close()) }()
	for _, name := range []string{"rollcall-by-hand.db", "another.unfinished", "rollcall-20261101T000000Z-2.db.unfinished"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), nil, 0o600))
	}
	now := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	s := &snapshots{cfg: cfg, store: store, now: func() time.Time { return now }, log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	for range 3 {
		_, _, err := s.take(t.Context())
		require.NoError(t, err)
		now = now.AddDate(0, 0, 1)
	}
	now = now.AddDate(0, 0, -1)
	for range 2 { // in the same second as the last
		_, _, err := s.take(t.Context())
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"another.unfinished", "rollcall-20261130T000000Z-2.db", "rollcall-20261130T000000Z-3.db", "rollcall-20261130T000000Z.db", "rollcall-by-hand.db"},
		files(t, folder))
}

func TestABackupThatWasMissedIsTakenAtTheStart(t *testing.T) {
	folder := t.TempDir()
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	s := &snapshots{cfg: config{backupDir: folder}, now: func() time.Time { return now }}
	daily, err := schedule.Parse("@daily", "UTC")
	require.NoError(t, err)
	tonight := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	assert.True(t, s.first(daily).Equal(tonight), "there is none yet")
	for name, missed := range map[string]bool{"rollcall-20261126T000000Z.db": true, "rollcall-20261127T235959Z.db": true,
		"rollcall-20261128T000000Z.db": false, "rollcall-20261128T000000Z-2.db": false} {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		want := tonight
		if missed {
			want = now
		}
		assert.True(t, s.first(daily).Equal(want), name)
		require.NoError(t, os.Remove(path))
	}
}

func TestABackupThatIsStoppedLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	_, env := sampleDatabase(t)
	env["ROLLCALL_BACKUP_DIR"] = folder
	cfg, _ := flagsFor().load(environ(env))
	store, err := openDatabase(cfg.db)
	require.NoError(t, err)
	defer func() { assert.NoError(t, store.Close()) }()
	s := &snapshots{cfg: cfg, store: store, now: time.Now, log: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = s.take(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, files(t, folder))
}

func TestABackupThatFailsIsToldToAnAdminOnce(t *testing.T) {
	clock := new(wallClock)
	inTheWay := write(t, "a file", "")
	o := newTimedOffice(t, clock, map[string]string{"ROLLCALL_BACKUP_DIR": inTheWay}, localslack.Channel{Name: "ops"})
	said := o.types("ann", "admin backup").String()
	assert.Contains(t, said, "No backup could be taken")
	assert.Contains(t, said, "not a directory")
	for range 2 {
		o.server.copies.failed(t.Context(), assert.AnError)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err := o.slack.User("ann").WaitFor(ctx, "@rollcall", "No backup could be taken into")
	require.NoError(t, err)
	assert.Len(t, o.slack.User("ann").Sees("@rollcall"), 1)
}
