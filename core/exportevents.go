package core

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rollcall/storage"
)

// An event keeps fields as its records store them, because undo and check read
// them back. Who reads an export knows a step by the fields that are exported
// of it, and a time by its date.

// exportedNames are what a stored step's fields are called in an export, where that is something else.
var exportedNames = map[string]string{
	"custom": "is_custom", "serial": "short_id", "override": "content", "override_from": "overridden_revision",
	"notes": "note_count", "order": "order_behind_anchor",
}

// exported words the changes of an event for an export.
func (e *Event) exported(r storage.Reader) error {
	for i := range e.Subjects {
		s := &e.Subjects[i]
		key, ofStep := strings.CutPrefix(s.Record, stepTable.name+"/")
		var out []Change
		for _, c := range s.Changes {
			was := c
			var err error
			for _, v := range []*json.RawMessage{&c.Before, &c.After} {
				if *v, err = exportedValue(r, key, c.Field, *v, ofStep); err != nil {
					return fmt.Errorf("event %d, %s of %s: %w", e.Seq, c.Field, s.Record, err)
				}
			}
			if name := exportedNames[c.Field]; ofStep && name != "" {
				c.Field = name
			}
			out = append(out, c)
			if ofStep && was.Field == "override" && (len(was.Before) == 0) != (len(was.After) == 0) {
				rec, err := stepTable.get(r, key)
				if err != nil {
					return err
				}
				if rec != nil && !rec.Custom {
					out = append(out, Change{"is_overridden", yesNo(was.Before), yesNo(was.After)})
				}
			}
		}
		s.Changes = out
	}
	return nil
}

// yesNo is whether a stored value is there at all.
func yesNo(raw json.RawMessage) json.RawMessage {
	return strconv.AppendBool(nil, len(raw) > 0)
}

// exportedValue is a stored value as an export has it; key is of the step, where it is one's. What is absent stays so.
func exportedValue(r storage.Reader, key, field string, raw json.RawMessage, ofStep bool) (json.RawMessage, error) {
	if len(raw) == 0 {
		return raw, nil
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return raw, nil // no number: a text, or a time that is a date already
	}
	switch {
	case field == "at" || strings.HasSuffix(field, "_at"):
		return json.Marshal(unixTime(n).Format(time.RFC3339))
	case !ofStep:
		return raw, nil
	}
	switch field {
	case "serial":
		return json.Marshal(shortID("C", int(n)))
	case "override":
		return json.Marshal(fmt.Sprintf("own revision %d", n))
	case "anchor":
		release, _, _ := splitStepKey(key)
		tm, err := templates.get(r, pairKey(release, int(n)))
		if err != nil || tm == nil {
			return raw, err
		}
		return json.Marshal(tm.ShortID())
	}
	return raw, nil
}
