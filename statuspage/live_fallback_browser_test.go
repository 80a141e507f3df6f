//go:build browser

package statuspage_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/statuspage"
)

// street is what lies between a browser and a site: it can be cut or led elsewhere, and counts who passes.
type street struct {
	site     atomic.Pointer[statuspage.Site]
	cut      atomic.Bool
	full     atomic.Bool  // streams are refused
	mute     atomic.Bool  // streams are held back, as some proxies do: nothing of them arrives
	down     atomic.Bool  // everything is refused
	passed   atomic.Int64 // requests
	streamed atomic.Int64 // for streams among them
	polled   atomic.Int64 // for the newest revision

	frozen atomic.Pointer[chan struct{}] // closed: streams that are open hang from now on
}

// freeze makes the streams that are open fall silent without ending.
func (s *street) freeze() { close(*s.frozen.Swap(nil)) }

// stiff is an answer that stops being written when frozen is closed.
type stiff struct {
	http.ResponseWriter
	frozen chan struct{}
}

func (w stiff) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w stiff) Write(b []byte) (int, error) {
	select {
	case <-w.frozen:
		return len(b), nil
	default:
		return w.ResponseWriter.Write(b)
	}
}

func (s *street) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.passed.Add(1)
	stream := strings.HasSuffix(r.URL.Path, "/events")
	switch {
	case stream:
		s.streamed.Add(1)
	case strings.HasSuffix(r.URL.Path, "/rev"):
		s.polled.Add(1)
	}
	switch {
	case s.cut.Load():
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = conn.Close()
		}
	case s.down.Load(), stream && s.full.Load():
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusServiceUnavailable)
	case stream && s.mute.Load():
		<-r.Context().Done()
	case stream:
		s.frozen.CompareAndSwap(nil, ptr(make(chan struct{})))
		s.site.Load().ServeHTTP(stiff{w, *s.frozen.Load()}, r)
	default:
		s.site.Load().ServeHTTP(w, r)
	}
}

// across is a browser that reaches the site by a street.
func across(t *testing.T, s *statuspage.Site) (*browser, *street, *httptest.Server) {
	t.Helper()
	b := browse(t, s)
	way := new(street)
	way.site.Store(s)
	srv := httptest.NewServer(way)
	t.Cleanup(srv.Close)
	b.base = srv.URL
	return b, way, srv
}

// hurried is a browser whose pages wait a fiftieth of the time, so that a test need not.
func hurried(t *testing.T, s *statuspage.Site) (*browser, *street) {
	t.Helper()
	s.Hurry(time.Second, time.Minute)
	b, way, _ := across(t, s)
	_, err := chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: "const slowly = setTimeout; window.setTimeout = (f, ms, ...more) => slowly(f, ms / 50, ...more)"})
	require.NoError(t, err)
	return b, way
}

// Where there is no place for another stream, the page tries a few times with growing pauses, asks for the newest change
// now and then instead, and looks for a place again later. Each request is counted.
func TestBrowserLiveByPolling(t *testing.T) {
	svc := service(t)
	b, way := hurried(t, site(t, svc))
	way.full.Store(true)
	b.open("/releases/1")
	b.until(says("Live, every 20 s"))
	b.picture("live-polling")
	assert.Equal(t, int64(5), way.streamed.Load(), "five tries")
	assert.LessOrEqual(t, way.polled.Load(), int64(6), "after each, why")
	do(t, svc, core.MarkDone{Target: at("cust-b-prod", "D1")})
	b.until(cellOfB + ".textContent === 'Done'")
	assert.True(t, value[bool](b, says("Live, every 20 s")))
	assert.Equal(t, int64(5), way.streamed.Load(), "no stream was asked for meanwhile")

	// A twelfth time, and it looks whether there is a place: once, and goes on as before.
	begun := way.polled.Load()
	require.Eventually(t, func() bool { return way.streamed.Load() == 6 }, 20*time.Second, 20*time.Millisecond)
	assert.LessOrEqual(t, way.polled.Load()-begun, int64(13))
	b.until(says("Live, every 20 s"))
	way.full.Store(false)
	b.until("document.querySelector('#live .state').textContent === 'Live'")
	assert.Equal(t, int64(7), way.streamed.Load())
	do(t, svc, core.RevertStep{Target: at("cust-b-prod", "D1")})
	b.until(cellOfB + ".textContent === 'Reverted'")
	b.forgive() // the browser remarks on each refusal
}

// A server that refuses everything: the page says that it is not updating, and neither stream nor revision is asked for
// in a loop.
func TestBrowserLiveWhileAllIsRefused(t *testing.T) {
	svc := service(t)
	b, way := hurried(t, site(t, svc))
	b.open("/releases/1")
	b.until(says("Live"))
	way.down.Store(true)
	began := time.Now()
	way.site.Load().EndStreams()
	b.until(says("Not updating since"))
	took := 50 * time.Since(began) // as the page counts
	assert.LessOrEqual(t, way.streamed.Load(), int64(6), "the one it had, and five tries")
	assert.LessOrEqual(t, float64(way.polled.Load()), 6+took.Seconds()/15, "one request in fifteen seconds at most")
	do(t, svc, core.MarkDone{Target: at("cust-b-prod", "D1")})
	way.down.Store(false)
	b.until(cellOfB + ".textContent === 'Done'")
	b.until(says("Live"))
	b.forgive()
}

// A stream that is held back on its way gives no error; silence is what betrays it.
func TestBrowserLiveThroughAProxyThatHoldsBack(t *testing.T) {
	svc := service(t)
	b, way := hurried(t, site(t, svc))
	way.mute.Store(true)
	b.open("/releases/1")
	b.until(says("Connecting"))
	b.until(says("Live, every 20 s"))
	assert.Equal(t, int64(1), way.streamed.Load(), "once is enough to know")
	do(t, svc, core.MarkDone{Target: at("cust-b-prod", "D1")})
	b.until(cellOfB + ".textContent === 'Done'")

	// One that has spoken and falls silent is opened anew.
	way.mute.Store(false)
	b.open("/releases/1")
	b.until("document.querySelector('#live .state').textContent === 'Live'")
	b.run(`window.said = []; new MutationObserver(() => said.push(document.querySelector('#live .state').textContent))
		.observe(document.querySelector('#live'), {subtree: true, childList: true, characterData: true})`)
	way.freeze()
	b.until(`said.some((s) => s.startsWith("Not updating since"))`) // for a fiftieth of a second
	b.until("document.querySelector('#live .state').textContent === 'Live'")
	do(t, svc, core.RevertStep{Target: at("cust-b-prod", "D1")})
	b.until(cellOfB + ".textContent === 'Reverted'")
}
