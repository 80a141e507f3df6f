package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rollcall/fixtures"
	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Everything that changes something is done by clicks alone, one scenario an id: typed is only the bare command, and
// what was there before. The same files are played against the dispatcher in package bot.
func TestEveryChangeByClicksAlone(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(fixtures.Root(t), "fixtures", "scenarios", "clicks", "*.txt"))
	require.NoError(t, err)
	var named strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		title, _, _ := strings.Cut(string(text), "\n")
		named.WriteString(title + " ")
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			h := &hand{office: newOffice(t)}
			for i, line := range strings.Split(string(text), "\n") {
				if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
					if !h.plays(line) {
						t.Fatalf("%s:%d: %s\nwhat is seen:\n%s", filepath.Base(file), i+1, line, h.said())
					}
				}
			}
		})
	}
	for _, id := range strings.Fields("FC-001 FC-002 FC-003 FM-001 FM-002 FM-003 FR-001 FR-002 FR-003 FR-004 FR-005 FS-001 FS-002 FS-003 FS-004 " +
		"FCS-002 FCS-003 FCS-004 FCS-005 FCS-006 FCS-007 FCS-008 FET-001 FET-002 FET-003 FET-004 5.2 5.3 5.4 5.5 5.6 5.7 5.8") {
		assert.Contains(t, named.String(), id)
	}
}

// hand is somebody at the client: it sees what is in front of its person and works there by labels.
type hand struct {
	*office
	who    string
	before int64
	answer localslack.Answer // the last one
	errors map[string]string // under the fields of the form that was sent last
	places map[string]localslack.Place
}

// plays does one line of a scenario, as package bot says what lines there are, and says whether it holds.
func (h *hand) plays(line string) bool {
	h.t.Helper()
	mark, rest, _ := strings.Cut(line, " ")
	who, what, _ := strings.Cut(rest, ":")
	what = strings.TrimSpace(what)
	switch mark {
	case "<":
		ctx, cancel := context.WithTimeout(h.t.Context(), patience/6)
		defer cancel()
		return h.slack.Wait(ctx, func() bool { return strings.Contains(h.said(), rest) }) == nil
	case "!":
		return !strings.Contains(h.said(), rest)
	case "+":
		n, err := strconv.ParseInt(rest, 10, 64)
		return err == nil && h.newest() == h.before+n
	}
	h.who = who
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	switch mark {
	case ">", "given":
		if mark == ">" {
			require.Empty(h.t, what, "nothing is typed behind the bare command")
		}
		h.before = h.newest()
		h.saw(h.types(who, what))
	case "home":
		for h.slack.User(who).Modal() != nil {
			require.NoError(h.t, h.slack.User(who).Modal().Dismiss(ctx))
		}
		h.before = h.newest()
		home, err := h.slack.User(who).OpenHome(ctx)
		require.NoError(h.t, err)
		h.saw(localslack.Answer{Home: &home})
	case "press":
		h.press(ctx, what)
	case "fill", "enter", "tick":
		h.fill(ctx, mark, what)
	case "send":
		h.send(ctx)
	default:
		require.Fail(h.t, "no such line in a scenario by clicks", line)
	}
	return true
}

// saw remembers where the person who acts goes on.
func (h *hand) saw(a localslack.Answer) {
	h.answer, h.errors = a, nil
	if h.places == nil {
		h.places = map[string]localslack.Place{}
	}
	for _, m := range a.Messages {
		if m.Ephemeral {
			h.places[h.who] = m
		}
	}
	if a.Home != nil {
		h.places[h.who] = *a.Home
	}
}

// said is what the last answer says now.
func (h *hand) said() string {
	text := h.answer.String()
	if m, ok := h.places[h.who].(localslack.Message); ok {
		text = m.String()
	}
	for _, e := range h.errors {
		text += "\n" + e
	}
	if m := h.slack.User(h.who).Modal(); m != nil {
		text = m.String() + "\n" + text
	}
	return strings.NewReplacer("*", "", "`", "").Replace(text)
}

// front is where the person works: the modal in front of them, else the last answer.
func (h *hand) front() (localslack.Place, []any) {
	if m := h.slack.User(h.who).Modal(); m != nil {
		v, _ := m.View()
		return m, v.Blocks
	}
	switch p := h.places[h.who].(type) {
	case localslack.Message:
		return p, p.Blocks
	case localslack.View:
		return p, p.Blocks
	}
	require.Fail(h.t, "nothing is in front of "+h.who)
	return nil, nil
}

