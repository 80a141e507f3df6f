package main

import (
	"errors"
	"fmt"
	"io/fs"

	"rollcall/storage/bolt"
)

// openDatabase opens the file that serve works on, making it when it is absent.
func openDatabase(path string) (*bolt.Store, error) {
	store, err := bolt.Open(path, bolt.Options{})
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
	switch {
	case errors.As(err, &locked):
		return fmt.Errorf("%w.\nWhile rollcall serve runs, an admin gets a copy of the database with /rollcall admin backup; "+
			"check and export read such a copy with --db", err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no database at %s: say where it is with --db or ROLLCALL_DB", path)
	default:
		return fmt.Errorf("cannot open the database: %w", err)
	}
}
