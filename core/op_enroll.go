package core

import "fmt"

func (EnrollCustomer) Op() string    { return "release.enroll" }
func (WithdrawCustomer) Op() string  { return "release.withdraw" }
func (EnrollCustomer) Needs() Role   { return Admin }
func (WithdrawCustomer) Needs() Role { return Admin }

func (op EnrollCustomer) run(t *tx) error {
	rel, c, where, ro, err := t.membership(op.Release, op.Customer)
	if err != nil {
		return err
	}
	e, ok := ro.member(c.ID)
	switch {
	case ok && !e.Withdrawn:
		return refuse(Conflict, "%s already takes part in %s", where, rel.Label())
	case ok:
		e.Withdrawn = false
		t.receipt.Text = fmt.Sprintf("%s takes part in %s again, with its old steps", c.Name, rel.Label())
	default:
		id, err := t.enrolmentIDs(1)
		if err != nil {
			return err
		}
		e = enrolment{ID: id, Customer: c.ID, At: t.now.Unix()}
		t.receipt.Text = fmt.Sprintf("%s takes part in %s", c.Name, rel.Label())
	}
	ro.set(c.ClusterID, e)
	return t.putRoster(rel.ID, ro)
}

func (op WithdrawCustomer) run(t *tx) error {
	reason, err := cleanText("reason", op.Reason)
	if err != nil {
		return err
	}
	rel, c, where, ro, err := t.membership(op.Release, op.Customer)
	if err != nil {
		return err
	}
	e, ok := ro.member(c.ID)
	if !ok || e.Withdrawn {
		return refuse(Conflict, "%s does not take part in %s", where, rel.Label())
	}
	e.Withdrawn = true
	ro.set(c.ClusterID, e)
	t.event.Text = reason
	t.receipt.Text = fmt.Sprintf("%s is withdrawn from %s; its steps and history stay", c.Name, rel.Label())
	return t.putRoster(rel.ID, ro)
}

// membership resolves an active release, a customer and where it lives, and who takes part.
func (t *tx) membership(release, customer string) (*Release, *Customer, place, *roster, error) {
	var where place
	rel, err := findRelease(t, release, anyState)
	if err != nil {
		return nil, nil, where, nil, err
	}
	if err := rel.running(); err != nil {
		return nil, nil, where, nil, err
	}
	c, cl, err := t.customer(customer, activeOnly)
	if err != nil {
		return nil, nil, where, nil, err
	}
	t.aboutRelease(rel)
	t.aboutCustomer(c)
	where = place{c.Name, cl.Name, c.Namespace}
	t.about(where.String()+" · "+rel.Label(), "")
	ro, err := readRoster(t, rel.ID)
	return rel, c, where, ro, err
}
