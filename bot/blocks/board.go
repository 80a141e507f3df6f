package blocks

import (
	"fmt"
	"strings"

	"rollcall/core"
)

const (
	boardLines = 40 // clusters that a board lists one by one
	boardFolds = 12 // above so many, those that are complete or untouched are only named
)

// Board is a release's live message: how far each cluster is, what stands in the way, what to do next. The board
// of an archived release says how it ended, and has no buttons.
func Board(v core.BoardView, env Env) Message {
	r := &v.Release
	s := env.sheet()
	s.reserve = 3
	title := releaseTitle(r)
	if r.Status == core.Archived {
		title = "📦 " + title
	}
	s.header(title)
	s.line(code(r.ShortID) + " · " + releaseFacts(r) + "\n" + progress(r.Progress.Counts))
	switch {
	case r.Status == core.Archived && r.ArchiveReason != "":
		s.words("Archived because", string(r.ArchiveReason))
	case r.Status == core.Active && r.Progress.Complete:
		s.line("🎉 *Complete.* Every step is done or skipped.")
	}
	boardClusters(&s, v.Clusters)
	if r.Status == core.Active {
		boardBlocked(&s, &v)
	}
	s.reserve = 0
	if last := boardLast(&v); last != "" {
		s.small(last)
	}
	if r.Status == core.Active {
		s.actions(press("Next step", "next", r.ShortID).primary(), press("Blockers", "blockers", r.ShortID),
			press("Matrix", "matrix", r.ShortID), env.open("Open page ↗", fmt.Sprintf("/releases/%d", r.ID)))
	}
	return s.message()
}

// boardClusters draws a bar for each cluster; of many, only for those under way.
func boardClusters(s *sheet, clusters []core.BoardCluster) {
	fold := len(clusters) > boardFolds
	var lines, complete, untouched []string
	left := 0
	for i := range clusters {
		c := &clusters[i]
		switch {
		case fold && c.Progress.Complete && c.Blocked == 0:
			complete = append(complete, c.Name)
		case fold && c.Progress.Resolved() == 0 && c.Progress.Reverted == 0 && c.Blocked == 0:
			untouched = append(untouched, c.Name)
		case len(lines) == boardLines:
			left++
		default:
			lines = append(lines, boardCluster(c))
		}
	}
	const perBlock = 10
	for len(lines) > 0 {
		n := min(perBlock, len(lines))
		s.line(strings.Join(lines[:n], "\n"))
		lines = lines[n:]
	}
	if left > 0 {
		s.small("…and " + plural(left, "more cluster") + " under way")
	}
	if len(complete) > 0 {
		s.line(fmt.Sprintf("✅ *%s complete:* %s", plural(len(complete), "cluster"), names(complete, 30)))
	}
	if len(untouched) > 0 {
		s.line(fmt.Sprintf("⬜ *%s not begun:* %s", plural(len(untouched), "cluster"), names(untouched, 30)))
	}
}

func boardCluster(c *core.BoardCluster) string {
	mark := "🔄"
	switch {
	case c.Progress.Total == 0:
		return fmt.Sprintf("▫️ %s · %s · no steps", bold(short(c.Name, 40)), plural(c.Customers, "customer"))
	case c.Progress.Complete:
		mark = "✅"
	case c.Progress.Resolved() == 0:
		mark = "⬜"
	}
	text := fmt.Sprintf("%s %s `%s` %s · %s of %s · %s", mark, bold(short(c.Name, 40)), bar(c.Progress.Percent), c.Progress.Percent,
		thousands(c.Progress.Done), thousands(c.Progress.Total), plural(c.Customers, "customer"))
	if c.Progress.Skipped > 0 {
		text += fmt.Sprintf(" · %s skipped", thousands(c.Progress.Skipped))
	}
	if c.Progress.Reverted > 0 {
		text += fmt.Sprintf(" · %s reverted", thousands(c.Progress.Reverted))
	}
	if c.Blocked > 0 {
		text += fmt.Sprintf(" · ⛔ %s", thousands(c.Blocked))
	}
	return text
}

