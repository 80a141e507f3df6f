package statuspage

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// Live pages. A page that is open asks for a stream of server-sent events and hears, after each commit, which cells
// stand otherwise and how far everything is: ids, states and numbers, never a name or a text. What is more than that
// is told as "draw this again". Nobody who commits waits for a viewer, and no transaction is open while something is
// written to one: each viewer is woken by a signal, reads what is new since its own revision, and writes. One that is
// slow finds more at once the next time.

// pace is how streams behave in time.
type pace struct {
	beat   time.Duration // a sign of life as often as this, and everybody's right to look is checked anew
	gap    time.Duration // between two messages at least
	write  time.Duration // for a viewer to take a message
	life   time.Duration // of a stream, give or take spread: then the browser connects again
	spread time.Duration
	again  time.Duration // before a browser connects again, give or take as much
}

var usualPace = pace{beat: 15 * time.Second, gap: 250 * time.Millisecond, write: 10 * time.Second, life: 15 * time.Minute, spread: time.Minute, again: 2 * time.Second}

// stream tells a viewer what changes, as long as they look and may.
func (s *Site) stream(w http.ResponseWriter, r *http.Request) {
	t, err := s.newTeller(r)
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	leave, ok := s.audience.admit(r)
	if !ok {
		w.Header().Set("Retry-After", "30")
		s.fail(w, r, http.StatusServiceUnavailable, "Too many pages are watching.", "This page asks now and then instead.")
		return
	}
	defer leave()
	// Watch first, look second: what is committed in between is heard twice rather than never.
	wake, stop := s.cfg.Views.Watch(t.release)
	defer stop()
	first, err := t.next(r.Context())
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no")
	t.to = http.NewResponseController(w)
	t.w = w
	_ = t.to.SetReadDeadline(time.Time{}) // the one for reading the request would end the stream
	again := s.jitter(s.pace.again)
	if t.write("retry: "+strconv.FormatInt(again.Milliseconds(), 10)+"\n\n"+first) != nil || t.beat() != nil {
		return
	}
	s.follow(t, r, wake)
}

// follow is the stream once it is open.
func (s *Site) follow(t *teller, r *http.Request, wake <-chan struct{}) {
	beat := time.NewTicker(s.pace.beat)
	defer beat.Stop()
	end := time.NewTimer(s.pace.life - s.pace.spread + s.jitter(s.pace.spread))
	defer end.Stop()
	for {
		alive := false
		select {
		case <-wake:
		case <-beat.C:
			alive = true
		case <-end.C:
			return
		case <-s.closing:
			return
		case <-r.Context().Done():
			return
		}
		// Whoever was signed out, sent away or had their link ended sees nothing more.
		actor, err := s.visitor(r)
		var told string
		if err == nil {
			t.actor = actor
			told, err = t.next(r.Context())
		}
		if err != nil {
			_ = t.write("event: end\ndata: {}\n\n")
			return
		}
		if told != "" && t.write(told) != nil || alive && t.beat() != nil {
			return
		}
		if !alive && told != "" && !pause(r.Context(), s.pace.gap) {
			return
		}
	}
}

// jitter is a duration between nothing and twice d.
func (s *Site) jitter(d time.Duration) time.Duration {
	share := .5
	if s.cfg.Jitter != nil {
		share = s.cfg.Jitter()
	}
	return time.Duration(2 * share * float64(d))
}

// pause waits; false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// closeStreams ends every stream; a server that shuts down would wait for them.
func (s *Site) closeStreams() { s.close.Do(func() { close(s.closing) }) }
