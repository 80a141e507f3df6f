package blocks

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"rollcall/core"

	"github.com/slack-go/slack"
)

// What a table in a message may hold, by Slack's documented limits, and what is still readable there.
const (
	tableRows    = 99 // and the head
	tableColumns = 8
	tableText    = 9000
)

// Matrix shows a release as a grid of steps and customers, one cluster at a time. at picks the cluster and
// page the group of its customers, both counted from 1.
func Matrix(v core.Matrix, at, page int, env Env) Message {
	r := &v.Release
	s := env.sheet()
	s.header(releaseTitle(r))
	s.line(code(r.ShortID) + " · " + releaseFacts(r) + "\n" + progress(v.Progress.Counts))
	if filter := matrixFilter(&v); filter != "" {
		s.small(filter)
	}
	if len(v.Clusters) == 0 {
		s.line("Nothing fits.")
	} else {
		at = min(max(at, 1), len(v.Clusters))
		grid(&s, &v, at, page)
	}
	s.selects(&v)
	s.actions(underWay(r, "Next step", "next"), underWay(r, "To do", "todo"), env.open("Open full matrix ↗", matrixPath(&v)))
	return s.message()
}

// underWay is a button for work in a release; nothing for a release in which nobody works, which would only refuse.
func underWay(r *core.ReleaseView, label, action string) Button {
	if r.Status != core.Active {
		return Button{}
	}
	return press(label, action, r.ShortID)
}

