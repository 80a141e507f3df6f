package statuspage

import (
	"net/http"
	"sync"

	"github.com/go-chi/chi/v5/middleware"
)

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
