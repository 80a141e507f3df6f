package core

import (
	"fmt"
	"slices"
	"strings"
)

func (AddCustomStep) Op() string     { return "step.add" }
func (EditCustomStep) Op() string    { return "step.edit" }
func (MoveCustomStep) Op() string    { return "step.move" }
func (RemoveCustomStep) Op() string  { return "step.remove" }
func (EditCustomStep) Needs() Role   { return Operator }
func (MoveCustomStep) Needs() Role   { return Operator }
func (RemoveCustomStep) Needs() Role { return Operator }

// Needs is admin for a step that reaches everybody.
func (op AddCustomStep) Needs() Role {
	if op.ToTemplate {
		return Admin
	}
	return Operator
}

// run adds the step for this customer alone (BR-S01), or for everybody (BR-S06).
func (op AddCustomStep) run(t *tx) error {
	rel, cust, err := t.customised(op.Release, op.Customer)
	if err != nil {
		return err
	}
	w, err := cleanWording(op.Name, op.Type, op.Content, op.Description)
	if err != nil {
		return err
	}
	if !slices.Contains(Categories, op.Category) {
		return invalid("category", "%q is not a category", op.Category).hint("It is deploy or verify.")
	}
	line, err := t.queue(rel, cust, op.Category)
	if err != nil {
		return err
	}
	other, err := t.queue(rel, cust, op.Category.other())
	if err != nil {
		return err
	}
	slot, err := line.slot(whereTo{op.Before, op.After, op.End}, nil, other)
	if err != nil {
		return goneElse(t, rel, cust, op.Before+op.After, err)
	}
	if op.ToTemplate {
		return t.addToTemplate(op, rel, line, slot)
	}
	if n := len(line) + len(other); n >= stepLimit {
		where, err := customerPlace(t, cust)
		if err != nil {
			return err
		}
		return refuse(Conflict, "%s already has %d steps in %s, the most there can be", where, n, rel.Label())
	}
	ser, err := readSerials(t, rel.ID)
	if err != nil {
		return err
	}
	ser.Number++
	ser.Custom++
	if err := t.putJSON(serialPath(rel.ID), ser); err != nil {
		return err
	}
	rec := &stepRecord{Release: rel.ID, Customer: cust.ID, Number: ser.Number, Custom: true, Category: op.Category,
		Serial: ser.Custom, CreatedAt: t.now.Unix(), Override: 1, Texts: 1}
	if err := t.putJSON(textPath(rel.ID, cust.ID, rec.Number, 1), w); err != nil {
		return err
	}
	for _, miss := range nearMisses(w.Content) {
		t.warn("%s", miss)
	}
	if err := t.squeeze(rel, line, slot, rec); err != nil {
		return err
	}
	t.receipt.Text = fmt.Sprintf("Custom step %s added for %s alone", shortID("C", rec.Serial), cust.Name)
	return t.aboutCustom(rec)
}

// addToTemplate makes the new step a template step, behind the anchor of the chosen place.
func (t *tx) addToTemplate(op AddCustomStep, rel *Release, line queue, slot int) error {
	add := AddTemplate{Release: ShortRelease(rel.ID), Name: op.Name, Category: op.Category, Type: op.Type, Content: op.Content, Description: op.Description}
	for i := slot - 1; i >= 0; i-- {
		if line[i].tm != nil {
			add.After = line[i].tm.ShortID()
			break
		}
	}
	if add.After == "" {
		for _, q := range line {
			if q.tm != nil {
				add.Before = q.tm.ShortID()
				break
			}
		}
	}
	return add.run(t)
}

