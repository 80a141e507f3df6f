package core

import (
	"context"

	"rollcall/storage"
)

// OpenWork is what a reminder talks about: the open steps of active releases, by cluster and customer, the first of
// them by name.
type OpenWork struct {
	Open     int           `json:"open"`
	Releases []OpenRelease `json:"releases"` // those with open steps, the newest first
}

// OpenRelease is one release's part.
type OpenRelease struct {
	Release   ReleaseView   `json:"release"`
	Open      int           `json:"open"`
	Customers int           `json:"customers"` // with open steps
	Blocked   int           `json:"blocked"`
	Clusters  []OpenCluster `json:"clusters"` // with open steps, by name
}

// OpenCluster is one cluster's part.
type OpenCluster struct {
	ID        int64          `json:"id"`
	Name      string         `json:"name"`
	Open      int            `json:"open"`
	Customers int            `json:"customers"`
	Top       []OpenCustomer `json:"top"` // the first few
}

// OpenCustomer is one customer with its first open steps.
type OpenCustomer struct {
	TodoCustomer
	Open int `json:"open"`
}

// How much of it is told by name.
const (
	namedOnCluster = 3 // a cluster
	namedSteps     = 2 // a customer
	namedInRelease = 6 // customers of one release
)

// OpenWorkFor is what a reminder would say now.
func (s *Service) OpenWorkFor(ctx context.Context, a Actor, m *Reminder) (*OpenWork, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*OpenWork, error) {
		out := &OpenWork{Releases: []OpenRelease{}}
		for rel, err := range activeReleases(r) {
			if err != nil {
				return nil, err
			}
			if m.ReleaseID != 0 && m.ReleaseID != rel.ID {
				continue
			}
			p, err := s.openIn(r, rel, m.ClusterID)
			if err != nil {
				return nil, err
			}
			if p.Open > 0 {
				out.Open += p.Open
				out.Releases = append([]OpenRelease{p}, out.Releases...)
			}
		}
		return out, nil
	})
}

// openIn counts one release's open steps in one pass, and reads the customers it names.
func (s *Service) openIn(r storage.Reader, rel *Release, cluster int64) (out OpenRelease, err error) {
	var wanted []string
	if cluster != 0 {
		wanted = []string{idText(cluster)}
	}
	sh, err := loadSheet(r, rel, wanted)
	if err != nil || len(sh.unknown) > 0 {
		return out, err
	}
	sh.dropWithdrawn()
	fig, err := sh.count(r)
	if err != nil {
		return out, err
	}
	if out.Release, err = sh.view(r, sh.progress(fig, -1), fig.blocked); err != nil {
		return out, err
	}
	out.Blocked = fig.blocked
	ps, err := openParts(r, rel)
	if err != nil {
		return out, err
	}
	names, named := newNamer(r), 0
	for i, sec := range sh.sections {
		c := OpenCluster{ID: sec.cluster.ID, Name: sec.cluster.Name}
		for j, mem := range sec.members {
			open := fig.tallies[i][j].progress().Open()
			if open == 0 {
				continue
			}
			c.Open += open
			c.Customers++
			if len(c.Top) == namedOnCluster || named == namedInRelease {
				continue
			}
			named++
			cust, err := customers.get(r, idKey(mem.customer))
			if err != nil {
				return out, err
			}
			p, err := ps.of(r, cust)
			if err != nil {
				return out, err
			}
			steps, err := s.openViews(r, names, p)
			if err != nil {
				return out, err
			}
			c.Top = append(c.Top, OpenCustomer{Open: open, TodoCustomer: TodoCustomer{ID: mem.customer, Name: mem.name,
				ClusterName: sec.cluster.Name, Namespace: mem.namespace, Steps: page(steps, namedSteps)}})
		}
		if c.Open > 0 {
			out.Open += c.Open
			out.Customers += c.Customers
			out.Clusters = append(out.Clusters, c)
		}
	}
	return out, names.err
}
