package bot

import (
	"rollcall/bot/blocks"
	"rollcall/core"
)

// What is said when a release is left out and none is active, or is called by a name that none has.

// noneActive answers a command that could only be about an active release while there is none: with the drafts that
// could be started. It is nil for any other refusal.
func (c *call) noneActive(e *core.Error) *blocks.Message {
	if e.Code != core.Invalid || e.Field != "release" || c.in.values["release"] != "" || c.anyActive() == nil {
		return nil
	}
	return c.drafts(blocks.Stop(e.Msg))
}

// drafts is the releases that could be activated; nil when that cannot be told.
func (c *call) drafts(lead string) *blocks.Message {
	v, err := c.bot.core.Releases(c.ctx, c.actor, core.ReleasesQuery{Statuses: []core.ReleaseStatus{core.Draft}})
	if err != nil {
		return nil
	}
	m := blocks.NoneActive(lead, v.Releases, c.env)
	return &m
}

// likelyReleases is the releases that a name may be meant for: those that a command can be about, and beside active ones
// the drafts, of which it then says that they are not active yet.
func (c *call) likelyReleases(fitting []blocks.Option) []blocks.Option {
	if !c.cmd.fits(core.Active) || c.cmd.fits(core.Draft) {
		return fitting
	}
	v, err := c.bot.core.Releases(c.ctx, c.actor, core.ReleasesQuery{Statuses: []core.ReleaseStatus{core.Draft}})
	if err != nil {
		return fitting
	}
	for i := range v.Releases {
		fitting = append(fitting, asOption(&v.Releases[i]))
	}
	return fitting
}

// offerReleases answers a name that is like none of a release: with the releases that the command can be about.
func (c *call) offerReleases(e *core.Error, a *Arg, options []blocks.Option) Answer {
	const most = 5
	var choices []core.Choice
	for _, o := range options[:min(most, len(options))] {
		choices = append(choices, core.Choice{Label: o.Label, Ref: o.Value})
	}
	buttons, rest := c.finishing(a, e, choices)
	var hint string
	var below *blocks.Message
	switch {
	case len(options) > most:
		hint = "These are some of what there is; `release list` shows all."
	case len(options) > 0:
		hint = "This is what there is; `release list` shows more of it."
	default:
		hint = c.whereToLook(a)
		if !c.cmd.fits(core.Draft) && !c.cmd.fits(core.Archived) {
			below = c.drafts("None is active.")
		}
	}
	m := blocks.Refused(e, hint+rest, buttons, below)
	return Answer{Message: &m}
}
