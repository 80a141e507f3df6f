package statuspage_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/statuspage"
)

// gate knows the token "tok" and the session "good".
type gate struct {
	spent, ended bool
	failing      error
}

func (g *gate) Redeem(_ context.Context, token string) (*core.Admission, error) {
	if token == "shared" {
		return &core.Admission{Session: "view", Until: day.Add(24 * time.Hour), Link: 3, Release: 12}, nil
	}
	if token != "tok" || g.spent {
		return nil, &core.Error{Code: core.NotFound, Msg: "no such link"}
	}
	g.spent = true
	return &core.Admission{Session: "good", Until: day.Add(30 * 24 * time.Hour)}, g.failing
}

func (g *gate) Session(_ context.Context, session string) (core.Actor, error) {
	if g.failing != nil {
		return core.Actor{}, g.failing
	}
	if session != "good" || g.ended {
		return core.Actor{}, &core.Error{Code: core.NotFound, Msg: "no such session"}
	}
	return core.Person("U1", core.ViaPage), nil
}

func (g *gate) EndSession(context.Context, string) error { g.ended = true; return nil }

func locked(g *gate) func(*statuspage.Config) {
	return func(c *statuspage.Config) { c.Gate = g }
}

func TestSignIn(t *testing.T) {
	g := &gate{}
	s := site(t, typical(), locked(g))

	shut := get(s, "/releases/12")
	assert.Equal(t, http.StatusForbidden, shut.Code)
	assert.Contains(t, shut.Body.String(), "/rollcall link")
	assert.NotContains(t, shut.Body.String(), "Spring")
	golden(t, "forbidden", shut)
	assert.JSONEq(t, `{"error":{"code":"forbidden","message":"You are not signed in here. In Slack, type \u0060/rollcall link\u0060 and open the link you get: it signs this browser in."}}`,
		get(s, "/releases/12.json").Body.String())

	// Whoever fetches the link sees the same page for every token, and spends nothing.
	page := get(s, "/s/tok")
	assert.Equal(t, http.StatusOK, page.Code)
	assert.Equal(t, "no-store", page.Header().Get("Cache-Control"))
	assert.Empty(t, page.Result().Cookies())
	assert.Equal(t, page.Body.String(), get(s, "/s/wrong").Body.String())
	assert.NotContains(t, page.Body.String(), "tok")
	assert.False(t, g.spent)
	golden(t, "signin", page)
	for _, path := range []string{"/s/tok", "/healthz", "/readyz"} {
		assert.Equal(t, http.StatusOK, send(s, http.MethodHead, path).Code, "a look ahead at %s", path)
	}
	assert.False(t, g.spent)

	foreign := send(s, http.MethodPost, "/s/tok", "Sec-Fetch-Site", "cross-site")
	assert.Equal(t, http.StatusForbidden, foreign.Code)
	assert.False(t, g.spent)
	assert.Equal(t, http.StatusGone, send(s, http.MethodPost, "/s/wrong", "Sec-Fetch-Site", "same-origin").Code)

	in := send(s, http.MethodPost, "/s/tok", "Sec-Fetch-Site", "same-origin", "Origin", "null")
	assert.Equal(t, http.StatusSeeOther, in.Code)
	assert.Equal(t, "/", in.Header().Get("Location"))
	require.Len(t, in.Result().Cookies(), 1)
	c := in.Result().Cookies()[0]
	assert.Equal(t, "rollcall", c.Name)
	assert.True(t, c.HttpOnly)
	assert.Equal(t, http.SameSiteLaxMode, c.SameSite)
	assert.Equal(t, http.StatusGone, send(s, http.MethodPost, "/s/tok", "Sec-Fetch-Site", "same-origin").Code, "once")

	cookie := c.Name + "=" + c.Value
	open := get(s, "/releases/12", "Cookie", cookie)
	assert.Equal(t, http.StatusOK, open.Code)
	assert.Contains(t, open.Body.String(), "Sign out")
	assert.Contains(t, open.Header().Values("Vary"), "Cookie")

	assert.Equal(t, http.StatusForbidden, send(s, http.MethodPost, "/signout", "Cookie", cookie, "Sec-Fetch-Site", "cross-site").Code)
	assert.False(t, g.ended)
	out := send(s, http.MethodPost, "/signout", "Cookie", cookie, "Sec-Fetch-Site", "same-origin")
	assert.Equal(t, http.StatusSeeOther, out.Code)
	assert.True(t, g.ended)
	assert.Negative(t, out.Result().Cookies()[0].MaxAge)
	assert.Equal(t, http.StatusForbidden, get(s, "/releases/12", "Cookie", cookie, "If-None-Match", open.Header().Get("ETag")).Code,
		"an old copy is not confirmed to those who are out")
}

func TestCookieIsBoundToHTTPS(t *testing.T) {
	s := site(t, typical(), locked(&gate{}), func(c *statuspage.Config) { c.BaseURL, _ = url.Parse("https://status.example") })
	w := send(s, http.MethodPost, "/s/tok", "Host", "status.example", "Sec-Fetch-Site", "same-origin")
	c := w.Result().Cookies()[0]
	assert.Equal(t, "__Host-rollcall", c.Name)
	assert.True(t, c.Secure)
	assert.Equal(t, "/", c.Path)
	assert.Empty(t, c.Domain)
}

func TestGateOutOfOrder(t *testing.T) {
	s := site(t, typical(), locked(&gate{failing: &core.Error{Code: core.Unavailable, Msg: "Slack could not say who you are just now"}}))
	assert.Equal(t, http.StatusServiceUnavailable, get(s, "/", "Cookie", "rollcall=good").Code)
	s = site(t, typical(), locked(&gate{failing: errors.New("torn")}))
	assert.Equal(t, http.StatusInternalServerError, get(s, "/", "Cookie", "rollcall=good").Code)
	assert.Equal(t, http.StatusInternalServerError, send(s, http.MethodPost, "/s/tok", "Sec-Fetch-Site", "same-origin").Code)
}
