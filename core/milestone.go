package core

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"rollcall/storage"
)

// milestone leaves word of something that everybody who follows a release wants
// to know.
func (t *tx) milestone(n Notice) error {
	var err error
	n.ByName, err = personName(t, t.actor.id())
	t.notify(n)
	return err
}

// milestones leaves word where the operation completed a cluster or a release.
// It looks at the customers that were touched, at a cluster only when one of its
// customers is complete now, and at the state before only when the cluster is:
// so a step that completes nothing costs its own customer, however many there are.
func (t *tx) milestones() error {
	touched, whole, err := t.touchedParts()
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(mapKeys(touched, whole)) {
		rel, err := releases.get(t, idKey(id))
		if err != nil {
			return err
		}
		if rel == nil || rel.Status != Active || rel.Channel == "" || t.event.Op == (ActivateRelease{}).Op() {
			continue
		}
		if err := t.completed(rel, touched[id], whole[id]); err != nil {
			return err
		}
	}
	return nil
}

// touchedParts is the customers whose steps the operation changed, by release,
// and the releases where it changed more than steps.
func (t *tx) touchedParts() (touched map[int64][]int64, whole map[int64]bool, err error) {
	touched, whole = map[int64][]int64{}, map[int64]bool{}
	for i := range t.event.Subjects {
		table, key, _ := strings.Cut(t.event.Subjects[i].Record, "/")
		switch table {
		case "step":
			release, customer, _ := splitStepKey(key)
			if list := touched[release]; len(list) == 0 || list[len(list)-1] != customer {
				touched[release] = append(list, customer)
			}
		case "template", "enrolled":
			whole[decimal(key[:8])] = true
		case "customer":
			if s := &t.event.Subjects[i]; s.change("is_active") == nil && s.change("cluster_id") == nil {
				continue
			}
			for rel, err := range activeReleases(t) {
				if err != nil {
					return nil, nil, err
				}
				whole[rel.ID] = true
			}
		}
	}
	return touched, whole, nil
}

func mapKeys(touched map[int64][]int64, whole map[int64]bool) func(func(int64) bool) {
	return func(yield func(int64) bool) {
		for id := range whole {
			if _, both := touched[id]; !both && !yield(id) {
				return
			}
		}
		for id := range touched {
			if !yield(id) {
				return
			}
		}
	}
}

// completed looks at the clusters that an operation may have completed.
func (t *tx) completed(rel *Release, touched []int64, whole bool) error {
	now, err := newCompleteness(t, rel.ID)
	if err != nil {
		return err
	}
	ids := now.clusters
	if !whole {
		if ids, err = now.clustersOf(touched); err != nil || len(ids) == 0 {
			return err
		}
	}
	before, err := newCompleteness(t.base, rel.ID)
	if err != nil {
		return err
	}
	var fresh []int64
	for _, id := range ids {
		is, err := now.cluster(id)
		if err != nil {
			return err
		}
		if !is {
			continue
		}
		was, err := before.cluster(id)
		if err != nil {
			return err
		}
		if !was {
			fresh = append(fresh, id)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	sh, err := loadSheet(t, rel, nil)
	if err != nil {
		return err
	}
	fig, err := sh.count(t)
	if err != nil {
		return err
	}
	all := sh.progress(fig, -1)
	for i, sec := range sh.sections {
		if !slices.Contains(fresh, sec.cluster.ID) || all.Complete && len(sh.sections) == 1 {
			continue
		}
		p := sh.progress(fig, i)
		err := t.milestone(Notice{Kind: ClusterComplete, Channel: string(rel.Channel), Release: rel.ID,
			Text: fmt.Sprintf("Cluster %s is complete for %s: %s, %s", sec.cluster.Name, rel.Label(), count(sh.taking(i), "customer"), outcome(p.Counts))})
		if err != nil {
			return err
		}
	}
	if !all.Complete {
		return nil
	}
	return t.milestone(Notice{Kind: ReleaseComplete, Channel: string(rel.Channel), Release: rel.ID,
		Text: fmt.Sprintf("Release %s is complete: %s on %s, %s", releaseLabel(rel), count(sh.customerCount(), "customer"),
			count(len(sh.sections), "cluster"), outcome(all.Counts))})
}

// outcome is what came of steps that are all done or skipped.
func outcome(c Counts) string {
	text := count(c.Done, "step") + " done"
	if c.Skipped > 0 {
		text += fmt.Sprintf(", %d skipped", c.Skipped)
	}
	return text
}

// taking is how many customers of a section take part.
func (sh *sheet) taking(i int) int {
	n := 0
	for _, m := range sh.sections[i].members {
		if !m.enrolled.Withdrawn {
			n++
		}
	}
	return n
}

// completeness answers whether customers and clusters of a release are complete
// with as little reading as that takes.
type completeness struct {
	r        storage.Reader
	release  int64
	live     map[int]bool // numbers of the template's steps
	clusters []int64
}

func newCompleteness(r storage.Reader, release int64) (*completeness, error) {
	c := &completeness{r: r, release: release, live: map[int]bool{}}
	for e, err := range r.Scan(storage.Prefix([]byte("template/" + idKey(release) + "/"))) {
		if err != nil {
			return nil, err
		}
		if !bytes.Contains(e.Value, []byte(`"removed":true`)) { // quotes in texts are escaped
			c.live[stepNumber(e.Key)] = true
		}
	}
	b, err := r.Get([]byte(rosterPath(release)))
	if isNotFound(err) {
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	c.clusters, err = rosterClusters(b)
	return c, err
}

// clustersOf is the clusters of those customers that are complete.
func (c *completeness) clustersOf(list []int64) ([]int64, error) {
	var out []int64
	for _, id := range list {
		complete, some, err := c.customer(id)
		if err != nil {
			return nil, err
		}
		if !complete || !some {
			continue
		}
		cust, err := customers.get(c.r, idKey(id))
		if err != nil {
			return nil, err
		}
		if cust != nil && !slices.Contains(out, cust.ClusterID) {
			out = append(out, cust.ClusterID)
		}
	}
	return out, nil
}

// customer says whether all steps of a customer are done or skipped, and
// whether it has any.
func (c *completeness) customer(id int64) (complete, some bool, err error) {
	resolved := 0
	some = len(c.live) > 0
	for e, err := range c.r.Scan(storage.Prefix([]byte("step/" + idKey(c.release) + "/" + idKey(id) + "/"))) {
		if err != nil {
			return false, false, err
		}
		status, marks, flags, ok := glance(e.Value)
		if !ok {
			return false, false, fmt.Errorf("%s: %w", e.Key, errStepForm)
		}
		open := status.Open()
		switch {
		case marks&Custom != 0:
			if flags&isRemoved != 0 {
				continue
			}
		case c.live[stepNumber(e.Key)]:
			resolved++
		case status == Pending:
			continue // removed from the template before anybody worked on it
		}
		some = true
		if open {
			return false, true, nil
		}
	}
	return resolved == len(c.live), some, nil
}

// cluster says whether a cluster has customers with steps that take part, and
// all of them are complete.
func (c *completeness) cluster(id int64) (bool, error) {
	ro, err := readRoster(c.r, c.release, id)
	if err != nil {
		return false, err
	}
	members, err := new(sheet).join(c.r, id, ro.groups[id])
	if err != nil {
		return false, err
	}
	any := false
	for _, m := range members {
		if m.enrolled.Withdrawn {
			continue
		}
		complete, some, err := c.customer(m.customer)
		if err != nil {
			return false, err
		}
		if some && !complete {
			return false, nil
		}
		any = any || some
	}
	return any, nil
}
