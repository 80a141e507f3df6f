package blocks

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"rollcall/core"
)

// maxQuery is how much may stand behind the question mark: the status page reads addresses of 2,048 bytes, Slack takes
// somewhat more.
const maxQuery = 1900

// address is a page's with filters, keys and values in turn; one without a value is left out, and all of them are where
// they are too long.
func address(path string, filters ...string) string {
	var query []string
	for i := 0; i+1 < len(filters); i += 2 {
		if filters[i+1] != "" {
			query = append(query, filters[i]+"="+url.QueryEscape(filters[i+1]))
		}
	}
	if text := strings.Join(query, "&"); text != "" && len(text) <= maxQuery {
		return path + "?" + text
	}
	return path
}

// Status shows what is under way everywhere.
func Status(v core.Dashboard, env Env) Message {
	s := env.sheet()
	s.reserve = 2
	s.header("Status")
	overview(&s, v, env)
	s.line(stats(v.Stats))
	if len(v.Activity) > 0 {
		s.line("*Recent activity*\n" + activityLines(v.Activity, 5))
	}
	s.reserve = 0
	s.actions(press("Next step", "next").primary(), press("Activity", "activity"), env.open("Open dashboard ↗", "/"))
	return s.message()
}

// overview lists the active releases, or what to do first.
func overview(s *sheet, v core.Dashboard, env Env) {
	if len(v.ActiveReleases) == 0 {
		s.line("No release is active.")
	}
	const most = 10
	for i := range v.ActiveReleases[:min(most, len(v.ActiveReleases))] {
		r := &v.ActiveReleases[i]
		s.row(releaseLine(r), press("Matrix", "matrix", r.ShortID).says("Matrix of "+r.Label()))
	}
	if left := len(v.ActiveReleases) - most; left > 0 {
		text, button := env.more(left, "active release", "/releases?status=active")
		s.small(text)
		s.actions(button)
	}
	if len(v.Clusters) > 0 {
		var parts []string
		for _, c := range v.Clusters {
			parts = append(parts, fmt.Sprintf("%s (%d)", c.Name, c.CustomerCount))
		}
		s.line("*Clusters* " + names(parts, 20))
	}
}

func stats(c core.Counts) string {
	return fmt.Sprintf("*Steps* pending %s · done %s · skipped %s · reverted %s", thousands(c.Pending), thousands(c.Done), thousands(c.Skipped), thousands(c.Reverted))
}

// Menu is the answer to the bare command: what is under way and what can be done from here.
func Menu(v core.Dashboard, role core.Role, env Env) Message {
	s := env.sheet()
	s.reserve = 6
	s.header("Rollcall")
	overview(&s, v, env)
	s.reserve = 0
	s.menu([]Button{press("Blockers", "blockers"), press("Activity", "activity"), press("My sign-in link", "link"), env.open("Open page ↗", "/")},
		press("Next step", "next").primary(), press("To do", "todo"), press("Mine", "mine"), press("Status", "status"))
	s.actions(press("Releases", "release.list"), press("Customers", "customer.list"), press("Clusters", "cluster.list"),
		press("Reminders", "remind.list"), press("Help", "help"))
	if role >= core.Admin {
		s.menu(adminMenu(), press("Add release", "release.add"), press("Add customer", "customer.add"), press("Add cluster", "cluster.add"))
	}
	s.small("Or type: " + env.typed("next") + " · " + env.typed("todo") + " · " + env.typed("help step"))
	return s.message()
}

// FirstMenu is the answer to the bare command before a first release: what to do now, as on the Home tab.
func FirstMenu(v core.Home, env Env) Message {
	s := env.sheet()
	s.header("Rollcall")
	firstRun(&s, &v)
	s.actions(press("Releases", "release.list"), press("Customers", "customer.list"), press("Clusters", "cluster.list"), press("Help", "help"), env.open("Open page ↗", "/"))
	return s.message()
}

// adminMenu is what only admins do, and seldom.
func adminMenu() []Button {
	return []Button{press("Import customers", "customer.import"), press("Roles", "admin.roles"), press("Back up now", "admin.backup")}
}

// Activity shows what happened, newest first.
func Activity(v core.ActivityFeed, older Button, env Env) Message {
	s := env.sheet()
	s.reserve = 1
	s.header("Activity")
	switch q := v.Query; {
	case len(v.Events) > 0:
	case q.Op != "":
		s.line("Nothing that fits has happened. " + code("op=") + " takes what was done and to what: " + code("step") + ", " + code("skip") + ", " + code("step.skip") + ".")
	case q.Release+q.Customer+q.Cluster+q.Person != "" || q.Before > 0:
		s.line("Nothing that fits has happened.")
	default:
		s.line("Nothing has happened yet.")
	}
	for i := range v.Events {
		s.line(activityLine(&v.Events[i]))
	}
	s.reserve = 0
	q := v.Query
	s.actions(older, env.open("Open page ↗", address("/activity", "release", q.Release, "customer", q.Customer, "cluster", q.Cluster,
		"by", q.Person, "op", q.Op)))
	return s.message()
}

func activityLines(list []core.Activity, n int) string {
	var lines []string
	for i := range list[:min(n, len(list))] {
		lines = append(lines, "• "+activityLine(&list[i]))
	}
	return strings.Join(lines, "\n")
}

func activityLine(a *core.Activity) string {
	text := Date(a.At) + " · " + person(string(a.ActorName), string(a.Actor)) + " · " + Escape(a.Verb)
	if a.Refused {
		text += " · " + Escape(strings.ReplaceAll(a.Op, ".", " "))
	}
	if a.Title != "" {
		text += " · " + target(short(oneLine(a.Title), 300))
	}
	if a.Count > 1 {
		text += " · " + plural(a.Count, "step")
	}
	if a.Undoes != 0 && a.Status != nil {
		text += " · " + Escape(a.Status.String()) + " again"
	}
	if a.Text != "" {
		text += " · “" + Escape(short(oneLine(string(a.Text)), 200)) + "”"
	}
	return text + changesText(a.Told())
}

// changesText is what changed, field by field.
func changesText(list []core.FieldNow) string {
	const most = 3
	text := ""
	for _, c := range list[:min(most, len(list))] {
		text += fmt.Sprintf(" · %s: %s → %s", Escape(c.Field), valueText(c.Field, c.Before), valueText(c.Field, c.After))
	}
	if left := len(list) - most; left > 0 {
		text += " · " + plural(left, "more change")
	}
	return text
}

// valueText is a field's value as people read it: moments on their clock, channels by name.
func valueText(field string, now core.Maybe) string {
	value := string(now)
	if value == "" {
		return "nothing"
	}
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return Date(at)
	}
	if field == "channel" {
		return Channel(value)
	}
	return Escape(short(oneLine(value), 60))
}

// WhoAmI says what is known of the asker and what they may do.
func WhoAmI(v core.WhoAmI) Message {
	var s sheet
	s.line(fmt.Sprintf("You are %s (%s) with the role *%s*: %s.", person(v.Person.Name, v.Person.ID), code(v.Person.ID), v.Role, Escape(v.Why)))
	s.line(map[core.Role]string{
		core.NoRole:   "You may neither read nor change anything here.",
		core.Viewer:   "You may read everything.",
		core.Operator: "You may read everything and work on steps: done, skip, revert, reopen, start, block, note, override, custom steps and bulk. You may snooze reminders.",
		core.Admin:    "You may do everything.",
	}[v.Role])
	if len(v.Admins) > 0 && v.Role < core.Admin {
		s.small("Admins: " + names(v.Admins, 10))
	}
	return s.message()
}
