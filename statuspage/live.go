package statuspage

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"rollcall/core"
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

// The most streams at a time: over all, by one person or shared link, from one address. Where everybody may read there
// are only loopback addresses, and only the first counts.
const (
	mostStreams       = 500
	mostStreamsOfOne  = 100
	mostStreamsFromIP = 10
)

// audience counts who is being told.
type audience struct {
	mu    sync.Mutex
	total int
	by    map[asker]int
}

// admit takes a place for a viewer; leave gives it back. ok is false when there is none.
func (a *audience) admit(r *http.Request) (leave func(), ok bool) {
	who := identity(actorOf(r))
	one, from := asker{user: who}, asker{from: networkOf(middleware.GetClientIPAddr(r.Context()))}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.total >= mostStreams || who != "" && (a.by[one] >= mostStreamsOfOne || a.by[from] >= mostStreamsFromIP) {
		return nil, false
	}
	if a.by == nil {
		a.by = map[asker]int{}
	}
	count := func(n int) {
		a.total += n
		for _, k := range []asker{one, from} {
			if a.by[k] += n; a.by[k] == 0 {
				delete(a.by, k)
			}
		}
	}
	count(1)
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		count(-1)
	}, true
}

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

// teller is one viewer's stream: what it is of, and how far it has come.
type teller struct {
	views   Views
	actor   core.Actor
	release int64 // 0: of everything
	whole   bool  // the page is told only that something changed
	since   int64
	limit   time.Duration
	w       http.ResponseWriter
	to      *http.ResponseController
}

// newTeller reads what a stream is asked for. It begins after the event that the viewer knows: the browser names it when
// it connects again by itself, the page in its address.
func (s *Site) newTeller(r *http.Request) (*teller, error) {
	q, err := s.read(r)
	if err != nil {
		return nil, err
	}
	t := &teller{views: s.cfg.Views, actor: q.actor, limit: s.pace.write, since: q.revision}
	from := r.Header.Get("Last-Event-ID")
	if from == "" {
		from = q.filters.Get("since")
	}
	if from != "" {
		if t.since, err = strconv.ParseInt(from, 10, 64); err != nil || t.since < 0 {
			return nil, &core.Error{Code: core.Invalid, Msg: "since= is not the number of a change", Hint: "Reload the page."}
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
		if err != nil || rev == t.since {
			return "", err
		}
		t.since = rev
		return event(rev, "s", changed{}), nil
	}
	n, err := t.views.News(ctx, t.actor, t.release, t.since)
	if err != nil {
		return "", err
	}
	t.since = n.Rev
	switch {
	case !n.Any:
		return "", nil
	case n.Reset:
		return event(n.Rev, "reset", changed{}), nil
	case t.whole:
		return event(n.Rev, "s", changed{}), nil
	}
	var told string
	if len(n.Cells) > 0 {
		told = event(n.Rev, "d", delta(n))
	}
	if len(n.Grids) > 0 {
		told += event(n.Rev, "s", changed{Grids: n.Grids})
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

// changed is what a message holds.
type changed struct {
	Grids     []int64             `json:"cl,omitempty"` // clusters to draw again
	Cells     [][5]any            `json:"c,omitempty"`  // customer, short id, class, word, what the marks say
	All       *bars               `json:"all,omitempty"`
	Clusters  map[string]bars     `json:"in,omitempty"` // by cluster
	Customers map[string][]string `json:"of,omitempty"` // by customer: deploy, verify
}

// bars are how far something is, in the words that the pages have for it.
type bars struct {
	All      bar  `json:"a"`
	Deploy   bar  `json:"deploy"`
	Verify   bar  `json:"verify"`
	Complete bool `json:"done"`
	Reverted bool `json:"back"`
}

type bar struct {
	Share  int32  `json:"n"` // hundredths of a percent
	Text   string `json:"t"` // "51%"
	Counts string `json:"s"` // "12 done, 3 pending"
	Done   string `json:"d"` // "12/15"
}

func barOf(c core.Counts) bar {
	return bar{int32(c.Percent), c.Percent.String(), countsText(c), number(c.Done) + "/" + number(c.Total)}
}

func barsOf(p core.Progress) bars {
	return bars{barOf(p.Counts), barOf(p.Deploy), barOf(p.Verify), p.Complete, p.Reverted > 0}
}

func delta(n *core.News) changed {
	all := barsOf(n.All)
	d := changed{All: &all, Clusters: map[string]bars{}, Customers: map[string][]string{}}
	for _, c := range n.Cells {
		st := stateOf(c.Status)
		class, words := st.Class, ""
		for _, m := range markClasses {
			if c.Marks&m.mark != 0 {
				class, words = class+m.class, words+m.word
			}
		}
		d.Cells = append(d.Cells, [5]any{c.Customer, c.Step, class, st.Word, words})
	}
	for id, p := range n.Clusters {
		d.Clusters[decimal(id)] = barsOf(p)
	}
	for id, p := range n.Customers {
		d.Customers[decimal(id)] = []string{p.Deploy.Percent.String(), p.Verify.Percent.String()}
	}
	return d
}

// event words one message of a stream.
func event(id int64, name string, data changed) string {
	b, err := json.Marshal(data)
	if err != nil { // cannot be: numbers and constant words
		b, name = []byte("{}"), "reset"
	}
	return "id: " + decimal(id) + "\nevent: " + name + "\ndata: " + string(b) + "\n\n"
}

// showRevision is what a page asks for now and then when it has no stream: the newest change that may show in it.
func (s *Site) showRevision(w http.ResponseWriter, r *http.Request) {
	q, err := s.read(r)
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	rev := q.revision
	release, _, err := s.watched(q)
	if err == nil && release != 0 {
		rev, err = s.cfg.Views.ReleaseRevision(q.ctx, q.actor, release)
	}
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	tag := `"` + decimal(rev) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", revisited)
	if hasTag(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	answer{kind: jsonType, body: []byte(`{"rev":` + decimal(rev) + "}\n")}.send(w)
}

// liveness is what a page must know to stay up to date.
type liveness struct {
	Events, Rev string        // where it hears and asks; empty for a release that is over, which changes no more
	Stale       time.Duration // without a sign of life it says so
	Icon        string        // of the tab, by how far things are
}

// Milliseconds is Stale as scripts count.
func (l liveness) Milliseconds() int64 { return l.Stale.Milliseconds() }

// The icons of a tab.
const (
	iconUsual    = "icon.svg"
	iconComplete = "icon-complete.svg"
	iconReverted = "icon-reverted.svg"
)

func (s *Site) liveOf(view any) liveness {
	l := liveness{Events: "/events", Rev: "/rev", Stale: 3 * s.pace.beat, Icon: iconUsual}
	rel, progress := subject(view)
	if progress != nil {
		switch {
		case progress.Reverted > 0:
			l.Icon = iconReverted
		case progress.Complete:
			l.Icon = iconComplete
		}
	}
	if rel == nil {
		return l
	}
	if rel.Status == core.Archived {
		return liveness{Icon: l.Icon}
	}
	base := "/releases/" + decimal(rel.ID)
	l.Events, l.Rev = base+"/events", base+"/rev"
	return l
}

// subject is the release that a page is about, and how far it or the customer is; nil for other pages.
func subject(view any) (*core.ReleaseView, *core.Progress) {
	switch v := view.(type) {
	case matrixView:
		return &v.Release, &v.Progress
	case *core.CustomerSteps:
		return &v.Release, &v.Progress
	case acrossView:
		return &v.Release, nil
	case stepView:
		return &v.Release, nil
	case *core.StepDetail:
		return &v.Release, nil
	}
	return nil, nil
}
