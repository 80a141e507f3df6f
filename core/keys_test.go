package core_test

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"rollcall/storage"
)

// keyFamilies are the beginnings of keys that keys.go tells of.
var keyFamilies = sync.OnceValues(func() (map[string]bool, error) {
	src, err := os.ReadFile("keys.go")
	out := map[string]bool{}
	for _, line := range regexp.MustCompile(`(?m)^//\t.*$`).FindAll(src, -1) {
		for _, m := range regexp.MustCompile(`([a-z]+)/[<a-z]`).FindAllSubmatch(line, -1) {
			out[string(m[1])] = true
		}
	}
	return out, err
})

// requireKnownKeys fails where a store holds a key of a family that nobody who reads keys.go has heard of. It looks at
// the first key of each.
func requireKnownKeys(t testing.TB, store storage.Store) {
	t.Helper()
	known, err := keyFamilies()
	require.NoError(t, err)
	require.Greater(t, len(known), 25)
	require.NoError(t, store.View(context.Background(), func(r storage.Reader) error {
		for from := []byte{}; from != nil; {
			next := []byte(nil)
			for e, err := range r.Scan(storage.Range{From: from}) {
				if err != nil {
					return err
				}
				family, _, _ := bytes.Cut(e.Key, []byte("/"))
				require.Contains(t, known, string(family))
				next = append(bytes.Clone(family), '/'+1)
				break
			}
			from = next
		}
		return nil
	}))
}
