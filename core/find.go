package core

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"rollcall/storage"
)

// CustomerSearch is what somebody has typed of a customer so far.
type CustomerSearch struct {
	Text     string
	Release  string   // only those who take part in it, when set
	Clusters []string // names or ids; empty is all
	Archived bool     // the archived ones instead
	Limit    int      // 0 is 100
}

// FoundCustomer is a customer as a list of choices names it.
type FoundCustomer struct {
	ID          int64
	Name        string
	ClusterName string
	Namespace   string
}

// FoundCustomers is what fits a search, by cluster and name.
type FoundCustomers struct {
	Customers []FoundCustomer
	Total     int // before the limit
}

// FindCustomers finds customers whose name, namespace or cluster begins with or
// holds a text; "cluster/text" looks on that cluster alone. Where more fit than
// the limit takes, those that begin with it go first. It reads the index of the
// clusters and no customer, so that it answers while somebody types.
func (s *Service) FindCustomers(ctx context.Context, a Actor, q CustomerSearch) (*FoundCustomers, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*FoundCustomers, error) {
		within, err := taking(r, q.Release)
		if err != nil {
			return nil, err
		}
		limit := q.Limit
		if limit <= 0 {
			limit = 100
		}
		var all []*Cluster
		for cl, err := range clusters.all(r, "") {
			if err != nil {
				return nil, err
			}
			all = append(all, cl)
		}
		slices.SortFunc(all, func(x, y *Cluster) int { return compareNames(x.Name, y.Name) })
		wanted, _ := known(all, q.Clusters)
		search := customerSearch{text: fold(q.Text), archived: q.Archived, within: within, limit: limit}
		for _, cl := range all {
			if len(q.Clusters) > 0 && !slices.Contains(wanted, idText(cl.ID)) {
				continue
			}
			if err := search.on(r, cl); err != nil {
				return nil, err
			}
		}
		out := &FoundCustomers{Total: search.total}
		hits := page(append(search.first, search.then...), limit)
		slices.SortStableFunc(hits, func(x, y customerHit) int {
			return cmp.Or(compareNames(x.ClusterName, y.ClusterName), cmp.Compare(x.key, y.key))
		})
		for _, h := range hits {
			out.Customers = append(out.Customers, h.FoundCustomer)
		}
		return out, nil
	})
}

// customerSearch collects hits: those that begin with the text, and those that hold it.
type customerSearch struct {
	text        string
	archived    bool
	within      func(customer int64) bool
	limit       int // of each kind: more are counted and not kept
	total       int
	first, then []customerHit
}

type customerHit struct {
	FoundCustomer
	key string // the folded name, which hits are sorted by
}

// on searches one cluster, in its index alone.
func (s *customerSearch) on(r storage.Reader, cl *Cluster) error {
	here := strings.Contains(fold(cl.Name), s.text)
	text := s.text
	if at, within, ok := strings.Cut(text, "/"); ok && strings.Contains(fold(cl.Name), strings.TrimSpace(at)) {
		text = strings.TrimSpace(within)
	}
	moreFirst, moreThen := len(s.first) < s.limit, len(s.then) < s.limit // the clusters come in order
	var first, then []customerHit
	for e, err := range r.Scan(clusterColumns(cl.ID)) {
		if err != nil {
			return err
		}
		c, err := parseColumn(e)
		if err != nil {
			return err
		}
		if c.Active == s.archived || !s.within(c.ID) {
			continue
		}
		key := fold(c.Name)
		begins := strings.HasPrefix(key, text) || strings.HasPrefix(c.Namespace, text)
		if !begins && !here && !strings.Contains(key, text) && !strings.Contains(c.Namespace, text) {
			continue
		}
		s.total++
		hit := customerHit{FoundCustomer{ID: c.ID, Name: c.Name, ClusterName: cl.Name, Namespace: c.Namespace}, key}
		switch {
		case begins && moreFirst:
			first = append(first, hit)
		case !begins && moreThen:
			then = append(then, hit)
		}
	}
	byName := func(x, y customerHit) int { return cmp.Compare(x.key, y.key) }
	slices.SortFunc(first, byName)
	slices.SortFunc(then, byName)
	s.first, s.then = append(s.first, first...), append(s.then, then...)
	return nil
}

// taking says who takes part in a release; everybody when none is named.
func taking(r storage.Reader, release string) (func(customer int64) bool, error) {
	if release == "" {
		return func(int64) bool { return true }, nil
	}
	rel, err := findRelease(r, release, anyState)
	if err != nil {
		return nil, err
	}
	if rel.Status == Draft {
		return func(int64) bool { return true }, nil
	}
	ro, err := readRoster(r, rel.ID)
	if err != nil {
		return nil, err
	}
	in := map[int64]bool{}
	for _, g := range ro.groups {
		for _, e := range g {
			in[e.Customer] = !e.Withdrawn
		}
	}
	return func(customer int64) bool { return in[customer] }, nil
}
