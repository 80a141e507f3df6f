package blocks

import (
	"strings"

	"github.com/slack-go/slack"
)

// List is the values of a field that takes several.
func List(value string) []string {
	if value == "" {
		return nil
	}
	return strings.Split(value, ",")
}

// Values reads what stands in the fields of a form, by their names. Several values, and the ids of files, stand
// with commas between them; a box that is not ticked is empty.
func Values(state *slack.ViewState) map[string]string {
	out := map[string]string{}
	if state == nil {
		return out
	}
	for id, inputs := range state.Values {
		name, _, _ := strings.Cut(id, turnMark)
		for _, input := range inputs {
			out[name] = entered(input)
		}
	}
	return out
}

// entered is the value of one input, whatever its kind.
func entered(input slack.BlockAction) string {
	for _, text := range []string{input.Value, input.SelectedOption.Value, input.SelectedDate, input.SelectedUser,
		input.SelectedConversation, input.SelectedChannel} {
		if text != "" {
			return text
		}
	}
	var several []string
	for _, o := range input.SelectedOptions {
		several = append(several, o.Value)
	}
	for _, f := range input.Files {
		several = append(several, f.ID)
	}
	return strings.Join(several, ",")
}

// Chosen reads what is chosen in the selects of a message, by their action ids.
func Chosen(values map[string]map[string]slack.BlockAction) map[string]string {
	out := map[string]string{}
	for _, inputs := range values {
		for id, input := range inputs {
			out[id] = entered(input)
		}
	}
	return out
}

// Files is the ids of the files that were put into a form, by field.
func Files(state *slack.ViewState) map[string][]string {
	out := map[string][]string{}
	if state == nil {
		return out
	}
	for id, inputs := range state.Values {
		name, _, _ := strings.Cut(id, turnMark)
		for _, input := range inputs {
			for _, f := range input.Files {
				out[name] = append(out[name], f.ID)
			}
		}
	}
	return out
}
