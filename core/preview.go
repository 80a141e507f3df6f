package core

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rollcall/storage"
)

// CheckRelease is what activating a draft would do, and so what stands in its
// way; for a release that was activated, who takes part and what is missing in
// the steps still open.
func (s *Service) CheckRelease(ctx context.Context, a Actor, release string) (*ActivationPreview, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*ActivationPreview, error) {
		rel, err := findRelease(r, release, anyState)
		if err != nil {
			return nil, err
		}
		p, _, err := activationPreview(r, rel)
		if err != nil {
			return nil, err
		}
		return p, p.show(r, rel)
	})
}

// sum is "42 customers × 11 steps = 462", and the custom steps beside them.
func (p *ActivationPreview) sum() string {
	text := fmt.Sprintf("%s × %s = %d", count(p.Customers, "customer"), count(p.Steps, "step"), p.Customers*p.Steps)
	if p.Customs > 0 {
		text += fmt.Sprintf(", and %s: %d to work through", count(p.Customs, "custom step"), p.Total)
	}
	return text
}

// show makes the preview one that people look at: with the release, and customers by name.
func (p *ActivationPreview) show(r storage.Reader, rel *Release) (err error) {
	for i := range p.Clusters {
		group := &p.Clusters[i]
		for _, col := range group.columns {
			group.Customers = append(group.Customers, col.Name+" ("+col.Namespace+")")
		}
		slices.SortFunc(group.Customers, compareNames)
		group.columns = nil
	}
	p.Release, err = releaseView(r, rel)
	return err
}

// activationPreview is what activating a draft would do, before it is shown,
// and the roster it would make (without ids).
func activationPreview(r storage.Reader, rel *Release) (*ActivationPreview, *roster, error) {
	p := &ActivationPreview{Clusters: []PreviewCluster{}, LeftOut: []PreviewCustomer{}, Missing: []MissingValue{}, Notices: []string{}}
	tms, err := liveTemplates(r, rel.ID)
	if err != nil {
		return nil, nil, err
	}
	p.Steps = len(tms)
	look := &needs{r: r, rel: rel}
	if err := look.read(tms); err != nil {
		return nil, nil, err
	}
	takesPart, err := participants(r, rel)
	if err != nil {
		return nil, nil, err
	}
	cls, err := clusters.list(r, "")
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(cls, func(a, b *Cluster) int { return compareNames(a.Name, b.Name) })
	ro := &roster{groups: map[int64][]enrolment{}}
	for _, cl := range cls {
		if !cl.IsActive {
			continue
		}
		group := PreviewCluster{Name: cl.Name}
		for e, err := range r.Scan(clusterColumns(cl.ID)) {
			if err != nil {
				return nil, nil, err
			}
			col, err := parseColumn(e)
			if err != nil {
				return nil, nil, err
			}
			if !col.Active {
				continue
			}
			if !takesPart(&Customer{ID: col.ID, ClusterID: cl.ID}) {
				p.leaveOut(look, cl, col)
				continue
			}
			p.Customers++
			p.Customs += look.customs[col.ID]
			ro.groups[cl.ID] = append(ro.groups[cl.ID], enrolment{Customer: col.ID})
			group.columns = append(group.columns, col)
			if err := p.addMissing(look, cl, col); err != nil {
				return nil, nil, err
			}
		}
		if len(group.columns) > 0 {
			p.Clusters = append(p.Clusters, group)
		}
	}
	p.Total = p.Customers*p.Steps + p.Customs
	switch {
	case p.Customers == 0:
		return nil, nil, refuse(Conflict, "Release %s has nobody to be rolled out to", rel.Label()).
			hint("No active customer is among its targets. Add customers, or change its targets.")
	case p.Total == 0:
		return nil, nil, refuse(Conflict, "Release %s has no steps yet", rel.Label()).
			hint("Add the first: `template add %s \"…\" category=deploy type=bash content=\"…\"`.", ShortRelease(rel.ID))
	}
	return p, ro, nil
}

// leaveOut notes a customer that takes no part, and what was prepared for it in vain.
func (p *ActivationPreview) leaveOut(n *needs, cl *Cluster, col column) {
	p.LeftOut = append(p.LeftOut, PreviewCustomer{ID: col.ID, Name: col.Name, ClusterName: cl.Name, Namespace: col.Namespace})
	if own := n.customs[col.ID]; own > 0 {
		p.Notices = append(p.Notices, fmt.Sprintf("%s has %s prepared, and is left out.",
			place{col.Name, cl.Name, col.Namespace}, count(own, "custom step")))
	}
}

