package bot

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// gate stands before Slack's apps.connections.open. slack-go asks for a new connection the moment one ends,
// however short its life was; the gate spaces those attempts: never more than one a second, and the longer
// apart the more of them came to nothing.
type gate struct {
	http   *http.Client
	now    func() time.Time
	jitter func() float64

	mu      sync.Mutex
	last    time.Time // when the last attempt was let through
	strikes int       // attempts in a row that did not lead to a connection that lasted
}

// A connection that lived this long was a good one.
const goodLife = 30 * time.Second

const maxSpacing = time.Minute

// Do sends a request, a connection attempt only when its time has come.
func (g *gate) Do(req *http.Request) (*http.Response, error) {
	if strings.HasSuffix(req.URL.Path, "/apps.connections.open") {
		if !pause(req.Context(), g.admit()) {
			return nil, req.Context().Err()
		}
	}
	return g.http.Do(req)
}

// admit reserves the next attempt and says how long to wait for it.
func (g *gate) admit() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if g.last.IsZero() {
		g.last = now
		return 0
	}
	if now.Sub(g.last) >= goodLife+g.spacing() {
		g.strikes = 0
	}
	at := g.last.Add(g.spacing())
	if at.Before(now) {
		at = now
	}
	g.strikes++
	g.last = at
	return at.Sub(now)
}

// spacing is the least time between two attempts after so many strikes: a second, doubled each time, and
// spread so that several programs do not come at once.
func (g *gate) spacing() time.Duration {
	return spread(min(time.Second<<min(g.strikes, 6), maxSpacing), g.jitter)
}

// spread is a wait before another try, made up to half as long again by chance; without jitter it stays as it is.
func spread(d time.Duration, jitter func() float64) time.Duration {
	if jitter == nil {
		return d
	}
	return d + time.Duration(float64(d/2)*jitter())
}
