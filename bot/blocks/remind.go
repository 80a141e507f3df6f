package blocks

import (
	"fmt"
	"strings"
	"time"

	"rollcall/core"
)

// How much of what is open a reminder tells: a channel reads a few lines, and the page has the rest.
const (
	reminderReleases = 3
	reminderClusters = 5 // a release
)

// Reminder says what is still open, to a channel.
func Reminder(m core.ReminderView, v core.OpenWork, env Env) Message {
	s := reminderSays(m, v, env)
	s.actions(press("Snooze 1 h", "remind.snooze", m.ID, "1h"), press("Snooze 4 h", "remind.snooze", m.ID, "4h"),
		press("Snooze until tomorrow", "remind.snooze", m.ID, "tomorrow"), press("Snooze until…", "remind.snooze", m.ID),
		press("Stop", "remind.pause", m.ID).says("Stop reminder "+fmt.Sprint(m.ID)))
	s.small(fmt.Sprintf("Reminder %d · %s", m.ID, reminderTimes(&m)))
	return s.message()
}

// ReminderAnswered is what a reminder said after somebody did something about it: while it is silent, that stands in
// the place of the buttons that silence it. by is whose doing that is, where that is known.
func ReminderAnswered(m core.ReminderView, v core.OpenWork, now time.Time, by string, env Env) Message {
	if m.Next != nil && !m.Snoozed(now) {
		return Reminder(m, v, env)
	}
	s := reminderSays(m, v, env)
	state := reminderState(&m, now)
	if by != "" {
		state += " · by " + person(by, "")
	}
	s.row(state, press("Resume", "remind.resume", m.ID).says("Resume reminder "+fmt.Sprint(m.ID)))
	s.small(fmt.Sprintf("Reminder %d · %s", m.ID, reminderTimes(&m)))
	return s.message()
}

// reminderSays is what is open, with the way there.
func reminderSays(m core.ReminderView, v core.OpenWork, env Env) sheet {
	s := env.sheet()
	s.header("⏰ " + plural(v.Open, "open step"))
	for i := range v.Releases[:min(len(v.Releases), reminderReleases)] {
		openRelease(&s, &v.Releases[i])
	}
	if left := len(v.Releases) - reminderReleases; left > 0 {
		s.small("…and " + plural(left, "release") + " more")
	}
	s.actions(openPage(&m, &v, env), press("Next step", "next", onlyOne(&v)...))
	return s
}

// openPage is a button to where everything that is open stands.
func openPage(m *core.ReminderView, v *core.OpenWork, env Env) Button {
	path := "/"
	if len(v.Releases) == 1 {
		path = address(fmt.Sprintf("/releases/%d", v.Releases[0].Release.ID), "cluster", string(m.ClusterName))
	}
	if b := env.open("Open ↗", path); b.Label != "" {
		return b
	}
	return press("Open", "todo", onlyOne(v)...)
}

func onlyOne(v *core.OpenWork) []any {
	if len(v.Releases) != 1 {
		return nil
	}
	return []any{v.Releases[0].Release.ShortID}
}

// openRelease is one release's part.
func openRelease(s *sheet, r *core.OpenRelease) {
	s.line(fmt.Sprintf("%s\n%s for %s", releaseLine(&r.Release), plural(r.Open, "open step"), plural(r.Customers, "customer")))
	for i := range r.Clusters[:min(len(r.Clusters), reminderClusters)] {
		s.line(openCluster(&r.Clusters[i]))
	}
	if left := len(r.Clusters) - reminderClusters; left > 0 {
		s.small("…and " + plural(left, "cluster") + " more")
	}
}

// openCluster is one cluster with its first customers and their first steps.
func openCluster(c *core.OpenCluster) string {
	text := fmt.Sprintf("📁 %s · %s for %s", bold(c.Name), plural(c.Open, "open step"), plural(c.Customers, "customer"))
	for i := range c.Top {
		cu := &c.Top[i]
		text += fmt.Sprintf("\n• %s · %s · ", bold(cu.Name), place(cu.ClusterName, cu.Namespace))
		var steps []string
		for j := range cu.Steps {
			step := &cu.Steps[j]
			words := fmt.Sprintf("%s %s (%s) %s", step.Category, step.Position, step.ShortID, Escape(short(oneLine(step.Name), 60)))
			if step.Block != nil {
				words += " ⛔"
			}
			steps = append(steps, words)
		}
		if left := cu.Open - len(cu.Steps); left > 0 {
			steps = append(steps, thousands(left)+" more")
		}
		text += strings.Join(steps, ", ")
	}
	if left := c.Customers - len(c.Top); left > 0 && len(c.Top) > 0 {
		text += "\n…and " + plural(left, "customer") + " more"
	}
	return text
}

