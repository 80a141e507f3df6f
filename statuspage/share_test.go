package statuspage_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/statuspage"
)

// behindLinks is the site over a service whose people need a link.
func behindLinks(t testing.TB, svc *core.Service) *statuspage.Site {
	t.Helper()
	return site(t, svc, func(c *statuspage.Config) { c.Gate = svc })
}

// share makes a link and opens it, as the browser of somebody outside does: the link's number and the cookie.
func share(t testing.TB, svc *core.Service, s *statuspage.Site, op core.ShareRelease) (id int64, cookie string, in *httptest.ResponseRecorder) {
	t.Helper()
	r, err := svc.Do(t.Context(), core.Person("UANN", core.ViaSlash), "", op)
	require.NoError(t, err)
	in = send(s, http.MethodPost, "/s/"+r.Secret, "Sec-Fetch-Site", "same-origin")
	require.Equal(t, http.StatusSeeOther, in.Code)
	c := in.Result().Cookies()[0]
	return r.Link, c.Name + "=" + c.Value, in
}

func TestSharedLink(t *testing.T) {
	svc := service(t)
	s := behindLinks(t, svc)
	r, err := svc.Do(t.Context(), core.Person("UANN", core.ViaSlash), "", core.ShareRelease{Release: "v2.5.0", Cluster: "prod-us"})
	require.NoError(t, err)

	// Whoever fetches the link sees what every token shows, and it is not counted as opened.
	page := get(s, "/s/"+r.Secret)
	assert.Equal(t, get(s, "/s/wrong").Body.String(), page.Body.String())
	list, err := svc.SharedLinks(t.Context(), core.Person("UANN", core.ViaSlash), "")
	require.NoError(t, err)
	assert.Zero(t, list.Links[0].Uses)

	in := send(s, http.MethodPost, "/s/"+r.Secret, "Sec-Fetch-Site", "same-origin", "Origin", "null")
	require.Equal(t, http.StatusSeeOther, in.Code)
	assert.Equal(t, "/releases/1", in.Header().Get("Location"))
	c := in.Result().Cookies()[0]
	assert.Equal(t, "rollcall-view", c.Name)
	assert.True(t, c.HttpOnly)
	assert.Equal(t, 7*24*60*60, c.MaxAge)
	cookie := c.Name + "=" + c.Value

	matrix := get(s, "/releases/1", "Cookie", cookie)
	require.Equal(t, http.StatusOK, matrix.Code)
	golden(t, "shared-matrix", matrix)
	body := matrix.Body.String()
	assert.Contains(t, body, "Shared view of <b><bdi>prod-us in v2.5.0</bdi></b>")
	assert.NotContains(t, body, "prod-eu")
	assert.NotContains(t, body, ">Sign out<")
	assert.NotContains(t, body, ">Customers</a>")
	golden(t, "shared-activity", get(s, "/activity", "Cookie", cookie))
	golden(t, "shared-steps", get(s, "/releases/1/customers/1", "Cookie", cookie))
	assert.Equal(t, "/releases/1", get(s, "/", "Cookie", cookie).Header().Get("Location"))
	for _, path := range []string{"/clusters/2", "/customers/3", "/releases/1/customers/3", "/releases/1/clusters/2/grid", "/activity?cluster=2", "/releases/2"} {
		assert.Equal(t, http.StatusNotFound, get(s, path, "Cookie", cookie).Code, path)
	}

	// What is kept for one is not given to another, and an old copy is not confirmed.
	whole := signIn(t, svc, s)
	full := get(s, "/releases/1", "Cookie", whole)
	assert.Contains(t, full.Body.String(), "prod-eu")
	assert.NotEqual(t, full.Header().Get("ETag"), matrix.Header().Get("ETag"))
	assert.Equal(t, http.StatusOK, get(s, "/releases/1", "Cookie", cookie, "If-None-Match", full.Header().Get("ETag")).Code)
	assert.Equal(t, body, get(s, "/releases/1", "Cookie", cookie).Body.String())

	// Who has a session as well sees what the others see, and is back with their own afterwards.
	both := whole + "; " + cookie
	assert.NotContains(t, get(s, "/releases/1", "Cookie", both).Body.String(), "prod-eu")
	out := send(s, http.MethodPost, "/signout", "Cookie", both, "Sec-Fetch-Site", "same-origin")
	assert.Equal(t, "rollcall-view", out.Result().Cookies()[0].Name)
	assert.Contains(t, get(s, "/releases/1", "Cookie", both).Body.String(), "prod-eu", "that view is over")
	shut := get(s, "/releases/1", "Cookie", cookie)
	assert.Equal(t, http.StatusForbidden, shut.Code)

	// A link that was ended lets nobody in, neither those who are in.
	_, cookie, _ = share(t, svc, s, core.ShareRelease{Release: "v2.5.0", Customer: "cust-a-prod"})
	assert.Equal(t, "/releases/1/customers/1", get(s, "/", "Cookie", cookie).Header().Get("Location"))
	_, err = svc.Do(t.Context(), core.Person("UANN", core.ViaSlash), "", core.UnshareRelease{Link: "2"})
	require.NoError(t, err)
	shut = get(s, "/releases/1/customers/1", "Cookie", cookie)
	assert.Equal(t, http.StatusForbidden, shut.Code)
	assert.Contains(t, shut.Body.String(), "This shared link has ended.")
	golden(t, "shared-ended", shut)
}

