package blocks_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"rollcall/bot/blocks"
	"rollcall/core"
	"rollcall/fixtures/localslack/blockkit"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A long step that is reset from its card: the difference gives way, or Slack would take neither.
func TestALongDifferenceGivesWayToItsCard(t *testing.T) {
	r := core.Receipt{Text: "Reset", Diff: strings.TrimSuffix(strings.Repeat("- "+strings.Repeat("x", 78)+"\n", 30), "\n")}
	step := stepDetail(core.Pending, strings.Repeat("y", 9000), 5, 5)
	step.Step.Description = core.Maybe(strings.Repeat("d", 1700))
	long := blocks.Card(step, env)
	m := blocks.Receipt(r, nil, &long)
	assert.Empty(t, blockkit.Message(wire(t, m)))
	assert.Contains(t, m.Text, "too long to stand here")
	short := blocks.Card(stepDetail(core.Pending, "SELECT 1;", 0, 1), env)
	m = blocks.Receipt(r, nil, &short)
	assert.Empty(t, blockkit.Message(wire(t, m)))
	assert.Contains(t, m.Text, "- xxx")
}

func TestManyChoicesSayHowManyMore(t *testing.T) {
	var choices []blocks.Button
	for range 100 {
		choices = append(choices, blocks.Button{Label: "Customer A", Action: "customer.show", Line: "customer show 7"})
	}
	m := blocks.Refusal(core.Ambiguous, "It could be 100 customers", "Choose the one you mean.", choices, nil)
	assert.Empty(t, blockkit.Message(wire(t, m)))
	assert.Contains(t, m.Text, "…and 52 more")
	assert.NotContains(t, m.Text, "100 more")
}

func TestABulkOfLongReasonsSaysHowManyMore(t *testing.T) {
	var left []core.BulkStep
	for range 20 {
		left = append(left, core.BulkStep{Line: strings.Repeat("<&>", 100), Cause: core.LeftBlocked, Detail: strings.Repeat("why\n", 700)})
	}
	m := blocks.Bulk(core.BulkPlan{LeftOut: left}, env)
	assert.Empty(t, blockkit.Message(wire(t, m)))
	text := ""
	for _, b := range m.Blocks {
		if section, ok := b.(*slack.SectionBlock); ok {
			text += section.Text.Text + "\n"
		}
	}
	told := strings.Count(text, "•")
	require.Positive(t, told)
	require.Contains(t, text, fmt.Sprintf("…and %d more\n", 20-told))
	require.Contains(t, text, "*20 steps* left out: blocked\n")
}

// What is left out stands under its reason, what somebody could do something about first, and each reason has its share.
func TestABulkSaysByReasonWhatIsLeftOut(t *testing.T) {
	plan := core.BulkPlan{Title: "Mark 3 steps done", ID: "9f31", Release: releaseView(), Until: noon}
	add := func(n int, cause core.LeaveOut, detail string) {
		for i := range n {
			plan.LeftOut = append(plan.LeftOut, core.BulkStep{Line: fmt.Sprintf("%s %d", cause, i), Cause: cause, Detail: detail})
		}
	}
	add(100, core.LeftDone, "")
	add(1, core.LeftNoValue, "{{customer.metadata.plan}}")
	add(2, core.LeftBlocked, "no backup")
	for i := range 3 {
		plan.Change = append(plan.Change, core.BulkStep{Line: fmt.Sprint("step ", i), Cluster: []string{"prod-us", "prod-eu", "prod-us"}[i]})
	}
	want := `*3 steps* would change.
prod-us: 2 · prod-eu: 1
• step 0
• step 1
• step 2
*2 steps* left out: blocked
• blocked 0 (no backup)
• blocked 1 (no backup)
*1 step* left out: no value for a placeholder
• no value for a placeholder 0 ({{customer.metadata.plan}})
*100 steps* left out: already done
`
	text := strings.Join(blocks.BulkText(plan), "\n")
	assert.True(t, strings.HasPrefix(text, want), text)
	assert.True(t, strings.HasSuffix(text, "• already done 36\n…and 63 more"), text)
	assert.Contains(t, blocks.Bulk(plan, env).Text, "• already done 11\n…and 88 more\nThe whole list is a file")
}

