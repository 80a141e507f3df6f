package core

import (
	"regexp"
	"strings"
)

// placeholderForm finds {{name}} with or without spaces inside. What stands
// there and is none of the names below stays as typed: scripts are full of
// braces of their own.
var placeholderForm = regexp.MustCompile(`\{\{\s*([A-Za-z_]+(?:\.[A-Za-z0-9_.-]+)+)\s*\}\}`)

// plainPlaceholders are the placeholders without a metadata key.
var plainPlaceholders = []string{
	"customer.name", "customer.namespace", "cluster.name", "cluster.kubeconfig_path", "release.name", "release.version",
}

func isPlaceholder(name string) bool {
	for _, p := range plainPlaceholders {
		if p == name {
			return true
		}
	}
	for _, p := range []string{"customer.metadata.", "cluster.metadata."} {
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
		if isPlaceholder(m[1]) || seen[m[1]] {
			continue
		}
		seen[m[1]] = true
		best, near := "", 4
		for _, p := range plainPlaceholders {
			if d := editDistance(strings.ToLower(m[1]), p); d < near {
				best, near = p, d
			}
		}
		if best != "" {
			out = append(out, "{{"+m[1]+"}} is left as it is; did you mean {{"+best+"}}?")
		}
	}
	return out
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
