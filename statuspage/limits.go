package statuspage

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/go-chi/chi/v5/middleware"
)

// Requests in a minute: for sign-in links by address, for pages by person and address. Where everybody may read there
// are only loopback addresses, and pages are not counted.
const (
	signInsPerMinute = 20
	pagesPerMinute   = 600
)

// limits counts requests, so that nobody can try tokens by the thousand or keep every core rendering.
type limits struct {
	now   func() time.Time
	signs counter
	views counter
}

func newLimits(now func() time.Time) *limits {
	return &limits{now: now, signs: counter{most: signInsPerMinute}, views: counter{most: pagesPerMinute}}
}

func (l *limits) signIn(next http.Handler) http.Handler { return l.wrap(&l.signs, next) }

func (l *limits) pages(next http.Handler) http.Handler {
	counted := l.wrap(&l.views, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if actorOf(r).User == "" {
			next.ServeHTTP(w, r)
			return
		}
		counted.ServeHTTP(w, r)
	})
}

func (l *limits) wrap(c *counter, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.allow(middleware.GetClientIPAddr(r.Context()), actorOf(r).User, l.now()) {
			w.Header().Set("Retry-After", "60")
			http.Error(w, "Too many requests. Try again in a minute.", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// asker is whose requests are counted together.
type asker struct {
	from netip.Prefix // the zero Prefix for an unknown address: those share one count
	user string
}

// counter counts within a minute and starts anew with the next.
type counter struct {
	most int

	mu     sync.Mutex
	minute int64
	seen   map[asker]int
}

func (c *counter) allow(addr netip.Addr, user string, now time.Time) bool {
	bits := 32
	if addr.Is6() {
		bits = 64 // one household or machine owns all of it
	}
	from, _ := addr.Prefix(bits)
	who := asker{from, user}
	c.mu.Lock()
	defer c.mu.Unlock()
	if minute := now.Unix() / 60; minute != c.minute || c.seen == nil {
		c.minute, c.seen = minute, map[asker]int{}
	}
	c.seen[who]++
	return c.seen[who] <= c.most
}
