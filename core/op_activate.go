package core

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/storage"
)

// Op names the operation.
func (ActivateRelease) Op() string { return "release.activate" }

// Needs is the role it takes.
func (ActivateRelease) Needs() Role { return Admin }

// run shows the consequence first; confirmed, it enrols the target customers
// (BR-R01). Their steps need no writing: a pending step follows its template.
func (op ActivateRelease) run(t *tx) error {
	r, err := findDraft(t, op.Release)
	if err != nil {
		return err
	}
	p, ro, err := activationPreview(t, r)
	if err != nil {
		return err
	}
	if !op.Confirm {
		return &Error{Code: Confirm, Preview: p, Hint: "Confirm to activate it.",
			Msg: fmt.Sprintf("Activate %s: %s × %s = %d?", r.Label(), count(p.Customers, "customer"), count(p.Steps, "step"), p.Total)}
	}
	first, err := t.enrolmentIDs(p.Customers)
	if err != nil {
		return err
	}
	// Ids follow the customers' order, so that they do not depend on how clusters are walked.
	var members []*enrolment
	for _, g := range ro.groups {
		for i := range g {
			members = append(members, &g[i])
		}
	}
	slices.SortFunc(members, func(a, b *enrolment) int { return int(a.Customer - b.Customer) })
	for i, e := range members {
		e.ID, e.At = first+int64(i), t.now.Unix()
	}
	if err := t.putRoster(r.ID, ro); err != nil {
		return err
	}
	r.Status = Active
	r.ActivatedAt = &t.now
	if r.Channel == "" {
		r.Channel = Maybe(t.actor.Channel)
	}
	if err := releases.put(t, r); err != nil {
		return err
	}
	t.final = true
	t.event.Count = p.Total
	t.aboutRelease(r)
	t.about(releaseLabel(r), "Release %s is active: %s × %s = %d", releaseLabel(r), count(p.Customers, "customer"), count(p.Steps, "step"), p.Total)
	if len(p.Missing) > 0 {
		t.warn("%s cannot be filled; `release check %s` lists them.", count(len(p.Missing), "placeholder value"), shortID("R", int(r.ID)))
	}
	t.notify(Notice{Kind: "release.activated", Channel: string(r.Channel), Release: r.ID,
		Text: fmt.Sprintf("Release %s is active: %s × %s = %d", releaseLabel(r), count(p.Customers, "customer"), count(p.Steps, "step"), p.Total)})
	return nil
}

// findDraft resolves the release to activate; an empty reference is the only draft.
func findDraft(r storage.Reader, ref string) (*Release, error) {
	if strings.TrimSpace(ref) == "" {
		var drafts []*Release
		for k, err := range releases.lookup(r, "status", string(Draft), false) {
			if err != nil {
				return nil, err
			}
			rel, err := releases.get(r, k)
			if err != nil {
				return nil, err
			}
			drafts = append(drafts, rel)
		}
		if len(drafts) == 1 {
			return drafts[0], nil
		}
		if len(drafts) > 1 {
			return nil, releaseFinder.ambiguous(r, "", drafts)
		}
		return nil, invalid("release", "Which release? There is no draft").hint("Add one: `release add`.")
	}
	rel, err := releaseFinder.find(r, ref, anyState)
	if err != nil {
		return nil, err
	}
	switch rel.Status {
	case Active:
		return nil, refuse(Conflict, "Release %s is already active", rel.Label())
	case Archived:
		return nil, rel.open()
	}
	return rel, nil
}

