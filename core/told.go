package core

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// spoken are fields that people know by another name.
var spoken = map[string]string{"cluster_id": "cluster", "version_number": "version", "release_date": "date", "kubeconfig_path": "kubeconfig", "archive_reason": "reason"}

// untold are fields of which the verb has said everything: "removed", "archived", "changed".
var untold = map[string]bool{"removed": true, "is_active": true, "revision": true}

// Told is what changed as people read it: fields under the names that are typed, metadata key by key, and nothing that
// the verb says already.
func (a Activity) Told() (out []FieldNow) {
	for _, c := range a.Changes {
		switch name := spoken[c.Field]; {
		case untold[c.Field]:
		case c.Field == "metadata":
			out = append(out, metaTold(c)...)
		case name != "":
			out = append(out, FieldNow{Field: name, Before: c.Before, After: c.After})
		default:
			out = append(out, FieldNow{Field: strings.ReplaceAll(c.Field, "_", " "), Before: c.Before, After: c.After})
		}
	}
	return out
}

// metaTold is the keys of metadata that changed.
func metaTold(c FieldNow) (out []FieldNow) {
	var before, after map[string]string
	if c.Before != "" && json.Unmarshal([]byte(c.Before), &before) != nil || c.After != "" && json.Unmarshal([]byte(c.After), &after) != nil {
		return []FieldNow{c}
	}
	keys := maps.Clone(before)
	if keys == nil {
		keys = map[string]string{}
	}
	maps.Copy(keys, after)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if before[key] != after[key] {
			out = append(out, FieldNow{Field: "meta." + key, Before: Maybe(before[key]), After: Maybe(after[key])})
		}
	}
	return out
}
