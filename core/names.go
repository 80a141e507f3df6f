package core

import (
	"slices"
	"strings"

	"rollcall/storage"
)

// NamesIn puts names together again that were cut at their commas: what people list stands with commas between, and a
// name may hold one. Of several that begin at a place the longest is meant. Everything else stays as it is.
func NamesIn(asked, names []string) (out []string) {
	for len(asked) > 0 {
		n, one := 1, asked[0]
		for _, name := range names {
			if k := strings.Count(name, ",") + 1; k > n && k <= len(asked) && uncut(name) == uncut(strings.Join(asked[:k], ",")) {
				n, one = k, name
			}
		}
		out, asked = append(out, one), asked[n:]
	}
	return out
}

// uncut is a name for comparing, whatever spaces there were at its commas.
func uncut(name string) string {
	parts := strings.Split(fold(name), ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return strings.Join(parts, ",")
}

// namesOf are the names of clusters.
func namesOf(all []ClusterRef) []string {
	out := make([]string, len(all))
	for i, c := range all {
		out[i] = c.Name
	}
	return out
}

// findClusters finds all clusters that are listed, each once. What is wrong is said of a field.
func findClusters(r storage.Reader, asked []string, sc scope, field string) (out []*Cluster, err error) {
	if len(asked) > 1 {
		all, err := gather(clusters.all(r, ""))
		if err != nil {
			return nil, err
		}
		var names []string
		for _, c := range all {
			names = append(names, c.Name)
		}
		asked = NamesIn(asked, names)
	}
	for _, ref := range asked {
		c, err := findCluster(r, ref, sc)
		if err != nil {
			return nil, inField(err, field)
		}
		if !slices.ContainsFunc(out, func(o *Cluster) bool { return o.ID == c.ID }) {
			out = append(out, c)
		}
	}
	return out, nil
}
