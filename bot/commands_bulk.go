package bot

import (
	"rollcall/bot/blocks"
	"rollcall/core"
)

// bulkCommands change many steps at once. They show first exactly what would change; Confirm runs that list.
func bulkCommands() []*Command {
	args := []Arg{releaseArg,
		{Name: "target", Kind: Words, Place: true, Required: true, Help: "a customer, or a step by short id or name", Example: "cust-a-prod"},
		{Name: "what", Kind: OneOf, Place: true, Choices: []string{"deploy", "verify", "all"}, Help: "of a customer: deploy or verify steps; of a step: all customers"},
		{Name: "clusters", Also: []string{"cluster"}, Kind: Clusters, Help: "of a step: only the customers of these"},
		{Name: "customers", Also: []string{"customer"}, Kind: Customers, Help: "of a step: only these customers"},
		confirmArg}
	reason := Arg{Name: "reason", Kind: Prose, Required: true, Help: "why they are not needed"}
	note := noteArg
	note.Rest = false
	return []*Command{
		{Noun: "bulk", Verb: "done", Summary: "Mark many steps done", Args: append(args[:len(args):len(args)], note),
			Examples: []string{"bulk done v2.5.0 cust-a-prod deploy", "bulk done v2.5.0 D2 cluster=prod-us", "bulk done v2.5.0 D2 all"},
			Show:     func(c *call) (blocks.Message, error) { return c.bulk(core.Done) }},
		{Noun: "bulk", Verb: "skip", Summary: "Skip many steps, with a reason", Args: append(args[:len(args):len(args)], reason),
			Examples: []string{`bulk skip v2.5.0 D2 cluster=prod-us reason="not on this plan"`},
			Show:     func(c *call) (blocks.Message, error) { return c.bulk(core.Skipped) }},
		{Noun: "bulk", Verb: "run", Summary: "Do what a preview showed, within 30 minutes",
			Args:     []Arg{{Name: "plan", Kind: Words, Place: true, Required: true, Help: "the plan's id; the preview's button knows it"}},
			Examples: []string{"bulk run 9f31c02a"},
			Op:       func(in In) core.Operation { return core.RunBulk{Plan: in.Str("plan")} }},
	}
}

// bulk plans a bulk and shows the plan, or runs it at once where that was asked for.
func (c *call) bulk(to core.Status) (blocks.Message, error) {
	q := core.BulkQuery{Release: c.in.Str("release"), To: to, Clusters: c.in.List("clusters"), Customers: c.in.List("customers")}
	if to == core.Skipped {
		q.Reason = c.in.Str("reason")
	} else {
		q.Note = c.in.Str("note")
	}
	what := c.in.Str("what")
	target := c.in.Str("target")
	switch ofStep := what == "all" || len(q.Clusters)+len(q.Customers) > 0; {
	case what == string(core.Deploy) || what == string(core.Verify):
		q.Customer, q.Category = target, core.Category(what)
	case ofStep || shortStep.MatchString(target):
		q.Step, q.All = target, what == "all"
	default:
		q.Customer = target
	}
	plan, err := c.bot.core.PlanBulk(c.ctx, c.actor, q)
	if err != nil {
		return blocks.Message{}, err
	}
	if !c.in.Yes("confirm") {
		return blocks.Bulk(*plan, c.env), nil
	}
	receipt, err := c.bot.core.Do(c.ctx, c.actor, c.key(), core.RunBulk{Plan: plan.ID})
	if err != nil {
		return blocks.Message{}, err
	}
	return blocks.Receipt(receipt, nil, nil, further(receipt)...), nil
}
