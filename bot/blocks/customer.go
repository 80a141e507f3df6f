package blocks

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/core"

	"github.com/slack-go/slack"
)

// Customers lists customers, by cluster unless another order was asked for.
func Customers(v core.CustomerList, page int, env Env) Message {
	s := env.sheet()
	s.reserve = 4
	s.header("Customers")
	if len(v.Query.Clusters) > 0 || v.Query.Sort != "" {
		s.small(fmt.Sprintf("%s of %s%s", thousands(len(v.Customers)), thousands(v.Total), customersAsked(v.Query)))
	}
	if v.Total == 0 {
		s.invite("There is no customer yet.", "customer.add", "Add one: "+env.typed(`customer add "Customer A" cluster=prod-us namespace=cust-a-prod`))
	} else if len(v.Customers) == 0 {
		s.line("No customer fits.")
	}
	grouped := v.Query.Sort != "progress" && v.Query.Sort != "name"
	cluster := ""
	part, at, pages := pageOf(v.Customers, page, 15)
	for i := range part {
		c := &part[i]
		if grouped && c.ClusterName != cluster {
			cluster = c.ClusterName
			s.line("📁 " + bold(cluster))
		}
		s.row(customerLine(c), press("Open", "customer.show", c.ID).says("Open "+c.Name))
	}
	s.reserve = 0
	var asked []any
	if len(v.Query.Clusters) > 0 {
		asked = append(asked, clusterWord(v.Query.Clusters))
	}
	if v.Query.Sort != "" {
		asked = append(asked, "sort="+v.Query.Sort)
	}
	more := press("Show archived", "customer.list", append(asked[:len(asked):len(asked)], "archived=yes", "view=here")...)
	if v.Query.Archived {
		asked, more = append(asked, "archived=yes"), Button{}
	}
	s.clusterFilter(&v)
	s.menu([]Button{press("Import customers", "customer.import"), more, env.open("Open page ↗", customersPath(&v))},
		append(pager("customer.list", at, pages, asked...), press("Add customer", "customer.add"))...)
	return s.message()
}

// customersPath is the page that lists the same customers.
func customersPath(v *core.CustomerList) string {
	filters := []string{"sort", v.Query.Sort}
	for _, c := range v.Query.Clusters {
		if !slices.Contains(v.Unknown, c) {
			filters = append(filters, "cluster", c)
		}
	}
	if v.Query.Archived {
		filters = append(filters, "archived", "yes")
	}
	return address("/customers", filters...)
}

// clusterFilter shows the customers of one cluster, or of all again.
func (s *sheet) clusterFilter(v *core.CustomerList) {
	if len(v.Clusters) < 2 {
		return
	}
	var kept []any
	if v.Query.Sort != "" {
		kept = append(kept, "sort="+v.Query.Sort)
	}
	if v.Query.Archived {
		kept = append(kept, "archived=yes")
	}
	kept = append(kept, "view=here")
	el, block := clusterSelect("customer.list:cluster", press("", "customer.list", kept...).Line, v.Clusters)
	s.add(0, "", slack.NewActionBlock(block, el))
}

// clusterWord is the field that names clusters, quoted: names hold spaces.
func clusterWord(names []string) string {
	return "cluster=" + Quote(strings.Join(names, ","))
}

func customersAsked(q core.CustomersQuery) string {
	text := ""
	if len(q.Clusters) > 0 {
		text += " · cluster " + names(q.Clusters, 10)
	}
	if q.Sort != "" {
		text += " · sorted by " + Escape(q.Sort)
	}
	return text
}

// customerLine names a customer with its place; cluster and namespace stand wherever a customer does.
func customerLine(c *core.CustomerView) string {
	text := bold(c.Name) + " · " + place(c.ClusterName, c.Namespace)
	if !c.IsActive {
		text += " · 📦 archived"
	}
	if c.Progress != nil && c.Progress.Total > 0 {
		text += "\n" + progress(c.Progress.Counts)
	}
	return text
}

// Customer shows one customer and its releases.
func Customer(v core.CustomerDetail, env Env) Message {
	c := &v.Customer
	s := env.sheet()
	s.reserve = 2
	s.header(c.Name)
	facts := []string{"cluster " + bold(c.ClusterName), "namespace " + code(c.Namespace), fmt.Sprintf("id %d", c.ID)}
	if !c.IsActive {
		facts = append(facts, "📦 archived")
	}
	text := strings.Join(facts, " · ")
	if meta := metadata(c.Metadata); meta != "" {
		text += "\n" + meta
	}
	s.line(text)
	if c.Description != "" {
		s.words("Description", string(c.Description))
	}
	if len(v.Releases) == 0 {
		s.line("In no release so far.")
	}
	shown := 0
	for _, r := range v.Releases {
		if s.row(shareLine(r), press("Steps", "step.list", r.ShortID, c.ID).says("Steps in "+r.Label())) {
			shown++
		}
	}
	s.reserve = 0
	path := fmt.Sprintf("/customers/%d", c.ID)
	if left := len(v.Releases) - shown; left > 0 {
		s.small("…and " + plural(left, "more release"))
	}
	state := press("Archive", "customer.archive", c.ID)
	if !c.IsActive {
		state = press("Restore", "customer.restore", c.ID)
	}
	s.actions(press("Edit", "customer.edit", c.ID), press("Move", "customer.move", c.ID), state, env.open("Open page ↗", path))
	return s.message()
}
