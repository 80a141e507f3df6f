package core

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"rollcall/storage"
)

func personPath(user string) string { return "person/" + user }

var persons memo[PersonInfo]

func readPerson(r storage.Reader, user string) (*PersonInfo, error) {
	b, err := r.Get([]byte(personPath(user)))
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p, err := persons.decode(b)
	if err != nil {
		return nil, fmt.Errorf("person %s is damaged: %w", user, err)
	}
	return p, nil
}

// personName is what a person is called; the id when nothing is known.
func personName(r storage.Reader, user string) (string, error) {
	if user == "" || user == "rollcall" || user == "anyone" {
		return user, nil
	}
	p, err := readPerson(r, user)
	if err != nil || p == nil || p.Name == "" {
		return user, err
	}
	return p.Name, nil
}

// PeopleNames is what people are called, by their ids: as it is known here, else as Slack says. Who has no name is left
// out.
func (s *Service) PeopleNames(ctx context.Context, a Actor, users []string) (map[string]string, error) {
	const most = 10 // look-ups
	var unknown []string
	look := func(r storage.Reader) (*map[string]string, error) {
		out := map[string]string{}
		for _, user := range users {
			p, err := readPerson(r, user)
			switch {
			case err != nil:
				return nil, err
			case p == nil:
				unknown = append(unknown, user)
			case p.Name != "":
				out[user] = p.Name
			}
		}
		return &out, nil
	}
	names, err := ask(ctx, s, a, look)
	if err == nil && len(unknown) > 0 {
		for _, user := range unknown[:min(len(unknown), most)] {
			_ = s.meet(ctx, Person(user, a.Via)) // whom Slack cannot name stays without one
		}
		names, err = ask(ctx, s, a, look)
	}
	if err != nil {
		return nil, err
	}
	return *names, nil
}

// SeePerson remembers what Slack says of a person now.
func (s *Service) SeePerson(ctx context.Context, p PersonInfo) error {
	if p.ID == "" {
		return refuse(Invalid, "A person needs an id")
	}
	p.SeenAt = s.cfg.Now().UTC().Truncate(time.Second)
	p.Name = clip(oneLine(p.Name), nameLimit)
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	err = s.store.Update(ctx, func(w storage.Writer) error { return w.Put([]byte(personPath(p.ID)), b) })
	if err == nil && p.Kind != Member {
		s.watchers.tell(0) // the pages that this person has open end
	}
	return err
}

// meet makes sure that what is known of an actor is fresh enough for rights to
// rest on: at most ten minutes old.
func (s *Service) meet(ctx context.Context, a Actor) error {
	if a.User == "" || a.system {
		return nil
	}
	if known, err := s.knows(ctx, a.User); err != nil || known || s.cfg.People == nil {
		return err
	}
	s.ask.Lock()
	one := s.asked[a.User]
	if one == nil {
		one = new(sync.Mutex)
		s.asked[a.User] = one
	}
	s.ask.Unlock()
	one.Lock()
	defer one.Unlock()
	if known, err := s.knows(ctx, a.User); err != nil || known {
		return err
	}
	p, err := s.cfg.People.Lookup(ctx, a.User)
	if err != nil {
		if ErrorCode(err) == NotFound {
			return refuse(Forbidden, "Slack does not know who you are").hint("Nothing was changed.")
		}
		return &Error{Code: Unavailable, Msg: "Slack could not say who you are just now", Hint: "Nothing was changed. Try again in a moment.", cause: err}
	}
	p.ID = a.User
	return s.SeePerson(ctx, p)
}

func (s *Service) knows(ctx context.Context, user string) (bool, error) {
	fresh := false
	err := s.view(ctx, func(r storage.Reader) error {
		p, err := readPerson(r, user)
		if p != nil {
			age := s.cfg.Now().Sub(p.SeenAt)
			fresh = age > -peopleMaxAge && age <= peopleMaxAge // a clock that was set back makes no old knowledge new
		}
		return err
	})
	return fresh, err
}

