package core

import "strings"

// Download is a step's content as a file: its target line as a comment of the step's language, then the content as it
// is. A first line that names an interpreter stays the first, because it says how the rest is run. Empty when the
// asker may not see the content.
func (v *StepDetail) Download() string {
	text := string(v.Step.Content)
	if text == "" {
		return ""
	}
	mark := "# "
	if v.Step.Type == SQL {
		mark = "-- "
	}
	comment := mark + Visible(v.Step.TargetLine) + "\n"
	if first, rest, found := strings.Cut(text, "\n"); found && v.Step.Type == Bash && strings.HasPrefix(first, "#!") {
		return first + "\n" + comment + rest
	}
	return comment + text
}
