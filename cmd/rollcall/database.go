package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"rollcall/storage/bolt"
)

// openDatabase opens the file that serve works on, making it when it is absent.
func openDatabase(path string) (*bolt.Store, error) {
	store, err := bolt.Open(path, bolt.Options{})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot make a database at %s: there is no folder %s", path, filepath.Dir(path))
	}
	if err != nil {
		return nil, explainOpen(path, err)
	}
	return store, nil
}

// readDatabase opens an existing file and never changes it.
func readDatabase(path string) (*bolt.Store, error) {
	store, err := bolt.Open(path, bolt.Options{ReadOnly: true})
	if err != nil {
		return nil, explainOpen(path, err)
	}
	return store, nil
}

// explainOpen says what to do about a file that cannot be opened.
func explainOpen(path string, err error) error {
	var locked *bolt.LockedError
	var damaged *bolt.DamagedError
	switch {
	case errors.As(err, &damaged):
		return fmt.Errorf("cannot open the database: %w.\nrollcall restore --force COPY puts a copy in its place; copies are what rollcall backup, "+
			"/rollcall admin backup and ROLLCALL_BACKUP_DIR make", err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("cannot open the database: %w.\nThe user that runs rollcall may not write it: that user needs to read and write the file, "+
			"and its folder when the file is yet to be made", err)
	case errors.As(err, &locked):
		return fmt.Errorf("%w.\nWhile rollcall serve runs, an admin gets a copy of the database with /rollcall admin backup; "+
			"check and export read such a copy with --db", err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no database at %s: say where it is with --db or ROLLCALL_DB", path)
	default:
		return fmt.Errorf("cannot open the database: %w", err)
	}
}