func matrixFilter(v *core.Matrix) string {
	var parts []string
	if v.Query.Category != "" {
		parts = append(parts, string(v.Query.Category)+" steps")
	}
	if len(v.Query.Clusters) > 0 {
		parts = append(parts, "cluster "+names(v.Query.Clusters, 10))
	}
	for _, status := range v.Query.Statuses {
		parts = append(parts, status.String())
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("Only %s: %s of %s", strings.Join(parts, " · "), thousands(v.Shown.Customers), plural(v.Shown.AllCustomers, "customer"))
}

// matrixPath is the page that shows the same part of the matrix.
func matrixPath(v *core.Matrix) string {
	filters := []string{"category", string(v.Query.Category)}
	for _, c := range v.Clusters {
		if len(v.Query.Clusters) > 0 {
			filters = append(filters, "cluster", c.Cluster.Name)
		}
	}
	for _, status := range v.Query.Statuses {
		filters = append(filters, "status", status.String())
	}
	return address(fmt.Sprintf("/releases/%d", v.Release.ID), filters...)
}

// grid draws one cluster as a table, with the words for its signs below.
func grid(s *sheet, v *core.Matrix, at, page int) {
	c := &v.Clusters[at-1]
	const others = 10
	for i := range v.Clusters[:min(others, len(v.Clusters))] {
		if other := &v.Clusters[i]; i != at-1 {
			s.small(fmt.Sprintf("%s · %s · %s", Escape(other.Cluster.Name), plural(len(other.Customers), "customer"), progress(other.Progress.Counts)))
		}
	}
	if left := len(v.Clusters) - others; left > 0 {
		s.small("…and " + plural(left, "more cluster"))
	}
	s.line(fmt.Sprintf("📁 %s · %s", bold(c.Cluster.Name), progress(c.Progress.Counts)))
	if len(c.Rows) == 0 || len(c.Customers) == 0 {
		s.line("No steps here.")
		return
	}
	_, page, pages := pageOf(c.Customers, page, tableColumns)
	first := (page - 1) * tableColumns
	last := min(first+tableColumns, len(c.Customers))
	table, size, rows := slack.NewTableBlock(""), 0, 0
	head := []slack.TableCell{slack.NewTableRawTextCell("Step")}
	for _, customer := range c.Customers[first:last] {
		at := " (" + customer.Namespace + ")"
		head = append(head, cell(short(customer.Name, max(60-utf8.RuneCountInString(at), 20))+at, 90, &size))
	}
	table.AddRow(head...)
	var lines []string
	for i, row := range c.Rows[:min(tableRows, len(c.Rows))] {
		room := 50
		if row.Removed {
			room += len(removedRow)
		}
		cells := []slack.TableCell{cell(rowHead(&row, v.Query.Category == ""), room, &size)}
		words := strings.TrimSpace(row.ShortID + " " + Escape(row.Name))
		if row.Removed {
			words = removedRow + words
		}
		for j := first; j < last; j++ {
			text := cellText(c.Cells.Row(i)[j])
			cells = append(cells, cell(text, 40, &size))
			words += " · " + Escape(c.Customers[j].Name) + ": " + text
		}
		if size > tableText {
			break
		}
		table.AddRow(cells...)
		lines = append(lines, words)
		rows++
	}
	s.add(size, shortMrkdwn(strings.Join(lines, "\n"), maxFallback), table)
	s.small("✅ Done · 🔄 Pending · ⏸️ Skipped · ↩️ Reverted · ⚠️ overridden · ⭐ custom · ⛔ blocked · 🔧 in progress · – not applicable")
	if left := len(c.Rows) - rows; left > 0 {
		s.small("…and " + plural(left, "more step"))
	}
	s.cells(v, c, first, last, rows)
	s.actions(matrixPager(v, c, at, page, pages)...)
}

// removedRow begins what a row is called whose step was removed from the template.
const removedRow = "(removed from template) "

// rowHead names a row; with its category where the rows of both are shown, which are counted each by itself.
func rowHead(row *core.MatrixRow, category bool) string {
	text := row.Name
	if row.ShortID != "" { // else it is many custom steps at once
		text = fmt.Sprintf("%s. %s %s", row.Position, row.ShortID, row.Name)
	}
	if row.Removed { // its place in the order belongs to another now
		text = removedRow + row.ShortID + " " + row.Name
	}
	if category {
		text = string(row.Category) + " " + text
	}
	return text
}

// cellBlock is the id of a block whose select asks for the cells of one cluster.
func cellBlock(release string, cluster int64, category core.Category) string {
	return strings.TrimSpace(fmt.Sprintf("cell %s %d %s", release, cluster, category))
}

// CellsOf is whose cells a block asks for, of every category where that is empty; false for other blocks.
func CellsOf(block string) (release, cluster string, category core.Category, ok bool) {
	words := strings.Fields(block)
	if len(words) < 3 || words[0] != "cell" {
		return "", "", "", false
	}
	if len(words) > 3 {
		category = core.Category(words[3])
	}
	return words[1], words[2], category, true
}

// CellOption is one customer's step to open; where a row stands for many custom ones, the one its cell shows.
func CellOption(release string, c *core.MatrixCustomer, row *core.MatrixRow, cell core.Cell) Option {
	if row.ShortID == "" {
		return Option{Value: press("", "step.show", release, c.ID, cell.ID).Line, Group: c.Name + " · " + c.Namespace,
			Label: short(c.Name, 30) + " · " + short(row.Name, 40)}
	}
	return Option{Value: press("", "step.show", release, c.ID, row.ShortID).Line, Group: c.Name + " · " + c.Namespace,
		Label: short(c.Name, 30) + " · " + row.ShortID + " " + short(row.Name, 25) + " · " + cell.Status.String()}
}

// cells opens the card of a cell. What does not fit into a list is searched for.
func (s *sheet) cells(v *core.Matrix, c *core.MatrixCluster, first, last, rows int) {
	var options []Option
	for j := first; j < last; j++ {
		customer := &c.Customers[j]
		for i := range c.Rows[:rows] {
			row, cell := &c.Rows[i], c.Cells.Row(i)[j]
			if cell.Applies() && (cell.Match || len(v.Query.Statuses) == 0) {
				options = append(options, CellOption(v.Release.ShortID, customer, row, cell))
			}
		}
	}
	if len(options) == 0 {
		return
	}
	el := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText("Open a step", maxPlaceholder), "step.show:cell")
	size := sizeOf(options)
	if len(options) <= maxOptions && len(c.Customers) <= tableColumns && s.size+size <= maxMessage {
		el.Options, el.OptionGroups = offered(options)
	} else {
		size = 0
		el.Type, el.MinQueryLength = slack.OptTypeExternal, new(int)
		el.Placeholder = plainText("Open a step: type a customer or step", maxPlaceholder)
	}
	s.add(size, "", slack.NewActionBlock(cellBlock(v.Release.ShortID, c.Cluster.ID, v.Query.Category), el))
}

