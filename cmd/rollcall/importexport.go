package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"rollcall/core"
)

// exported is the part of an export that an import brings in again. Step state travels by backup.
type exported struct {
	clusters  []exportedCluster
	customers []exportedCustomer
	releases  []exportedRelease
	steps     []exportedStep
	hasEvents bool // only an export has them
}

type exportedCluster struct {
	core.ImportCluster
	ID int64 `json:"id"`
}

type exportedCustomer struct {
	core.ImportCustomer
	ID          int64  `json:"id"`
	ClusterID   int64  `json:"cluster_id"`
	ClusterName string `json:"cluster_name"`
}

type exportedRelease struct {
	ID            int64              `json:"id"`
	Name          string             `json:"name"`
	Type          core.ReleaseType   `json:"type"`
	Status        core.ReleaseStatus `json:"status"`
	VersionNumber *string            `json:"version_number"`
	ReleaseDate   *string            `json:"release_date"`
	Description   *string            `json:"description"`
	Metadata      map[string]string  `json:"metadata"`
	Targets       core.Targets       `json:"targets"`
	line          int
}

type exportedStep struct {
	core.ImportStep
	ReleaseID  int64 `json:"release_id"`
	OrderIndex int   `json:"order_index"`
	Removed    bool  `json:"removed"`
}

// exportIn reads an export; false for any other file.
func exportIn(text []byte) (*exported, bool) {
	if !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		return nil, false
	}
	x := new(exported)
	lines := lineCounter{text: text, line: 1}
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil {
		return nil, false
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, false
		}
		switch key {
		case "clusters":
			err = decodeEach(d, &lines, &x.clusters, func(c *exportedCluster, line int) { c.Line = line })
		case "customers":
			err = decodeEach(d, &lines, &x.customers, func(c *exportedCustomer, line int) { c.Line = line })
		case "releases":
			err = decodeEach(d, &lines, &x.releases, func(r *exportedRelease, line int) { r.line = line })
		case "step_templates":
			err = decodeEach(d, &lines, &x.steps, func(s *exportedStep, line int) { s.Line = line })
		default:
			x.hasEvents = x.hasEvents || key == "events"
			err = d.Decode(new(json.RawMessage))
		}
		if err != nil {
			return nil, false
		}
	}
	return x, x.hasEvents
}

// decodeEach decodes the elements of an array and gives each the line it begins on.
func decodeEach[T any](d *json.Decoder, lines *lineCounter, list *[]T, place func(*T, int)) error {
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		from := d.InputOffset()
		var v T
		if err := d.Decode(&v); err != nil {
			return err
		}
		place(&v, lines.at(from))
		*list = append(*list, v)
	}
	_, err := d.Token()
	return err
}

// lineCounter tells on which line a text goes on behind an offset; offsets must not fall.
type lineCounter struct {
	text []byte
	from int64
	line int
}

func (c *lineCounter) at(offset int64) int {
	for offset < int64(len(c.text)) && bytes.IndexByte([]byte(" \t\r\n,:["), c.text[offset]) >= 0 {
		offset++
	}
	c.line += bytes.Count(c.text[c.from:offset], []byte("\n"))
	c.from = offset
	return c.line
}

// asImport turns an export into what its file would say: releases as drafts, under the ids of the file.
func (x *exported) asImport() (core.Import, error) {
	var in core.Import
	clusters, customers := map[int64]bool{}, map[int64]bool{}
	for _, c := range x.clusters {
		c.ImportCluster.ID = c.ID
		clusters[c.ID] = true
		in.Clusters = append(in.Clusters, c.ImportCluster)
	}
	for _, c := range x.customers {
		if !clusters[c.ClusterID] {
			return in, lineError(c.Line, fmt.Sprintf("customer %s is on cluster %d, which the export does not know", c.Name, c.ClusterID))
		}
		c.ImportCustomer.ID, c.ImportCustomer.ClusterID, c.Cluster = c.ID, c.ClusterID, c.ClusterName
		customers[c.ID] = true
		in.Customers = append(in.Customers, c.ImportCustomer)
	}
	slices.SortStableFunc(x.steps, func(a, b exportedStep) int { return a.OrderIndex - b.OrderIndex })
	for _, r := range x.releases {
		for _, id := range r.Targets.Clusters {
			if !clusters[id] {
				return in, lineError(r.line, fmt.Sprintf("release %s is for cluster %d, which the export does not know", r.Name, id))
			}
		}
		for _, id := range r.Targets.Customers {
			if !customers[id] {
				return in, lineError(r.line, fmt.Sprintf("release %s is for customer %d, which the export does not know", r.Name, id))
			}
		}
		out := core.ImportRelease{Line: r.line, ID: r.ID, Archived: r.Status == core.Archived, Name: r.Name, Type: &r.Type, VersionNumber: r.VersionNumber,
			ReleaseDate: r.ReleaseDate, Description: r.Description, Metadata: r.Metadata, TargetIDs: &r.Targets}
		for _, s := range x.steps {
			if s.ReleaseID == r.ID && !s.Removed {
				out.Steps = append(out.Steps, s.ImportStep)
			}
		}
		in.Releases = append(in.Releases, out)
	}
	return in, nil
}