func boardBlocked(s *sheet, v *core.BoardView) {
	if v.Release.Blocked == 0 {
		return
	}
	lines := []string{fmt.Sprintf("⛔ *%s blocked*", thousands(v.Release.Blocked))}
	for i := range v.Blocked {
		lines = append(lines, "• "+blockLine(&v.Blocked[i]))
	}
	if left := v.Release.Blocked - len(v.Blocked); left > 0 {
		lines = append(lines, fmt.Sprintf("…and %s more", thousands(left)))
	}
	s.line(strings.Join(lines, "\n"))
}

// blockLine is a blocked step in one line: where, why, and who must help.
func blockLine(step *core.StepView) string {
	text := Escape(core.SetApart(step.TargetLine, func(name string) string { return isolated(short(name, 32)) }))
	if b := step.Block; b != nil {
		text += " · “" + Escape(short(oneLine(b.Reason), 120)) + "”"
		if b.Needs != "" {
			text += " · needs " + person(string(b.NeedsName), string(b.Needs))
		}
	}
	return text
}

// boardLast says what happened last; the board of an archived release, when it ended.
func boardLast(v *core.BoardView) string {
	if v.Release.ArchivedAt != nil {
		return "Archived " + Date(*v.Release.ArchivedAt)
	}
	if v.Last == nil {
		return ""
	}
	return "Last: " + shortMrkdwn(activityLine(v.Last), 600)
}

// BoardMoved stands where a board was before it was posted elsewhere.
func BoardMoved(v core.BoardView, channel string) Message {
	text := "The board of " + bold(v.Release.Label()) + " is no longer here."
	if channel != "" {
		text = "The board of " + bold(v.Release.Label()) + " is in " + Channel(channel) + " now."
	}
	return Say(text)
}

// BoardPlace says where a release's board is, and what can be done about it.
func BoardPlace(v core.BoardView, env Env) Message {
	r := &v.Release
	s := env.sheet()
	name := bold(r.Label()) + " " + code(r.ShortID)
	page := env.open("Open page ↗", fmt.Sprintf("/releases/%d", r.ID))
	switch {
	case r.Status == core.Archived:
		s.line("📦 " + name + " is archived; its board is no longer kept.")
		s.actions(press("Release", "release.show", r.ShortID), page)
	case r.Channel == "":
		s.invite(name+" has no channel, so it has no board.", "release.edit", "Choose one: "+env.typed("release edit "+r.ShortID+" channel=#releases"))
		s.actions(press("Choose a channel", "release.edit", r.ShortID), press("Status", "release.show", r.ShortID), page)
	case v.Place.Failed != "":
		s.line("⚠️ The board of " + name + " could not be posted in " + Channel(string(r.Channel)) + ": " + why(v.Place.Failed, env) + "\nIt is tried again now.")
		s.actions(press("Choose a channel", "release.edit", r.ShortID), page)
	case v.Place.Link == "":
		s.line("The board of " + name + " is being posted in " + Channel(string(r.Channel)) + ".")
		s.actions(press("Status", "release.show", r.ShortID), page)
	default:
		s.line("The board of " + name + " is in " + Channel(v.Place.Channel) + ". If you can't find it, post it again.")
		s.actions(Button{Label: "Go to the board", Action: OpenAction, URL: v.Place.Link, Primary: true},
			press("Post it again", "release.board", r.ShortID, "anew=yes"), page)
	}
	return s.message()
}

// Channel names a channel; Slack shows its name to those who may see it.
func Channel(id string) string { return "<#" + controls.Replace(id) + ">" }

// why says in words what Slack's refusal to post means, and what to do about it.
func why(refusal string, env Env) string {
	switch refusal {
	case "not_in_channel", "channel_not_found":
		return "the bot is not in it. Type `/invite` and the bot's name there."
	case "is_archived", "is_inactive": // Slack's words for a post and for an edit
		return "the channel is archived. Choose another one."
	case "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel", "posting_to_channel_denied":
		return "the bot may not post there. Ask whoever runs the channel, or choose another one."
	}
	return "Slack refuses it (" + Escape(refusal) + "). " + env.typed("activity") + " and the log say more."
}
