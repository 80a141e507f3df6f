package statuspage

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5/middleware"

	"rollcall/core"
)

// Meter is told what the page does, for whoever runs it and wants to watch. Its methods return at once and may be
// called from many goroutines.
type Meter interface {
	// Answered is a request by its route's pattern, which holds no id and no token, and the status it was answered with.
	Answered(route string, status int, took time.Duration)
	// Rendered is a page that had to be laid out, by its template's name.
	Rendered(page string, took time.Duration)
}

// unmetered is the Meter of a page that nobody watches.
type unmetered struct{}

func (unmetered) Answered(string, int, time.Duration) {}
func (unmetered) Rendered(string, time.Duration)      {}

// visit is what the log wants to know of a request and only a later handler finds out.
type visit struct{ actor core.Actor }

type visitKey struct{}

// observe writes one line a request, with the same keys as the bot's, and counts it. Addresses hold tokens and names:
// the line has the route's pattern instead.
func (s *Site) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.cfg.Now()
		v := new(visit)
		told := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(told, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
		status := told.Status()
		if status == 0 {
			status = http.StatusOK
		}
		took, route := s.cfg.Now().Sub(start), routeOf(r)
		s.cfg.Meter.Answered(route, status, took)
		level := slog.LevelInfo
		if routine(route) {
			level = slog.LevelDebug
		}
		s.cfg.Log.Log(r.Context(), level, "request", "op", route, "actor", v.actor.User, "via", core.ViaPage,
			"ms", took.Milliseconds(), "code", status)
	})
}

// routine are routes that are asked for all the time and say nothing about anybody.
func routine(route string) bool {
	for _, part := range []string{"/healthz", "/readyz", "/assets/", "/rev"} {
		if strings.Contains(route, part) {
			return true
		}
	}
	return false
}

// seen notes who a request turned out to come from.
func seen(ctx context.Context, a core.Actor) {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		v.actor = a
	}
}
