package core

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"rollcall/storage"
)

// StaleBoard is a release whose board no longer says what is.
type StaleBoard struct {
	Release int64 `json:"-"`
	Seq     int64 `json:"seq"`
	Again   bool  `json:"again,omitempty"` // somebody asked for it: look whether it is still there
	Anew    bool  `json:"anew,omitempty"`  // somebody wants it posted afresh
	Asks    int   `json:"asks,omitempty"`  // how often somebody has asked since it was drawn
}

func stalePath(release int64) string { return "stale/" + idKey(release) }

// readStale is the mark of a board; the zero mark when it has none.
func readStale(r storage.Reader, release int64) (StaleBoard, error) {
	m := StaleBoard{Release: release}
	b, err := r.Get([]byte(stalePath(release)))
	if isNotFound(err) {
		return m, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		return m, fmt.Errorf("%s: %w", stalePath(release), err)
	}
	return m, nil
}

// markBoards marks the boards that the operation made stale: those of the
// releases it changed, and of all active ones when it changed a name that they
// all show.
func (t *tx) markBoards() error {
	changed := map[int64]bool{}
	everywhere := false
	for _, s := range t.event.Subjects {
		table, key, _ := strings.Cut(s.Record, "/")
		switch table {
		case "step", "template", "release", "enrolled":
			changed[decimal(key[:8])] = true
		case "customer", "cluster":
			everywhere = everywhere || !s.Created
		}
	}
	if everywhere {
		for rel, err := range activeReleases(t) {
			if err != nil {
				return err
			}
			changed[rel.ID] = true
		}
	}
	for id := range changed {
		rel, err := releases.get(t, idKey(id))
		if err != nil {
			return err
		}
		if rel == nil || rel.Status == Draft {
			continue
		}
		mark, err := readStale(t, id)
		if err != nil {
			return err
		}
		mark.Seq = t.event.Seq
		if err := t.putJSON(stalePath(id), mark); err != nil {
			return err
		}
		t.redraw = true
	}
	return nil
}

// StaleBoards lists what is to be drawn anew, by release.
func (s *Service) StaleBoards(ctx context.Context) ([]StaleBoard, error) {
	var out []StaleBoard
	err := s.view(ctx, func(r storage.Reader) error {
		out = nil
		for e, err := range entries[StaleBoard](r, "stale/") {
			if err != nil {
				return err
			}
			e.value.Release = decimal(e.key)
			out = append(out, e.value)
		}
		return nil
	})
	return out, err
}

// KeepBoard remembers where a board is after something was done about it, and
// takes its mark away unless something has changed since done.Seq. What
// somebody asked for up to done.Asks has been done by then; what was asked
// later is still to do. The change may be made twice.
func (s *Service) KeepBoard(ctx context.Context, done StaleBoard, change func(*BoardPlace)) error {
	return s.store.Update(ctx, func(w storage.Writer) error {
		p, err := readBoard(w, done.Release)
		if err != nil {
			return err
		}
		change(&p)
		p.Seq = max(p.Seq, done.Seq)
		if err := putJSON(w, boardPath(done.Release), p); err != nil {
			return err
		}
		return dropMark(w, done)
	})
}

func dropMark(w storage.Writer, done StaleBoard) error {
	m, err := readStale(w, done.Release)
	switch {
	case err != nil || m.Seq == 0:
		return err
	case m.Asks > done.Asks:
		return nil
	case m.Seq <= done.Seq:
		return w.Delete([]byte(stalePath(done.Release)))
	case !m.Again && !m.Anew:
		return nil
	}
	m.Again, m.Anew = false, false
	return putJSON(w, stalePath(done.Release), m)
}

