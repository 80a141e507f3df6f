package core

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"rollcall/storage"
)

// run removes a template step. On a draft that is all; on an active release
// each customer's step goes its own way, shown and confirmed first (FS-004).
func (op RemoveTemplate) run(t *tx) error {
	rel, tm, live, err := t.template(op.Release, op.Step)
	if err != nil {
		return err
	}
	t.aboutTemplate(rel, tm)
	n, err := countEffect(t, rel, tm)
	if err != nil {
		return err
	}
	switch {
	case rel.Status == Active:
		if !op.Confirm {
			p := &ConsequencePreview{Title: fmt.Sprintf("Remove %s %s from %s?", tm.ShortID(), tm.Name, rel.Label()), Lines: n.removeLines()}
			return &Error{Code: Confirm, Msg: p.Title, Hint: "Confirm to remove it.", Preview: p}
		}
		for _, line := range n.removedLines() {
			t.detail("%s", line)
		}
	case n.overridden > 0:
		t.detail("%s prepared for it %s custom steps of their customers.", count(n.overridden, "override"), become(n.overridden))
	}
	same := ofCategory(live, tm.Category)
	before := 0 // the step that takes over what stood behind this one
	if tm.OrderIndex > 0 {
		before = same[tm.OrderIndex-1].Number
	}
	if err := t.settle(rel, tm, before); err != nil {
		return err
	}
	tm.Removed = true
	if err := templates.put(t, tm); err != nil {
		return err
	}
	if err := t.renumber(slices.DeleteFunc(same, func(o *StepTemplate) bool { return o.Number == tm.Number }), nil); err != nil {
		return err
	}
	t.receipt.Text = fmt.Sprintf("Step %s %s removed from %s", tm.ShortID(), tm.Name, rel.Label())
	return nil
}

// settle decides what becomes of each customer's own part of a template step
// that goes: a pending override becomes a custom step, a plain pending step
// loses its claim, block and notes, a finished one stays as it is. Custom steps that
// stood behind it now stand behind the step before, after that one's own.
func (t *tx) settle(rel *Release, tm *StepTemplate, before int) error {
	left, err := t.leftBy(rel, tm, before)
	if err != nil {
		return err
	}
	for _, rec := range left.plain {
		rec.free()
		if err := t.dropNotes(rec); err != nil {
			return err
		}
		if err := t.putStepNow(rel, rec); err != nil {
			return err
		}
	}
	ser, err := readSerials(t, rel.ID)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(left.behind)) {
		recs := left.behind[id]
		slices.SortStableFunc(recs, func(a, b *stepRecord) int { // the override first: it stood where the step was
			return cmp.Or(cmp.Compare(btoi(a.Custom), btoi(b.Custom)), cmp.Compare(a.Order, b.Order))
		})
		for _, rec := range recs {
			if !rec.Custom {
				ser.Custom++
				rec.Custom, rec.Category, rec.Serial, rec.OverrideFrom = true, tm.Category, ser.Custom, 0
				rec.CreatedAt = t.now.Unix()
			}
			rec.Anchor = before
		}
		for _, rec := range lineUp(left.front[id], recs) {
			if err := t.putStepNow(rel, rec); err != nil {
				return err
			}
		}
	}
	return t.putJSON(serialPath(rel.ID), ser)
}

// leftBehind is what customers have at a template step that goes, by customer.
type leftBehind struct {
	behind map[int64][]*stepRecord // what must be moved: the pending override, and the custom steps behind it
	front  map[int64][]*stepRecord // what stands behind the step before already
	plain  []*stepRecord           // pending, with a claim, a block or notes
}

func (t *tx) leftBy(rel *Release, tm *StepTemplate, before int) (*leftBehind, error) {
	left := &leftBehind{behind: map[int64][]*stepRecord{}, front: map[int64][]*stepRecord{}}
	for e, err := range t.Scan(storage.Prefix([]byte("step/" + idKey(rel.ID) + "/"))) {
		if err != nil {
			return nil, err
		}
		_, customer, number := splitStepKey(string(e.Key[len("step/"):]))
		_, marks, _, ok := glance(e.Value)
		if !ok || number != tm.Number && marks&Custom == 0 {
			continue
		}
		rec, err := stepTable.decode(string(e.Key), e.Value)
		if err != nil {
			return nil, err
		}
		switch {
		case rec.Custom && rec.Category != tm.Category || rec.Removed:
		case rec.Custom && rec.Anchor == tm.Number:
			left.behind[customer] = append(left.behind[customer], rec)
		case rec.Custom && rec.Anchor == before:
			left.front[customer] = append(left.front[customer], rec)
		case number != tm.Number || rec.Custom || rec.Status != Pending:
		case rec.Override != 0:
			left.behind[customer] = append(left.behind[customer], rec)
		case rec.ClaimedBy != "" || rec.BlockedBy != "" || rec.Notes > 0:
			left.plain = append(left.plain, rec)
		}
	}
	return left, nil
}

// lineUp gives custom steps an order behind those that stand there already,
// and gives back what it changed: all of them when there was no room left.
func lineUp(front, more []*stepRecord) []*stepRecord {
	last := 0.0
	for _, rec := range front {
		last = max(last, rec.Order)
	}
	if evenly(last, len(more), 0)-last < minGap {
		slices.SortStableFunc(front, func(a, b *stepRecord) int { return cmp.Compare(a.Order, b.Order) })
		more = append(front, more...)
		last = 0
	}
	for i, rec := range more {
		rec.Order = evenly(last, len(more), i)
	}
	return more
}

// putStepNow stores a step and calls it by its target line as it is now.
func (t *tx) putStepNow(rel *Release, rec *stepRecord) error {
	c, cl, err := t.customer(fmt.Sprint(rec.Customer), anyState)
	if err != nil {
		return err
	}
	tm, err := templates.get(t, pairKey(rel.ID, rec.Number))
	if err != nil {
		return err
	}
	s, err := loadState(t, rel, c, cl, tm, rec)
	if err != nil {
		return err
	}
	line, err := s.line(t)
	if err != nil {
		return err
	}
	return t.putStep(rec, line)
}

// free ends a claim and a block.
func (s *stepRecord) free() {
	s.ClaimedBy, s.ClaimedAt = "", 0
	s.BlockedBy, s.BlockedAt, s.BlockReason, s.BlockNeeds = "", 0, "", ""
}

// dropNotes takes the notes off a step that goes; history keeps them.
func (t *tx) dropNotes(rec *stepRecord) error {
	if rec.Notes == 0 {
		return nil
	}
	notes, err := remarks.list(t, stepKey(rec.Release, rec.Customer, rec.Number)+"/")
	if err != nil {
		return err
	}
	for _, n := range notes {
		if n.Removed {
			continue
		}
		n.Removed = true
		if err := remarks.put(t, n); err != nil {
			return err
		}
	}
	rec.Notes = 0
	return nil
}
