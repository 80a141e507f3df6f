package core

import (
	"slices"

	"rollcall/storage"
)

// removedFrom refuses what was removed from a release: by whom and when. record is the path of what was removed, and
// last the newest event that touched it.
func removedFrom(r storage.Reader, what, release, record string, last int64) *Error {
	e := refuse(Conflict, "%s was removed from %s", what, release)
	chain, err := chainOf(r, record, last)
	if err != nil {
		return AsError(err)
	}
	for _, ev := range slices.Backward(chain) {
		if ev.Subjects[0].change("removed") == nil || ev.Actor == "" {
			continue
		}
		by, err := personName(r, ev.Actor)
		if err != nil {
			return AsError(err)
		}
		when := moment(atHour, ev.At)
		e.Msg += ": by @" + by + " " + when.Words
		return e.at(when)
	}
	return e
}

// removedTemplate refuses a template step that was removed.
func removedTemplate(r storage.Reader, rel *Release, tm *StepTemplate) *Error {
	return removedFrom(r, tm.ShortID(), rel.Label(), templates.path(templates.key(tm)), tm.last)
}

// refuseRemoved refuses a customer's own step that was removed; its history stays to be looked at.
func (s *stepState) refuseRemoved(r storage.Reader) error {
	if !s.rec.Custom || !s.rec.Removed {
		return nil
	}
	return removedFrom(r, s.short(), s.rel.Label(), stepTable.path(stepTable.key(s.rec)), s.rec.last).
		hint("`step history %s %d %s` shows what happened to it.", ShortRelease(s.rel.ID), s.cust.ID, s.short())
}

// removedElse says of a reference that means nothing any more what it meant; any other refusal stays as it is.
func removedElse(r storage.Reader, rel *Release, ref string, refusal error) error {
	if ErrorCode(refusal) != NotFound {
		return refusal
	}
	all, err := templates.list(r, idKey(rel.ID)+"/")
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(tm *StepTemplate) bool { return !tm.Removed })
	gone, err := findTemplate(all, ref)
	if err != nil {
		return inField(ownStepElse(r, rel, ref, refusal), AsError(refusal).Field)
	}
	return inField(removedTemplate(r, rel, gone), AsError(refusal).Field)
}

// goneElse is removedElse where the steps are those of one customer: theirs alone count too.
func goneElse(r storage.Reader, rel *Release, cust *Customer, ref string, refusal error) error {
	if ErrorCode(refusal) != NotFound {
		return refusal
	}
	if _, err := findStep(r, rel, cust, ref); ErrorCode(err) == Conflict {
		return inField(err, AsError(refusal).Field)
	}
	return refusal
}
