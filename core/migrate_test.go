package core

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/storage"
	"rollcall/storage/bolt"
	"rollcall/storage/storagetest"
)

func newStore(t *testing.T, pairs ...string) storage.Store {
	t.Helper()
	store, err := bolt.Open(filepath.Join(t.TempDir(), "rollcall.db"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	require.NoError(t, store.Update(t.Context(), func(w storage.Writer) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := w.Put([]byte(pairs[i]), []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	}))
	return store
}

func dumpOf(t *testing.T, store storage.Store) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, store.View(t.Context(), func(r storage.Reader) error {
		for e, err := range r.Scan(storage.Range{}) {
			require.NoError(t, err)
			out[string(e.Key)] = string(e.Value)
		}
		return nil
	}))
	return out
}

func TestEmptyStoreIsLaidOutOnce(t *testing.T) {
	store := storagetest.Counting(storagetest.Twice(newStore(t)))
	require.NoError(t, migrate(t.Context(), store, "first"))
	assert.Equal(t, map[string]string{"meta/schema": "1", "meta/epoch": "first"}, dumpOf(t, store))
	before, _ := store.Updates()
	require.NoError(t, migrate(t.Context(), store, "second"))
	after, _ := store.Updates()
	assert.Equal(t, before, after, "an up-to-date store is not written to")
	assert.Equal(t, "first", dumpOf(t, store)["meta/epoch"])
}

func TestOlderStoreIsMigratedInOrder(t *testing.T) {
	rows := append(migrations[:1:1],
		migration{2, "count", func(w storage.Writer, _ string) error { return w.Put([]byte("two"), []byte("2")) }},
		migration{3, "copy", func(w storage.Writer, _ string) error {
			v, err := w.Get([]byte("two"))
			if err != nil {
				return err
			}
			return w.Put([]byte("three"), v)
		}},
	)
	store := storagetest.Twice(newStore(t, "meta/schema", "1", "meta/epoch", "old", "cluster/00000001", "kept"))
	require.NoError(t, migrateTo(t.Context(), store, "new", rows))
	assert.Equal(t, map[string]string{"meta/schema": "3", "meta/epoch": "old", "two": "2", "three": "2", "cluster/00000001": "kept"}, dumpOf(t, store))
}

func TestMigrationThatFailsLeavesItsLayout(t *testing.T) {
	broken := errors.New("broken")
	rows := append(migrations[:1:1], migration{2, "break", func(w storage.Writer, _ string) error {
		if err := w.Put([]byte("half"), []byte("done")); err != nil {
			return err
		}
		return broken
	}})
	store := newStore(t, "meta/schema", "1", "meta/epoch", "old")
	err := migrateTo(t.Context(), store, "new", rows)
	require.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "layout 2 (break)")
	assert.Equal(t, map[string]string{"meta/schema": "1", "meta/epoch": "old"}, dumpOf(t, store))
}

func TestStoresThatAreNotOurs(t *testing.T) {
	for name, c := range map[string]struct {
		pairs []string
		want  string
	}{
		"newer":    {[]string{"meta/schema", "7", "meta/epoch", "x"}, "The database has layout 7, and this program knows layouts up to 1"},
		"none":     {[]string{"recipe/soup", "salt"}, "This is not a database of Rollcall: it holds data but does not say which layout"},
		"nonsense": {[]string{"meta/schema", "one"}, `This is not a database of Rollcall: its layout is "one"`},
		"zero":     {[]string{"meta/schema", "0"}, `This is not a database of Rollcall: its layout is "0"`},
	} {
		t.Run(name, func(t *testing.T) {
			store := newStore(t, c.pairs...)
			before := dumpOf(t, store)
			for _, try := range []func() error{
				func() error { return migrate(t.Context(), store, "new") },
				func() error { return store.View(t.Context(), checkSchema) },
			} {
				err := try()
				require.Equal(t, Conflict, ErrorCode(err))
				assert.Equal(t, c.want, AsError(err).Msg)
				assert.NotEmpty(t, AsError(err).Hint)
			}
			assert.Equal(t, before, dumpOf(t, store))
		})
	}
}

func TestReadingNeedsALaidOutStore(t *testing.T) {
	err := newStore(t).View(t.Context(), checkSchema)
	assert.Equal(t, "The database is empty", AsError(err).Msg)
	assert.Equal(t, Conflict, ErrorCode(fits(1, 2)))
}

// Rows are numbered from one without gaps: a layout's number is how many were run.
func TestMigrationsAreNumbered(t *testing.T) {
	for i, m := range migrations {
		assert.Equal(t, i+1, m.n)
		assert.NotEmpty(t, m.name)
	}
}
