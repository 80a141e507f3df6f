package core

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Op names the operation.
func (ShareRelease) Op() string { return "release.share" }

// Op names the operation.
func (UnshareRelease) Op() string { return "release.unshare" }

// Needs is the role it takes.
func (ShareRelease) Needs() Role { return Admin }

// Needs is the role it takes.
func (UnshareRelease) Needs() Role { return Admin }

// withToken gives the operation the token of the link that it makes: random
// things are made before the transaction, which may run more than once.
func (op ShareRelease) withToken(token string) Operation { op.token = token; return op }

func (op ShareRelease) run(t *tx) error {
	rel, err := findRelease(t, op.Release, anyState)
	if err != nil {
		return err
	}
	switch rel.Status {
	case Draft:
		return refuse(Conflict, "Release %s is a draft: there is no progress to show yet", rel.Label()).
			hint("Activate it first: `release activate %s`.", ShortRelease(rel.ID))
	case Archived:
		return rel.open()
	}
	life, err := parseLife(op.Expires)
	if err != nil {
		return err
	}
	id, err := links.newID(t)
	if err != nil {
		return err
	}
	l := &link{ID: id, Release: rel.ID, Token: digest(op.token), CreatedAt: t.now.Unix(), CreatedBy: t.actor.id(), ExpiresAt: t.now.Add(life).Unix()}
	if err := op.narrow(t, rel, l); err != nil {
		return err
	}
	v := SharedLink{ReleaseLabel: rel.Label()}
	if err := l.name(t, &v); err != nil {
		return err
	}
	t.aboutRelease(rel)
	t.event.Cluster, t.event.Customer = l.Cluster, l.Customer
	t.receipt.Secret, t.receipt.Link, t.receipt.Until = op.token, id, l.ExpiresAt
	t.final = true
	t.about(v.Scope, "Shared link %d shows its progress to whoever has it", id)
	if err := links.put(t, l); err != nil {
		return err
	}
	t.call(links.path(links.key(l)), fmt.Sprintf("link %d", id))
	return nil
}

// narrow sets the one cluster or customer that a link is for.
func (op ShareRelease) narrow(t *tx, rel *Release, l *link) error {
	if op.Cluster != "" && op.Customer != "" {
		return invalid("cluster", "A link shows one cluster or one customer, not both").hint("A customer's link names the cluster anyway.")
	}
	ro, err := readRoster(t, rel.ID)
	if err != nil {
		return err
	}
	switch {
	case op.Cluster != "":
		c, err := findCluster(t, op.Cluster, anyState)
		if err != nil {
			return inField(err, "cluster")
		}
		if len(ro.groups[c.ID]) == 0 {
			return &Error{Code: Conflict, Field: "cluster", Msg: "No customer on " + c.Name + " takes part in " + rel.Label()}
		}
		l.Cluster = c.ID
	case op.Customer != "":
		c, err := findCustomer(t, op.Customer, anyState)
		if err != nil {
			return inField(err, "customer")
		}
		if e, ok := ro.member(c.ID); !ok || e.Withdrawn {
			return &Error{Code: Conflict, Field: "customer", Msg: c.Name + " does not take part in " + rel.Label()}
		}
		l.Customer = c.ID
	}
	return nil
}

// parseLife reads how long a link is to last: a number of hours, days or weeks.
func parseLife(s string) (time.Duration, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" {
		return linkLife, nil
	}
	unit := map[byte]time.Duration{'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[s[len(s)-1]]
	n, err := strconv.Atoi(strings.TrimSpace(s[:len(s)-1]))
	if unit == 0 || err != nil || n < 1 {
		return 0, invalid("expires", "%q is not a time to last", s).hint("Write hours, days or weeks: 12h, 7d, 2w.")
	}
	if n > int(linkLifeMost/unit) {
		return 0, invalid("expires", "A shared link lasts %.0f days at most", linkLifeMost.Hours()/24).hint("Share it again when it has ended.")
	}
	return time.Duration(n) * unit, nil
}

func (op UnshareRelease) run(t *tx) error {
	id, err := strconv.ParseInt(strings.TrimSpace(op.Link), 10, 63)
	if err != nil || id < 1 {
		return invalid("link", "Which link?").hint("Give its number; `release shares` lists them.")
	}
	l, err := links.get(t, idKey(id))
	if err != nil {
		return err
	}
	if l == nil {
		return &Error{Code: NotFound, Field: "link", Msg: fmt.Sprintf("There is no shared link %d", id), Hint: "`release shares` lists them."}
	}
	v, err := l.view(t, newNamer(t), t.now)
	if err != nil {
		return err
	}
	if v.Ended {
		return refuse(Conflict, "Link %d to %s has ended already", id, v.Scope)
	}
	l.RevokedAt = t.now.Unix()
	t.event.Release, t.receipt.Release = l.Release, l.Release
	t.event.Cluster, t.event.Customer = l.Cluster, l.Customer
	t.final = true
	t.about(v.Scope, "Shared link %d works no longer; pages that were opened by it are closed", id)
	if err := links.put(t, l); err != nil {
		return err
	}
	t.call(links.path(links.key(l)), fmt.Sprintf("link %d", id))
	return nil
}
