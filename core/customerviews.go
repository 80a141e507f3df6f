package core

import (
	"cmp"
	"context"
	"slices"

	"rollcall/storage"
)

// Customers lists the customers asked for. Sorted by progress, those with the
// least done come first and those in no active release last.
func (s *Service) Customers(ctx context.Context, a Actor, q CustomersQuery) (*CustomerList, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*CustomerList, error) {
		out := &CustomerList{Customers: []CustomerView{}, Clusters: []string{}, Query: q, None: true}
		var all []*Cluster
		for c, err := range clusters.all(r, "") {
			if err != nil {
				return nil, err
			}
			out.None = false
			if c.IsActive || q.Archived {
				all = append(all, c)
				out.Clusters = append(out.Clusters, c.Name)
			}
		}
		slices.SortFunc(out.Clusters, compareNames)
		var wanted []string
		wanted, out.Unknown = known(all, q.Clusters)
		book, err := newLedger(r, wanted)
		if err != nil {
			return nil, err
		}
		for _, cl := range all {
			list, err := customersOn(r, cl, q.Archived)
			if err != nil {
				return nil, err
			}
			out.Total += len(list)
			if len(wanted) > 0 && !slices.Contains(wanted, idText(cl.ID)) {
				continue
			}
			for _, c := range list {
				out.Customers = append(out.Customers, CustomerView{Customer: *c, ClusterName: cl.Name, Progress: book.progress(c.ID)})
			}
		}
		slices.SortStableFunc(out.Customers, customerOrder(q.Sort))
		out.Customers = page(out.Customers, q.Limit)
		return out, nil
	})
}

// known sorts cluster names or ids asked for into ids and what there is not.
func known(all []*Cluster, asked []string) (ids, unknown []string) {
	var refs []ClusterRef
	for _, c := range all {
		refs = append(refs, ClusterRef{ID: c.ID, Name: c.Name})
	}
	for _, w := range NamesIn(asked, namesOf(refs)) {
		if i := clusterAt(refs, w); i < 0 {
			unknown = append(unknown, w)
		} else {
			ids = append(ids, idText(refs[i].ID))
		}
	}
	return ids, unknown
}

// customerOrder is how a list of customers is sorted: by name alone, by
// progress, or by cluster and name.
func customerOrder(by string) func(x, y CustomerView) int {
	names := func(x, y CustomerView) int {
		return cmp.Or(compareNames(x.Name, y.Name), compareNames(x.ClusterName, y.ClusterName))
	}
	switch by {
	case "name":
		return names
	case "progress":
		return func(x, y CustomerView) int {
			return cmp.Or(cmp.Compare(sortShare(x.Progress), sortShare(y.Progress)), names(x, y))
		}
	}
	return func(x, y CustomerView) int {
		return cmp.Or(compareNames(x.ClusterName, y.ClusterName), compareNames(x.Name, y.Name))
	}
}

// sortShare puts those without progress behind all others.
func sortShare(p *Progress) Percent {
	if p == nil || p.Percent == NoPercent {
		return 10001
	}
	return p.Percent
}

// Customer is one customer and every release it takes or took part in, newest first.
func (s *Service) Customer(ctx context.Context, a Actor, ref string) (*CustomerDetail, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*CustomerDetail, error) {
		c, err := findCustomer(r, ref, anyState)
		if err != nil {
			return nil, err
		}
		out := &CustomerDetail{Releases: []ReleaseShare{}}
		var sum tally
		active := false
		cl, err := clusters.get(r, idKey(c.ClusterID))
		if err != nil {
			return nil, err
		}
		out.Customer = CustomerView{Customer: *c}
		if cl != nil {
			out.Customer.ClusterName = cl.Name
		}
		for rel, err := range releases.all(r, "") {
			if err != nil {
				return nil, err
			}
			if rel.Status == Draft {
				continue
			}
			p, err := loadPart(r, rel, c)
			if ErrorCode(err) == NotFound {
				continue
			}
			if err != nil {
				return nil, err
			}
			t := p.tally()
			out.Releases = append(out.Releases, share(rel, t.progress(), p.enrolled.Withdrawn, p.lastChange()))
			if rel.Status == Active && c.IsActive && !p.enrolled.Withdrawn {
				active = true
				for c := range t {
					for st := range t[c] {
						sum[c][st] += t[c][st]
					}
				}
			}
		}
		slices.SortFunc(out.Releases, func(x, y ReleaseShare) int { return int(y.ID - x.ID) })
		if active {
			p := sum.progress()
			out.Customer.Progress = &p
		}
		return out, nil
	})
}

// lastChange is when a step of the customer last changed; when it was enrolled at the least.
func (p *part) lastChange() int64 {
	at := p.enrolled.At
	for _, rec := range p.recs {
		at = max(at, rec.UpdatedAt)
	}
	return at
}
