package core

import "strings"

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
		if meant := nearest(name); len(meant) > 0 {
			out = append(out, "{{"+name+"}} is left as it is; did you mean {{"+strings.Join(meant, "}} or {{")+"}}?")
		}
	}
	return out
}

// nearest is the placeholders that a name may have been meant for; none when
// it is something else altogether, as most braces in scripts are.
func nearest(name string) []string {
	if name[0] == '$' || name[0] == '.' && name != strings.ToLower(name) {
		return nil // {{ $release }} and {{ .Release.Name }} are Helm's
	}
	if meant := nearestSpelling(name); meant != "" {
		return []string{meant}
	}
	return nearestSense(strings.ToLower(name), name)
}

// nearestSpelling is the placeholder from which a name differs by few characters.
func nearestSpelling(name string) string {
	const within = 4 // edits; fewer for short names, of which many are near
	best, near := "", within
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

// halves is what is said for short of a placeholder, by half of its name.
// "name" is not among them: it could be anybody's.
var halves = map[string]string{
	"customer": "customer.name", "cluster": "cluster.name", "release": "release.name", "namespace": "customer.namespace",
	"version": "release.version", "kubeconfig": "cluster.kubeconfig_path", "kubeconfig_path": "cluster.kubeconfig_path",
}

// nearestSense is the placeholders for a name that says half of what it means,
// or something of a noun that only metadata could have. A name that begins with
// a dot is a Go template's, where anything may stand for itself.
func nearestSense(name, typed string) []string {
	for half, meant := range halves {
		if editDistance(name, half) <= 1 {
			return []string{meant}
		}
	}
	noun, rest, dotted := strings.Cut(name, ".")
	if !dotted || rest == "" {
		return nil
	}
	_, key, _ := strings.Cut(typed, ".") // typed may be longer or shorter than name: İ and K change their length with their case
	switch noun {
	case "meta", "metadata": // as it is written in a command
		return []string{customerFacts + key, clusterFacts + key}
	case "customer", "cluster":
		if _, behind, further := strings.Cut(key, "."); further && behind != "" {
			key = behind // customer.meta.tier
		}
		return []string{noun + ".metadata." + key}
	case "release":
		return []string{"release.name", "release.version"}
	}
	return nil
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
