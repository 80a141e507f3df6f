package core

import (
	"context"
	"slices"
	"strings"
	"sync"

	"rollcall/storage"
)

// How much News tells. Beyond it, drawing everything again is cheaper.
const (
	newsEvents = 256  // of one release
	newsBehind = 4096 // of all releases
	newsCells  = 200
)

// News is what changed in a release since a revision, as one reader may see it.
// It says how things are now, so that hearing something twice does no harm.
type News struct {
	Rev       int64              // of the newest event; ask from here next time
	Any       bool               // false: nothing that the release's pages show
	Reset     bool               // more than is told here: draw everything again
	Grids     []int64            // clusters whose grid has other rows or columns, or more cells changed than are told
	Cells     []CellNews         // what else changed, each cell once
	All       Progress           // of everything in scope
	Clusters  map[int64]Progress // those in which a cell changed
	Customers map[int64]Progress // likewise
}

// CellNews is one customer's step as it stands now.
type CellNews struct {
	Customer int64
	Step     string // short id
	Status   Status
	Marks    Marks
}

// trail is what one event touched, whoever may see it. It is worked out once.
type trail struct {
	reset    []int64 // releases of which more changed than cells: an import may change several
	cells    []spot  // steps
	rows     []spot  // steps that came, went or moved; also one of each customer when cells were too many
	worded   []spot  // of cells, those that say something of their own now
	moved    []int64 // customers that came, went or moved
	renamed  []int64 // customers under another name
	clusters []int64 // clusters under another name
}

type spot struct {
	release, customer int64
	number            int
}

// about is false when an event changed nothing in a release beside what it resets,
// as far as can be told without looking at who takes part.
func (tr *trail) about(release int64) bool {
	of := func(s spot) bool { return s.release == release }
	return len(tr.moved)+len(tr.renamed)+len(tr.clusters) > 0 ||
		slices.ContainsFunc(tr.cells, of) || slices.ContainsFunc(tr.rows, of)
}

func trailOf(e *Event) *trail {
	tr := new(trail)
	for i := range e.Subjects {
		s := &e.Subjects[i]
		noun, key, _ := strings.Cut(s.Record, "/")
		switch noun {
		case "release", "template", "enrolled":
			if release := decimal(key[:8]); !slices.Contains(tr.reset, release) {
				tr.reset = append(tr.reset, release)
			}
		case "step":
			tr.addStep(s, key)
		case "customer":
			switch {
			case s.change("cluster_id") != nil || s.change("is_active") != nil:
				tr.moved = append(tr.moved, decimal(key))
			case s.change("name") != nil || s.change("namespace") != nil:
				tr.renamed = append(tr.renamed, decimal(key))
			}
		case "cluster":
			if s.change("name") != nil && !s.Created {
				tr.clusters = append(tr.clusters, decimal(key))
			}
		}
	}
	if len(tr.cells) > newsCells {
		// One cell of each customer is enough to know which grids to draw again.
		slices.SortFunc(tr.cells, func(a, b spot) int { return int(a.customer - b.customer) })
		tr.rows = append(tr.rows, slices.CompactFunc(tr.cells, func(a, b spot) bool { return a.customer == b.customer && a.release == b.release })...)
		tr.cells = nil
	}
	return tr
}

func (tr *trail) addStep(s *Subject, key string) {
	at := spot{}
	at.release, at.customer, at.number = splitStepKey(key)
	for _, field := range []string{"custom", "removed", "anchor", "order", "category"} {
		if s.change(field) != nil {
			tr.rows = append(tr.rows, at)
			return
		}
	}
	tr.cells = append(tr.cells, at)
	if s.change("override") != nil {
		tr.worded = append(tr.worded, at)
	}
}

// trails remembers what the newest events touched, so that many readers make
// one of them decode an event. Events never change, and are counted over all
// releases, so one ring serves them all: it has room for four busy releases of
// which a reader is told newsEvents each. Whoever comes from further back
// decodes for themselves, and what they read takes nobody's newer place.
type trails struct {
	mu   sync.Mutex
	ring [newsEvents * 4]struct {
		seq int64
		*trail
	}
}

func (ts *trails) of(r storage.Reader, seq int64) (*trail, error) {
	slot := &ts.ring[seq%int64(len(ts.ring))]
	ts.mu.Lock()
	known := *slot
	ts.mu.Unlock()
	if known.seq == seq {
		return known.trail, nil
	}
	e, err := readEvent(r, seq)
	if err != nil || e == nil {
		return new(trail), err
	}
	known.seq, known.trail = seq, trailOf(e)
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if slot.seq < seq {
		*slot = known
	}
	return known.trail, nil
}

// tableau is a release at one revision for one scope: who is where, and how
// far they are. Readers of the same share one.
type tableau struct {
	sheet *sheet
	fig   *figures
	at    map[int64][2]int // customer → section and member
}

type tableauKey struct{ release, rev, link int64 }

// tableaus keeps the last few.
type tableaus struct {
	mu    sync.Mutex
	order []tableauKey
	kept  map[tableauKey]*tableau
}

const tableausKept = 16

