package core_test

import (
	"slices"
	"strings"

	"rollcall/core"
)

// world is the domain as its rules tell it, in the plainest way that works:
// every customer has a full copy of every release's steps, and a change of a
// template walks over all of them. It shares no code with core and knows
// neither records, revisions nor events. The walk holds core against it.
//
// Each operation is asked first (may it?), and gives what to do when it may;
// nil is a refusal.
type world struct {
	clusters []*wCluster
	everyone []*wCustomer
	releases []*wRelease
	edits    int // of templates, ever: tells wordings apart
}

type wCluster struct {
	id         int
	name, kube string
	active     bool
	meta       map[string]string
}

type wCustomer struct {
	id, cluster int
	name, ns    string
	active      bool
	meta        map[string]string
}

// wRelease is a release; order is its template steps by category, names who
// took part and where when it was archived.
type wRelease struct {
	id                       int
	name, version            string
	kind                     core.ReleaseType
	status                   core.ReleaseStatus
	activated                bool
	targets                  wTargets
	order                    map[core.Category][]*wTemplate
	parts                    map[int]*wPart // by customer; everybody has one
	names                    map[int]wName
	gone                     map[int]int // removed template → its edit
	number, dSer, vSer, cSer int
}

type wTargets struct {
	clusters, customers []int // both empty: all
}

type wName struct {
	name, ns, clusterName string
	cluster               int
	left                  bool // it was archived before the release was
}

type wWords struct {
	name, content string
	kind          core.StepType
}

type wTemplate struct {
	number, edit int
	short        string
	cat          core.Category
	words        wWords
}

// wPart is one customer in one release.
type wPart struct {
	enrolled, withdrawn bool
	steps               []*wStep
}

type wStep struct {
	number, template  int    // template 0: custom
	anchor, rank      int    // of a custom step: the template it stands behind, and its place there
	short, former     string // former: of an override whose template step was removed
	cat               core.Category
	words             wWords
	overridden        bool
	said, edit        int // of its template: what it said last, and what was overridden
	removed           bool
	status            core.Status
	by, reason        string
	frozen            string // what was on the screen when it was done or skipped
	claim             string
	block, blockNeeds string
	blockBy           string
	notes             []string
	last              int64 // event that touched it last
}

func fold(s string) string { return strings.ToLower(s) }

func (w *world) cluster(id int) *wCluster {
	if id < 1 || id > len(w.clusters) {
		return nil
	}
	return w.clusters[id-1]
}

func (w *world) customer(id int) *wCustomer {
	if id < 1 || id > len(w.everyone) {
		return nil
	}
	return w.everyone[id-1]
}

func (w *world) release(id int) *wRelease {
	if id < 1 || id > len(w.releases) {
		return nil
	}
	return w.releases[id-1]
}

func (w *world) clusterNameFree(name string, but int) bool {
	return !slices.ContainsFunc(w.clusters, func(c *wCluster) bool { return c.active && c.id != but && fold(c.name) == fold(name) })
}

func (w *world) placeFree(cluster int, ns string, but int) bool {
	return !slices.ContainsFunc(w.everyone, func(c *wCustomer) bool {
		return c.active && c.id != but && c.cluster == cluster && c.ns == ns
	})
}

func (w *world) releaseNameFree(name string, but int) bool {
	return !slices.ContainsFunc(w.releases, func(r *wRelease) bool {
		return r.status != core.Archived && r.id != but && fold(r.name) == fold(name)
	})
}

func (w *world) addCluster(name, kube string) func() {
	if !w.clusterNameFree(name, 0) {
		return nil
	}
	return func() {
		w.clusters = append(w.clusters, &wCluster{id: len(w.clusters) + 1, name: name, kube: kube, active: true, meta: map[string]string{}})
	}
}

func (w *world) editCluster(id int, name, kube string) func() {
	c := w.cluster(id)
	if c == nil || !c.active || !w.clusterNameFree(name, id) {
		return nil
	}
	return func() { c.name, c.kube = name, kube }
}

func (w *world) archiveCluster(id int) func() {
	c := w.cluster(id)
	if c == nil || !c.active || slices.ContainsFunc(w.everyone, func(m *wCustomer) bool { return m.active && m.cluster == id }) {
		return nil
	}
	return func() { c.active = false }
}

func (w *world) restoreCluster(id int) func() {
	c := w.cluster(id)
	if c == nil || c.active || !w.clusterNameFree(c.name, id) {
		return nil
	}
	return func() { c.active = true }
}

func (w *world) addCustomer(name string, cluster int, ns string, no bool) func() {
	cl := w.cluster(cluster)
	if cl == nil || !cl.active || !w.placeFree(cluster, ns, 0) {
		return nil
	}
	return func() {
		c := &wCustomer{id: len(w.everyone) + 1, cluster: cluster, name: name, ns: ns, active: true, meta: map[string]string{}}
		w.everyone = append(w.everyone, c)
		for _, r := range w.releases {
			r.parts[c.id] = r.freshPart()
		}
		w.join(c, no)
	}
}

// join enrols a customer that has appeared in every active release meant for it.
func (w *world) join(c *wCustomer, no bool) {
	for _, r := range w.releases {
		if r.status == core.Active && !r.parts[c.id].enrolled && !no && r.targets.fit(c) {
			r.parts[c.id].enrolled = true
		}
	}
}

func (g wTargets) fit(c *wCustomer) bool {
	switch {
	case len(g.customers) > 0:
		return slices.Contains(g.customers, c.id)
	case len(g.clusters) > 0:
		return slices.Contains(g.clusters, c.cluster)
	}
	return true
}

func (w *world) editCustomer(id int, name, ns, db string) func() {
	c := w.customer(id)
	if c == nil || !c.active || !w.placeFree(c.cluster, ns, id) {
		return nil
	}
	return func() {
		c.name, c.ns = name, ns
		if c.meta["db"] = db; db == "" {
			delete(c.meta, "db")
		}
	}
}

func (w *world) moveCustomer(id, cluster int, no bool) func() {
	c, cl := w.customer(id), w.cluster(cluster)
	if c == nil || cl == nil || !c.active || !cl.active || c.cluster == cluster || !w.placeFree(cluster, c.ns, id) {
		return nil
	}
	return func() {
		c.cluster = cluster
		w.join(c, no)
	}
}

func (w *world) archiveCustomer(id int) func() {
	c := w.customer(id)
	if c == nil || !c.active {
		return nil
	}
	return func() { c.active = false }
}

func (w *world) restoreCustomer(id int, no bool) func() {
	c := w.customer(id)
	if c == nil || c.active || !w.cluster(c.cluster).active || !w.placeFree(c.cluster, c.ns, id) {
		return nil
	}
	return func() {
		c.active = true
		w.join(c, no)
	}
}
