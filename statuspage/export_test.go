package statuspage

import (
	"net/http"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
)

// EachRoute calls f for every route there is.
func (s *Site) EachRoute(t *testing.T, f func(method, pattern string)) {
	err := chi.Walk(s.routes, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		f(method, route)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Markdown is what descriptions go through.
var Markdown = markdown

// Code is what contents go through, and Difference what sets two of them beside each other.
var (
	Code       = code
	Difference = difference
	Folded     = folded
)

// Hurry makes the streams of a site live faster.
func (s *Site) Hurry(beat, life time.Duration) {
	s.pace.beat, s.pace.life, s.pace.spread = beat, life, 0
	s.pace.gap, s.pace.again = 10*time.Millisecond, 50*time.Millisecond
}

// Impatient gives viewers less time to take a message.
func (s *Site) Impatient(limit time.Duration) { s.pace.write = limit }

// EndStreams ends those that are open, as a server that stops does, and any that comes later.
func (s *Site) EndStreams() { s.closeStreams() }

// Watching is how many streams there are.
func (s *Site) Watching() int {
	s.audience.mu.Lock()
	defer s.audience.mu.Unlock()
	return s.audience.total
}

// Lean is what assets go through before they are served.
var Lean = lean
