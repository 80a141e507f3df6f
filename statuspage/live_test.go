package statuspage_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/statuspage"
)

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
