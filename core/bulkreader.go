package core

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rollcall/storage"
)

// bulkReader reads many steps of one release, each template, wording,
// customer and cluster once.
type bulkReader struct {
	r         storage.Reader
	rel       *Release
	names     *namer
	ro        *roster
	templates map[int]*StepTemplate
	live      []*StepTemplate
	words     map[[2]int]*wording
	scripts   map[*wording]*script
	customers map[int64]*Customer // those of crowd without their metadata
	crowd     map[int64]bool      // clusters whose customers are known from their index
	clusters  map[int64]*Cluster
	anchors   map[int]int
	epoch     string
}

func newBulkReader(r storage.Reader, rel *Release) (*bulkReader, error) {
	b := &bulkReader{r: r, rel: rel, names: newNamer(r), templates: map[int]*StepTemplate{}, words: map[[2]int]*wording{},
		scripts: map[*wording]*script{}, crowd: map[int64]bool{}, customers: map[int64]*Customer{}, clusters: map[int64]*Cluster{}, anchors: map[int]int{}}
	all, err := templates.list(r, idKey(rel.ID)+"/")
	if err != nil {
		return nil, err
	}
	for _, tm := range all {
		b.templates[tm.Number] = tm
		b.anchors[tm.Number] = tm.OrderIndex
	}
	epoch, err := r.Get([]byte("meta/epoch"))
	if err != nil {
		return nil, err
	}
	b.epoch = string(epoch)
	if b.live, err = liveTemplates(r, rel.ID); err != nil {
		return nil, err
	}
	b.ro, err = readRoster(r, rel.ID)
	return b, err
}

// takesPart is true for customers that are active and not withdrawn.
func (b *bulkReader) takesPart(customer int64) bool {
	e, ok := b.ro.member(customer)
	return ok && !e.Withdrawn && b.customers[customer] != nil && b.customers[customer].IsActive
}

// gather gets to know all customers of a cluster at once, from the index: a
// tenth of what reading one by one costs, and enough unless a step uses their
// metadata.
func (b *bulkReader) gather(cluster int64) error {
	if b.crowd[cluster] {
		return nil
	}
	b.crowd[cluster] = true
	for e, err := range b.r.Scan(clusterColumns(cluster)) {
		if err != nil {
			return err
		}
		c, err := parseColumn(e)
		if err != nil {
			return err
		}
		if b.customers[c.ID] == nil {
			b.customers[c.ID] = &Customer{ID: c.ID, ClusterID: cluster, Name: c.Name, Namespace: c.Namespace, IsActive: c.Active}
		}
	}
	return nil
}

// whole reads a customer that was only known from the index.
func (b *bulkReader) whole(c *Customer) (*Customer, error) {
	if !b.crowd[c.ClusterID] || c.Metadata != nil {
		return c, nil
	}
	full, err := customers.get(b.r, idKey(c.ID))
	if err != nil || full == nil {
		return nil, fmt.Errorf("customer %d: %w", c.ID, err)
	}
	if full.Metadata == nil {
		full.Metadata = map[string]string{}
	}
	b.customers[c.ID] = full
	return full, nil
}

func (b *bulkReader) customer(id int64) (*Customer, *Cluster, error) {
	c := b.customers[id]
	if c == nil {
		var err error
		if c, err = customers.get(b.r, idKey(id)); err != nil || c == nil {
			return nil, nil, fmt.Errorf("customer %d: %w", id, err)
		}
		b.customers[id] = c
	}
	cl := b.clusters[c.ClusterID]
	if cl == nil {
		var err error
		if cl, err = clusters.get(b.r, idKey(c.ClusterID)); err != nil || cl == nil {
			return nil, nil, fmt.Errorf("cluster %d: %w", c.ClusterID, err)
		}
		b.clusters[c.ClusterID] = cl
	}
	return c, cl, nil
}

// state reads one step; its wording is shared with the other customers' where it is the template's.
func (b *bulkReader) state(customer int64, number int) (*stepState, error) {
	c, cl, err := b.customer(customer)
	if err != nil {
		return nil, err
	}
	rec, err := stepTable.get(b.r, stepKey(b.rel.ID, customer, number))
	if err != nil {
		return nil, err
	}
	tm := b.templates[number]
	if rec != nil && (rec.Custom || rec.Override != 0) {
		if rec.Custom {
			tm = nil
		}
		if c, err = b.whole(c); err != nil {
			return nil, err
		}
		return loadState(b.r, b.rel, c, cl, tm, rec)
	}
	st := &stepState{rel: b.rel, cust: c, cluster: cl, template: tm, rec: rec}
	if rec == nil {
		st.rec = &stepRecord{Release: b.rel.ID, Customer: customer, Number: number}
	}
	rev := tm.Revision
	if st.rec.Revision != 0 {
		rev = st.rec.Revision
	}
	key := [2]int{number, rev}
	if b.words[key] == nil {
		if b.words[key], err = readWording(b.r, b.rel.ID, 0, number, rev); err != nil {
			return nil, err
		}
	}
	st.words = b.words[key]
	if st.parsed = b.scripts[st.words]; st.parsed == nil {
		st.parsed = read(st.words.Content)
		b.scripts[st.words] = st.parsed
	}
	if slices.ContainsFunc(st.parsed.names, func(name string) bool { return strings.HasPrefix(name, customerFacts) }) {
		st.cust, err = b.whole(c)
	}
	return st, err
}

