package statuspage

import (
	"net/http"
	"testing"

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
)
