package core

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"rollcall/storage"
)

// How long a person has to use a sign-in link, and how long a session lasts
// after it was last used. A session is prolonged once an hour at most, so that
// reading pages does not write each time.
const (
	signInLife   = 10 * time.Minute
	sessionLife  = 30 * 24 * time.Hour
	sessionSlide = time.Hour
)

// pass is a sign-in link or a session, stored under the SHA-256 of its token.
// The token itself is known only to whom it was given. A session belongs to a
// person or to a shared link.
type pass struct {
	User  string    `json:"user,omitempty"`
	Link  int64     `json:"link,omitempty"`
	Until time.Time `json:"until"`
}

// Admission is what a link's token gave.
type Admission struct {
	Session  string    // the token of the session it began
	Until    time.Time // when that ends if it is not used
	Link     int64     // the shared link it belongs to; 0 for a person's
	Release  int64     // what a shared link shows
	Customer int64     // 0: not one customer only
}

func signInPath(token string) string  { return "signin/" + digest(token) }
func sessionPath(token string) string { return "session/" + digest(token) }

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// newToken is 32 random bytes as text that fits into an address.
func (s *Service) newToken() (string, error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(s.cfg.Rand, b); err != nil {
		return "", fault(fmt.Errorf("read randomness: %w", err))
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

func noEntry(why string) *Error {
	return refuse(Forbidden, "%s", why).hint("Type `/rollcall link` in Slack to get a new link.")
}

// NewSignIn makes a link's token for a person who may read. It opens one
// session, within ten minutes.
func (s *Service) NewSignIn(ctx context.Context, a Actor) (token string, until time.Time, err error) {
	if a.User == "" {
		return "", until, refuse(Forbidden, "A sign-in link is for one person of the Slack workspace")
	}
	if err := s.meet(ctx, a); err != nil {
		return "", until, err
	}
	if token, err = s.newToken(); err != nil {
		return "", until, err
	}
	p := pass{User: a.User, Until: s.cfg.Now().UTC().Truncate(time.Second).Add(signInLife)}
	if err := s.change(ctx, func(w storage.Writer) error {
		if err := s.mayRead(w, a); err != nil {
			return err
		}
		return putPass(w, signInPath(token), p)
	}); err != nil {
		return "", until, err
	}
	return token, p.Until, nil
}

// Redeem opens a session with the token of a sign-in link, which is spent by
// it, or of a shared link, which is not.
func (s *Service) Redeem(ctx context.Context, token string) (*Admission, error) {
	var signIn *pass
	var shared string
	if err := s.view(ctx, func(r storage.Reader) (err error) {
		if signIn, err = readPass(r, signInPath(token)); err != nil {
			return err
		}
		shared, err = links.holder(r, "token", digest(token))
		return err
	}); err != nil {
		return nil, err
	}
	if signIn == nil && shared == "" {
		return nil, noEntry("This link does not exist, or was used before")
	}
	session, err := s.newToken()
	if err != nil {
		return nil, err
	}
	if shared != "" {
		return s.openLink(ctx, decimal(shared), session)
	}
	return s.signIn(ctx, signIn.User, token, session)
}

// signIn spends a sign-in link for the session of its person.
func (s *Service) signIn(ctx context.Context, user, token, session string) (*Admission, error) {
	reader := Person(user, ViaPage)
	if err := s.meet(ctx, reader); err != nil {
		return nil, err
	}
	now := s.cfg.Now().UTC().Truncate(time.Second)
	until := now.Add(sessionLife)
	var refusal error
	err := s.change(ctx, func(w storage.Writer) error {
		refusal = nil
		link, err := readPass(w, signInPath(token))
		switch {
		case err != nil:
			return err
		case link == nil:
			refusal = noEntry("This sign-in link was just used")
			return nil
		case !now.Before(link.Until):
			refusal = noEntry("This sign-in link has expired")
		default:
			if refusal = s.mayRead(w, reader); refusal != nil && ErrorCode(refusal) == Internal {
				return refusal
			}
		}
		if err := w.Delete([]byte(signInPath(token))); err != nil || refusal != nil {
			return err
		}
		return putPass(w, sessionPath(session), pass{User: user, Until: until})
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return nil, err
	}
	return &Admission{Session: session, Until: until}, nil
}

// openLink begins a session that lasts as long as its link, and counts it.
func (s *Service) openLink(ctx context.Context, id int64, session string) (*Admission, error) {
	now := s.cfg.Now().UTC().Truncate(time.Second)
	var out *Admission
	var refusal error
	err := s.change(ctx, func(w storage.Writer) error {
		out, refusal = nil, nil
		l, rel, err := readLink(w, id, now)
		if ErrorCode(err) == Forbidden {
			refusal = err
			return nil
		}
		if err != nil {
			return err
		}
		use, err := readLinkUse(w, id)
		if err != nil {
			return err
		}
		if err := putJSON(w, linkUsePath(id), linkUse{Count: use.Count + 1, Last: now.Unix()}); err != nil {
			return err
		}
		out = &Admission{Session: session, Until: l.end(rel), Link: id, Release: rel.ID, Customer: l.Customer}
		return putPass(w, sessionPath(session), pass{Link: id, Until: out.Until})
	})
	if err == nil {
		err = refusal
	}
	return out, err
}

// Session is who reads with a session's token. The person is checked anew each
// time, or the link: a session ends with the right to read.
func (s *Service) Session(ctx context.Context, session string) (Actor, error) {
	path := sessionPath(session)
	now := s.cfg.Now().UTC().Truncate(time.Second)
	var p *pass
	if err := s.view(ctx, func(r storage.Reader) (err error) {
		p, err = readPass(r, path)
		return err
	}); err != nil {
		return Actor{}, err
	}
	if p != nil && p.Link != 0 {
		return s.linkSession(ctx, p.Link, now)
	}
	if p == nil || !now.Before(p.Until) {
		return Actor{}, noEntry("You are not signed in, or your session has ended")
	}
	reader := Person(p.User, ViaPage)
	if err := s.meet(ctx, reader); err != nil {
		return Actor{}, err
	}
	if err := s.view(ctx, func(r storage.Reader) error { return s.mayRead(r, reader) }); err != nil {
		return Actor{}, err
	}
	if until := now.Add(sessionLife); until.Sub(p.Until) >= sessionSlide {
		err := s.change(ctx, func(w storage.Writer) error {
			p, err := readPass(w, path)
			if err != nil || p == nil {
				return err // ended meanwhile: it stays ended
			}
			p.Until = until
			return putPass(w, path, *p)
		})
		if err != nil {
			return Actor{}, err
		}
	}
	return reader, nil
}

// linkSession is the reader of a shared link that still works, and notes once
// an hour that somebody looks.
func (s *Service) linkSession(ctx context.Context, id int64, now time.Time) (Actor, error) {
	var use linkUse
	if err := s.view(ctx, func(r storage.Reader) (err error) {
		if _, _, err = readLink(r, id, now); err == nil {
			use, err = readLinkUse(r, id)
		}
		return err
	}); err != nil {
		return Actor{}, err
	}
	if now.Sub(unixTime(use.Last)) >= sessionSlide {
		err := s.change(ctx, func(w storage.Writer) error {
			use, err := readLinkUse(w, id)
			if err != nil {
				return err
			}
			use.Last = now.Unix()
			return putJSON(w, linkUsePath(id), use)
		})
		if err != nil {
			return Actor{}, err
		}
	}
	return Actor{Via: ViaPage, link: id}, nil
}

// EndSession signs out. Ending a session that has ended is no error.
func (s *Service) EndSession(ctx context.Context, session string) error {
	err := s.change(ctx, func(w storage.Writer) error { return w.Delete([]byte(sessionPath(session))) })
	if err == nil {
		s.watchers.tell(0)
	}
	return err
}

// change writes housekeeping: what is no part of history.
func (s *Service) change(ctx context.Context, f func(storage.Writer) error) error {
	if err := s.store.Update(ctx, f); err != nil {
		return fault(err)
	}
	return nil
}

func readPass(r storage.Reader, path string) (*pass, error) {
	b, err := r.Get([]byte(path))
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := new(pass)
	if err := json.Unmarshal(b, p); err != nil {
		return nil, fmt.Errorf("a sign-in is damaged: %w", err)
	}
	return p, nil
}

func putPass(w storage.Writer, path string, p pass) error {
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return w.Put([]byte(path), b)
}
