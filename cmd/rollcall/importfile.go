package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"rollcall/core"
	"rollcall/core/csvfile"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxImportFile is the largest file that import reads, in bytes.
const maxImportFile = 16 << 20

// readImport reads clusters, customers and releases from YAML, and so also from JSON, from what `rollcall export`
// wrote, or customers from CSV. Errors name the line.
func readImport(text []byte) (core.Import, error) {
	var in core.Import
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // as Windows saves it
	if csvfile.Looks(text) {
		return csvfile.Read(text)
	}
	if exported, ok := exportIn(text); ok {
		return exported.asImport()
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return in, atLine(err)
	}
	var body ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case body != nil:
			return in, lineError(lineOf(doc.Body), "a second document begins here: put everything into one")
		default:
			body = doc.Body
		}
	}
	if body == nil {
		return in, errors.New("the file is empty: it should list clusters, customers or releases")
	}
	written := asWritten{anchors: map[string]ast.Node{}}
	body = written.node(body)
	problems := written.problems
	for _, section := range fieldsOf(body) {
		read := func(entry ast.Node) error {
			line := lineOf(entry)
			switch section.name {
			case "clusters":
				return appendEntry(&in.Clusters, entry, func(c *core.ImportCluster) { c.Line = line })
			case "customers":
				return appendEntry(&in.Customers, entry, func(c *core.ImportCustomer) { c.Line = line })
			default:
				plainWords(entry)
				return appendEntry(&in.Releases, entry, func(r *core.ImportRelease) { r.Line = line; numberSteps(r, entry) })
			}
		}
		entries, isList := unwrap(section.value).(*ast.SequenceNode)
		switch {
		case section.name != "clusters" && section.name != "customers" && section.name != "releases":
			problems = append(problems, lineError(section.line, fmt.Sprintf("knows no %q: a file lists clusters, customers and releases", section.name)))
		case isNull(section.value):
		case !isList:
			problems = append(problems, lineError(section.line, section.name+" must be a list"))
		default:
			for _, entry := range entries.Values {
				if err := read(unwrap(entry)); err != nil {
					problems = append(problems, atLine(err))
				}
			}
		}
	}
	if body.Type() != ast.MappingType && body.Type() != ast.MappingValueType {
		problems = append(problems, lineError(lineOf(body), "the file should list clusters, customers or releases"))
	}
	return in, errors.Join(problems...)
}

// appendEntry decodes one entry of a list; unknown fields are errors.
func appendEntry[T any](list *[]T, entry ast.Node, place func(*T)) error {
	var v T
	if err := yaml.NodeToValue(entry, &v, yaml.Strict()); err != nil {
		return err
	}
	place(&v)
	*list = append(*list, v)
	return nil
}

// plainWords understands a release that a person wrote in the words of the commands: templates or steps for
// step_templates, and targets: all.
func plainWords(release ast.Node) {
	for _, field := range fieldsOf(release) {
		key, _ := field.key.(*ast.StringNode)
		word, _ := unwrap(field.value).(*ast.StringNode)
		switch {
		case key != nil && (field.name == "templates" || field.name == "steps"):
			key.Value, key.Token.Value = "step_templates", "step_templates"
		case field.name == "targets" && word != nil && word.Value == "all":
			field.of.Value = everybody()
		}
	}
}

// everybody is {all: true}.
func everybody() ast.Node {
	file, err := parser.ParseBytes([]byte("{all: true}"), 0)
	if err != nil {
		panic(err) // it is a constant
	}
	return file.Docs[0].Body
}

// numberSteps gives the steps of a release their lines.
func numberSteps(r *core.ImportRelease, entry ast.Node) {
	for _, field := range fieldsOf(entry) {
		steps, ok := unwrap(field.value).(*ast.SequenceNode)
		if field.name != "step_templates" || !ok {
			continue
		}
		for i, step := range steps.Values {
			if i < len(r.Steps) {
				r.Steps[i].Line = lineOf(step)
			}
		}
	}
}

type yamlField struct {
	name  string
	line  int
	value ast.Node
	key   ast.Node
	of    *ast.MappingValueNode
}

// fieldsOf returns the fields of a mapping, none for any other node.
func fieldsOf(node ast.Node) (fields []yamlField) {
	var values []*ast.MappingValueNode
	switch node := unwrap(node).(type) {
	case *ast.MappingNode:
		values = node.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{node}
	}
	for _, v := range values {
		at := v.Key.GetToken()
		fields = append(fields, yamlField{at.Value, at.Position.Line, v.Value, v.Key, v})
	}
	return fields
}

// lineOf is the line a node begins on. The token of a mapping is its first colon, so its first key is asked.
func lineOf(node ast.Node) int {
	node = unwrap(node)
	if fields := fieldsOf(node); len(fields) > 0 && !isFlow(node) {
		return fields[0].line
	}
	return node.GetToken().Position.Line
}

func isFlow(node ast.Node) bool {
	m, ok := node.(*ast.MappingNode)
	return ok && m.IsFlowStyle
}

// unwrap looks through anchors and tags at what they stand on.
func unwrap(node ast.Node) ast.Node {
	for {
		switch n := node.(type) {
		case *ast.AnchorNode:
			node = n.Value
		case *ast.TagNode:
			node = n.Value
		default:
			return node
		}
	}
}

func isNull(node ast.Node) bool { return node == nil || unwrap(node).Type() == ast.NullType }

// lineError is what is wrong with a line of a file.
func lineError(line int, text string) error { return csvfile.LineError{Line: line, Text: text} }

// atLine gives an error of the YAML library the form of ours: its own draws a picture of the source.
func atLine(err error) error {
	var located interface {
		GetMessage() string
		GetToken() *token.Token
	}
	if errors.As(err, &located) && located.GetToken() != nil {
		return lineError(located.GetToken().Position.Line, strings.TrimSpace(located.GetMessage()))
	}
	return err
}