// participants says which customers a draft is meant for, or who takes part in
// a release that was activated.
func participants(r storage.Reader, rel *Release) (func(*Customer) bool, error) {
	if rel.Status == Draft {
		return rel.Targets.fits, nil
	}
	ro, err := readRoster(r, rel.ID)
	return func(c *Customer) bool {
		e, in := ro.member(c.ID)
		return in && !e.Withdrawn
	}, err
}

// use is a placeholder in a step.
type use struct {
	number int    // of the step
	step   string // short id
	name   string
}

// needs is which placeholders the steps of a release use: what the templates
// say, and what departs from them for single customers.
type needs struct {
	r       storage.Reader
	rel     *Release
	common  []use
	names   []string               // of common, each once
	own     map[int64][]use        // of overrides and custom steps, by customer
	instead map[int64]map[int]bool // steps that a customer has otherwise, or needs no more
	customs map[int64]int          // how many custom steps a customer has

	metadata bool // templates use that of customers: the only thing for which each must be read
}

func (n *needs) read(tms []*StepTemplate) error {
	n.own, n.instead, n.customs = map[int64][]use{}, map[int64]map[int]bool{}, map[int64]int{}
	short := map[int]string{}
	for _, tm := range tms {
		short[tm.Number] = tm.ShortID()
		w, err := readWording(n.r, n.rel.ID, 0, tm.Number, tm.Revision)
		if err != nil {
			return err
		}
		for _, name := range placeholders(w.Content) {
			n.common = append(n.common, use{tm.Number, tm.ShortID(), name})
			if !slices.Contains(n.names, name) {
				n.names = append(n.names, name)
			}
			n.metadata = n.metadata || strings.HasPrefix(name, customerFacts)
		}
	}
	for rec, err := range stepTable.all(n.r, idKey(n.rel.ID)+"/") {
		if err != nil {
			return err
		}
		if rec.Removed || !rec.Custom && short[rec.Number] == "" {
			continue
		}
		id := short[rec.Number]
		if rec.Custom {
			id = shortID("C", rec.Serial)
			n.customs[rec.Customer]++
		}
		over := rec.Status == Done || rec.Status == Skipped
		if !over && rec.Override == 0 {
			continue
		}
		if n.instead[rec.Customer] == nil {
			n.instead[rec.Customer] = map[int]bool{}
		}
		n.instead[rec.Customer][rec.Number] = true
		if over {
			continue
		}
		w, err := readWording(n.r, rec.Release, rec.Customer, rec.Number, rec.Override)
		if err != nil {
			return err
		}
		for _, name := range placeholders(w.Content) {
			n.own[rec.Customer] = append(n.own[rec.Customer], use{rec.Number, id, name})
		}
	}
	return nil
}

// addMissing lists the placeholders that one customer cannot fill.
func (p *ActivationPreview) addMissing(n *needs, cl *Cluster, col column) error {
	own := n.own[col.ID]
	if len(n.common)+len(own) == 0 {
		return nil
	}
	cust := &Customer{ID: col.ID, ClusterID: cl.ID, Name: col.Name, Namespace: col.Namespace}
	if n.metadata || len(own) > 0 {
		var err error
		if cust, err = customers.get(n.r, idKey(col.ID)); err != nil {
			return err
		}
	}
	value := present(n.rel, cust, cl)
	lacking := func(name string) bool { return value(name) == "" }
	if len(own) == 0 && !slices.ContainsFunc(n.names, lacking) {
		return nil // as with most customers: a release has many steps and few names in them
	}
	look := func(u use) {
		if lacking(u.name) {
			p.Missing = append(p.Missing, MissingValue{CustomerID: col.ID, CustomerName: col.Name, ClusterName: cl.Name,
				Namespace: col.Namespace, Step: u.step, Placeholder: u.name})
		}
	}
	for _, u := range n.common {
		if !n.instead[col.ID][u.number] {
			look(u)
		}
	}
	for _, u := range own {
		look(u)
	}
	return nil
}