// FailBoard gives a board up until something is changed, and leaves word for
// the release's owner, once for each channel.
func (s *Service) FailBoard(ctx context.Context, done StaleBoard, channel, why string) error {
	now := s.cfg.Now()
	defer s.stir()
	return s.store.Update(ctx, func(w storage.Writer) error {
		if err := tellOwner(w, done.Release, channel, why, "", now); err != nil {
			return err
		}
		p, err := readBoard(w, done.Release)
		if err != nil {
			return err
		}
		p.Failed = why
		if err := putJSON(w, boardPath(done.Release), p); err != nil {
			return err
		}
		return dropMark(w, done)
	})
}

// tellOwner leaves word that nothing of a release can be posted in a channel.
func tellOwner(w storage.Writer, release int64, channel, why, otherwise string, now time.Time) error {
	p, err := readBoard(w, release)
	if err != nil || p.Told == channel {
		return err
	}
	rel, err := releases.get(w, idKey(release))
	if err != nil || rel == nil {
		return err
	}
	newest, err := newestEvent(w)
	if err != nil {
		return err
	}
	owner := cmp.Or(p.Owner, otherwise)
	p.Told = channel
	if err := putJSON(w, boardPath(release), p); err != nil || owner == "" {
		return err
	}
	n := Notice{ID: seqKey(newest) + "/unheard-" + idKey(release), Kind: Unheard, Channel: owner, About: channel, Why: why,
		Release: release, Seq: newest, At: now.UTC(), Text: "Nothing of release " + rel.Label() + " can be posted in its channel"}
	return putJSON(w, "outbox/"+n.ID, n)
}

// AskBoard says where a release's board is, and has it looked after: drawn
// anew, and posted again should it be gone. anew posts it afresh in any case.
func (s *Service) AskBoard(ctx context.Context, a Actor, ref string, anew bool) (*BoardView, error) {
	if err := s.meet(ctx, a); err != nil {
		return nil, AsError(err)
	}
	out := new(BoardView)
	var refusal error
	err := s.store.Update(ctx, func(w storage.Writer) error {
		*out, refusal = BoardView{}, nil
		if refusal = s.mayRead(w, a); refusal != nil {
			return nil
		}
		rel, err := findRelease(w, ref, anyState)
		if err == nil {
			err = rel.begun()
		}
		if err != nil {
			refusal = err
			return nil
		}
		if out.Release, err = releaseView(w, rel); err != nil {
			return err
		}
		p, err := readBoard(w, rel.ID)
		if err != nil {
			return err
		}
		out.Place = p
		if rel.Channel == "" || rel.Status != Active {
			return nil
		}
		newest, err := newestEvent(w)
		if err != nil {
			return err
		}
		p.Failed, p.Told, p.Pinned = "", "", false // the bot may have been invited since
		if err := putJSON(w, boardPath(rel.ID), p); err != nil {
			return err
		}
		mark, err := readStale(w, rel.ID)
		if err != nil {
			return err
		}
		mark.Seq, mark.Again, mark.Anew, mark.Asks = newest, true, mark.Anew || anew, mark.Asks+1
		return putJSON(w, stalePath(rel.ID), mark)
	})
	if refusal != nil {
		err = refusal
	}
	if err != nil {
		return nil, fault(err)
	}
	s.stir()
	return out, nil
}

// RedrawBoards marks the boards of all active releases, after a start: what
// draws them may have changed.
func (s *Service) RedrawBoards(ctx context.Context) error {
	return s.store.Update(ctx, func(w storage.Writer) error {
		newest, err := newestEvent(w)
		if err != nil {
			return err
		}
		for rel, err := range activeReleases(w) {
			if err != nil {
				return err
			}
			mark, err := readStale(w, rel.ID)
			if err != nil {
				return err
			}
			if mark.Seq > 0 {
				continue
			}
			p, err := readBoard(w, rel.ID)
			if err != nil {
				return err
			}
			if err := putJSON(w, stalePath(rel.ID), StaleBoard{Seq: cmp.Or(p.Seq, newest)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// stir wakes whoever delivers.
func (s *Service) stir() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
