package core

import (
	"context"
	"fmt"
	"slices"

	"rollcall/storage"
)

// Todo lists the open steps of a release, pending and reverted ones, by
// cluster and customer. A customer or cluster narrows it.
func (s *Service) Todo(ctx context.Context, a Actor, q TodoQuery) (*TodoList, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*TodoList, error) {
		rel, err := findRelease(r, q.Release, anyState)
		if err != nil {
			return nil, err
		}
		out := &TodoList{Customers: []TodoCustomer{}}
		if out.Release, err = releaseView(r, rel); err != nil {
			return nil, err
		}
		sh, only, err := todoSheet(r, rel, q)
		if err != nil {
			return nil, err
		}
		sh.dropWithdrawn()
		fig, err := sh.count(r)
		if err != nil {
			return nil, err
		}
		for i, sec := range sh.sections {
			for j, m := range sec.members {
				open := fig.tallies[i][j].progress().Open()
				if open == 0 || only != 0 && m.customer != only {
					continue
				}
				out.Open += open
				out.Customers = append(out.Customers, todoCustomer(sec, m, open))
			}
		}
		shown := out.Customers
		if q.Most > 0 && len(shown) > 0 {
			from := min(max(q.From, 0), (len(shown)-1)/q.Most*q.Most)
			shown = shown[from:min(from+q.Most, len(shown))]
		}
		return out, s.addOpen(r, rel, shown)
	})
}

func todoCustomer(sec section, m member, open int) TodoCustomer {
	return TodoCustomer{ID: m.customer, Name: m.name, ClusterName: sec.cluster.Name, Namespace: m.namespace, Open: open}
}

// addOpen reads the open steps of some customers.
func (s *Service) addOpen(r storage.Reader, rel *Release, shown []TodoCustomer) error {
	ps, err := openParts(r, rel)
	if err != nil {
		return err
	}
	names := newNamer(r)
	for i := range shown {
		c, err := customers.get(r, idKey(shown[i].ID))
		if err != nil {
			return err
		}
		p, err := ps.of(r, c)
		if err != nil {
			return err
		}
		if shown[i].Steps, err = s.openViews(r, names, p); err != nil {
			return err
		}
	}
	return names.err
}

// todoSheet lays out what a todo list asks for: one cluster, one customer or all.
func todoSheet(r storage.Reader, rel *Release, q TodoQuery) (sh *sheet, only int64, err error) {
	var wanted []string
	if q.Cluster != "" {
		cl, err := findCluster(r, q.Cluster, anyState)
		if err != nil {
			return nil, 0, err
		}
		wanted = []string{idText(cl.ID)}
	}
	if q.Customer != "" {
		c, err := findCustomer(r, q.Customer, anyState)
		if err != nil {
			return nil, 0, err
		}
		only = c.ID
	}
	if sh, err = loadSheet(r, rel, wanted); err != nil {
		return nil, 0, err
	}
	if len(sh.unknown) > 0 {
		sh.sections = nil // the cluster has no part in the release
	}
	return sh, only, nil
}

func (s *Service) openViews(r storage.Reader, names *namer, p *part) ([]StepView, error) {
	if err := p.load(r); err != nil {
		return nil, err
	}
	states, err := p.steps(r)
	if err != nil {
		return nil, err
	}
	var out []StepView
	for _, st := range states {
		if !st.rec.Status.Open() {
			continue
		}
		v, err := p.view(r, names, s.epoch, st, false)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Next is the step the asker should take next, at the asker's own pace. By
// step it is the first pending one that is not blocked and not claimed by
// another, deploy before verify, of the customer the asker acted on last; else
// of the customers after it by cluster and name. By customer it is the step
// the asker acted on last, at the next customer that has it to do; else the
// steps after it.
func (s *Service) Next(ctx context.Context, a Actor, release string) (*NextStep, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*NextStep, error) {
		sh, out, err := beginNext(r, a, release)
		if err != nil || sh == nil {
			return out, err
		}
		out.Detail, err = s.nextIn(r, a, sh)
		return out, err
	})
}

// beginNext is an answer about the next step of a release before one is looked
// for; the sheet is nil where none can be found.
func beginNext(r storage.Reader, a Actor, release string) (*sheet, *NextStep, error) {
	rel, err := findRelease(r, release, anyState)
	if err != nil {
		return nil, nil, err
	}
	likes, err := readPreferences(r, a.User)
	if err != nil {
		return nil, nil, err
	}
	out := &NextStep{Label: rel.Label(), ShortID: ShortRelease(rel.ID), Status: rel.Status, Pace: likes.Pace}
	sh, err := loadSheet(r, rel, nil)
	if err != nil {
		return nil, nil, err
	}
	fig, err := sh.count(r)
	if err != nil {
		return nil, nil, err
	}
	progress := sh.progress(fig, -1)
	out.Open = progress.Open()
	if rel.Status != Active || progress.Pending == 0 {
		return nil, out, nil
	}
	return sh, out, nil
}

