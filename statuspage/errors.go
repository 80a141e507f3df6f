package statuspage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"rollcall/core"
)

// statusOf is how each kind of refusal is said in HTTP.
var statusOf = map[core.Code]int{
	core.Invalid:     http.StatusBadRequest,
	core.Ambiguous:   http.StatusBadRequest,
	core.NotFound:    http.StatusNotFound,
	core.Forbidden:   http.StatusForbidden,
	core.Conflict:    http.StatusConflict,
	core.Unavailable: http.StatusServiceUnavailable,
}

// failure is what an error page says.
type failure struct {
	Status    int
	Msg, Hint string
	Ref       string // stands in the log too; empty when there is nothing to look up there
}

// Inside is false for those who, as far as we know, cannot get any further than this.
func (f failure) Inside() bool {
	return f.Status != http.StatusForbidden && f.Status != http.StatusGone
}

// title is what the page is headed by: what happened to the reader, or else what HTTP calls it.
func (f failure) title() string {
	switch f.Status {
	case http.StatusForbidden:
		return "No access"
	case http.StatusGone:
		return "This link no longer works"
	case http.StatusRequestURITooLong:
		return "Address too long"
	case http.StatusInternalServerError:
		return "Something went wrong"
	}
	return capital(strings.ToLower(http.StatusText(f.Status)))
}

// failWith answers with an error of core's or of ours. Causes go to the log, under the reference the page shows.
func (s *Site) failWith(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody is there any more
	}
	e := core.AsError(err)
	status, known := statusOf[e.Code]
	f := failure{Status: status, Msg: e.Msg + ".", Hint: e.Hint}
	if !known || status >= 500 {
		if !known {
			f = failure{Status: http.StatusInternalServerError, Msg: "This page could not be made.",
				Hint: "Try again. If it happens again, give an admin the reference."}
		}
		f.Ref = s.cfg.NewRef()
		s.cfg.Log.Error("page failed", "ref", f.Ref, "route", routeOf(r), "err", err)
	}
	if f.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	s.answerFailure(w, r, f)
}

// fail answers with words of ours.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, status int, msg, hint string) {
	s.answerFailure(w, r, failure{Status: status, Msg: msg, Hint: hint})
}

func (s *Site) answerFailure(w http.ResponseWriter, r *http.Request, f failure) {
	h := w.Header()
	h.Del("ETag")
	h.Set("Cache-Control", noStore)
	if !isTwin(r) {
		if f.Msg == f.title()+"." {
			f.Msg = "" // the heading has said it
		}
		page, err := s.layouts.render("error", "frame", frame{Title: f.title(), Body: f})
		if err != nil {
			s.cfg.Log.Error("the error page failed", "err", err)
			http.Error(w, f.Msg, f.Status)
			return
		}
		h.Set("Content-Type", htmlType)
		w.WriteHeader(f.Status)
		_, _ = w.Write(page)
		return
	}
	body := struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
			Ref     string `json:"reference,omitempty"`
		} `json:"error"`
	}{}
	body.Error.Code = strings.ReplaceAll(strings.ToLower(http.StatusText(f.Status)), " ", "_")
	body.Error.Message = strings.TrimSpace(f.Msg + " " + f.Hint)
	body.Error.Ref = f.Ref
	b, err := json.Marshal(body)
	if err != nil { // cannot be: three strings
		http.Error(w, f.Msg, f.Status)
		return
	}
	h.Set("Content-Type", jsonType)
	w.WriteHeader(f.Status)
	_, _ = w.Write(append(b, '\n'))
}

func (s *Site) notFound(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, http.StatusNotFound, "There is no such page.", "")
}

func (s *Site) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		if s.routes.Match(chi.NewRouteContext(), m, r.URL.Path) {
			allowed = append(allowed, m)
		}
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	s.fail(w, r, http.StatusMethodNotAllowed, "Pages here can only be read.", "Changes are made in Slack.")
}

// recoverPanics turns a fault of ours into an error page. What was already written cannot be taken back, but pages are
// written only once they are whole.
func (s *Site) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.failWith(w, r, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}()
		next.ServeHTTP(w, r)
	})
}

// routeOf is the pattern that matched: unlike the address it holds no token.
func routeOf(r *http.Request) string {
	if c := chi.RouteContext(r.Context()); c != nil {
		return r.Method + " " + c.RoutePattern()
	}
	return r.Method
}

// health says whether the process and the store answer.
func (s *Site) health(w http.ResponseWriter, r *http.Request) {
	s.probe(w, r, func(ctx context.Context) error {
		_, err := s.cfg.Views.Revision(ctx)
		return err
	})
}

// ready says whether the whole program does its work.
func (s *Site) ready(w http.ResponseWriter, r *http.Request) {
	s.probe(w, r, func(ctx context.Context) error {
		_, err := s.cfg.Views.Revision(ctx)
		if err == nil && s.cfg.Ready != nil {
			err = s.cfg.Ready(ctx)
		}
		return err
	})
}

func (s *Site) probe(w http.ResponseWriter, r *http.Request, check func(context.Context) error) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	defer cancel()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err := check(ctx); err != nil {
		s.cfg.Log.Warn("probe failed", slog.String("route", routeOf(r)), slog.Any("err", err))
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("unavailable\n"))
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}
