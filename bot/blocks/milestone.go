package blocks

import (
	"fmt"

	"rollcall/core"
)

var milestoneSigns = map[string]string{core.Activated: "🚀", core.StepBlocked: "⛔", core.ClusterComplete: "🏁",
	core.ReleaseComplete: "🎉", core.ReleaseArchived: "📦"}

// Milestone is a notice for a channel, or to one person. It calls nobody but who is asked for help.
func Milestone(n core.Notice, env Env) Message {
	if n.Kind == core.Unheard {
		return unheard(n, env)
	}
	s := env.sheet()
	mark := milestoneSigns[n.Kind]
	if mark == "" {
		mark = "📣"
	}
	text := mark + " *" + Escape(n.Text) + ".*"
	if n.Needs != "" {
		text += "\n<@" + controls.Replace(n.Needs) + ">, your help is asked for."
	}
	s.line(text)
	if n.Reason != "" {
		s.words("Reason", n.Reason)
	}
	if n.ByName != "" {
		s.small("by " + person(n.ByName, n.Actor) + " · " + Date(n.At))
	}
	release := fmt.Sprintf("R%d", n.Release)
	page := env.open("Open page ↗", fmt.Sprintf("/releases/%d", n.Release))
	switch {
	case n.Release == 0:
	case n.Kind == core.StepBlocked && n.Customer > 0:
		s.actions(press("View step", "step.show", release, n.Customer, n.Step), press("Blockers", "blockers", release))
	case n.Kind == core.ReleaseComplete:
		s.actions(press("Status", "release.show", release), press("Archive", "release.archive", release), page)
	case n.Kind == core.ReleaseArchived:
		s.actions(press("Status", "release.show", release), page)
	case n.Kind == core.Activated:
		s.actions(press("Next step", "next", release).primary(), press("Matrix", "matrix", release), page)
	default:
		s.actions(press("Status", "release.show", release), press("Matrix", "matrix", release), page)
	}
	return s.message()
}

// unheard tells a release's owner that nothing of it can be posted.
func unheard(n core.Notice, env Env) Message {
	s := env.sheet()
	release := fmt.Sprintf("R%d", n.Release)
	s.line("⚠️ *" + Escape(n.Text) + ".*\n" + Channel(n.About) + ": " + why(n.Why, env) + "\nThen try again here. Nothing else is lost: the release goes on.")
	s.actions(press("Try again", "release.board", release).primary(), press("Choose a channel", "release.edit", release),
		press("Status", "release.show", release))
	return s.message()
}
