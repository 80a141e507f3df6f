package statuspage

import (
	"slices"

	"rollcall/core"
)

// dashboardView is the overview with what stands in somebody's way.
type dashboardView struct {
	*core.Dashboard
	Blocked []core.StepView `json:"-"`
}

func askDashboard(s *Site, q *request) (dashboardView, error) {
	d, err := s.cfg.Views.Dashboard(q.ctx, q.actor)
	if err != nil {
		return dashboardView{}, err
	}
	v := dashboardView{d, []core.StepView{}}
	if slices.ContainsFunc(d.ActiveReleases, func(r core.ReleaseView) bool { return r.Blocked > 0 }) {
		v.Blocked, err = s.blocked(q, "")
	}
	return v, err
}

// feedText is how much of a text the dashboard's feed shows, in characters: three lines on a phone.
const feedText = 160

func dressDashboard(_ *request, v dashboardView) frame {
	d := *v.Dashboard
	d.Activity = slices.Clone(d.Activity) // the view itself is the twin's
	for i := range d.Activity {
		e := &d.Activity[i]
		e.Text = short(e.Text, feedText)
		e.Changes = slices.Clone(e.Changes)
		for j := range e.Changes {
			e.Changes[j].Before, e.Changes[j].After = short(e.Changes[j].Before, feedText), short(e.Changes[j].After, feedText)
		}
	}
	v.Dashboard = &d
	return frame{Title: "Dashboard", Body: v}
}

// short cuts a text to n characters, the last one an ellipsis where something was cut.
func short(text core.Maybe, n int) core.Maybe {
	if r := []rune(text); len(r) > n {
		return core.Maybe(r[:n-1]) + "…"
	}
	return text
}

// clustersBody is the list of clusters.
type clustersBody struct {
	*core.ClusterList
	Archived bool
}

// customersBody is the customers in groups: one for each cluster, or a single one in another order.
type customersBody struct {
	*core.CustomerList
	Groups   []customerGroup
	Filter   choice
	Sort     choice
	Filtered bool
	Archived bool // shown too
	Clear    string
	Gone     string // this page with archived customers, or without
}

type customerGroup struct {
	Cluster   string // "" when the group is everybody
	ClusterID int64
	Customers []core.CustomerView
}

// choice is a select of a filter form.
type choice struct {
	Name, Label string
	Options     []option
}

type option struct {
	Value, Label string
	Selected     bool
}

// choose makes a select of known values, with the chosen ones on top as one entry when they are several.
func choose(name, label, all string, chosen []string, known []option) choice {
	c := choice{Name: name, Label: label, Options: []option{{"", all, len(chosen) == 0}}}
	if len(chosen) > 1 {
		c.Options = append(c.Options, option{join(chosen, ","), join(chosen, ", "), true})
	}
	for _, o := range known {
		o.Selected = len(chosen) == 1 && chosen[0] == o.Value
		c.Options = append(c.Options, o)
	}
	return c
}

// named are options whose values are their labels.
func named(values []string) []option {
	out := make([]option, len(values))
	for i, v := range values {
		out[i] = option{Value: v, Label: v}
	}
	return out
}

// words are options whose labels are the values with a capital letter.
func words[T ~string](values []T) []option {
	out := make([]option, len(values))
	for i, v := range values {
		out[i] = option{Value: string(v), Label: capital(v)}
	}
	return out
}

func join[T ~string](values []T, sep string) (out string) {
	for i, v := range values {
		if i > 0 {
			out += sep
		}
		out += string(v)
	}
	return out
}

func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

var customerSorts = []string{"cluster", "name", "progress"}

func askCustomers(s *Site, q *request) (*core.CustomerList, error) {
	v, err := s.cfg.Views.Customers(q.ctx, q.actor, core.CustomersQuery{
		Clusters: q.list("cluster"), Sort: pickOne(q, "sort", customerSorts), Archived: q.yes("archived"),
	})
	if err != nil {
		return nil, err
	}
	q.ignored("cluster", v.Unknown...)
	return v, nil
}

