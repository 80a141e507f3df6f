package core

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// A bulk change's event names thousands of records. Its stored form is plain
// JSON, the same as json.Marshal would write; but written field by field,
// because reflection and a second look at every raw value take four times as
// long.

// encode is the event as it is stored. Its subjects come last: see skimEvent.
func (e *Event) encode() ([]byte, error) {
	head := *e
	head.Subjects = nil
	b, err := json.Marshal(head)
	if err != nil || len(e.Subjects) == 0 {
		return b, err
	}
	b = append(b[:len(b)-1], subjectsMark...)
	for i := range e.Subjects {
		if i > 0 {
			b = append(b, ',')
		}
		b = e.Subjects[i].append(b)
		if i == 0 {
			b = slices.Grow(b, len(b)*len(e.Subjects)) // the others are about as long
		}
	}
	return append(b, ']', '}'), nil
}

func (s *Subject) append(b []byte) []byte {
	b = appendString(append(b, `{"record":`...), s.Record)
	if s.Title != "" {
		b = appendString(append(b, `,"title":`...), s.Title)
	}
	if s.Created {
		b = append(b, `,"created":true`...)
	}
	if s.Prev != 0 {
		b = strconv.AppendInt(append(b, `,"prev":`...), s.Prev, 10)
	}
	for i, c := range s.Changes {
		if i == 0 {
			b = append(b, `,"changes":[`...)
		} else {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"field":`...), c.Field)
		if len(c.Before) > 0 {
			b = append(append(b, `,"before":`...), c.Before...)
		}
		if len(c.After) > 0 {
			b = append(append(b, `,"after":`...), c.After...)
		}
		b = append(b, '}')
	}
	if len(s.Changes) > 0 {
		b = append(b, ']')
	}
	return append(b, '}')
}

// appendTexts writes texts by name as json.Marshal does.
func appendTexts(b []byte, texts map[string]string) []byte {
	b = append(b, '{')
	for i, name := range slices.Sorted(maps.Keys(texts)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(appendString(b, name), ':'), texts[name])
	}
	return append(b, '}')
}

// appendString writes a text as json.Marshal does.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, err := json.Marshal(s)
			if err != nil {
				panic("write a text: " + err.Error()) // texts cannot fail
			}
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
