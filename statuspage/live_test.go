package statuspage_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/statuspage"
)

// message is one event of a stream.
type message struct {
	id, name, data string
	at             time.Time // when it was heard
}

// viewer is an open stream.
type viewer struct {
	status int
	header http.Header
	heard  chan message // closed when the stream ends
	leave  func()
}

// watch opens a stream, with headers given in pairs.
func watch(t testing.TB, base, path string, headers ...string) *viewer {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
	require.NoError(t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	require.NoError(t, err)
	v := &viewer{status: res.StatusCode, header: res.Header, heard: make(chan message, 10_000), leave: leave}
	go func() {
		defer close(v.heard)
		defer func() { _ = res.Body.Close() }()
		var m message
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			field, value, _ := strings.Cut(lines.Text(), ": ")
			switch field {
			case "id":
				m.id = value
			case "event":
				m.name = value
			case "data":
				m.data = value
			case "":
				if m.name != "" {
					m.at = time.Now()
					v.heard <- m
				}
				m = message{}
			}
		}
	}()
	t.Cleanup(leave)
	return v
}

// next is the next message that is no sign of life; ok is false at the end.
func (v *viewer) next(t testing.TB) (m message, ok bool) {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		select {
		case m, ok := <-v.heard:
			if ok && m.name == "hb" {
				continue
			}
			m.at = time.Time{}
			return m, ok
		case <-limit:
			require.FailNow(t, "nothing was heard")
		}
	}
}

// settled waits until a stream has begun.
func (v *viewer) settled(t testing.TB) *viewer {
	t.Helper()
	select {
	case m := <-v.heard:
		require.Equal(t, "hb", m.name)
	case <-time.After(10 * time.Second):
		require.FailNow(t, "no sign of life")
	}
	return v
}

func serve(t testing.TB, s *statuspage.Site) string {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return srv.URL
}

func at(customer, step string) core.Target {
	return core.Target{Release: "v2.5.0", Customer: customer, Step: step}
}

func TestStreamTellsWhatChanged(t *testing.T) {
	svc := service(t)
	s := site(t, svc)
	base := serve(t, s)
	var open []*viewer
	watch := func(t testing.TB, base, path string, headers ...string) *viewer {
		open = append(open, watch(t, base, path, headers...))
		return open[len(open)-1]
	}
	v := watch(t, base, "/releases/1/events").settled(t)
	assert.Equal(t, "text/event-stream", v.header.Get("Content-Type"))
	assert.Equal(t, "no-store, no-transform", v.header.Get("Cache-Control"))
	assert.Equal(t, "no", v.header.Get("X-Accel-Buffering"))
	every := watch(t, base, "/events").settled(t)

	do(t, svc, core.MarkDone{Target: at("cust-b-prod", "D1")})
	m, _ := v.next(t)
	assert.Equal(t, "d", m.name)
	var d struct {
		C   [][]any
		All struct{ A struct{ T, S string } }
		In  map[string]any
		Of  map[string][]string
	}
	require.NoError(t, json.Unmarshal([]byte(m.data), &d))
	assert.Equal(t, [][]any{{2.0, "D1", "d", "Done", ""}}, d.C)
	assert.Equal(t, "22%", d.All.A.T)
	assert.Equal(t, "2 done, 6 pending, 1 skipped", d.All.A.S)
	assert.Equal(t, []string{"50%", "0%"}, d.Of["2"])
	for _, name := range []string{"customer", "prod", "Spring", "Jenkins"} {
		assert.NotContains(t, m.data, name)
	}
	first := m.id
	m, _ = every.next(t)
	assert.Equal(t, message{id: first, name: "s", data: "{}"}, m)
	assert.Equal(t, "16-"+svc.Epoch(), first)

	do(t, svc, core.AddCustomStep{Release: "v2.5.0", Customer: "cust-b-prod", Name: "Own", Category: core.Deploy, Type: core.Text, Content: "Look."})
	m, _ = v.next(t)
	assert.Equal(t, "s", m.name)
	assert.JSONEq(t, `{"cl":[1]}`, m.data)
	do(t, svc, core.EditRelease{Release: "v2.5.0", Name: ptr("Other")})
	m, _ = v.next(t)
	assert.Equal(t, "reset", m.name)

	// Whoever comes back hears what was missed: by what the browser says, else by the address.
	for _, again := range []*viewer{watch(t, base, "/releases/1/events?since=1", "Last-Event-ID", first), watch(t, base, "/releases/1/events?since="+first)} {
		m, _ = again.next(t)
		assert.Equal(t, "reset", m.name, "a release's name is more than cells")
	}
	m, _ = watch(t, base, "/releases/1/events?since=99999").next(t)
	assert.Equal(t, "reset", m.name, "a change that there has not been")
	last := m.id
	do(t, svc, core.SkipStep{Target: at("cust-b-prod", "D2"), Reason: "not on this plan"})
	m, _ = watch(t, base, "/releases/1/events?since="+last).next(t)
	assert.Contains(t, m.data, `[2,"D2","s o","Skipped",", overridden"]`)
	for range 257 {
		do(t, svc, core.AddNote{Target: at("cust-b-prod", "D2"), Text: "one more"})
	}
	m, _ = watch(t, base, "/releases/1/events?since="+last).next(t)
	assert.Equal(t, "reset", m.name)

	for _, since := range []string{"x", "-1", "99999999999999999999", "x-1"} {
		assert.Equal(t, http.StatusBadRequest, watch(t, base, "/releases/1/events?since="+since).status, since)
	}
	assert.Equal(t, http.StatusNotFound, watch(t, base, "/releases/9/events").status)
	for _, v := range open {
		v.leave()
	}
	assert.Eventually(t, func() bool { return s.Watching() == 0 }, 10*time.Second, 10*time.Millisecond)
}

