package core

import (
	"slices"
	"strings"
)

const staleHint = "Nothing was changed. Look at it as it is now, then decide again."

// fresh refuses when the record has changed since it was shown. rev is the
// number of the event that was the newest then; empty asks nothing.
func (t *tx) fresh(rev string, last int64, what string) error {
	if rev == "" || rev == formatRev(last) {
		return nil
	}
	return t.stale(last, what)
}

// stale says who changed what when.
func (t *tx) stale(last int64, what string) error {
	e, err := readEvent(t, last)
	if err != nil {
		return err
	}
	if e == nil {
		return refuse(Stale, "%s has changed since you opened it", what).hint(staleHint)
	}
	return t.changedBy(e, what, didIt(e.Op), staleHint)
}

// changedBy refuses because of an event that changed something since.
func (t *tx) changedBy(e *Event, what, did, hint string) error {
	by, err := personName(t, e.Actor)
	if err != nil {
		return err
	}
	when := moment(atHour, e.At)
	return refuse(Stale, "%s has changed since: @%s %s %s", what, by, did, when.Words).at(when).hint("%s", hint)
}

// staleStep says who changed last what a step's card shows: the step, its
// template, or what its target line and placeholders are made of.
func (t *tx) staleStep(s *stepState, line string) error {
	var newest *Event
	look := func(record string, last int64, fields ...string) error {
		if newest != nil && last <= newest.Seq {
			return nil
		}
		e, err := readEventOf(t, last, record)
		if err != nil || e == nil {
			return err
		}
		about := e.subject(record)
		if about == nil {
			return nil
		}
		if len(fields) == 0 || slices.ContainsFunc(fields, func(f string) bool { return about.change(f) != nil }) {
			newest = e
		}
		return nil
	}
	number := s.rec.Anchor // a custom step has its place by the step it stands behind
	if s.template != nil {
		number = s.template.Number
	}
	tm, err := templates.get(t, pairKey(s.rel.ID, number))
	if err != nil {
		return err
	}
	err = look(stepTable.path(stepTable.key(s.rec)), s.rec.last)
	if err == nil && tm != nil {
		err = look(templates.path(templates.key(tm)), tm.last)
	}
	if err == nil {
		err = look(customers.path(customers.key(s.cust)), s.cust.last, "name", "namespace", "cluster_id", "metadata")
	}
	if err == nil {
		err = look(clusters.path(clusters.key(s.cluster)), s.cluster.last, "name", "kubeconfig_path", "metadata")
	}
	if err == nil {
		err = look(releases.path(releases.key(s.rel)), s.rel.last, "name", "version_number", "status")
	}
	switch {
	case err != nil:
		return err
	case newest == nil:
		return t.stale(s.rec.last, line)
	}
	return t.changedBy(newest, line, s.didTo(newest), staleHint)
}

// didTo words what an event did to what a step shows.
func (s *stepState) didTo(e *Event) string {
	switch noun, _, _ := strings.Cut(e.Op, "."); {
	case e.Undoes != 0:
		return didIt("undo")
	case noun == "template" && e.Step != s.short():
		return "changed the order of the steps"
	case noun == "template":
		return didIt(e.Op) + " in the template"
	case noun == "step", noun == "import":
		return didIt(e.Op)
	default:
		return pastTense(e.Op) + " the " + noun
	}
}
