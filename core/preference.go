package core

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"rollcall/storage"
)

// Pace is where a person goes on after a step is done.
type Pace string

// The paces: the next step of the same customer, or the same step of the next customer.
const (
	ByStep     Pace = "step"
	ByCustomer Pace = "customer"
)

// Paces is every pace, the usual one first.
var Paces = []Pace{ByStep, ByCustomer}

// Preferences are a person's own ways of working. They are housekeeping: no
// event tells of them and nobody else sees them.
type Preferences struct {
	Pace Pace `json:"pace"`
}

func preferencePath(user string) string { return "prefer/" + user }

// Preferences is how the asker likes to work.
func (s *Service) Preferences(ctx context.Context, a Actor) (*Preferences, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*Preferences, error) { return readPreferences(r, a.User) })
}

func readPreferences(r storage.Reader, user string) (*Preferences, error) {
	p := &Preferences{Pace: ByStep}
	b, err := r.Get([]byte(preferencePath(user)))
	if isNotFound(err) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, p); err != nil {
		return nil, fmt.Errorf("the preferences of %s are damaged: %w", user, err)
	}
	return p, nil
}

// Prefer remembers how the asker likes to work from now on.
func (s *Service) Prefer(ctx context.Context, a Actor, p Preferences) error {
	if _, err := s.Preferences(ctx, a); err != nil {
		return err
	}
	if !slices.Contains(Paces, p.Pace) {
		return invalid("by", "%q is not a way to go on", p.Pace).hint("It is step or customer.")
	}
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return s.change(ctx, func(w storage.Writer) error { return w.Put([]byte(preferencePath(a.User)), b) })
}
