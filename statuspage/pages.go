package statuspage

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"rollcall/core"
)

const (
	htmlType = "text/html; charset=utf-8"
	jsonType = "application/json; charset=utf-8"
)

// page is one path and its JSON twin: what it asks core, and how the answer is laid out.
type page struct {
	path   string
	layout string // the template's name
	nav    string // the entry of the navigation that it stands under
	ask    func(*Site, *request) (any, error)
	dress  func(*request, any) (frame, error)

	// secret pages hold contents of steps, which nobody but the reader may keep.
	secret bool
}

// frame is what a template is given.
type frame struct {
	Title string
	Note  string   // beside the title in the browser's tab: "51%"
	Notes []string // what was odd about the request
	Body  any

	Nav      string
	Build    string
	Position position
	Changed  time.Time // when what is shown last changed; for people of the workspace
	About    bool      // false on pages without data, which have no navigation either
	surroundings
}

// pageOf ties a query's view to the function that dresses it, whose type must be the same.
func pageOf[V any](path, layout, nav string, ask func(*Site, *request) (V, error), dress func(*request, V) frame) page {
	return secretPageOf(path, layout, nav, ask, func(q *request, v V) (frame, error) { return dress(q, v), nil }).public()
}

// secretPageOf is pageOf for pages with contents of steps.
func secretPageOf[V any](path, layout, nav string, ask func(*Site, *request) (V, error), dress func(*request, V) (frame, error)) page {
	return page{path, layout, nav,
		func(s *Site, q *request) (any, error) { return ask(s, q) },
		func(q *request, v any) (frame, error) { return dress(q, v.(V)) },
		true,
	}
}

func (p page) public() page {
	p.secret = false
	return p
}

var pages = []page{
	pageOf("/", "dashboard", "dashboard",
		askDashboard, dressDashboard),
	pageOf("/clusters", "clusters", "clusters",
		func(s *Site, q *request) (*core.ClusterList, error) {
			return s.cfg.Views.Clusters(q.ctx, q.actor, q.yes("archived"))
		},
		func(q *request, v *core.ClusterList) frame {
			return frame{Title: "Clusters", Body: clustersBody{v, q.yes("archived")}}
		}),
	pageOf("/clusters/{id}", "cluster", "clusters",
		func(s *Site, q *request) (*core.ClusterDetail, error) {
			return s.cfg.Views.Cluster(q.ctx, q.actor, q.ref("id"))
		},
		func(_ *request, v *core.ClusterDetail) frame { return frame{Title: v.Cluster.Name, Body: v} }),
	pageOf("/customers", "customers", "customers", askCustomers, dressCustomers),
	pageOf("/customers/{id}", "customer", "customers",
		func(s *Site, q *request) (*core.CustomerDetail, error) {
			return s.cfg.Views.Customer(q.ctx, q.actor, q.ref("id"))
		},
		func(_ *request, v *core.CustomerDetail) frame { return frame{Title: v.Customer.Name, Body: v} }),
	pageOf("/releases", "releases", "releases", askReleases, dressReleases),
	pageOf("/releases/{id}", "matrix", "releases", askMatrix, dressMatrix),
	pageOf("/releases/{id}/customers/{customer}", "steps", "releases",
		func(s *Site, q *request) (*core.CustomerSteps, error) {
			return s.cfg.Views.CustomerSteps(q.ctx, q.actor, q.ref("id"), q.ref("customer"))
		},
		func(_ *request, v *core.CustomerSteps) frame {
			return frame{Title: v.Customer.Name + " in " + v.Release.Label(), Note: share(v.Progress.Percent), Body: v}
		}),
	secretPageOf("/releases/{id}/steps/{step}", "across", "releases", askAcross, dressAcross),
	secretPageOf(stepPath, "step", "releases", askStep, dressStep),
	secretPageOf(stepPath+"/original", "original", "releases", askOriginal, dressOriginal),
	pageOf("/activity", "activity", "activity", askActivity, dressActivity),
}

