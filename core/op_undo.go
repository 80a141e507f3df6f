package core

import (
	"fmt"
	"strings"

	"rollcall/storage"
)

// Op names the operation.
func (Undo) Op() string { return "undo" }

// Needs is the least role; the undone operation's own role is asked for too.
func (Undo) Needs() Role { return Operator }

// undoable maps each operation that can be undone to the role it took.
var undoable = map[string]Role{}

func init() {
	for _, op := range Operations() {
		undoable[op.Op()] = op.Needs()
	}
	for _, never := range []Operation{ActivateRelease{}, ArchiveRelease{}, ReopenRelease{}, ShareRelease{}, UnshareRelease{}, GrantRole{}, RevokeRole{}, Import{}, ParkReminder{}, Undo{}} {
		delete(undoable, never.Op())
	}
}

// run restores the former state as a new event, when every record the event
// touched is untouched since.
func (op Undo) run(t *tx) error {
	e, err := t.undoTarget(op.Event)
	if err != nil {
		return err
	}
	role, ok := undoable[e.Op]
	if e.Op == (AddCustomStep{}).Op() && e.Step != "" && e.Step[0] != 'C' {
		role = AddCustomStep{ToTemplate: true}.Needs() // it went to everybody
	}
	switch {
	case e.Refused || !ok:
		return refuse(Conflict, "%s cannot be undone", sentence(e)).hint("That kind of change is for good.")
	case e.Actor != t.actor.id():
		by, err := personName(t, e.Actor)
		if err != nil {
			return err
		}
		return refuse(Forbidden, "Only @%s can undo that", by)
	case t.role < role:
		return refuse(Forbidden, "Undoing that takes the role %s", role)
	case t.now.Sub(e.At) > undoWindow:
		return refuse(Conflict, "%s was more than 15 minutes ago", sentence(e)).hint("It can no longer be undone; change it by hand.")
	}
	changed := map[string]bool{}
	for _, s := range e.Subjects {
		if err := t.stillOpen(&s); err != nil {
			return err
		}
		last, untouched, err := t.untouched(e, &s)
		if err != nil {
			return err
		}
		if !untouched {
			since := t.undoTooLate(e, &s, last)
			if e.Op != (RunBulk{}).Op() || ErrorCode(since) != Stale {
				return since
			}
			t.warn("Left alone: %s", AsError(since).Msg) // a bulk gives back the rest
			changed[s.Record] = true
		}
	}
	if len(changed) == len(e.Subjects) {
		return refuse(Stale, "Everything that bulk touched has changed since").hint("Nothing was undone.")
	}
	t.event.Undoes = e.Seq
	t.final = true
	t.event.Release, t.event.Customer, t.event.Cluster, t.event.Step = e.Release, e.Customer, e.Cluster, e.Step
	t.receipt.Release, t.receipt.Customer, t.receipt.Cluster, t.receipt.Step = e.Release, e.Customer, e.Cluster, e.Step
	for i := range e.Subjects {
		if changed[e.Subjects[i].Record] {
			continue
		}
		if err := t.unmake(&e.Subjects[i]); err != nil {
			return err
		}
	}
	if err := t.settleUndone(e); err != nil {
		return err
	}
	if e.Op == (RunBulk{}).Op() {
		t.about(e.Title, "Undone: %s put back", count(len(e.Subjects)-len(changed), "step"))
		return nil
	}
	t.about(e.Title, "Undone: %s", pastTense(e.Op))
	return t.undoneStep(e)
}

// stillOpen refuses what belongs to a release that was archived since: it is read-only.
func (t *tx) stillOpen(s *Subject) error {
	noun, key, _ := strings.Cut(s.Record, "/")
	switch noun {
	case "template", "step", "note", "enrolled":
		rel, err := releases.get(t, key[:8])
		if err != nil {
			return err
		}
		return rel.open()
	}
	return nil
}

