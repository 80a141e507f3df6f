package statuspage

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/go-chi/chi/v5/middleware"
)

// Requests an address may make in a minute.
const (
	signInsPerMinute = 20
	pagesPerMinute   = 240
)

// limits counts requests by address, so that nobody can try tokens by the thousand or keep every core rendering.
type limits struct {
	now   func() time.Time
	signs counter
	views counter
}

func newLimits(now func() time.Time) *limits {
	return &limits{now: now, signs: counter{most: signInsPerMinute}, views: counter{most: pagesPerMinute}}
}

func (l *limits) signIn(next http.Handler) http.Handler { return l.wrap(&l.signs, next) }
func (l *limits) pages(next http.Handler) http.Handler  { return l.wrap(&l.views, next) }

func (l *limits) wrap(c *counter, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.allow(middleware.GetClientIPAddr(r.Context()), l.now()) {
			w.Header().Set("Retry-After", "60")
			http.Error(w, "Too many requests. Try again in a minute.", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// counter counts by address within a minute and starts anew with the next.
type counter struct {
	most int

	mu     sync.Mutex
	minute int64
	seen   map[netip.Prefix]int
}

func (c *counter) allow(addr netip.Addr, now time.Time) bool {
	bits := 32
	if addr.Is6() {
		bits = 64 // one household or machine owns all of it
	}
	who, _ := addr.Prefix(bits) // the zero Prefix for an unknown address: those share one count
	c.mu.Lock()
	defer c.mu.Unlock()
	if minute := now.Unix() / 60; minute != c.minute || c.seen == nil {
		c.minute, c.seen = minute, map[netip.Prefix]int{}
	}
	c.seen[who]++
	return c.seen[who] <= c.most
}
