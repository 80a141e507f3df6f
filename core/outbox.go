package core

import (
	"context"
	"encoding/json"
	"time"

	"rollcall/storage"
)

// Notice is something Slack is to be told, left in the outbox by the
// operation that caused it.
type Notice struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind"`    // one of those below, or what an alert is about
	Channel string    `json:"channel"` // where to; for a notice to one person their id
	Release int64     `json:"release_id,omitempty"`
	Seq     int64     `json:"seq"` // the event
	Actor   string    `json:"actor"`
	ByName  string    `json:"by_name,omitempty"`
	At      time.Time `json:"at"`
	Text    string    `json:"text"`             // one plain sentence
	Reason  string    `json:"reason,omitempty"` // as somebody typed it
	Needs   string    `json:"needs,omitempty"`  // who is asked for help
	About   string    `json:"about,omitempty"`  // of Unheard: the channel that could not be reached
	Why     string    `json:"why,omitempty"`    // of Unheard: what stood in the way
	// Of a step, where it is about one.
	Customer int64  `json:"customer_id,omitempty"`
	Step     string `json:"step_short_id,omitempty"`
	Tries    int    `json:"tries,omitempty"`
	Parked   string `json:"parked,omitempty"` // why it was given up
}

// The kinds of notices: milestones of a release, a call for help, word to a
// release's owner that its channel cannot be reached, and word to a reminder's
// that it cannot speak.
const (
	Activated       = "release.activated"
	StepBlocked     = "step.blocked"
	ClusterComplete = "cluster.complete"
	ReleaseComplete = "release.complete"
	ReleaseArchived = "release.archived"
	Unheard         = "release.unheard"
	ReminderParked  = "reminder.parked"
)

// Notices is what waits to be delivered next: the oldest notice of each
// channel, oldest first. Parked ones are left out.
func (s *Service) Notices(ctx context.Context) ([]Notice, error) {
	var out []Notice
	err := s.view(ctx, func(r storage.Reader) error {
		out = nil
		seen := map[string]bool{}
		for e, err := range entries[Notice](r, "outbox/") {
			if err != nil {
				return err
			}
			if n := e.value; n.Parked == "" && !seen[n.Channel] {
				seen[n.Channel] = true
				out = append(out, n)
			}
		}
		return nil
	})
	return out, err
}

// Delivered takes a notice out of the outbox. ts is the message that it became:
// what is said below that is about the same thing.
func (s *Service) Delivered(ctx context.Context, n Notice, ts string) error {
	return s.store.Update(ctx, func(w storage.Writer) error {
		if ts != "" && n.Release > 0 && n.Kind != Unheard {
			about := Thread{Release: n.Release, Customer: n.Customer, Step: n.Step}
			if err := putJSON(w, postedPath(n.Channel, ts), about); err != nil {
				return err
			}
		}
		return w.Delete([]byte("outbox/" + n.ID))
	})
}

// Failed counts a try that did not succeed; with a reason the notice is
// parked: kept, and not offered again, and the release's owner is told once.
func (s *Service) Failed(ctx context.Context, n Notice, park string) error {
	n.Tries++
	n.Parked = park
	now := s.cfg.Now()
	return s.store.Update(ctx, func(w storage.Writer) error {
		if park != "" && n.Release > 0 && n.Kind != Unheard {
			if err := tellOwner(w, n.Release, n.Channel, park, n.Actor, now); err != nil {
				return err
			}
		}
		return putJSON(w, "outbox/"+n.ID, n)
	})
}

// Thread is what a conversation below one of our messages is about. The zero
// Thread is about nothing we know.
type Thread struct {
	Release  int64  `json:"release_id"`
	Customer int64  `json:"customer_id,omitempty"`
	Step     string `json:"step_short_id,omitempty"`
}

func postedPath(channel, ts string) string { return "posted/" + channel + "/" + ts }

// ThreadOf says what the thread below a message is about: the release whose
// board it is, or what a milestone told.
func (s *Service) ThreadOf(ctx context.Context, channel, ts string) (Thread, error) {
	var out Thread
	err := s.view(ctx, func(r storage.Reader) error {
		out = Thread{}
		b, err := r.Get([]byte(postedPath(channel, ts)))
		if err == nil {
			return json.Unmarshal(b, &out)
		}
		if !isNotFound(err) {
			return err
		}
		for e, err := range entries[BoardPlace](r, "board/") {
			if err != nil {
				return err
			}
			if e.value.Channel == channel && e.value.TS == ts {
				out.Release = decimal(e.key)
			}
		}
		return nil
	})
	return out, err
}

// Backlog is what Slack is still to be told, for whoever watches the program.
type Backlog struct {
	Notices int       // waiting
	Parked  int       // given up, and kept
	Oldest  time.Time // of those waiting; zero when none does
	Boards  int       // that no longer say what is
}

// Backlog counts it.
func (s *Service) Backlog(ctx context.Context) (Backlog, error) {
	var out Backlog
	err := s.view(ctx, func(r storage.Reader) error {
		out = Backlog{}
		for e, err := range entries[Notice](r, "outbox/") {
			if err != nil {
				return err
			}
			if e.value.Parked != "" {
				out.Parked++
				continue
			}
			if out.Notices++; out.Notices == 1 {
				out.Oldest = e.value.At
			}
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	boards, err := s.StaleBoards(ctx)
	out.Boards = len(boards)
	return out, err
}
