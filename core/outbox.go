package core

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rollcall/storage"
)

// Notice is something Slack is to be told, left in the outbox by the
// operation that caused it.
type Notice struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind"` // "release.activated"
	Channel string    `json:"channel"`
	Release int64     `json:"release_id,omitempty"`
	Seq     int64     `json:"seq"` // the event
	Actor   string    `json:"actor"`
	At      time.Time `json:"at"`
	Text    string    `json:"text"` // one plain sentence
	Tries   int       `json:"tries,omitempty"`
	Parked  string    `json:"parked,omitempty"` // why it was given up
}

// Notices is what waits to be delivered, oldest first; parked ones are left out.
func (s *Service) Notices(ctx context.Context, limit int) ([]Notice, error) {
	var out []Notice
	err := s.view(ctx, func(r storage.Reader) error {
		for e, err := range r.Scan(storage.Prefix([]byte("outbox/"))) {
			if err != nil {
				return err
			}
			var n Notice
			if err := json.Unmarshal(e.Value, &n); err != nil {
				return fmt.Errorf("notice %s is damaged: %w", e.Key, err)
			}
			if n.Parked == "" {
				out = append(out, n)
			}
			if len(out) == limit {
				break
			}
		}
		return nil
	})
	return out, err
}

// Delivered takes a notice out of the outbox.
func (s *Service) Delivered(ctx context.Context, id string) error {
	return s.store.Update(ctx, func(w storage.Writer) error { return w.Delete([]byte("outbox/" + id)) })
}

// Failed counts a try that did not succeed; with a reason the notice is
// parked: kept, and not offered again.
func (s *Service) Failed(ctx context.Context, n Notice, park string) error {
	n.Tries++
	n.Parked = park
	b, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return s.store.Update(ctx, func(w storage.Writer) error { return w.Put([]byte("outbox/"+n.ID), b) })
}

// Tidy drops what has outlived its use: receipts older than a day, and
// sign-in links and sessions that have ended.
func (s *Service) Tidy(ctx context.Context) error {
	now := s.cfg.Now()
	var stale [][]byte
	err := s.view(ctx, func(r storage.Reader) error {
		stale = nil
		for e, err := range r.Scan(storage.Prefix([]byte("key/"))) {
			if err != nil {
				return err
			}
			var st storedReceipt
			if json.Unmarshal(e.Value, &st) != nil || now.Sub(time.Unix(st.At, 0)) > keyMaxAge {
				stale = append(stale, append([]byte(nil), e.Key...))
			}
		}
		for e, err := range r.Scan(storage.Prefix([]byte("bulk/"))) {
			if err != nil {
				return err
			}
			var p storedPlan
			if json.Unmarshal(e.Value, &p) != nil || now.Unix() > p.Until {
				stale = append(stale, append([]byte(nil), e.Key...))
			}
		}
		for _, prefix := range []string{"signin/", "session/"} {
			for e, err := range r.Scan(storage.Prefix([]byte(prefix))) {
				if err != nil {
					return err
				}
				var p pass
				if json.Unmarshal(e.Value, &p) != nil || !now.Before(p.Until) {
					stale = append(stale, append([]byte(nil), e.Key...))
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