func (h *hand) press(ctx context.Context, what string) {
	h.t.Helper()
	label, near, _ := strings.Cut(what, " @ ")
	at, blocks := h.front()
	var by []string
	if near != "" {
		by = append(by, near)
	}
	h.before = h.newest()
	var a localslack.Answer
	var err error
	if name := selectWith(blocks, label); name != "" {
		a, err = h.slack.User(h.who).Select(ctx, at, name, label)
	} else {
		a, err = h.slack.User(h.who).Click(ctx, at, label, by...)
	}
	require.NoError(h.t, err, what)
	require.Empty(h.t, a.Notice, what)
	h.saw(a)
}

func (h *hand) fill(ctx context.Context, how, what string) {
	h.t.Helper()
	label, text, _ := strings.Cut(what, " = ")
	m := h.slack.User(h.who).Modal()
	require.NotNil(h.t, m, "no form is open for %s", what)
	var v localslack.View
	var field, element map[string]any
	if err := h.slack.Wait(ctx, func() bool {
		v, _ = m.View()
		field = fieldOf(v.Blocks, label)
		return field != nil
	}); err != nil {
		require.Fail(h.t, "no field "+label, m.String())
	}
	element, _ = field["element"].(map[string]any)
	kind, _ := element["type"].(string)
	options := strings.Split(text, " | ")
	switch {
	case how == "tick":
		m.Check(label, textAt(element["options"].([]any)[0]))
	case strings.Contains(kind, "external"):
		for _, o := range options {
			_, err := m.Search(ctx, label, o[:min(len(o), 8)])
			require.NoError(h.t, err)
		}
		m.Choose(label, options...)
	case strings.Contains(kind, "select"):
		m.Choose(label, options...)
	case how == "enter":
		m.Enter(label, text)
	default:
		m.Fill(label, text)
	}
	require.NoError(h.t, m.Settle(ctx), what)
	if field["dispatch_action"] == true && how != "fill" || strings.Contains(kind, "select") && field["dispatch_action"] == true {
		require.NoError(h.t, h.slack.Wait(ctx, func() bool { now, _ := m.View(); return now.Hash != v.Hash }), "the form is laid out anew after %s", what)
	}
}

func (h *hand) send(ctx context.Context) {
	h.t.Helper()
	m := h.slack.User(h.who).Modal()
	require.NotNil(h.t, m, "no form is open")
	h.before = h.newest()
	seen := h.whispers()
	out, err := m.Submit(ctx)
	require.NoError(h.t, err)
	require.Empty(h.t, out.Notice)
	h.saw(out.Answer)
	h.errors = out.Errors
	if _, inMessage := h.places[h.who].(localslack.Message); !inMessage || !out.Closed || out.Modal != nil {
		return
	}
	// The form closes first; what came of it appears in the conversation.
	require.NoError(h.t, h.slack.Wait(ctx, func() bool {
		for ts, m := range h.whispers() {
			if seen[ts].String() != m.String() {
				h.places[h.who] = m
				return true
			}
		}
		return false
	}), "an answer to the form")
}

// whispers is what only this person sees in #ops, by time stamp.
func (h *hand) whispers() map[string]localslack.Message {
	out := map[string]localslack.Message{}
	for _, m := range h.slack.User(h.who).Sees("#ops") {
		if m.Ephemeral {
			out[m.TS] = m
		}
	}
	return out
}

// selectWith is the placeholder of the select that offers the option.
func selectWith(blocks []any, option string) string {
	for _, e := range elementsIn(blocks) {
		if kind, _ := e["type"].(string); kind != "static_select" {
			continue
		}
		if slices.Contains(optionTexts(e), option) {
			return textAt(map[string]any{"text": e["placeholder"]})
		}
	}
	return ""
}

func optionTexts(e map[string]any) (out []string) {
	options, _ := e["options"].([]any)
	groups, _ := e["option_groups"].([]any)
	for _, g := range groups {
		more, _ := g.(map[string]any)["options"].([]any)
		options = append(options, more...)
	}
	for _, o := range options {
		out = append(out, textAt(o))
	}
	return out
}

// textAt is the text of something that has one.
func textAt(v any) string {
	m, _ := v.(map[string]any)
	text, _ := m["text"].(map[string]any)
	s, _ := text["text"].(string)
	return s
}

// fieldOf is the input with that label.
func fieldOf(blocks []any, label string) map[string]any {
	for _, b := range blocks {
		block, _ := b.(map[string]any)
		if block["type"] == "input" && textAt(map[string]any{"text": block["label"]}) == label {
			return block
		}
	}
	return nil
}

// elementsIn is what can be worked with in blocks.
func elementsIn(blocks []any) (out []map[string]any) {
	for _, b := range blocks {
		block, _ := b.(map[string]any)
		list, _ := block["elements"].([]any)
		for _, e := range append(list, block["accessory"]) {
			if m, ok := e.(map[string]any); ok && m["action_id"] != nil {
				out = append(out, m)
			}
		}
	}
	return out
}
