package statuspage

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"rollcall/core"
)

// maxInline is how many cells a page holds; a browser takes seconds to lay out 50,000. A release that is more has half as
// many in its page, so that 1,000 × 50 are a quarter of a plain table's work, and loads the rest of its clusters one by
// one when they are opened.
const maxInline = 10_000

// matrixView is a release's matrix with what a release manager asks next: what is blocked and, while it is a draft, what
// it will consist of.
type matrixView struct {
	*core.Matrix
	Blocked []core.StepView     `json:"-"`
	Deploy  []core.TemplateView `json:"-"` // of a draft
	Verify  []core.TemplateView `json:"-"`
}

// matrixBody is a matrix with the address of every other way to look at it.
type matrixBody struct {
	matrixView
	Tabs      []tab
	Grids     []grid
	Cluster   choice
	Status    choice
	Sort      choice
	Category  core.Category
	Cells     int  // in all clusters
	Chosen    bool // some clusters only: progress is of these
	Filtered  bool
	Compact   bool
	Withdrawn bool // shown too
	Keep      []option
	Clear     string
	Dense     string // this page with the other density
	Gone      string // this page with withdrawn customers, or without
}

type tab struct {
	Label, URL string
	Current    bool
	core.Counts
}

var matrixSorts = []string{"name", "progress", "cluster"}

func askMatrix(s *Site, q *request) (matrixView, error) {
	m, err := s.cfg.Views.Matrix(q.ctx, q.actor, matrixQuery(q))
	if err != nil {
		return matrixView{}, err
	}
	q.ignored("cluster", m.Unknown...)
	v := matrixView{Matrix: m, Blocked: []core.StepView{}}
	if m.Release.Status == core.Draft {
		t, err := s.cfg.Views.Templates(q.ctx, q.actor, q.ref("id"), false)
		if err != nil {
			return v, err
		}
		v.Deploy, v.Verify = t.Deploy, t.Verify
		return v, nil
	}
	if m.Release.Blocked > 0 {
		if v.Blocked, err = s.blocked(q, q.ref("id")); err != nil {
			return v, err
		}
	}
	if len(m.Query.Clusters) > 0 { // by number or name: those shown are the ones asked for
		v.Blocked = slices.DeleteFunc(v.Blocked, func(b core.StepView) bool {
			return !slices.ContainsFunc(m.Clusters, func(c core.MatrixCluster) bool { return c.Cluster.Name == b.ClusterName })
		})
	}
	return v, nil
}

// blocked lists what stands in somebody's way, in one release or in all active ones; nothing for those who may not ask.
func (s *Site) blocked(q *request, release string) ([]core.StepView, error) {
	v, err := s.cfg.Views.Blockers(q.ctx, q.actor, release)
	if core.ErrorCode(err) == core.Forbidden {
		return []core.StepView{}, nil
	}
	if err != nil {
		return nil, err
	}
	return v.Steps, nil
}

// matrixQuery reads the filters of a matrix. The page shows deploy steps unless asked for others.
func matrixQuery(q *request) core.MatrixQuery {
	m := core.MatrixQuery{
		Release: q.ref("id"), Category: pickOne(q, "category", core.Categories), Clusters: q.list("cluster"),
		Sort: pickOne(q, "sort", matrixSorts), AllCustom: q.yes("custom"), Withdrawn: q.yes("withdrawn"), Whole: isTwin(q.Request),
	}
	if m.Category == "" {
		m.Category = core.Deploy
	}
	m.Statuses = pickStatuses(q)
	return m
}

// pickStatuses are the statuses asked for; unknown ones are left out with a note.
func pickStatuses(q *request) (out []core.Status) {
	for _, v := range q.list("status") {
		var st core.Status
		if err := st.UnmarshalText([]byte(strings.ToLower(v))); err != nil {
			q.ignored("status", v)
			continue
		}
		if !slices.Contains(out, st) {
			out = append(out, st)
		}
	}
	return out
}

// statusOptions are what a filter by status offers.
func statusOptions() []option {
	var known []string
	for _, st := range core.Statuses {
		known = append(known, st.String())
	}
	return words(known)
}

