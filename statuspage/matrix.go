package statuspage

import (
	"fmt"
	"net/http"
	"strings"

	"rollcall/core"
)

// maxInline is how many cells a page holds before the rest of its clusters are loaded one by one when they are
// opened: a browser takes seconds to lay out 50,000.
const maxInline = 10_000

// matrixBody is a release's matrix with the address of every other way to look at it.
type matrixBody struct {
	*core.Matrix
	Tabs     []tab
	Grids    []grid
	Cluster  choice
	Status   choice
	Sort     choice
	Category core.Category
	Chosen   bool // some clusters only: progress is of these
	Filtered bool
	Clear    string
}

type tab struct {
	Label, URL string
	Current    bool
	core.Counts
}

var matrixSorts = []string{"name", "progress", "cluster"}

func askMatrix(s *Site, q *request) (*core.Matrix, error) {
	return s.cfg.Views.Matrix(q.ctx, q.actor, matrixQuery(q))
}

// matrixQuery reads the filters of a matrix. The page shows deploy steps unless asked for others.
func matrixQuery(q *request) core.MatrixQuery {
	m := core.MatrixQuery{
		Release: q.id("id"), Category: pickOne(q, "category", core.Categories), Clusters: q.list("cluster"),
		Sort: pickOne(q, "sort", matrixSorts), AllCustom: q.yes("custom"),
	}
	if m.Category == "" {
		m.Category = core.Deploy
	}
	for _, v := range q.list("status") {
		var st core.Status
		if err := st.UnmarshalText([]byte(strings.ToLower(v))); err != nil {
			q.ignored("status", v)
			continue
		}
		m.Statuses = append(m.Statuses, st)
	}
	return m
}

func dressMatrix(q *request, v *core.Matrix) frame {
	for _, name := range v.Unknown {
		q.ignored("cluster", name)
	}
	b := matrixBody{Matrix: v, Category: v.Query.Category}
	for _, c := range core.Categories {
		value := string(c)
		if c == core.Deploy {
			value = "" // the default stays out of the address
		}
		b.Tabs = append(b.Tabs, tab{capital(c), q.with("category", value), c == b.Category, v.Progress.Category(c)})
	}
	chosen := without(q.list("cluster"), v.Unknown)
	b.Cluster = choose("cluster", "Cluster", "All clusters", chosen, named(v.Names))
	var statuses, known []string
	for _, st := range v.Query.Statuses {
		statuses = append(statuses, st.String())
	}
	for _, st := range core.Statuses {
		known = append(known, st.String())
	}
	b.Status = choose("status", "Status", "All statuses", statuses, words(known))
	b.Sort = choose("sort", "Sort customers by", "Name", without([]string{v.Query.Sort}, []string{"", "name"}),
		[]option{{Value: "progress", Label: "Progress"}, {Value: "cluster", Label: "Cluster"}})
	b.Chosen = len(chosen) > 0
	b.Filtered = b.Chosen || len(statuses) > 0
	b.Clear = q.with("cluster", "", "status", "")
	b.Grids = grids(q, v)
	title := v.Release.Label()
	if title != v.Release.Name {
		title += " " + v.Release.Name
	}
	return frame{Title: title, Note: v.Progress.Percent.String(), Body: b}
}

// grids decides which clusters stand in the page opened: the first whatever its size, so that a cluster asked for alone
// is always there, and more while there is room.
func grids(q *request, v *core.Matrix) []grid {
	out := make([]grid, len(v.Clusters))
	total := 0
	for i, c := range v.Clusters {
		total += len(c.Rows) * len(c.Customers)
		inline := i == 0 || total <= maxInline
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
		m.Clusters = []string{q.id("cluster")}
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
