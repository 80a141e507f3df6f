package core

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"rollcall/storage"
)

// What is kept beside the tables, without history, is JSON under a prefix of
// its own: people, notices, boards and their marks, receipts, drafts, links.

// entry is one such value, with what stands behind the prefix in its key.
type entry[T any] struct {
	key   string
	value T
}

// entries reads everything under a prefix.
func entries[T any](r storage.Reader, prefix string) iter.Seq2[entry[T], error] {
	return func(yield func(entry[T], error) bool) {
		for e, err := range r.Scan(storage.Prefix([]byte(prefix))) {
			if err != nil {
				yield(entry[T]{}, err)
				return
			}
			out := entry[T]{key: strings.TrimPrefix(string(e.Key), prefix)}
			if err := json.Unmarshal(e.Value, &out.value); err != nil {
				yield(out, fmt.Errorf("%s is damaged: %w", e.Key, err))
				return
			}
			if !yield(out, nil) {
				return
			}
		}
	}
}

func putJSON(w storage.Writer, path string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return w.Put([]byte(path), b)
}
