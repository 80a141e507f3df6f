package bot

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollcall/bot/blocks"
	"rollcall/core"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every button, menu entry and choice that a golden shows runs a command that exists, with arguments that it takes;
// every modal there is sent to somebody who reads it.
func TestNothingInTheGoldensIsDead(t *testing.T) {
	tb := newTable(commands())
	actions := map[string]bool{blocks.OpenAction: true, blocks.MoreAction: true, blocks.CustomersAction: true}
	for _, c := range commands() {
		actions[c.Action()] = true
		if c.Alone {
			actions[c.Verb] = true
		}
	}
	seen := 0
	err := filepath.WalkDir(filepath.Join("..", "fixtures", "goldens", "bot"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var view any
		require.NoError(t, json.Unmarshal(raw, &view), path)
		if root, _ := view.(map[string]any); root["callback_id"] != nil {
			assert.Contains(t, []any{blocks.FormCallback, blocks.PanelCallback, blocks.WindowCallback, "home", ""}, root["callback_id"], path)
		}
		for _, e := range controlsIn(view) {
			id, _ := e["action_id"].(string)
			base, _, _ := strings.Cut(id, ":")
			assert.True(t, actions[base], "%s: nobody handles the action %s", path, id)
			lines := []string{}
			if line, _ := e["value"].(string); e["type"] == "button" && base != blocks.OpenAction {
				lines = append(lines, line)
			}
			for _, b := range pressable(e) {
				if e["type"] != "button" && b.line != blocks.OpenAction {
					lines = append(lines, b.line)
				}
			}
			for _, text := range lines {
				seen++
				line, err := Parse(text)
				require.NoError(t, err, "%s: %s", path, text)
				cmd, rest := tb.find(line.Words)
				if assert.NotNil(t, cmd, "%s: %s", path, text) {
					_, err = bind(cmd, rest, line.Fields)
					assert.NoError(t, err, "%s: %s", path, text)
				}
			}
		}
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, seen, 200)
}

// controlsIn is what can be pressed or chosen outside of a form's fields.
func controlsIn(v any) (out []map[string]any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			out = append(out, controlsIn(e)...)
		}
	case map[string]any:
		if v["type"] == "input" {
			return nil
		}
		if v["action_id"] != nil {
			return []map[string]any{v}
		}
		for _, e := range v {
			out = append(out, controlsIn(e)...)
		}
	}
	return out
}

// What was drawn by a version that knew other commands is answered all the same: what it meant is not guessed.
func TestAClickOfAnotherVersionIsAnswered(t *testing.T) {
	s := newStage(t)
	for i, line := range []string{"step frobnicate R1 7 D1 rev=12345678", `step done "R1`, "step done R1 7 D1 colour=red", "undo abc", "matrix R1 view=gone at=x", "bulk run 00000000", "template edit R99 D1", "…", strings.Repeat("x", 150)} {
		ans := s.bot.Dispatch(t.Context(), Request{Via: core.ViaButton, Key: fmt.Sprint("old.", i), User: people["ann"].ID, Line: line, CanAsk: true, Inline: true, Channel: "C1"})
		require.True(t, ans.Message != nil || ans.Form != nil, "%q got no answer", line)
	}
	assert.NotContains(t, s.log.String(), "level=ERROR")
	var data slack.InteractionCallback
	data.User.ID = people["ann"].ID
	data.ActionCallback.BlockActions = []*slack.BlockAction{{Type: "button", ActionID: "step.frobnicate"}}
	req, ok := click("e1", data)
	require.True(t, ok, "a button without a value is answered too")
	ans := s.bot.Dispatch(t.Context(), req)
	require.NotNil(t, ans.Message)
	assert.Contains(t, ans.Message.Text, "frobnicate")
}

// crowd is 10,000 customers on 20 clusters.
func crowd(t testing.TB, do func(core.Operation)) {
	t.Helper()
	in := core.Import{Confirm: true}
	for c := range 20 {
		in.Clusters = append(in.Clusters, core.ImportCluster{Name: fmt.Sprintf("prod-%02d", c)})
	}
	for i := range 10_000 {
		in.Customers = append(in.Customers, core.ImportCustomer{Name: fmt.Sprintf("Customer %05d 🚀", i), Cluster: in.Clusters[i%20].Name, Namespace: fmt.Sprintf("cust-%05d-prod", i)})
	}
	do(in)
}

// customerQuery is what Slack asks for while somebody types into the customer of the form that moves one.
func customerQuery(text string) Query {
	return Query{User: people["ann"].ID, Meta: `{"c":"customer.move","d":"d"}`, Field: "customer", Text: text}
}

func TestCustomersAreFoundAmongTenThousand(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	crowd(t, func(op core.Operation) {
		_, err := s.core.Do(t.Context(), core.System(core.ViaCLI), "crowd", op)
		require.NoError(t, err)
	})
	for _, text := range []string{"Customer 01234", "customer 01234", "cust-01234", "prod-14/cust-01234", "prod-14 / cust-01234-prod", "01234"} {
		got := s.bot.Suggest(t.Context(), customerQuery(text))
		require.Len(t, got, 1, text)
		assert.Equal(t, "Customer 01234 🚀 · prod-14 / cust-01234-prod", got[0].Label, text)
		assert.Equal(t, "prod-14", got[0].Group)
	}
	for _, text := range []string{"", "cust", "prod", "prod-07"} {
		got := s.bot.Suggest(t.Context(), customerQuery(text))
		require.Len(t, got, 100, text)
		assert.True(t, slices.IsSortedFunc(got, func(a, b blocks.Option) int { return strings.Compare(a.Group, b.Group) }), "by cluster: %q", text)
		if text == "prod-07" {
			assert.Equal(t, "prod-07", got[0].Group)
			assert.Equal(t, "prod-07", got[99].Group)
		}
		raw, err := json.Marshal(blocks.Choices(got))
		require.NoError(t, err)
		assert.Less(t, len(raw), 20_480, "an acknowledgement that Slack takes: %q", text)
	}
	assert.Empty(t, s.bot.Suggest(t.Context(), customerQuery("nobody is called so")))
}

// BenchmarkCustomersAmongTenThousand is what somebody waits for while they type: 20 ms at most.
func BenchmarkCustomersAmongTenThousand(b *testing.B) {
	s := stageFor(b)
	crowd(b, func(op core.Operation) {
		_, err := s.core.Do(b.Context(), core.System(core.ViaCLI), "crowd", op)
		require.NoError(b, err)
	})
	for _, text := range []string{"", "01234", "prod-14/cust-01234"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				s.bot.Suggest(b.Context(), customerQuery(text))
			}
		})
	}
}
