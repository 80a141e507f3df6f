package storagetest_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/storage"
	"rollcall/storage/bolt"
	"rollcall/storage/storagetest"
)

func open(t *testing.T, path string) storage.Store {
	s, err := bolt.Open(path, bolt.Options{})
	require.NoError(t, err)
	return s
}

// Both wrappers are stores like any other.
func TestWrappersConform(t *testing.T) {
	t.Run("Twice", func(t *testing.T) {
		storagetest.Run(t, func(t *testing.T, path string) storage.Store { return storagetest.Twice(open(t, path)) })
	})
	t.Run("Counting", func(t *testing.T) {
		storagetest.Run(t, func(t *testing.T, path string) storage.Store { return storagetest.Counting(open(t, path)) })
	})
}

func TestTwiceShowsStateOutside(t *testing.T) {
	s := storagetest.Twice(open(t, t.TempDir()+"/store"))
	defer s.Close()
	var appended, found []bool
	var anew []int
	require.NoError(t, s.Update(t.Context(), func(w storage.Writer) error {
		_, err := w.Get([]byte("k"))
		found = append(found, err == nil)
		appended = append(appended, true)
		anew = []int{1}
		return w.Put([]byte("k"), nil)
	}))
	assert.Len(t, appended, 2)
	assert.Len(t, anew, 1)
	assert.Equal(t, []bool{false, false}, found, "the first run was rolled back")

	refused := errors.New("refused")
	runs := 0
	assert.ErrorIs(t, s.Update(t.Context(), func(storage.Writer) error { runs++; return refused }), refused)
	assert.Equal(t, 2, runs)
}

func TestCounting(t *testing.T) {
	s := storagetest.Counting(open(t, t.TempDir()+"/store"))
	defer s.Close()
	require.NoError(t, s.Update(t.Context(), func(w storage.Writer) error {
		require.NoError(t, w.Put([]byte("a"), []byte("123")))
		require.NoError(t, w.Put([]byte("b"), nil))
		require.NoError(t, w.Delete([]byte("b")))
		_, err := w.Get([]byte("a"))
		return err
	}))
	want := storagetest.Counts{Gets: 1, Puts: 2, Deletes: 1, Bytes: 5}
	assert.Equal(t, want, s.LastUpdate())

	require.Error(t, s.Update(t.Context(), func(w storage.Writer) error {
		require.NoError(t, w.Put([]byte("c"), nil))
		return errors.New("refused")
	}))
	assert.Equal(t, want, s.LastUpdate(), "what was not committed does not count")
	n, total := s.Updates()
	assert.Equal(t, 1, n)
	assert.Equal(t, want, total)

	require.NoError(t, s.View(t.Context(), func(r storage.Reader) error {
		for range r.Scan(storage.Range{}) {
		}
		return nil
	}))
	assert.Equal(t, storagetest.Counts{Scans: 1, Entries: 1}, s.LastView())
}
