package core

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rollcall/storage"
)

// outlived says, by the prefix under which something is kept, when it has
// outlived its use. What only its owner ever asks for goes when it cannot be
// read; what others wait for does not go unseen.
var outlived = []struct {
	prefix string
	over   func(r storage.Reader, value []byte, now time.Time) (bool, error)
}{
	{"key/", func(_ storage.Reader, value []byte, now time.Time) (bool, error) { // receipts
		var st storedReceipt
		return json.Unmarshal(value, &st) != nil || now.Sub(time.Unix(st.At, 0)) > keyMaxAge, nil
	}},
	{"bulk/", pastUntil}, // plans
	{"draft/", pastUntil},
	{"signin/", ended},
	{"session/", ended},
	{"outbox/", func(_ storage.Reader, value []byte, now time.Time) (bool, error) { // notices that were given up
		var n Notice
		err := json.Unmarshal(value, &n)
		return n.Parked != "" && now.Sub(n.At) > parkedMaxAge, err
	}},
	{"posted/", func(r storage.Reader, value []byte, _ time.Time) (bool, error) { // about releases that have ended
		var about Thread
		if err := json.Unmarshal(value, &about); err != nil {
			return false, err
		}
		rel, err := releases.get(r, idKey(about.Release))
		return rel == nil || rel.Status == Archived, err
	}},
}

func pastUntil(_ storage.Reader, value []byte, now time.Time) (bool, error) {
	var p struct {
		Until int64 `json:"until"`
	}
	return json.Unmarshal(value, &p) != nil || now.Unix() > p.Until, nil
}

func ended(_ storage.Reader, value []byte, now time.Time) (bool, error) {
	var p pass
	return json.Unmarshal(value, &p) != nil || !now.Before(p.Until), nil
}

// Tidy drops what has outlived its use.
func (s *Service) Tidy(ctx context.Context) error {
	now := s.cfg.Now()
	var stale [][]byte
	err := s.view(ctx, func(r storage.Reader) error {
		stale = nil
		for _, kind := range outlived {
			for e, err := range r.Scan(storage.Prefix([]byte(kind.prefix))) {
				if err != nil {
					return err
				}
				over, err := kind.over(r, e.Value, now)
				if err != nil {
					return fmt.Errorf("%s: %w", e.Key, err)
				}
				if over {
					stale = append(stale, bytes.Clone(e.Key))
				}
			}
		}
		return nil
	})
	for err == nil && len(stale) > 0 {
		n := min(len(stale), 1000)
		part := stale[:n]
		stale = stale[n:]
		err = s.store.Update(ctx, func(w storage.Writer) error {
			for _, k := range part {
				if err := w.Delete(k); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return err
}
