package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"rollcall/core"
)

// csvColumns are the columns of a file of customers; meta.KEY beside them sets metadata.
var csvColumns = []string{"name", "cluster", "namespace", "description"}

// looksLikeCSV tells a file of customers by its first line: column names with a separator between.
func looksLikeCSV(text []byte) bool {
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

// readCSV reads customers, a line each, under the columns of csvColumns in any order.
func readCSV(text []byte) (core.Import, error) {
	var in core.Import
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // spreadsheets mark UTF-8 with it
	table := csv.NewReader(bytes.NewReader(text))
	table.Comma = separatorOf(firstLine(text))
	table.TrimLeadingSpace = true
	head, err := table.Read()
	if err != nil {
		return in, csvError(err)
	}
	var problems []error
	for i := range head {
		head[i] = strings.ToLower(strings.TrimSpace(head[i]))
		if key, meta := strings.CutPrefix(head[i], "meta."); meta && key != "" {
			continue
		}
		if !slices.Contains(csvColumns, head[i]) {
			problems = append(problems, lineError{1, fmt.Sprintf("knows no column %q: there are %s and meta.KEY", head[i], strings.Join(csvColumns, ", "))})
		}
		if slices.Index(head, head[i]) < i {
			problems = append(problems, lineError{1, fmt.Sprintf("the column %q stands there twice", head[i])})
		}
	}
	for _, must := range csvColumns[:3] {
		if !slices.Contains(head, must) {
			problems = append(problems, lineError{1, fmt.Sprintf("the column %q is missing", must)})
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
		if err != nil {
			problems = append(problems, csvError(err))
			if !errors.Is(err, csv.ErrFieldCount) {
				break
			}
			continue
		}
		line, _ := table.FieldPos(0)
		in.Customers = append(in.Customers, csvCustomer(head, row, line))
	}
	if len(problems) == 0 && len(in.Customers) == 0 {
		problems = append(problems, lineError{2, "there is no customer in the file"})
	}
	return in, errors.Join(problems...)
}

// csvCustomer reads one row. An empty cell leaves the customer's field as it is.
func csvCustomer(head, row []string, line int) core.ImportCustomer {
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

func csvError(err error) error {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	if errors.Is(parse.Err, csv.ErrFieldCount) {
		return lineError{parse.Line, "the line has another number of cells than the first one"}
	}
	return lineError{parse.Line, parse.Err.Error()}
}
