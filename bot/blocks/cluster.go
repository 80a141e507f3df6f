package blocks

import (
	"fmt"
	"strings"

	"rollcall/core"
)

const perList = 20

// Clusters lists clusters with their customers; archived says whether the list holds the archived ones too.
func Clusters(v core.ClusterList, archived bool, page int, env Env) Message {
	s := env.sheet()
	s.reserve = 2
	s.header("Clusters")
	if len(v.Clusters) == 0 {
		s.invite("There is no cluster yet.", "cluster.add", "A cluster hosts customers, so it comes first: "+
			env.typed("cluster add prod-us kubeconfig=~/.kube/prod-us-config"))
	}
	part, at, pages := pageOf(v.Clusters, page, perList)
	for i := range part {
		s.row(clusterLine(&part[i]), press("Open", "cluster.show", part[i].ID).says("Open "+part[i].Name))
	}
	s.reserve = 0
	var asked []any
	more := press("Show archived", "cluster.list", "archived=yes", "view=here")
	if archived {
		asked, more = append(asked, "archived=yes"), Button{}
	}
	s.actions(append(pager("cluster.list", at, pages, asked...),
		press("Add cluster", "cluster.add"), more, env.open("Open page ↗", "/clusters"))...)
	return s.message()
}

func clusterLine(c *core.ClusterView) string {
	text := "🟢 " + bold(c.Name)
	if !c.IsActive {
		text = "📦 " + bold(c.Name) + " (archived)"
	}
	text += " · " + plural(c.CustomerCount, "customer")
	if c.KubeconfigPath != "" {
		text += "\nPath: " + code(string(c.KubeconfigPath))
	}
	if meta := metadata(c.Metadata); meta != "" {
		text += "\n" + meta
	}
	if len(c.Customers) > 0 {
		text += "\nCustomers: " + names(c.Customers, 12)
	}
	return text
}

// names joins names, at most n of them.
func names(list []string, n int) string {
	var out []string
	for _, name := range list[:min(n, len(list))] {
		out = append(out, Escape(name))
	}
	text := strings.Join(out, ", ")
	if left := len(list) - n; left > 0 {
		text += fmt.Sprintf(" …and %s more", thousands(left))
	}
	return text
}

// Cluster shows one cluster and the customers in it.
func Cluster(v core.ClusterDetail, page int, env Env) Message {
	c := &v.Cluster
	s := env.sheet()
	s.reserve = 3
	s.header("Cluster " + c.Name)
	s.line(clusterFacts(c))
	if c.Description != "" {
		s.words("Description", string(c.Description))
	}
	if len(v.Customers) == 0 {
		s.line("No customers here yet.")
	}
	part, at, pages := pageOf(v.Customers, page, perList)
	for i := range part {
		s.row(customerLine(&part[i]), press("Open", "customer.show", part[i].ID).says("Open "+part[i].Name))
	}
	s.reserve = 0
	buttons := append(pager("cluster.show", at, pages, c.ID), press("Add customer", "customer.add", fmt.Sprintf("cluster=%d", c.ID)),
		press("Edit", "cluster.edit", c.ID))
	if c.IsActive {
		buttons = append(buttons, press("Archive", "cluster.archive", c.ID))
	} else {
		buttons = append(buttons, press("Restore", "cluster.restore", c.ID))
	}
	s.actions(append(buttons, env.open("Open page ↗", fmt.Sprintf("/clusters/%d", c.ID)))...)
	return s.message()
}

func clusterFacts(c *core.ClusterView) string {
	facts := []string{"🟢 active", plural(c.CustomerCount, "customer"), fmt.Sprintf("id %d", c.ID)}
	if !c.IsActive {
		facts[0] = "📦 archived"
	}
	if c.KubeconfigPath != "" {
		facts = append(facts, "kubeconfig "+code(string(c.KubeconfigPath)))
	}
	text := strings.Join(facts, " · ")
	if meta := metadata(c.Metadata); meta != "" {
		text += "\n" + meta
	}
	for _, r := range c.Releases {
		text += "\n" + shareLine(r)
	}
	return text
}

// pager is the buttons to the neighbouring pages of a list.
func pager(action string, at, pages int, args ...any) []Button {
	var out []Button
	if at > 1 {
		out = append(out, press("◀ Page "+fmt.Sprint(at-1), action, append(args[:len(args):len(args)], fmt.Sprintf("page=%d", at-1), "view=here")...))
	}
	if at < pages {
		out = append(out, press(fmt.Sprintf("Page %d of %d ▶", at+1, pages), action, append(args[:len(args):len(args)], fmt.Sprintf("page=%d", at+1), "view=here")...))
	}
	return out
}
