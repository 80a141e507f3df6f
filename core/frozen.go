package core

import (
	"encoding/json"
	"fmt"

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
}

func frozenPath(release int64) string { return "frozen/" + idKey(release) }

// freeze collects the present names of a release's customers.
func freeze(r storage.Reader, rel *Release) (*frozenNames, error) {
	sh, err := newSheet(r, rel)
	if err != nil {
		return nil, err
	}
	if err := sh.addEnrolled(r, nil); err != nil {
		return nil, err
	}
	fz := &frozenNames{}
	for _, sec := range sh.sections {
		fz.Clusters = append(fz.Clusters, sec.cluster)
		for _, m := range sec.members {
			fz.Customers = append(fz.Customers, frozenCustomer{m.customer, sec.cluster.ID, m.name, m.namespace})
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
	ids := sh.choose(fz.Clusters, wanted)
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
	chosen := map[int64]bool{}
	for _, id := range ids {
		chosen[id] = true
	}
	members := map[int64][]member{}
	for _, c := range fz.Customers {
		if sh.part && !chosen[c.Cluster] {
			continue
		}
		members[c.Cluster] = append(members[c.Cluster], member{c.ID, c.Name, c.Namespace, enrolled[c.ID]})
	}
	for _, c := range fz.Clusters {
		sh.add(c, members[c.ID])
	}
	sh.sort()
	return nil
}
