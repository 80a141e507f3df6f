package core

import (
	"context"
	"fmt"
	"slices"

	"rollcall/storage"
)

// Check verifies every invariant of the store: indexes, links, orders,
// numbers, the rules of each noun, and that replaying history gives the
// present state. Each fault is a line that names the record; none is good.
func (s *Service) Check(ctx context.Context) ([]string, error) {
	var faults []string
	err := s.view(ctx, func(r storage.Reader) error {
		c := &checker{r: r}
		if err := c.load(); err != nil {
			return err
		}
		for _, rule := range []func() error{
			c.indexes, c.places, c.releaseRules, c.templateRules, c.members, c.people, c.stepRules, c.noteRules, c.linkRules, c.history,
		} {
			if err := rule(); err != nil {
				return err
			}
		}
		faults = c.faults
		return nil
	})
	return faults, err
}

// checker collects what is wrong. Its rules return an error only when the
// store itself cannot be read.
type checker struct {
	r         storage.Reader
	faults    []string
	clusters  map[int64]*Cluster
	customers map[int64]*Customer
	releases  map[int64]*Release
	templates map[int64]map[int]*StepTemplate // by release and number
	steps     []*stepRecord
	enrolled  map[int64]map[int64]enrolment // by release and customer
	gaps      map[string]string             // places of custom steps that are taken
}

func (c *checker) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

// load reads every record; one that cannot be read is a fault of its own.
func (c *checker) load() error {
	if err := checkSchema(c.r); err != nil {
		return err
	}
	c.clusters = readable(c, clusters, func(x *Cluster) int64 { return x.ID })
	c.customers = readable(c, customers, func(x *Customer) int64 { return x.ID })
	c.releases = readable(c, releases, func(x *Release) int64 { return x.ID })
	c.templates = map[int64]map[int]*StepTemplate{}
	for _, tm := range readable(c, templates, func(x *StepTemplate) int64 { return x.ID }) {
		if c.templates[tm.ReleaseID] == nil {
			c.templates[tm.ReleaseID] = map[int]*StepTemplate{}
		}
		c.templates[tm.ReleaseID][tm.Number] = tm
	}
	readable(c, stepTable, func(x *stepRecord) int64 { c.steps = append(c.steps, x); return 0 })
	c.enrolled = map[int64]map[int64]enrolment{}
	for e, err := range (rosters{}).records(c.r) {
		if err != nil {
			return err
		}
		ro, err := parseRoster(e.Value, nil)
		if err != nil {
			c.fault("%s: %v", e.Key, err)
			continue
		}
		members := map[int64]enrolment{}
		for _, g := range ro.groups {
			for _, m := range g {
				members[m.Customer] = m
			}
		}
		c.enrolled[decimal(string(e.Key[len("enrolled/"):]))] = members
	}
	return nil
}

// readable decodes the records of a table, each under its own key.
func readable[T any, P record[T]](c *checker, tb *table[T, P], id func(P) int64) map[int64]P {
	out := map[int64]P{}
	for e, err := range tb.records(c.r) {
		if err != nil {
			c.fault("%s: %v", tb.name, err)
			break
		}
		p, err := tb.decode(string(e.Key), e.Value)
		if err != nil {
			c.fault("%s: %v", e.Key, err)
			continue
		}
		if key := tb.path(tb.key(p)); key != string(e.Key) {
			c.fault("%s: the record says it is %s", e.Key, key)
		}
		out[id(p)] = p
	}
	return out
}

// indexes lets each table compare its indexes with its records.
func (c *checker) indexes() error {
	for _, k := range keepers {
		faults, err := k.faults(c.r)
		if err != nil {
			c.fault("%s: %v", k.tableName(), err)
			continue
		}
		slices.Sort(faults)
		c.faults = append(c.faults, faults...)
	}
	return nil
}

// taken finds a second holder of something that may have one only.
func (c *checker) taken(holders map[string]string, what, name string) {
	if first, ok := holders[name]; ok {
		c.fault("%s: %s is also that of %s", what, name, first)
	}
	holders[name] = what
}

// places checks clusters and customers: links and unique names.
func (c *checker) places() error {
	names, namespaces := map[string]string{}, map[string]string{}
	for _, id := range sortedKeys(c.clusters) {
		if cl := c.clusters[id]; cl.IsActive {
			c.taken(names, clusters.path(clusters.key(cl)), "the name "+fold(cl.Name))
		}
	}
	for _, id := range sortedKeys(c.customers) {
		cust := c.customers[id]
		path := customers.path(customers.key(cust))
		cl := c.clusters[cust.ClusterID]
		switch {
		case cl == nil:
			c.fault("%s: there is no cluster %d", path, cust.ClusterID)
		case cust.IsActive && !cl.IsActive:
			c.fault("%s: it is active on cluster %s, which is archived", path, cl.Name)
		}
		if cust.IsActive {
			c.taken(namespaces, path, fmt.Sprintf("the namespace %s on cluster %d", cust.Namespace, cust.ClusterID))
		}
	}
	return nil
}

