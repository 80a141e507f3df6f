package statuspage

import (
	"slices"
	"strings"

	"rollcall/core"
)

// acrossBody is one step across customers, by cluster.
type acrossBody struct {
	*core.StepAcross
	Content  content
	Readable bool
	Groups   []acrossGroup
	Cluster  choice
	Status   choice
	All      int // customers before the filters
	Filtered bool
	Clear    string
}

type acrossGroup struct {
	Cluster string
	Steps   []core.StepView
}

// acrossView is core's view with the filters applied, and what can be filtered by.
type acrossView struct {
	*core.StepAcross
	clusters []string
	unknown  []string
	all      int
}

func askAcross(s *Site, q *request) (acrossView, error) {
	v, err := s.cfg.Views.Across(q.ctx, q.actor, q.ref("id"), q.id("step"))
	if err != nil {
		return acrossView{}, err
	}
	out := acrossView{StepAcross: v, all: len(v.Customers)}
	for _, c := range v.Customers {
		if !slices.Contains(out.clusters, c.ClusterName) {
			out.clusters = append(out.clusters, c.ClusterName)
		}
	}
	same := func(name string) func(string) bool { return func(c string) bool { return strings.EqualFold(c, name) } }
	var chosen []string
	for _, name := range core.NamesIn(q.list("cluster"), out.clusters) {
		if i := slices.IndexFunc(out.clusters, same(name)); i >= 0 {
			chosen = append(chosen, out.clusters[i])
		} else {
			out.unknown = append(out.unknown, name)
		}
	}
	q.ignored("cluster", out.unknown...)
	statuses := pickStatuses(q)
	v.Customers = slices.DeleteFunc(v.Customers, func(c core.StepView) bool {
		return len(chosen) > 0 && !slices.Contains(chosen, c.ClusterName) || len(statuses) > 0 && !slices.Contains(statuses, c.Status)
	})
	return out, nil
}

func dressAcross(q *request, v acrossView) (frame, error) {
	b := acrossBody{StepAcross: v.StepAcross, Readable: v.Step.Content != "", All: v.all, Clear: q.URL.Path}
	chosen := q.clusters(v.clusters, v.unknown)
	b.Cluster = choose("cluster", "Cluster", "All clusters", chosen, named(v.clusters))
	var statuses []string
	for _, st := range pickStatuses(&request{filters: q.filters}) { // what was odd has been noted when asking
		statuses = append(statuses, st.String())
	}
	b.Status = choose("status", "Status", "All statuses", statuses, statusOptions())
	b.Filtered = len(chosen)+len(statuses) > 0
	for _, c := range v.Customers {
		if n := len(b.Groups); n == 0 || b.Groups[n-1].Cluster != c.ClusterName {
			b.Groups = append(b.Groups, acrossGroup{Cluster: c.ClusterName})
		}
		last := &b.Groups[len(b.Groups)-1]
		last.Steps = append(last.Steps, c)
	}
	f := frame{Title: v.Step.Name + " · " + v.Release.Label(), Note: share(v.Progress.Percent), Body: &b}
	if !b.Readable {
		return f, nil
	}
	var err error
	b.Content, err = q.scribe.lay(q.ctx, v.Step.Type, string(v.Step.Content))
	return f, err
}