func TestRevisionForThoseWithoutAStream(t *testing.T) {
	svc := service(t)
	s := site(t, svc)
	for _, path := range []string{"/rev", "/releases/1/rev"} {
		w := get(s, path)
		require.Equal(t, http.StatusOK, w.Code)
		tag := w.Header().Get("ETag")
		assert.Equal(t, http.StatusNotModified, get(s, path, "If-None-Match", tag).Code)
		do(t, svc, core.AddNote{Target: at("cust-b-prod", "D2"), Text: "one more"})
		assert.Equal(t, http.StatusOK, get(s, path, "If-None-Match", tag).Code)
	}
	assert.Equal(t, http.StatusNotFound, get(s, "/releases/9/rev").Code)
}

// A store put back from a copy counts on from an older event: what a page knows of the other store must not pass for
// knowledge of this one.
func TestARestoredStoreIsAnother(t *testing.T) {
	svc := service(t)
	s := site(t, svc)
	base := serve(t, s)
	known := svc.Epoch()
	tags := map[string]string{}
	for _, path := range []string{"/", "/releases/1", "/releases/1.json", "/releases/1/rev", "/rev"} {
		tags[path] = get(s, path).Header().Get("ETag")
		require.Equal(t, http.StatusNotModified, get(s, path, "If-None-Match", tags[path]).Code, path)
	}
	rev, err := svc.Revision(t.Context())
	require.NoError(t, err)
	position := decimal(rev) + "-" + known
	assert.Contains(t, get(s, "/releases/1").Body.String(), `data-since="`+position+`"`)
	watch(t, base, "/releases/1/events?since="+position).settled(t) // hears nothing: it is up to date

	require.NoError(t, svc.Restored(t.Context()))
	for path, tag := range tags {
		assert.Equal(t, http.StatusOK, get(s, path, "If-None-Match", tag).Code, path)
	}
	assert.JSONEq(t, fmt.Sprintf(`{"rev":%d,"epoch":%q}`, rev, svc.Epoch()), get(s, "/rev").Body.String())
	now := decimal(rev) + "-" + svc.Epoch()
	m, _ := watch(t, base, "/releases/1/events", "Last-Event-ID", position).next(t)
	assert.Equal(t, message{id: now, name: "reset", data: "{}"}, m)
	m, _ = watch(t, base, "/releases/1/events?since="+position).next(t)
	assert.Equal(t, message{id: now, name: "reset", data: "{}"}, m)
	m, _ = watch(t, base, "/events?since="+position).next(t)
	assert.Equal(t, message{id: now, name: "s", data: "{}"}, m)
}