func dressCustomers(q *request, v *core.CustomerList) frame {
	b := customersBody{CustomerList: v, Clear: q.with("cluster", ""), Archived: v.Query.Archived, Gone: q.with("archived", "yes")}
	if b.Archived {
		b.Gone = q.with("archived", "")
	}
	chosen := q.clusters(v.Clusters, v.Unknown)
	b.Filtered = len(chosen) > 0
	b.Filter = choose("cluster", "Cluster", "All clusters", chosen, named(v.Clusters))
	by := v.Query.Sort
	b.Sort = choose("sort", "Sort", "By cluster", without([]string{by}, []string{"", "cluster"}),
		[]option{{Value: "name", Label: "By name"}, {Value: "progress", Label: "By progress"}})
	if by == "name" || by == "progress" {
		b.Groups = []customerGroup{{Customers: v.Customers}}
		return frame{Title: "Customers", Body: b}
	}
	for _, c := range v.Customers {
		if n := len(b.Groups); n == 0 || b.Groups[n-1].ClusterID != c.ClusterID {
			b.Groups = append(b.Groups, customerGroup{Cluster: c.ClusterName, ClusterID: c.ClusterID})
		}
		last := &b.Groups[len(b.Groups)-1]
		last.Customers = append(last.Customers, c)
	}
	return frame{Title: "Customers", Body: b}
}

func without(values, out []string) (left []string) {
	for _, v := range values {
		if !slices.Contains(out, v) {
			left = append(left, v)
		}
	}
	return left
}

// releasesBody is the list of releases.
type releasesBody struct {
	*core.ReleaseList
	Status, Type choice
	Filtered     bool
	Clear        string
}

func askReleases(s *Site, q *request) (*core.ReleaseList, error) {
	return s.cfg.Views.Releases(q.ctx, q.actor, core.ReleasesQuery{
		Statuses: pick(q, "status", core.ReleaseStatuses), Types: pick(q, "type", core.ReleaseTypes),
	})
}

func dressReleases(q *request, v *core.ReleaseList) frame {
	b := releasesBody{ReleaseList: v, Clear: q.URL.Path}
	silent := &request{filters: q.filters} // what was odd has been noted when asking
	statuses, types := pick(silent, "status", core.ReleaseStatuses), pick(silent, "type", core.ReleaseTypes)
	b.Status = choose("status", "Status", "All statuses", texts(statuses), words(core.ReleaseStatuses))
	b.Type = choose("type", "Type", "All types", texts(types), words(core.ReleaseTypes))
	b.Filtered = len(statuses)+len(types) > 0
	return frame{Title: "Releases", Body: b}
}

// activityBody is a page of the feed.
type activityBody struct {
	*core.ActivityFeed
	Older    string // "" at the end
	Filters  []filter
	Filtered bool
	Clear    string
}

// filter is a field of a filter form that takes any text.
type filter struct{ Name, Label, Value, Any string }

func askActivity(s *Site, q *request) (*core.ActivityFeed, error) {
	before, err := q.number("before")
	if err != nil {
		return nil, err
	}
	return s.cfg.Views.Activity(q.ctx, q.actor, core.ActivityQuery{
		Release: q.filters.Get("release"), Customer: q.filters.Get("customer"), Cluster: q.filters.Get("cluster"),
		Person: q.filters.Get("by"), Op: q.filters.Get("op"), Before: before,
	})
}

func dressActivity(q *request, v *core.ActivityFeed) frame {
	b := activityBody{ActivityFeed: v, Clear: q.URL.Path, Filters: []filter{
		{"release", "Release", v.Query.Release, "Any release"}, {"customer", "Customer", v.Query.Customer, "Any customer"},
		{"cluster", "Cluster", v.Query.Cluster, "Any cluster"}, {"op", "What", v.Query.Op, "step, step.done …"},
	}}
	if q.actor.Link() == 0 { // who did it is not told outside
		b.Filters = append(b.Filters, filter{"by", "By", v.Query.Person, "Anybody"})
	}
	b.Filtered = slices.ContainsFunc(b.Filters, func(f filter) bool { return f.Value != "" })
	if v.Next > 0 {
		b.Older = q.with("before", decimal(int64(v.Next)))
	}
	return frame{Title: "Activity", Body: b}
}
