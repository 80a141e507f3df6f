package core

import (
	"cmp"
	"slices"
	"strings"
)

// whereTo is where a step is to stand: before or after another, or at an end; at the last one when nothing is said.
type whereTo struct {
	before, after string
	end           End
}

// at is the step that a whereTo is next to, and how far it is from that one's place; no step for an end.
func (p whereTo) at() (ref string, shift int, err error) {
	if strings.TrimSpace(p.after) != "" {
		ref, shift = p.after, 1
	}
	if strings.TrimSpace(p.before) != "" {
		if ref != "" {
			return "", 0, invalid("position", "Say either before or after, not both")
		}
		ref = p.before
	}
	return ref, shift, nil
}

// last is the place at the end that a whereTo is, among so many.
func (p whereTo) last(n int) int {
	if p.end == First {
		return 0
	}
	return n
}

// nextToItself refuses to move a step next to where it is taken from.
func nextToItself(short string) error {
	return invalid("position", "%s cannot stand before or after itself", short).hint("Name another step.")
}

// inOtherOrder refuses a place among the steps of the other category.
func inOtherOrder(short string, there, here Category) error {
	return invalid("position", "%s is a %s step, and this is a %s one", short, there, here).
		hint("Deploy and verify steps have separate orders.")
}

// queued is one place in a customer's order: a template step or a custom one.
type queued struct {
	tm   *StepTemplate
	rec  *stepRecord
	name string // of a custom step
}

// queue is one customer's steps of one category, in order.
type queue []queued

// queue reads a customer's order of a category: template steps, each followed
// by the custom steps anchored behind it; those before the first come first.
func (t *tx) queue(rel *Release, c *Customer, cat Category) (queue, error) {
	live, err := liveTemplates(t, rel.ID)
	if err != nil {
		return nil, err
	}
	recs, err := stepTable.list(t, idKey(rel.ID)+"/"+idKey(c.ID)+"/")
	if err != nil {
		return nil, err
	}
	behind := map[int][]*stepRecord{}
	for _, rec := range recs {
		if rec.Custom && !rec.Removed && rec.Category == cat {
			behind[rec.Anchor] = append(behind[rec.Anchor], rec)
		}
	}
	for _, b := range behind {
		slices.SortFunc(b, func(x, y *stepRecord) int { return cmp.Compare(x.Order, y.Order) })
	}
	var q queue
	add := func(anchor int) error {
		for _, rec := range behind[anchor] {
			w, err := readWording(t, rel.ID, c.ID, rec.Number, rec.Override)
			if err != nil {
				return err
			}
			q = append(q, queued{rec: rec, name: w.Name})
		}
		return nil
	}
	if err := add(0); err != nil {
		return nil, err
	}
	for _, tm := range ofCategory(live, cat) {
		q = append(q, queued{tm: tm})
		if err := add(tm.Number); err != nil {
			return nil, err
		}
	}
	return q, nil
}

// names is what the steps of a queue can be called by.
func (q queue) names() []stepName {
	names := make([]stepName, len(q))
	for i, e := range q {
		if e.tm != nil {
			names[i] = stepName{e.tm.ShortID(), e.tm.Name, e.tm.ID}
		} else {
			names[i] = stepName{short: shortID("C", e.rec.Serial), name: e.name}
		}
	}
	return names
}

// without is the queue without a custom step; the whole of it without none.
func (q queue) without(rec *stepRecord) queue {
	return slices.DeleteFunc(slices.Clone(q), func(e queued) bool { return rec != nil && e.rec != nil && e.rec.Number == rec.Number })
}

// slot is the index at which a step goes; moved is the one that stands in the queue already, if one does. The customer's
// steps of the other category are known so that it can be said of one that it is of those.
func (q queue) slot(to whereTo, moved *stepRecord, other queue) (int, error) {
	ref, shift, err := to.at()
	if err != nil {
		return 0, err
	}
	rest := q.without(moved)
	if ref == "" {
		return to.last(len(rest)), nil
	}
	names := rest.names()
	i, err := pickStep(names, ref)
	switch {
	case err == nil:
		return i + shift, nil
	case ErrorCode(err) != NotFound:
		return 0, inField(err, "position")
	}
	if i, e := pickStep(q.names(), ref); e == nil {
		return 0, nextToItself(q.names()[i].short)
	}
	if i, e := pickStep(other.names(), ref); e == nil {
		here := other.category().other()
		return 0, inOtherOrder(other.names()[i].short, other.category(), here)
	}
	return 0, inField(err, "position")
}

// category is the one that all steps of a queue are of.
func (q queue) category() Category {
	if q[0].tm != nil {
		return q[0].tm.Category
	}
	return q[0].rec.Category
}

// minGap is the least distance between two custom steps behind one anchor;
// below it they are spaced anew.
const minGap = 1e-6

// squeeze puts a custom step into a slot: behind its anchor with an order
// strictly between its neighbours, their midpoint.
func (t *tx) squeeze(rel *Release, q queue, slot int, rec *stepRecord) error {
	anchor, low, high := 0, 0.0, 1.0
	first := 0 // index of the first custom step behind the anchor
	for i := slot - 1; i >= 0; i-- {
		if q[i].tm != nil {
			anchor, first = q[i].tm.Number, i+1
			break
		}
	}
	if slot > first {
		low = q[slot-1].rec.Order
	}
	if slot < len(q) && q[slot].rec != nil {
		high = q[slot].rec.Order
	}
	rec.Anchor, rec.Order = anchor, (low+high)/2
	if high-low > minGap {
		return t.putStepNow(rel, rec)
	}
	run := []*stepRecord{}
	for i := first; i < len(q) && q[i].rec != nil; i++ {
		if i == slot {
			run = append(run, rec)
		}
		run = append(run, q[i].rec)
	}
	if !slices.Contains(run, rec) {
		run = append(run, rec)
	}
	for i, r := range run {
		r.Order = evenly(0, len(run), i)
		if err := t.putStepNow(rel, r); err != nil {
			return err
		}
	}
	return nil
}

// evenly is the i-th of n orders that stand evenly behind low and before 1: by
// halves of halves, so that they read 1.25 and 1.5 rather than 1.333….
func evenly(low float64, n, i int) float64 {
	parts := 2
	for parts <= n {
		parts *= 2
	}
	return low + (1-low)*float64(i+1)/float64(parts)
}