// standing is a person's role and where it comes from.
func standing(r storage.Reader, cfg *Config, p *PersonInfo) (Role, string, error) {
	switch {
	case p == nil:
		return NoRole, "unknown to Rollcall", nil
	case p.Kind != Member:
		return NoRole, p.Kind.sentence(), nil
	case slices.Contains(cfg.Admins, p.ID):
		return Admin, "named in the settings", nil
	case p.Admin:
		return Admin, "workspace owner or admin", nil
	}
	g, err := grants.get(r, p.ID)
	if err != nil {
		return NoRole, "", err
	}
	if g != nil && g.Role != NoRole {
		by, err := personName(r, g.By)
		return g.Role, "granted by " + by, err
	}
	return max(cfg.DefaultRole, Viewer), "every member of the workspace", nil
}

// roleOf is what an actor may do now.
func roleOf(r storage.Reader, cfg *Config, a Actor) (Role, error) {
	if a.system {
		return Admin, nil
	}
	if a.open {
		return Viewer, nil
	}
	p, err := readPerson(r, a.User)
	if err != nil || p == nil {
		return NoRole, err
	}
	role, _, err := standing(r, cfg, p)
	return role, err
}

// mayRead refuses actors who may see nothing.
func (s *Service) mayRead(r storage.Reader, a Actor) error {
	role, err := roleOf(r, &s.cfg, a)
	if err != nil {
		return err
	}
	if role < Viewer {
		return refuse(Forbidden, "Rollcall is for full members of this Slack workspace").
			hint("Guests, people of other workspaces and apps see nothing here.")
	}
	return nil
}

// grant is a role given by hand.
type grant struct {
	User string `json:"user"`
	Role Role   `json:"role"`
	By   string `json:"by"`
	At   int64  `json:"at"`
	trace
}

var grants = &table[grant, *grant]{
	name:  "grant",
	key:   func(g *grant) string { return g.User },
	title: func(g *grant) string { return g.User },
}

// forbid words a refusal for lack of rights and records it, at most one a
// person, operation and minute. Strangers leave no trace.
func (t *tx) forbid(op Operation) (*Error, error) {
	p, err := readPerson(t, t.actor.User)
	if err != nil {
		return nil, err
	}
	if p == nil || p.Kind != Member {
		return refuse(Forbidden, "Rollcall is for full members of this Slack workspace").
			hint("Guests, people of other workspaces and apps can do nothing here."), nil
	}
	admins, err := adminNames(t, t.cfg)
	if err != nil {
		return nil, err
	}
	e := needsRole("That", op.Needs(), t.role).
		hint("%s", whoCan(admins))
	mark := "refused/" + t.actor.User + "/" + op.Op()
	if b, err := t.Get([]byte(mark)); err == nil {
		if last, err := time.Parse(time.RFC3339, string(b)); err == nil && t.now.Sub(last) < time.Minute {
			return e, nil
		}
	} else if !isNotFound(err) {
		return nil, err
	}
	t.put(mark, []byte(t.now.Format(time.RFC3339)))
	t.event.Refused = true
	t.event.Title = fmt.Sprintf("needs %s, has %s", op.Needs(), t.role)
	_, err = t.finish()
	return e, err
}

// May says whether somebody may do an operation, before anything else is asked of them for it: who may not is refused
// as the operation itself would be.
func (s *Service) May(ctx context.Context, a Actor, op Operation) error {
	role, err := s.Role(ctx, a)
	if err == nil && role < op.Needs() {
		err = s.forbidden(ctx, a, op)
	}
	return err
}

// Role is what somebody may do here.
func (s *Service) Role(ctx context.Context, a Actor) (Role, error) {
	role, err := ask(ctx, s, a, func(r storage.Reader) (*Role, error) {
		role, err := roleOf(r, &s.cfg, a)
		return &role, err
	})
	if err != nil {
		return NoRole, err
	}
	return *role, nil
}

