package core

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"rollcall/storage"
)

// Directory looks up people where they live: in Slack.
type Directory interface {
	// Lookup says what is known of a user now; NotFound when there is none.
	Lookup(ctx context.Context, user string) (PersonInfo, error)
}

// Config is what a Service is given from outside.
type Config struct {
	Now         func() time.Time
	Rand        io.Reader                                 // must never fail
	Admins      []string                                  // Slack user ids that are always admin
	DefaultRole Role                                      // of full members without a grant
	Zone        *time.Location                            // of dates without a time; nil is UTC
	People      Directory                                 // nil: only people already known may act
	Schedules   func(text, zone string) (Schedule, error) // reads schedules of reminders; its errors are *Error
}

// How long things are kept.
const (
	peopleMaxAge = 10 * time.Minute    // beyond it a person is looked up again before a right depends on it
	keyMaxAge    = 24 * time.Hour      // receipts
	parkedMaxAge = 30 * 24 * time.Hour // notices that were given up
	undoWindow   = 15 * time.Minute
)

// Service is the domain over one store. It is safe for concurrent use.
type Service struct {
	store storage.Store
	cfg   Config
	wake  chan struct{}
	epoch string
	ask   sync.Mutex
	asked map[string]*sync.Mutex // one look-up a person at a time

	watchers watchers
	trails   trails
	tableaus tableaus
}

// Open prepares a store for use: lays out an empty one, migrates an older one,
// refuses a newer one.
func Open(ctx context.Context, store storage.Store, cfg Config) (*Service, error) {
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	s := &Service{store: store, cfg: cfg, wake: make(chan struct{}, 1), asked: map[string]*sync.Mutex{}}
	random := make([]byte, 4)
	if _, err := io.ReadFull(cfg.Rand, random); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	if err := migrate(ctx, store, hex.EncodeToString(random)); err != nil {
		return nil, err
	}
	return s, s.view(ctx, func(r storage.Reader) error {
		b, err := r.Get([]byte("meta/epoch"))
		s.epoch = string(b)
		return err
	})
}

// OpenReadOnly reads a store that is already laid out, without changing it.
func OpenReadOnly(ctx context.Context, store storage.Store, cfg Config) (*Service, error) {
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	s := &Service{store: store, cfg: cfg, wake: make(chan struct{}, 1), asked: map[string]*sync.Mutex{}}
	return s, s.view(ctx, func(r storage.Reader) error {
		if err := checkSchema(r); err != nil {
			return err
		}
		b, err := r.Get([]byte("meta/epoch"))
		s.epoch = string(b)
		return err
	})
}

// Bind ties the file to the Slack workspace of its first start.
func (s *Service) Bind(ctx context.Context, team string) error {
	var bound string
	err := s.store.Update(ctx, func(w storage.Writer) error {
		b, err := w.Get([]byte("meta/workspace"))
		if isNotFound(err) {
			bound = team
			return w.Put([]byte("meta/workspace"), []byte(team))
		}
		bound = string(b)
		return err
	})
	if err == nil && bound != team {
		return refuse(Conflict, "This database belongs to the Slack workspace %s, and the bot token to %s", bound, team).
			hint("Use another database file for this workspace, or the tokens of the other.")
	}
	return err
}

// Workspace is the Slack workspace that the file is tied to; empty when it is tied to none yet.
func (s *Service) Workspace(ctx context.Context) (team string, err error) {
	err = s.view(ctx, func(r storage.Reader) error {
		b, err := r.Get([]byte("meta/workspace"))
		team = string(b)
		if isNotFound(err) {
			return nil
		}
		return err
	})
	return team, err
}

// Restored tells a store that it was put back from a copy: whatever was shown before is stale from now on, although
// the records may count the same events.
func (s *Service) Restored(ctx context.Context) error {
	random := make([]byte, 4)
	if _, err := io.ReadFull(s.cfg.Rand, random); err != nil {
		return fmt.Errorf("read randomness: %w", err)
	}
	epoch := hex.EncodeToString(random)
	if err := s.store.Update(ctx, func(w storage.Writer) error { return w.Put([]byte("meta/epoch"), []byte(epoch)) }); err != nil {
		return fault(err)
	}
	s.epoch = epoch
	return nil
}

// Epoch names this store among those with the same history: a store put back from a copy counts on from the same event,
// for other changes, and is another epoch.
func (s *Service) Epoch() string { return s.epoch }

// Wake receives after commits that left something in the outbox.
func (s *Service) Wake() <-chan struct{} { return s.wake }

// Do runs an operation for an actor, in one transaction: the key's receipt if
// the key was used before; else rights, rule, records, event, notices, key.
// An empty key is not remembered. Errors are *Error, and then nothing has changed.
func (s *Service) Do(ctx context.Context, actor Actor, key string, op Operation) (Receipt, error) {
	return s.do(ctx, actor, key, op, nil)
}

// DoAsOf is Do as long as the given event is still the newest (see Revision); otherwise the error is ErrMoved.
func (s *Service) DoAsOf(ctx context.Context, actor Actor, key string, op Operation, newest int64) (Receipt, error) {
	return s.do(ctx, actor, key, op, &newest)
}

