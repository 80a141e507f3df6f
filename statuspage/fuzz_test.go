package statuspage_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Whatever stands in an address is a page, a refusal or nothing there: never a fault, and never a header of its own.
func FuzzAddress(f *testing.F) {
	s := site(f, typical())
	for _, a := range []string{"/releases/12?category=deploy&cluster=a,b&status=done&sort=name", "/releases/12?%zz", "/releases/99999999999999999999", "/customers?sort=%0d%0aX: y",
		"/activity?before=-1", "/releases/12/steps/D1?x", "/releases/12/customers/1/steps/V999999999999", "//evil.example", "/s/%2e%2e/", "/clusters/1.json.json", "/?%00=\u202e"} {
		f.Add(a)
	}
	f.Fuzz(func(t *testing.T, address string) {
		r, err := http.NewRequest(http.MethodGet, "http://127.0.0.1:8080"+address, nil)
		if err != nil || !strings.HasPrefix(address, "/") || r.URL.Host != "127.0.0.1:8080" {
			return
		}
		r.RemoteAddr = "127.0.0.1:40000"
		answer := httptest.NewRecorder()
		s.ServeHTTP(answer, r)
		if answer.Code == http.StatusTooManyRequests {
			return // a fuzzer is in a hurry
		}
		assert.Less(t, answer.Code, http.StatusInternalServerError, address)
		assert.NotContains(t, answer.Body.String(), "goroutine ", address)
		if to := answer.Header().Get("Location"); to != "" {
			assert.True(t, strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") && !strings.HasPrefix(to, `/\`), "%s leads to %s", address, to)
		}
		for name, values := range answer.Header() {
			assert.NotContains(t, strings.Join(values, ""), "\n", name)
		}
	})
}
