package core

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rollcall/storage"
)

// ask answers a query for somebody who may read, on one consistent state. It
// is the one way to a view: whoever came by a shared link looks through its
// window, and finds it closed when the link has ended.
func ask[V any](ctx context.Context, s *Service, a Actor, query func(storage.Reader) (*V, error)) (*V, error) {
	if err := s.meet(ctx, a); err != nil {
		return nil, AsError(err)
	}
	now := s.cfg.Now()
	var out *V
	err := s.view(ctx, func(r storage.Reader) (err error) {
		if a.link != 0 {
			l, rel, err := readLink(r, a.link, now)
			if err != nil {
				return err
			}
			if r, err = newWindow(r, l, rel); err != nil {
				return err
			}
		} else if err := s.mayRead(r, a); err != nil {
			return err
		}
		out, err = query(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Revision is the newest event's sequence; 0 when nothing has happened yet.
// What it shows is the same as long as it is.
func (s *Service) Revision(ctx context.Context) (int64, error) {
	var seq int64
	err := s.view(ctx, func(r storage.Reader) (err error) {
		seq, err = newestEvent(r)
		return err
	})
	return seq, err
}

// Changed is when the newest event happened; the zero time before the first.
func (s *Service) Changed(ctx context.Context) (at time.Time, err error) {
	err = s.view(ctx, func(r storage.Reader) error {
		rng := storage.Prefix([]byte("event/"))
		rng.Reverse = true
		for entry, err := range r.Scan(rng) {
			if err != nil {
				return err
			}
			e, _, err := skimHead(entry.Value)
			if err != nil {
				return fmt.Errorf("%s is damaged: %w", entry.Key, err)
			}
			at = e.At
			return nil
		}
		return nil
	})
	return at, err
}

// revisionWindow bounds how many events are looked at for a release's revision.
const revisionWindow = 64

// ReleaseRevision rises with every event that may change what a release's
// pages show, and now and then without one: whoever draws a release again only
// when it has risen shows nothing old. It looks at a few events at most.
func (s *Service) ReleaseRevision(ctx context.Context, a Actor, release int64) (int64, error) {
	rev, err := ask(ctx, s, a, func(r storage.Reader) (*int64, error) {
		rel, err := releases.get(r, idKey(release))
		if err != nil {
			return nil, err
		}
		if rel == nil {
			return nil, refuse(NotFound, "There is no release %d", release)
		}
		if w, ok := r.(*window); ok {
			r = w.base // the number of an event says nothing about it
		}
		seq, err := releaseRevision(r, release)
		return &seq, err
	})
	if err != nil {
		return 0, err
	}
	return *rev, nil
}

// releaseRevision looks back for the newest event about the release or about
// no release in particular. Beyond the window it answers with a floor that
// moves a window at a time, so that the answer never falls.
func releaseRevision(r storage.Reader, release int64) (int64, error) {
	var floor int64 = -1
	rng := storage.Prefix([]byte("event/"))
	rng.Reverse = true
	for e, err := range r.Scan(rng) {
		if err != nil {
			return 0, err
		}
		seq := decimal(string(e.Key[len("event/"):]))
		if floor < 0 {
			floor = max(0, (seq/revisionWindow-1)*revisionWindow)
		}
		if seq <= floor {
			break
		}
		if of := headID(e.Value, "release_id"); of == 0 || of == release {
			return seq, nil
		}
	}
	return max(0, floor), nil
}

// page gives the part of a list that a limit allows; 0 is all.
func page[T any](list []T, limit int) []T {
	if limit > 0 && len(list) > limit {
		return slices.Clip(list[:limit])
	}
	return list
}