// signIn is the cookie of somebody with a session of their own.
func signIn(t testing.TB, svc *core.Service, s *statuspage.Site) string {
	t.Helper()
	token, _, err := svc.NewSignIn(t.Context(), core.Person("UANN", core.ViaSlash))
	require.NoError(t, err)
	c := send(s, http.MethodPost, "/s/"+token, "Sec-Fetch-Site", "same-origin").Result().Cookies()[0]
	return c.Name + "=" + c.Value
}

func TestOpenPagesKnowSharedLinks(t *testing.T) {
	svc := service(t)
	s := site(t, svc, func(c *statuspage.Config) { c.Gate, c.Open = svc, true })
	assert.Contains(t, get(s, "/releases/1").Body.String(), "prod-eu")
	_, cookie, _ := share(t, svc, s, core.ShareRelease{Release: "v2.5.0", Cluster: "prod-us"})
	assert.NotContains(t, get(s, "/releases/1", "Cookie", cookie).Body.String(), "prod-eu")
	assert.Contains(t, get(s, "/releases/1").Body.String(), "prod-eu")
}

// No token is ever in the log, whatever becomes of the request.
func TestTokensAreNotLogged(t *testing.T) {
	svc := service(t)
	var log bytes.Buffer
	s := site(t, svc, func(c *statuspage.Config) {
		c.Gate, c.Log = svc, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	r, err := svc.Do(t.Context(), core.Person("UANN", core.ViaSlash), "", core.ShareRelease{Release: "v2.5.0"})
	require.NoError(t, err)
	_, cookie, _ := share(t, svc, s, core.ShareRelease{Release: "v2.5.0"})
	get(s, "/s/"+r.Secret)
	send(s, http.MethodPost, "/s/"+r.Secret, "Sec-Fetch-Site", "same-origin")
	send(s, http.MethodPost, "/s/"+r.Secret, "Sec-Fetch-Site", "cross-site")
	get(s, "/releases/1", "Cookie", cookie)
	_, value, _ := strings.Cut(cookie, "=")
	assert.NotContains(t, log.String(), r.Secret)
	assert.NotContains(t, log.String(), value)
}

// A twin tells what its page tells: the strip's facts too are the view's.
func TestSharedTwins(t *testing.T) {
	svc := service(t)
	s := behindLinks(t, svc)
	_, cookie, _ := share(t, svc, s, core.ShareRelease{Release: "v2.5.0", Cluster: "prod-us"})
	var m struct {
		Release  map[string]any
		Progress struct{ Total int }
		Clusters []struct{ Cluster core.ClusterRef }
	}
	w := get(s, "/releases/1.json", "Cookie", cookie)
	require.Equal(t, http.StatusOK, w.Code)
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &m))
	assert.Equal(t, 6, m.Progress.Total)
	require.Len(t, m.Clusters, 1)
	assert.Nil(t, m.Release["description"])
	assert.Nil(t, m.Release["metadata"])
}

// Claims, blocks and notes speak of people and reasons: a shared view neither shows nor explains them, and its history has
// no line that would say only that there was one.
func TestASharedLinkTellsOfNoBlocks(t *testing.T) {
	svc := service(t)
	s := behindLinks(t, svc)
	for _, op := range []core.Operation{
		core.StartStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-b-prod", Step: "D1"}},
		core.AddNote{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D1"}, Text: "twice"},
	} {
		do(t, svc, op)
	}
	_, cookie, _ := share(t, svc, s, core.ShareRelease{Release: "v2.5.0"})
	for _, path := range []string{"/activity", "/releases/1", "/releases/1/customers/3/steps/D1", "/releases/1/customers/1/steps/D1"} {
		body := strings.ToLower(get(s, path, "Cookie", cookie).Body.String())
		for _, word := range []string{"block", "started", "in progress", "note by", ">note"} {
			assert.NotContains(t, body, word, path)
		}
	}
	feed := get(s, "/activity", "Cookie", cookie).Body.String()
	assert.Contains(t, feed, "Skipped", "what became of steps is told")
	assert.Contains(t, feed, "overridden")
}
