package core

import (
	"slices"
)

// statusFilter keeps the rows and columns of a matrix that hold a wanted
// status, and counts what it let through. Without statuses everything passes.
type statusFilter struct {
	wanted   [len(statusNames)]bool
	on       bool
	counts   Shown
	all, hit map[string]bool // rows, by what tells them apart in the release
}

func newFilter(statuses []Status) *statusFilter {
	f := &statusFilter{on: len(statuses) > 0, all: map[string]bool{}, hit: map[string]bool{}}
	for _, st := range statuses {
		if int(st) < len(f.wanted) {
			f.wanted[st] = true
		}
	}
	return f
}

// keep narrows one cluster's grid; false when nothing of it matches.
func (f *statusFilter) keep(mc *MatrixCluster) bool {
	f.counts.AllCustomers += len(mc.Customers)
	for _, row := range mc.Rows {
		f.all[rowKey(mc, row)] = true
	}
	if !f.on {
		f.counts.Customers += len(mc.Customers)
		for i, row := range mc.Rows {
			f.hit[rowKey(mc, row)] = true
			for _, c := range mc.Cells.Row(i) {
				if c.Applies() {
					f.counts.MatchingCells++
				}
			}
		}
		return true
	}
	rows, columns := f.match(mc)
	heads := make([]MatrixRow, 0, len(mc.Rows))
	var cells []Cell
	for i, row := range mc.Rows {
		if !rows[i] {
			continue
		}
		heads = append(heads, row)
		f.hit[rowKey(mc, row)] = true
		for j, c := range mc.Cells.Row(i) {
			if columns[j] {
				cells = append(cells, c)
			}
		}
	}
	kept := make([]MatrixCustomer, 0, len(mc.Customers))
	for j, c := range mc.Customers {
		if columns[j] {
			kept = append(kept, c)
		}
	}
	f.counts.Customers += len(kept)
	mc.Rows, mc.Customers, mc.Cells = heads, kept, Grid{Cells: cells, Columns: len(kept)}
	return slices.Contains(columns, true)
}

// match marks each cell, and tells which rows and columns hold a match.
func (f *statusFilter) match(mc *MatrixCluster) (rows, columns []bool) {
	rows, columns = make([]bool, len(mc.Rows)), make([]bool, len(mc.Customers))
	for i := range mc.Rows {
		line := mc.Cells.Row(i)
		for j := range line {
			c := &line[j]
			c.Match = c.Applies() && f.wanted[c.Status]
			if c.Match {
				rows[i], columns[j] = true, true
				f.counts.MatchingCells++
			}
		}
	}
	return rows, columns
}

// rowKey tells a release's rows apart: a folded row belongs to its cluster.
func rowKey(mc *MatrixCluster, row MatrixRow) string {
	if row.ShortID != "" {
		return row.ShortID
	}
	return idText(mc.Cluster.ID) + "/" + string(row.Category) + "/" + row.Position
}

func (f *statusFilter) shown() Shown {
	f.counts.Steps, f.counts.AllSteps = len(f.hit), len(f.all)
	return f.counts
}