// show answers with a page.
func (s *Site) show(p page) http.HandlerFunc {
	return tidied(p.way(s)(htmlType, func(q *request) ([]byte, error) {
		v, err := p.ask(s, q)
		if err != nil {
			return nil, err
		}
		f, err := p.dress(q, v)
		if err != nil {
			return nil, err
		}
		f.Nav, f.Notes, f.Position = p.nav, q.notes(), q.position
		if err := s.surround(&f, q, v); err != nil {
			return nil, err
		}
		start := s.cfg.Now()
		page, err := s.layouts.render(p.layout, "frame", f)
		s.cfg.Meter.Rendered(p.layout, s.cfg.Now().Sub(start))
		return page, err
	}))
}

// tidied sends an address with empty filters, as forms make them, on to the same without: each page has one address.
func tidied(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		filters := r.URL.Query()
		before := len(filters)
		for key, values := range filters {
			if !slices.ContainsFunc(values, func(v string) bool { return v != "" }) {
				delete(filters, key)
			}
		}
		if len(filters) == before {
			next(w, r)
			return
		}
		http.Redirect(w, r, address(r.URL.Path, filters), http.StatusSeeOther)
	}
}

// showJSON answers with a page's view.
func (s *Site) showJSON(p page) http.HandlerFunc {
	return p.way(s)(jsonType, func(q *request) ([]byte, error) {
		v, err := p.ask(s, q)
		if err != nil {
			return nil, err
		}
		b, err := json.Marshal(v)
		if notes := q.notes(); err == nil && len(notes) > 0 { // else a program takes everything for what it asked for
			var note []byte
			note, err = json.Marshal(map[string][]string{"ignored": notes})
			b = append(append(note[:len(note)-1], ','), b[1:]...)
		}
		if err != nil {
			return nil, fmt.Errorf("writing JSON: %w", err)
		}
		return append(b, '\n'), nil
	})
}

// way is how a page is answered: kept and compared by revision, or made anew each time.
func (p page) way(s *Site) func(kind string, build func(*request) ([]byte, error)) http.HandlerFunc {
	if p.secret {
		return s.answerOnce
	}
	return s.answer
}

// answerOnce makes an answer that nobody keeps, neither here nor in the browser.
func (s *Site) answerOnce(kind string, build func(*request) ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q, err := s.read(r)
		if err != nil {
			s.failWith(w, r, err)
			return
		}
		plain, err := build(q)
		var a answer
		if err == nil {
			a, err = newAnswer(kind, plain, encodingFor(r))
		}
		if err != nil {
			s.failWith(w, r, err)
			return
		}
		a.send(w)
	}
}

// answer reads the request, sends 304 or a kept answer without asking core when there is nothing newer, and turns
// errors into pages.
func (s *Site) answer(kind string, build func(*request) ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q, err := s.read(r)
		if err != nil {
			s.failWith(w, r, err)
			return
		}
		tag, encoding := s.etag(q), encodingFor(r)
		key := strings.Join([]string{r.URL.Path, q.filters.Encode(), tag, encoding}, "\x00")
		w.Header().Set("ETag", tag)
		w.Header().Set("Cache-Control", revisited)
		if hasTag(r.Header.Get("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		a, ready := s.kept.get(key)
		if !ready {
			plain, err := build(q)
			if err == nil {
				a, err = newAnswer(kind, plain, encoding)
			}
			if err != nil {
				s.failWith(w, r, err)
				return
			}
			s.kept.put(key, a)
		}
		a.send(w)
	}
}

// etag names what a page shows before it is built: the program, the store, the newest change, the shared link and the
// filters. It does not name the person: whoever is let in sees the same. It is weak because answers are compressed in
// more than one way, and holds no comma, which would end it in a list of tags.
func (s *Site) etag(q *request) string {
	sum := sha256.Sum256([]byte(s.cfg.Build + "\x00" + q.filters.Encode()))
	return fmt.Sprintf(`W/"%s-%d%t-%x"`, q.position, q.actor.Link(), q.signedIn(), sum[:8])
}

// hasTag reports whether an If-None-Match header lists tag, weak or not.
func hasTag(header, tag string) bool {
	tag = strings.TrimPrefix(tag, "W/")
	for h := range strings.SplitSeq(header, ",") {
		if h = strings.TrimPrefix(strings.TrimSpace(h), "W/"); h == tag || h == "*" {
			return true
		}
	}
	return false
}
