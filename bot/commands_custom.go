package bot

import (
	"fmt"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// customCommands make one customer's steps different from everybody's.
func customCommands() []*Command {
	name := Arg{Name: "name", Kind: Words, Help: "what the step is called", Example: "Warm the cache", Label: "Step name", Max: 80}
	category := Arg{Name: "category", Kind: OneOf, Choices: choicesOf(core.Categories), Required: true, Help: "fixed once it is added", Live: true}
	kind := Arg{Name: "type", Kind: OneOf, Choices: choicesOf(core.StepTypes), Help: "the language of its content"}
	content := Arg{Name: "content", Kind: Script, Help: "what is to be run or done; {{customer.name}} and the like are filled in"}
	place := Arg{Name: "position", Label: "Insert position", Kind: Position, Example: "before D2", Preset: atTheEnd,
		Help: `"before D2", "after D2", "first" or "last"; last when left out`}
	added := name
	added.Place, added.Required = true, true
	moved := place
	moved.Place, moved.Rest, moved.Required, moved.Help, moved.Preset = true, true, true, `"before D4", "after D4", "first" or "last"`, ""
	everyone := Arg{Name: "to_template", Kind: YesNo, Asked: true, Live: true, Label: "Add to template", Help: "apply to all customers"}
	target := []Arg{releaseArg, customerArg, stepArg}
	buttons := []Arg{revArg, viewArg, pageArg}
	return []*Command{
		{Noun: "step", Verb: "override", Title: "Override content", Arrange: showOriginal, Summary: "Give one customer's step its own content",
			Args:     append(append(target[:3:3], required(content)), buttons...),
			Examples: []string{`step override v2.5.0 cust-a-prod D2 content="ALTER TABLE users ADD COLUMN y int;"`},
			Present:  presentStep, Check: checkContent,
			Op: func(in In) core.Operation {
				return core.OverrideStep{Target: stepTarget(in), Content: in.Str("content"), Rev: in.Str("rev")}
			}},
		{Noun: "step", Verb: "reset", Summary: "Put an overridden step back to its template",
			Args: append(target[:3:3], buttons...), Examples: []string{"step reset v2.5.0 cust-a-prod D2"},
			Op: func(in In) core.Operation { return core.ResetStep{Target: stepTarget(in), Rev: in.Str("rev")} }},
		{Noun: "step", Verb: "add", Title: "Add custom step", Arrange: arrangeCustom, Foretell: foretellCustom, Aliases: []string{"create", "new"}, Summary: "Add a step for one customer",
			Args:     []Arg{releaseArg, customerArg, added, category, required(kind), required(content), describing, place, everyone},
			Examples: []string{`step add v2.5.0 cust-a-prod "Warm the cache" category=deploy type=bash content="curl -s app/warm" position="after D1"`},
			Check:    checkContent,
			Op: func(in In) core.Operation {
				before, after, end := position(in.Str("position"))
				return core.AddCustomStep{Release: in.Str("release"), Customer: in.Str("customer"), Name: in.Str("name"),
					Category: core.Category(in.Str("category")), Type: core.StepType(in.Str("type")), Content: in.Str("content"),
					Description: in.Str("description"), Before: before, After: after, End: end, ToTemplate: in.Yes("to_template")}
			}},
		{Noun: "step", Verb: "edit", Title: "Edit custom step", Aliases: []string{"update", "change", "set"}, Summary: "Change a customer's own step",
			Args:     append(append(target[:3:3], stays(help(name, "its new name")), stays(kind), content, describing), buttons...),
			Examples: []string{`step edit v2.5.0 cust-a-prod C1 name="Warm both caches"`},
			Present:  presentStep, Check: checkContent,
			Op: func(in In) core.Operation {
				op := core.EditCustomStep{Target: stepTarget(in), Name: in.Ptr("name"), Content: in.Ptr("content"), Description: in.Ptr("description"), Rev: in.Str("rev")}
				if in.Str("type") != "" {
					kind := core.StepType(in.Str("type"))
					op.Type = &kind
				}
				return op
			}},
		{Noun: "step", Verb: "move", Title: "Move custom step", Aliases: []string{"reorder"}, Summary: "Put a customer's own step somewhere else",
			Args: append(target[:3:3], moved), Examples: []string{"step move v2.5.0 cust-a-prod C1 after D2"},
			Op: func(in In) core.Operation {
				before, after, end := position(in.Str("position"))
				return core.MoveCustomStep{Target: stepTarget(in), Before: before, After: after, End: end}
			}},
		{Noun: "step", Verb: "remove", Aliases: []string{"delete", "rm"}, Summary: "Remove a customer's own step",
			Args: append(target[:3:3], buttons...), Examples: []string{"step remove v2.5.0 cust-a-prod C1"},
			Op: func(in In) core.Operation { return core.RemoveCustomStep{Target: stepTarget(in), Rev: in.Str("rev")} }},
		{Noun: "step", Verb: "across", Summary: "One step across all customers of a release",
			Args: []Arg{releaseArg, stepArg, pageArg, viewArg}, Examples: []string{"step across v2.5.0 D2"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.Across(c.ctx, c.actor, c.in.Str("release"), c.in.Str("step"))
				return draw(err, func() blocks.Message { return blocks.Across(*v, c.page(), c.env) })
			}},
	}
}

// arrangeCustom offers "Add to template" to those who may.
func arrangeCustom(c *call, d *sketch) error {
	if c.role() < (core.AddCustomStep{ToTemplate: true}).Needs() {
		d.drop("to_template")
	}
	return nil
}

// foretellCustom says who gets a new step: the customer alone, or with "Add to template" everybody.
func foretellCustom(c *call, d *sketch) ([]string, error) {
	given := d.given()
	v, err := c.bot.core.Release(c.ctx, c.actor, given["release"])
	if err != nil {
		return nil, err
	}
	switch {
	case given["to_template"] != "yes":
		return nil, nil
	case v.Status == core.Active:
		return []string{fmt.Sprintf("⚠️ *All %d customers* of %s get this step at once, and whoever joins later.", v.CustomerCount, blocks.Escape(v.Label()))}, nil
	}
	return []string{fmt.Sprintf("⚠️ *Every customer* gets this step when %s is activated.", blocks.Escape(v.Label()))}, nil
}

// showOriginal puts what the template says beside the content that is to replace it.
func showOriginal(c *call, d *sketch) error {
	given := d.given()
	v, err := c.bot.core.Step(c.ctx, c.actor, core.StepQuery{Release: given["release"], Customer: given["customer"], Step: given["step"]})
	if err != nil {
		return nil // the form still asks which step it is
	}
	if v.Original != nil {
		label := "The template says"
		if v.Original.MovedOn {
			label += ", changed since this was overridden"
		}
		d.form.Shown = append([]blocks.Excerpt{{Label: label, Text: v.Original.Content}}, d.form.Shown...)
		return nil
	}
	d.form.Shown = append([]blocks.Excerpt{{Label: "The template says, filled in for " + v.Step.CustomerName, Text: string(v.Step.Content)}}, d.form.Shown...)
	return nil
}

// presentStep is what a customer's step says now, placeholders unfilled, for the form that changes it.
func presentStep(c *call) (map[string]string, error) {
	v, err := c.bot.core.Step(c.ctx, c.actor, c.stepQuery())
	if err != nil {
		return nil, err
	}
	return map[string]string{"name": v.Step.Name, "type": string(v.Step.Type), "content": v.Step.Typed, "description": string(v.Step.Description), revArg.Name: v.Step.Rev}, nil
}
