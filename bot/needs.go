package bot

import (
	"strings"

	"rollcall/core"
)

// An edit can be asked for because a step lacks a value: then the form points at the fields that are needed, and the
// step is shown again once they are filled in.

// arrangeNeeds points at the fields for which the form was opened.
func arrangeNeeds(c *call, d *sketch) error {
	var keys []string
	for _, need := range strings.Fields(d.state.Fixed[needsArg.Name]) {
		if key, of := metaKey(need); of {
			keys = append(keys, key)
			continue
		}
		if f := d.field(need); f != nil {
			f.Optional, f.Hint = false, "The step has no value for it yet"
		}
	}
	f := d.field(metaArg.Name)
	if f == nil || len(keys) == 0 {
		return nil
	}
	var lines, open []string
	if f.Value != "" {
		lines = strings.Split(f.Value, "\n")
	}
	there := changedMeta(f.Value, nil)
	for _, key := range keys {
		if _, given := there[key]; !given {
			lines = append(lines, key+"=")
		}
		open = append(open, key+"=")
	}
	f.Value, f.Optional = strings.Join(lines, "\n"), false
	f.Hint = "Write the value behind " + andList(open) + ": the step has none yet. One key=value a line"
	return nil
}

// unfilled is the metadata key for which the form was opened and that was left without a value; empty when none was.
func unfilled(in In) string {
	if in.cmd.arg(needsArg.Name) == nil {
		return ""
	}
	for _, need := range strings.Fields(in.Str(needsArg.Name)) {
		if key, of := metaKey(need); of && in.meta[key] == "" {
			return key
		}
	}
	return ""
}

// back is the step for which an edit was asked, if it was asked for one.
func (c *call) back() (core.StepQuery, bool) {
	if c.cmd.arg(backArg.Name) == nil {
		return core.StepQuery{}, false
	}
	at := strings.Fields(c.in.Str(backArg.Name))
	if len(at) != 3 {
		return core.StepQuery{}, false
	}
	return core.StepQuery{Release: at[0], Customer: at[1], Step: at[2]}, true
}
