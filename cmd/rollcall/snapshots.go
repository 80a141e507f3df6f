package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"rollcall/bot/schedule"
	"rollcall/core"
	"rollcall/storage/bolt"
)

// snapshots copies the database into a folder while it is in use: on a schedule, and when an admin asks. It keeps the
// newest copies and removes older ones of its own.
type snapshots struct {
	cfg   config
	store *bolt.Store
	core  *core.Service
	now   func() time.Time
	log   *slog.Logger

	mu      sync.Mutex // one copy at a time
	failing bool       // an admin has been told, and no copy has succeeded since
}

// snapshotName is the form of the names it gives, and so of the files it may remove.
var snapshotName = regexp.MustCompile(`^rollcall-\d{8}T\d{6}Z(-\d+)?\.db$`)

// snapshotTime is the moment in such a name, in UTC.
const snapshotTime = "20060102T150405Z"

// unfinished ends the name of a copy that is being written.
const unfinished = ".unfinished"

// errNoBackups says what to do when no folder for copies is set.
var errNoBackups = &core.Error{Code: core.Conflict, Msg: "No folder for backups is set",
	Hint: "Set ROLLCALL_BACKUP_DIR and start Rollcall again."}

// take writes a verified copy and says where it is and how large.
func (s *snapshots) take(ctx context.Context) (path string, size int64, err error) {
	if s.cfg.backupDir == "" {
		return "", 0, errNoBackups
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.MkdirAll(s.cfg.backupDir, 0o700); err != nil {
		return "", 0, err
	}
	stem := filepath.Join(s.cfg.backupDir, "rollcall-"+s.now().UTC().Format(snapshotTime))
	path = stem + ".db"
	for n := 2; absent(path) != nil; n++ {
		path = fmt.Sprintf("%s-%d.db", stem, n)
	}
	beside := path + unfinished
	if err := errors.Join(os.RemoveAll(beside), copyVerified(ctx, s.cfg, s.store, beside)); err != nil {
		return "", 0, err
	}
	if err := errors.Join(os.Rename(beside, path), syncFolder(path)); err != nil {
		return "", 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", 0, err
	}
	if err := s.prune(); err != nil {
		s.log.Warn("old backups cannot be removed", "folder", s.cfg.backupDir, "err", err)
	}
	s.failing = false
	s.log.Info("a backup was taken", "file", path, "bytes", info.Size())
	return path, info.Size(), nil
}

// prune removes the oldest copies beyond those that are kept, and what a program that was killed has left unfinished.
func (s *snapshots) prune() error {
	names, err := s.taken("")
	if err != nil {
		return err
	}
	left, err := s.taken(unfinished)
	if err != nil {
		return err
	}
	var problems []error
	for _, name := range append(names[:max(0, len(names)-s.cfg.backupKeep)], left...) {
		problems = append(problems, os.Remove(filepath.Join(s.cfg.backupDir, name)))
	}
	return errors.Join(problems...)
}

// taken is the names of the copies there are, with an ending behind the names of theirs, the oldest first.
func (s *snapshots) taken(ending string) ([]string, error) {
	entries, err := os.ReadDir(s.cfg.backupDir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		name, ends := strings.CutSuffix(e.Name(), ending)
		if ends && snapshotName.MatchString(name) && e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, compareSnapshots)
	return names, nil
}

// compareSnapshots orders names by age: "…Z.db" is older than "…Z-2.db" of the same second.
func compareSnapshots(a, b string) int {
	const second = len("rollcall-" + snapshotTime)
	if a[:second] != b[:second] || len(a) == len(b) {
		if a < b {
			return -1
		}
		return 1
	}
	return len(a) - len(b)
}

// failed logs a copy that did not succeed, and tells an admin of the first of a row.
func (s *snapshots) failed(ctx context.Context, cause error) {
	s.log.Error("no backup was taken", "folder", s.cfg.backupDir, "err", cause)
	s.mu.Lock()
	told := s.failing
	s.failing = true
	s.mu.Unlock()
	if told {
		return
	}
	text := fmt.Sprintf("No backup could be taken into %s: %v. The log says more as long as it goes on", s.cfg.backupDir, cause)
	if _, err := s.core.AlertAdmin(ctx, "backup.failed", text); err != nil {
		s.log.Error("no admin could be told", "err", err)
	}
}

// first is when the first copy is due: at once when one was missed while the program was not running.
func (s *snapshots) first(times *schedule.Schedule) time.Time {
	now := s.now()
	names, err := s.taken("")
	if err != nil || len(names) == 0 {
		return times.Next(now)
	}
	newest, err := time.Parse(snapshotTime, names[len(names)-1][len("rollcall-"):len("rollcall-"+snapshotTime)])
	if missed := times.Next(newest); err == nil && !missed.IsZero() && missed.Before(now) {
		return now
	}
	return times.Next(now)
}

// run takes copies on the schedule until ctx ends. The clock is looked at every minute, because it may be set.
func (s *snapshots) run(ctx context.Context) error {
	times, err := schedule.Parse(s.cfg.backupSchedule, s.cfg.zone.String())
	if err != nil {
		return err
	}
	next := s.first(times)
	for {
		timer := time.NewTimer(min(time.Minute, max(time.Second, next.Sub(s.now()))))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
		now := s.now()
		if then := times.Next(now); then.Before(next) {
			next = then // the clock was set back
		}
		if now.Before(next) {
			continue
		}
		next = times.Next(now)
		if _, _, err := s.take(ctx); err != nil && ctx.Err() == nil {
			s.failed(ctx, err)
		}
	}
}
