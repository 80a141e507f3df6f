package blocks

import (
	"fmt"
	"strconv"
	"strings"

	"rollcall/core"

	"github.com/slack-go/slack"
)

// importRows is how many lines of a plan are shown.
const importRows = 60

// ImportPlan shows what a file would change, line by line, with the button that does it. Lines that change nothing are
// counted.
func ImportPlan(summary string, p core.ImportPlan, confirm Button) Message {
	var s sheet
	s.reserve = 2
	s.header("Import " + summary)
	counts := map[string]int{}
	for _, r := range p.Rows {
		counts[r.Action]++
	}
	shown := importChanges(p)
	s.line(fmt.Sprintf("%s: *%s* added, *%s* changed, *%s* as they are. All of it or nothing.", plural(len(p.Rows), "line"),
		thousands(counts["add"]), thousands(counts["change"]), thousands(counts["keep"])))
	told := 0
	if len(shown) > 0 {
		told = s.importTable(shown[:min(len(shown), importRows)])
	}
	if left := len(shown) - told; left > 0 {
		s.small("…and " + plural(left, "line") + " more. The whole list is a file in your conversation with Rollcall.")
	}
	s.reserve = 0
	if len(shown) == 0 {
		s.small("There is nothing to do.")
		return s.message()
	}
	s.actions(confirm)
	return s.message()
}

// importChanges is the lines of a plan that change something.
func importChanges(p core.ImportPlan) []core.ImportRow {
	var out []core.ImportRow
	for _, r := range p.Rows {
		if r.Action != "keep" {
			out = append(out, r)
		}
	}
	return out
}

// ImportFile is a plan that is longer than a message as a file; nil for one that a message shows whole.
func ImportFile(summary string, p core.ImportPlan) *Attachment {
	rows := importChanges(p)
	var s sheet
	if s.importTable(rows[:min(len(rows), importRows)]) == len(rows) {
		return nil
	}
	text := strings.Builder{}
	for _, r := range rows {
		fmt.Fprintf(&text, "line %d: %s %s: %s\n", r.Line, r.Noun, oneLine(r.Name), map[string]string{"add": "added", "change": "changed"}[r.Action])
	}
	return &Attachment{Name: "import.txt", Title: short("Import "+oneLine(summary), 200), Text: text.String()}
}

var importWords = map[string]string{"add": "➕ added", "change": "✏️ changed", "keep": "as it is"}

// importTable shows as many rows as a table takes, and says how many. A file given in Slack holds customers only.
func (s *sheet) importTable(rows []core.ImportRow) int {
	table, size, told := slack.NewTableBlock(""), 0, 0
	table.AddRow(cell("Line", 10, &size), cell("Change", 20, &size), cell("Customer", 20, &size))
	var lines []string
	for _, r := range rows {
		what := importWords[r.Action]
		if what == "" {
			what = r.Action
		}
		line := []string{strconv.Itoa(r.Line), what, r.Name}
		var cells []slack.TableCell
		for i, most := range []int{10, 20, 160} {
			if line[i] == "" {
				line[i] = "–"
			}
			cells = append(cells, cell(line[i], most, &size))
		}
		if size > tableText {
			break
		}
		told++
		table.AddRow(cells...)
		lines = append(lines, Escape(strings.Join(line, " · ")))
	}
	s.add(size, shortMrkdwn(strings.Join(lines, "\n"), maxFallback), table)
	return told
}
