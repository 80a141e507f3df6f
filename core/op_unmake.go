package core

import (
	"cmp"
	"slices"
	"strings"
)

// unmake puts one record back. What was added is archived or removed, never deleted.
func (t *tx) unmake(s *Subject) error {
	k := keeperOf(s.Record)
	key := s.Record[strings.IndexByte(s.Record, '/')+1:]
	if s.Created && s.change("custom") != nil {
		return t.dropCustom(s.Record, s.Title)
	}
	switch k.tableName() {
	case "cluster":
		return t.unmakeCluster(key, s)
	case "customer":
		return t.unmakeCustomer(key, s)
	case "release":
		return t.unmakeRelease(key, s)
	case "reminder":
		return t.unmakeReminder(key, s)
	}
	if s.Created && k.tableName() == "template" {
		return t.unmakeTemplate(key)
	}
	if s.Created && k.tableName() == "note" {
		n, err := remarks.get(t, key)
		if err != nil {
			return err
		}
		n.Removed = true
		return remarks.put(t, n)
	}
	// A step that had no record was a plain pending one, and that is what its zero fields say.
	if err := k.restore(t, s.Record, s.Changes); err != nil {
		return err
	}
	t.call(s.Record, s.Title)
	return nil
}

func (t *tx) unmakeCluster(key string, s *Subject) error {
	c, err := clusters.get(t, key)
	if err != nil {
		return err
	}
	if s.Created {
		return ArchiveCluster{Cluster: refOf(key)}.run(t)
	}
	was := c.IsActive
	if err := restoreFields(c, s.Changes); err != nil {
		return err
	}
	if was && !c.IsActive {
		return ArchiveCluster{Cluster: refOf(key)}.run(t)
	}
	if c.IsActive {
		if err := c.nameFree(t); err != nil {
			return err
		}
	}
	return clusters.put(t, c)
}

func (t *tx) unmakeCustomer(key string, s *Subject) error {
	c, err := customers.get(t, key)
	if err != nil {
		return err
	}
	if s.Created {
		c.IsActive = false
		return customers.put(t, c)
	}
	if err := restoreFields(c, s.Changes); err != nil {
		return err
	}
	if c.IsActive {
		cl, err := clusters.get(t, idKey(c.ClusterID))
		if err != nil {
			return err
		}
		if !cl.IsActive {
			return refuse(Conflict, "Cluster %s has been archived since", cl.Name).hint("Restore it first.")
		}
		if err := c.placeFree(t, cl); err != nil {
			return err
		}
	}
	if err := customers.put(t, c); err != nil {
		return err
	}
	return t.rehome(c)
}

func (t *tx) unmakeRelease(key string, s *Subject) error {
	r, err := releases.get(t, key)
	if err != nil {
		return err
	}
	if s.Created {
		r.Status, r.ArchivedAt = Archived, &t.now
		return releases.put(t, r)
	}
	if err := restoreFields(r, s.Changes); err != nil {
		return err
	}
	if err := r.nameFree(t); err != nil {
		return err
	}
	return releases.put(t, r)
}

// unmakeTemplate removes an added step as if by hand: customers may have
// worked on it since, or stood steps of their own behind it.
func (t *tx) unmakeTemplate(key string) error {
	tm, err := templates.get(t, key)
	if err != nil {
		return err
	}
	rel, err := releases.get(t, key[:8])
	if err != nil {
		return err
	}
	live, err := liveTemplates(t, tm.ReleaseID)
	if err != nil {
		return err
	}
	before := 0
	for _, o := range ofCategory(live, tm.Category) {
		if o.Number == tm.Number {
			break
		}
		before = o.Number
	}
	if err := t.settle(rel, tm, before); err != nil {
		return err
	}
	tm.Removed = true
	return templates.put(t, tm)
}