func (s *Service) do(ctx context.Context, actor Actor, key string, op Operation, asOf *int64) (Receipt, error) {
	if len(key) > 200 {
		return Receipt{}, refuse(Invalid, "The request key is longer than 200 characters")
	}
	op, err := s.prepare(ctx, actor, op)
	if err != nil {
		return Receipt{}, AsError(err)
	}
	now := s.cfg.Now().UTC().Truncate(time.Second)
	var out result
	err = s.store.Update(ctx, func(w storage.Writer) (err error) {
		out, err = s.attempt(w, actor, key, op, now, asOf)
		return err
	})
	if out.refusal != nil {
		return Receipt{}, out.refusal
	}
	if err != nil {
		return Receipt{}, fault(err)
	}
	if out.changed {
		s.watchers.tell(out.release)
	}
	if out.told {
		s.stir()
	}
	return out.receipt, nil
}

// prepare does what an operation needs before its transaction: whom it is about is looked up, and a secret is made.
func (s *Service) prepare(ctx context.Context, actor Actor, op Operation) (Operation, error) {
	if err := s.meet(ctx, actor); err != nil {
		return nil, err
	}
	if op, ok := op.(interface{ names() string }); ok {
		// Whoever is asked for help, or given a role, may never have come here. Should Slack not say who they are just
		// now, the operation says what that means for it.
		_ = s.meet(ctx, Person(op.names(), actor.Via))
	}
	if secret, ok := op.(interface{ withToken(string) Operation }); ok {
		token, err := s.newToken()
		if err != nil {
			return nil, err
		}
		return secret.withToken(token), nil
	}
	return op, nil
}

// result is what a transaction of Do came to.
type result struct {
	receipt Receipt
	refusal *Error
	changed bool
	release int64 // that changed, 0 for any
	told    bool  // something waits to be told
}

// attempt is the transaction of Do. A refusal for lack of rights is stored, and so no error; one by the rules leaves
// the transaction empty.
func (s *Service) attempt(w storage.Writer, actor Actor, key string, op Operation, now time.Time, asOf *int64) (out result, err error) {
	if key != "" {
		used, err := readReceipt(w, key)
		if err != nil {
			return out, err
		}
		if used != nil {
			out.receipt = *used
			return out, nil
		}
	}
	t, err := newTx(w, &s.cfg, actor, now, op.Op())
	if err != nil {
		return out, err
	}
	if t.role, err = roleOf(w, &s.cfg, actor); err != nil {
		return out, err
	}
	if t.role < op.Needs() {
		if out.refusal, err = t.forbid(op); err != nil {
			return out, err
		}
		return out, t.flush(w)
	}
	if asOf != nil {
		newest, err := newestEvent(w)
		if err != nil {
			return out, err
		}
		if newest != *asOf {
			out.refusal = ErrMoved
			return out, nil
		}
	}
	if err := op.run(t); err != nil {
		if out.refusal = AsError(err); out.refusal.Code == Internal {
			return out, err
		}
		return out, nil
	}
	if out.changed, err = t.finish(); err != nil {
		return out, err
	}
	t.receipt.Seq = 0
	if out.changed {
		t.receipt.Seq = t.event.Seq
		if !t.final && !actor.system {
			t.receipt.UndoUntil = now.Add(undoWindow).Unix()
		}
		out.release, out.told = t.event.Release, len(t.notices) > 0 || t.redraw
	}
	if key != "" {
		if err := t.putJSON("key/"+key, storedReceipt{At: now.Unix(), Receipt: t.receipt}); err != nil {
			return out, err
		}
	}
	out.receipt = t.receipt
	return out, t.flush(w)
}

// storedReceipt is what a request key leaves behind.
type storedReceipt struct {
	At      int64   `json:"at"`
	Receipt Receipt `json:"receipt"`
}

func readReceipt(r storage.Reader, key string) (*Receipt, error) {
	b, err := r.Get([]byte("key/" + key))
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var st storedReceipt
	if err := json.Unmarshal(b, &st); err != nil {
		return nil, fmt.Errorf("receipt of %q is damaged: %w", key, err)
	}
	st.Receipt.Replay = true
	return &st.Receipt, nil
}

// fault words an error of the store or of ours for people.
func fault(err error) error {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, storage.ErrClosed):
		return &Error{Code: Unavailable, Msg: "Rollcall is just being stopped or is too busy", Hint: "Nothing was changed. Try again in a moment.", cause: err}
	case errors.Is(err, storage.ErrWrite):
		return &Error{Code: Internal, Msg: "The change could not be written to the database",
			Hint: "Often the disk is full; whoever runs Rollcall finds the cause in the log, by the reference. Reading goes on. Try again once that is mended.", cause: err}
	case errors.Is(err, storage.ErrLimit):
		return &Error{Code: Conflict, Msg: "That is more than one operation may change at once", Hint: "Do it in smaller parts.", cause: err}
	}
	return AsError(err)
}

// view runs a query on one consistent state.
func (s *Service) view(ctx context.Context, f func(storage.Reader) error) error {
	err := s.store.View(ctx, f)
	if err == nil {
		return nil
	}
	return fault(err)
}

func isNotFound(err error) bool { return errors.Is(err, storage.ErrNotFound) }

// fold is how names are compared: without regard to case.
func fold(s string) string { return strings.ToLower(strings.ToUpper(strings.TrimSpace(s))) }
