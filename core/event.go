package core

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rollcall/storage"
)

// Event is one thing that happened: the activity feed, the audit log and each
// step's history are made of events. It is written in the transaction that
// made the change and never altered.
type Event struct {
	Seq      int64     `json:"seq"`
	At       time.Time `json:"at"`
	Actor    string    `json:"actor"` // Slack user id, or "rollcall" for the program itself
	Via      Via       `json:"via"`
	Op       string    `json:"op"`
	Release  int64     `json:"release_id,omitempty"` // what it was about, where that is one thing
	Customer int64     `json:"customer_id,omitempty"`
	Cluster  int64     `json:"cluster_id,omitempty"`
	Step     string    `json:"step_short_id,omitempty"`
	Title    string    `json:"title,omitempty"` // the target line, or what the thing was called then
	Text     string    `json:"text,omitempty"`  // reason or note, as typed
	Count    int       `json:"count,omitempty"` // steps touched, when more than one
	Undoes   int64     `json:"undoes,omitempty"`
	Refused  bool      `json:"refused,omitempty"` // tried without the right to; nothing changed
	Subjects []Subject `json:"subjects,omitempty"`
}

// Subject is one record that an event changed.
type Subject struct {
	Record  string   `json:"record"`            // its key
	Title   string   `json:"title,omitempty"`   // what it was called then
	Created bool     `json:"created,omitempty"` // it did not exist before
	Prev    int64    `json:"prev,omitempty"`    // the event that touched it before
	Changes []Change `json:"changes,omitempty"`
}

// change finds the change of a field; nil when the event left it alone.
func (s *Subject) change(field string) *Change {
	for i := range s.Changes {
		if s.Changes[i].Field == field {
			return &s.Changes[i]
		}
	}
	return nil
}

// subject finds what the event did to a record; nil when nothing.
func (e *Event) subject(record string) *Subject {
	for i := range e.Subjects {
		if e.Subjects[i].Record == record {
			return &e.Subjects[i]
		}
	}
	return nil
}

func eventPath(seq int64) string { return "event/" + seqKey(seq) }

func readEvent(r storage.Reader, seq int64) (*Event, error) {
	b, err := r.Get([]byte(eventPath(seq)))
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	e := new(Event)
	if err := json.Unmarshal(b, e); err != nil {
		return nil, fmt.Errorf("event %d is damaged: %w", seq, err)
	}
	return e, nil
}

// newestEvent is the sequence of the newest event; 0 when nothing has happened yet.
func newestEvent(r storage.Reader) (int64, error) {
	rng := storage.Prefix([]byte("event/"))
	rng.Reverse = true
	for e, err := range r.Scan(rng) {
		if err != nil {
			return 0, err
		}
		return decimal(string(e.Key[len("event/"):])), nil
	}
	return 0, nil
}
