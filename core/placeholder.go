package core

import (
	"regexp"
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
var metadataPlaceholders = []string{"customer.metadata.", "cluster.metadata."}

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

// placeholders lists the names that a content uses, each once, in order.
func placeholders(content string) []string {
	var out []string
	seen := map[string]bool{}
	for _, m := range placeholderForm.FindAllStringSubmatch(content, -1) {
		if isPlaceholder(m[1]) && !seen[m[1]] {
			seen[m[1]] = true
			out = append(out, m[1])
		}
	}
	return out
}

// nearMisses lists what looks like a placeholder and is none, with the name
// that was probably meant.
func nearMisses(content string) []string {
	var out []string
	seen := map[string]bool{}
	for _, m := range placeholderForm.FindAllStringSubmatch(content, -1) {
		name := m[1]
		if isPlaceholder(name) || seen[name] {
			continue
		}
		seen[name] = true
		if meant := nearest(name); meant != "" {
			out = append(out, "{{"+name+"}} is left as it is; did you mean {{"+meant+"}}?")
		}
	}
	return out
}

// nearest is the placeholder that a name comes close to; empty when it is
// something else altogether, as most braces in scripts are.
func nearest(name string) string {
	const within = 4 // edits; fewer for short names, of which many are near
	best, near := "", within
	if name[0] == '.' && name != strings.ToLower(name) {
		return "" // {{ .Release.Name }} is Helm's
	}
	try := func(typed, meant, say string) {
		if d := editDistance(strings.ToLower(typed), meant); d < min(near, 1+len(meant)/3) {
			best, near = say, d
		}
	}
	for _, p := range plainPlaceholders {
		try(name, p, p)
		if rest, begun := strings.CutPrefix(p, strings.ToLower(name)); begun && strings.Contains(name, ".") && near == within {
			best, near = p, min(len(rest), within-1)
		}
	}
	for _, p := range metadataPlaceholders {
		try(name, strings.TrimSuffix(p, "."), p+"KEY") // the key was forgotten
		for i := range len(name) {
			if i > 0 && name[i] == '.' && i+1 < len(name) { // a key behind a name that is misspelt
				try(name[:i+1], p, p+name[i+1:])
			}
		}
	}
	return best
}

// placeholderValues is what a step's placeholders stand for now.
func placeholderValues(rel *Release, cust *Customer, cl *Cluster) map[string]string {
	v := map[string]string{
		"customer.name":           cust.Name,
		"customer.namespace":      cust.Namespace,
		"cluster.name":            cl.Name,
		"cluster.kubeconfig_path": string(cl.KubeconfigPath),
		"release.name":            rel.Name,
		"release.version":         string(rel.VersionNumber),
	}
	for k, s := range cust.Metadata {
		v["customer.metadata."+k] = s
	}
	for k, s := range cl.Metadata {
		v["cluster.metadata."+k] = s
	}
	return v
}

// fill puts values in the place of placeholders. One without a value stays,
// loudly, and is listed.
func fill(content string, values map[string]string) (filled string, missing []string) {
	seen := map[string]bool{}
	filled = placeholderForm.ReplaceAllStringFunc(content, func(m string) string {
		name := placeholderForm.FindStringSubmatch(m)[1]
		if !isPlaceholder(name) {
			return m
		}
		if v := values[name]; v != "" {
			return v
		}
		if !seen[name] {
			seen[name] = true
			missing = append(missing, name)
		}
		return "{{" + name + " IS MISSING}}"
	})
	return filled, missing
}

// risky lists the used values that a shell or SQL would read as more than text.
func risky(content string, values map[string]string) []string {
	var out []string
	for _, name := range placeholders(content) {
		if strings.ContainsAny(values[name], "'\"$`;\n") {
			out = append(out, "The value of {{"+name+"}} holds a quote, $, backtick, semicolon or new line: read the content before you run it.")
		}
	}
	return out
}

// frozenValues is the part of values that a content uses; nil when it uses none.
func frozenValues(content string, values map[string]string) map[string]string {
	var out map[string]string
	for _, name := range placeholders(content) {
		if out == nil {
			out = map[string]string{}
		}
		out[name] = values[name]
	}
	return out
}

// editDistance counts the single-character edits between two short texts.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diag, row[j+1] = row[j+1], min(diag+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
