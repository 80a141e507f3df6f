package core

import (
	"slices"
)

// Op names the operation.
func (CloneRelease) Op() string { return "release.clone" }

// Needs is the role it takes.
func (CloneRelease) Needs() Role { return Admin }

// run copies what the steps say now, under new ids (FR-004).
func (op CloneRelease) run(t *tx) error {
	from, err := findRelease(t, op.Release, anyState)
	if err != nil {
		return err
	}
	id, err := releases.newID(t)
	if err != nil {
		return err
	}
	kind := op.Type
	if kind == "" {
		kind = from.Type
	}
	description := string(from.Description)
	r := &Release{ID: id, Status: Draft, CreatedAt: t.now}
	if err := r.word(t, releaseWords{&op.Name, &op.Version, &op.Date, &description, &kind, &op.Targets, nil, from.Metadata}); err != nil {
		return err
	}
	if err := releases.put(t, r); err != nil {
		return err
	}
	var ser serials
	numbers, err := t.cloneTemplates(from.ID, id, &ser)
	if err != nil {
		return err
	}
	if err := t.sayTargets(r); err != nil {
		return err
	}
	customs := 0
	if op.Custom {
		if customs, err = t.cloneCustoms(from.ID, r, &ser, numbers); err != nil {
			return err
		}
	}
	if err := t.putJSON(serialPath(id), ser); err != nil {
		return err
	}
	t.aboutRelease(r)
	t.about(releaseLabel(r), "Release %s added as a draft with %s of %s", releaseLabel(r), count(len(numbers), "step"), from.Label())
	if customs > 0 {
		t.detail("%s came along.", count(customs, "custom step"))
	}
	if r.Targets.All && !from.Targets.All {
		was, err := targetsText(t, from.Targets)
		if err != nil {
			return err
		}
		t.warn("%s was for %s, and this one is for all active customers: “release edit %s” narrows it.", from.Label(), was, ShortRelease(r.ID))
	}
	return nil
}

// cloneTemplates copies the template steps of a release, and gives the number of each copy by that of the original.
func (t *tx) cloneTemplates(from, to int64, ser *serials) (numbers map[int]int, err error) {
	live, err := liveTemplates(t, from)
	if err != nil {
		return nil, err
	}
	numbers = map[int]int{}
	for _, tm := range live {
		w, err := readWording(t, from, 0, tm.Number, tm.Revision)
		if err != nil {
			return nil, err
		}
		c := &StepTemplate{ReleaseID: to, Category: tm.Category, OrderIndex: tm.OrderIndex, CreatedAt: t.now, Revision: 1}
		c.Number, c.Serial = ser.next(tm.Category)
		c.ID = templateID(to, c.Number)
		c.say(w)
		numbers[tm.Number] = c.Number
		if err := t.putJSON(textPath(to, 0, c.Number, 1), w); err != nil {
			return nil, err
		}
		if err := templates.put(t, c); err != nil {
			return nil, err
		}
	}
	return numbers, nil
}

// cloneCustoms copies the custom steps of customers that are still active.
func (t *tx) cloneCustoms(from int64, to *Release, ser *serials, numbers map[int]int) (int, error) {
	recs, err := stepTable.list(t, idKey(from)+"/")
	if err != nil {
		return 0, err
	}
	recs = slices.DeleteFunc(recs, func(s *stepRecord) bool { return !s.Custom || s.Removed })
	n := 0
	for _, rec := range recs {
		c, err := customers.get(t, idKey(rec.Customer))
		if err != nil {
			return n, err
		}
		if !c.IsActive {
			continue
		}
		w, err := readWording(t, from, rec.Customer, rec.Number, rec.Override)
		if err != nil {
			return n, err
		}
		ser.Number++
		ser.Custom++
		copied := &stepRecord{Release: to.ID, Customer: rec.Customer, Number: ser.Number, Custom: true, Category: rec.Category,
			Serial: ser.Custom, Anchor: numbers[rec.Anchor], Order: rec.Order, CreatedAt: t.now.Unix(), Override: 1, Texts: 1}
		if err := t.putJSON(textPath(to.ID, rec.Customer, copied.Number, 1), w); err != nil {
			return n, err
		}
		if err := t.putStepNow(to, copied); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
