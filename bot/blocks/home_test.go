package blocks_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"rollcall/bot/blocks"
	"rollcall/core"
	"rollcall/fixtures"
	"rollcall/fixtures/localslack/blockkit"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// homes is the Home tab in each of its states.
func homes() map[string]core.Home {
	first := core.Home{Role: core.Admin}
	second := core.Home{Role: core.Admin, Customers: 2, Drafts: []core.DraftState{{ID: 1, ShortID: "R1", Label: "v2.5.0", Name: "Spring release", Steps: 3}}}
	second.Clusters = []core.ClusterView{clusterView(0, 2)}
	typical := core.Home{Role: core.Operator, Begun: true, Customers: 5, Blockers: 1}
	typical.ActiveReleases = []core.ReleaseView{releaseView()}
	typical.Clusters = []core.ClusterView{clusterView(0, 3), clusterView(1, 2)}
	typical.Stats, typical.Activity = counts(128, 47, 5, 1), activity(10)
	detail := stepDetail(core.Pending, "SELECT 1;", 0, 1)
	typical.Next = &detail
	typical.Needed, typical.Blocked = []core.StepView{blockedStep(1)}, []core.StepView{blockedStep(1)}
	claimed := stepView(2, core.Pending)
	claimed.Claim = &core.Claim{By: "UBEN", ByName: "ben", At: noon}
	typical.Claimed = []core.StepView{claimed}
	viewer, admin := typical, typical
	viewer.Role, viewer.Next, viewer.Needed, viewer.Claimed = core.Viewer, nil, nil, nil
	admin.Role, admin.Drafts = core.Admin, append(second.Drafts, core.DraftState{ID: 2, ShortID: "R2", Label: "Hotfix", Name: "Hotfix"})
	huge := admin
	huge.Blockers = 600
	for i := range 200 {
		huge.Needed = append(huge.Needed, blockedStep(i))
		huge.Claimed = append(huge.Claimed, claimed)
		huge.ActiveReleases = append(huge.ActiveReleases, releaseView())
		huge.Clusters = append(huge.Clusters, clusterView(i, 200))
		huge.Drafts = append(huge.Drafts, admin.Drafts...)
	}
	huge.Blocked = huge.Needed[:5]
	return map[string]core.Home{"first_run": first, "first_run_viewer": {Role: core.Viewer}, "first_run_draft": second,
		"viewer": viewer, "operator": typical, "admin": admin, "huge": huge}
}

func homeWire(t *testing.T, v core.Home) []byte {
	t.Helper()
	raw, err := json.MarshalIndent(blocks.Home(v, env), "", "  ")
	require.NoError(t, err)
	return raw
}

func TestHomeKeepsToSlacksRules(t *testing.T) {
	for name, v := range homes() {
		raw := homeWire(t, v)
		assert.Empty(t, blockkit.View(raw), name)
		fixtures.Golden(t, fmt.Sprintf("home_%s.json", name), string(raw)+"\n")
	}
}

func TestHomeOfHostileText(t *testing.T) {
	for what, text := range map[string]string{"mentions": "<!channel> <@U012345>", "emoji": strings.Repeat("👩‍🚀", 80), "empty": "",
		"format": "*b* `c` ~s~", "long": strings.Repeat("wide load ", 310)} {
		for name, v := range homes() {
			fill(reflect.ValueOf(&v).Elem(), text)
			assert.Empty(t, blockkit.View(homeWire(t, v)), "%s of %s", name, what)
		}
	}
}
