package core

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"rollcall/storage"
)

// Matrix is a release's steps × customers by cluster. With a cluster filter it
// costs, and its release's progress and customer count are of, the clusters
// chosen. Sorted by progress, customers with the least done come first.
func (s *Service) Matrix(ctx context.Context, a Actor, q MatrixQuery) (*Matrix, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*Matrix, error) {
		rel, err := findRelease(r, q.Release, anyState)
		if err != nil {
			return nil, err
		}
		sh, err := loadSheet(r, rel, q.Clusters)
		if err != nil {
			return nil, err
		}
		if !q.Withdrawn {
			sh.dropWithdrawn()
		}
		return sh.matrix(r, q)
	})
}

func (sh *sheet) dropWithdrawn() {
	for i := range sh.sections {
		sec := &sh.sections[i]
		sec.members = slices.DeleteFunc(sec.members, func(m member) bool { return m.enrolled.Withdrawn })
	}
	sh.sections = slices.DeleteFunc(sh.sections, func(sec section) bool { return len(sec.members) == 0 })
}

// plot is one cluster's grid in the making.
type plot struct {
	cells   []Cell  // template rows × members
	tallies []tally // by member
	extras  []extra // cells of rows that only some customers have
}

// extra is a cell of a custom step, or of one removed from the template.
type extra struct {
	number, column int
	cell           Cell
	custom         *stepRecord
}

