package bot

import (
	"rollcall/bot/blocks"
	"rollcall/core"
)

func clusterCommands() []*Command {
	name := Arg{Name: "name", Kind: Words, Help: "unique among active clusters", Example: "prod-us", Max: 80, Live: true}
	kubeconfig := Arg{Name: "kubeconfig", Label: "Kubeconfig path", Also: []string{"kubeconfig_path", "path"}, Kind: Words,
		Help: "path of its kubeconfig file", Example: "~/.kube/prod-us-config"}
	added := name
	added.Place, added.Required = true, true
	return []*Command{
		{Noun: "cluster", Verb: "list", Aliases: []string{"ls"}, Summary: "All clusters with their customers",
			Args: []Arg{archivedArg, pageArg, viewArg}, Examples: []string{"cluster list", "cluster list archived=yes"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.Clusters(c.ctx, c.actor, c.in.Yes("archived"))
				return draw(err, func() blocks.Message { return blocks.Clusters(*v, c.in.Yes("archived"), c.page(), c.env) })
			}},
		{Noun: "cluster", Verb: "show", Aliases: []string{"view", "get"}, Summary: "One cluster and the customers in it",
			Args: []Arg{clusterArg, pageArg, viewArg}, Examples: []string{"cluster show prod-us"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.Cluster(c.ctx, c.actor, c.in.Str("cluster"))
				return draw(err, func() blocks.Message { return blocks.Cluster(*v, c.page(), c.env) })
			}},
		{Noun: "cluster", Verb: "add", Aliases: []string{"create", "new"}, Summary: "Add a cluster",
			Args:     []Arg{added, kubeconfig, describing, metaArg},
			Examples: []string{`cluster add prod-us kubeconfig=~/.kube/prod-us-config description="US production" meta.region=us-east-1`},
			Op: func(in In) core.Operation {
				return core.AddCluster{Name: in.Str("name"), KubeconfigPath: in.Str("kubeconfig"), Description: in.Str("description"), Metadata: in.Meta()}
			}},
		{Noun: "cluster", Verb: "edit", Aliases: []string{"update", "change", "set"}, Summary: "Change a cluster",
			Args: []Arg{clusterArg, stays(help(name, "its new name")), kubeconfig, describing, metaArg, revArg, needsArg, backArg}, Arrange: arrangeNeeds,
			Examples: []string{`cluster edit prod-us description="US production" meta.region=us-east-2`},
			Present: func(c *call) (map[string]string, error) {
				v, err := c.bot.core.Cluster(c.ctx, c.actor, c.in.Str("cluster"))
				if err != nil {
					return nil, err
				}
				return map[string]string{"name": v.Cluster.Name, "kubeconfig": string(v.Cluster.KubeconfigPath),
					"description": string(v.Cluster.Description), "meta": metaLines(v.Cluster.Metadata), revArg.Name: v.Cluster.Rev()}, nil
			},
			Op: func(in In) core.Operation {
				return core.EditCluster{Cluster: in.Str("cluster"), Name: in.Ptr("name"), KubeconfigPath: in.Ptr("kubeconfig"),
					Description: in.Ptr("description"), Metadata: in.Meta(), Rev: in.Str("rev")}
			}},
		{Noun: "cluster", Verb: "archive", Aliases: []string{"delete", "remove", "rm"}, Summary: "Take a cluster without customers out of use",
			Args: []Arg{clusterArg}, Examples: []string{"cluster archive staging"},
			Op: func(in In) core.Operation { return core.ArchiveCluster{Cluster: in.Str("cluster")} }},
		{Noun: "cluster", Verb: "restore", Aliases: []string{"unarchive"}, Summary: "Bring an archived cluster back",
			Args: []Arg{clusterArg}, Examples: []string{"cluster restore staging"},
			Op: func(in In) core.Operation { return core.RestoreCluster{Cluster: in.Str("cluster")} }},
	}
}
