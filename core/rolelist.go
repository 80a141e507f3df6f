package core

import (
	"cmp"
	"context"
	"slices"

	"rollcall/storage"
)

// RoleList says who may do what.
type RoleList struct {
	People  []PersonRole `json:"people"`  // who has a role by name: admins first, then by name
	Default Role         `json:"default"` // of every other full member
	Others  int          `json:"others"`  // people Rollcall has met who have the default role
}

// PersonRole is one person's role and where it comes from.
type PersonRole struct {
	PersonInfo
	Role Role   `json:"role"`
	Why  string `json:"why"` // "workspace owner or admin", "granted by ann"
}

// Roles lists the people whose role is another than everybody's, and grants to people who can use them no more.
func (s *Service) Roles(ctx context.Context, a Actor) (*RoleList, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*RoleList, error) {
		out := &RoleList{People: []PersonRole{}, Default: max(s.cfg.DefaultRole, Viewer)}
		known := map[string]bool{}
		for e, err := range entries[PersonInfo](r, "person/") {
			if err != nil {
				return nil, err
			}
			p := e.value
			known[p.ID] = true
			role, why, err := standing(r, &s.cfg, &p)
			if err != nil {
				return nil, err
			}
			g, err := grants.get(r, p.ID)
			if err != nil {
				return nil, err
			}
			granted := g != nil && g.Role != NoRole
			switch {
			case role > out.Default || granted || slices.Contains(s.cfg.Admins, p.ID):
				out.People = append(out.People, PersonRole{p, role, why})
			case role > NoRole:
				out.Others++
			}
		}
		for _, id := range s.cfg.Admins {
			if !known[id] {
				out.People = append(out.People, PersonRole{PersonInfo{ID: id, Name: id}, Admin, "named in the settings"})
			}
		}
		slices.SortFunc(out.People, func(x, y PersonRole) int {
			return cmp.Or(cmp.Compare(y.Role, x.Role), compareNames(x.Name, y.Name), cmp.Compare(x.ID, y.ID))
		})
		return out, nil
	})
}

// TakeBackup asks whether the actor may have the database copied. It changes nothing: the copy is made outside, once
// it is allowed. So it is not among Operations.
type TakeBackup struct{}

// Op names the operation.
func (TakeBackup) Op() string { return "admin.backup" }

// Needs is the role it takes.
func (TakeBackup) Needs() Role { return Admin }

func (TakeBackup) run(t *tx) error {
	t.about("backup", "A backup may be taken")
	return nil
}

// AlertAdmin leaves word for one person who is admin: who is named in the settings, else the first Rollcall has met.
// False means that no admin is known.
func (s *Service) AlertAdmin(ctx context.Context, kind, text string) (bool, error) {
	told := false
	now := s.cfg.Now().UTC()
	err := s.store.Update(ctx, func(w storage.Writer) error {
		told = false
		to, err := s.firstAdmin(w)
		if err != nil || to == "" {
			return err
		}
		seq, err := newestEvent(w)
		if err != nil {
			return err
		}
		n := Notice{ID: seqKey(seq) + "/" + kind, Kind: kind, Channel: to, Seq: seq, Actor: "rollcall", At: now, Text: text}
		told = true
		return putJSON(w, "outbox/"+n.ID, n)
	})
	if err != nil {
		return false, fault(err)
	}
	if told {
		s.stir()
	}
	return told, nil
}

// firstAdmin is the user id of somebody who is admin; empty when nobody is known.
func (s *Service) firstAdmin(r storage.Reader) (string, error) {
	if len(s.cfg.Admins) > 0 {
		return s.cfg.Admins[0], nil
	}
	for e, err := range entries[PersonInfo](r, "person/") {
		if err != nil {
			return "", err
		}
		p := e.value
		if role, _, err := standing(r, &s.cfg, &p); err != nil || role == Admin {
			return p.ID, err
		}
	}
	return "", nil
}