// activationPreview is what activating a draft would do, and the roster it
// would make (without ids). An active or archived release shows what is.
func activationPreview(r storage.Reader, rel *Release) (*ActivationPreview, *roster, error) {
	p := &ActivationPreview{Clusters: []PreviewCluster{}, LeftOut: []PreviewCustomer{}, Missing: []MissingValue{}, Notices: []string{}}
	tms, err := liveTemplates(r, rel.ID)
	if err != nil {
		return nil, nil, err
	}
	p.Steps = len(tms)
	ro := &roster{groups: map[int64][]enrolment{}}
	cls, err := clusters.list(r, "")
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(cls, func(a, b *Cluster) int { return strings.Compare(fold(a.Name), fold(b.Name)) })
	uses, err := placeholderUses(r, rel.ID, tms)
	if err != nil {
		return nil, nil, err
	}
	var members int
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
			if !rel.Targets.fits(&Customer{ID: col.ID, ClusterID: cl.ID}) {
				p.LeftOut = append(p.LeftOut, PreviewCustomer{ID: col.ID, Name: col.Name, ClusterName: cl.Name, Namespace: col.Namespace})
				continue
			}
			members++
			ro.groups[cl.ID] = append(ro.groups[cl.ID], enrolment{Customer: col.ID})
			group.Customers = append(group.Customers, col.Name)
			if err := p.missing(r, rel, cl, col, uses); err != nil {
				return nil, nil, err
			}
		}
		if len(group.Customers) > 0 {
			slices.Sort(group.Customers)
			p.Clusters = append(p.Clusters, group)
		}
	}
	p.Customers = members
	if p.Customs, err = countCustoms(r, rel.ID, ro); err != nil {
		return nil, nil, err
	}
	p.Total = p.Customers*p.Steps + p.Customs
	if p.Release, err = releaseView(r, rel); err != nil {
		return nil, nil, err
	}
	switch {
	case members == 0:
		return nil, nil, refuse(Conflict, "Release %s has nobody to be rolled out to", rel.Label()).
			hint("No active customer is among its targets. Add customers, or change its targets.")
	case p.Total == 0:
		return nil, nil, refuse(Conflict, "Release %s has no steps yet", rel.Label()).
			hint("Add the first: `template add %s \"…\" category=deploy type=bash content=\"…\"`.", shortID("R", int(rel.ID)))
	}
	return p, ro, nil
}

// use is a placeholder in a template step.
type use struct {
	step string // short id
	name string
	meta bool // of the customer's metadata: the only ones for which the customer must be read
}

// placeholderUses lists the placeholders of a release's template steps.
func placeholderUses(r storage.Reader, release int64, tms []*StepTemplate) ([]use, error) {
	var out []use
	for _, tm := range tms {
		w, err := readWording(r, release, 0, tm.Number, tm.Revision)
		if err != nil {
			return nil, err
		}
		for _, name := range placeholders(w.Content) {
			out = append(out, use{tm.ShortID(), name, strings.HasPrefix(name, "customer.metadata.")})
		}
	}
	return out, nil
}

// missing lists the placeholders that one customer cannot fill.
func (p *ActivationPreview) missing(r storage.Reader, rel *Release, cl *Cluster, col column, uses []use) error {
	if len(uses) == 0 {
		return nil
	}
	cust := &Customer{ID: col.ID, ClusterID: cl.ID, Name: col.Name, Namespace: col.Namespace}
	if slices.ContainsFunc(uses, func(u use) bool { return u.meta }) {
		var err error
		if cust, err = customers.get(r, idKey(col.ID)); err != nil {
			return err
		}
	}
	values := placeholderValues(rel, cust, cl)
	for _, u := range uses {
		if values[u.name] == "" {
			p.Missing = append(p.Missing, MissingValue{CustomerID: col.ID, CustomerName: col.Name, ClusterName: cl.Name,
				Namespace: col.Namespace, Step: u.step, Placeholder: u.name})
		}
	}
	return nil
}

// countCustoms counts the custom steps prepared for a roster's members.
func countCustoms(r storage.Reader, release int64, ro *roster) (int, error) {
	n := 0
	for e, err := range r.Scan(storage.Prefix([]byte("step/" + idKey(release) + "/"))) {
		if err != nil {
			return 0, err
		}
		if _, marks, flags, ok := glance(e.Value); !ok || marks&Custom == 0 || flags&isRemoved != 0 {
			continue
		}
		_, customer, _ := splitStepKey(string(e.Key[len("step/"):]))
		if _, in := ro.member(customer); in {
			n++
		}
	}
	return n, nil
}

// liveTemplates is a release's template steps in order, deploy before verify,
// removed ones left out.
func liveTemplates(r storage.Reader, release int64) ([]*StepTemplate, error) {
	all, err := templates.list(r, idKey(release)+"/")
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(tm *StepTemplate) bool { return tm.Removed })
	slices.SortStableFunc(all, func(a, b *StepTemplate) int {
		if a.Category != b.Category {
			return catIndex(a.Category) - catIndex(b.Category)
		}
		return a.OrderIndex - b.OrderIndex
	})
	return all, nil
}