// settleUndone puts in order again what was put back among things that have
// changed meanwhile: places in the template, custom steps behind their anchors.
func (t *tx) settleUndone(e *Event) error {
	releasesOf, stepsOf := map[string]bool{}, map[string]bool{}
	restored := map[int]bool{} // template numbers
	for _, s := range e.Subjects {
		noun, key, _ := strings.Cut(s.Record, "/")
		switch noun {
		case "template":
			releasesOf[key[:8]] = true
			restored[int(decimal(key[9:]))] = true
		case "step":
			stepsOf[key[:17]] = true
			if err := t.stillThere(key); err != nil {
				return err
			}
		}
	}
	for _, key := range sortedKeys(releasesOf) {
		if err := t.closeRanks(decimal(key), restored); err != nil {
			return err
		}
	}
	for _, key := range sortedKeys(stepsOf) {
		release, customer, _ := splitStepKey(key + "/000000")
		if err := t.untangle(release, customer); err != nil {
			return err
		}
	}
	return nil
}

// stillThere refuses to make a step pending again that is in no template any more.
func (t *tx) stillThere(key string) error {
	rec, err := stepTable.get(t, key)
	if err != nil || rec.Custom || rec.Status != Pending {
		return err
	}
	tm, err := templates.get(t, pairKey(rec.Release, rec.Number))
	if err != nil {
		return err
	}
	if tm.Removed {
		return refuse(Conflict, "%s has been removed from the template since", tm.ShortID()).hint("It stays as it is, for the record.")
	}
	return nil
}

// closeRanks gives a release's template steps the order 0, 1, 2… again. Of two
// at one place the one that was put back goes first.
func (t *tx) closeRanks(release int64, restored map[int]bool) error {
	live, err := liveTemplates(t, release)
	if err != nil {
		return err
	}
	for _, cat := range Categories {
		same := ofCategory(live, cat)
		slices.SortStableFunc(same, func(a, b *StepTemplate) int {
			return cmp.Or(cmp.Compare(a.OrderIndex, b.OrderIndex), -cmp.Compare(btoi(restored[a.Number]), btoi(restored[b.Number])))
		})
		if err := t.renumber(same, nil); err != nil {
			return err
		}
	}
	return nil
}

// untangle puts a customer's custom steps behind steps that are there, each at
// a place of its own.
func (t *tx) untangle(release, customer int64) error {
	rel, err := releases.get(t, idKey(release))
	if err != nil {
		return err
	}
	recs, err := stepTable.list(t, idKey(release)+"/"+idKey(customer)+"/")
	if err != nil {
		return err
	}
	type gap struct {
		anchor int
		cat    Category
	}
	behind := map[gap][]*stepRecord{}
	lost := map[gap]bool{}
	for _, rec := range recs {
		if !rec.Custom || rec.Removed {
			continue
		}
		g := gap{cat: rec.Category}
		if g.anchor, err = t.anchorNow(rec); err != nil {
			return err
		}
		lost[g] = lost[g] || g.anchor != rec.Anchor
		behind[g] = append(behind[g], rec)
	}
	for g, run := range behind {
		slices.SortStableFunc(run, func(a, b *stepRecord) int {
			return cmp.Or(-cmp.Compare(btoi(a.Anchor == g.anchor), btoi(b.Anchor == g.anchor)), cmp.Compare(a.Order, b.Order))
		})
		tangled := lost[g]
		for i := range len(run) - 1 {
			tangled = tangled || run[i].Order == run[i+1].Order
		}
		if !tangled {
			continue
		}
		for i, rec := range run {
			rec.Anchor, rec.Order = g.anchor, float64(i+1)/float64(len(run)+1)
			if err := t.putStepNow(rel, rec); err != nil {
				return err
			}
		}
	}
	return nil
}

// anchorNow is the step that a custom step stands behind; when its anchor was
// removed from the template, the one before the place where that stood.
func (t *tx) anchorNow(rec *stepRecord) (int, error) {
	if rec.Anchor == 0 {
		return 0, nil
	}
	tm, err := templates.get(t, pairKey(rec.Release, rec.Anchor))
	if err != nil || !tm.Removed {
		return rec.Anchor, err
	}
	live, err := liveTemplates(t, rec.Release)
	if err != nil {
		return 0, err
	}
	before := 0
	for _, o := range ofCategory(live, rec.Category) {
		if o.OrderIndex >= tm.OrderIndex {
			break
		}
		before = o.Number
	}
	return before, nil
}
