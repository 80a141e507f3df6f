package core

import "strconv"

// Grid is the cells of a matrix: row after row, each with one cell per customer.
type Grid struct {
	Cells   []Cell
	Columns int
}

// Row is the cells of row i, in the order of the customers.
func (g Grid) Row(i int) []Cell { return g.Cells[i*g.Columns : (i+1)*g.Columns] }

// Rows is how many rows there are.
func (g Grid) Rows() int {
	if g.Columns == 0 {
		return 0
	}
	return len(g.Cells) / g.Columns
}

// MarshalJSON writes an array of rows; a step that a customer does not have is null.
func (g Grid) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, 2+len(g.Cells)*64)
	b = append(b, '[')
	for i := range g.Rows() {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for j, c := range g.Row(i) {
			if j > 0 {
				b = append(b, ',')
			}
			b = c.appendJSON(b)
		}
		b = append(b, ']')
	}
	return append(b, ']'), nil
}

// cellMarks are the marks under their names in JSON.
var cellMarks = []struct {
	mark Marks
	name string
}{
	{Custom, "is_custom"},
	{Overridden, "is_overridden"},
	{MovedOn, "template_moved_on"},
	{Claimed, "is_claimed"},
	{Blocked, "is_blocked"},
	{Noted, "has_notes"},
}

func (c Cell) appendJSON(b []byte) []byte {
	if !c.Applies() {
		return append(b, "null"...)
	}
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, c.ID, 10)
	b = append(b, `,"status":"`...)
	b = append(b, c.Status.String()...)
	b = append(b, '"')
	for _, m := range cellMarks {
		b = append(b, `,"`...)
		b = append(b, m.name...)
		b = append(b, `":`...)
		b = strconv.AppendBool(b, c.Marks&m.mark != 0)
	}
	return append(b, '}')
}
