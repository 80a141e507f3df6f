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
	Top       []TodoCustomer `json:"top"` // the first few, each with its first steps
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
	named := 0
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
			c.Top = append(c.Top, todoCustomer(sec, mem, open))
		}
		if err := s.addOpen(r, rel, c.Top); err != nil {
			return out, err
		}
		for k := range c.Top {
			c.Top[k].Steps = page(c.Top[k].Steps, namedSteps)
		}
		if c.Open > 0 {
			out.Open += c.Open
			out.Customers += c.Customers
			out.Clusters = append(out.Clusters, c)
		}
	}
	return out, nil
}
