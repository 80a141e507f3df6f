package core

import "strings"

func (GrantRole) Op() string   { return "admin.grant" }
func (RevokeRole) Op() string  { return "admin.revoke" }
func (GrantRole) Needs() Role  { return Admin }
func (RevokeRole) Needs() Role { return Admin }

// names is whose role it is.
func (op GrantRole) names() string  { return op.User }
func (op RevokeRole) names() string { return op.User }

func (op GrantRole) run(t *tx) error {
	if op.Role < Viewer || op.Role > Admin {
		return invalid("role", "Which role?").hint("Use viewer, operator or admin.")
	}
	p, err := t.grantee(op.User)
	if err != nil {
		return err
	}
	g, err := grants.get(t, p.ID)
	if err != nil {
		return err
	}
	if g == nil {
		g = &grant{User: p.ID}
	}
	if g.Role == op.Role {
		t.about("@"+p.Name, "@%s has the role %s already", p.Name, op.Role)
		return nil
	}
	g.Role, g.By, g.At = op.Role, t.actor.id(), t.now.Unix()
	t.final = true
	t.about("@"+p.Name, "@%s has the role %s now", p.Name, op.Role)
	if role, why, err := standing(t, t.cfg, p); err != nil {
		return err
	} else if role > op.Role && strings.HasPrefix(why, "workspace") {
		t.warn("@%s stays admin: %s.", p.Name, why)
	}
	if err := grants.put(t, g); err != nil {
		return err
	}
	t.call(grants.path(p.ID), "@"+p.Name)
	return nil
}

func (op RevokeRole) run(t *tx) error {
	p, err := t.grantee(op.User)
	if err != nil {
		return err
	}
	g, err := grants.get(t, p.ID)
	if err != nil {
		return err
	}
	if g == nil || g.Role == NoRole {
		return refuse(Conflict, "@%s has no granted role", p.Name)
	}
	g.Role, g.By, g.At = NoRole, t.actor.id(), t.now.Unix()
	if err := grants.put(t, g); err != nil {
		return err
	}
	t.call(grants.path(p.ID), "@"+p.Name)
	role, why, err := standing(t, t.cfg, p)
	if err != nil {
		return err
	}
	t.final = true
	t.about("@"+p.Name, "@%s's granted role is taken back; what remains is %s (%s)", p.Name, role, why)
	return nil
}

// grantee is a person a role can be given to: a full member whom Slack knows.
func (t *tx) grantee(user string) (*PersonInfo, error) {
	if strings.TrimSpace(user) == "" {
		return nil, invalid("user", "Whom?").hint("Mention the person: @ann.")
	}
	p, err := readPerson(t, user)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, &Error{Code: NotFound, Field: "user", Msg: "Slack does not say who that is", Hint: "Mention the person: @ann. If you did, try again in a moment."}
	}
	if p.Kind != Member {
		return nil, &Error{Code: Conflict, Field: "user", Msg: "@" + p.Name + " is " + p.Kind.sentence() + ", and only full members of the workspace may have a role"}
	}
	return p, nil
}
