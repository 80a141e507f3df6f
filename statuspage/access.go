package statuspage

import (
	"context"
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"rollcall/core"
)

// cookieLife is how long a browser keeps the cookie, in seconds. The session itself ends earlier: the gate decides.
const cookieLife = 400 * 24 * 60 * 60

// cookieName has the prefix that binds the cookie to this host and to https, where there is https.
func (s *Site) cookieName() string {
	if s.secure() {
		return "__Host-rollcall"
	}
	return "rollcall"
}

type actorKey struct{}

// actorOf is who asks, once enter has let them in.
func actorOf(r *http.Request) core.Actor {
	a, _ := r.Context().Value(actorKey{}).(core.Actor)
	return a
}

// enter lets in whoever has a session, or everybody where there is no gate.
func (s *Site) enter(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		actor := core.Anyone()
		if s.cfg.Gate != nil {
			w.Header().Add("Vary", "Cookie")
			var err error
			if actor, err = s.visitor(r); err != nil {
				s.refuse(w, r, err)
				return
			}
		}
		seen(r.Context(), actor)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), actorKey{}, actor)))
	})
}

var errNoSession = errors.New("no session")

func (s *Site) visitor(r *http.Request) (core.Actor, error) {
	c, err := r.Cookie(s.cookieName())
	if err != nil || c.Value == "" {
		return core.Actor{}, errNoSession
	}
	actor, err := s.cfg.Gate.Session(r.Context(), c.Value)
	if code := core.ErrorCode(err); code == core.NotFound || code == core.Forbidden {
		return core.Actor{}, errNoSession
	}
	return actor, err
}

// refuse shows the way in to those without a session.
func (s *Site) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if !errors.Is(err, errNoSession) {
		s.failWith(w, r, err)
		return
	}
	s.fail(w, r, http.StatusForbidden, "You are not signed in here.",
		"In Slack, type /rollcall link and open the link you get: it signs this browser in.")
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
	session, _, err := s.cfg.Gate.Redeem(r.Context(), chi.URLParam(r, "token"))
	switch core.ErrorCode(err) {
	case "":
	case core.Internal, core.Unavailable:
		s.failWith(w, r, err)
		return
	default:
		s.fail(w, r, http.StatusGone, "This link has been used already, or it is too old.",
			"In Slack, type /rollcall link for a new one.")
		return
	}
	http.SetCookie(w, s.cookie(session, cookieLife))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (s *Site) signOut(w http.ResponseWriter, r *http.Request) {
	if !s.ownForm(w, r) {
		return
	}
	if c, err := r.Cookie(s.cookieName()); err == nil && s.cfg.Gate != nil {
		if err := s.cfg.Gate.EndSession(r.Context(), c.Value); err != nil {
			s.failWith(w, r, err)
			return
		}
	}
	http.SetCookie(w, s.cookie("", -1))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (s *Site) cookie(value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: s.cookieName(), Value: value, Path: "/", MaxAge: maxAge,
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
