package bot

import (
	"fmt"
	"strings"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// everydayCommands are those without a noun.
func everydayCommands() []*Command {
	return []*Command{
		{Verb: "menu", Aliases: []string{"home"}, Summary: "What is under way, and what you can do from here",
			Examples: []string{"menu"}, Show: showMenu},
		{Verb: "help", Aliases: []string{"?", "usage"}, Summary: "Explain the commands, or one of them",
			Args:     []Arg{{Name: "topic", Kind: Words, Place: true, Rest: true, Help: "a noun or a command"}},
			Examples: []string{"help", "help step", "help step skip"}, Show: showHelp},
		{Verb: "next", Summary: "The step you should take next",
			Args: []Arg{releaseArg, {Name: "by", Kind: OneOf, Choices: choicesOf(core.Paces),
				Help: "how you go on from now on: every step of a customer first, or a step at every customer"},
				{Name: "after", Kind: Words, Hidden: true}, viewArg},
			Examples: []string{"next", "next v2.5.0", "next by=customer"}, Show: showNext},
		{Verb: "todo", Summary: "Open steps by cluster and customer",
			Args:     []Arg{releaseArg, help(named(optional(customerArg)), "only this customer"), help(named(optional(clusterArg)), "only this cluster"), pageArg, viewArg},
			Examples: []string{"todo", "todo v2.5.0 cluster=prod-us"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.Todo(c.ctx, c.actor, core.TodoQuery{Release: c.in.Str("release"), Customer: c.in.Str("customer"), Cluster: c.in.Str("cluster"),
					From: (c.page() - 1) * blocks.TodoPage, Most: blocks.TodoPage})
				return draw(err, func() blocks.Message { return blocks.Todo(*v, c.page(), c.env, c.in.asked("customer", "cluster")...) })
			}},
		{Verb: "mine", Summary: "What you work on, and what is blocked until you help", Examples: []string{"mine"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.Mine(c.ctx, c.actor)
				return draw(err, func() blocks.Message { return blocks.Mine(*v) })
			}},
		{Verb: "blockers", Aliases: []string{"blocked"}, Summary: "What is blocked, in one release or all active ones",
			Args: []Arg{releaseArg, pageArg, viewArg}, Examples: []string{"blockers", "blockers v2.5.0"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.Blockers(c.ctx, c.actor, c.in.Str("release"))
				return draw(err, func() blocks.Message { return blocks.Blockers(*v, c.page(), c.in.Str("release") != "") })
			}},
		{Verb: "status", Summary: "How far the active releases are, or one release", Args: []Arg{releaseArg},
			Examples: []string{"status", "status v2.5.0"}, Show: showStatus},
		{Verb: "activity", Aliases: []string{"log", "feed"}, Summary: "What happened, newest first",
			Args: []Arg{help(named(releaseArg), "only this release"), help(named(optional(customerArg)), "only this customer"),
				help(named(optional(clusterArg)), "only this cluster"), {Name: "by", Kind: Person, Help: "only what this person did"},
				{Name: "op", Kind: Words, Help: "only this: step, skip, step.skip, release …", Example: "step.skip"}, {Name: "before", Kind: Count, Hidden: true}, viewArg},
			Examples: []string{"activity", "activity release=v2.5.0", "activity by=<@U012ABCDEF> op=step.skip"}, Show: showActivity},
		{Verb: "undo", Summary: "Take back what you did last, within 15 minutes",
			Args:     []Arg{{Name: "event", Kind: Count, Place: true, Help: "the number of the event; your newest when left out"}, viewArg},
			Examples: []string{"undo", "undo 812"},
			Op:       func(in In) core.Operation { return core.Undo{Event: number(in, "event")} }},
		{Verb: "whoami", Summary: "Who you are here and what you may do", Examples: []string{"whoami"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.WhoAmI(c.ctx, c.actor)
				return draw(err, func() blocks.Message { return blocks.WhoAmI(*v) })
			}},
		{Verb: "link", Summary: "A sign-in link to the status page, for you alone", Examples: []string{"link"}, Show: showLink},
	}
}

func showNext(c *call) (blocks.Message, error) {
	if by := c.in.Str("by"); by != "" {
		if err := c.bot.core.Prefer(c.ctx, c.actor, core.Preferences{Pace: core.Pace(by)}); err != nil {
			return blocks.Message{}, err
		}
	}
	v, err := c.next()
	return draw(err, func() blocks.Message {
		if v.Detail != nil {
			c.sendContent(*v.Detail, false)
		}
		return blocks.Next(*v, c.env)
	})
}

// next is the step to take next; behind the one that a button passes over, where it does.
func (c *call) next() (*core.NextStep, error) {
	release := c.in.Str("release")
	if customer, step, ok := strings.Cut(c.in.Str("after"), "/"); ok {
		v, err := c.bot.core.Later(c.ctx, c.actor, core.Target{Release: release, Customer: customer, Step: step})
		if core.ErrorCode(err) != core.Conflict && core.ErrorCode(err) != core.NotFound { // it may be gone meanwhile
			return v, err
		}
	}
	return c.bot.core.Next(c.ctx, c.actor, release)
}

// draw lays a view out once its error is out of the way.
func draw(err error, layout func() blocks.Message) (blocks.Message, error) {
	if err != nil {
		return blocks.Message{}, err
	}
	return layout(), nil
}

func showMenu(c *call) (blocks.Message, error) {
	who, err := c.bot.core.WhoAmI(c.ctx, c.actor)
	if err != nil {
		return blocks.Message{}, err
	}
	v, err := c.bot.core.Dashboard(c.ctx, c.actor)
	if err == nil && len(v.ActiveReleases) == 0 {
		home, err := c.bot.core.Home(c.ctx, c.actor)
		if err == nil && !home.Begun {
			return blocks.FirstMenu(*home, c.env), nil
		}
	}
	return draw(err, func() blocks.Message { return blocks.Menu(*v, who.Role, c.env) })
}

func showHelp(c *call) (blocks.Message, error) {
	line, err := Parse(c.in.Str("topic"))
	if err != nil {
		return blocks.Message{}, err
	}
	return *c.showHelp(line.Words).Message, nil
}

func showStatus(c *call) (blocks.Message, error) {
	if c.in.Str("release") == "" {
		v, err := c.bot.core.Dashboard(c.ctx, c.actor)
		return draw(err, func() blocks.Message { return blocks.Status(*v, c.env) })
	}
	v, err := c.bot.core.Release(c.ctx, c.actor, c.in.Str("release"))
	return draw(err, func() blocks.Message { return blocks.Release(*v, c.env) })
}

func showActivity(c *call) (blocks.Message, error) {
	const perPage = 20
	q := core.ActivityQuery{Release: c.in.Str("release"), Customer: c.in.Str("customer"), Cluster: c.in.Str("cluster"), Person: c.in.Str("by"), Op: c.in.Str("op"),
		Before: number(c.in, "before"), Limit: perPage}
	v, err := c.bot.core.Activity(c.ctx, c.actor, q)
	return draw(err, func() blocks.Message {
		var older blocks.Button
		if v.Next > 0 {
			line := c.in.with("before", fmt.Sprint(v.Next)).with("view", "here").Line()
			older = blocks.Button{Label: "Older", Action: "activity", Line: line}
		}
		return blocks.Activity(*v, older, c.env)
	})
}

func showLink(c *call) (blocks.Message, error) {
	if c.env.BaseURL == "" {
		return blocks.Say("There is no status page here: the program runs without one."), nil
	}
	token, until, err := c.bot.core.NewSignIn(c.ctx, c.actor)
	if err != nil {
		return blocks.Message{}, err
	}
	return blocks.SignIn(token, until, c.env), nil
}
