package core_test

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"rollcall/core"
)

var reader = core.Person(vic, core.ViaSlash)

// compare looks at everything.
func (w *walk) compare(what string) {
	w.t.Helper()
	if w.done%anew == 0 {
		clear(w.sights)
	}
	for _, r := range w.releases {
		w.compareMatrix(r, what)
		w.compareTemplates(r, what)
		for _, c := range w.everyone {
			w.compareSteps(r, c.id, what)
			for _, s := range r.parts[c.id].steps {
				w.compareContent(r, c.id, s, what)
			}
		}
	}
	w.comparePlaces(what)
	w.compareDashboard(what)
	clear(w.book.written)
}

// shows is true for customers whose part in a release can be looked at.
func (r *wRelease) shows(customer int) bool {
	return r.status == core.Draft || r.parts[customer].enrolled
}

func (w *walk) where(r *wRelease, customer int) wName {
	c := w.customer(customer)
	if was, ok := r.names[customer]; ok && r.status == core.Archived {
		return was
	}
	return wName{c.name, c.ns, w.cluster(c.cluster).name, c.cluster, false}
}

func (w *walk) compareMatrix(r *wRelease, what string) {
	w.t.Helper()
	var want []string
	var all, deploy, verify wTally
	for _, c := range w.everyone {
		p := r.parts[c.id]
		if was := r.names[c.id]; !p.enrolled || r.status == core.Active && !c.active || r.status == core.Archived && was.left {
			continue
		}
		var cells []string
		for _, cat := range core.Categories {
			for _, s := range r.queue(p, cat) {
				cells = append(cells, s.cell(r))
			}
		}
		for _, s := range p.steps {
			if s.removed {
				cells = append(cells, s.cell(r))
			}
		}
		at := w.where(r, c.id)
		want = append(want, matrixLine(at.clusterName, at.ns, at.name, p.withdrawn, cells))
		if w.takesPart(r, c.id) {
			all.add(p, "")
			deploy.add(p, core.Deploy)
			verify.add(p, core.Verify)
		}
	}
	slices.Sort(want)
	want = append(want, countsLine(all.counts()), countsLine(deploy.counts()), countsLine(verify.counts()))
	w.see(fmt.Sprintf("matrix of R%d", r.id), what, want, func() []string {
		m, err := w.Matrix(w.t.Context(), reader, core.MatrixQuery{Release: fmt.Sprintf("R%d", r.id), AllCustom: true, Withdrawn: true})
		require.NoError(w.t, err, what)
		var got []string
		for i, cl := range m.Clusters {
			if i > 0 {
				require.LessOrEqual(w.t, strings.ToLower(m.Clusters[i-1].Cluster.Name), strings.ToLower(cl.Cluster.Name), what)
			}
			for j, c := range cl.Customers {
				if j > 0 {
					require.LessOrEqual(w.t, strings.ToLower(cl.Customers[j-1].Name), strings.ToLower(c.Name), what)
				}
				var cells []string
				for k, row := range cl.Rows {
					if cell := cl.Cells.Row(k)[j]; cell.Applies() {
						cells = append(cells, cellLine(row.ShortID, cell.Status, cell.Marks, row.Removed))
					}
				}
				got = append(got, matrixLine(cl.Cluster.Name, c.Namespace, c.Name, c.Withdrawn, cells))
			}
		}
		slices.Sort(got)
		return append(got, countsLine(m.Progress.Counts), countsLine(m.Progress.Deploy), countsLine(m.Progress.Verify))
	})
}

func matrixLine(cluster, namespace, name string, withdrawn bool, cells []string) string {
	return cluster + " / " + namespace + " / " + name + " " + strconv.FormatBool(withdrawn) + ": " + strings.Join(settled(cells), ", ")
}

func cellLine(short string, status core.Status, marks core.Marks, removed bool) string {
	return short + " " + status.String() + " " + strconv.FormatUint(uint64(marks), 2) + " " + strconv.FormatBool(removed)
}

func countsLine(c core.Counts) string { return fmt.Sprintf("%+v", c) }

// settled puts steps that were removed from the template last: where they stand among the others is not told.
func settled(cells []string) []string {
	slices.SortStableFunc(cells, func(a, b string) int {
		x, y := strings.HasSuffix(a, "true"), strings.HasSuffix(b, "true")
		switch {
		case x && y:
			return cmp.Compare(a, b)
		case x:
			return 1
		case y:
			return -1
		}
		return 0
	})
	return cells
}