// forbidden refuses somebody who asks for what leads up to an operation, such
// as its preview, as the operation itself would be refused.
func (s *Service) forbidden(ctx context.Context, a Actor, op Operation) error {
	now := s.cfg.Now().UTC().Truncate(time.Second)
	var refusal *Error
	err := s.store.Update(ctx, func(w storage.Writer) error {
		t, err := newTx(w, &s.cfg, a, now, op.Op())
		if err != nil {
			return err
		}
		if t.role, err = roleOf(w, &s.cfg, a); err != nil {
			return err
		}
		if refusal, err = t.forbid(op); err != nil {
			return err
		}
		return t.flush(w)
	})
	if err != nil {
		return fault(err)
	}
	return refusal
}

func needsRole(what string, needs, has Role) *Error {
	return refuse(Forbidden, "%s takes the role %s, and yours is %s", what, needs, has)
}

func whoCan(admins []string) string {
	if len(admins) == 0 {
		return "Ask an owner or admin of the Slack workspace."
	}
	return "Ask " + joinNames(admins, "or") + "."
}

// adminNames is up to five people known to be admin.
func adminNames(r storage.Reader, cfg *Config) ([]string, error) {
	var out []string
	for e, err := range entries[PersonInfo](r, "person/") {
		if err != nil {
			return nil, err
		}
		p := e.value
		if role, _, err := standing(r, cfg, &p); err != nil {
			return nil, err
		} else if role == Admin {
			out = append(out, "@"+p.Name)
		}
		if len(out) == 5 {
			break
		}
	}
	return out, nil
}

// userID is the form of Slack's user ids.
var userID = regexp.MustCompile(`^[UW][A-Z0-9]{7,}$`)

// findPerson is the id of somebody known by id or, as elsewhere, by exact name
// or by one that only theirs begins with.
func findPerson(r storage.Reader, ref string) (string, error) {
	name := fold(strings.TrimPrefix(strings.TrimSpace(ref), "@"))
	var exact, begin []PersonInfo
	for e, err := range entries[PersonInfo](r, "person/") {
		switch p := e.value; {
		case err != nil:
			return "", err
		case fold(p.ID) == name:
			return p.ID, nil
		case fold(p.Name) == name:
			exact = append(exact, p)
		case strings.HasPrefix(fold(p.Name), name):
			begin = append(begin, p)
		}
	}
	hits := exact
	if len(hits) == 0 {
		hits = begin
	}
	switch len(hits) {
	case 0:
		if ref == "rollcall" || userID.MatchString(ref) { // the program, or somebody who never came
			return ref, nil
		}
		return "", refuse(NotFound, "Nobody here is called %q", clip(ref, nameLimit))
	case 1:
		return hits[0].ID, nil
	}
	e := refuse(Ambiguous, "%q could be %s", clip(ref, nameLimit), strconv.Itoa(len(hits))+" people").hint("Choose the one you mean.")
	for _, p := range hits[:min(len(hits), 20)] {
		e.Choices = append(e.Choices, Choice{Label: "@" + p.Name, Ref: p.ID})
	}
	return "", e
}

// WhoAmI says what is known of the asker, and what that allows.
func (s *Service) WhoAmI(ctx context.Context, a Actor) (*WhoAmI, error) {
	if err := s.meet(ctx, a); err != nil {
		return nil, err
	}
	out := new(WhoAmI)
	err := s.view(ctx, func(r storage.Reader) error {
		p, err := readPerson(r, a.User)
		if err != nil {
			return err
		}
		if p != nil {
			out.Person = *p
		}
		if out.Role, out.Why, err = standing(r, &s.cfg, p); err != nil {
			return err
		}
		if out.Role >= Viewer {
			out.Admins, err = adminNames(r, &s.cfg)
		}
		return err
	})
	return out, err
}
