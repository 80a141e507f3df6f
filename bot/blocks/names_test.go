package blocks_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/bot/blocks"
	"rollcall/core"
)

func said(t *testing.T, m blocks.Message) string {
	t.Helper()
	b, err := json.Marshal(m.Blocks)
	require.NoError(t, err)
	return string(b)
}

// A name that is read from right to left is isolated; what has none of them is copied as it was typed.
func TestNamesReadFromRightToLeftStayInTheirPlaces(t *testing.T) {
	assert.Equal(t, "*\u2068שלום בע״מ\u2069 · \u2068עסקים\u2069 / cust-s-prod · v2.5.0 · deploy 1 (D1) Look*",
		blocks.Target("שלום בע״מ · עסקים / cust-s-prod · v2.5.0 · deploy 1 (D1) Look"))
	plain := "Kund Ä · prod-us / cust-a-prod · v2.5.0 · deploy 1 (D1) 日本語"
	assert.Equal(t, "*"+plain+"*", blocks.Target(plain))
}

func TestABoardsClusterSaysWhatWasReverted(t *testing.T) {
	v := boardView(10, 2)
	v.Clusters[0].Progress.Counts = counts(8, 10, 1, 1)
	assert.Contains(t, said(t, blocks.Board(v, env)), "10 customers · 1 skipped · 1 reverted")
}

func TestABoardsBlockedStepIsNamedHoweverLongTheNamesAre(t *testing.T) {
	v := boardView(10, 2)
	step := blockedStep(8)
	long := strings.Repeat("long name ", 8)
	step.TargetLine = long + " · " + long + " / cust-a-prod · " + long + " · deploy 8 (D9) " + long
	v.Blocked, v.Release.Blocked = []core.StepView{step}, 1
	assert.Contains(t, said(t, blocks.Board(v, env)), " · deploy 8 (D9) long name")
}
