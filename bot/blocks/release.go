package blocks

import (
	"fmt"
	"strings"

	"rollcall/core"
)

// Releases lists releases with their status and progress. asked is the fields that chose them.
func Releases(v core.ReleaseList, page int, env Env, asked ...any) Message {
	s := env.sheet()
	s.reserve = 2
	s.header("Releases")
	if len(v.Releases) == 0 {
		s.invite("No release fits.", "release.add", "A new one starts as a draft: "+
			env.typed(`release add "Spring release" type=release version=v2.5.0`))
	}
	part, at, pages := pageOf(v.Releases, page, perList)
	for i := range part {
		r := &part[i]
		s.row(releaseLine(r), press("Open", "release.show", r.ShortID).says("Open "+r.Label()))
	}
	s.reserve = 0
	s.actions(append(pager("release.list", at, pages, asked...), press("Add release", "release.add"), env.open("Open page ↗", releasesPath(&v)))...)
	return s.message()
}

// releasesPath is the page that lists the same releases.
func releasesPath(v *core.ReleaseList) string {
	var filters []string
	for _, status := range v.Query.Statuses {
		filters = append(filters, "status", string(status))
	}
	for _, kind := range v.Query.Types {
		filters = append(filters, "type", string(kind))
	}
	return address("/releases", filters...)
}

func releaseLine(r *core.ReleaseView) string {
	text := ReleaseName(r) + "\n" + releaseFacts(r)
	if r.Status != core.Draft {
		text += "\n" + progress(r.Progress.Counts)
	}
	return text
}

// Release shows one release and what can be done with it.
func Release(r core.ReleaseView, env Env) Message {
	s := env.sheet()
	s.header(releaseTitle(&r))
	s.line(code(r.ShortID) + " · " + releaseFacts(&r) + releaseProgress(&r))
	if r.Description != "" {
		s.words("Description", string(r.Description))
	}
	if meta := metadata(r.Metadata); meta != "" {
		s.line(meta)
	}
	if r.ArchiveReason != "" {
		s.words("Archived because", string(r.ArchiveReason))
	}
	if times := releaseTimes(&r); times != "" {
		s.small(times)
	}
	releaseButtons(&s, &r, env)
	return s.message()
}

func releaseTitle(r *core.ReleaseView) string {
	if r.VersionNumber != "" && string(r.VersionNumber) != r.Name {
		return string(r.VersionNumber) + " · " + r.Name
	}
	return r.Name
}

func releaseProgress(r *core.ReleaseView) string {
	if r.Status == core.Draft {
		return ""
	}
	text := "\n" + progress(r.Progress.Counts)
	for _, c := range core.Categories {
		if n := r.Progress.Category(c); n.Total > 0 {
			text += fmt.Sprintf("\n%s: %s", title(string(c)), progress(n))
		}
	}
	if r.Progress.Complete {
		text += "\n🎉 Every step is done or skipped."
	}
	return text
}

func releaseTimes(r *core.ReleaseView) string {
	parts := []string{"Created " + Date(r.CreatedAt)}
	if r.ActivatedAt != nil {
		parts = append(parts, "activated "+Date(*r.ActivatedAt))
	}
	if r.ArchivedAt != nil {
		parts = append(parts, "archived "+Date(*r.ArchivedAt))
	}
	return strings.Join(parts, " · ")
}

// releaseButtons are what can be done with a release by its status: the work in it first, then the release itself.
func releaseButtons(s *sheet, r *core.ReleaseView, env Env) {
	id := r.ShortID
	page := env.open("Open page ↗", fmt.Sprintf("/releases/%d", r.ID))
	edit, clone, archive := press("Edit", "release.edit", id), press("Clone", "release.clone", id), press("Archive", "release.archive", id)
	switch r.Status {
	case core.Draft:
		s.menu([]Button{press("Check", "release.check", id), clone, archive, page}, press("Activate", "release.activate", id).primary(),
			press("Add step", "template.add", id), press("Steps", "template.list", id), edit)
	case core.Active:
		s.menu(nil, press("Next step", "next", id).primary(), press("Matrix", "matrix", id), press("To do", "todo", id),
			press("Steps", "template.list", id), press("Blockers", "blockers", id))
		s.menu([]Button{press("Let a customer join", "release.enroll", id), press("Take a customer out", "release.withdraw", id),
			press("Shared links", "release.shares", id), page},
			edit, press("Board", "release.board", id), clone, archive)
	default:
		s.menu(nil, press("Matrix", "matrix", id), press("Steps", "template.list", id), clone, press("Reopen", "release.reopen", id), page)
	}
}

func title(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// Activation shows what activating a release would do. With a button it asks; without, it only tells.
func Activation(v core.ActivationPreview, confirm Button, env Env) Message {
	s := env.sheet()
	s.reserve = 2
	title := releaseTitle(&v.Release)
	if confirm.Action != "" {
		title = "Activate " + title + "?"
	}
	s.header(title)
	s.line(activationText(v))
	left := 0
	for _, c := range v.Clusters {
		if !s.line(fmt.Sprintf("📁 %s · %s\n%s", bold(c.Name), plural(len(c.Customers), "customer"), names(c.Customers, 15))) {
			left++
		}
	}
	if left > 0 {
		s.small("…and " + plural(left, "more cluster"))
	}
	if len(v.LeftOut) > 0 {
		var out []string
		for _, c := range v.LeftOut {
			out = append(out, c.Name+" ("+c.ClusterName+" / "+c.Namespace+")")
		}
		s.line("Left out: " + names(out, 15))
	}
	if len(v.Missing) > 0 {
		s.line("⚠️ " + missing(v.Missing, 10))
	}
	for _, n := range v.Notices {
		s.line("ℹ️ " + Escape(n))
	}
	s.reserve = 0
	s.actions(confirm, press("Steps", "template.list", v.Release.ShortID), press("Release", "release.show", v.Release.ShortID))
	return s.message()
}

// activationText is an activation in one line of mrkdwn: customers × steps.
func activationText(v core.ActivationPreview) string {
	return fmt.Sprintf("*%s × %s = %s*", plural(v.Customers, "customer"), plural(v.Steps, "step"), thousands(v.Customers*v.Steps)) + customs(v)
}

func customs(v core.ActivationPreview) string {
	if v.Customs == 0 {
		return ""
	}
	return fmt.Sprintf(" and %s: %s to work through", plural(v.Customs, "custom step"), thousands(v.Total))
}

// ActivationLines are an activation in a few lines of mrkdwn, for a form.
func ActivationLines(v core.ActivationPreview) []string {
	text := activationText(v)
	var clusters []string
	for _, c := range v.Clusters {
		clusters = append(clusters, fmt.Sprintf("%s (%s)", c.Name, thousands(len(c.Customers))))
	}
	if len(clusters) > 0 {
		text += "\n" + names(clusters, 15)
	}
	if len(v.LeftOut) > 0 {
		text += "\nLeft out: " + plural(len(v.LeftOut), "customer")
	}
	lines := []string{text}
	if len(v.Missing) > 0 {
		lines = append(lines, "⚠️ "+missing(v.Missing, 5))
	}
	return lines
}

func missing(list []core.MissingValue, most int) string {
	text := plural(len(list), "value") + " missing for placeholders:"
	for _, m := range list[:min(most, len(list))] {
		text += fmt.Sprintf("\n• %s · %s · %s needs %s", Escape(m.CustomerName), place(m.ClusterName, m.Namespace), Escape(m.Step), code(m.Placeholder))
	}
	if left := len(list) - most; left > 0 {
		text += fmt.Sprintf("\n…and %s more", thousands(left))
	}
	return text
}