// releaseRules checks what each status promises.
func (c *checker) releaseRules() error {
	names := map[string]string{}
	for _, id := range sortedKeys(c.releases) {
		rel := c.releases[id]
		path := releases.path(releases.key(rel))
		fz, err := readFrozen(c.r, id)
		if err != nil {
			c.fault("%s: %v", frozenPath(id), err)
			continue
		}
		if rel.Status != Archived {
			c.taken(names, path, "the name "+fold(rel.Name))
			if rel.ArchivedAt != nil || fz != nil {
				c.fault("%s: it is %s and yet has what belongs to an archived one", path, rel.Status)
			}
		}
		switch rel.Status {
		case Draft:
			if rel.ActivatedAt != nil || len(c.enrolled[id]) > 0 {
				c.fault("%s: it is a draft and yet was activated", path)
			}
		case Active:
			if rel.ActivatedAt == nil {
				c.fault("%s: it is active and does not say since when", path)
			}
		case Archived:
			if rel.ArchivedAt == nil || rel.ActivatedAt != nil && fz == nil {
				c.fault("%s: it is archived without a time or without its frozen names", path)
			}
		default:
			c.fault("%s: its status is %q", path, rel.Status)
		}
		if rel.Type == Regular && rel.VersionNumber == "" {
			c.fault("%s: it has no version", path)
		}
	}
	return nil
}

// templateRules checks orders without gaps, wordings for every revision, and
// that counters are not behind what is in use.
func (c *checker) templateRules() error {
	for _, release := range sortedKeys(c.templates) {
		if c.releases[release] == nil {
			c.fault("template/%s: there is no such release", idKey(release))
		}
		places := map[Category]map[int]bool{Deploy: {}, Verify: {}}
		for _, number := range sortedKeys(c.templates[release]) {
			tm := c.templates[release][number]
			path := templates.path(templates.key(tm))
			if tm.ID != templateID(release, number) {
				c.fault("%s: its id is %d", path, tm.ID)
			}
			for rev := 1; rev <= tm.Revision; rev++ {
				w := c.wording(path, release, 0, number, rev)
				if rev == tm.Revision && w != nil && (w.Name != tm.Name || w.Type != tm.Type || w.Description != tm.Description) {
					c.fault("%s: it says otherwise than its newest wording", path)
				}
			}
			if tm.Removed {
				continue
			}
			if places[tm.Category] == nil || places[tm.Category][tm.OrderIndex] {
				c.fault("%s: place %s %d is taken or none", path, tm.Category, tm.OrderIndex)
				continue
			}
			places[tm.Category][tm.OrderIndex] = true
		}
		for _, cat := range Categories {
			for i := range len(places[cat]) {
				if !places[cat][i] {
					c.fault("template/%s: nothing stands at %s %d", idKey(release), cat, i)
				}
			}
		}
	}
	return c.counters()
}

// wording reads a revision that must be there and say something; nil when not.
func (c *checker) wording(path string, release, customer int64, number, rev int) *wording {
	w, err := readWording(c.r, release, customer, number, rev)
	if err != nil {
		c.fault("%s: %v", path, err)
		return nil
	}
	if w.Name == "" || w.Content == "" || !slices.Contains(StepTypes, w.Type) {
		c.fault("%s: wording %d has no name, content or type", path, rev)
	}
	return w
}

// counters compares each release's serials with the numbers in use.
func (c *checker) counters() error {
	for _, release := range sortedKeys(c.releases) {
		has, err := readSerials(c.r, release)
		if err != nil {
			c.fault("%s: %v", serialPath(release), err)
			continue
		}
		var used serials
		for _, tm := range c.templates[release] {
			used.Number = max(used.Number, tm.Number)
			if tm.Category == Verify {
				used.Verify = max(used.Verify, tm.Serial)
			} else {
				used.Deploy = max(used.Deploy, tm.Serial)
			}
		}
		for _, s := range c.steps {
			if s.Release == release && s.Custom {
				used.Number, used.Custom = max(used.Number, s.Number), max(used.Custom, s.Serial)
			}
		}
		if has.Number < used.Number || has.Deploy < used.Deploy || has.Verify < used.Verify || has.Custom < used.Custom {
			c.fault("%s: it counts to %+v, and %+v are in use", serialPath(release), has, used)
		}
	}
	return nil
}

// members checks that no enrolment id is beyond the counter.
func (c *checker) members() error {
	var last int64
	b, err := c.r.Get([]byte("meta/enrolment"))
	if err == nil {
		last = decimal(string(b))
	} else if !isNotFound(err) {
		return err
	}
	for _, release := range sortedKeys(c.enrolled) {
		for _, customer := range sortedKeys(c.enrolled[release]) {
			if e := c.enrolled[release][customer]; e.ID < 1 || e.ID > last {
				c.fault("%s: customer %d has enrolment %d, and the newest is %d", rosterPath(release), customer, e.ID, last)
			}
		}
	}
	return nil
}

// people checks that everybody known can be read.
func (c *checker) people() error {
	for e, err := range c.r.Scan(storage.Prefix([]byte(personPath("")))) {
		if err != nil {
			return err
		}
		user := string(e.Key[len(personPath("")):])
		if p, err := readPerson(c.r, user); err != nil || p.ID != user {
			c.fault("%s: it cannot be read, or is about somebody else", e.Key)
		}
	}
	return nil
}
