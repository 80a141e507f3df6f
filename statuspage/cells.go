package statuspage

import (
	"fmt"
	"html/template"
	"strconv"

	"rollcall/core"
)

// grid is one cluster's part of a matrix as its template needs it.
type grid struct {
	core.MatrixCluster
	Release  int64
	Category core.Category
	Counts   core.Counts // of the category shown
	Inline   bool        // the table stands in the page, opened; else it is loaded when the group is opened
	Only     string      // this page with nothing but this cluster
	Load     string      // the table alone
	Unfold   string      // this page with every custom step in a row of its own
}

// markClasses are the classes of a cell's marks, and the words that say the same to those who do not see them.
var markClasses = []struct {
	mark        core.Marks
	class, word string
}{
	{core.Overridden, " o", ", overridden"},
	{core.Custom, " c", ", custom"},
	{core.Blocked, " b", ", blocked"},
	{core.Claimed, " k", ", in progress"},
}

// cells writes one row of a grid. A template ranging over 50,000 cells takes twenty times as long, so this is plain
// appending; it is safe because nothing but numbers, constant words and a short id's letters and digits goes in.
func cells(g grid, row int) template.HTML {
	line := g.Cells.Row(row)
	b := make([]byte, 0, 80*len(line))
	for i, c := range line {
		if !c.Applies() {
			b = append(b, `<td class=n>Not applicable`...)
			continue
		}
		st := stateOf(c.Status)
		b = append(b, `<td class=`...)
		if c.Match && c.Marks == 0 {
			b = append(b, st.Class...)
		} else {
			b = append(b, '"')
			b = append(b, st.Class...)
			if !c.Match {
				b = append(b, " x"...)
			}
			for _, m := range markClasses {
				if c.Marks&m.mark != 0 {
					b = append(b, m.class...)
				}
			}
			b = append(b, '"')
		}
		b = append(b, `><a href=/releases/`...)
		b = strconv.AppendInt(b, g.Release, 10)
		b = append(b, "/customers/"...)
		b = strconv.AppendInt(b, g.Customers[i].ID, 10)
		if id := g.Rows[row].ShortID; id != "" { // several custom steps folded into a row have none
			b = append(b, "/steps/"...)
			b = appendShortID(b, id)
		}
		b = append(b, '>')
		b = append(b, st.Word...)
		if c.Marks != 0 {
			b = appendMarks(b, c.Marks)
		}
		b = append(b, `</a>`...)
	}
	return template.HTML(b)
}

// RowURL is the page of a row: the step across all customers, or the one customer's own step.
func (g grid) RowURL(row int) string {
	r := g.Rows[row]
	switch {
	case r.ShortID == "":
		return g.Unfold
	case !r.IsCustom:
		return fmt.Sprintf("/releases/%d/steps/%s", g.Release, r.ShortID)
	}
	for i, c := range g.Cells.Row(row) {
		if c.Applies() {
			return stepURL(g.Release, g.Customers[i].ID, r.ShortID)
		}
	}
	return ""
}

func appendMarks(b []byte, marks core.Marks) []byte {
	open := false
	for _, m := range markClasses {
		if marks&m.mark == 0 {
			continue
		}
		if !open {
			b = append(b, `<span class=vh>`...)
			open = true
		}
		b = append(b, m.word...)
	}
	if open {
		b = append(b, `</span>`...)
	}
	return b
}

// appendShortID writes what a short id is made of and drops anything else.
func appendShortID(b []byte, id string) []byte {
	for i := range len(id) {
		if c := id[i]; c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' {
			b = append(b, c)
		}
	}
	return b
}
