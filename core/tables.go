package core

import (
	"encoding/json"
	"fmt"
	"strings"

	"rollcall/storage"
)

var clusters = &table[Cluster, *Cluster]{
	name:  "cluster",
	key:   func(c *Cluster) string { return idKey(c.ID) },
	title: func(c *Cluster) string { return c.Name },
	stamp: func(c *Cluster, now int64) { c.UpdatedAt = unixTime(now) },
	indexes: []index[*Cluster]{
		{name: "name", entries: func(c *Cluster) []indexEntry { return []indexEntry{{text: fold(c.Name)}} }},
		{name: "active-name", unique: true, entries: func(c *Cluster) []indexEntry {
			if !c.IsActive {
				return nil
			}
			return []indexEntry{{text: fold(c.Name)}}
		}},
	},
}

var customers = &table[Customer, *Customer]{
	name:  "customer",
	key:   func(c *Customer) string { return idKey(c.ID) },
	title: func(c *Customer) string { return c.Name },
	stamp: func(c *Customer, now int64) { c.UpdatedAt = unixTime(now) },
	indexes: []index[*Customer]{
		{name: "name", entries: func(c *Customer) []indexEntry { return []indexEntry{{text: fold(c.Name)}} }},
		{name: "namespace", entries: func(c *Customer) []indexEntry { return []indexEntry{{text: c.Namespace}} }},
		{name: "cluster", entries: func(c *Customer) []indexEntry {
			return []indexEntry{{text: idKey(c.ClusterID), value: formatColumn(c)}}
		}},
		{name: "active-place", unique: true, entries: func(c *Customer) []indexEntry {
			if !c.IsActive {
				return nil
			}
			return []indexEntry{{text: idKey(c.ClusterID) + "/" + c.Namespace}}
		}},
	},
}

// formatColumn is what a matrix needs of a customer, riding in the index by
// cluster: "+" when active, else "-", then namespace, a space, and the name.
func formatColumn(c *Customer) []byte {
	mark := "-"
	if c.IsActive {
		mark = "+"
	}
	return []byte(mark + c.Namespace + " " + c.Name)
}

// column is a customer as the index by cluster knows it.
type column struct {
	ID              int64
	Active          bool
	Namespace, Name string
}

// parseColumn reads one entry of the index by cluster.
func parseColumn(e storage.Entry) (column, error) {
	v := string(e.Value)
	ns, name, ok := strings.Cut(v[min(1, len(v)):], " ")
	if !ok || len(e.Key) < 8 {
		return column{}, fmt.Errorf("index entry %q is damaged", e.Key)
	}
	return column{ID: decimal(string(e.Key[len(e.Key)-8:])), Active: v[0] == '+', Namespace: ns, Name: name}, nil
}

// clusterColumns selects the index entries of a cluster's customers, archived ones included.
func clusterColumns(cluster int64) storage.Range {
	return storage.Prefix([]byte("ix/customer/cluster/" + idKey(cluster) + "\x00"))
}

var releases = &table[Release, *Release]{
	name:  "release",
	key:   func(r *Release) string { return idKey(r.ID) },
	title: func(r *Release) string { return r.Label() },
	stamp: func(r *Release, now int64) { r.UpdatedAt = unixTime(now) },
	indexes: []index[*Release]{
		{name: "name", entries: func(r *Release) []indexEntry { return []indexEntry{{text: fold(r.Name)}} }},
		{name: "version", entries: func(r *Release) []indexEntry {
			if r.VersionNumber == "" {
				return nil
			}
			return []indexEntry{{text: fold(string(r.VersionNumber))}}
		}},
		{name: "status", entries: func(r *Release) []indexEntry { return []indexEntry{{text: string(r.Status)}} }},
		{name: "open-name", unique: true, entries: func(r *Release) []indexEntry {
			if r.Status == Archived {
				return nil
			}
			return []indexEntry{{text: fold(r.Name)}}
		}},
	},
}

var templates = &table[StepTemplate, *StepTemplate]{
	name:  "template",
	key:   func(s *StepTemplate) string { return pairKey(s.ReleaseID, s.Number) },
	title: func(s *StepTemplate) string { return s.ShortID() + " " + s.Name },
	stamp: func(s *StepTemplate, now int64) { s.UpdatedAt = unixTime(now) },
	indexes: []index[*StepTemplate]{
		{name: "short", entries: func(s *StepTemplate) []indexEntry {
			return []indexEntry{{text: idKey(s.ReleaseID) + "/" + s.ShortID()}}
		}},
	},
}

// remark is a note on a step.
type remark struct {
	Release  int64  `json:"release_id"`
	Customer int64  `json:"customer_id"`
	Number   int    `json:"number"`
	Seq      int64  `json:"seq"`
	By       string `json:"by"`
	At       int64  `json:"at"`
	Text     string `json:"text"`
	Removed  bool   `json:"removed"` // taken back
	trace
}

var remarks = &table[remark, *remark]{
	name: "note",
	key:  func(n *remark) string { return stepKey(n.Release, n.Customer, n.Number) + "/" + seqKey(n.Seq) },
}

// keepers is every table that events change, for undo and check.
var keepers = []keeper{clusters, customers, releases, templates, stepTable, remarks, grants, links, rosters{}, reminders}

func keeperOf(path string) keeper {
	name, _, _ := strings.Cut(path, "/")
	for _, k := range keepers {
		if k.tableName() == name {
			return k
		}
	}
	return nil
}

// serials are a release's counters of step numbers. They only grow, and are
// no part of history: an undone addition does not give its number back.
type serials struct {
	Number int `json:"number"` // all steps, customs included
	Deploy int `json:"deploy"`
	Verify int `json:"verify"`
	Custom int `json:"custom"`
}

func serialPath(release int64) string { return "serial/" + idKey(release) }

func readSerials(r storage.Reader, release int64) (serials, error) {
	var s serials
	b, err := r.Get([]byte(serialPath(release)))
	if isNotFound(err) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return s, fmt.Errorf("serials of release %d are damaged: %w", release, err)
	}
	return s, nil
}

// next takes the next serial of a category's template steps.
func (s *serials) next(c Category) (number, serial int) {
	s.Number++
	if c == Verify {
		s.Verify++
		return s.Number, s.Verify
	}
	s.Deploy++
	return s.Number, s.Deploy
}

func textPath(release, customer int64, number, rev int) string {
	return fmt.Sprintf("text/%08d/%08d/%06d/%06d", release, customer, number, rev)
}

var wordings memo[wording]

// readWording reads one immutable revision of what a step says; customer 0 is the template's.
func readWording(r storage.Reader, release, customer int64, number, rev int) (*wording, error) {
	b, err := r.Get([]byte(textPath(release, customer, number, rev)))
	if err != nil {
		return nil, fmt.Errorf("wording %d of step %d of release %d: %w", rev, number, release, err)
	}
	w, err := wordings.decode(b)
	if err != nil {
		return nil, fmt.Errorf("wording %d of step %d of release %d is damaged: %w", rev, number, release, err)
	}
	return w, nil
}
