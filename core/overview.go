package core

import (
	"cmp"
	"context"
	"slices"

	"rollcall/storage"
)

// dashboardEvents is how many events the dashboard shows.
const dashboardEvents = 10

// Dashboard is the overview: active releases, clusters, counts and what happened last.
func (s *Service) Dashboard(ctx context.Context, a Actor) (*Dashboard, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*Dashboard, error) {
		out := &Dashboard{ActiveReleases: []ReleaseView{}, People: true}
		var stats group
		for rel, err := range activeReleases(r) {
			if err != nil {
				return nil, err
			}
			sv, err := newSurvey(r, rel, 0)
			if err != nil {
				return nil, err
			}
			v, err := sv.release(r)
			if err != nil {
				return nil, err
			}
			out.ActiveReleases = append(out.ActiveReleases, v)
			stats.addAll(sv)
		}
		slices.SortFunc(out.ActiveReleases, func(x, y ReleaseView) int { return int(y.ID - x.ID) })
		out.Stats = stats.progress().Counts
		var err error
		if out.Clusters, err = clusterViews(r, false); err != nil {
			return nil, err
		}
		recent, err := feed(r, &eventFilter{accepted: true}, ActivityQuery{}, dashboardEvents)
		if err != nil {
			return nil, err
		}
		out.Activity = recent.Events
		return out, nil
	})
}

// Clusters lists the active clusters by name, and with archived the others too.
func (s *Service) Clusters(ctx context.Context, a Actor, archived bool) (*ClusterList, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*ClusterList, error) {
		out := &ClusterList{None: true}
		for _, err := range clusters.all(r, "") {
			if err != nil {
				return nil, err
			}
			out.None = false
			break
		}
		var err error
		out.Clusters, err = clusterViews(r, archived)
		return out, err
	})
}

func clusterViews(r storage.Reader, archived bool) ([]ClusterView, error) {
	out := []ClusterView{}
	for c, err := range clusters.all(r, "") {
		if err != nil {
			return nil, err
		}
		if !c.IsActive && !archived {
			continue
		}
		v, err := clusterView(r, c)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	slices.SortFunc(out, func(x, y ClusterView) int {
		return cmp.Or(-cmp.Compare(btoi(x.IsActive), btoi(y.IsActive)), compareNames(x.Name, y.Name))
	})
	return out, nil
}

func clusterView(r storage.Reader, c *Cluster) (ClusterView, error) {
	v := ClusterView{Cluster: *c, Customers: []string{}}
	for e, err := range r.Scan(clusterColumns(c.ID)) {
		if err != nil {
			return v, err
		}
		col, err := parseColumn(e)
		if err != nil {
			return v, err
		}
		if col.Active {
			v.Customers = append(v.Customers, col.Name)
		}
	}
	v.CustomerCount = len(v.Customers)
	slices.SortFunc(v.Customers, compareNames)
	return v, nil
}

// Cluster is one cluster, its active customers by name, and how far the active
// releases are on it and for each of them.
func (s *Service) Cluster(ctx context.Context, a Actor, ref string) (*ClusterDetail, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*ClusterDetail, error) {
		c, err := findCluster(r, ref, anyState)
		if err != nil {
			return nil, err
		}
		out := &ClusterDetail{Customers: []CustomerView{}}
		if out.Cluster, err = clusterView(r, c); err != nil {
			return nil, err
		}
		list, err := customersOn(r, c, false)
		if err != nil {
			return nil, err
		}
		book, err := newLedger(r, []string{idText(c.ID)})
		if err != nil {
			return nil, err
		}
		for _, cust := range list {
			v := CustomerView{Customer: *cust, ClusterName: c.Name, Progress: book.progress(cust.ID), Releases: book.shares[cust.ID]}
			out.Customers = append(out.Customers, v)
		}
		slices.SortFunc(out.Customers, func(x, y CustomerView) int { return compareNames(x.Name, y.Name) })
		out.Cluster.Releases = book.releases
		return out, nil
	})
}

// customersOn reads the customers of a cluster.
func customersOn(r storage.Reader, cl *Cluster, archived bool) ([]*Customer, error) {
	var out []*Customer
	for e, err := range r.Scan(clusterColumns(cl.ID)) {
		if err != nil {
			return nil, err
		}
		col, err := parseColumn(e)
		if err != nil {
			return nil, err
		}
		if !col.Active && !archived {
			continue
		}
		c, err := customers.get(r, idKey(col.ID))
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// ledger is how far customers are in the active releases, made in one pass
// over each of them.
type ledger struct {
	shares   map[int64][]ReleaseShare // by customer, newest release first
	sums     map[int64]*tally         // by customer, withdrawn parts left out
	releases []ReleaseShare           // of all customers looked at together
}

// newLedger reads the clusters asked for, by name or id; all with none.
func newLedger(r storage.Reader, wanted []string) (*ledger, error) {
	b := &ledger{shares: map[int64][]ReleaseShare{}, sums: map[int64]*tally{}, releases: []ReleaseShare{}}
	var active []*Release
	for rel, err := range activeReleases(r) {
		if err != nil {
			return nil, err
		}
		active = append(active, rel)
	}
	slices.SortFunc(active, func(x, y *Release) int { return int(y.ID - x.ID) })
	for _, rel := range active {
		sh, err := loadSheet(r, rel, wanted)
		if err != nil {
			return nil, err
		}
		if len(wanted) > 0 && !sh.part {
			continue // none of these clusters takes part
		}
		if err := b.add(r, sh); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *ledger) add(r storage.Reader, sh *sheet) error {
	changed := make([][]int64, len(sh.sections)) // Unix seconds, by section and member
	for i, sec := range sh.sections {
		for _, m := range sec.members {
			changed[i] = append(changed[i], m.enrolled.At)
		}
	}
	fig, err := sh.countWith(r, func(sec, mem int, e storage.Entry, _ stored) {
		changed[sec][mem] = max(changed[sec][mem], changedAt(e.Value))
	})
	if err != nil {
		return err
	}
	for i, sec := range sh.sections {
		for j, m := range sec.members {
			t := &fig.tallies[i][j]
			b.shares[m.customer] = append(b.shares[m.customer], share(sh.rel, t.progress(), m.enrolled.Withdrawn, changed[i][j]))
			if m.enrolled.Withdrawn {
				continue
			}
			sum := b.sums[m.customer]
			if sum == nil {
				sum = new(tally)
				b.sums[m.customer] = sum
			}
			for c := range t {
				for st := range t[c] {
					sum[c][st] += t[c][st]
				}
			}
		}
	}
	if sh.customerCount() > 0 {
		b.releases = append(b.releases, share(sh.rel, sh.progress(fig, -1), false, slices.Max(slices.Concat(changed...))))
	}
	return nil
}

// progress is a customer's over its active releases; nil without any.
func (b *ledger) progress(customer int64) *Progress {
	t := b.sums[customer]
	if t == nil {
		return nil
	}
	p := t.progress()
	return &p
}

func share(rel *Release, p Progress, withdrawn bool, last int64) ReleaseShare {
	return ReleaseShare{Release: *rel, ShortID: ShortRelease(rel.ID), Withdrawn: withdrawn, Progress: p, LastChange: unixTimePtr(last)}
}
