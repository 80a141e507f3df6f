package blocks

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"rollcall/core"
)

// bulkRoom is how many steps of a plan are named, and in how many characters, of those that change as of those left out.
type bulkRoom struct{ steps, characters int }

var (
	bulkShown    = bulkRoom{15, maxMessage * 2 / 5} // in a message, which goes with a file where that is not all
	bulkForetold = bulkRoom{40, maxMessage}         // in a form, which has no file
)

// BulkText says in a form what a bulk would change and what not.
func BulkText(v core.BulkPlan) []string {
	changed, _ := bulkChange(&v, bulkForetold)
	left, _ := bulkLeft(&v, bulkForetold)
	return append(changed, left...)
}

// Bulk shows exactly which steps would change and which are left out and why, with the button that does it. A plan that
// is longer than a message goes to its asker as a file besides.
func Bulk(v core.BulkPlan, env Env) Message {
	s := env.sheet()
	s.reserve = 2
	s.header(v.Title)
	changed, all := bulkChange(&v, bulkShown)
	left, whole := bulkLeft(&v, bulkShown)
	for _, text := range append(changed, left...) {
		s.line(text)
	}
	s.reserve = 1
	var about []string
	if !all || !whole {
		about = append(about, "The whole list is a file in your conversation with Rollcall.")
	}
	if len(v.Change) > 0 {
		about = append(about, "Confirm works until "+Date(v.Until)+".")
	}
	if len(about) > 0 {
		s.small(strings.Join(about, " "))
	}
	s.reserve = 0
	if len(v.Change) > 0 {
		s.actions(press("Confirm", "bulk.run", v.ID).primary(), press("Matrix", "matrix", v.Release.ShortID))
	}
	return s.message()
}

// BulkFile is a plan that is longer than a message as a file; nil for one that a message shows whole.
func BulkFile(v core.BulkPlan) *Attachment {
	_, changed := bulkChange(&v, bulkShown)
	if _, left := bulkLeft(&v, bulkShown); changed && left {
		return nil
	}
	text := strings.Builder{}
	list := func(head string, steps []core.BulkStep) {
		fmt.Fprintf(&text, "%s %s\n", plural(len(steps), "step"), head)
		for _, step := range steps {
			line := step.Line
			if step.Detail != "" {
				line += " (" + oneLine(step.Detail) + ")"
			}
			text.WriteString(line + "\n")
		}
	}
	list("would change:", v.Change)
	for _, g := range leftOut(&v) {
		text.WriteString("\n")
		list("left out, "+string(g.cause)+":", g.steps)
	}
	return &Attachment{Name: "steps-of-" + v.Release.ShortID + ".txt", Title: short(oneLine(v.Title), 200), Text: text.String()}
}

// bulkChange says which steps would change, at most so many by name; all says whether that is every one of them, whole.
func bulkChange(v *core.BulkPlan, room bulkRoom) (texts []string, all bool) {
	lines, all := bulkLines(v.Change, room)
	return paragraphs(fmt.Sprintf("*%s* would change.%s", plural(len(v.Change), "step"), byCluster(v.Change)), lines), all
}

// bulkLeft says which steps are left out, by the reason. Each reason gets its share of the lines there are.
func bulkLeft(v *core.BulkPlan, room bulkRoom) (texts []string, all bool) {
	groups := leftOut(v)
	all = true
	for i, g := range groups {
		lines, whole := bulkLines(g.steps, bulkRoom{room.steps / (len(groups) - i), room.characters / (len(groups) - i)})
		for _, line := range lines {
			room.steps, room.characters = room.steps-1, room.characters-utf8.RuneCountInString(line)
		}
		all = all && whole
		texts = append(texts, paragraphs(fmt.Sprintf("*%s* left out: %s", plural(len(g.steps), "step"), g.cause), lines)...)
	}
	return texts, all
}

// leftGroup is the steps that are left out for one reason.
type leftGroup struct {
	cause core.LeaveOut
	steps []core.BulkStep
}

func leftOut(v *core.BulkPlan) []leftGroup {
	var out []leftGroup
	for _, cause := range core.LeaveOuts {
		g := leftGroup{cause: cause}
		for _, step := range v.LeftOut {
			if step.Cause == cause {
				g.steps = append(g.steps, step)
			}
		}
		if len(g.steps) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// byCluster counts steps by their clusters, where these are several.
func byCluster(list []core.BulkStep) string {
	const most = 10
	var names []string
	count := map[string]int{}
	for _, step := range list {
		if count[step.Cluster]++; count[step.Cluster] == 1 {
			names = append(names, step.Cluster)
		}
	}
	if len(names) < 2 {
		return ""
	}
	var parts []string
	for _, name := range names[:min(most, len(names))] {
		parts = append(parts, fmt.Sprintf("%s: %s", Escape(name), thousands(count[name])))
	}
	text := "\n" + strings.Join(parts, " · ")
	if left := len(names) - most; left > 0 {
		text += " …and " + plural(left, "more cluster")
	}
	return text
}

// bulkLines is steps as lines, at most so many; all says whether that is every one of them, whole.
func bulkLines(list []core.BulkStep, room bulkRoom) (lines []string, all bool) {
	size, all := 0, true
	for _, step := range list[:min(room.steps, len(list))] {
		whole, detail := oneLine(step.Line), oneLine(step.Detail)
		line := "• " + Escape(short(whole, 150))
		if detail != "" {
			line += " (" + Escape(short(detail, 100)) + ")"
		}
		if size += utf8.RuneCountInString(line); size > room.characters {
			break
		}
		all = all && utf8.RuneCountInString(whole) <= 150 && utf8.RuneCountInString(detail) <= 100
		lines = append(lines, line)
	}
	if left := len(list) - len(lines); left > 0 {
		return append(lines, fmt.Sprintf("…and %s more", thousands(left))), false
	}
	return lines, all
}

// paragraphs puts lines below a head, in as many texts as Slack takes them in.
func paragraphs(head string, lines []string) []string {
	const room = maxSection - 100
	out := []string{head}
	for _, line := range lines {
		last := &out[len(out)-1]
		if utf8.RuneCountInString(*last)+utf8.RuneCountInString(line) > room {
			out = append(out, line)
			continue
		}
		*last += "\n" + line
	}
	return out
}
