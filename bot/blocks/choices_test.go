package blocks_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"rollcall/bot/blocks"
	"rollcall/core"
	"rollcall/fixtures/localslack/blockkit"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What can be chosen counts too: a list of long names goes to the search when the message would grow too long for Slack.
func TestChoicesDoNotMakeAMessageTooLong(t *testing.T) {
	long := strings.Repeat("a long name & ", 5)
	across := core.StepAcross{Release: releaseView()}
	across.Release.Status, across.Step.Name, across.Step.ShortID = core.Active, long, "D1"
	for i := range 90 {
		step := stepView(i, core.Pending)
		step.CustomerName, step.ClusterName, step.Namespace = long, fmt.Sprintf("%s%d", long, i), strings.Repeat("n", 63)
		across.Customers = append(across.Customers, step)
	}
	grid := matrix(1, 9, 11)
	for i := range grid.Clusters[0].Customers {
		grid.Clusters[0].Customers[i].Name, grid.Clusters[0].Customers[i].Namespace = long, strings.Repeat("n", 63)
	}
	for i := range grid.Clusters[0].Rows {
		grid.Clusters[0].Rows[i].Name = long
	}
	for name, m := range map[string]blocks.Message{"across": blocks.Across(across, 1, env), "matrix": blocks.Matrix(grid, 1, 1, env)} {
		raw, err := json.Marshal(map[string]any{"blocks": m.Blocks})
		require.NoError(t, err)
		assert.Empty(t, blockkit.Message(raw), name)
		assert.Contains(t, string(raw), "external_select", name)
	}
}

func TestNothingToChooseIsAnEmptyList(t *testing.T) {
	raw, err := json.Marshal(blocks.Choices(nil))
	require.NoError(t, err)
	assert.JSONEq(t, `{"options": []}`, string(raw))
	assert.Empty(t, blockkit.Options(raw))
}