// nextIn is the next step in a release that is active and has pending ones, at
// the asker's pace; nil when there is none for the asker.
func (s *Service) nextIn(r storage.Reader, a Actor, sh *sheet) (*StepDetail, error) {
	likes, err := readPreferences(r, a.User)
	if err != nil {
		return nil, err
	}
	last, step, err := lastActedOn(r, a, sh.rel.ID)
	if err != nil {
		return nil, err
	}
	var parts []*part
	if err := sh.each(r, func(p *part) error { parts = append(parts, p); return nil }); err != nil {
		return nil, err
	}
	from := max(0, slices.IndexFunc(parts, func(p *part) bool { return p.cust.ID == last }))
	if likes.Pace == ByCustomer && step != "" && len(parts) > 0 {
		p, st, err := nextCustomer(r, a, parts, from, step)
		if err != nil {
			return nil, err
		}
		if st != nil {
			return s.stepDetail(r, p, st)
		}
	}
	for i := range parts {
		p := parts[(from+i)%len(parts)]
		st, err := p.next(r, a)
		if err != nil {
			return nil, err
		}
		if st != nil {
			return s.stepDetail(r, p, st)
		}
	}
	return nil, nil
}

// nextCustomer finds a template step to take at the next customer that has it
// to do, looking behind from; when nobody has, the steps after it at anybody.
func nextCustomer(r storage.Reader, a Actor, parts []*part, from int, step string) (*part, *stepState, error) {
	rel := parts[0].rel
	live, err := liveTemplates(r, rel.ID)
	if err != nil {
		return nil, nil, err
	}
	at := slices.IndexFunc(live, func(tm *StepTemplate) bool { return tm.ShortID() == step })
	if at < 0 {
		return nil, nil, nil
	}
	for k := range live {
		tm := live[(at+k)%len(live)]
		first := 0
		if k == 0 {
			first = from + 1
		}
		for i := range parts {
			p := parts[(first+i)%len(parts)]
			rec, err := stepTable.get(r, stepKey(rel.ID, p.cust.ID, tm.Number))
			if err != nil {
				return nil, nil, err
			}
			if rec != nil && (rec.Custom || !rec.takeable(a)) {
				continue
			}
			if err := p.load(r); err != nil {
				return nil, nil, err
			}
			st, err := loadState(r, rel, p.cust, p.cluster, tm, rec)
			return p, st, err
		}
	}
	return nil, nil, nil
}

// takeable says whether the asker can take a step as it stands.
func (s *stepRecord) takeable(a Actor) bool {
	return s.Status == Pending && s.BlockedBy == "" && (s.ClaimedBy == "" || s.ClaimedBy == a.User)
}

// next is the first step of the customer that the asker can take; nil when there is none.
func (p *part) next(r storage.Reader, a Actor) (*stepState, error) {
	if err := p.load(r); err != nil {
		return nil, err
	}
	if t := p.tally(); t[0][Pending]+t[1][Pending] == 0 {
		return nil, nil
	}
	states, err := p.steps(r)
	if err != nil {
		return nil, err
	}
	for _, st := range states {
		if st.rec.takeable(a) {
			return st, nil
		}
	}
	return nil, nil
}

// lookBack bounds how many events are searched for what somebody did last.
const lookBack = 2000

// lastActedOn is the customer and the step (its short id) that somebody worked
// on last in a release; 0 when not lately.
func lastActedOn(r storage.Reader, a Actor, release int64) (customer int64, step string, err error) {
	rng := storage.Prefix([]byte("event/"))
	rng.Reverse = true
	left := lookBack
	for entry, err := range r.Scan(rng) {
		if err != nil {
			return 0, "", err
		}
		if left--; left < 0 {
			break
		}
		if headID(entry.Value, "release_id") != release || headID(entry.Value, "customer_id") == 0 {
			continue
		}
		e, err := skimEvent(entry.Value, 0)
		if err != nil {
			return 0, "", fmt.Errorf("%s is damaged: %w", entry.Key, err)
		}
		if e.Actor == a.id() && !e.Refused && e.Step != "" {
			return e.Customer, e.Step, nil
		}
	}
	return 0, "", nil
}
