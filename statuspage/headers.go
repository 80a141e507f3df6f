package statuspage

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/go-chi/chi/v5/middleware"
)

// policy allows what the pages are made of and nothing else: no inline script or style, no other origin, and no
// text turned into markup except by the one script's own policy.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types rt"

// fixedHeaders stand on every answer.
var fixedHeaders = [][2]string{
	{"Content-Security-Policy", policy},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"X-Frame-Options", "DENY"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Permissions-Policy", "clipboard-write=(self), camera=(), microphone=(), geolocation=()"},
	{"X-Robots-Tag", "noindex, nofollow, noarchive"},
}

const (
	noStore   = "no-store"
	revisited = "private, no-cache" // kept by the browser, asked about each time
	immutable = "public, max-age=31536000, immutable"
)

// headers sets those that stand on every answer. Caching is off unless a handler knows better.
func (s *Site) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for _, f := range fixedHeaders {
			h.Set(f[0], f[1])
		}
		if s.secure() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		h.Set("Cache-Control", noStore)
		next.ServeHTTP(w, r)
	})
}

// secure reports whether people reach the page by https.
func (s *Site) secure() bool { return s.cfg.BaseURL.Scheme == "https" }

// The most a request may be. Nothing here takes more than a form with a button.
const (
	maxURL  = 2 << 10
	maxBody = 4 << 10
)

// bounds refuses what is too long.
func (s *Site) bounds(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.RequestURI) > maxURL {
			s.fail(w, r, http.StatusRequestURITooLong, "This address is too long.", "Go back and choose fewer filters.")
			return
		}
		if r.ContentLength > maxBody {
			s.fail(w, r, http.StatusRequestEntityTooLarge, "This request is too large.", "")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// rightHost refuses requests for names this page does not have, as a page elsewhere could make by pointing its own
// name at a loopback address.
func (s *Site) rightHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := hostName(r.Host)
		if host != hostName(s.cfg.BaseURL.Host) && !isLoopback(host) {
			s.fail(w, r, http.StatusMisdirectedRequest, "The status page does not have this name.", "It is at "+s.cfg.BaseURL.String()+".")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func hostName(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// sameSite keeps other sites from loading anything here but a whole page, which they cannot look into.
func (s *Site) sameSite(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Sec-Fetch-Site") == "cross-site" {
			navigation := r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
			if !navigation || r.Method == http.MethodPost {
				s.fail(w, r, http.StatusForbidden, "Other sites may only link here.", "")
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// clientAddress finds out who really asks, behind the proxies that are trusted.
func clientAddress(proxies []netip.Prefix) func(http.Handler) http.Handler {
	if len(proxies) == 0 {
		return middleware.ClientIPFromRemoteAddr
	}
	trusted := make([]string, len(proxies))
	for i, p := range proxies {
		trusted[i] = p.String()
	}
	return middleware.ClientIPFromXFF(trusted...)
}
