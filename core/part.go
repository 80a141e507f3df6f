package core

import (
	"cmp"
	"fmt"
	"slices"

	"rollcall/storage"
)

// part is one customer's part in a release, under the names its pages show:
// those of now, or those frozen when the release was archived.
type part struct {
	*sheet
	cust     *Customer
	cluster  *Cluster
	enrolled enrolment // the zero one on a draft
	recs     map[int]*stepRecord
}

// parts reads customers' parts in one release.
type parts struct {
	*sheet
	roster *roster
	frozen *frozenNames
}

func openParts(r storage.Reader, rel *Release) (*parts, error) {
	sh, err := newSheet(r, rel)
	if err != nil {
		return nil, err
	}
	ps := &parts{sheet: sh}
	if ps.roster, err = readRoster(r, rel.ID); err != nil {
		return nil, err
	}
	if rel.Status == Archived {
		ps.frozen, err = readFrozen(r, rel.ID)
	}
	return ps, err
}

// of reads a customer's part. On a draft every customer has one.
func (ps *parts) of(r storage.Reader, cust *Customer) (*part, error) {
	p := &part{sheet: ps.sheet, cust: cust}
	var err error
	if p.cluster, err = clusters.get(r, idKey(cust.ClusterID)); err != nil {
		return nil, err
	}
	if p.cluster == nil {
		return nil, fmt.Errorf("customer %d is on cluster %d, which does not exist", cust.ID, cust.ClusterID)
	}
	e, ok := ps.roster.member(cust.ID)
	if !ok && ps.rel.Status != Draft {
		return nil, refuse(NotFound, "%s does not take part in %s", place{cust.Name, p.cluster.Name, cust.Namespace}, ps.rel.Label())
	}
	p.enrolled = e
	if ps.frozen != nil {
		if err := p.thaw(r, ps.frozen); err != nil {
			return nil, err
		}
	}
	return p, p.load(r)
}

// load reads what departs from the templates for the part's customer.
func (p *part) load(r storage.Reader) error {
	p.recs = map[int]*stepRecord{}
	for rec, err := range stepTable.all(r, idKey(p.rel.ID)+"/"+idKey(p.cust.ID)+"/") {
		if err != nil {
			return err
		}
		p.recs[rec.Number] = rec
	}
	return nil
}

// loadPart reads one customer's part in a release.
func loadPart(r storage.Reader, rel *Release, cust *Customer) (*part, error) {
	ps, err := openParts(r, rel)
	if err != nil {
		return nil, err
	}
	return ps.of(r, cust)
}

// thaw puts the frozen names in the place of today's.
func (p *part) thaw(r storage.Reader, fz *frozenNames) error {
	i := slices.IndexFunc(fz.Customers, func(c frozenCustomer) bool { return c.ID == p.cust.ID })
	if i < 0 {
		return nil // it was archived before the release was
	}
	was := fz.Customers[i]
	cust := *p.cust
	cl, err := clusters.get(r, idKey(was.Cluster))
	if err != nil || cl == nil {
		return fmt.Errorf("cluster %d: %w", was.Cluster, err)
	}
	cust.Name, cust.Namespace, cust.ClusterID = was.Name, was.Namespace, was.Cluster
	for _, c := range fz.Clusters {
		if c.ID == was.Cluster {
			cl.Name = c.Name
		}
	}
	p.cust, p.cluster = &cust, cl
	return nil
}

// steps is every step of the customer in the order of work.
func (p *part) steps(r storage.Reader) ([]*stepState, error) {
	var out []*stepState
	add := func(tm *StepTemplate, rec *stepRecord) error {
		st, err := p.state(r, tm, rec)
		if err == nil {
			out = append(out, st)
		}
		return err
	}
	for _, tm := range p.sheet.steps {
		if tm == nil {
			continue
		}
		rec := p.recs[tm.Number]
		if rec != nil && rec.Custom || tm.Removed && (rec == nil || rec.Status == Pending) {
			continue
		}
		if err := add(tm, rec); err != nil {
			return nil, err
		}
	}
	for _, rec := range p.recs {
		if rec.Custom && !rec.Removed {
			if err := add(nil, rec); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(out, func(a, b *stepState) int {
		return cmp.Or(
			cmp.Compare(catIndex(a.category()), catIndex(b.category())),
			cmp.Compare(a.order(p.anchors), b.order(p.anchors)),
			-cmp.Compare(btoi(a.removed()), btoi(b.removed())),
			cmp.Compare(a.rec.Number, b.rec.Number),
		)
	})
	return out, nil
}

// state is one step of the part. What many customers share is read and parsed once: content may be long.
func (p *part) state(r storage.Reader, tm *StepTemplate, rec *stepRecord) (*stepState, error) {
	if tm == nil || rec != nil && rec.Override != 0 {
		return loadState(r, p.rel, p.cust, p.cluster, tm, rec)
	}
	key := [2]int{tm.Number, tm.Revision}
	if rec != nil && rec.Revision != 0 {
		key[1] = rec.Revision
	}
	shared := p.said[key]
	if shared == nil {
		words, err := readWording(r, p.rel.ID, 0, key[0], key[1])
		if err != nil {
			return nil, err
		}
		if p.said == nil {
			p.said = map[[2]int]*said{}
		}
		shared = &said{words: words, script: read(words.Content)}
		p.said[key] = shared
	}
	s := &stepState{rel: p.rel, cust: p.cust, cluster: p.cluster, template: tm, rec: rec, words: shared.words, parsed: shared.script}
	if rec == nil {
		s.rec = &stepRecord{Release: p.rel.ID, Customer: p.cust.ID, Number: tm.Number}
	}
	return s, nil
}

// removed is true for a step that is in its template no more.
func (s *stepState) removed() bool { return s.template != nil && s.template.Removed }

// view is a step of the part as surfaces show it.
func (p *part) view(r storage.Reader, names *namer, epoch string, st *stepState, content bool) (StepView, error) {
	v, err := st.view(r, names, epoch, p.enrolled, p.anchors, content)
	switch {
	case st.rec.Removed:
		v.Aside = "removed"
	case !p.cust.IsActive:
		v.Aside = "customer archived"
	case p.enrolled.Withdrawn:
		v.Aside = "withdrawn from this release"
	}
	if v.NoteList == nil {
		v.NoteList = []Note{}
	}
	if v.Missing == nil {
		v.Missing = []string{}
	}
	if v.Warnings == nil {
		v.Warnings = []string{}
	}
	return v, err
}

// customer is the part's customer as its pages show it.
func (p *part) customer(t *tally) CustomerView {
	v := CustomerView{Customer: *p.cust, ClusterName: p.cluster.Name}
	if t != nil {
		progress := t.progress()
		v.Progress = &progress
	}
	return v
}

// tally counts the customer's steps.
func (p *part) tally() tally {
	t := p.fresh()
	for number, rec := range p.recs {
		tm := p.step(number)
		switch {
		case rec.Custom:
			if !rec.Removed {
				t.add(rec.Category, rec.Status)
			}
		case tm == nil || tm.Removed && rec.Status == Pending:
		default:
			t.move(stored{status: rec.Status, category: uint8(catIndex(tm.Category)), derived: !tm.Removed})
		}
	}
	return t
}
