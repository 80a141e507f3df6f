package core_test

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"rollcall/core"
)

var reader = core.Person(vic, core.ViaSlash)

// compare looks at what an operation can have touched; 0 is whatever release.
func (w *walk) compare(release int, what string) {
	w.t.Helper()
	if release == 0 {
		release = 1 + w.rng.IntN(len(w.releases)+1)
	}
	r := w.release(release)
	if r == nil {
		return
	}
	w.compareMatrix(r, what)
	w.compareTemplates(r, what)
	if len(w.everyone) == 0 {
		return
	}
	customer := 1 + w.rng.IntN(len(w.everyone))
	w.compareSteps(r, customer, what)
	if steps := r.parts[customer].steps; len(steps) > 0 {
		w.compareContent(r, customer, steps[w.rng.IntN(len(steps))], what)
	}
}

// compareAll looks at everything.
func (w *walk) compareAll() {
	w.t.Helper()
	what := fmt.Sprintf("after turn %d", w.done)
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
	m, err := w.Matrix(w.t.Context(), reader, core.MatrixQuery{Release: fmt.Sprintf("R%d", r.id), AllCustom: true, Withdrawn: true})
	require.NoError(w.t, err, what)
	var want []string
	var all, deploy, verify wTally
	for _, c := range w.everyone {
		p := r.parts[c.id]
		if was := r.names[c.id]; !p.enrolled || r.status == core.Active && !c.active || r.status == core.Archived && was.left {
			continue
		}
		at := w.where(r, c.id)
		line := fmt.Sprintf("%s / %s / %s %v", at.clusterName, at.ns, at.name, p.withdrawn)
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
		want = append(want, line+": "+strings.Join(settled(cells), ", "))
		if w.takesPart(r, c.id) {
			all.add(p, "")
			deploy.add(p, core.Deploy)
			verify.add(p, core.Verify)
		}
	}
	var got []string
	for i, cl := range m.Clusters {
		if i > 0 {
			require.LessOrEqual(w.t, strings.ToLower(m.Clusters[i-1].Cluster.Name), strings.ToLower(cl.Cluster.Name), what)
		}
		for j, c := range cl.Customers {
			if j > 0 {
				require.LessOrEqual(w.t, strings.ToLower(cl.Customers[j-1].Name), strings.ToLower(c.Name), what)
			}
			line := fmt.Sprintf("%s / %s / %s %v", cl.Cluster.Name, c.Namespace, c.Name, c.Withdrawn)
			var cells []string
			for k, row := range cl.Rows {
				if cell := cl.Cells.Row(k)[j]; cell.Applies() {
					cells = append(cells, fmt.Sprintf("%s %s %06b %v", row.ShortID, cell.Status, cell.Marks, row.Removed))
				}
			}
			got = append(got, line+": "+strings.Join(settled(cells), ", "))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	require.Equal(w.t, want, got, what)
	for i, pair := range [][2]core.Counts{{all.counts(), m.Progress.Counts}, {deploy.counts(), m.Progress.Deploy}, {verify.counts(), m.Progress.Verify}} {
		require.Equal(w.t, pair[0], pair[1], "%s: progress %d", what, i)
	}
}

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
	return fmt.Sprintf("%s %s %06b %v", s.short, s.status, m, s.removed)
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
	l, err := w.Templates(w.t.Context(), reader, fmt.Sprintf("R%d", r.id), true)
	require.NoError(w.t, err, what)
	for _, cat := range core.Categories {
		list := l.Category(cat)
		require.Len(w.t, list, len(r.order[cat]), what)
		for i, t := range r.order[cat] {
			got := list[i]
			require.Equal(w.t, []any{t.short, i, t.words.name, t.words.content, t.words.kind},
				[]any{got.ShortID, got.OrderIndex, got.Name, string(got.Content), got.Type}, what)
		}
	}
	require.Equal(w.t, r.status, l.Release.Status, what)
	require.Equal(w.t, r.name, l.Release.Name, what)
}

func (w *walk) compareSteps(r *wRelease, customer int, what string) {
	w.t.Helper()
	got, err := w.CustomerSteps(w.t.Context(), reader, fmt.Sprintf("R%d", r.id), itoa(customer))
	if !r.shows(customer) {
		require.Equal(w.t, core.NotFound, core.ErrorCode(err), what)
		return
	}
	require.NoError(w.t, err, what)
	p := r.parts[customer]
	at := w.where(r, customer)
	for i, list := range []core.StepList{got.Deploy, got.Verify} {
		cat := core.Categories[i]
		var want, is []string
		for _, s := range r.queue(p, cat) {
			want = append(want, s.line(at))
		}
		for _, s := range p.steps {
			if s.removed && s.cat == cat {
				want = append(want, s.line(at))
			}
		}
		last, template := -1.0, 0
		for _, v := range list.Steps {
			is = append(is, viewLine(v))
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
		require.Equal(w.t, settled(want), settled(is), "%s: %s steps of customer %d in R%d", what, cat, customer, r.id)
	}
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
		return
	}
	got, err := w.Step(w.t.Context(), reader, core.StepQuery{Release: fmt.Sprintf("R%d", r.id), Customer: itoa(customer), Step: s.short})
	require.NoError(w.t, err, "%s: %s", what, s.short)
	content, missing := w.shown(r, customer, s)
	require.Equal(w.t, content, string(got.Step.Content), "%s: content of %s for %d in R%d", what, s.short, customer, r.id)
	if s.open() {
		slices.Sort(got.Step.Missing)
		require.ElementsMatch(w.t, missing, got.Step.Missing, what)
	}
	require.Equal(w.t, s.words.kind, got.Step.Type, what)
	require.Equal(w.t, s.movedOn(r), got.Step.MovedOn, "%s: %s", what, s.short)
}

func (w *walk) comparePlaces(what string) {
	w.t.Helper()
	l, err := w.Clusters(w.t.Context(), reader, true)
	require.NoError(w.t, err)
	require.Len(w.t, l.Clusters, len(w.clusters), what)
	for _, got := range l.Clusters {
		c, n := w.cluster(int(got.ID)), 0
		for _, m := range w.everyone {
			if m.active && m.cluster == c.id {
				n++
			}
		}
		require.Equal(w.t, []any{c.name, c.kube, c.active, n}, []any{got.Name, string(got.KubeconfigPath), got.IsActive, got.CustomerCount}, what)
	}
	cs, err := w.Customers(w.t.Context(), reader, core.CustomersQuery{Archived: true})
	require.NoError(w.t, err)
	require.Len(w.t, cs.Customers, len(w.everyone), what)
	for _, got := range cs.Customers {
		c := w.customer(int(got.ID))
		require.Equal(w.t, []any{c.name, c.ns, c.cluster, c.active, c.meta["db"]},
			[]any{got.Name, got.Namespace, int(got.ClusterID), got.IsActive, got.Metadata["db"]}, what)
	}
}

func (w *walk) compareDashboard(what string) {
	w.t.Helper()
	d, err := w.Dashboard(w.t.Context(), reader)
	require.NoError(w.t, err)
	var stats wTally
	var ids, got []int
	for _, r := range w.releases {
		if r.status != core.Active {
			continue
		}
		ids = append(ids, r.id)
		for _, c := range w.everyone {
			if w.takesPart(r, c.id) {
				stats.add(r.parts[c.id], "")
			}
		}
	}
	for _, v := range d.ActiveReleases {
		got = append(got, int(v.ID))
	}
	require.ElementsMatch(w.t, ids, got, what)
	require.Equal(w.t, stats.counts(), d.Stats, what)
}