func (s *wStep) cell(r *wRelease) string {
	var m core.Marks
	mark := func(on bool, bit core.Marks) {
		if on {
			m |= bit
		}
	}
	mark(s.template == 0, core.Custom)
	mark(s.overridden, core.Overridden)
	mark(s.movedOn(r), core.MovedOn)
	mark(s.claim != "", core.Claimed)
	mark(s.block != "", core.Blocked)
	mark(len(s.notes) > 0, core.Noted)
	return cellLine(s.short, s.status, m, s.removed)
}

// movedOn is true when the template changed after the override was made.
func (s *wStep) movedOn(r *wRelease) bool {
	if t, _ := r.template(s.short); t != nil {
		return s.overridden && t.edit != s.edit
	}
	return s.overridden && s.edit != r.gone[s.template]
}

// wTally averages customers exactly.
type wTally struct {
	customers      int
	share, settled big.Rat
	by             [4]int
}

func (t *wTally) add(p *wPart, cat core.Category) {
	var by [4]int
	n := 0
	for _, s := range p.steps {
		if cat == "" || s.cat == cat {
			by[s.status]++
			n++
		}
	}
	if n == 0 {
		return
	}
	t.customers++
	t.share.Add(&t.share, big.NewRat(int64(by[core.Done]), int64(n)))
	t.settled.Add(&t.settled, big.NewRat(int64(by[core.Done]+by[core.Skipped]), int64(n)))
	for i := range by {
		t.by[i] += by[i]
	}
}

func (t *wTally) counts() core.Counts {
	c := core.Counts{Pending: t.by[core.Pending], Done: t.by[core.Done], Skipped: t.by[core.Skipped], Reverted: t.by[core.Reverted],
		Percent: core.NoPercent, ResolvedPercent: core.NoPercent}
	c.Total = c.Pending + c.Done + c.Skipped + c.Reverted
	if t.customers > 0 {
		c.Percent, c.ResolvedPercent = t.hundredths(&t.share), t.hundredths(&t.settled)
	}
	return c
}

func (t *wTally) hundredths(sum *big.Rat) core.Percent {
	var x big.Rat
	x.Mul(sum, big.NewRat(10_000, int64(t.customers)))
	return core.Percent(new(big.Int).Quo(x.Num(), x.Denom()).Int64())
}

func (w *walk) compareTemplates(r *wRelease, what string) {
	w.t.Helper()
	want := []string{r.name, string(r.status)}
	for _, cat := range core.Categories {
		for i, t := range r.order[cat] {
			want = append(want, strings.Join([]string{t.short, itoa(i), t.words.name, t.words.content, string(t.words.kind)}, " "))
		}
	}
	w.see(fmt.Sprintf("templates of R%d", r.id), what, want, func() []string {
		l, err := w.Templates(w.t.Context(), reader, fmt.Sprintf("R%d", r.id), true)
		require.NoError(w.t, err, what)
		got := []string{l.Release.Name, string(l.Release.Status)}
		for _, cat := range core.Categories {
			for _, t := range l.Category(cat) {
				got = append(got, strings.Join([]string{t.ShortID, itoa(t.OrderIndex), t.Name, string(t.Content), string(t.Type)}, " "))
			}
		}
		return got
	})
}

func (w *walk) compareSteps(r *wRelease, customer int, what string) {
	w.t.Helper()
	want := []string{string(core.NotFound)}
	if r.shows(customer) {
		want = want[:0]
		p, at := r.parts[customer], w.where(r, customer)
		for _, cat := range core.Categories {
			var lines []string
			for _, s := range r.queue(p, cat) {
				lines = append(lines, s.line(at))
			}
			for _, s := range p.steps {
				if s.removed && s.cat == cat {
					lines = append(lines, s.line(at))
				}
			}
			want = append(append(want, string(cat)), settled(lines)...)
		}
	}
	w.see(fmt.Sprintf("steps of customer %d in R%d", customer, r.id), what, want, func() []string {
		view, err := w.CustomerSteps(w.t.Context(), reader, fmt.Sprintf("R%d", r.id), itoa(customer))
		if core.ErrorCode(err) == core.NotFound {
			return []string{string(core.NotFound)}
		}
		require.NoError(w.t, err, what)
		var got []string
		for i, list := range []core.StepList{view.Deploy, view.Verify} {
			var lines []string
			last, template := -1.0, 0
			for _, v := range list.Steps {
				lines = append(lines, viewLine(v))
				if v.Removed {
					continue
				}
				require.Greater(w.t, v.OrderIndex, last, "%s: the order of %s", what, v.ShortID)
				last = v.OrderIndex
				if v.IsCustom {
					require.NotEqual(w.t, float64(int(last)), last, "%s: %s stands at a whole number", what, v.ShortID)
				} else {
					require.Equal(w.t, float64(template), last, "%s: %s", what, v.ShortID)
					template++
				}
			}
			got = append(append(got, string(core.Categories[i])), settled(lines)...)
		}
		return got
	})
}

