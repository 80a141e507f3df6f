package bot

import (
	"strconv"
	"strings"

	"rollcall/bot/blocks"
	"rollcall/core"
)

func releaseCommands() []*Command {
	name := Arg{Name: "name", Kind: Words, Help: "unique among releases that are not archived", Example: "Spring release", Max: 80, Live: true}
	kind := Arg{Name: "type", Kind: OneOf, Choices: choicesOf(core.ReleaseTypes), Help: "what kind of release it is", Live: true}
	version := Arg{Name: "version", Also: []string{"version_number"}, Kind: Words, Help: "needed by the type release", Example: "v2.5.0", Max: 80}
	date := Arg{Name: "date", Also: []string{"release_date"}, Kind: Day, Help: "when it is planned", Example: "2026-12-01"}
	targets := []Arg{
		{Name: "targets", Label: "For", Kind: OneOf, Choices: []string{"all", "clusters", "customers"}, Help: "all active customers, unless others are named", Live: true},
		{Name: "clusters", Of: "targets", Kind: Clusters, Help: "only the customers of these, separated by commas", Live: true},
		{Name: "customers", Of: "targets", Kind: Customers, Help: "only these, separated by commas", Live: true}}
	channel := Arg{Name: "channel", Kind: Channel, Help: "where its board and milestones are posted", Example: "#releases"}
	added, addedKind, cloned := name, kind, name
	cloned.Place, cloned.Required, cloned.Help = true, true, "the new release's name"
	added.Place, added.Required, addedKind.Required = true, true, true
	fields := append([]Arg{version, date, describing}, append(targets, channel, metaArg)...)
	return []*Command{
		{Noun: "release", Verb: "list", Aliases: []string{"ls"}, Summary: "Releases with their status and progress",
			Args: []Arg{{Name: "status", Kind: OneOf, Choices: choicesOf(core.ReleaseStatuses), Help: "only these"},
				{Name: "type", Kind: OneOf, Choices: choicesOf(core.ReleaseTypes), Help: "only these"}, pageArg, viewArg},
			Examples: []string{"release list", "release list status=active type=hotfix"},
			Show: func(c *call) (blocks.Message, error) {
				q := core.ReleasesQuery{}
				for _, s := range c.in.List("status") {
					q.Statuses = append(q.Statuses, core.ReleaseStatus(s))
				}
				for _, t := range c.in.List("type") {
					q.Types = append(q.Types, core.ReleaseType(t))
				}
				v, err := c.bot.core.Releases(c.ctx, c.actor, q)
				return draw(err, func() blocks.Message { return blocks.Releases(*v, c.page(), c.env, c.in.asked("status", "type")...) })
			}},
		{Noun: "release", Verb: "show", Aliases: []string{"view", "get"}, Summary: "One release: progress and what can be done",
			Args: []Arg{releaseArg}, Examples: []string{"release show v2.5.0"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.Release(c.ctx, c.actor, c.in.Str("release"))
				return draw(err, func() blocks.Message { return blocks.Release(*v, c.env) })
			}},
		{Noun: "release", Verb: "add", Aliases: []string{"create", "new"}, Summary: "Add a release as a draft",
			Args: append([]Arg{added, addedKind}, fields...), Arrange: arrangeRelease,
			Examples: []string{`release add "Spring release" type=release version=v2.5.0 date=2026-12-01`},
			Op: func(in In) core.Operation {
				return core.AddRelease{Name: in.Str("name"), Type: core.ReleaseType(in.Str("type")), Version: in.Str("version"), Date: in.Str("date"),
					Description: in.Str("description"), Targets: targetNames(in), Channel: channelID(in.Str("channel")), Metadata: in.Meta()}
			}},
		{Noun: "release", Verb: "edit", Aliases: []string{"update", "change", "set"}, Summary: "Change a draft or active release",
			Args:     append([]Arg{theRelease, stays(help(name, "its new name")), stays(kind)}, append(fields, revArg, needsArg, backArg)...),
			Examples: []string{`release edit v2.5.0 date=2026-12-08 description="Moved by a week"`},
			Present:  presentRelease,
			Arrange: func(c *call, d *sketch) error {
				if err := arrangeRelease(c, d); err != nil {
					return err
				}
				return arrangeNeeds(c, d)
			},
			Op: func(in In) core.Operation {
				op := core.EditRelease{Release: in.Str("release"), Name: in.Ptr("name"), Version: in.Ptr("version"), Date: in.Ptr("date"),
					Description: in.Ptr("description"), Metadata: in.Meta(), Rev: in.Str("rev")}
				if in.Str("type") != "" {
					kind := core.ReleaseType(in.Str("type"))
					op.Type = &kind
				}
				if in.Str("targets") != "" || in.Str("clusters") != "" || in.Str("customers") != "" {
					targets := targetNames(in)
					op.Targets = &targets
				}
				if in.Has("channel") {
					channel := channelID(in.Str("channel"))
					op.Channel = &channel
				}
				return op
			}},
		{Noun: "release", Verb: "check", Aliases: []string{"preview"}, Summary: "What activating it would do, and what is missing",
			Args: []Arg{theRelease}, Examples: []string{"release check v2.5.0"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.CheckRelease(c.ctx, c.actor, c.in.Str("release"))
				return draw(err, func() blocks.Message { return blocks.Activation(*v, blocks.Button{}, c.env) })
			}},
		{Noun: "release", Verb: "activate", Aliases: []string{"start"}, Summary: "Start a release for its customers",
			Args: []Arg{theRelease, confirmArg}, Examples: []string{"release activate v2.5.0", "release activate v2.5.0 confirm=yes"},
			Op: func(in In) core.Operation {
				return core.ActivateRelease{Release: in.Str("release"), Confirm: in.Yes("confirm")}
			}},
		{Noun: "release", Verb: "archive", Aliases: []string{"close", "delete", "remove"}, Summary: "End a release; it becomes read-only", Because: "reason",
			Args:     []Arg{theRelease, {Name: "reason", Kind: Prose, Rest: true, Help: "needed while steps are open"}, confirmArg},
			Examples: []string{"release archive v2.5.0", `release archive v2.5.0 reason="superseded by v2.5.1"`},
			Op: func(in In) core.Operation {
				return core.ArchiveRelease{Release: in.Str("release"), Reason: in.Str("reason"), Confirm: in.Yes("confirm")}
			}},
		{Noun: "release", Verb: "reopen", Summary: "Make an archived release active again",
			Args: []Arg{theRelease}, Examples: []string{"release reopen R12"},
			Op: func(in In) core.Operation { return core.ReopenRelease{Release: in.Str("release")} }},
		{Noun: "release", Verb: "clone", Aliases: []string{"copy"}, Summary: "Start a draft with the steps of another release",
			Args: append([]Arg{theRelease, cloned, kind, version, date,
				{Name: "custom", Kind: YesNo, Asked: true, Label: "Copy custom steps", Help: "customers' own steps are copied too"}}, targets...),
			Arrange:  arrangeClone,
			Examples: []string{`release clone v2.5.0 "Summer release" version=v2.6.0`},
			Op: func(in In) core.Operation {
				return core.CloneRelease{Release: in.Str("release"), Name: in.Str("name"), Type: core.ReleaseType(in.Str("type")), Version: in.Str("version"),
					Date: in.Str("date"), Custom: in.Yes("custom"), Targets: targetNames(in)}
			}},
		{Noun: "release", Verb: "enroll", Aliases: []string{"enrol"}, Summary: "Let a customer take part in an active release",
			Args: []Arg{releaseArg, customerArg}, Examples: []string{"release enroll v2.5.0 cust-a-prod"},
			Op: func(in In) core.Operation {
				return core.EnrollCustomer{Release: in.Str("release"), Customer: in.Str("customer")}
			}},
		{Noun: "release", Verb: "withdraw", Summary: "Take a customer out of a release; its history stays",
			Args:     []Arg{releaseArg, customerArg, {Name: "reason", Kind: Prose, Rest: true, Help: "why it does not take part"}},
			Examples: []string{`release withdraw v2.5.0 cust-a-prod reason="leaves us"`},
			Op: func(in In) core.Operation {
				return core.WithdrawCustomer{Release: in.Str("release"), Customer: in.Str("customer"), Reason: in.Str("reason")}
			}},
		{Noun: "release", Verb: "matrix", Title: "Matrix", Aliases: []string{"grid"}, Summary: "Steps × customers, one cluster at a time", Alone: true,
			Args: []Arg{releaseArg, {Name: "cluster", Also: []string{"clusters"}, Kind: Clusters, Help: "only these, separated by commas"},
				{Name: "status", Kind: OneOf, Choices: statusChoices(), Help: "only steps that stand so"},
				{Name: "category", Kind: OneOf, Choices: choicesOf(core.Categories), Help: "only one of the two"}, atArg, pageArg, viewArg},
			Examples: []string{"matrix v2.5.0 cluster=prod-us", "release matrix v2.5.0 status=pending category=deploy"},
			Show: func(c *call) (blocks.Message, error) {
				q := core.MatrixQuery{Release: c.in.Str("release"), Clusters: c.in.List("cluster"),
					Category: core.Category(c.in.Str("category")), Statuses: statuses(c.in.List("status"))}
				var v *core.Matrix
				err := c.onClusters(q.Clusters, func(names []string) (unknown []string, err error) {
					q.Clusters = names
					if v, err = c.bot.core.Matrix(c.ctx, c.actor, q); err != nil {
						return nil, err
					}
					return v.Unknown, nil
				})
				return draw(err, func() blocks.Message { return blocks.Matrix(*v, int(number(c.in, "at")), c.page(), c.env) })
			}},
		{Noun: "release", Verb: "board", Summary: "Where a release's live message is, posted again if gone", Alone: true,
			Args:     []Arg{releaseArg, {Name: "anew", Kind: YesNo, Help: "yes posts it afresh, at the end of its channel"}},
			Examples: []string{"board v2.5.0", "release board v2.5.0 anew=yes"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.AskBoard(c.ctx, c.actor, c.in.Str("release"), c.in.Yes("anew"))
				return draw(err, func() blocks.Message { return blocks.BoardPlace(*v, c.env) })
			}},
	}
}

