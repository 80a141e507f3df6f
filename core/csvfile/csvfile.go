// Package csvfile reads a list of customers from a CSV file, as a spreadsheet writes it, into an import. It knows the
// columns and what spreadsheets do to them. It must not know where the file came from, nor who asks.
package csvfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"rollcall/core"
)

// Columns are the columns of a file of customers; meta.KEY beside them sets metadata.
var Columns = []string{"name", "cluster", "namespace", "description"}

// Looks tells a file of customers by its first line: column names with a separator between.
func Looks(text []byte) bool {
	head := firstLine(text)
	return separatorOf(head) != 0 && strings.Contains(strings.ToLower(head), "namespace") && !strings.ContainsAny(head, ":{[")
}

func firstLine(text []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimPrefix(text, []byte("\ufeff")), []byte("\n"))
	return strings.TrimSpace(string(line))
}

// separatorOf is the separator of a head line: spreadsheets write commas, semicolons or tabs.
func separatorOf(head string) rune {
	for _, sep := range []rune{',', ';', '\t'} {
		if strings.ContainsRune(head, sep) {
			return sep
		}
	}
	return 0
}

// Read reads customers, a line each, under the columns of Columns in any order.
func Read(text []byte) (core.Import, error) {
	var in core.Import
	if !utf8.Valid(text) {
		return in, LineError{firstBad(text), "is not UTF-8 text: save the file as “CSV UTF-8”"}
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // spreadsheets mark UTF-8 with it
	separator := separatorOf(firstLine(text))
	if separator == 0 {
		return in, LineError{1, "the first line must name the columns, with commas between: " + strings.Join(Columns, ",")}
	}
	table := csv.NewReader(bytes.NewReader(text))
	table.Comma = separator
	table.TrimLeadingSpace = true
	head, err := table.Read()
	if err != nil {
		return in, located(err)
	}
	var problems []error
	for i := range head {
		head[i] = strings.ToLower(strings.TrimSpace(head[i]))
		if key, meta := strings.CutPrefix(head[i], "meta."); meta && key != "" {
			continue
		}
		if !slices.Contains(Columns, head[i]) {
			problems = append(problems, LineError{1, fmt.Sprintf("knows no column %q: there are %s and meta.KEY", head[i], strings.Join(Columns, ", "))})
		}
		if slices.Index(head, head[i]) < i {
			problems = append(problems, LineError{1, fmt.Sprintf("the column %q stands there twice", head[i])})
		}
	}
	for _, must := range Columns[:3] {
		if !slices.Contains(head, must) {
			problems = append(problems, LineError{1, fmt.Sprintf("the column %q is missing", must)})
		}
	}
	if len(problems) > 0 {
		return in, errors.Join(problems...)
	}
	for {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var parse *csv.ParseError
		if errors.Is(err, csv.ErrFieldCount) && errors.As(err, &parse) {
			problems = append(problems, LineError{parse.Line, fmt.Sprintf("the first line has %d cells and this one %d", len(head), len(row))})
			continue
		}
		if err != nil {
			problems = append(problems, located(err))
			break
		}
		line, _ := table.FieldPos(0)
		in.Customers = append(in.Customers, customerOf(head, row, line))
	}
	if len(problems) == 0 && len(in.Customers) == 0 {
		problems = append(problems, LineError{2, "there is no customer in the file"})
	}
	return in, errors.Join(problems...)
}

// firstBad is the line of the first byte that is no UTF-8.
func firstBad(text []byte) int {
	line := 1
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError && n == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		text = text[n:]
	}
	return line
}

// customerOf reads one row. An empty cell leaves the customer's field as it is.
func customerOf(head, row []string, line int) core.ImportCustomer {
	c := core.ImportCustomer{Line: line, Metadata: map[string]string{}}
	for i, cell := range row {
		cell = strings.TrimSpace(cell)
		switch head[i] {
		case "name":
			c.Name = cell
		case "cluster":
			c.Cluster = cell
		case "namespace":
			c.Namespace = cell
		case "description":
			if cell != "" {
				c.Description = &cell
			}
		default:
			if cell != "" {
				c.Metadata[strings.TrimPrefix(head[i], "meta.")] = cell
			}
		}
	}
	return c
}

func located(err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	return LineError{parse.Line, parse.Err.Error()}
}

// LineError is what is wrong with a line of a file.
type LineError struct {
	Line int
	Text string
}

func (e LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// Problems is what Read found wrong, line by line.
func Problems(err error) core.ImportProblems {
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	var out core.ImportProblems
	for _, e := range list {
		var at LineError
		if errors.As(e, &at) {
			out = append(out, core.ImportProblem{Line: at.Line, Text: at.Text})
		} else if e != nil {
			out = append(out, core.ImportProblem{Line: 1, Text: e.Error()})
		}
	}
	return out
}