func (op EditCustomStep) run(t *tx) error {
	s, line, err := t.custom(op.Target, op.Rev)
	if err != nil {
		return err
	}
	next := *s.words
	set(&next.Name, op.Name)
	set(&next.Content, op.Content)
	if op.Description != nil {
		next.Description = Maybe(*op.Description)
	}
	if op.Type != nil {
		next.Type = *op.Type
	}
	w, err := cleanWording(next.Name, next.Type, next.Content, string(next.Description))
	if err != nil {
		return err
	}
	if *w == *s.words {
		t.receipt.Text = fmt.Sprintf("Step %s already says that", s.short())
		return nil
	}
	rec := s.rec
	rec.Texts++
	rec.Override = rec.Texts
	if err := t.putJSON(textPath(rec.Release, rec.Customer, rec.Number, rec.Override), w); err != nil {
		return err
	}
	for _, miss := range nearMisses(w.Content) {
		t.warn("%s", miss)
	}
	if err := t.putStep(rec, line); err != nil {
		return err
	}
	t.receipt.Text = fmt.Sprintf("Custom step %s changed", s.short())
	return t.aboutCustom(rec)
}

func (op MoveCustomStep) run(t *tx) error {
	s, _, err := t.custom(op.Target, "")
	if err != nil {
		return err
	}
	to := whereTo{op.Before, op.After, op.End}
	if to == (whereTo{}) {
		return invalid("position", "Where to?").hint("Say before or after which step, like before D2.")
	}
	line, err := t.queue(s.rel, s.cust, s.rec.Category)
	if err != nil {
		return err
	}
	other, err := t.queue(s.rel, s.cust, s.rec.Category.other())
	if err != nil {
		return goneElse(t, s.rel, s.cust, op.Before+op.After, err)
	}
	slot, err := line.slot(to, s.rec, other)
	if err != nil {
		return err
	}
	line = line.without(s.rec)
	if err := t.squeeze(s.rel, line, slot, s.rec); err != nil {
		return err
	}
	t.receipt.Text = fmt.Sprintf("Custom step %s moved", s.short())
	return t.aboutCustom(s.rec)
}

func (op RemoveCustomStep) run(t *tx) error {
	s, line, err := t.custom(op.Target, op.Rev)
	if err != nil {
		return err
	}
	t.receipt.Text = fmt.Sprintf("Custom step %s removed; its history stays", s.short())
	return t.dropCustom(stepTable.path(stepTable.key(s.rec)), line)
}

// dropCustom marks a custom step removed.
func (t *tx) dropCustom(path, line string) error {
	rec, err := stepTable.get(t, strings.TrimPrefix(path, "step/"))
	if err != nil {
		return err
	}
	rec.free()
	rec.Removed = true
	return t.putStep(rec, line)
}

// customised resolves a customer that may be given steps of its own: on a
// draft any active one, on an active release one that takes part.
func (t *tx) customised(release, customer string) (*Release, *Customer, error) {
	rel, err := findRelease(t, release, anyState)
	if err != nil {
		return nil, nil, err
	}
	if err := rel.open(); err != nil {
		return nil, nil, err
	}
	c, cl, err := t.customer(customer, activeOnly)
	if err != nil {
		return nil, nil, err
	}
	if rel.Status == Draft {
		return rel, c, nil
	}
	ro, err := readRoster(t, rel.ID, c.ClusterID)
	if err != nil {
		return nil, nil, err
	}
	if e, ok := ro.member(c.ID); !ok || e.Withdrawn {
		return nil, nil, refuse(Conflict, "%s does not take part in %s", place{c.Name, cl.Name, c.Namespace}, rel.Label())
	}
	return rel, c, nil
}

// custom resolves a custom step that may be changed.
func (t *tx) custom(at Target, rev string) (*stepState, string, error) {
	s, line, err := t.preparable(at, rev)
	if err != nil {
		return nil, "", err
	}
	if !s.rec.Custom {
		return nil, "", refuse(Conflict, "%s is a template step", line).hint("Override it for this customer, or edit the template.")
	}
	return s, line, nil
}

// aboutCustom words the event by the step's target line after the change.
func (t *tx) aboutCustom(rec *stepRecord) error {
	rel, err := releases.get(t, idKey(rec.Release))
	if err != nil {
		return err
	}
	c, cl, err := t.customer(fmt.Sprint(rec.Customer), anyState)
	if err != nil {
		return err
	}
	s, err := loadState(t, rel, c, cl, nil, rec)
	if err != nil {
		return err
	}
	_, line, err := t.aboutStep(s, "")
	t.call(stepTable.path(stepTable.key(rec)), line)
	return err
}