// ReminderTest shows what a reminder would say now, to the one who asks.
func ReminderTest(m core.ReminderView, v core.OpenWork, now time.Time, env Env) Message {
	s := env.sheet()
	where := Channel(m.Channel)
	if v.Open == 0 {
		s.line(fmt.Sprintf("🤫 Reminder %d would say nothing in %s now: nothing is open%s.", m.ID, where, Escape(reminderScope(&m, " in "))))
	} else {
		s.line(fmt.Sprintf("This is what reminder %d would say in %s now. Only you see it.", m.ID, where))
	}
	s.line(reminderState(&m, now))
	if v.Open > 0 {
		s.divider()
		s.append(Reminder(m, v, env))
		return s.message()
	}
	s.actions(press("All reminders", "remind.list"))
	return s.message()
}

// reminderPage is how many reminders one message lists.
const reminderPage = 14

// Reminders lists reminders with what can be done to each.
func Reminders(v core.ReminderList, now time.Time, page int, env Env) Message {
	s := env.sheet()
	s.reserve = 2
	s.header("Reminders")
	if len(v.Reminders) == 0 {
		s.invite("There are none. A reminder tells a channel regularly what is still open, and is silent when nothing is.", "remind.add", "For example:\n"+
			env.typed(`remind add #ops "weekdays 09:30"`))
	}
	part, at, pages := pageOf(v.Reminders, page, reminderPage)
	for i := range part {
		m := &part[i]
		s.line(fmt.Sprintf("*%d* · %s · %s%s\n%s · by %s", m.ID, Channel(m.Channel), reminderTimes(m), Escape(reminderScope(m, " · ")),
			reminderState(m, now), person(m.CreatedByName, m.CreatedBy)))
		about := fmt.Sprintf(" reminder %d", m.ID)
		wake := press("Pause", "remind.pause", m.ID).says("Pause" + about)
		if m.Next == nil || m.Snoozed(now) {
			wake = press("Resume", "remind.resume", m.ID).says("Resume" + about)
		}
		s.actions(press("Test", "remind.test", m.ID).says("Test"+about), press("Edit", "remind.edit", m.ID).says("Edit"+about), wake,
			press("Remove", "remind.remove", m.ID).says("Remove"+about))
	}
	s.reserve = 0
	s.actions(append(pager("remind.list", at, pages), press("Add reminder", "remind.add"))...)
	return s.message()
}

// reminderTimes is when a reminder speaks: "weekdays 09:30 (Europe/Berlin), not on 2 dates".
func reminderTimes(m *core.ReminderView) string {
	text := code(m.Schedule) + " (" + Escape(m.Zone) + ")"
	if n := len(m.Off); n > 0 {
		text += ", not on " + plural(n, "date")
	}
	return text
}

// reminderScope is what a reminder is limited to; nothing when it is about everything.
func reminderScope(m *core.ReminderView, before string) string {
	var parts []string
	for _, name := range []core.Maybe{m.ReleaseLabel, m.ClusterName} {
		if name != "" {
			parts = append(parts, string(name))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return before + strings.Join(parts, " · ")
}

// reminderState says whether and when a reminder speaks next.
func reminderState(m *core.ReminderView, now time.Time) string {
	switch {
	case m.Parked != "":
		return "🚫 It cannot speak: " + Escape(string(m.Parked))
	case m.Paused:
		return "⏸️ Paused"
	case m.Next == nil:
		return "It never speaks"
	case m.Snoozed(now):
		return "💤 Silent until " + Date(*m.Next)
	}
	text := "Next " + Date(*m.Next)
	if m.ReleaseStatus != "" && m.ReleaseStatus != core.Maybe(core.Active) {
		text += ", but its release is " + string(m.ReleaseStatus) + ": it speaks while that is active"
	}
	return text
}
