package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rollcall/core"
	"rollcall/storage/bolt"
)

type backupCommand struct {
	settingFlags `embed:""`
	File         string `arg:"" help:"Where to write the copy; it must not exist yet."`
}

// Run writes a copy of the database and verifies it.
func (c backupCommand) Run(p *program) error {
	cfg, problems := c.load(p.env)
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	if err := absent(c.File); err != nil {
		return err
	}
	store, err := readDatabase(cfg.db)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	if err := copyVerified(p.ctx, cfg, store, c.File); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%s is a verified copy of %s.\n", c.File, cfg.db)
	return err
}

type restoreCommand struct {
	settingFlags `embed:""`
	File         string `arg:"" help:"The copy to put back."`
	Force        bool   `help:"Replace a database that is there."`
}

// Run puts a verified copy in the place of the database. An existing one is replaced with --force only, and not while
// a server has it open.
func (c restoreCommand) Run(p *program) error {
	cfg, problems := c.load(p.env)
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	if _, err := os.Stat(c.File); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no copy at %s", c.File)
	}
	if err := absent(cfg.db); err != nil {
		if !c.Force {
			return fmt.Errorf("%w; --force replaces it", err)
		}
		held, err := openDatabase(cfg.db)
		var damaged *bolt.DamagedError
		switch {
		case err == nil:
			// Kept open until the copy is in place, so that no server starts on the old file meanwhile.
			defer func() { _ = held.Close() }()
		case !errors.As(err, &damaged): // a damaged file is what a copy is restored for
			return err
		}
	}
	copied, err := readDatabase(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = copied.Close() }()
	beside := cfg.db + ".restoring"
	if err := os.Remove(beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := copyVerified(p.ctx, cfg, copied, beside); err != nil {
		return err
	}
	if err = markRestored(p.ctx, cfg, beside); err == nil {
		err = os.Rename(beside, cfg.db)
	}
	if err != nil {
		return errors.Join(err, os.Remove(beside))
	}
	if err := syncFolder(cfg.db); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%s holds what %s held.\n", cfg.db, c.File)
	return err
}

// markRestored makes what was shown before the restore stale, so that no old button acts on the restored state.
func markRestored(ctx context.Context, cfg config, path string) error {
	domain, err := domainConfig(cfg)
	if err != nil {
		return err
	}
	store, err := openDatabase(path)
	if err != nil {
		return err
	}
	svc, err := core.Open(ctx, store, domain)
	if err == nil {
		err = svc.Restored(ctx)
	}
	return errors.Join(err, store.Close())
}

// absent returns an error that names the file when it is there.
func absent(path string) error {
	_, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("%s exists already", path)
}

// copyVerified writes a copy of store to a new file of mode 0600, makes it durable, and checks it. A copy that fails
// is removed.
func copyVerified(ctx context.Context, cfg config, store *bolt.Store, path string) (err error) {
	if err := writeCopy(ctx, store, path); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	cfg.db = path
	faults, err := checkFile(ctx, cfg)
	switch {
	case err != nil:
		return fmt.Errorf("the copy cannot be verified: %w", err)
	case len(faults) > 0:
		return fmt.Errorf("the copy has %d faults, the first: %s", len(faults), faults[0])
	}
	return nil
}

// writeCopy writes a durable copy to a file that is not there yet, and leaves none when that fails.
func writeCopy(ctx context.Context, store *bolt.Store, path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = store.Backup(ctx, file)
	if err := errors.Join(err, file.Sync(), file.Close(), syncFolder(path)); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// syncFolder makes the name of a file durable.
func syncFolder(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