func (sh *sheet) matrix(r storage.Reader, q MatrixQuery) (*Matrix, error) {
	m := &Matrix{Category: q.Category, Query: q, Clusters: []MatrixCluster{}, Names: sh.names, Unknown: sh.unknown}
	if m.Names == nil {
		m.Names = []string{}
	}
	rows, rowOf := sh.templateRows(q.Category)
	plots := make([]plot, len(sh.sections))
	for i, sec := range sh.sections {
		plots[i] = sh.blank(sec, rows)
	}
	blocked := 0
	err := sh.walk(r, func(sec, mem, number int, e storage.Entry) error {
		c, err := sh.read(number, e)
		if err != nil || !c.applies {
			return err
		}
		p, who := &plots[sec], &sh.sections[sec].members[mem]
		p.tallies[mem].move(c)
		if c.marks&Blocked != 0 && !who.enrolled.Withdrawn {
			blocked++
		}
		cell := Cell{ID: customerStepID(who.enrolled.ID, number), Status: c.status, Marks: c.marks, Match: true}
		if c.derived {
			if row := rowOf[number]; row >= 0 {
				p.cells[row*len(p.tallies)+mem] = cell
			}
		} else if q.Category == "" || int(c.category) == catIndex(q.Category) {
			p.extras = append(p.extras, extra{number, mem, cell, c.custom})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var all group
	all.of(sh, plots)
	m.Progress = all.progress()
	if m.Release, err = sh.view(r, m.Progress, blocked); err != nil {
		return nil, err
	}
	tl := newFilter(q.Statuses)
	for i := range sh.sections {
		mc, err := sh.cluster(r, i, &plots[i], rows, q)
		if err != nil {
			return nil, err
		}
		if !tl.keep(&mc) {
			continue
		}
		if q.Whole {
			if err := mc.whole(r); err != nil {
				return nil, err
			}
		}
		m.Clusters = append(m.Clusters, mc)
	}
	m.Shown = tl.shown()
	return m, nil
}

// of adds every member that has not withdrawn.
func (g *group) of(sh *sheet, plots []plot) {
	for i := range plots {
		for j := range plots[i].tallies {
			if !sh.sections[i].members[j].enrolled.Withdrawn {
				g.add(&plots[i].tallies[j])
			}
		}
	}
}

// templateRows heads the rows of the template steps of a category, of both
// when it is empty, and says in which row a step's number stands; -1 in none.
func (sh *sheet) templateRows(c Category) (rows []MatrixRow, rowOf []int) {
	rowOf = make([]int, len(sh.steps))
	for i := range rowOf {
		rowOf[i] = -1
	}
	for i, steps := range sh.order {
		if c != "" && catIndex(c) != i {
			continue
		}
		for _, tm := range steps {
			rowOf[tm.Number] = len(rows)
			rows = append(rows, templateRow(tm))
		}
	}
	return rows, rowOf
}

func templateRow(tm *StepTemplate) MatrixRow {
	order := float64(tm.OrderIndex)
	return MatrixRow{Number: tm.Number, ShortID: tm.ShortID(), Position: formatOrder(order), Name: tm.Name,
		Category: tm.Category, Type: tm.Type, OrderIndex: order, Removed: tm.Removed}
}

// blank is the grid of a cluster where nothing has happened yet.
func (sh *sheet) blank(sec section, rows []MatrixRow) plot {
	n := len(sec.members)
	p := plot{cells: make([]Cell, len(rows)*n), tallies: make([]tally, n)}
	for j := range p.tallies {
		p.tallies[j] = sh.fresh()
	}
	for i, row := range rows {
		line := p.cells[i*n : (i+1)*n]
		for j := range line {
			line[j] = Cell{ID: customerStepID(sec.members[j].enrolled.ID, row.Number), Match: true}
		}
	}
	return p
}

// cluster finishes one cluster's grid.
func (sh *sheet) cluster(r storage.Reader, at int, p *plot, rows []MatrixRow, q MatrixQuery) (MatrixCluster, error) {
	sec := sh.sections[at]
	mc := MatrixCluster{Rows: rows, Cells: Grid{Cells: p.cells, Columns: len(sec.members)}}
	mc.Cluster.ID, mc.Cluster.Name = sec.cluster.ID, sec.cluster.Name
	if mc.Rows == nil {
		mc.Rows = []MatrixRow{}
	}
	mc.Customers = make([]MatrixCustomer, len(sec.members))
	var g group
	for j, m := range sec.members {
		mc.Customers[j] = MatrixCustomer{
			Customer:    Customer{ID: m.customer, Name: m.name, Namespace: m.namespace},
			ClusterName: mc.Cluster.Name, Withdrawn: m.enrolled.Withdrawn, Progress: p.tallies[j].progress(),
		}
		if !m.enrolled.Withdrawn {
			g.add(&p.tallies[j])
		}
	}
	mc.Progress = g.progress()
	if len(p.extras) > 0 {
		if err := sh.addExtras(r, &mc, sec, p, q.AllCustom); err != nil {
			return mc, err
		}
	}
	if q.Sort == "progress" {
		mc.sortByProgress()
	}
	return mc, nil
}

// whole adds what a grid does without: every field of the cluster and its
// customers, under the names that the grid shows.
func (mc *MatrixCluster) whole(r storage.Reader) error {
	cl, err := clusters.get(r, idKey(mc.Cluster.ID))
	if err != nil {
		return err
	}
	if cl == nil {
		return fmt.Errorf("there is no cluster %d", mc.Cluster.ID)
	}
	cl.Name = mc.Cluster.Name
	if mc.Cluster, err = clusterView(r, cl); err != nil {
		return err
	}
	for i := range mc.Customers {
		shown := &mc.Customers[i].Customer
		c, err := customerAs(r, shown.ID, shown.Name, shown.Namespace, cl.ID)
		if err != nil {
			return err
		}
		*shown = *c
	}
	return nil
}

// lane is a row with its cells.
type lane struct {
	head  MatrixRow
	cells []Cell
	gap   int // customs: the step they stand behind
}

// foldAbove is how many custom steps a gap shows one by one.
const foldAbove = 10

// addExtras puts the rows that only some customers have in their places.
func (sh *sheet) addExtras(r storage.Reader, mc *MatrixCluster, sec section, p *plot, unfolded bool) error {
	lanes := make([]lane, 0, len(mc.Rows)+len(p.extras))
	for i, head := range mc.Rows {
		lanes = append(lanes, lane{head: head, cells: mc.Cells.Row(i)})
	}
	removed := map[int]int{} // number of a removed step → its lane
	for _, x := range p.extras {
		at, shared := removed[x.number]
		if x.custom != nil || !shared {
			at = len(lanes)
			l := lane{cells: make([]Cell, len(sec.members))}
			if x.custom == nil {
				removed[x.number] = at
				l.head = templateRow(sh.step(x.number))
			} else {
				w, err := readWording(r, sh.rel.ID, x.custom.Customer, x.number, x.custom.Override)
				if err != nil {
					return err
				}
				order := anchored(x.custom, sh.anchors)
				l.gap = x.custom.Anchor
				l.head = MatrixRow{Number: x.number, ShortID: shortID("C", x.custom.Serial), Position: formatOrder(order), Name: w.Name,
					Category: x.custom.Category, Type: w.Type, OrderIndex: order, IsCustom: true}
			}
			lanes = append(lanes, l)
		}
		lanes[at].cells[x.column] = x.cell
	}
	slices.SortStableFunc(lanes, compareLanes)
	if !unfolded {
		lanes = foldCustoms(lanes)
	}
	mc.Rows = make([]MatrixRow, len(lanes))
	mc.Cells.Cells = make([]Cell, 0, len(lanes)*mc.Cells.Columns)
	for i, l := range lanes {
		mc.Rows[i] = l.head
		mc.Cells.Cells = append(mc.Cells.Cells, l.cells...)
	}
	return nil
}

// compareLanes orders rows: deploy before verify, then by place. A removed
// step stands before the one that took its place.
func compareLanes(a, b lane) int {
	return cmp.Or(
		cmp.Compare(catIndex(a.head.Category), catIndex(b.head.Category)),
		cmp.Compare(a.head.OrderIndex, b.head.OrderIndex),
		-cmp.Compare(btoi(a.head.Removed), btoi(b.head.Removed)),
		compareNames(a.head.Name, b.head.Name),
		cmp.Compare(a.head.Number, b.head.Number),
	)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// foldCustoms makes one row of more than ten custom steps in one gap. A
// customer's cell there is its first open step of them, or else its last.
func foldCustoms(lanes []lane) []lane {
	type gap struct {
		category Category
		behind   int
	}
	size := map[gap]int{}
	for _, l := range lanes {
		if l.head.IsCustom {
			size[gap{l.head.Category, l.gap}]++
		}
	}
	var out []lane
	folded := map[gap]int{}
	for _, l := range lanes {
		g := gap{l.head.Category, l.gap}
		if !l.head.IsCustom || size[g] <= foldAbove {
			out = append(out, l)
			continue
		}
		at, ok := folded[g]
		if !ok {
			folded[g] = len(out)
			head := l.head
			head.Number, head.ShortID, head.Name, head.Type = 0, "", fmt.Sprintf("%d custom steps", size[g]), ""
			out = append(out, lane{head: head, cells: slices.Clone(l.cells)})
			continue
		}
		for j, c := range l.cells {
			if is := out[at].cells[j]; c.Applies() && (!is.Applies() || is.Status == Done || is.Status == Skipped) {
				out[at].cells[j] = c
			}
		}
	}
	return out
}

// sortByProgress puts the customers with the least done first; equals stay by name.
func (mc *MatrixCluster) sortByProgress() {
	n := len(mc.Customers)
	order := make([]int, n)
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(mc.Customers[a].Progress.Percent, mc.Customers[b].Progress.Percent)
	})
	heads := make([]MatrixCustomer, n)
	line := make([]Cell, n)
	for j, from := range order {
		heads[j] = mc.Customers[from]
	}
	mc.Customers = heads
	for i := range mc.Rows {
		row := mc.Cells.Row(i)
		copy(line, row)
		for j, from := range order {
			row[j] = line[from]
		}
	}
}
