package bot

import (
	"rollcall/bot/blocks"
	"rollcall/core"
)

// bulkCommands change many steps at once. They show first exactly what would change; Confirm runs that list.
func bulkCommands() []*Command {
	args := []Arg{releaseArg,
		{Name: "target", Kind: CustomerOrStep, Place: true, Required: true, Settled: true, Help: "a customer, or a step by short id or name", Example: "cust-a-prod"},
		{Name: "scope", Also: []string{"category"}, Kind: OneOf, Place: true, Choices: []string{"deploy", "verify", "all"}, Live: true,
			Help: "of a customer: deploy or verify steps; of a step: all customers"},
		{Name: "clusters", Also: []string{"cluster"}, Kind: Clusters, Live: true, Help: "of a step: only the customers of these"},
		{Name: "customers", Also: []string{"customer"}, Kind: Customers, Live: true, Help: "of a step: only these customers"},
		confirmArg, askArg}
	reason := Arg{Name: "reason", Kind: Prose, Required: true, Help: "why they are not needed"}
	note := noteArg
	note.Rest = false
	return []*Command{
		{Noun: "bulk", Verb: "done", Summary: "Mark many steps done", Args: append(args[:len(args):len(args)], note),
			Examples: []string{"bulk done v2.5.0 cust-a-prod deploy", "bulk done v2.5.0 D2 cluster=prod-us", "bulk done v2.5.0 D2 all"},
			Title:    "Mark many done", Arrange: arrangeBulk, Rights: core.RunBulk{},
			Foretell: func(c *call, d *sketch) ([]string, error) { return c.foretellBulk(d, core.Done) },
			Show:     func(c *call) (blocks.Message, error) { return c.bulk(core.Done) }},
		{Noun: "bulk", Verb: "skip", Summary: "Skip many steps, with a reason", Args: append(args[:len(args):len(args)], reason),
			Examples: []string{`bulk skip v2.5.0 D2 cluster=prod-us reason="not on this plan"`},
			Title:    "Skip many", Arrange: arrangeBulk, Rights: core.RunBulk{},
			Foretell: func(c *call, d *sketch) ([]string, error) { return c.foretellBulk(d, core.Skipped) },
			Show:     func(c *call) (blocks.Message, error) { return c.bulk(core.Skipped) }},
		{Noun: "bulk", Verb: "run", Summary: "Do what a preview showed, within 30 minutes",
			Args:     []Arg{{Name: "plan", Kind: Words, Place: true, Required: true, Help: "the plan's id; the preview's button knows it"}},
			Examples: []string{"bulk run 9f31c02a"},
			Op:       func(in In) core.Operation { return core.RunBulk{Plan: in.Str("plan")} }},
	}
}

// arrangeBulk asks for the customers of a step, or for the category of a customer's steps, never for both.
func arrangeBulk(c *call, d *sketch) error {
	given := d.given()
	target, all := given["target"], given["scope"] == "all"
	if shortStep.MatchString(target) || all || given["clusters"]+given["customers"] != "" {
		if v, err := c.bot.core.Template(c.ctx, c.actor, given["release"], target); err == nil {
			d.form.Intro = append(d.form.Intro, blocks.TemplateStep(&v.Step))
		}
		d.drop("scope")
		for name, hint := range map[string]string{"clusters": "All customers on these", "customers": "These customers"} {
			if f := d.field(name); f != nil {
				f.Hint = hint
			}
		}
		if all { // everybody was said, and is not asked for again
			d.state.Fixed["scope"] = "all"
			d.drop("clusters")
			d.drop("customers")
		}
	} else {
		if about := c.about(map[string]string{"customer": target}); about != "" {
			d.form.Intro = append(d.form.Intro, about)
		}
		d.drop("clusters")
		d.drop("customers")
	}
	return nil
}

// bulkQuery is what a bulk is asked to change: with a category a customer's steps, with customers one step.
func bulkQuery(in In, to core.Status) core.BulkQuery {
	q := core.BulkQuery{Release: in.Str("release"), To: to, Clusters: in.List("clusters"), Customers: in.List("customers")}
	if to == core.Skipped {
		q.Reason = in.Str("reason")
	} else {
		q.Note = in.Str("note")
	}
	scope := in.Str("scope")
	target := in.Str("target")
	switch ofStep := scope == "all" || len(q.Clusters)+len(q.Customers) > 0; {
	case scope == string(core.Deploy) || scope == string(core.Verify):
		q.Customer, q.Category = target, core.Category(scope)
	case ofStep || shortStep.MatchString(target):
		q.Step, q.All = target, scope == "all"
	default:
		q.Customer = target
	}
	return q
}

// foretellBulk says how many steps a bulk would change, and some of them. The preview before it runs names all.
func (c *call) foretellBulk(d *sketch, to core.Status) ([]string, error) {
	in, err := c.read(d.state, d.values, nil)
	if err != nil {
		return nil, err
	}
	q := bulkQuery(in, to)
	if in.Str("target") == "" || q.Step != "" && len(q.Clusters)+len(q.Customers) == 0 && !q.All {
		return nil, nil
	}
	if q.To == core.Skipped && q.Reason == "" {
		q.Reason = toBeSaid
	}
	plan, err := c.bot.core.LookAtBulk(c.ctx, c.actor, q)
	if e := core.AsError(err); e != nil && e.Code == core.Invalid && d.values[e.Field] == "" {
		return nil, nil // it is asked for
	}
	if err != nil {
		return []string{blocks.Foretold(core.AsError(err))}, nil
	}
	d.mark = plan.State
	return blocks.BulkText(*plan), nil
}

// bulk plans a bulk and shows the plan, or runs it at once where that was asked for.
func (c *call) bulk(to core.Status) (blocks.Message, error) {
	q := bulkQuery(c.in, to)
	if q.Step != "" && len(q.Clusters)+len(q.Customers) == 0 && !q.All {
		return blocks.Message{}, bad("customers", "Which customers?")
	}
	plan, err := c.bot.core.PlanBulk(c.ctx, c.actor, q)
	if err != nil {
		return blocks.Message{}, err
	}
	seen := c.form != nil && c.form.Seen == shownDigest(blocks.BulkText(*plan), plan.State) && len(plan.Change) > 0
	if !c.in.Yes("confirm") && !seen {
		c.file = blocks.BulkFile(*plan)
		return blocks.Bulk(*plan, c.env), nil
	}
	receipt, err := c.bot.core.Do(c.ctx, c.actor, c.key(), core.RunBulk{Plan: plan.ID})
	if err != nil {
		return blocks.Message{}, err
	}
	return blocks.Receipt(receipt, nil, nil, further(receipt)...), nil
}
