package bot

import (
	"fmt"
	"strings"

	"rollcall/bot/blocks"
	"rollcall/core"
)

func stepCommands() []*Command {
	target := []Arg{releaseArg, customerArg, stepArg}
	takeover := Arg{Name: "takeover", Kind: YesNo, Help: "yes goes on although it is blocked or somebody else's"}
	buttons := []Arg{revArg, viewArg, pageArg, askArg}
	return []*Command{
		{Noun: "step", Verb: "list", Aliases: []string{"ls"}, Summary: "One customer's steps in a release",
			Args: []Arg{releaseArg, customerArg, pageArg, viewArg}, Examples: []string{"step list v2.5.0 cust-a-prod"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.CustomerSteps(c.ctx, c.actor, c.in.Str("release"), c.in.Str("customer"))
				return draw(err, func() blocks.Message { return blocks.Steps(*v, c.page(), c.env) })
			}},
		{Noun: "step", Verb: "show", Aliases: []string{"view", "get"}, Summary: "Everything about one customer's step",
			Args: target, Examples: []string{"step show v2.5.0 cust-a-prod D1"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.Step(c.ctx, c.actor, c.stepQuery())
				return draw(err, func() blocks.Message { c.sendContent(*v, false); return blocks.Card(*v, c.env) })
			}},
		{Noun: "step", Verb: "original", Summary: "What the template says of an overridden step",
			Args: target, Examples: []string{"step original v2.5.0 cust-a-prod D1"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.Step(c.ctx, c.actor, c.stepQuery())
				return draw(err, func() blocks.Message { return blocks.Original(*v, c.env) })
			}},
		{Noun: "step", Verb: "file", Aliases: []string{"download"}, Summary: "A step's content as a file, to you alone",
			Args: target, Examples: []string{"step file v2.5.0 cust-a-prod D1"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.Step(c.ctx, c.actor, c.stepQuery())
				return draw(err, func() blocks.Message {
					c.sendContent(*v, true)
					return blocks.Say("📎 " + blocks.Escape(v.FileName) + " is on its way to your conversation with Rollcall.")
				})
			}},
		{Noun: "step", Verb: "done", Title: "Mark step done", Aliases: []string{"complete"}, Summary: "Mark a step done", Alone: true, Consent: "takeover", Arrange: arrangeDone, Remark: stillOpen,
			Args:     append(append(target[:3:3], noteArg, Arg{Name: "force", Kind: Prose, Help: "why to go on with missing values"}, takeover), buttons...),
			Examples: []string{`step done v2.5.0 cust-a-prod D1 note="build 812"`, "done cust-a-prod D1"},
			Op: func(in In) core.Operation {
				return core.MarkDone{Target: stepTarget(in), Note: in.Str("note"), Force: in.Str("force"), Takeover: in.Yes("takeover"), Rev: in.Str("rev")}
			}},
		{Noun: "step", Verb: "skip", Summary: "Skip a step, with a reason", Alone: true, Consent: "takeover",
			Args: append(append(target[:3:3], Arg{Name: "reason", Kind: Prose, Rest: true, Required: true, Help: "why it is not needed",
				Example: "not on this plan"}, takeover), buttons...),
			Examples: []string{`step skip v2.5.0 cust-a-prod D2 reason="not on this plan"`},
			Op: func(in In) core.Operation {
				return core.SkipStep{Target: stepTarget(in), Reason: in.Str("reason"), Takeover: in.Yes("takeover"), Rev: in.Str("rev")}
			}},
		{Noun: "step", Verb: "revert", Summary: "Mark a done step reverted", Alone: true,
			Args: append(append(target[:3:3], noteArg), buttons...), Examples: []string{"step revert v2.5.0 cust-a-prod D1"},
			Op: func(in In) core.Operation {
				return core.RevertStep{Target: stepTarget(in), Note: in.Str("note"), Rev: in.Str("rev")}
			}},
		{Noun: "step", Verb: "reopen", Summary: "Make a skipped or reverted step pending again", Alone: true,
			Args: append(target[:3:3], buttons...), Examples: []string{"step reopen v2.5.0 cust-a-prod D2"},
			Op: func(in In) core.Operation { return core.ReopenStep{Target: stepTarget(in), Rev: in.Str("rev")} }},
		{Noun: "step", Verb: "note", Summary: "Add a note to a step", Alone: true,
			Args:     append(append(target[:3:3], required(noteArg)), buttons...),
			Examples: []string{`step note v2.5.0 cust-a-prod D1 note="waiting for the DBA"`},
			Op:       func(in In) core.Operation { return core.AddNote{Target: stepTarget(in), Text: in.Str("note")} }},
		{Noun: "step", Verb: "start", Aliases: []string{"claim"}, Summary: "Say that you are working on a step", Alone: true, Consent: "takeover",
			Args: append(append(target[:3:3], takeover), buttons...), Examples: []string{"step start v2.5.0 cust-a-prod D1"},
			Op: func(in In) core.Operation {
				return core.StartStep{Target: stepTarget(in), Takeover: in.Yes("takeover"), Rev: in.Str("rev")}
			}},
		{Noun: "step", Verb: "block", Summary: "Say what stands in a step's way", Alone: true,
			Args: append(append(target[:3:3], Arg{Name: "reason", Kind: Prose, Rest: true, Required: true, Help: "what stands in the way",
				Example: "waiting for the certificate"}, Arg{Name: "needs", Kind: Person, Help: "who must help"}), buttons...),
			Examples: []string{`step block v2.5.0 cust-a-prod D2 reason="no backup yet" needs=<@U012ABCDEF>`},
			Op: func(in In) core.Operation {
				return core.BlockStep{Target: stepTarget(in), Reason: in.Str("reason"), NeedsUser: in.Str("needs"), Rev: in.Str("rev")}
			}},
		{Noun: "step", Verb: "unblock", Summary: "Say that the way is free again", Alone: true,
			Args: append(append(target[:3:3], noteArg), buttons...), Examples: []string{"step unblock v2.5.0 cust-a-prod D2"},
			Op: func(in In) core.Operation {
				return core.UnblockStep{Target: stepTarget(in), Note: in.Str("note"), Rev: in.Str("rev")}
			}},
		{Noun: "step", Verb: "history", Summary: "All that happened to one customer's step",
			Args: target, Examples: []string{"step history v2.5.0 cust-a-prod D1"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.Step(c.ctx, c.actor, c.stepQuery())
				return draw(err, func() blocks.Message { return blocks.History(*v, c.env) })
			}},
	}
}