func (b *bulkReader) line(s *stepState) string {
	return targetLine(place{s.cust.Name, s.cluster.Name, s.cust.Namespace}, b.rel.Label(), s.category(),
		formatOrder(s.order(b.anchors)), s.short(), s.words.Name)
}

// pick reads the steps that a query means, in the order people see them.
func (b *bulkReader) pick(q BulkQuery) ([]*stepState, string, error) {
	if q.Customer != "" {
		return b.pickCategory(q)
	}
	tm, err := findTemplate(b.live, q.Step)
	if err != nil {
		return nil, "", removedElse(b.r, b.rel, q.Step, err)
	}
	ids, whom, err := b.members(q)
	if err != nil {
		return nil, "", err
	}
	out := make([]*stepState, 0, len(ids))
	for _, id := range ids {
		st, err := b.state(id, tm.Number)
		if err != nil {
			return nil, "", err
		}
		out = append(out, st)
	}
	return out, fmt.Sprintf("%s %s for %s", tm.ShortID(), tm.Name, whom), nil
}

func (b *bulkReader) pickCategory(q BulkQuery) ([]*stepState, string, error) {
	if !slices.Contains(Categories, q.Category) {
		return nil, "", invalid("category", "Deploy or verify steps?")
	}
	c, err := findCustomer(b.r, q.Customer, activeOnly)
	if err != nil {
		return nil, "", inField(err, "customer")
	}
	_, cl, err := b.customer(c.ID)
	if err != nil {
		return nil, "", err
	}
	p := place{c.Name, cl.Name, c.Namespace}
	if !b.takesPart(c.ID) {
		return nil, "", refuse(Conflict, "%s does not take part in %s", p, b.rel.Label())
	}
	recs, err := stepTable.list(b.r, idKey(b.rel.ID)+"/"+idKey(c.ID)+"/")
	if err != nil {
		return nil, "", err
	}
	var out []*stepState
	add := func(number int) error {
		st, err := b.state(c.ID, number)
		if err == nil {
			out = append(out, st)
		}
		return err
	}
	for _, tm := range ofCategory(b.live, q.Category) {
		if err := add(tm.Number); err != nil {
			return nil, "", err
		}
	}
	for _, rec := range recs {
		if rec.Custom && !rec.Removed && rec.Category == q.Category {
			if err := add(rec.Number); err != nil {
				return nil, "", err
			}
		}
	}
	slices.SortStableFunc(out, func(x, y *stepState) int { return cmp.Compare(x.order(b.anchors), y.order(b.anchors)) })
	return out, fmt.Sprintf("%s steps of %s", q.Category, p), nil
}

// members lists the customers a query means, by cluster and name.
func (b *bulkReader) members(q BulkQuery) ([]int64, string, error) {
	var only []int64
	var names []string
	picked, err := customerFinder.findAll(b.r, q.Customers, activeOnly, "customers")
	if err != nil {
		return nil, "", err
	}
	for _, c := range picked {
		only, names = append(only, c.ID), append(names, c.Name)
	}
	var in []int64
	on, err := clusterFinder.findAll(b.r, q.Clusters, activeOnly, "cluster")
	if err != nil {
		return nil, "", err
	}
	for _, cl := range on {
		in, names = append(in, cl.ID), append(names, cl.Name)
	}
	if len(only) == 0 && len(in) == 0 && !q.All {
		return nil, "", invalid("customers", "For which customers?").hint("Choose clusters or customers, or say all.")
	}
	var ids []int64
	for cluster, g := range b.ro.groups {
		whole := q.All || slices.Contains(in, cluster)
		if whole {
			if err := b.gather(cluster); err != nil {
				return nil, "", err
			}
		}
		for _, e := range g {
			if !whole && !slices.Contains(only, e.Customer) {
				continue
			}
			if _, _, err := b.customer(e.Customer); err != nil {
				return nil, "", err
			}
			if b.takesPart(e.Customer) {
				ids = append(ids, e.Customer)
			}
		}
	}
	slices.SortFunc(ids, func(x, y int64) int {
		a, c := b.customers[x], b.customers[y]
		return cmp.Or(strings.Compare(fold(b.clusters[a.ClusterID].Name), fold(b.clusters[c.ClusterID].Name)),
			strings.Compare(fold(a.Name), fold(c.Name)), cmp.Compare(x, y))
	})
	whom := joinNames(names, "and")
	if q.All {
		whom = "all customers"
	}
	return ids, whom, nil
}

// expect gets to know the customers of a plan: from their clusters' indexes
// when it is so many that reading them one by one costs more.
func (b *bulkReader) expect(cells []bulkCell) error {
	const many = 50
	if len(cells) < many {
		return nil
	}
	wanted := make(map[int64]bool, len(cells))
	for _, c := range cells {
		wanted[c.Customer] = true
	}
	if len(wanted) < many {
		return nil
	}
	for cluster, g := range b.ro.groups {
		if slices.ContainsFunc(g, func(e enrolment) bool { return wanted[e.Customer] }) {
			if err := b.gather(cluster); err != nil {
				return err
			}
		}
	}
	return nil
}
