package core

import (
	"regexp"
	"slices"
	"strings"
)

// placeholderForm finds {{name}} with or without spaces inside. What stands
// there and is none of the names below stays as typed: scripts are full of
// braces of their own.
var placeholderForm = regexp.MustCompile(`\{\{[ \t]*([^\s{}"]+)[ \t]*\}\}`)

// plainPlaceholders are the placeholders without a metadata key.
var plainPlaceholders = []string{
	"customer.name", "customer.namespace", "cluster.name", "cluster.kubeconfig_path", "release.name", "release.version",
}

// metadataPlaceholders are the beginnings of those with one.
var metadataPlaceholders = []string{customerFacts, clusterFacts}

func isPlaceholder(name string) bool {
	for _, p := range plainPlaceholders {
		if p == name {
			return true
		}
	}
	for _, p := range metadataPlaceholders {
		if strings.HasPrefix(name, p) && len(name) > len(p) {
			return true
		}
	}
	return false
}

// script is a content taken apart once, to be filled for many customers.
type script struct {
	content string
	pieces  []piece
	names   []string // the placeholders used, each once, in order
}

// piece is a stretch of text, or the placeholder behind it when name is set.
type piece struct{ text, name string }

// read takes a content apart.
func read(content string) *script {
	s := &script{content: content}
	at := 0
	if strings.Contains(content, "{{") {
		for _, m := range placeholderForm.FindAllStringSubmatchIndex(content, -1) {
			name := content[m[2]:m[3]]
			if !isPlaceholder(name) {
				continue
			}
			s.pieces = append(s.pieces, piece{content[at:m[0]], name})
			at = m[1]
			if !slices.Contains(s.names, name) {
				s.names = append(s.names, name)
			}
		}
	}
	s.pieces = append(s.pieces, piece{text: content[at:]})
	return s
}

// fill puts values in the place of placeholders. One without a value stays, loudly.
func (s *script) fill(value func(name string) string) string {
	if len(s.names) == 0 {
		return s.content
	}
	var b strings.Builder
	for _, p := range s.pieces {
		b.WriteString(p.text)
		if p.name == "" {
			continue
		}
		if v := value(p.name); v != "" {
			b.WriteString(v)
		} else {
			b.WriteString("{{" + p.name + " IS MISSING}}")
		}
	}
	return b.String()
}

// missing lists the placeholders without a value.
func (s *script) missing(value func(name string) string) []string {
	var out []string
	for _, name := range s.names {
		if value(name) == "" {
			out = append(out, name)
		}
	}
	return out
}

// freeze is the values that the content uses; nil when it uses none.
func (s *script) freeze(value func(name string) string) map[string]string {
	var out map[string]string
	for _, name := range s.names {
		if out == nil {
			out = make(map[string]string, len(s.names))
		}
		out[name] = value(name)
	}
	return out
}

// placeholders lists the names that a content uses, each once, in order.
func placeholders(content string) []string { return read(content).names }

// How the names of metadata begin. A customer's stand with the customer alone; all else is known without reading it.
const (
	customerFacts = "customer.metadata."
	clusterFacts  = "cluster.metadata."
)

// present is what a step's placeholders stand for now; the function gives the empty text for one without a value.
func present(rel *Release, cust *Customer, cl *Cluster) func(name string) string {
	return func(name string) string {
		switch name {
		case "customer.name":
			return cust.Name
		case "customer.namespace":
			return cust.Namespace
		case "cluster.name":
			return cl.Name
		case "cluster.kubeconfig_path":
			return string(cl.KubeconfigPath)
		case "release.name":
			return rel.Name
		case "release.version":
			return string(rel.VersionNumber)
		}
		if key, of := strings.CutPrefix(name, customerFacts); of {
			return cust.Metadata[key]
		}
		if key, of := strings.CutPrefix(name, clusterFacts); of {
			return cl.Metadata[key]
		}
		return ""
	}
}

// FilledBy says where the value of a placeholder is kept: of which noun, and in
// which field as it is typed ("customer", "meta.region"). Of a name it is
// nowhere: that is never missing.
func FilledBy(placeholder string) (noun, field string) {
	switch placeholder {
	case "cluster.kubeconfig_path":
		return "cluster", "kubeconfig"
	case "release.version":
		return "release", "version"
	}
	if key, of := strings.CutPrefix(placeholder, customerFacts); of {
		return "customer", "meta." + key
	}
	if key, of := strings.CutPrefix(placeholder, clusterFacts); of {
		return "cluster", "meta." + key
	}
	return "", ""
}

// risky lists the used values that a shell or SQL would read as more than text.
func risky(s *script, value func(name string) string) []string {
	var out []string
	for _, name := range s.names {
		if strings.ContainsAny(value(name), "'\"$`;\n") {
			out = append(out, "The value of {{"+name+"}} holds a quote, $, backtick, semicolon or new line: read the content before you run it.")
		}
	}
	return out
}
