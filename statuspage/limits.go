package statuspage

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/go-chi/chi/v5/middleware"

	"rollcall/core"
)

// Requests in a minute: for sign-in links by address, for pages by person and address. Where everybody may read there
// are only loopback addresses, and pages are not counted. A page that is open asks for itself up to once a second while
// much happens, and for each cluster that is opened and each step that is walked to; most of it is answered from what is
// kept. So the bound is on what no person does, not on what two windows do.
const (
	signInsPerMinute = 20
	pagesPerMinute   = 600
)

// limitSignIns keeps people from trying tokens by the thousand.
func (s *Site) limitSignIns(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.within(&s.signIns, w, r) {
			next.ServeHTTP(w, r)
		}
	})
}

// limitPages keeps one person from making every core render.
func (s *Site) limitPages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if identity(actorOf(r)) == "" || s.within(&s.reads, w, r) {
			next.ServeHTTP(w, r)
		}
	})
}

// identity is whose requests count together: a person's, or those by one shared link. It is empty for everybody else.
func identity(a core.Actor) string {
	if a.Link() != 0 {
		return "link " + decimal(a.Link())
	}
	return a.User
}

// within counts a request, and answers it when it is one too many.
func (s *Site) within(c *counter, w http.ResponseWriter, r *http.Request) bool {
	if c.allow(middleware.GetClientIPAddr(r.Context()), identity(actorOf(r)), s.cfg.Now()) {
		return true
	}
	w.Header().Set("Retry-After", "60")
	s.fail(w, r, http.StatusTooManyRequests, "Too many requests.", "Try again in a minute.")
	return false
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
	who := asker{networkOf(addr), user}
	c.mu.Lock()
	defer c.mu.Unlock()
	if minute := now.Unix() / 60; minute != c.minute || c.seen == nil {
		c.minute, c.seen = minute, map[asker]int{}
	}
	c.seen[who]++
	return c.seen[who] <= c.most
}

// networkOf is what one asker has of addresses.
func networkOf(addr netip.Addr) netip.Prefix {
	bits := 32
	if addr.Is6() {
		bits = 64 // one household or machine owns all of it
	}
	from, _ := addr.Prefix(bits)
	return from
}
