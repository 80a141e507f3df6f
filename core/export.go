package core

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"rollcall/storage"
)

// Export is everything there is, under the names people know, in a fixed order.
type Export struct {
	Clusters      []ExportedCluster  `json:"clusters"`
	Customers     []ExportedCustomer `json:"customers"`
	Releases      []ExportedRelease  `json:"releases"`
	StepTemplates []TemplateView     `json:"step_templates"` // removed ones too; contents as typed
	CustomerSteps []StepView         `json:"customer_steps"` // of active and archived releases; contents as seen
	Events        []Event            `json:"events"`         // oldest first; what they changed under exported names
}

// ExportedCluster is a cluster, archived or not.
type ExportedCluster struct {
	Cluster
	CustomerCount int `json:"customer_count"` // active ones
}

// ExportedCustomer is a customer, archived or not.
type ExportedCustomer struct {
	Customer
	ClusterName string `json:"cluster_name"`
}

// ExportedRelease is a release, whatever its status.
type ExportedRelease struct {
	Release
	ShortID string `json:"short_id"`
}

// Export gives everything to an admin. The steps of customers that were
// withdrawn or archived are there too. It is as large as the data: content is
// repeated for each customer.
func (s *Service) Export(ctx context.Context, a Actor) (*Export, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*Export, error) {
		if err := s.mayAdminister(r, a, "Taking everything out"); err != nil {
			return nil, err
		}
		x := &Export{Clusters: []ExportedCluster{}, Customers: []ExportedCustomer{}, Releases: []ExportedRelease{},
			StepTemplates: []TemplateView{}, CustomerSteps: []StepView{}, Events: []Event{}}
		for _, part := range []func(storage.Reader) error{x.addPlaces, x.addReleases, x.addEvents} {
			if err := part(r); err != nil {
				return nil, err
			}
		}
		names := newNamer(r)
		for i := range x.Releases {
			if err := x.addSteps(r, names, s.epoch, &x.Releases[i].Release); err != nil {
				return nil, err
			}
		}
		return x, nil
	})
}

func (x *Export) addPlaces(r storage.Reader) error {
	names := map[int64]string{}
	for c, err := range clusters.all(r, "") {
		if err != nil {
			return err
		}
		v, err := clusterView(r, c)
		if err != nil {
			return err
		}
		names[c.ID] = c.Name
		x.Clusters = append(x.Clusters, ExportedCluster{*c, v.CustomerCount})
	}
	for c, err := range customers.all(r, "") {
		if err != nil {
			return err
		}
		x.Customers = append(x.Customers, ExportedCustomer{*c, names[c.ClusterID]})
	}
	return nil
}

func (x *Export) addReleases(r storage.Reader) error {
	for rel, err := range releases.all(r, "") {
		if err != nil {
			return err
		}
		x.Releases = append(x.Releases, ExportedRelease{*rel, ShortRelease(rel.ID)})
	}
	for tm, err := range templates.all(r, "") {
		if err != nil {
			return err
		}
		v, err := templateView(r, tm, true)
		if err != nil {
			return err
		}
		x.StepTemplates = append(x.StepTemplates, v)
	}
	slices.SortStableFunc(x.StepTemplates, func(a, b TemplateView) int {
		return cmp.Or(
			cmp.Compare(a.ReleaseID, b.ReleaseID),
			cmp.Compare(btoi(a.Removed), btoi(b.Removed)),
			cmp.Compare(catIndex(a.Category), catIndex(b.Category)),
			cmp.Compare(a.OrderIndex, b.OrderIndex),
			cmp.Compare(a.Number, b.Number),
		)
	})
	return nil
}

// addSteps adds every enrolled customer's steps, by customer, in the order of
// work. A draft has none yet.
func (x *Export) addSteps(r storage.Reader, names *namer, epoch string, rel *Release) error {
	if rel.Status == Draft {
		return nil
	}
	ps, err := openParts(r, rel)
	if err != nil {
		return err
	}
	var ids []int64
	for _, g := range ps.roster.groups {
		for _, e := range g {
			ids = append(ids, e.Customer)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		cust, err := customers.get(r, idKey(id))
		if err != nil {
			return err
		}
		if cust == nil {
			return fmt.Errorf("release %d enrols customer %d, which does not exist", rel.ID, id)
		}
		p, err := ps.of(r, cust)
		if err != nil {
			return err
		}
		states, err := p.steps(r)
		if err != nil {
			return err
		}
		for _, st := range states {
			v, err := p.view(r, names, epoch, st, true)
			if err != nil {
				return err
			}
			x.CustomerSteps = append(x.CustomerSteps, v)
		}
	}
	return nil
}

func (x *Export) addEvents(r storage.Reader) error {
	for entry, err := range r.Scan(storage.Prefix([]byte("event/"))) {
		if err != nil {
			return err
		}
		var e Event
		if err := json.Unmarshal(entry.Value, &e); err != nil {
			return fmt.Errorf("%s is damaged: %w", entry.Key, err)
		}
		if err := e.exported(r); err != nil {
			return err
		}
		x.Events = append(x.Events, e)
	}
	return nil
}
