package core

import (
	"encoding/json"
	"slices"
	"sort"

	"rollcall/storage"
)

// chainOf is every event that touched a record, oldest first: each names the
// one before it. The events come with that record as their only subject.
func chainOf(r storage.Reader, record string, last int64) ([]*Event, error) {
	var out []*Event
	for last != 0 {
		e, err := readEventOf(r, last, record)
		if err != nil {
			return nil, err
		}
		if e == nil || len(e.Subjects) == 0 {
			break
		}
		s := &e.Subjects[0]
		out = append(out, e)
		last = s.Prev
	}
	slices.Reverse(out)
	return out, nil
}

// stepHistory is what happened to one customer's step, oldest first: that it
// was made from its template, its own events, and those events of its template
// that changed what it shows.
func stepHistory(r storage.Reader, st *stepState, e enrolment) ([]Activity, error) {
	tell := newTeller(r)
	record := stepTable.path(stepTable.key(st.rec))
	own, err := chainOf(r, record, st.rec.last)
	if err != nil {
		return nil, err
	}
	out := []Activity{}
	for _, ev := range own {
		if empty(r, ev) {
			continue
		}
		act, err := tell.step(ev, record)
		if err != nil {
			return nil, err
		}
		out = append(out, act)
	}
	if st.template == nil || e.ID == 0 {
		return out, nil
	}
	more, err := tell.fromTemplate(st, e, own, record)
	if err != nil {
		return nil, err
	}
	out = append(more, out...)
	sort.SliceStable(out, func(i, j int) bool { return out[i].Seq < out[j].Seq })
	return out, tell.names.err
}

// setThen says under which target line the step was executed, which its event froze, where it has another one by now.
func (d *StepDetail) setThen() {
	step := &d.Step
	for i := range d.History {
		ev := &d.History[i]
		if ev.Status == nil || ev.Status.Open() || ev.Undoes != 0 {
			continue
		}
		if m := titleForm.FindStringSubmatch(ev.Title); ev.Title != step.TargetLine && m != nil && m[1] != "" {
			ev.Then = ev.Title // a shared link's reader is told no place of then
		}
		if step.ExecutedAt != nil && step.ExecutedAt.Equal(ev.At) {
			step.ExecutedLine = ev.Then
		}
	}
}

// fromTemplate is the template's part in a step's history.
func (tell *teller) fromTemplate(st *stepState, e enrolment, own []*Event, record string) ([]Activity, error) {
	path := templates.path(templates.key(st.template))
	chain, err := chainOf(tell.r, path, st.template.last)
	if err != nil {
		return nil, err
	}
	born, err := enrolmentEvent(tell.r, st.rel.ID, e)
	if err != nil {
		return nil, err
	}
	if len(chain) > 0 && chain[0].At.Unix() > e.At {
		born = chain[0]
	}
	made := Activity{At: unixTime(e.At), Title: "Created from template", Op: "step.create", Verb: "created"}
	if born != nil {
		made.Seq, made.At, made.Actor, made.ActorName, made.Via = born.Seq, born.At, Maybe(born.Actor), Maybe(tell.names.of(born.Actor)), born.Via
	}
	tell.aboutStep(&made, st)
	out := []Activity{made}
	for _, ev := range chain {
		s := ev.subject(path)
		if s.Created || ev.Seq <= made.Seq || ev.At.Before(made.At) || s.change("revision") == nil && s.change("removed") == nil || !plainAt(own, record, ev.Seq) {
			continue
		}
		act, err := tell.one(ev)
		if err != nil {
			return nil, err
		}
		out = append(out, act)
	}
	return out, nil
}

// plainAt is true when a step followed its template just before an event.
func plainAt(own []*Event, record string, seq int64) bool {
	status, override := Pending, false
	for _, e := range own {
		if e.Seq >= seq {
			break
		}
		s := e.subject(record)
		if c := s.change("status"); c != nil {
			status = statusIn(c.After)
		}
		if c := s.change("override"); c != nil {
			override = len(c.After) > 0
		}
	}
	return status == Pending && !override
}

// statusIn reads a status as a change holds it: an absent one is pending.
func statusIn(raw json.RawMessage) Status {
	var st Status
	if len(raw) > 0 && json.Unmarshal(raw, &st) != nil {
		return Pending
	}
	return st
}

// enrolmentEvent finds the event that enrolled a customer, by its time: events
// stand in the order of time, so a binary search comes close. Nil when the
// clock has been set back in between.
func enrolmentEvent(r storage.Reader, release int64, e enrolment) (*Event, error) {
	newest, err := newestEvent(r)
	if err != nil {
		return nil, err
	}
	first := sort.Search(int(newest), func(i int) bool {
		ev, readErr := readEventOf(r, int64(i)+1, rosterPath(release))
		if readErr != nil {
			err = readErr
		}
		return ev == nil || ev.At.Unix() >= e.At
	})
	for seq := int64(first) + 1; err == nil && seq <= newest; seq++ {
		var ev *Event
		if ev, err = readEventOf(r, seq, rosterPath(release)); err != nil || ev == nil || ev.At.Unix() != e.At {
			break
		}
		if s := ev.subject(rosterPath(release)); s != nil && slices.Contains(rangesIn(s.change("enrolled")), e.Customer) {
			return ev, nil
		}
	}
	return nil, err
}

// rangesIn reads the customers that a roster's change names; none of nil.
func rangesIn(c *Change) []int64 {
	var text string
	if c == nil || json.Unmarshal(c.After, &text) != nil {
		return nil
	}
	return parseRanges(text)
}
