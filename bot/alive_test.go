package bot

import (
	"encoding/json"
	"testing"
	"time"

	"rollcall/bot/blocks"
	"rollcall/core"
	"rollcall/fixtures"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sentBy collects what the buttons and selects in some blocks send.
func sentBy(t *testing.T, view any) (lines []string) {
	t.Helper()
	raw, err := json.Marshal(view)
	require.NoError(t, err)
	fixtures.EachObject(t, raw, func(v map[string]any) {
		if line, ok := v["value"].(string); ok && line != "" && v["action_id"] != blocks.OpenAction {
			lines = append(lines, line)
		}
	})
	return lines
}

// What stands in a channel or on Home for weeks must still be understood when somebody presses it.
func TestNoButtonOfABoardMilestoneOrHomeIsDead(t *testing.T) {
	now := time.Unix(1700000000, 0)
	env := blocks.Env{BaseURL: "https://x"}
	step := core.StepView{ReleaseID: 12, CustomerID: 7, ShortID: "D2", Block: &core.Block{Reason: "wait", At: now}}
	release := core.ReleaseView{ShortID: "R12", Blocked: 9}
	release.ID, release.Name, release.Status, release.Channel = 12, "Spring", core.Active, "C1"
	archived := release
	archived.Status = core.Archived
	noChannel := release
	noChannel.Channel = ""
	detail := core.StepDetail{Release: release, Step: step}
	var views []any
	for _, v := range []core.BoardView{{Release: release, Blocked: []core.StepView{step}}, {Release: archived}, {Release: noChannel},
		{Release: release, Place: core.BoardPlace{Link: "https://x"}}, {Release: release, Place: core.BoardPlace{Failed: "is_archived"}}} {
		views = append(views, blocks.Board(v, env), blocks.BoardPlace(v, env))
	}
	for _, kind := range []string{core.Activated, core.StepBlocked, core.ClusterComplete, core.ReleaseComplete, core.ReleaseArchived, core.Unheard} {
		views = append(views, blocks.Milestone(core.Notice{Kind: kind, Release: 12, Customer: 7, Step: "D2", At: now}, env))
	}
	for _, role := range []core.Role{core.Viewer, core.Operator, core.Admin} {
		clusters := core.Dashboard{Clusters: []core.ClusterView{{}}, ActiveReleases: []core.ReleaseView{release}, Activity: []core.Activity{{At: now}}}
		draft, steps := core.DraftState{ID: 3, ShortID: "R3"}, core.DraftState{ID: 4, ShortID: "R4", Steps: 2}
		for _, v := range []core.Home{{}, {Dashboard: clusters}, {Customers: 1, Dashboard: clusters}, {Customers: 1, Dashboard: clusters, Drafts: []core.DraftState{draft}},
			{Customers: 1, Dashboard: clusters, Drafts: []core.DraftState{steps}},
			{Begun: true, Dashboard: clusters, Drafts: []core.DraftState{draft, steps}, Next: &detail, Blocked: []core.StepView{step}, Blockers: 9,
				Needed: []core.StepView{step}, Claimed: []core.StepView{step}}} {
			v.Role = role
			views = append(views, blocks.Home(v, env))
		}
	}
	tb := newTable(commands())
	seen := 0
	for _, view := range views {
		for _, text := range sentBy(t, view) {
			seen++
			line, err := Parse(text)
			require.NoError(t, err, text)
			cmd, rest := tb.find(line.Words)
			if !assert.NotNil(t, cmd, text) {
				continue
			}
			_, err = bind(cmd, rest, line.Fields)
			assert.NoError(t, err, text)
		}
	}
	require.Greater(t, seen, 50)
}
