package core

import "fmt"

// run shows first what a move changes (BR-M02), then moves the customer in
// every active release it takes part in.
func (op MoveCustomer) run(t *tx) error {
	c, from, err := t.customer(op.Customer, activeOnly)
	if err != nil {
		return err
	}
	to, err := findCluster(t, op.Cluster, activeOnly)
	if err != nil {
		return inField(err, "cluster")
	}
	if to.ID == from.ID {
		return refuse(Conflict, "%s is already on %s", place{c.Name, from.Name, c.Namespace}, to.Name)
	}
	moved := *c
	moved.ClusterID = to.ID
	if err := moved.placeFree(t, to); err != nil {
		return err
	}
	if !op.Confirm {
		p, err := t.movePreview(c, from, to)
		if err != nil {
			return err
		}
		return &Error{Code: Confirm, Msg: p.Title, Hint: "Confirm to move it.", Preview: p}
	}
	if err := customers.put(t, &moved); err != nil {
		return err
	}
	if err := t.rehome(&moved); err != nil {
		return err
	}
	t.aboutCustomer(&moved)
	t.about(place{c.Name, to.Name, c.Namespace}.String(), "%s moved from %s to %s", c.Name, from.Name, to.Name)
	return t.joinActive(&moved, op.NoEnroll)
}

// rehome puts a customer under the cluster it is on now, in every active
// release it takes part in.
func (t *tx) rehome(c *Customer) error {
	for rel, err := range activeReleases(t) {
		if err != nil {
			return err
		}
		ro, err := readRoster(t, rel.ID)
		if err != nil {
			return err
		}
		if e, ok := ro.member(c.ID); ok {
			ro.set(c.ClusterID, e)
			t.regroup(rel.ID, ro)
		}
	}
	return nil
}

// movePreview counts what a customer's move would change.
func (t *tx) movePreview(c *Customer, from, to *Cluster) (*ConsequencePreview, error) {
	p := &ConsequencePreview{
		Title: fmt.Sprintf("Move %s to %s?", place{c.Name, from.Name, c.Namespace}, to.Name),
		Lines: []string{fmt.Sprintf("It becomes %s.", place{c.Name, to.Name, c.Namespace})},
	}
	takesPart := false
	for rel, err := range activeReleases(t) {
		if err != nil {
			return nil, err
		}
		ro, err := readRoster(t, rel.ID)
		if err != nil {
			return nil, err
		}
		if e, ok := ro.member(c.ID); !ok || e.Withdrawn {
			continue
		}
		open, affected, err := t.openSteps(rel, c, from, to)
		if err != nil {
			return nil, err
		}
		takesPart = true
		if open == 0 {
			continue
		}
		line := fmt.Sprintf("%s: %s will be run on %s", rel.Label(), count(open, "open step"), to.Name)
		if len(affected) > 0 {
			line += "; what " + joinNames(affected, "and") + " say changes with the cluster"
		}
		p.Lines = append(p.Lines, line+".")
	}
	switch {
	case !takesPart:
		p.Lines = append(p.Lines, "It takes part in no active release.")
	case len(p.Lines) == 1:
		p.Lines = append(p.Lines, "It has no open steps.")
	}
	return p, nil
}

// openSteps counts a customer's open steps and names those whose filled
// content would differ on another cluster.
func (t *tx) openSteps(rel *Release, c *Customer, from, to *Cluster) (int, []string, error) {
	tms, err := templates.list(t, idKey(rel.ID)+"/")
	if err != nil {
		return 0, nil, err
	}
	recs, err := stepTable.list(t, idKey(rel.ID)+"/"+idKey(c.ID)+"/")
	if err != nil {
		return 0, nil, err
	}
	byNumber := map[int]*stepRecord{}
	for _, rec := range recs {
		byNumber[rec.Number] = rec
	}
	open := 0
	var affected []string
	look := func(tm *StepTemplate, rec *stepRecord) error {
		s, err := loadState(t, rel, c, from, tm, rec)
		if err != nil {
			return err
		}
		if !s.rec.Status.Open() {
			return nil
		}
		open++
		content := read(s.words.Content)
		if content.fill(present(rel, c, from)) != content.fill(present(rel, c, to)) {
			affected = append(affected, s.short())
		}
		return nil
	}
	for _, tm := range tms {
		rec := byNumber[tm.Number]
		delete(byNumber, tm.Number)
		if tm.Removed && (rec == nil || rec.Status == Pending) {
			continue
		}
		if err := look(tm, rec); err != nil {
			return 0, nil, err
		}
	}
	for _, rec := range recs {
		if rec.Custom && !rec.Removed {
			if err := look(nil, rec); err != nil {
				return 0, nil, err
			}
		}
	}
	return open, affected, nil
}
