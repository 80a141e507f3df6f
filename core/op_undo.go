package core

import (
	"fmt"
	"iter"
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
	changed, err := t.mayUndo(e)
	if err != nil {
		if refusal := AsError(err); op.Event == 0 && refusal.Code != Internal {
			return t.offerEarlier(e, refusal)
		}
		return err
	}
	for i := range e.Subjects {
		if since := changed[e.Subjects[i].Record]; since != nil {
			t.warn("Left alone: %s", since.Msg)
			t.receipt.At = append(t.receipt.At, since.At...)
		}
	}
	t.event.Undoes = e.Seq
	t.final = true
	t.event.Release, t.event.Customer, t.event.Cluster, t.event.Step = e.Release, e.Customer, e.Cluster, e.Step
	t.receipt.Release, t.receipt.Customer, t.receipt.Cluster, t.receipt.Step = e.Release, e.Customer, e.Cluster, e.Step
	for i := range e.Subjects {
		if _, since := changed[e.Subjects[i].Record]; since {
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
		t.event.Count = len(e.Subjects) - len(changed)
		t.about(e.Title, "Undone: %s put back", count(t.event.Count, "step"))
		return t.standAgain(e, changed)
	}
	t.about(e.Title, "Undone: %s", undone(e.Op))
	if err := t.nameAgain(e); err != nil {
		return err
	}
	if err := t.undoneStep(e); err != nil {
		return err
	}
	return t.standAgain(e, changed)
}

// mayUndo refuses what cannot be undone, or not by this person, or not any
// more. Of a bulk it gives the records that changed since, each with what
// happened to it: they are left alone.
func (t *tx) mayUndo(e *Event) (changed map[string]*Error, err error) {
	role, ok := undoable[e.Op]
	if _, everybody := CategoryOf(e.Step); e.Op == (AddCustomStep{}).Op() && everybody {
		role = AddCustomStep{ToTemplate: true}.Needs() // it went to everybody
	}
	switch {
	case e.Refused:
		return nil, refuse(Conflict, "Event %d was refused, so there is nothing to undo", e.Seq)
	case !ok:
		return nil, refuse(Conflict, "%s cannot be undone", sentence(e)).hint("That kind of change is for good.")
	case e.Actor != t.actor.id():
		by, err := personName(t, e.Actor)
		if err != nil {
			return nil, err
		}
		return nil, refuse(Forbidden, "Only @%s can undo that", by)
	case t.role < role:
		return nil, refuse(Forbidden, "%s: undoing that takes the role %s", sentence(e), role)
	case t.now.Sub(e.At) > undoWindow:
		return nil, refuse(Conflict, "%s was more than %.0f minutes ago", sentence(e), undoWindow.Minutes()).hint("It can no longer be undone; change it by hand.")
	}
	changed = map[string]*Error{}
	for i := range e.Subjects {
		s := &e.Subjects[i]
		if err := t.stillOpen(s); err != nil {
			return nil, err
		}
		last, untouched, err := t.untouched(e, s)
		if err != nil {
			return nil, err
		}
		if untouched {
			continue
		}
		since := t.undoTooLate(e, s, last)
		if e.Op != (RunBulk{}).Op() || ErrorCode(since) != Stale {
			return nil, since
		}
		changed[s.Record] = AsError(since)
	}
	if len(changed) > 0 && len(changed) == len(e.Subjects) {
		return nil, refuse(Stale, "Everything that bulk touched has changed since").hint("Nothing was undone.")
	}
	return changed, nil
}

// offerEarlier adds to the refusal of a person's newest change what they did
// before it that can be undone. It is not undone unasked: nobody who wants one
// thing back should lose another.
func (t *tx) offerEarlier(newest *Event, refusal *Error) error {
	const most = 20 // looked at
	looked := 0
	for e, err := range t.ownChanges() {
		if err != nil {
			return err
		}
		if e.Seq >= newest.Seq {
			continue
		}
		if looked++; looked > most {
			break
		}
		if _, err := t.mayUndo(e); ErrorCode(err) == Internal {
			return err
		} else if err != nil {
			continue
		}
		refusal.Field = "event"
		refusal.Choices = []Choice{{Label: "Undo what you did before: " + sentence(e), Ref: idText(e.Seq)}}
		break
	}
	return refusal
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
	for e, err := range t.ownChanges() {
		return e, err
	}
	return nil, refuse(NotFound, "There is nothing of yours to undo").hint("Only your own changes of the last %.0f minutes can be undone.", undoWindow.Minutes())
}

// ownChanges is what the person has changed within the window and not undone
// since, newest first.
func (t *tx) ownChanges() iter.Seq2[*Event, error] {
	return func(yield func(*Event, error) bool) {
		rng := storage.Prefix([]byte("event/"))
		rng.Reverse = true
		undone := map[int64]bool{}
		for entry, err := range t.Scan(rng) {
			var e *Event
			if err == nil {
				e, err = readEvent(t, decimal(string(entry.Key[len("event/"):])))
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if t.now.Sub(e.At) > undoWindow {
				return
			}
			undone[e.Undoes] = true
			if e.Actor == t.actor.id() && e.Undoes == 0 && !e.Refused && !undone[e.Seq] && !yield(e, nil) {
				return
			}
		}
	}
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
	return t.changedBy(since, what, didIt(since.Op), "Nothing was undone. Change it by hand.")
}

// standAgain says which claims and blocks came back, that the undone event had
// ended or replaced: somebody is at work there, or must not be.
func (t *tx) standAgain(e *Event, changed map[string]*Error) error {
	var claimed, blocked []*stepRecord
	for i := range e.Subjects {
		s := &e.Subjects[i]
		key, step := strings.CutPrefix(s.Record, stepTable.path(""))
		if _, since := changed[s.Record]; since || !step {
			continue
		}
		claim := s.change("claimed_by") != nil
		block := s.change("blocked_by") != nil || s.change("block_reason") != nil || s.change("block_needs") != nil
		if !claim && !block {
			continue
		}
		rec, err := stepTable.get(t, key)
		if err != nil {
			return err
		}
		if rec == nil || rec.Removed {
			continue
		}
		if claim && rec.ClaimedBy != "" {
			claimed = append(claimed, rec)
		}
		if block && rec.BlockedBy != "" {
			blocked = append(blocked, rec)
		}
	}
	names := newNamer(t)
	if e.Op == (StartStep{}).Op() && len(claimed) > 0 || e.Op == (BlockStep{}).Op() && len(blocked) > 0 {
		t.receipt.Text = "Undone" // to what there was before, not to nothing
	}
	switch {
	case len(claimed) == 1:
		t.detail("The claim is back: in progress by @%s.", names.of(claimed[0].ClaimedBy))
	case len(claimed) > 1:
		t.detail("%d claims are back: those steps are in progress again.", len(claimed))
	}
	switch {
	case len(blocked) == 1:
		t.detail("The block is back: %s", blockText(names, blocked[0]))
	case len(blocked) > 1:
		t.detail("%d blocks are back.", len(blocked))
	}
	return names.err
}

// blockText is what stands in a step's way, and who must help.
func blockText(names *namer, rec *stepRecord) string {
	const most = 300
	text := "“" + clip(oneLine(rec.BlockReason), most) + "”"
	if rec.BlockNeeds != "" {
		text += ", needs @" + names.of(rec.BlockNeeds)
	}
	return text + "."
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

// nameAgain names what was edited or moved as it is called, and where it stands, now that this is undone: the event
// that is undone knew only the other.
func (t *tx) nameAgain(e *Event) error {
	noun, verb, _ := strings.Cut(e.Op, ".")
	if verb != "edit" && verb != "move" {
		return nil
	}
	title := func(text string) { t.event.Title, t.receipt.Title = text, text }
	switch noun {
	case "cluster":
		c, err := clusters.get(t, idKey(e.Cluster))
		if err != nil {
			return err
		}
		title(c.Name)
	case "customer":
		c, cl, err := t.customer(idText(e.Customer), anyState)
		if err != nil {
			return err
		}
		t.aboutCustomer(c)
		title(place{c.Name, cl.Name, c.Namespace}.String())
	case "release":
		r, err := releases.get(t, idKey(e.Release))
		if err != nil {
			return err
		}
		title(releaseLabel(r))
	case "template":
		rel, tm, _, err := t.template(idText(e.Release), e.Step)
		if err != nil {
			return err
		}
		t.aboutTemplate(rel, tm)
	case "step":
		rel, err := releases.get(t, idKey(e.Release))
		if err != nil {
			return err
		}
		c, _, err := t.customer(idText(e.Customer), anyState)
		if err != nil {
			return err
		}
		s, err := findStep(t, rel, c, e.Step)
		if err != nil {
			return err
		}
		_, _, err = t.aboutStep(s, "")
		return err
	}
	return nil
}
