package bot

import (
	"context"
	"fmt"
	"strings"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// suggestCells answers the selects of messages, whose blocks say what they ask for: "cell R12 3 deploy", the steps
// of the customers on a cluster, and "open R12 D2", the customers of a release.
func (b *Bot) suggestCells(ctx context.Context, q Query) []blocks.Option {
	words := strings.Fields(q.Block)
	if len(words) < 3 {
		return nil
	}
	actor := core.Person(q.User, core.ViaButton)
	var out []blocks.Option
	var err error
	switch words[0] {
	case "cell":
		category := core.Category("")
		if len(words) > 3 {
			category = core.Category(words[3])
		}
		out, err = b.cells(ctx, actor, words[1], words[2], category, q.Text)
	case "open":
		var v *core.FoundCustomers
		if v, err = b.core.FindCustomers(ctx, actor, core.CustomerSearch{Text: straight(q.Text), Release: words[1]}); err == nil {
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

// cells finds the steps of a cluster's customers of which every word that was typed stands in the customer's or the
// step's name.
func (b *Bot) cells(ctx context.Context, actor core.Actor, release, cluster string, category core.Category, text string) ([]blocks.Option, error) {
	const most, everybody = 100, 1 << 20
	customers, err := b.core.FindCustomers(ctx, actor, core.CustomerSearch{Release: release, Clusters: []string{cluster}, Limit: everybody})
	if err != nil {
		return nil, err
	}
	steps, err := b.core.Templates(ctx, actor, release, false)
	if err != nil {
		return nil, err
	}
	words := strings.Fields(strings.ToLower(straight(text)))
	holds := func(text string) (found uint64) {
		for i, w := range words[:min(len(words), 64)] {
			if strings.Contains(strings.ToLower(text), w) {
				found |= 1 << i
			}
		}
		return found
	}
	every := uint64(1)<<min(len(words), 63) - 1
	all := append(steps.Deploy, steps.Verify...)
	inStep := make([]uint64, len(all))
	for i := range all {
		inStep[i] = holds(all[i].ShortID + " " + all[i].Name)
	}
	var out []blocks.Option
	for _, c := range customers.Customers {
		in := holds(c.Name + " " + c.Namespace)
		for i := range all {
			t := &all[i]
			if category != "" && t.Category != category || (in|inStep[i])&every != every {
				continue
			}
			if len(out) == most {
				return out, nil
			}
			out = append(out, blocks.CellOption(release, c.ID, c.Name+" · "+c.Namespace, t.ShortID,
				fmt.Sprintf("%s · %s %s", clipped(c.Name, 40), t.ShortID, clipped(t.Name, 25))))
		}
	}
	return out, nil
}
