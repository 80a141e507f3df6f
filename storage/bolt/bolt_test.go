package bolt_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rollcall/storage"
	"rollcall/storage/bolt"
	"rollcall/storage/storagetest"
)

func TestConformance(t *testing.T) {
	storagetest.Run(t, func(t *testing.T, path string) storage.Store { return open(t, path) })
}

func open(t testing.TB, path string) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(path, bolt.Options{})
	require.NoError(t, err)
	return s
}
