package core

import (
	"bytes"
	"encoding/json"
	"fmt"

	"rollcall/storage"
)

// A stored event ends with its subjects, and a bulk change has thousands of
// them. Feeds and histories skim: they decode what stands before, and of the
// subjects only those they tell of.

var subjectsMark = []byte(`,"subjects":[`)

// skimEvent decodes a stored event with its first subjects, most of them at most.
func skimEvent(b []byte, most int) (*Event, error) {
	e, rest, err := skimHead(b)
	if err != nil || rest == nil {
		return e, err
	}
	dec := json.NewDecoder(bytes.NewReader(rest))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	for dec.More() && len(e.Subjects) < most {
		var s Subject
		if err := dec.Decode(&s); err != nil {
			return nil, err
		}
		e.Subjects = append(e.Subjects, s)
	}
	return e, nil
}

// skimSubject decodes a stored event with the one subject asked for, which may
// not be there.
func skimSubject(b []byte, record string) (*Event, error) {
	e, rest, err := skimHead(b)
	if err != nil || rest == nil {
		return e, err
	}
	at := bytes.Index(rest, fmt.Appendf(nil, `{"record":%q`, record))
	if at < 0 {
		return e, nil
	}
	var s Subject
	if err := json.NewDecoder(bytes.NewReader(rest[at:])).Decode(&s); err != nil {
		return nil, err
	}
	e.Subjects = []Subject{s}
	return e, nil
}

// skimHead decodes all but the subjects, and gives those as they are stored,
// from their opening bracket. The mark cannot stand inside a text: quotes are
// escaped there.
func skimHead(b []byte) (*Event, []byte, error) {
	e := new(Event)
	at := bytes.Index(b, subjectsMark)
	if at < 0 {
		return e, nil, json.Unmarshal(b, e)
	}
	head := append(bytes.Clone(b[:at]), '}')
	return e, b[at+len(subjectsMark)-1:], json.Unmarshal(head, e)
}

// readEventOf reads an event with the one subject asked for; nil when there is no such event.
func readEventOf(r storage.Reader, seq int64, record string) (*Event, error) {
	b, err := r.Get([]byte(eventPath(seq)))
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	e, err := skimSubject(b, record)
	if err != nil {
		return nil, fmt.Errorf("event %d is damaged: %w", seq, err)
	}
	return e, nil
}