// arrangeDone asks why to go on without a value only where one is missing, and says what is open before it.
func arrangeDone(c *call, d *sketch) error {
	given := d.given()
	v, err := c.bot.core.Step(c.ctx, c.actor, core.StepQuery{Release: given["release"], Customer: given["customer"], Step: given["step"]})
	if err != nil || given["step"] == "" {
		d.drop("force")
		return nil
	}
	for _, w := range stillOpen(c, core.Receipt{Release: v.Release.ID, Customer: v.Step.CustomerID, Step: v.Step.ShortID}) {
		d.form.Outcome = append(d.form.Outcome, "⚠️ "+blocks.Escape(w))
	}
	f := d.field("force")
	if f == nil || len(v.Step.Missing) == 0 {
		d.drop("force")
		return nil
	}
	f.Label, f.Hint, f.Optional = "Why it is fine without", "There is no value for {{"+strings.Join(v.Step.Missing, "}}, {{")+"}}. The history keeps this beside the step", false
	return nil
}

// stillOpen says which steps before this one are open: that is no reason not to go on, but nobody should miss it.
func stillOpen(c *call, r core.Receipt) []string {
	const most = 3
	v, err := c.bot.core.CustomerSteps(c.ctx, c.actor, core.ShortRelease(r.Release), fmt.Sprint(r.Customer))
	if err != nil {
		return nil
	}
	var open []string
	for _, s := range v.OpenBefore(r.Step) {
		open = append(open, s.ShortID+" "+s.Name)
	}
	switch left := len(open) - most; {
	case len(open) == 0:
		return nil
	case left > 0:
		return []string{fmt.Sprintf("Before it in the order, still open: %s and %d more.", strings.Join(open[:most], ", "), left)}
	}
	return []string{"Before it in the order, still open: " + strings.Join(open, ", ") + "."}
}

func stepTarget(in In) core.Target {
	return core.Target{Release: in.Str("release"), Customer: in.Str("customer"), Step: in.Str("step")}
}

func (c *call) stepQuery() core.StepQuery {
	return core.StepQuery{Release: c.in.Str("release"), Customer: c.in.Str("customer"), Step: c.in.Str("step")}
}