// line is all that a list says of a step.
func (s *wStep) line(at wName) string {
	locked := !s.open()
	return fmt.Sprintf("%s %s %s by=%s reason=%s claim=%s block=%s/%s/%s notes=%s custom=%v over=%v locked=%v %s %s %s removed=%v",
		s.short, s.words.name, s.status, s.by, s.reason, s.claim, s.block, s.blockBy, s.blockNeeds, strings.Join(s.notes, "\n"),
		s.template == 0, s.overridden, locked, at.name, at.clusterName, at.ns, s.removed)
}

func viewLine(v core.StepView) string {
	claim, block := "", "//"
	if v.Claim != nil {
		claim = v.Claim.By
	}
	if v.Block != nil {
		block = v.Block.Reason + "/" + v.Block.By + "/" + string(v.Block.Needs)
	}
	return fmt.Sprintf("%s %s %s by=%s reason=%s claim=%s block=%s notes=%s custom=%v over=%v locked=%v %s %s %s removed=%v",
		v.ShortID, v.Name, v.Status, v.ExecutedBy, v.SkipReason, claim, block, v.Notes, v.IsCustom, v.IsOverridden,
		v.Status == core.Done || v.Status == core.Skipped, v.CustomerName, v.ClusterName, v.Namespace, v.Removed)
}

func (w *walk) compareContent(r *wRelease, customer int, s *wStep, what string) {
	w.t.Helper()
	if !r.shows(customer) {
		return // as its steps are held to
	}
	content, missing := w.shown(r, customer, s)
	if !s.open() {
		missing = nil // what was on the screen is frozen
	}
	slices.Sort(missing)
	want := []string{content, string(s.words.kind), strconv.FormatBool(s.movedOn(r)), strings.Join(missing, " ")}
	w.see(fmt.Sprintf("content of %s of customer %d in R%d", s.short, customer, r.id), what, want, func() []string {
		d, err := w.Step(w.t.Context(), reader, core.StepQuery{Release: fmt.Sprintf("R%d", r.id), Customer: itoa(customer), Step: s.short})
		require.NoError(w.t, err, "%s: %s", what, s.short)
		if !s.open() {
			d.Step.Missing = nil
		}
		slices.Sort(d.Step.Missing)
		return []string{string(d.Step.Content), string(d.Step.Type), strconv.FormatBool(d.Step.MovedOn), strings.Join(d.Step.Missing, " ")}
	})
}

func (w *walk) comparePlaces(what string) {
	w.t.Helper()
	var want []string
	for _, c := range w.clusters {
		n := 0
		for _, m := range w.everyone {
			if m.active && m.cluster == c.id {
				n++
			}
		}
		want = append(want, fmt.Sprint(c.id, c.name, c.kube, c.active, n))
	}
	slices.Sort(want)
	w.see("clusters", what, want, func() (got []string) {
		l, err := w.Clusters(w.t.Context(), reader, true)
		require.NoError(w.t, err)
		for _, c := range l.Clusters {
			got = append(got, fmt.Sprint(c.ID, c.Name, c.KubeconfigPath, c.IsActive, c.CustomerCount))
		}
		slices.Sort(got)
		return got
	})
	want = nil
	for _, c := range w.everyone {
		want = append(want, fmt.Sprint(c.id, c.name, c.ns, c.cluster, c.active, c.meta["db"]))
	}
	slices.Sort(want)
	w.see("customers", what, want, func() (got []string) {
		l, err := w.Customers(w.t.Context(), reader, core.CustomersQuery{Archived: true})
		require.NoError(w.t, err)
		for _, c := range l.Customers {
			got = append(got, fmt.Sprint(c.ID, c.Name, c.Namespace, c.ClusterID, c.IsActive, c.Metadata["db"]))
		}
		slices.Sort(got)
		return got
	})
}

func (w *walk) compareDashboard(what string) {
	w.t.Helper()
	var stats wTally
	var want []string
	for _, r := range w.releases {
		if r.status != core.Active {
			continue
		}
		want = append(want, itoa(r.id))
		for _, c := range w.everyone {
			if w.takesPart(r, c.id) {
				stats.add(r.parts[c.id], "")
			}
		}
	}
	slices.Sort(want)
	want = append(want, countsLine(stats.counts()))
	w.see("dashboard", what, want, func() (got []string) {
		d, err := w.Dashboard(w.t.Context(), reader)
		require.NoError(w.t, err)
		for _, v := range d.ActiveReleases {
			got = append(got, itoa(int(v.ID)))
		}
		slices.Sort(got)
		return append(got, countsLine(d.Stats))
	})
}
