package statuspage_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rollcall/fixtures"
	"rollcall/statuspage"
)

// site is a status page over canned views; change may alter its configuration.
func site(t testing.TB, v statuspage.Views, change ...func(*statuspage.Config)) *statuspage.Site {
	t.Helper()
	base, err := url.Parse("http://127.0.0.1:8080")
	require.NoError(t, err)
	cfg := statuspage.Config{Views: v, BaseURL: base, Build: "v1.0.0", Now: func() time.Time { return day },
		NewRef: func() string { return "ref-7" }, Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&cfg)
	}
	s, err := statuspage.New(cfg)
	require.NoError(t, err)
	return s
}

// get asks for a path with headers given in pairs.
func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	return send(h, http.MethodGet, path, headers...)
}

func send(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Host = "127.0.0.1:8080"
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		if headers[i] == "Content-Length" {
			r.ContentLength, _ = strconv.ParseInt(headers[i+1], 10, 64)
		}
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	ctx, leave := context.WithCancel(r.Context())
	defer leave()
	h.ServeHTTP(passing{w, leave}, r.WithContext(ctx))
	return w
}

// passing is somebody who leaves as soon as something was sent: a stream would go on for ever.
type passing struct {
	*httptest.ResponseRecorder
	leave func()
}

func (p passing) Flush() { p.ResponseRecorder.Flush(); p.leave() }

// everyPage is one address of each page.
var everyPage = map[string]string{
	"dashboard": "/",
	"clusters":  "/clusters",
	"cluster":   "/clusters/1",
	"customers": "/customers",
	"customer":  "/customers/2",
	"releases":  "/releases",
	"matrix":    "/releases/12",
	"steps":     "/releases/12/customers/2",
	"across":    "/releases/12/steps/D2",
	"step":      "/releases/12/customers/2/steps/D1",
	"sql":       "/releases/12/customers/2/steps/D2",
	"blocked":   "/releases/12/customers/3/steps/D3",
	"text":      "/releases/12/customers/2/steps/D4",
	"original":  "/releases/12/customers/2/steps/D2/original",
	"activity":  "/activity",
}

var assetSum = regexp.MustCompile(`\.[0-9a-f]{12}\.(css|js|svg)"`)

var storeEpoch = regexp.MustCompile(`(data-since="\d+-)[0-9a-f]+"`)

// golden compares a page with its golden file. Left out are the sums in asset names, which change with every asset, and
// the epoch, which is another for every store.
func golden(t *testing.T, name string, w *httptest.ResponseRecorder) {
	t.Helper()
	page := assetSum.ReplaceAllString(w.Body.String(), `.*.$1"`)
	fixtures.Golden(t, name+".html", storeEpoch.ReplaceAllString(page, `$1*"`))
}
