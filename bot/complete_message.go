package bot

import (
	"context"
	"strings"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// suggestInMessage answers the selects of messages, whose blocks say what they ask for: the steps of the customers on a
// cluster, the customers of a release, or one command for each cluster.
func (b *Bot) suggestInMessage(ctx context.Context, q Query) []blocks.Option {
	actor := core.Person(q.User, core.ViaButton)
	var out []blocks.Option
	var err error
	if line, ok := blocks.ClustersOf(q.Block); ok {
		out, err = b.clusterChoices(ctx, actor, line, q.Text)
	} else if release, cluster, category, ok := blocks.CellsOf(q.Block); ok {
		out, err = b.cells(ctx, actor, release, cluster, category, q.Text)
	} else if release, ok := blocks.AskedOf(q.Block); ok {
		var v *core.FoundCustomers
		if v, err = b.core.FindCustomers(ctx, actor, core.CustomerSearch{Text: straight(q.Text), Release: release}); err == nil {
			for _, c := range v.Customers {
				out = append(out, blocks.CustomerOption(c.ID, c.Name, c.ClusterName, c.Namespace))
			}
		}
	}
	if err != nil {
		b.cfg.Log.Info("no options", "block", q.Block, "code", core.ErrorCode(err))
	}
	return out
}

// clusterChoices is a command for each cluster whose name holds a text.
func (b *Bot) clusterChoices(ctx context.Context, actor core.Actor, line, text string) ([]blocks.Option, error) {
	v, err := b.core.Clusters(ctx, actor, false)
	if err != nil {
		return nil, err
	}
	var names []string
	for i := range v.Clusters {
		names = append(names, v.Clusters[i].Name)
	}
	return matching(blocks.ClusterChoices(line, names), text), nil
}

// cells finds the steps of a cluster's customers of which every word that was typed stands in the customer's or the
// step's name, customers' own steps among them.
func (b *Bot) cells(ctx context.Context, actor core.Actor, release, cluster string, category core.Category, text string) ([]blocks.Option, error) {
	const most = 100
	v, err := b.core.Matrix(ctx, actor, core.MatrixQuery{Release: release, Clusters: []string{cluster}, Category: category})
	if err != nil || len(v.Clusters) != 1 || len(v.Unknown) > 0 {
		return nil, err
	}
	words := strings.Fields(strings.ToLower(straight(text)))
	holds := func(text string) (found uint64) {
		for i, w := range words[:min(len(words), 63)] {
			if strings.Contains(strings.ToLower(text), w) {
				found |= 1 << i
			}
		}
		return found
	}
	every := uint64(1)<<min(len(words), 63) - 1
	in := &v.Clusters[0]
	inStep := make([]uint64, len(in.Rows))
	for i := range in.Rows {
		inStep[i] = holds(in.Rows[i].ShortID + " " + in.Rows[i].Name)
	}
	var out []blocks.Option
	for j := range in.Customers {
		c := &in.Customers[j]
		inCustomer := holds(c.Name + " " + c.Namespace)
		for i := range in.Rows {
			row, cell := &in.Rows[i], in.Cells.Row(i)[j]
			if !cell.Applies() || (inCustomer|inStep[i])&every != every {
				continue
			}
			if len(out) == most {
				return out, nil
			}
			out = append(out, blocks.CellOption(release, c, row, cell))
		}
	}
	return out, nil
}
