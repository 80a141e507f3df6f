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
	Clusters      []core.ImportCluster `json:"clusters"`
	Customers     []exportedCustomer   `json:"customers"`
	Releases      []exportedRelease    `json:"releases"`
	StepTemplates []exportedStep       `json:"step_templates"`
	Events        json.RawMessage      `json:"events"`
}

type exportedCustomer struct {
	core.ImportCustomer
	ID          int64  `json:"id"`
	ClusterID   int64  `json:"cluster_id"`
	ClusterName string `json:"cluster_name"`
}

type exportedRelease struct {
	ID            int64             `json:"id"`
	Name          string            `json:"name"`
	Type          core.ReleaseType  `json:"type"`
	VersionNumber *string           `json:"version_number"`
	ReleaseDate   *string           `json:"release_date"`
	Description   *string           `json:"description"`
	Metadata      map[string]string `json:"metadata"`
	Targets       core.Targets      `json:"targets"`
}

type exportedStep struct {
	core.ImportStep
	ReleaseID  int64 `json:"release_id"`
	OrderIndex int   `json:"order_index"`
	Removed    bool  `json:"removed"`
}

// exportIn reads an export; false for any other file. Only an export has events.
func exportIn(text []byte) (*exported, bool) {
	if !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		return nil, false
	}
	var x exported
	if err := json.Unmarshal(text, &x); err != nil || x.Events == nil {
		return nil, false
	}
	return &x, true
}

// asImport turns an export into what its file would say: releases as drafts,
// ids into names. There are no lines to speak of, so entries are counted.
func (x *exported) asImport() (core.Import, error) {
	var in core.Import
	place := map[int64]string{}   // customer → cluster/namespace
	cluster := map[int64]string{} // cluster → name
	entry := 0
	next := func() int { entry++; return entry }
	for _, c := range x.Clusters {
		c.Line = next()
		in.Clusters = append(in.Clusters, c)
	}
	for _, c := range x.Customers {
		c.Line, c.Cluster = next(), c.ClusterName
		cluster[c.ClusterID] = c.ClusterName
		place[c.ID] = c.ClusterName + "/" + c.Namespace
		in.Customers = append(in.Customers, c.ImportCustomer)
	}
	slices.SortStableFunc(x.StepTemplates, func(a, b exportedStep) int { return a.OrderIndex - b.OrderIndex })
	for _, r := range x.Releases {
		out := core.ImportRelease{Line: next(), Name: r.Name, Type: &r.Type, VersionNumber: r.VersionNumber, ReleaseDate: r.ReleaseDate,
			Description: r.Description, Metadata: r.Metadata, Targets: &core.TargetNames{All: r.Targets.All}}
		for _, id := range r.Targets.Clusters {
			if cluster[id] == "" {
				return in, fmt.Errorf("release %s is for cluster %d, of which the export knows no customer", r.Name, id)
			}
			out.Targets.Clusters = append(out.Targets.Clusters, cluster[id])
		}
		for _, id := range r.Targets.Customers {
			if place[id] == "" {
				return in, fmt.Errorf("release %s is for customer %d, which the export does not know", r.Name, id)
			}
			out.Targets.Customers = append(out.Targets.Customers, place[id])
		}
		for _, s := range x.StepTemplates {
			if s.ReleaseID == r.ID && !s.Removed {
				s.Line = next()
				out.Steps = append(out.Steps, s.ImportStep)
			}
		}
		in.Releases = append(in.Releases, out)
	}
	return in, nil
}