func presentRelease(c *call) (map[string]string, error) {
	v, err := c.bot.core.Release(c.ctx, c.actor, c.in.Str("release"))
	if err != nil {
		return nil, err
	}
	return map[string]string{"name": v.Name, "type": string(v.Type), "version": string(v.VersionNumber), "date": string(v.ReleaseDate),
		"description": string(v.Description), "channel": string(v.Channel), "meta": metaLines(v.Metadata),
		"targets": targetsKind(v.Targets), "clusters": idList(v.Targets.Clusters), "customers": idList(v.Targets.Customers), revArg.Name: v.Rev()}, nil
}

// targetsKind is how a release names whom it is for.
func targetsKind(t core.Targets) string {
	switch {
	case len(t.Clusters) > 0:
		return "clusters"
	case len(t.Customers) > 0:
		return "customers"
	}
	return "all"
}

func idList(ids []int64) string {
	var out []string
	for _, id := range ids {
		out = append(out, strconv.FormatInt(id, 10))
	}
	return strings.Join(out, ",")
}

// lastType is where a form remembers which type of release it was last laid out for.
const lastType = "~type"

// arrangeRelease asks for a version only where there is one, and for clusters or customers only when the release
// is for those.
func arrangeRelease(_ *call, d *sketch) error {
	kind := d.values["type"]
	if kind == string(core.Onboarding) {
		d.drop("version")
	}
	if f := d.field("version"); f != nil {
		f.Optional = kind != string(core.Regular)
	}
	targets := d.field("targets")
	if targets != nil && kind == string(core.Onboarding) && d.values[lastType] != kind && targets.Value == "all" {
		d.forget(targets) // an onboarding is for those who are new, unless somebody says otherwise
		targets.Value = ""
	}
	d.values[lastType] = kind
	d.keep(lastType)
	if targets != nil && targets.Value == "" {
		switch {
		case d.values["clusters"] != "":
			targets.Value = "clusters"
		case d.values["customers"] != "" || kind == string(core.Onboarding):
			targets.Value = "customers"
		default:
			targets.Value = "all"
		}
	}
	whom := ""
	if targets != nil { // before anything is dropped, which moves the fields
		targets.Hint, targets.Optional = "", false
		whom = targets.Value
	}
	for _, name := range []string{"clusters", "customers"} {
		f := d.field(name)
		switch {
		case f == nil || whom == "":
		case whom == name:
			f.Optional = false
			f.Hint = ""
		default:
			d.drop(name)
		}
	}
	return nil
}

// arrangeClone is arrangeRelease for a release of the type that the cloned one has, unless another is chosen.
func arrangeClone(c *call, d *sketch) error {
	if f := d.field("type"); f != nil && f.Value == "" {
		if v, err := c.bot.core.Release(c.ctx, c.actor, d.given()["release"]); err == nil {
			f.Value = string(v.Type)
			d.values[f.Name] = f.Value
		}
	}
	return arrangeRelease(c, d)
}

func targetNames(in In) core.TargetNames {
	switch in.Str("targets") {
	case "clusters":
		return core.TargetNames{Clusters: in.List("clusters")}
	case "customers":
		return core.TargetNames{Customers: in.List("customers")}
	}
	return core.TargetNames{All: in.Str("targets") == "all", Clusters: in.List("clusters"), Customers: in.List("customers")}
}

// channelID is the id in what Slack makes of a channel that is typed.
func channelID(text string) string {
	return strings.TrimSuffix(strings.TrimPrefix(text, "<#"), ">")
}
