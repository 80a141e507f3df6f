package blocks

import (
	"fmt"
	"strings"

	"rollcall/core"

	"github.com/slack-go/slack"
)

// What a Home tab lists of each kind before it leads on: Slack takes a hundred blocks.
const (
	homeBlocks   = 100
	homeNeeded   = 8
	homeReleases = 10
	homeDrafts   = 5
	homeClusters = 40
)

// Home is somebody's Home tab: what needs them, what stands in the way, how far everything is.
func Home(v core.Home, env Env) slack.HomeTabViewRequest {
	s := env.sheet()
	s.most, s.reserve = homeBlocks, 1
	s.header("Rollcall")
	homeButtons(&s, &v, env)
	if !v.Begun {
		firstRun(&s, &v)
	} else {
		homeNow(&s, &v)
		homeBlocked(&s, &v)
		homeActive(&s, &v, env)
	}
	homeClusterCounts(&s, &v)
	if v.Begun {
		s.header("Quick stats")
		s.line(homeStats(&v))
	}
	if len(v.Activity) > 0 {
		s.header("Recent activity")
		for i := range v.Activity {
			s.small(activityLine(&v.Activity[i]))
		}
		s.actions(press("All activity", "activity"), env.open("Open activity ↗", "/activity"))
	}
	s.reserve = 0
	s.small("Your role here is *" + v.Role.String() + "*. Anywhere in Slack: " + env.typed("help"))
	return homeView(s.blocks)
}

// NoHome is the Home tab of somebody who cannot have one, or not now.
func NoHome(m Message) slack.HomeTabViewRequest { return homeView(m.Blocks) }

func homeView(blocks []slack.Block) slack.HomeTabViewRequest {
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}, CallbackID: "home"}
}

func homeButtons(s *sheet, v *core.Home, env Env) {
	var work []Button
	if v.Role >= core.Operator && v.Begun {
		work = append(work, press("Next step", "next").primary(), press("Mine", "mine"))
	}
	if v.Begun {
		s.actions(append(work, press("To do", "todo"), env.open("Open page ↗", "/"))...)
	}
	s.actions(press("Releases", "release.list"), press("Customers", "customer.list"), press("Clusters", "cluster.list"),
		press("Reminders", "remind.list"), press("Help", "help"))
	if v.Role >= core.Admin && v.Begun {
		s.menu(adminMenu(), press("New release", "release.add"), press("Add customer", "customer.add"), press("Add cluster", "cluster.add"))
	}
}

// firstRun leads from nothing to the first release: four things, each with its button.
func firstRun(s *sheet, v *core.Home) {
	s.line("Rollcall tracks a release across customers and clusters: who got which step, who did it, what is left and what stands in the way.")
	if v.Role < core.Admin {
		s.line("Nothing has been set up yet. An admin adds the first cluster, its customers and a release; then it shows here.")
		return
	}
	s.header("From nothing to a first release")
	draft := core.DraftState{}
	if len(v.Drafts) > 0 {
		draft = v.Drafts[0]
	}
	current := true
	step := func(n int, done bool, text string, buttons ...Button) {
		mark := fmt.Sprintf("%d.", n)
		if done {
			mark = "✅"
		}
		if !done && current {
			for i := range buttons {
				if i == len(buttons)-1 {
					buttons[i] = buttons[i].primary()
				}
			}
			current = false
			s.line(mark + " *" + text + "*")
			s.actions(buttons...)
			return
		}
		s.line(mark + " " + text)
	}
	step(1, len(v.Clusters) > 0, "Add a cluster: where customers run", press("Add cluster", "cluster.add"))
	step(2, v.Customers > 0, "Add a customer: its namespace on the cluster", press("Add customer", "customer.add"))
	step(3, draft.ID > 0, "Start a release, as a draft", press("New release", "release.add"))
	label := "its steps"
	if draft.ID > 0 {
		label = "the steps of " + Escape(draft.Label)
	}
	if draft.Steps == 0 {
		step(4, false, "Add "+label+", then activate it", press("Add step", "template.add", orFirst(draft.ShortID)))
		return
	}
	step(4, false, fmt.Sprintf("Activate %s: it has %s", Escape(draft.Label), plural(draft.Steps, "step")),
		press("Add another step", "template.add", draft.ShortID), press("Activate", "release.activate", draft.ShortID))
}

