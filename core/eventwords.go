package core

import (
	"encoding/json"
	"strconv"
	"strings"
)

// verbOf is what somebody did, in one word where there is one.
func verbOf(e *Event) string {
	switch {
	case e.Refused:
		return "refused"
	case e.Undoes != 0:
		return "undone"
	}
	_, verb, ok := strings.Cut(e.Op, ".")
	if !ok {
		verb = e.Op
	}
	if v := passives[verb]; v != "" {
		return v
	}
	return pastTense(e.Op)
}

// passives are the verbs that are said otherwise before "by" than behind who did it.
var passives = map[string]string{"done": "done", "note": "note", "override": "overridden", "withdraw": "withdrawn"}

// quiet are the fields that say nothing to people beside the others.
var quiet = map[string]bool{"id": true, "created_at": true, "number": true, "serial": true, "activated_at": true, "archived_at": true}

// changes lists the field changes of an event about one record of a noun that
// people edit. Those of steps are told by status, text and content instead.
func (tell *teller) changes(e *Event) ([]FieldNow, error) {
	noun, _, _ := strings.Cut(e.Op, ".")
	if noun == "step" || e.Undoes != 0 {
		return nil, nil
	}
	if noun == "admin" {
		return rolesGiven(e)
	}
	var about *Subject
	for i := range e.Subjects {
		if strings.HasPrefix(e.Subjects[i].Record, noun+"/") {
			if about != nil {
				return nil, nil // several: the title says it
			}
			about = &e.Subjects[i]
		}
	}
	if about == nil || about.Created {
		return nil, nil
	}
	var out []FieldNow
	for _, c := range about.Changes {
		if quiet[c.Field] {
			continue
		}
		now := FieldNow{Field: c.Field}
		var err error
		if now.Before, err = tell.value(c.Field, c.Before); err != nil {
			return nil, err
		}
		if now.After, err = tell.value(c.Field, c.After); err != nil {
			return nil, err
		}
		out = append(out, now)
	}
	return out, nil
}

// rolesGiven is the role that a grant or the end of one changed.
func rolesGiven(e *Event) ([]FieldNow, error) {
	var out []FieldNow
	for i := range e.Subjects {
		c := e.Subjects[i].change("role")
		if c == nil || !strings.HasPrefix(e.Subjects[i].Record, grants.name+"/") {
			continue
		}
		role := func(raw json.RawMessage) (Maybe, error) {
			var r Role
			if len(raw) > 0 {
				if err := json.Unmarshal(raw, &r); err != nil {
					return "", err
				}
			}
			return Maybe(r.String()), nil
		}
		before, err := role(c.Before)
		if err != nil {
			return nil, err
		}
		after, err := role(c.After)
		if err != nil {
			return nil, err
		}
		out = append(out, FieldNow{Field: "granted role", Before: before, After: after})
	}
	return out, nil
}

// value words one field's value: a text as it is, a cluster or targets by name.
func (tell *teller) value(field string, raw json.RawMessage) (Maybe, error) {
	if field == "is_active" && len(raw) == 0 {
		return "false", nil // an event leaves out what is false, which is an answer here
	}
	if len(raw) == 0 || string(raw) == "null" {
		return "", nil
	}
	switch field {
	case "cluster_id":
		id, _ := strconv.ParseInt(string(raw), 10, 64)
		c, err := lookUp(tell.r, clusters, tell.clusters, id)
		if c == nil {
			return Maybe(raw), err
		}
		return Maybe(c.Name), nil
	case "targets":
		var g Targets
		if json.Unmarshal(raw, &g) == nil {
			text, err := targetsText(tell.r, g)
			return Maybe(text), err
		}
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return Maybe(text), nil
	}
	return Maybe(raw), nil
}

// sentence says in words what an event was.
func sentence(e *Event) string {
	return e.Title + ": " + pastTense(e.Op)
}

// pastTense is an operation as somebody did it to something.
func pastTense(op string) string {
	_, verb, ok := strings.Cut(op, ".")
	if !ok {
		verb = op
	}
	if v := pastTenses[verb]; v != "" {
		return v
	}
	return verb
}

// didIt is what somebody did to a thing that was named already: "marked it done".
func didIt(op string) string {
	switch verb := pastTense(op); verb {
	case "marked done", "changed in bulk":
		first, rest, _ := strings.Cut(verb, " ")
		return first + " it " + rest
	default:
		return verb + " it"
	}
}

// undoneWords say how a thing stands after the undo of a verb, where the undone verb alone would not.
var undoneWords = map[string]string{
	"add": "it is not there any more", "clone": "it is not there any more", "edit": "it is as it was before", "move": "it is back in its place",
	"remove": "it is there again", "archive": "it is in use again", "restore": "it is archived again", "note": "the note is gone",
	"start": "nobody works on it now", "block": "it is not blocked any more", "unblock": "it is blocked again",
	"override": "it says again what it said before", "reset": "it is overridden again", "revert": "it is done again",
	"enroll": "it does not take part any more", "withdraw": "it takes part again", "pause": "it speaks again", "resume": "it is paused again",
}

// undone says how a thing stands now that an operation on it is undone.
func undone(op string) string {
	_, verb, _ := strings.Cut(op, ".")
	if text := undoneWords[verb]; text != "" {
		return text
	}
	return pastTense(op)
}

var pastTenses = map[string]string{
	"add": "added", "edit": "changed", "archive": "archived", "restore": "restored", "move": "moved", "remove": "removed",
	"activate": "activated", "reopen": "reopened", "done": "marked done", "skip": "skipped", "revert": "reverted", "note": "noted on",
	"start": "started", "block": "blocked", "unblock": "unblocked", "override": "overrode", "reset": "reset",
	"enroll": "enrolled", "withdraw": "withdrew", "clone": "cloned", "share": "shared", "unshare": "unshared", "grant": "granted", "revoke": "revoked",
	"pause": "paused", "resume": "resumed", "snooze": "snoozed", "park": "parked",
	"bulk": "changed in bulk", "import": "imported", "undo": "took back a change of",
}