func (ts *tableaus) of(r storage.Reader, key tableauKey, rel *Release) (*tableau, error) {
	ts.mu.Lock()
	defer ts.mu.Unlock() // the others want the same: they wait for it
	if t := ts.kept[key]; t != nil {
		return t, nil
	}
	sh, err := loadSheet(r, rel, nil)
	if err != nil {
		return nil, err
	}
	t := &tableau{sheet: sh, at: map[int64][2]int{}}
	if t.fig, err = sh.count(r); err != nil {
		return nil, err
	}
	for i, sec := range sh.sections {
		for j, m := range sec.members {
			t.at[m.customer] = [2]int{i, j}
		}
	}
	if ts.kept == nil {
		ts.kept = map[tableauKey]*tableau{}
	}
	ts.kept[key] = t
	if ts.order = append(ts.order, key); len(ts.order) > tableausKept {
		delete(ts.kept, ts.order[0])
		ts.order = ts.order[1:]
	}
	return t, nil
}

// News says what changed in a release after the event since. A since that is
// no event of this store, or too old, gives a Reset.
func (s *Service) News(ctx context.Context, a Actor, release, since int64) (*News, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*News, error) {
		rel, err := releases.get(r, idKey(release))
		if err != nil {
			return nil, err
		}
		if rel == nil {
			return nil, refuse(NotFound, "There is no release %d", release)
		}
		base := r
		if w, ok := r.(*window); ok {
			base = w.base
		}
		n := new(News)
		if n.Rev, err = newestEvent(base); err != nil || since == n.Rev {
			return n, err
		}
		if since < 0 || since > n.Rev || n.Rev-since > newsBehind {
			n.Any, n.Reset = true, true
			return n, nil
		}
		var found []*trail
		for seq := since + 1; seq <= n.Rev; seq++ {
			tr, err := s.trails.of(base, seq)
			if err != nil {
				return nil, err
			}
			if slices.Contains(tr.reset, release) || len(found) == newsEvents {
				n.Any, n.Reset = true, true
				return n, nil
			}
			if tr.about(release) {
				found = append(found, tr)
			}
		}
		if len(found) == 0 {
			return n, nil
		}
		t, err := s.tableaus.of(r, tableauKey{release, n.Rev, a.link}, rel)
		if err != nil {
			return nil, err
		}
		return n, n.gather(r, t, found)
	})
}

// gather puts together what events changed of what is in sight.
func (n *News) gather(r storage.Reader, t *tableau, found []*trail) error {
	grids, cells := map[int64]bool{}, map[spot]bool{} // a cell is true when it says something else
	here := func(s spot) bool { _, ok := t.at[s.customer]; return ok && s.release == t.sheet.rel.ID }
	cluster := func(customer int64) int64 { return t.sheet.sections[t.at[customer][0]].cluster.ID }
	for _, tr := range found {
		if len(tr.moved) > 0 { // it may have been here before, or be here now
			n.Any, n.Reset = true, true
			return nil
		}
		for _, id := range tr.clusters {
			if slices.ContainsFunc(t.sheet.sections, func(sec section) bool { return sec.cluster.ID == id }) {
				n.Any, n.Reset = true, true
				return nil
			}
		}
		for _, id := range tr.renamed {
			if _, ok := t.at[id]; ok {
				grids[cluster(id)] = true
			}
		}
		for _, at := range tr.rows {
			if here(at) {
				grids[cluster(at.customer)] = true
			}
		}
		for _, at := range tr.cells {
			if here(at) {
				cells[at] = cells[at] || slices.Contains(tr.worded, at)
			}
		}
	}
	n.Clusters, n.Customers = map[int64]Progress{}, map[int64]Progress{}
	for at, worded := range cells {
		if err := n.look(r, t, at, worded, grids); err != nil {
			return err
		}
	}
	if len(n.Cells) > newsCells {
		for _, c := range n.Cells {
			grids[cluster(c.Customer)] = true
		}
	}
	n.Cells = slices.DeleteFunc(n.Cells, func(c CellNews) bool { return grids[cluster(c.Customer)] })
	slices.SortFunc(n.Cells, func(a, b CellNews) int {
		if a.Customer != b.Customer {
			return int(a.Customer - b.Customer)
		}
		return strings.Compare(a.Step, b.Step)
	})
	for id := range grids {
		n.Grids = append(n.Grids, id)
	}
	slices.Sort(n.Grids)
	n.Any = len(n.Grids)+len(n.Cells) > 0
	n.All = t.sheet.progress(t.fig, -1)
	for _, c := range n.Cells {
		at := t.at[c.Customer]
		n.Customers[c.Customer] = t.fig.tallies[at[0]][at[1]].progress()
		if id := cluster(c.Customer); n.Clusters[id].Total == 0 {
			n.Clusters[id] = t.sheet.progress(t.fig, at[0])
		}
	}
	return nil
}

// look reads one cell as it is now. A custom step that says something else, or
// one that shows no more, makes its grid another.
func (n *News) look(r storage.Reader, t *tableau, at spot, worded bool, grids map[int64]bool) error {
	cell := CellNews{Customer: at.customer}
	tm := t.sheet.step(at.number)
	key := []byte(stepTable.path(stepKey(at.release, at.customer, at.number)))
	b, err := r.Get(key)
	switch {
	case isNotFound(err):
		if tm == nil {
			return nil
		}
		cell.Step = tm.ShortID()
	case err != nil:
		return err
	default:
		c, err := t.sheet.read(at.number, storage.Entry{Key: key, Value: b})
		if err != nil {
			return err
		}
		if !c.applies || c.custom != nil && (worded || tm != nil) {
			grids[t.sheet.sections[t.at[at.customer][0]].cluster.ID] = true
			return nil
		}
		cell.Status, cell.Marks = c.status, c.marks
		if c.custom != nil {
			cell.Step = shortID("C", c.custom.Serial)
		} else {
			cell.Step = tm.ShortID()
		}
	}
	n.Cells = append(n.Cells, cell)
	return nil
}
