package core

import (
	"encoding/json"
	"fmt"
	"slices"

	"rollcall/storage"
)

// frozenNames is who took part in a release and what everything was called
// when it was archived: its pages never change again, whatever becomes of the
// customers and clusters.
type frozenNames struct {
	Clusters  []ClusterRef     `json:"clusters"`
	Customers []frozenCustomer `json:"customers"`
}

type frozenCustomer struct {
	ID        int64  `json:"id"`
	Cluster   int64  `json:"cluster_id"`
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	Archived  bool   `json:"archived,omitempty"` // it had left the matrix before; its own pages are frozen all the same
}

func frozenPath(release int64) string { return "frozen/" + idKey(release) }

// freeze collects the present names of a release's customers.
func freeze(r storage.Reader, rel *Release) (*frozenNames, error) {
	ro, err := readRoster(r, rel.ID)
	if err != nil {
		return nil, err
	}
	fz := &frozenNames{}
	for _, id := range sortedKeys(ro.groups) {
		if len(ro.groups[id]) == 0 {
			continue
		}
		cl, err := clusters.get(r, idKey(id))
		if err != nil {
			return nil, err
		}
		fz.Clusters = append(fz.Clusters, ClusterRef{cl.ID, cl.Name})
		for _, e := range ro.groups[id] {
			c, err := customers.get(r, idKey(e.Customer))
			if err != nil {
				return nil, err
			}
			fz.Customers = append(fz.Customers, frozenCustomer{c.ID, id, c.Name, c.Namespace, !c.IsActive})
		}
	}
	return fz, nil
}

// readFrozen is nil for a release without frozen names.
func readFrozen(r storage.Reader, release int64) (*frozenNames, error) {
	b, err := r.Get([]byte(frozenPath(release)))
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	fz := new(frozenNames)
	if err := json.Unmarshal(b, fz); err != nil {
		return nil, fmt.Errorf("the frozen names of release %d are damaged: %w", release, err)
	}
	return fz, nil
}

// addFrozen adds the customers of an archived release under their frozen names.
func (sh *sheet) addFrozen(r storage.Reader, fz *frozenNames, wanted []string) error {
	members := map[int64][]member{}
	ro, err := readRoster(r, sh.rel.ID)
	if err != nil {
		return err
	}
	enrolled := map[int64]enrolment{}
	for _, g := range ro.groups {
		for _, e := range g {
			enrolled[e.Customer] = e
		}
	}
	for _, c := range fz.Customers {
		if !c.Archived {
			members[c.Cluster] = append(members[c.Cluster], member{c.ID, c.Name, c.Namespace, enrolled[c.ID]})
		}
	}
	shown := slices.DeleteFunc(slices.Clone(fz.Clusters), func(c ClusterRef) bool { return len(members[c.ID]) == 0 })
	ids := sh.choose(shown, wanted)
	for _, c := range shown {
		if !sh.part || slices.Contains(ids, c.ID) {
			sh.add(c, members[c.ID])
		}
	}
	sh.sort()
	return nil
}
