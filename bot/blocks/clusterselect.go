package blocks

import (
	"strings"

	"github.com/slack-go/slack"
)

// clusterBlock begins the id of a block whose select asks for clusters; behind it stands the command that the one
// chosen is for.
const clusterBlock = "clusters "

// ClustersOf is the command in the id of a block that asks for clusters; false for other blocks.
func ClustersOf(block string) (line string, ok bool) { return strings.CutPrefix(block, clusterBlock) }

// clusterSelect runs a command for the cluster that is chosen. More clusters than a list takes are searched for: then
// the block has an id that says for which command.
func clusterSelect(action, line string, names []string) (el slack.BlockElement, block string) {
	choices := ClusterChoices(line, names)
	if len(choices) <= maxOptions {
		list := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText("Cluster", maxPlaceholder), action)
		list.Options, _ = offered(choices)
		return list, ""
	}
	search := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plainText("Cluster: type its name", maxPlaceholder), action)
	search.MinQueryLength = new(int)
	return search, clusterBlock + line
}

// ClusterChoices is the command for each cluster, and for all of them.
func ClusterChoices(line string, names []string) []Option {
	out := []Option{{Value: line, Label: "All clusters"}}
	for _, name := range names {
		if one := line + " " + clusterWord([]string{name}); Fits(one) {
			out = append(out, Option{Value: one, Label: name})
		}
	}
	return out
}
