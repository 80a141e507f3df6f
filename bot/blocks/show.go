package blocks

import (
	"fmt"
	"strings"

	"rollcall/core"
)

// signs stand beside a status. States are always told in words too, never by colour or sign alone.
var signs = map[core.Status]string{core.Pending: "🔄", core.Done: "✅", core.Skipped: "⏸️", core.Reverted: "↩️"}

func sign(s core.Status) string { return signs[s] }

var statusSigns = map[core.ReleaseStatus]string{core.Draft: "📝", core.Active: "🟢", core.Archived: "📦"}

// bar draws a share in ten parts.
func bar(p core.Percent) string {
	full := p.Whole() / 10
	return strings.Repeat("█", full) + strings.Repeat("░", 10-full)
}

// progress says how far something is: the bar, the share, and what the share is of.
func progress(c core.Counts) string {
	if c.Total == 0 {
		return "no steps"
	}
	text := fmt.Sprintf("`%s` %s · %s of %s done", bar(c.Percent), c.Percent, thousands(c.Done), thousands(c.Total))
	if c.Skipped > 0 {
		text += fmt.Sprintf(" · %s skipped", thousands(c.Skipped))
	}
	if c.Reverted > 0 {
		text += fmt.Sprintf(" · %s reverted", thousands(c.Reverted))
	}
	return text
}

// place says where a customer lives: cluster / namespace.
func place(cluster, namespace string) string { return code(isolated(cluster) + " / " + namespace) }

// ReleaseName is a release in one line: version, name, short id.
func ReleaseName(r *core.ReleaseView) string {
	name := bold(r.Name)
	if r.VersionNumber != "" {
		name = bold(string(r.VersionNumber)) + " " + Escape(r.Name)
	}
	return name + " " + code(r.ShortID)
}

func releaseFacts(r *core.ReleaseView) string {
	facts := []string{statusSigns[r.Status] + " " + string(r.Status), string(r.Type)}
	if r.ReleaseDate != "" {
		facts = append(facts, string(r.ReleaseDate))
	}
	facts = append(facts, plural(r.StepCount, "step"))
	if r.Status == core.Draft {
		facts = append(facts, "for "+Escape(r.TargetsText))
	} else {
		facts = append(facts, plural(r.CustomerCount, "customer"))
	}
	if r.Blocked > 0 {
		facts = append(facts, fmt.Sprintf("⛔ %d blocked", r.Blocked))
	}
	return strings.Join(facts, " · ")
}

// metadata lists key and value pairs in the order of the keys.
func metadata(meta map[string]string) string {
	var parts []string
	for _, key := range sortedKeys(meta) {
		parts = append(parts, code(key)+" "+Escape(short(oneLine(meta[key]), 100)))
	}
	return strings.Join(parts, " · ")
}

func shareLine(r core.ReleaseShare) string {
	name := r.Name
	if r.Label() != r.Name {
		name = r.Label() + " " + r.Name
	}
	text := fmt.Sprintf("%s *%s* %s · %s · %s", statusSigns[r.Status], Escape(name), code(r.ShortID), string(r.Type), progress(r.Progress.Counts))
	if r.ReleaseDate != "" {
		text += " · " + string(r.ReleaseDate)
	}
	if r.Withdrawn {
		text += " · withdrawn"
	}
	return text
}

// more is the sentence at the end of a list that was cut, with a way on.
func (e Env) more(left int, one, path string) (string, Button) {
	if left <= 0 {
		return "", Button{}
	}
	return "…and " + plural(left, "more "+one), e.open("Open all", path)
}
