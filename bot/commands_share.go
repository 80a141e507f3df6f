package bot

import (
	"rollcall/bot/blocks"
	"rollcall/core"
)

// shareCommands let people outside the workspace watch a release by a link.
func shareCommands() []*Command {
	return []*Command{
		{Noun: "release", Verb: "share", Summary: "A link for people outside to watch the progress",
			Args: []Arg{releaseArg, help(named(optional(clusterArg)), "only this cluster"), help(named(optional(customerArg)), "only this customer"),
				{Name: "expires", Kind: Words, Help: "how long it lasts: hours, days or weeks; 7d when left out, 30d at most", Example: "7d"}},
			Examples: []string{"release share v2.5.0", "release share v2.5.0 cluster=prod-us expires=2w", "release share v2.5.0 customer=cust-a-prod"},
			Op: func(in In) core.Operation {
				return core.ShareRelease{Release: in.Str("release"), Cluster: in.Str("cluster"), Customer: in.Str("customer"), Expires: in.Str("expires")}
			}},
		{Noun: "release", Verb: "shares", Aliases: []string{"links"}, Summary: "The shared links, and how often each was opened",
			Args: []Arg{releaseArg, pageArg, viewArg}, Examples: []string{"release shares", "release shares v2.5.0"}, Rights: core.ShareRelease{},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.SharedLinks(c.ctx, c.actor, c.in.Str("release"))
				return draw(err, func() blocks.Message { return blocks.SharedLinks(*v, c.page()) })
			}},
		{Noun: "release", Verb: "unshare", Summary: "End a shared link at once, open pages included",
			Args: []Arg{{Name: "link", Kind: Count, Place: true, Required: true, Help: "its number"}}, Examples: []string{"release unshare 3"},
			Op: func(in In) core.Operation { return core.UnshareRelease{Link: in.Str("link")} }},
	}
}
