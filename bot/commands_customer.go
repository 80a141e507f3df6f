package bot

import (
	"strconv"

	"rollcall/bot/blocks"
	"rollcall/core"
)

func customerCommands() []*Command {
	name := Arg{Name: "name", Kind: Words, Help: "its display name", Example: "Customer A", Max: 80}
	namespace := Arg{Name: "namespace", Also: []string{"ns"}, Kind: Words, Example: "cust-a-prod", Max: 63, Live: true,
		Help: "its Kubernetes namespace: lower-case letters, digits and -"}
	added := name
	added.Place, added.Required = true, true
	return []*Command{
		{Noun: "customer", Verb: "list", Aliases: []string{"ls"}, Summary: "Customers with cluster and namespace",
			Args: []Arg{
				{Name: "cluster", Also: []string{"clusters"}, Kind: Clusters, Help: "only these, separated by commas"},
				{Name: "sort", Kind: OneOf, Choices: []string{"name", "cluster", "progress"}, Help: "the order"},
				archivedArg, pageArg, viewArg},
			Examples: []string{"customer list", "customer list cluster=prod-us,prod-eu sort=progress"},
			Show: func(c *call) (blocks.Message, error) {
				q := core.CustomersQuery{Clusters: c.in.List("cluster"), Sort: c.in.Str("sort"), Archived: c.in.Yes("archived")}
				var v *core.CustomerList
				err := c.onClusters(q.Clusters, func(names []string) (unknown []string, err error) {
					q.Clusters = names
					if v, err = c.bot.core.Customers(c.ctx, c.actor, q); err != nil {
						return nil, err
					}
					return v.Unknown, nil
				})
				return draw(err, func() blocks.Message { return blocks.Customers(*v, c.page(), c.env) })
			}},
		{Noun: "customer", Verb: "show", Aliases: []string{"view", "get"}, Summary: "One customer and its releases",
			Args: []Arg{customerArg}, Examples: []string{"customer show cust-a-prod"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.Customer(c.ctx, c.actor, c.in.Str("customer"))
				return draw(err, func() blocks.Message { return blocks.Customer(*v, c.env) })
			}},
		{Noun: "customer", Verb: "add", Aliases: []string{"create", "new"}, Summary: "Add a customer to a cluster",
			Args: []Arg{added, redrawing(named(help(clusterArg, "the cluster it lives on"))), required(namespace), describing, metaArg, enrollArg}, Arrange: onlyCluster,
			Examples: []string{`customer add "Customer A" cluster=prod-us namespace=cust-a-prod`},
			Op: func(in In) core.Operation {
				return core.AddCustomer{Name: in.Str("name"), Cluster: in.Str("cluster"), Namespace: in.Str("namespace"),
					Description: in.Str("description"), Metadata: in.Meta(), NoEnroll: in.Str("enroll") == "no"}
			}},
		{Noun: "customer", Verb: "edit", Aliases: []string{"update", "change", "set"}, Summary: "Change a customer",
			Args: []Arg{customerArg, stays(help(name, "its new name")), stays(namespace), describing, metaArg, revArg, needsArg, backArg}, Arrange: arrangeNeeds,
			Examples: []string{`customer edit cust-a-prod name="Customer A Ltd" meta.tier=gold`},
			Present: func(c *call) (map[string]string, error) {
				v, err := c.bot.core.Customer(c.ctx, c.actor, c.in.Str("customer"))
				if err != nil {
					return nil, err
				}
				return map[string]string{"name": v.Customer.Name, "namespace": v.Customer.Namespace,
					"description": string(v.Customer.Description), "meta": metaLines(v.Customer.Metadata), revArg.Name: v.Customer.Rev()}, nil
			},
			Op: func(in In) core.Operation {
				return core.EditCustomer{Customer: in.Str("customer"), Name: in.Ptr("name"), Namespace: in.Ptr("namespace"),
					Description: in.Ptr("description"), Metadata: in.Meta(), Rev: in.Str("rev")}
			}},
		{Noun: "customer", Verb: "move", Summary: "Move a customer to another cluster",
			Args:     []Arg{customerArg, redrawing(help(clusterArg, "where to")), enrollArg, confirmArg},
			Examples: []string{"customer move cust-a-prod prod-eu"},
			Op: func(in In) core.Operation {
				return core.MoveCustomer{Customer: in.Str("customer"), Cluster: in.Str("cluster"), NoEnroll: in.Str("enroll") == "no", Confirm: in.Yes("confirm")}
			}},
		{Noun: "customer", Verb: "import", Aliases: []string{"upload"}, Title: "Import customers", Summary: "Add and change customers from a CSV file",
			Args: []Arg{{Name: "file", Kind: Upload, Place: true, Required: true,
				Help: "a CSV file with the columns name, cluster, namespace, and if you like description and meta.KEY"}, revArg, confirmArg},
			Examples: []string{"customer import F012ABCDEF"},
			Op:       func(In) core.Operation { return core.Import{} },
			Build:    importCustomers},
		{Noun: "customer", Verb: "archive", Aliases: []string{"delete", "remove", "rm"}, Summary: "Take a customer out of use; its history stays",
			Args: []Arg{customerArg}, Examples: []string{"customer archive cust-a-prod"},
			Op: func(in In) core.Operation { return core.ArchiveCustomer{Customer: in.Str("customer")} }},
		{Noun: "customer", Verb: "restore", Aliases: []string{"unarchive"}, Summary: "Bring an archived customer back",
			Args: []Arg{customerArg, enrollArg}, Examples: []string{"customer restore cust-a-prod"},
			Op: func(in In) core.Operation {
				return core.RestoreCustomer{Customer: in.Str("customer"), NoEnroll: in.Str("enroll") == "no"}
			}},
	}
}

// onlyCluster chooses the cluster of a new customer while there is but one.
func onlyCluster(c *call, d *sketch) error {
	f := d.field("cluster")
	if f == nil || f.Value != "" || f.Kind != blocks.SelectField {
		return nil
	}
	if v, err := c.bot.core.Clusters(c.ctx, c.actor, false); err == nil && len(v.Clusters) == 1 {
		f.Value = strconv.FormatInt(v.Clusters[0].ID, 10)
		d.values[f.Name] = f.Value
	}
	return nil
}