var densities = []string{"compact", "comfortable"}

func dressMatrix(q *request, v matrixView) frame {
	b := matrixBody{matrixView: v, Category: v.Query.Category, Withdrawn: v.Query.Withdrawn}
	for _, c := range core.Categories {
		value := string(c)
		if c == core.Deploy {
			value = "" // the default stays out of the address
		}
		b.Tabs = append(b.Tabs, tab{capital(c), q.with("category", value), c == b.Category, v.Progress.Category(c)})
	}
	chosen := q.clusters(v.Names, v.Unknown)
	b.Cluster = choose("cluster", "Cluster", "All clusters", chosen, named(v.Names))
	var statuses []string
	for _, st := range v.Query.Statuses {
		statuses = append(statuses, st.String())
	}
	b.Status = choose("status", "Status", "All statuses", statuses, statusOptions())
	b.Sort = choose("sort", "Sort customers", "By name", without([]string{v.Query.Sort}, []string{"", "name"}),
		[]option{{Value: "progress", Label: "By progress"}, {Value: "cluster", Label: "By cluster"}})
	b.Chosen = len(chosen) > 0
	b.Filtered = b.Chosen || len(statuses) > 0
	b.Clear = q.with("cluster", "", "status", "")
	b.Compact = pickOne(q, "density", densities) == "compact"
	b.Dense, b.Gone = q.with("density", "compact"), q.with("withdrawn", "yes")
	if b.Compact {
		b.Dense = q.with("density", "")
	}
	if b.Withdrawn {
		b.Gone = q.with("withdrawn", "")
	}
	for _, key := range []string{"category", "custom", "density", "withdrawn"} { // what the form does not ask for
		if value := q.filters.Get(key); value != "" {
			b.Keep = append(b.Keep, option{Value: value, Label: key})
		}
	}
	b.Grids = grids(q, v.Matrix)
	for _, g := range b.Grids {
		b.Cells += len(g.Rows) * len(g.Customers)
	}
	title := v.Release.Label()
	if title != v.Release.Name {
		title += " " + v.Release.Name
	}
	return frame{Title: title, Note: share(v.Progress.Percent), Body: b}
}

// share is how much is done, for a title; "" when there is nothing to do.
func share(p core.Percent) string {
	if p < 0 {
		return ""
	}
	return p.String()
}

// grids decides which clusters stand in the page opened: the first whatever its size, so that a cluster asked for alone
// is always there, and more while there is room.
func grids(q *request, v *core.Matrix) []grid {
	out := make([]grid, len(v.Clusters))
	whole, total, most := 0, 0, maxInline
	for _, c := range v.Clusters {
		whole += len(c.Rows) * len(c.Customers)
	}
	if whole > maxInline {
		most = maxInline / 2
	}
	for i, c := range v.Clusters {
		total += len(c.Rows) * len(c.Customers)
		inline := i == 0 || total <= most
		out[i] = grid{
			MatrixCluster: c, Release: v.Release.ID, Category: v.Query.Category, Counts: c.Progress.Category(v.Query.Category),
			Inline: inline, Only: q.with("cluster", c.Cluster.Name),
			Load:   address(fmt.Sprintf("/releases/%d/clusters/%d/grid", v.Release.ID, c.Cluster.ID), q.filters, "cluster", ""),
			Unfold: address(fmt.Sprintf("/releases/%d", v.Release.ID), q.filters, "custom", "all"),
		}
	}
	return out
}

// showGrid answers with one cluster's table alone, for the script to put into a page.
func (s *Site) showGrid() http.HandlerFunc {
	return s.answer(htmlType, func(q *request) ([]byte, error) {
		m := matrixQuery(q)
		m.Clusters = []string{q.ref("cluster")}
		v, err := s.cfg.Views.Matrix(q.ctx, q.actor, m)
		if err != nil {
			return nil, err
		}
		if len(v.Unknown) > 0 || len(v.Clusters) != 1 {
			return nil, &core.Error{Code: core.NotFound, Msg: "This release has no such cluster", Hint: "Reload the page."}
		}
		return s.layouts.render("matrix", "grid", grids(q, v)[0])
	})
}
