package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"rollcall/core"
	"rollcall/storage/bolt"
)

// openDomain opens a database to change it. One of an older layout is copied first.
func openDomain(ctx context.Context, store *bolt.Store, path string, domain core.Config, log *slog.Logger) (*core.Service, error) {
	if err := keepOlder(ctx, store, path, log); err != nil {
		return nil, err
	}
	return core.Open(ctx, store, domain)
}

// keepOlder copies a database that is about to be brought to a newer layout, beside it and under the number of the old
// one: the program before this one can still read the copy.
func keepOlder(ctx context.Context, store *bolt.Store, path string, log *slog.Logger) error {
	at, newest, err := core.Layout(ctx, store)
	if err != nil || at == 0 || at >= newest {
		return err
	}
	return keep(ctx, store, path, at, newest, log)
}

// keep makes the copy, durable and readable. One that an earlier try left behind is replaced, because that try changed
// nothing.
func keep(ctx context.Context, store *bolt.Store, path string, at, newest int, log *slog.Logger) error {
	kept := fmt.Sprintf("%s.layout-%d", path, at)
	beside := kept + unfinished
	err := func() error {
		if err := errors.Join(os.RemoveAll(beside), writeCopy(ctx, store, beside)); err != nil {
			return err
		}
		copied, err := readDatabase(beside) // looks at every page
		if err != nil {
			return err
		}
		return errors.Join(copied.Close(), os.Rename(beside, kept), syncFolder(kept))
	}()
	if err != nil {
		return errors.Join(fmt.Errorf("the database needs layout %d, and no copy of it could be made before: %w", newest, err), os.RemoveAll(beside))
	}
	log.Info("the database is brought to a newer layout; a copy was kept", "from", at, "to", newest, "copy", kept)
	return nil
}
