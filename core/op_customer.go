package core

import (
	"fmt"
	"slices"
	"strings"
)

func (AddCustomer) Op() string      { return "customer.add" }
func (EditCustomer) Op() string     { return "customer.edit" }
func (MoveCustomer) Op() string     { return "customer.move" }
func (ArchiveCustomer) Op() string  { return "customer.archive" }
func (RestoreCustomer) Op() string  { return "customer.restore" }
func (AddCustomer) Needs() Role     { return Admin }
func (EditCustomer) Needs() Role    { return Admin }
func (MoveCustomer) Needs() Role    { return Admin }
func (ArchiveCustomer) Needs() Role { return Admin }
func (RestoreCustomer) Needs() Role { return Admin }

func (op AddCustomer) run(t *tx) error {
	cl, err := findCluster(t, op.Cluster, activeOnly)
	if err != nil {
		return inField(err, "cluster")
	}
	id, err := customers.newID(t)
	if err != nil {
		return err
	}
	c := &Customer{ID: id, ClusterID: cl.ID, IsActive: true, CreatedAt: t.now}
	if err := c.word(&op.Name, &op.Namespace, &op.Description, op.Metadata); err != nil {
		return err
	}
	if err := c.placeFree(t, cl); err != nil {
		return err
	}
	if err := customers.put(t, c); err != nil {
		return err
	}
	t.aboutCustomer(c)
	t.about(place{c.Name, cl.Name, c.Namespace}.String(), "%s added to %s / %s", c.Name, cl.Name, c.Namespace)
	return t.joinActive(c, op.NoEnroll)
}

func (op EditCustomer) run(t *tx) error {
	c, cl, err := t.customer(op.Customer, activeOnly)
	if err != nil {
		return err
	}
	if err := t.fresh(op.Rev, c.last, "Customer "+c.Name); err != nil {
		return err
	}
	if err := c.word(op.Name, op.Namespace, op.Description, op.Metadata); err != nil {
		return err
	}
	if err := c.placeFree(t, cl); err != nil {
		return err
	}
	t.aboutCustomer(c)
	t.edited(place{c.Name, cl.Name, c.Namespace}.String(), c.Name)
	return customers.put(t, c)
}

func (op ArchiveCustomer) run(t *tx) error {
	c, cl, err := t.customer(op.Customer, activeOnly)
	if err != nil {
		return err
	}
	c.IsActive = false
	t.aboutCustomer(c)
	t.about(place{c.Name, cl.Name, c.Namespace}.String(), "%s archived", c.Name)
	for rel, err := range activeReleases(t) {
		if err != nil {
			return err
		}
		ro, err := readRoster(t, rel.ID)
		if err != nil {
			return err
		}
		if e, ok := ro.member(c.ID); ok && !e.Withdrawn {
			t.detail("It leaves the matrix and totals of %s; its steps and history stay.", rel.Label())
		}
	}
	return customers.put(t, c)
}

func (op RestoreCustomer) run(t *tx) error {
	c, cl, err := t.customer(op.Customer, archivedOnly)
	if err != nil {
		return err
	}
	if !cl.IsActive {
		return refuse(Conflict, "%s is on a cluster that is archived", place{c.Name, cl.Name, c.Namespace}).hint("Restore the cluster first.")
	}
	c.IsActive = true
	if err := c.placeFree(t, cl); err != nil {
		return err
	}
	if err := customers.put(t, c); err != nil {
		return err
	}
	t.aboutCustomer(c)
	t.about(place{c.Name, cl.Name, c.Namespace}.String(), "%s restored", c.Name)
	return t.joinActive(c, op.NoEnroll)
}

// customer resolves a customer and its cluster.
func (t *tx) customer(ref string, sc scope) (*Customer, *Cluster, error) {
	c, err := findCustomer(t, ref, sc)
	if err != nil {
		return nil, nil, err
	}
	cl, err := clusters.get(t, idKey(c.ClusterID))
	if err != nil {
		return nil, nil, err
	}
	if cl == nil {
		return nil, nil, fmt.Errorf("customer %d is on cluster %d, which does not exist", c.ID, c.ClusterID)
	}
	return c, cl, nil
}

// joinActive enrols a customer that has appeared in every active release it
// is meant for (BR-S06), and says so, as of those it takes part in already:
// whoever has left a release's targets stays in it.
func (t *tx) joinActive(c *Customer, no bool) error {
	for rel, err := range activeReleases(t) {
		if err != nil {
			return err
		}
		ro, err := readRoster(t, rel.ID)
		if err != nil {
			return err
		}
		if e, ok := ro.member(c.ID); ok {
			if e.Withdrawn {
				t.detail("It stays withdrawn from %s; “release enroll” brings it back.", rel.Label())
			} else {
				t.detail("It takes part in %s.", rel.Label())
			}
			continue
		}
		if !rel.Targets.fits(c) {
			continue
		}
		if no {
			t.detail("It was not enrolled in %s.", rel.Label())
			continue
		}
		id, err := t.enrolmentIDs(1)
		if err != nil {
			return err
		}
		ro.set(c.ClusterID, enrolment{ID: id, Customer: c.ID, At: t.now.Unix()})
		if err := t.putRoster(rel.ID, ro); err != nil {
			return err
		}
		t.detail("It joins %s.", rel.Label())
	}
	return nil
}

// enrolmentIDs takes the next n enrolment ids and returns the first.
func (t *tx) enrolmentIDs(n int) (int64, error) {
	var last int64
	b, err := t.Get([]byte("meta/enrolment"))
	if err == nil {
		last = decimal(string(b))
	} else if !isNotFound(err) {
		return 0, err
	}
	t.put("meta/enrolment", fmt.Appendf(nil, "%d", last+int64(n)))
	return last + 1, nil
}

// fits says whether a release is meant for a customer.
func (g Targets) fits(c *Customer) bool {
	switch {
	case len(g.Customers) > 0:
		return slices.Contains(g.Customers, c.ID)
	case len(g.Clusters) > 0:
		return slices.Contains(g.Clusters, c.ClusterID)
	}
	return g.All
}

// word sets what a customer says of itself.
func (c *Customer) word(name, namespace, description *string, meta map[string]string) error {
	var err error
	if name != nil {
		if c.Name, err = cleanName("name", *name); err != nil {
			return err
		}
	}
	if namespace != nil {
		if c.Namespace, err = cleanNamespace(*namespace); err != nil {
			return err
		}
	}
	if description != nil {
		d, err := cleanText("description", *description)
		if err != nil {
			return err
		}
		c.Description = Maybe(d)
	}
	c.Metadata, err = mergeMeta(c.Metadata, meta)
	return err
}

// placeFree refuses a second active customer in the same namespace of the same cluster (BR-M01).
func (c *Customer) placeFree(t *tx, cl *Cluster) error {
	holder, err := customers.holder(t, "active-place", idKey(c.ClusterID)+"/"+c.Namespace)
	if err != nil || holder == "" || holder == idKey(c.ID) {
		return err
	}
	other, err := customers.get(t, holder)
	if err != nil {
		return err
	}
	return &Error{Code: Conflict, Field: "namespace",
		Msg:  fmt.Sprintf("Namespace %s on %s already belongs to %s", c.Namespace, cl.Name, other.Name),
		Hint: "Each active customer has a namespace of its own in its cluster."}
}

// inField says which field a reference stood in.
func inField(err error, field string) error {
	if e := AsError(err); e.Code != Internal {
		e.Field = field
		e.Hint = strings.TrimSpace(e.Hint)
		return e
	}
	return err
}