func orFirst(short string) string {
	if short == "" {
		return "R1"
	}
	return short
}

// homeNow is what waits for this person.
func homeNow(s *sheet, v *core.Home) {
	s.header("Needs you now")
	list := func(title string, steps []core.StepView) {
		if len(steps) == 0 {
			return
		}
		s.line("*" + title + "*")
		for i := range steps[:min(len(steps), homeNeeded)] {
			attention(s, &steps[i])
		}
		if left := len(steps) - homeNeeded; left > 0 {
			s.row("…and "+thousands(left)+" more", press("All of mine", "mine"))
		}
	}
	list("⛔ Blocked until you help", v.Needed)
	list("🔧 In progress by you", v.Claimed)
	if v.Next != nil && v.Role >= core.Operator {
		step := &v.Next.Step
		s.line("*▶️ Your next step*")
		s.row(target(step.TargetLine), press("Open", "step.show", fmt.Sprintf("R%d", v.Next.Release.ID), step.CustomerID, step.ShortID).says("Open "+step.TargetLine))
		return
	}
	if len(v.Needed)+len(v.Claimed) == 0 {
		s.line("🎉 Nothing waits for you.")
	}
}

func homeBlocked(s *sheet, v *core.Home) {
	s.header("Blockers")
	if v.Blockers == 0 {
		s.line("Nothing is blocked.")
		return
	}
	for i := range v.Blocked {
		attention(s, &v.Blocked[i])
	}
	if left := v.Blockers - len(v.Blocked); left > 0 {
		s.row("…and "+thousands(left)+" more", press("All blockers", "blockers"))
	}
}

func homeActive(s *sheet, v *core.Home, env Env) {
	s.header("Active releases")
	if len(v.ActiveReleases) == 0 {
		s.line("No release is active.")
	}
	for i := range v.ActiveReleases[:min(homeReleases, len(v.ActiveReleases))] {
		r := &v.ActiveReleases[i]
		s.row(releaseLine(r), press("Matrix", "matrix", r.ShortID).says("Matrix of "+r.Label()))
	}
	if left := len(v.ActiveReleases) - homeReleases; left > 0 {
		text, button := env.more(left, "active release", "/releases?status=active")
		s.small(text)
		s.actions(press("All releases", "release.list"), button)
	}
	if v.Role < core.Admin || len(v.Drafts) == 0 {
		return
	}
	s.line("*Drafts*")
	for i := range v.Drafts[:min(homeDrafts, len(v.Drafts))] {
		d := &v.Drafts[i]
		next := press("Activate", "release.activate", d.ShortID)
		if d.Steps == 0 {
			next = press("Add step", "template.add", d.ShortID)
		}
		name := bold(d.Label)
		if d.Label != d.Name {
			name += " " + Escape(d.Name)
		}
		s.row(fmt.Sprintf("📝 %s %s · %s", name, code(d.ShortID), plural(d.Steps, "step")), next.says(next.Label+" "+d.Label))
	}
	if left := len(v.Drafts) - homeDrafts; left > 0 {
		s.row("…and "+plural(left, "more draft"), press("All releases", "release.list"))
	}
}

func homeClusterCounts(s *sheet, v *core.Home) {
	if len(v.Clusters) == 0 {
		return
	}
	s.header("Clusters")
	var parts []string
	for _, c := range v.Clusters[:min(homeClusters, len(v.Clusters))] {
		parts = append(parts, fmt.Sprintf("%s (%d)", bold(short(c.Name, 40)), c.CustomerCount))
	}
	text := strings.Join(parts, " · ")
	if left := len(v.Clusters) - homeClusters; left > 0 {
		text += " …and " + plural(left, "more cluster")
	}
	s.line(text)
}

func homeStats(v *core.Home) string {
	c := v.Stats
	parts := []string{"🔄 Pending *" + thousands(c.Pending) + "*", "✅ Done *" + thousands(c.Done) + "*", "⏸️ Skipped *" + thousands(c.Skipped) + "*"}
	if c.Reverted > 0 {
		parts = append(parts, "↩️ Reverted *"+thousands(c.Reverted)+"*")
	}
	return strings.Join(parts, " · ") + "\n" + plural(v.Customers, "customer") + " on " + plural(len(v.Clusters), "cluster")
}
