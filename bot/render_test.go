package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"rollcall/bot/blocks"
	"rollcall/fixtures"
	"rollcall/fixtures/localslack/blockkit"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// button is something that can be pressed or chosen in an answer.
type button struct{ label, spoken, action, line, row string }

// page is an answer as a person reads it: text, and what can be pressed.
type page struct {
	text    string
	buttons []button
}

// readMessage renders a message and holds it to Slack's rules.
func readMessage(t *testing.T, m blocks.Message) page {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"text": m.Text, "blocks": m.Blocks})
	require.NoError(t, err)
	assert.Empty(t, blockkit.Message(raw), "Slack would refuse this message:\n%s", raw)
	assert.NotEmpty(t, m.Text, "every message has a plain text")
	assertNobodyIsNotified(t, raw)
	return read(t, m.Blocks)
}

// readForm renders a modal and holds it to Slack's rules.
func readForm(t *testing.T, view *slack.ModalViewRequest) page {
	t.Helper()
	raw, err := json.Marshal(view)
	require.NoError(t, err)
	assert.Empty(t, blockkit.View(raw), "Slack would refuse this form:\n%s", raw)
	p := read(t, view.Blocks.BlockSet)
	p.text = "== " + view.Title.Text + " ==\n" + p.text
	if view.Submit != nil {
		p.text += "\n(" + view.Submit.Text + ")"
	}
	return p
}

// assertNobodyIsNotified looks for mentions in everything that is not plain text by its type.
func assertNobodyIsNotified(t *testing.T, raw []byte) {
	t.Helper()
	fixtures.EachObject(t, raw, func(v map[string]any) {
		if text, ok := v["text"].(string); ok && (v["type"] == "mrkdwn" || v["type"] == nil) {
			for _, mention := range []string{"<!channel", "<!here", "<!everyone", "<!subteam", "<@"} {
				assert.NotContains(t, text, mention)
			}
		}
		if v["type"] == "mrkdwn" {
			assert.Equal(t, true, v["verbatim"], "mrkdwn is verbatim: %v", v["text"])
		}
	})
}

func read(t *testing.T, set []slack.Block) page {
	t.Helper()
	raw, err := json.Marshal(set)
	require.NoError(t, err)
	var list []map[string]any
	require.NoError(t, json.Unmarshal(raw, &list))
	var p page
	var lines []string
	row := ""
	for _, b := range list {
		text := blockText(b)
		var labels []string
		for _, e := range controls(b) {
			for _, btn := range pressable(e) {
				btn.row = text
				if text == "" {
					btn.row = row
				}
				p.buttons = append(p.buttons, btn)
				labels = append(labels, "["+btn.label+"]")
			}
		}
		if b["type"] == "input" {
			text = inputText(b)
		}
		if text != "" {
			row = text
		}
		if line := strings.TrimSpace(text + " " + strings.Join(labels, " ")); line != "" {
			lines = append(lines, line)
		}
	}
	p.text = strings.Join(lines, "\n")
	return p
}

func blockText(b map[string]any) string {
	switch b["type"] {
	case "header", "section":
		return textOf(b["text"])
	case "context":
		var parts []string
		for _, e := range b["elements"].([]any) {
			parts = append(parts, textOf(e))
		}
		return strings.Join(parts, " ")
	case "rich_text":
		return richText(b)
	case "table":
		var rows []string
		for _, r := range b["rows"].([]any) {
			var cells []string
			for _, c := range r.([]any) {
				cells = append(cells, textOf(c))
			}
			rows = append(rows, strings.Join(cells, " | "))
		}
		return strings.Join(rows, "\n")
	}
	return ""
}

func textOf(v any) string {
	m, _ := v.(map[string]any)
	text, _ := m["text"].(string)
	if m["type"] == "mrkdwn" {
		text = strings.NewReplacer("*", "", "`", "", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
	}
	return text
}

func richText(v any) string {
	switch v := v.(type) {
	case map[string]any:
		if text, ok := v["text"].(string); ok {
			return text
		}
		return richText(v["elements"])
	case []any:
		text := ""
		for _, e := range v {
			text += richText(e)
		}
		return text
	}
	return ""
}

func controls(b map[string]any) []map[string]any {
	var out []map[string]any
	if e, ok := b["accessory"].(map[string]any); ok {
		out = append(out, e)
	}
	if b["type"] == "actions" {
		for _, e := range b["elements"].([]any) {
			out = append(out, e.(map[string]any))
		}
	}
	return out
}

func pressable(e map[string]any) []button {
	str := func(m map[string]any, key string) string { s, _ := m[key].(string); return s }
	action := str(e, "action_id")
	if e["type"] == "button" {
		return []button{{label: textOf(e["text"]), spoken: str(e, "accessibility_label"), action: action, line: str(e, "value")}}
	}
	if e["type"] == "multi_static_select" || e["type"] == "multi_external_select" {
		return nil // choosing there does nothing yet
	}
	var out []button
	options, _ := e["options"].([]any)
	groups, _ := e["option_groups"].([]any)
	for _, g := range groups {
		more, _ := g.(map[string]any)["options"].([]any)
		options = append(options, more...)
	}
	for _, o := range options {
		option := o.(map[string]any)
		out = append(out, button{label: textOf(option["text"]), action: action, line: str(option, "value")})
	}
	return out
}

// inputText is a field with what stands in it: "Reason: [not needed]".
func inputText(b map[string]any) string {
	e := b["element"].(map[string]any)
	value, _ := e["initial_value"].(string)
	if date, ok := e["initial_date"].(string); ok {
		value = date
	}
	if o, ok := e["initial_option"].(map[string]any); ok {
		value = textOf(o["text"])
	}
	if list, ok := e["initial_options"].([]any); ok {
		var labels []string
		for _, o := range list {
			labels = append(labels, textOf(o.(map[string]any)["text"]))
		}
		value = strings.Join(labels, ", ")
	}
	if c, ok := e["initial_conversation"].(string); ok {
		value = c
	}
	if e["type"] == "checkboxes" {
		if value != "" {
			value = "x"
		}
		return fmt.Sprintf("%s: [%s] %s", textOf(b["label"]), value, textOf(e["options"].([]any)[0].(map[string]any)["text"]))
	}
	return fmt.Sprintf("%s: [%s]", textOf(b["label"]), value)
}