// Who only looks is offered what leads on, beside each line.
func TestWhatTheReaderMayNotDoIsNotOffered(t *testing.T) {
	reads := env
	reads.May = func(action string) bool { return action == "step.show" || action == "step.list" || action == "next" }
	m := blocks.Steps(customerSteps(3), 1, reads)
	raw, err := json.Marshal(m.Blocks)
	require.NoError(t, err)
	for _, action := range []string{"step.done", "step.skip", "step.override", "step.add", "bulk.done"} {
		assert.NotContains(t, string(raw), `"`+action+`"`)
	}
	assert.Equal(t, 3, strings.Count(string(raw), `"accessory":{"type":"button"`), "a button beside each step")
	raw, err = json.Marshal(blocks.Steps(customerSteps(3), 1, env).Blocks)
	require.NoError(t, err)
	assert.Contains(t, string(raw), `"step.done"`, "where nobody knows who reads, everything is offered")
}

// A plan that a message cannot show whole is in a file, every step of it and why some are left out.
func TestALongPlanIsWholeInItsFile(t *testing.T) {
	plan := core.BulkPlan{Release: releaseView(), Title: "Mark 40 steps done"}
	for i := range 40 {
		plan.Change = append(plan.Change, core.BulkStep{Line: fmt.Sprintf("Customer %d · prod-us / ns-%d · v2.5.0 · deploy 1 (D1) Deploy", i, i)})
	}
	plan.LeftOut = []core.BulkStep{{Line: "Customer X · prod-us / ns-x · v2.5.0 · deploy 1 (D1) Deploy", Cause: core.LeftBlocked, Detail: "no\nbackup"}}
	file := blocks.BulkFile(plan)
	require.NotNil(t, file)
	for _, step := range plan.Change {
		assert.Contains(t, file.Text, step.Line+"\n")
	}
	assert.Contains(t, file.Text, "1 step left out, blocked:\nCustomer X · prod-us / ns-x · v2.5.0 · deploy 1 (D1) Deploy (no backup)\n")
	assert.Contains(t, blocks.Bulk(plan, env).Text, "The whole list is a file")
	plan.Change = plan.Change[:3]
	assert.Nil(t, blocks.BulkFile(plan))
	assert.NotContains(t, blocks.Bulk(plan, env).Text, "a file")
}

// A text that is cut for Slack never ends inside what Slack reads as one, and leaves nothing bold behind it.
func TestACutTextStaysWhole(t *testing.T) {
	for name, part := range map[string]string{"Entity": "&amp;", "Date": blocks.Date(noon), "Code": "`prod-us / cust-a-prod` ", "Bold": "*Customer A* "} {
		for pad := range len(part) {
			m := blocks.Say(strings.Repeat("x", pad) + strings.Repeat(part, 1000))
			section, ok := m.Blocks[0].(*slack.SectionBlock)
			require.True(t, ok)
			for _, text := range []string{section.Text.Text, m.Text} {
				rest := strings.ReplaceAll(strings.TrimLeft(text, "x"), part, "")
				assert.LessOrEqual(t, utf8.RuneCountInString(text), 3500)
				assert.NotContains(t, strings.TrimSuffix(rest, "…"), "&", name)
				assert.NotContains(t, rest, "<", name)
				assert.Zero(t, strings.Count(text, "`")%2, name)
				assert.Zero(t, strings.Count(text, "*")%2, name)
			}
			assert.LessOrEqual(t, utf8.RuneCountInString(section.Text.Text), 3000)
		}
	}
}

func TestALongConsequenceSaysHowManyMore(t *testing.T) {
	v := core.ConsequencePreview{Title: "Archive " + strings.Repeat("x", 80) + " with 9,999 open steps?"}
	for i := range 120 {
		v.Lines = append(v.Lines, fmt.Sprintf("%d %s", i, strings.Repeat("<&>", 80)))
	}
	m := blocks.Consequence(v, blocks.Button{Label: "Confirm", Action: "release.archive", Line: "release archive R1 confirm=yes"})
	raw := wire(t, m)
	require.Empty(t, blockkit.Message(raw))
	told := strings.Count(string(raw), `"text": "• `)
	require.Positive(t, told)
	require.Contains(t, string(raw), fmt.Sprintf("…and %d more", 120-told))
	require.Contains(t, string(raw), "Confirm")

	text := blocks.ConsequenceText(v)
	require.LessOrEqual(t, utf8.RuneCountInString(text), 3000)
	require.True(t, strings.HasSuffix(text, fmt.Sprintf("…and %d more", 120-strings.Count(text, "•"))), text)
}
