package statuspage

import (
	"context"
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"rollcall/core"
)

// What people without a way in are told, and those whose shared link has ended.
var (
	errNoSession = errors.New("no session")
	errLinkOver  = errors.New("the shared link has ended")
)

// cookieLife is how long a browser keeps the cookie, in seconds. The session itself ends earlier: the gate decides.
const cookieLife = 400 * 24 * 60 * 60

// cookieName has the prefix that binds the cookie to this host and to https, where there is https. A shared link's
// session has a cookie of its own: who is signed in and looks at what others were given is signed in again afterwards.
func (s *Site) cookieName() string { return s.bound("rollcall") }

func (s *Site) viewCookieName() string { return s.bound("rollcall-view") }

func (s *Site) bound(name string) string {
	if s.secure() {
		return "__Host-" + name
	}
	return name
}

type actorKey struct{}

// actorOf is who asks, once enter has let them in.
func actorOf(r *http.Request) core.Actor {
	a, _ := r.Context().Value(actorKey{}).(core.Actor)
	return a
}

// enter lets in whoever has a session, or everybody where the page is open.
func (s *Site) enter(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.cfg.Gate != nil {
			w.Header().Add("Vary", "Cookie")
		}
		actor, err := s.visitor(r)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		seen(r.Context(), actor)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), actorKey{}, actor)))
	})
}

// visitor is who asks, as of now.
func (s *Site) visitor(r *http.Request) (core.Actor, error) {
	if s.cfg.Gate == nil {
		return core.Anyone(), nil
	}
	refusal := errNoSession
	for _, name := range []string{s.viewCookieName(), s.cookieName()} {
		c, err := r.Cookie(name)
		if err != nil || c.Value == "" {
			continue
		}
		actor, err := s.cfg.Gate.Session(r.Context(), c.Value)
		switch core.ErrorCode(err) {
		case "":
			return actor, nil
		case core.NotFound, core.Forbidden:
			if name == s.viewCookieName() {
				refusal = errLinkOver
			}
		default:
			return core.Actor{}, err
		}
	}
	if s.cfg.Open {
		return core.Anyone(), nil
	}
	return core.Actor{}, refusal
}

// refuse shows the way in to those without a session.
func (s *Site) refuse(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, errNoSession):
		s.fail(w, r, http.StatusForbidden, "You are not signed in here.",
			"In Slack, type `/rollcall link` and open the link you get: it signs this browser in.")
	case errors.Is(err, errLinkOver):
		s.fail(w, r, http.StatusForbidden, "This shared link has ended.", "Ask whoever sent it to you for a new one.")
	default:
		s.failWith(w, r, err)
	}
}

// showSignIn answers every token with the same page, which holds no data and spends nothing: programs that fetch each
// address they see learn and use up nothing. A person presses Continue.
func (s *Site) showSignIn(w http.ResponseWriter, r *http.Request) {
	page, err := s.layouts.render("signin", "frame", frame{Title: "Sign in"})
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	answer{kind: htmlType, body: page}.send(w)
}

func (s *Site) redeem(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Gate == nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	if !s.ownForm(w, r) {
		return
	}
	in, err := s.cfg.Gate.Redeem(r.Context(), chi.URLParam(r, "token"))
	switch core.ErrorCode(err) {
	case "":
	case core.Internal, core.Unavailable:
		s.failWith(w, r, err)
		return
	default:
		s.fail(w, r, http.StatusGone, "This link is too old, was used already, or has been ended.",
			"For a new one, type `/rollcall link` in Slack, or ask whoever sent it to you.")
		return
	}
	if in.Link != 0 {
		http.SetCookie(w, s.cookie(s.viewCookieName(), in.Session, max(1, int(in.Until.Sub(s.cfg.Now()).Seconds()))))
		http.Redirect(w, r, scopePath(in.Release, in.Customer), http.StatusSeeOther)
		return
	}
	http.SetCookie(w, s.cookie(s.cookieName(), in.Session, cookieLife))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// signOut ends the session of a shared link when there is one, else the person's own.
func (s *Site) signOut(w http.ResponseWriter, r *http.Request) {
	if !s.ownForm(w, r) {
		return
	}
	name := s.viewCookieName()
	c, err := r.Cookie(name)
	if err != nil {
		name = s.cookieName()
		c, err = r.Cookie(name)
	}
	if err == nil && s.cfg.Gate != nil {
		if err := s.cfg.Gate.EndSession(r.Context(), c.Value); err != nil {
			s.failWith(w, r, err)
			return
		}
	}
	http.SetCookie(w, s.cookie(name, "", -1))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (s *Site) cookie(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode}
}

// ownForm reports whether a form was sent from a page of ours, and answers when not.
func (s *Site) ownForm(w http.ResponseWriter, r *http.Request) bool {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		s.fail(w, r, http.StatusForbidden, "This form was sent from another site.", "Open the link again and press Continue there.")
		return false
	}
	return true
}