// untouched is true when nothing has changed a record since an event, and
// tells which event changed it last. Who takes part in a release is one record
// for all its customers: there it is what the event says of its own that must
// still hold.
func (t *tx) untouched(e *Event, s *Subject) (last int64, ok bool, err error) {
	b, err := t.Get([]byte(s.Record))
	if err != nil {
		return 0, false, err
	}
	k := keeperOf(s.Record)
	if last, err = k.lastEventOf(s.Record, b); err != nil || last == e.Seq {
		return last, err == nil, err
	}
	if k.tableName() != (rosters{}).tableName() {
		return last, false, nil
	}
	ro, err := parseRoster(b, nil)
	if err != nil {
		return last, false, err
	}
	for i := range s.Changes {
		for _, id := range rangesIn(&s.Changes[i]) {
			if m, in := ro.member(id); !in || m.Withdrawn != (s.Changes[i].Field == "withdrawn") {
				return last, false, nil
			}
		}
	}
	return last, true, nil
}

// undoTarget finds the event to undo: the one named, or the person's newest
// that is not itself an undo.
func (t *tx) undoTarget(seq int64) (*Event, error) {
	if seq != 0 {
		e, err := readEvent(t, seq)
		if err == nil && e == nil {
			return nil, refuse(NotFound, "There is no event %d", seq)
		}
		return e, err
	}
	rng := storage.Prefix([]byte("event/"))
	rng.Reverse = true
	undone := map[int64]bool{}
	for entry, err := range t.Scan(rng) {
		if err != nil {
			return nil, err
		}
		e, err := readEvent(t, decimal(string(entry.Key[len("event/"):])))
		if err != nil {
			return nil, err
		}
		if t.now.Sub(e.At) > undoWindow {
			break
		}
		undone[e.Undoes] = true
		if e.Actor == t.actor.id() && e.Undoes == 0 && !e.Refused && !undone[e.Seq] {
			return e, nil
		}
	}
	return nil, refuse(NotFound, "There is nothing of yours to undo").hint("Only your own changes of the last 15 minutes can be undone.")
}

func (t *tx) undoTooLate(e *Event, s *Subject, last int64) error {
	since, err := readEvent(t, last)
	if err != nil {
		return err
	}
	what := s.Title
	if what == "" {
		what = e.Title
	}
	if since != nil && since.Undoes == e.Seq {
		return refuse(Conflict, "That has been undone already")
	}
	if since == nil {
		return refuse(Stale, "%s has changed since", what)
	}
	by, err := personName(t, since.Actor)
	if err != nil {
		return err
	}
	return refuse(Stale, "%s has changed since: @%s %s it at %s", what, by, pastTense(since.Op), since.At.Format("15:04 UTC, 2 January")).
		hint("Nothing was undone. Change it by hand.")
}

// undoneStep words the undo of one customer's step: pending again means that
// it follows its template as it is now.
func (t *tx) undoneStep(e *Event) error {
	if e.Op != (MarkDone{}).Op() && e.Op != (SkipStep{}).Op() || len(e.Subjects) == 0 {
		return nil
	}
	rec, err := stepTable.get(t, strings.TrimPrefix(e.Subjects[0].Record, "step/"))
	if err != nil || rec == nil {
		return err
	}
	t.receipt.Text = fmt.Sprintf("Undone: %s again", rec.Status)
	if rec.Status == Pending && rec.Override == 0 {
		t.detail("It shows what its template says now.")
	}
	return nil
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

var pastTenses = map[string]string{
	"add": "added", "edit": "changed", "archive": "archived", "restore": "restored", "move": "moved", "remove": "removed",
	"activate": "activated", "reopen": "reopened", "done": "marked done", "skip": "skipped", "revert": "reverted", "note": "noted on",
	"start": "started", "block": "blocked", "unblock": "unblocked", "override": "overrode", "reset": "reset",
	"enroll": "enrolled", "withdraw": "withdrew", "clone": "cloned", "share": "shared", "unshare": "unshared", "grant": "granted", "revoke": "revoked",
	"pause": "paused", "resume": "resumed", "snooze": "snoozed", "park": "parked",
	"bulk": "changed in bulk", "undo": "took back a change of",
}
