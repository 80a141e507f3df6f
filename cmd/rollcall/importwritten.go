package main

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
)

// asWritten makes of YAML what its writer sees: an alias is what its anchor stands on, in whatever entry that is, and
// a number is its text, since versions and names are (2.10 is not 2.1).
type asWritten struct {
	anchors  map[string]ast.Node
	problems []error
}

func (w *asWritten) node(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.AnchorNode:
		n.Value = w.node(n.Value)
		w.anchors[n.Name.GetToken().Value] = n.Value
		return n.Value
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		if stands, ok := w.anchors[name]; ok {
			return stands
		}
		w.problems = append(w.problems, lineError(lineOf(n), fmt.Sprintf("no anchor &%s stands before *%s", name, name)))
		return ast.Null(n.GetToken())
	case *ast.TagNode:
		n.Value = w.node(n.Value)
	case *ast.MappingNode:
		for _, v := range n.Values {
			v.Value = w.node(v.Value)
		}
		n.Values = merged(n.Values)
	case *ast.MappingValueNode:
		n.Value = w.node(n.Value)
	case *ast.SequenceNode:
		for i, v := range n.Values {
			n.Values[i] = w.node(v)
		}
	case *ast.IntegerNode, *ast.FloatNode:
		return ast.String(n.GetToken())
	}
	return n
}

// merged is the fields of a mapping with those that "<<" takes over from others put in, where the mapping has none of
// that name itself.
func merged(values []*ast.MappingValueNode) []*ast.MappingValueNode {
	own := map[string]bool{}
	var out, taken []*ast.MappingValueNode
	for _, v := range values {
		if v.Key.Type() != ast.MergeKeyType {
			own[v.Key.GetToken().Value] = true
			out = append(out, v)
			continue
		}
		from := []ast.Node{v.Value}
		if several, ok := unwrap(v.Value).(*ast.SequenceNode); ok {
			from = several.Values
		}
		for _, mapping := range from {
			for _, f := range fieldsOf(mapping) {
				taken = append(taken, f.of)
			}
		}
	}
	for _, v := range taken {
		if name := v.Key.GetToken().Value; !own[name] {
			own[name] = true
			out = append(out, v)
		}
	}
	return out
}