// What ends the right to look ends the stream.
func TestStreamEndsWithTheRight(t *testing.T) {
	svc := service(t)
	s := behindLinks(t, svc)
	base := serve(t, s)
	_, cookie, _ := share(t, svc, s, core.ShareRelease{Release: "v2.5.0", Cluster: "prod-us"})
	v := watch(t, base, "/releases/1/events", "Cookie", cookie).settled(t)
	do(t, svc, core.MarkDone{Target: at("cust-d-prod", "V1")})
	do(t, svc, core.MarkDone{Target: at("cust-b-prod", "D1")})
	m, _ := v.next(t)
	assert.Contains(t, m.data, `"c":[[2,"D1"`, "what is outside is not heard of")
	do(t, svc, core.UnshareRelease{Link: "1"})
	m, _ = v.next(t)
	assert.Equal(t, "end", m.name)
	_, more := v.next(t)
	assert.False(t, more)
	assert.Equal(t, http.StatusForbidden, watch(t, base, "/releases/1/events", "Cookie", cookie).status)

	own := signIn(t, svc, s)
	v = watch(t, base, "/releases/1/events", "Cookie", own).settled(t)
	require.NoError(t, svc.SeePerson(t.Context(), core.PersonInfo{ID: "UANN", Name: "Ann", Kind: core.Deactivated}))
	m, _ = v.next(t)
	assert.Equal(t, "end", m.name)
	assert.Equal(t, http.StatusForbidden, watch(t, base, "/events").status)
}

func TestStreamsAreBounded(t *testing.T) {
	svc := service(t)
	s := site(t, svc, func(c *statuspage.Config) {
		c.Gate, c.Proxies = svc, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	base := serve(t, s)
	own := signIn(t, svc, s)
	var all []*viewer
	open := func(from string) *viewer {
		v := watch(t, base, "/events", "Cookie", own, "X-Forwarded-For", from)
		all = append(all, v)
		return v
	}
	for range 10 {
		require.Equal(t, http.StatusOK, open("203.0.113.1").status)
	}
	refused := open("203.0.113.1")
	assert.Equal(t, http.StatusServiceUnavailable, refused.status, "one address")
	assert.Equal(t, "30", refused.header.Get("Retry-After"))
	for i := range 90 {
		require.Equal(t, http.StatusOK, open(fmt.Sprintf("203.0.113.%d", 2+i/10)).status)
	}
	assert.Equal(t, http.StatusServiceUnavailable, open("203.0.113.200").status, "one person")
	for _, v := range all {
		v.leave()
	}
	assert.Eventually(t, func() bool { return s.Watching() == 0 }, 10*time.Second, 10*time.Millisecond)
	assert.Equal(t, http.StatusOK, open("203.0.113.200").status)
}

func TestStreamsLiveAndEnd(t *testing.T) {
	svc := service(t)
	s := site(t, svc)
	s.Hurry(20*time.Millisecond, 200*time.Millisecond)
	v := watch(t, serve(t, s), "/events")
	beats := 0
	for m := range v.heard {
		require.Equal(t, "hb", m.name)
		beats++
	}
	assert.Greater(t, beats, 3)

	// A server that stops does not wait for those who watch.
	s = site(t, svc)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l, time.Minute) }()
	v = watch(t, "http://"+l.Addr().String(), "/events").settled(t)
	began := time.Now()
	stop()
	require.NoError(t, <-served)
	assert.Less(t, time.Since(began), 5*time.Second)
	_, more := v.next(t)
	assert.False(t, more)
}

// narrow is a listener whose connections hold next to nothing of what nobody reads.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(1)
	}
	return c, err
}

func serveNarrowly(t *testing.T, s *statuspage.Site) string {
	t.Helper()
	srv := httptest.NewUnstartedServer(s)
	srv.Listener = narrow{srv.Listener}
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL
}

// sluggard asks for a stream and takes nothing of what it is sent.
func sluggard(t *testing.T, base string) net.Conn {
	t.Helper()
	host := strings.TrimPrefix(base, "http://")
	c, err := net.Dial("tcp", host)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.(*net.TCPConn).SetReadBuffer(1))
	_, err = fmt.Fprintf(c, "GET /releases/1/events HTTP/1.1\r\nHost: %s\r\n\r\n", host)
	require.NoError(t, err)
	return c
}

// Whoever takes nothing of what they are sent is let go, and holds up nobody meanwhile.
func TestWhoTakesNothingIsLetGo(t *testing.T) {
	svc := company(t, 1, 2, 1)
	s := site(t, svc)
	s.Hurry(time.Minute, time.Hour)
	s.Impatient(100 * time.Millisecond)
	base := serveNarrowly(t, s)
	sluggard(t, base)
	v := watch(t, base, "/releases/1/events").settled(t)
	require.Eventually(t, func() bool { return s.Watching() == 2 }, 10*time.Second, time.Millisecond)
	target := core.Target{Release: "v2.5.0", Customer: "1", Step: "D1"}
	limit := time.Now().Add(20 * time.Second)
	for i := 0; s.Watching() == 2; i++ {
		require.True(t, time.Now().Before(limit), "it is still there after %d changes", i)
		_, err := svc.Do(t.Context(), core.System(core.ViaImport), "", core.AddNote{Target: target, Text: "one more"})
		require.NoError(t, err)
		_, more := v.next(t)
		require.True(t, more)
	}
	assert.Equal(t, 1, s.Watching())
}

