package bot

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// options is what an argument can be, for selects and suggestions: at most limit of them, and how many there are.
func (c *call) options(a *Arg, given map[string]string, limit int) ([]blocks.Option, int, error) {
	return c.matching(a, given, "", limit)
}

// matching is the options that begin with a text or hold it.
func (c *call) matching(a *Arg, given map[string]string, text string, limit int) ([]blocks.Option, int, error) {
	if a.Kind == Customer || a.Kind == Customers {
		return c.customerOptions(given, text, limit)
	}
	var all []blocks.Option
	var err error
	switch a.Kind {
	case Cluster, Clusters:
		all, err = c.clusterOptions()
	case Release:
		all, err = c.releaseOptions()
	case Step:
		all = c.stepOptions(given)
	case Position:
		all = c.positionOptions(a, given)
	case Reminder:
		all, err = c.reminderOptions()
	}
	if a.All != "" && len(all) > 100 { // else the field has it
		all = append([]blocks.Option{{Value: allOf, Label: a.All}}, all...)
	}
	all = matching(all, text)
	return all[:min(len(all), limit)], len(all), err
}

// option is the one option that a value means, looked up rather than searched for.
func (c *call) option(a *Arg, given map[string]string, value string) (blocks.Option, error) {
	if a.Kind == Customer || a.Kind == Customers {
		v, err := c.bot.core.Customer(c.ctx, c.actor, value)
		if err != nil {
			return blocks.Option{}, err
		}
		cu := &v.Customer
		return blocks.CustomerOption(cu.ID, cu.Name, cu.ClusterName, cu.Namespace), nil
	}
	all, _, err := c.matching(a, given, "", 1<<20)
	if err != nil {
		return blocks.Option{}, err
	}
	v := chosen(all, value)
	for _, o := range all {
		if o.Value == v {
			return o, nil
		}
	}
	return blocks.Option{}, &core.Error{Code: core.NotFound, Msg: fmt.Sprintf("There is no %s %q", a.Name, value)}
}

func (c *call) clusterOptions() ([]blocks.Option, error) {
	v, err := c.bot.core.Clusters(c.ctx, c.actor, true)
	if err != nil {
		return nil, err
	}
	var out []blocks.Option
	for _, cl := range v.Clusters {
		if cl.IsActive != (c.cmd.Verb == "restore") {
			out = append(out, blocks.Option{Value: strconv.FormatInt(cl.ID, 10), Label: cl.Name})
		}
	}
	return out, nil
}

// customerOptions is customers under their clusters; of those who take part in the release, where a command is
// about one.
func (c *call) customerOptions(given map[string]string, text string, limit int) ([]blocks.Option, int, error) {
	q := core.CustomerSearch{Text: straight(text), Limit: limit, Archived: c.cmd.Verb == "restore"}
	if a := c.cmd.arg("release"); a != nil && c.cmd.Noun != "release" {
		q.Release = given["release"]
	}
	v, err := c.bot.core.FindCustomers(c.ctx, c.actor, q)
	if err != nil {
		return nil, 0, err
	}
	var out []blocks.Option
	for _, cu := range v.Customers {
		out = append(out, blocks.CustomerOption(cu.ID, cu.Name, cu.ClusterName, cu.Namespace))
	}
	return out, v.Total, nil
}

func (c *call) releaseOptions() ([]blocks.Option, error) {
	v, err := c.bot.core.Releases(c.ctx, c.actor, core.ReleasesQuery{})
	if err != nil {
		return nil, err
	}
	var out []blocks.Option
	for i := range v.Releases {
		r := &v.Releases[i]
		if c.cmd.fits(r.Status) {
			out = append(out, asOption(r))
		}
	}
	return out, nil
}

func asOption(r *core.ReleaseView) blocks.Option {
	return blocks.Option{Value: r.ShortID, Label: releaseOption(r), Other: string(r.VersionNumber)}
}

// fits says whether a command can be about a release that stands so.
func (cmd *Command) fits(s core.ReleaseStatus) bool {
	switch cmd.Name() {
	case "release activate":
		return s == core.Draft
	case "release reopen":
		return s == core.Archived
	case "step done", "step skip", "step revert", "step reopen", "step start", "step block", "step unblock", "step note", "release enroll", "release withdraw", "next", "todo":
		return s == core.Active
	case "template add", "template edit", "template move", "template remove",
		"step content", "step override", "step reset", "step add", "step edit", "step move", "step remove":
		return s != core.Archived
	}
	return true
}

// choosable is one step to choose.
type choosable struct {
	id, name string
	category core.Category
}

// choosables is the steps of the customer or release that is given, in order; none while that is open.
func (c *call) choosables(given map[string]string) []choosable {
	var out []choosable
	if a := c.cmd.arg("release"); a != nil && a.Required && given["release"] == "" {
		return nil
	}
	if given["customer"] == "" || c.cmd.Noun == "template" {
		if c.cmd.Noun != "template" && c.cmd.Noun != "bulk" && c.cmd.Verb != "across" && c.cmd.Verb != "content" {
			return nil
		}
		v, err := c.bot.core.Templates(c.ctx, c.actor, given["release"], false)
		if err != nil {
			return nil
		}
		for _, t := range append(v.Deploy, v.Verify...) {
			out = append(out, choosable{t.ShortID, t.Name, t.Category})
		}
		return out
	}
	v, err := c.bot.core.CustomerSteps(c.ctx, c.actor, given["release"], given["customer"])
	if err != nil {
		return nil
	}
	for _, s := range append(v.Deploy.Steps, v.Verify.Steps...) {
		out = append(out, choosable{s.ShortID, s.Name, s.Category})
	}
	return out
}

func (c *call) stepOptions(given map[string]string) []blocks.Option {
	var out []blocks.Option
	for _, s := range c.choosables(given) {
		out = append(out, blocks.Option{Value: s.id, Label: clipped(s.name, 60) + " · " + s.id, Other: s.id})
	}
	return out
}

// positionOptions is the places in the order of a category: at the end, before each step, after each step.
func (c *call) positionOptions(a *Arg, given map[string]string) []blocks.Option {
	category := core.Category(given["category"])
	steps := c.choosables(given)
	for _, s := range steps {
		if s.id == given["step"] {
			category = s.category
		}
	}
	if category == "" {
		return nil
	}
	var out []blocks.Option
	if !a.Required {
		out = append(out, blocks.Option{Value: atTheEnd, Label: "At the end"})
	}
	for _, word := range []string{"before", "after"} {
		for _, s := range steps {
			if s.category == category && s.id != given["step"] {
				out = append(out, blocks.Option{Value: word + " " + s.id, Label: fmt.Sprintf("%s %s · %s", upper(word), s.id, clipped(s.name, 55))})
			}
		}
	}
	return out
}

// atTheEnd is the place behind all others.
const atTheEnd = "end"

// releaseOption is a release as one chooses it: by its name, by the version that people say, or by its short id.
func releaseOption(r *core.ReleaseView) string {
	if strings.Contains(r.Name, string(r.VersionNumber)) {
		return clipped(r.Name, 60) + " · " + r.ShortID
	}
	return clipped(r.Name, 42) + " (" + clipped(string(r.VersionNumber), 20) + ") · " + r.ShortID
}

func clipped(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}
