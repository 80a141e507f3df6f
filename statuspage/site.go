// Package statuspage serves what people may see of releases, clusters and customers: pages, and the same views as JSON.
//
// It knows HTTP, HTML and who is let in, and asks core for views. It must not know the bot, the store, nor any
// operation: nothing here can change a release.
package statuspage

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"rollcall/core"
)

// Views is what the pages show. References are ids, as core.ByID writes them.
type Views interface {
	Dashboard(context.Context, core.Actor) (*core.Dashboard, error)
	Clusters(ctx context.Context, a core.Actor, archived bool) (*core.ClusterList, error)
	Cluster(ctx context.Context, a core.Actor, ref string) (*core.ClusterDetail, error)
	Customers(context.Context, core.Actor, core.CustomersQuery) (*core.CustomerList, error)
	Customer(ctx context.Context, a core.Actor, ref string) (*core.CustomerDetail, error)
	Releases(context.Context, core.Actor, core.ReleasesQuery) (*core.ReleaseList, error)
	Matrix(context.Context, core.Actor, core.MatrixQuery) (*core.Matrix, error)
	CustomerSteps(ctx context.Context, a core.Actor, release, customer string) (*core.CustomerSteps, error)
	Across(ctx context.Context, a core.Actor, release, step string) (*core.StepAcross, error)
	Step(context.Context, core.Actor, core.StepQuery) (*core.StepDetail, error)
	Templates(ctx context.Context, a core.Actor, release string, content bool) (*core.TemplateList, error)
	Blockers(ctx context.Context, a core.Actor, release string) (*core.StepsList, error)
	Activity(context.Context, core.Actor, core.ActivityQuery) (*core.ActivityFeed, error)

	// Shared is what those who came by a shared link are told of it; nil for everybody else.
	Shared(context.Context, core.Actor) (*core.Shared, error)

	// Watch gives a channel that receives when something may have changed in a release, in any with 0, or somebody's
	// right to read may have ended. stop must be called in the end.
	Watch(release int64) (wake <-chan struct{}, stop func())
	// News says what changed in a release since a revision.
	News(ctx context.Context, a core.Actor, release, since int64) (*core.News, error)
	// ReleaseRevision grows with every change that may show in a release.
	ReleaseRevision(ctx context.Context, a core.Actor, release int64) (int64, error)

	// Revision grows with every change that a view may show. It is cheap: a page that is not newer is not built.
	Revision(context.Context) (int64, error)
	// Changed is when the newest of these changes happened; the zero time before the first.
	Changed(context.Context) (time.Time, error)
	// Epoch is another one once the store was put back from a copy: revisions of two epochs say nothing of each other.
	Epoch() string
}

// Gate lets people in by links that the bot hands out. Its refusals are core errors.
type Gate interface {
	// Redeem begins a session with the token of a sign-in link, which that spends, or of a shared link.
	Redeem(ctx context.Context, token string) (*core.Admission, error)
	// Session says whose session it is, as of now, and keeps it alive.
	Session(ctx context.Context, session string) (core.Actor, error)
	// EndSession ends it; one that is already over is no error.
	EndSession(ctx context.Context, session string) error
}

// Config is what a Site is given from outside.
type Config struct {
	Views   Views
	Gate    Gate     // nil: everybody reads as a viewer, and no link is known
	Open    bool     // who has no session reads as a viewer; for loopback addresses only
	BaseURL *url.URL // how people reach the page; https decides what cookies and headers say
	Build   string   // the program's version, shown in the footer and part of every ETag
	Now     func() time.Time
	NewRef  func() string               // a fresh reference for an error page and its line in the log
	Ready   func(context.Context) error // nil: ready as soon as the store answers
	Proxies []netip.Prefix              // whose X-Forwarded-For counts
	Jitter  func() float64              // from 0 to 1, so that browsers do not all come back at once; nil: they do
	Log     *slog.Logger
	Meter   Meter // nil: nobody watches
}

// Site is the status page, an http.Handler.
type Site struct {
	cfg     Config
	routes  chi.Router
	assets  *assets
	layouts *layouts
	signIns counter
	reads   counter
	kept    *shelf

	audience audience
	pace     pace
	closing  chan struct{} // closed when the server shuts down
	close    sync.Once
	scribe   *scribe
}

// keptBytes is how much memory answers may take that are kept for those who ask for the same.
const keptBytes = 64 << 20

// New prepares a Site. An error means the program was built wrongly: a template or an asset is missing or broken.
func New(cfg Config) (*Site, error) {
	if cfg.Views == nil || cfg.BaseURL == nil || cfg.Now == nil || cfg.NewRef == nil || cfg.Log == nil {
		return nil, errors.New("statuspage: the configuration is incomplete")
	}
	if cfg.Meter == nil {
		cfg.Meter = unmetered{}
	}
	s := &Site{cfg: cfg, signIns: counter{most: signInsPerMinute}, reads: counter{most: pagesPerMinute}, kept: newShelf(keptBytes), scribe: newScribe(),
		pace: usualPace, closing: make(chan struct{})}
	var err error
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if s.layouts, err = parseLayouts(s.assets); err != nil {
		return nil, err
	}
	s.routes, err = s.route()
	return s, err
}

// ServeHTTP implements http.Handler.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.routes.ServeHTTP(w, r) }

func (s *Site) route() (chi.Router, error) {
	var err error
	m := chi.NewRouter()
	m.Use(s.observe, s.recoverPanics, s.headers, clientAddress(s.cfg.Proxies), s.bounds)
	m.NotFound(s.notFound)
	m.MethodNotAllowed(s.methodNotAllowed)

	both(m, "/healthz", s.health)
	both(m, "/readyz", s.ready)
	m.Group(func(m chi.Router) {
		m.Use(s.rightHost, s.sameSite)
		both(m, "/assets/{file}", s.assets.serve)

		m.Group(func(m chi.Router) {
			m.Use(s.limitSignIns)
			both(m, "/s/{token}", s.showSignIn)
			m.Post("/s/{token}", s.redeem)
			m.Post("/signout", s.signOut)
		})
		m.Group(func(m chi.Router) {
			m.Use(s.enter, s.limitPages, s.fromHome)
			for _, p := range pages {
				if s.layouts.named[p.layout] == nil {
					err = errors.Join(err, errors.New("statuspage: no template for "+p.path))
				}
				both(m, p.path, s.show(p))
				both(m, twin(p.path), s.showJSON(p))
			}
			both(m, "/releases/{id}/clusters/{cluster}/grid", s.showGrid())
			for _, base := range []string{"", "/releases/{id}"} {
				m.Get(base+"/events", s.stream)
				both(m, base+"/rev", s.showRevision)
			}
			both(m, stepPath+"/panel", s.showPanel())
			both(m, stepPath+"/raw", s.download())
		})
	})
	return m, err
}

func both(m chi.Router, path string, h http.HandlerFunc) {
	m.Get(path, h)
	m.Head(path, h)
}

// twin is the path of a page's JSON.
func twin(path string) string {
	if path == "/" {
		return "/index.json"
	}
	return path + ".json"
}

// isTwin reports whether a request asked for JSON, or for what only scripts ask for, so that errors are JSON too.
func isTwin(r *http.Request) bool {
	for _, end := range []string{".json", "/events", "/rev"} {
		if strings.HasSuffix(r.URL.Path, end) {
			return true
		}
	}
	return false
}