func cell(text string, n int, size *int) *slack.TableRawTextCell {
	text = short(oneLine(text), n)
	*size += utf8.RuneCountInString(text)
	return slack.NewTableRawTextCell(text)
}

func cellText(c core.Cell) string {
	if !c.Applies() {
		return "–"
	}
	text := sign(c.Status) + " " + title(c.Status.String())
	if c.Marks&core.Overridden != 0 {
		text += " ⚠️"
	}
	if c.Marks&core.Custom != 0 {
		text += " ⭐"
	}
	if c.Marks&core.Blocked != 0 {
		text += " ⛔"
	}
	if c.Marks&core.Claimed != 0 {
		text += " 🔧"
	}
	return text
}

// matrixPager leads to further customers of this cluster and to the clusters beside it.
func matrixPager(v *core.Matrix, c *core.MatrixCluster, at, page, pages int) []Button {
	turn := func(label string, at, page int) Button {
		b := press(label, "matrix", append(matrixArgs(v, v.Query), fmt.Sprintf("at=%d", at), fmt.Sprintf("page=%d", page))...)
		return b.in("here")
	}
	var out []Button
	if page > 1 {
		out = append(out, turn("◀ Customers", at, page-1))
	}
	if page < pages {
		left := len(c.Customers) - page*tableColumns
		out = append(out, turn(fmt.Sprintf("%d more customers ▶", left), at, page+1))
	}
	if at > 1 {
		out = append(out, turn("◀ "+short(v.Clusters[at-2].Cluster.Name, 30), at-1, 1))
	}
	if at < len(v.Clusters) {
		out = append(out, turn(short(v.Clusters[at].Cluster.Name, 30)+" ▶", at+1, 1))
	}
	return out
}

// matrixArgs are the words that ask for a part of the same release's matrix.
func matrixArgs(v *core.Matrix, q core.MatrixQuery) []any {
	args := []any{v.Release.ShortID}
	if len(q.Clusters) > 0 {
		args = append(args, clusterWord(q.Clusters))
	}
	if q.Category != "" {
		args = append(args, "category="+string(q.Category))
	}
	if len(q.Statuses) > 0 {
		var names []string
		for _, s := range q.Statuses {
			names = append(names, s.String())
		}
		args = append(args, "status="+strings.Join(names, ","))
	}
	return args
}

// selects offers the filters: which cluster, which status, which category. Each keeps the other two.
func (s *sheet) selects(v *core.Matrix) {
	show := func(label string, change func(*core.MatrixQuery)) choice {
		q := v.Query
		change(&q)
		return choice{Label: label, Line: press("", "matrix", matrixArgs(v, q)...).in("here").Line}
	}
	statuses := []choice{show("All statuses", func(q *core.MatrixQuery) { q.Statuses = nil })}
	for _, status := range core.Statuses {
		statuses = append(statuses, show(title(status.String()), func(q *core.MatrixQuery) { q.Statuses = []core.Status{status} }))
	}
	categories := []choice{show("Deploy and verify", func(q *core.MatrixQuery) { q.Category = "" })}
	for _, category := range core.Categories {
		categories = append(categories, show(title(string(category)), func(q *core.MatrixQuery) { q.Category = category }))
	}
	var elements []slack.BlockElement
	id := ""
	if len(v.Names) > 1 {
		el, block := clusterSelect("matrix:cluster", show("", func(q *core.MatrixQuery) { q.Clusters = nil }).Line, v.Names)
		elements, id = append(elements, el), block
	}
	for _, more := range []slack.BlockElement{pick("matrix:status", "Status", fitting(statuses)), pick("matrix:category", "Category", fitting(categories))} {
		if more != nil {
			elements = append(elements, more)
		}
	}
	if len(elements) > 0 {
		s.add(0, "", slack.NewActionBlock(id, elements...))
	}
}
