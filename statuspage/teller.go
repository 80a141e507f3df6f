package statuspage

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"rollcall/core"
)

// teller is one viewer's stream: what it is of, and how far it has come.
type teller struct {
	views   Views
	actor   core.Actor
	release int64 // 0: of everything
	whole   bool  // the page is told only that something changed
	at      position
	limit   time.Duration
	w       http.ResponseWriter
	to      *http.ResponseController
}

// nothing is the revision of those who know nothing of this store, which tells them to begin anew.
const nothing = -1

// newTeller reads what a stream is asked for. It begins after the event that the viewer knows: the browser names it when
// it connects again by itself, the page in its address.
func (s *Site) newTeller(r *http.Request) (*teller, error) {
	q, err := s.read(r)
	if err != nil {
		return nil, err
	}
	t := &teller{views: s.cfg.Views, actor: q.actor, limit: s.pace.write, at: q.position}
	from := r.Header.Get("Last-Event-ID")
	if from == "" {
		from = q.filters.Get("since")
	}
	if from != "" {
		known, err := s.position(from)
		if err != nil {
			return nil, err
		}
		if t.at.Rev = known.Rev; known.Epoch != t.at.Epoch {
			t.at.Rev = nothing
		}
	}
	t.release, t.whole, err = s.watched(q)
	return t, err
}

// watched is the release that a path is about. Who came by a shared link hears of its release alone.
func (s *Site) watched(q *request) (release int64, whole bool, err error) {
	if id := chi.URLParam(q.Request, "id"); id != "" {
		release, err = strconv.ParseInt(id, 10, 64)
		return release, false, err
	}
	shared, err := s.cfg.Views.Shared(q.ctx, q.actor)
	if err != nil || shared == nil {
		return 0, true, err
	}
	return shared.Release, true, nil
}

// next is what the viewer has not been told yet, ready to be written; empty when there is nothing.
func (t *teller) next(ctx context.Context) (string, error) {
	if t.release == 0 {
		rev, err := t.views.Revision(ctx)
		if err != nil || rev == t.at.Rev {
			return "", err
		}
		t.at.Rev = rev
		return event(t.at, "s", changed{}), nil
	}
	n, err := t.views.News(ctx, t.actor, t.release, t.at.Rev)
	if err != nil {
		return "", err
	}
	t.at.Rev = n.Rev
	switch {
	case !n.Any:
		return "", nil
	case n.Reset:
		return event(t.at, "reset", changed{}), nil
	case t.whole:
		return event(t.at, "s", changed{}), nil
	}
	var told string
	if len(n.Cells) > 0 {
		told = event(t.at, "d", delta(n))
	}
	if len(n.Grids) > 0 {
		told += event(t.at, "s", changed{Grids: n.Grids})
	}
	return told, nil
}

// beat is the sign of life that a page can hear; comments it cannot.
func (t *teller) beat() error { return t.write("event: hb\ndata: 1\n\n") }

// write sends text, within the time that a viewer has to take it.
func (t *teller) write(text string) error {
	// The server's own deadline, which is for pages, is lifted; one long past ends a write that takes too long.
	if err := t.to.SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	late := time.AfterFunc(t.limit, func() { _ = t.to.SetWriteDeadline(time.Unix(1, 0)) })
	defer late.Stop()
	if _, err := t.w.Write([]byte(text)); err != nil {
		return err
	}
	return t.to.Flush()
}
