package core

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"rollcall/storage"
)

// draftMaxAge is how long a text that somebody has begun with is kept.
const draftMaxAge = 24 * time.Hour

// draft is a text too long to travel with a form: what somebody is about to
// save, kept until they have decided where.
type draft struct {
	Actor string `json:"actor"`
	Until int64  `json:"until"`
	Text  string `json:"text"`
}

// KeepDraft keeps a text for the asker, for a day, and gives the id that
// fetches it. What a step cannot say is refused now: a draft can be saved.
func (s *Service) KeepDraft(ctx context.Context, a Actor, text string) (string, error) {
	if err := s.meet(ctx, a); err != nil {
		return "", AsError(err)
	}
	if err := s.view(ctx, func(r storage.Reader) error { return s.mayRead(r, a) }); err != nil {
		return "", err
	}
	text, err := cleanContent("content", text)
	if err != nil {
		return "", err
	}
	id := make([]byte, 8)
	if _, err := io.ReadFull(s.cfg.Rand, id); err != nil {
		return "", fault(err)
	}
	name := hex.EncodeToString(id)
	b, err := json.Marshal(draft{Actor: a.id(), Until: s.cfg.Now().Add(draftMaxAge).Unix(), Text: text})
	if err != nil {
		return "", err
	}
	return name, s.change(ctx, func(w storage.Writer) error { return w.Put([]byte("draft/"+name), b) })
}

// Draft is a text that the asker left with KeepDraft.
func (s *Service) Draft(ctx context.Context, a Actor, id string) (string, error) {
	text, err := ask(ctx, s, a, func(r storage.Reader) (*string, error) {
		b, err := r.Get([]byte("draft/" + id))
		if isNotFound(err) {
			return nil, draftGone()
		}
		if err != nil {
			return nil, err
		}
		var d draft
		if err := json.Unmarshal(b, &d); err != nil {
			return nil, fmt.Errorf("draft %s is damaged: %w", id, err)
		}
		if d.Actor != a.id() || s.cfg.Now().Unix() > d.Until {
			return nil, draftGone()
		}
		return &d.Text, nil
	})
	if err != nil {
		return "", err
	}
	return *text, nil
}

func draftGone() *Error {
	return refuse(NotFound, "The text is no longer here").hint("It is kept for a day, for the person who brought it. Bring it again.")
}