// crowdSize is how many watch and for how long: `make soak` makes it 500 for a minute.
func crowdSize() (viewers int, length time.Duration) {
	if os.Getenv("ROLLCALL_SOAK") != "" {
		return 499, time.Minute // and one who does not read: as many as there may be
	}
	return 50, 5 * time.Second
}

// Many watch while much happens: everybody ends up with what is, nobody is held up by one who does not read, and nothing
// is left over.
func TestManyWatch(t *testing.T) {
	viewers, length := crowdSize()
	svc := company(t, 5, 10, 20)
	s := site(t, svc)
	base := serveNarrowly(t, s)
	before := runtime.NumGoroutine()
	slow := sluggard(t, base)

	crowd := make([]*viewer, viewers)
	for i := range crowd {
		crowd[i] = watch(t, base, "/releases/1/events").settled(t)
	}
	var memory runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&memory)
	at := memory.HeapAlloc

	last := map[string]string{}
	var committed sync.Map // by position: when
	changes := 0
	steadily := time.NewTicker(10 * time.Millisecond) // as fast as it goes, more than is told would happen at once
	if viewers > 100 {
		steadily.Reset(time.Second)
	}
	defer steadily.Stop()
	for until := time.Now().Add(length); time.Now().Before(until); changes++ {
		customer, step := fmt.Sprint(changes%50+1), fmt.Sprintf("D%d", changes/50%20+1)
		target := core.Target{Release: "v2.5.0", Customer: customer, Step: step}
		var op core.Operation = core.MarkDone{Target: target}
		status := "d"
		if changes >= 1000 && changes/1000%2 == 1 {
			op, status = core.RevertStep{Target: target}, "r"
		}
		r, err := svc.Do(t.Context(), core.System(core.ViaImport), "", op)
		require.NoError(t, err)
		committed.Store(decimal(r.Seq)+"-"+svc.Epoch(), time.Now())
		last[customer+" "+step] = status
		<-steadily.C
	}
	rev, err := svc.Revision(t.Context())
	require.NoError(t, err)
	var wg sync.WaitGroup
	lags := make([][]time.Duration, len(crowd))
	for i, v := range crowd {
		wg.Go(func() {
			has := map[string]string{}
			for m := range v.heard {
				if at, ok := committed.Load(m.id); ok {
					lags[i] = append(lags[i], m.at.Sub(at.(time.Time)))
				}
				var d struct{ C [][]any }
				if json.Unmarshal([]byte(m.data), &d) == nil {
					for _, c := range d.C {
						has[fmt.Sprint(c[0])+" "+c[1].(string)] = c[2].(string)
					}
				}
				if !assert.Contains(t, []string{"hb", "d"}, m.name) || m.id == decimal(rev)+"-"+svc.Epoch() {
					break
				}
			}
			assert.Equal(t, last, has, "viewer %d", i)
		})
	}
	wg.Wait()
	all := slices.Sorted(slices.Values(slices.Concat(lags...)))
	require.NotEmpty(t, all)
	middle, late := all[len(all)/2], all[len(all)*99/100]
	t.Logf("%d viewers heard of %d changes, after %v for half of them, %v for all but one in a hundred", viewers, changes, middle, late)
	assert.Less(t, middle, 2*time.Second)
	assert.Greater(t, changes, 10)
	if viewers > 100 {
		assert.Equal(t, viewers, s.Watching(), "who takes nothing is let go")
	}

	runtime.GC()
	runtime.ReadMemStats(&memory)
	assert.Less(t, int64(memory.HeapAlloc)-int64(at), int64(40<<20), "memory stays flat")
	for _, v := range crowd {
		v.leave()
	}
	_ = slow.Close()
	assert.Eventually(t, func() bool { return s.Watching() == 0 && runtime.NumGoroutine() <= before+10 }, 20*time.Second, 50*time.Millisecond,
		"%d streams and %d goroutines are left of %d", s.Watching(), runtime.NumGoroutine(), before)
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
