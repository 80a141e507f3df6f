package core

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"rollcall/storage"
)

// migration brings a store from layout n-1 to layout n, in one transaction
// with the new number. It works on keys and bytes as they were then, never
// through today's nouns, so that it keeps meaning what it meant.
type migration struct {
	n    int
	name string
	fn   func(w storage.Writer, epoch string) error
}

// migrations are every layout there has been, oldest first and numbered
// without gaps. A new store goes through all of them.
var migrations = []migration{
	{1, "lay out an empty store", func(w storage.Writer, epoch string) error {
		return w.Put([]byte("meta/epoch"), []byte(epoch))
	}},
}

// errOlder is a layout that only needs migrating.
var errOlder = errors.New("the layout is an older one")

// migrate makes a store fit this program: an empty one is laid out with the
// epoch, an older one brought up, an up-to-date one left untouched, and one
// that this program cannot know refused.
func migrate(ctx context.Context, store storage.Store, epoch string) error {
	return migrateTo(ctx, store, epoch, migrations)
}

func migrateTo(ctx context.Context, store storage.Store, epoch string, rows []migration) error {
	var at int
	err := store.View(ctx, func(r storage.Reader) error {
		var err error
		at, err = schemaOf(r)
		return err
	})
	if err != nil {
		return fault(err)
	}
	if err := fits(at, len(rows)); err != nil && !errors.Is(err, errOlder) {
		return err
	}
	for _, m := range rows[at:] {
		err := store.Update(ctx, func(w storage.Writer) error {
			now, err := schemaOf(w)
			if err != nil || now >= m.n {
				return err // another process was faster
			}
			if err := m.fn(w, epoch); err != nil {
				return err
			}
			return w.Put([]byte("meta/schema"), []byte(strconv.Itoa(m.n)))
		})
		if err != nil {
			return fmt.Errorf("bring the database to layout %d (%s): %w", m.n, m.name, err)
		}
	}
	return nil
}

// checkSchema refuses a store whose layout is not exactly this program's.
func checkSchema(r storage.Reader) error {
	at, err := schemaOf(r)
	if err != nil {
		return err
	}
	if at == 0 {
		return refuse(Conflict, "The database is empty").hint("It is laid out by the first start of `rollcall serve`.")
	}
	return fits(at, len(migrations))
}

// fits compares a store's layout with the newest that is known.
func fits(at, known int) error {
	switch {
	case at > known:
		return refuse(Conflict, "The database has layout %d, and this program knows layouts up to %d", at, known).
			hint("Use the newer program that wrote it, or restore a backup from before.")
	case at < known:
		e := refuse(Conflict, "The database has layout %d, and this program needs layout %d", at, known).
			hint("Start `rollcall serve` once: it brings the database up.")
		e.cause = errOlder
		return e
	}
	return nil
}

// schemaOf is the number of a store's layout; 0 when the store is empty.
func schemaOf(r storage.Reader) (int, error) {
	b, err := r.Get([]byte("meta/schema"))
	if isNotFound(err) {
		for _, err := range r.Scan(storage.Range{}) {
			if err != nil {
				return 0, err
			}
			return 0, notOurs("it holds data but does not say which layout")
		}
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(string(b))
	if err != nil || n < 1 {
		return 0, notOurs(fmt.Sprintf("its layout is %q", clip(string(b), 20)))
	}
	return n, nil
}

func notOurs(why string) error {
	return refuse(Conflict, "This is not a database of Rollcall: %s", why).
		hint("Name another file, or restore a backup.")
}

// Layout is the number of a store's layout, 0 for an empty one, and the newest that this program knows. Whoever wants a
// copy of an older database as it was takes it before Open.
func Layout(ctx context.Context, store storage.Store) (at, newest int, err error) {
	err = store.View(ctx, func(r storage.Reader) error {
		at, err = schemaOf(r)
		return err
	})
	if err != nil {
		return 0, 0, fault(err)
	}
	return at, len(migrations), nil
}
