package core_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

func stepLines(steps []core.StepView) []string {
	out := []string{}
	for _, s := range steps {
		out = append(out, s.Namespace+" "+s.ShortID)
	}
	return out
}

func TestUS005BlockersListTheLongestBlockedFirst(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.BlockStep{Target: at("cust-b-prod", "D2"), Reason: "no backup"})
	h.pass(time.Hour)
	h.do(bob, core.BlockStep{Target: at("cust-a-prod", "D1"), Reason: "no access", NeedsUser: ann})
	h.do(bob, core.BlockStep{Target: at("cust-d-prod", "D1"), Reason: "no access"})
	h.do(ann, core.WithdrawCustomer{Release: "v2.5.0", Customer: "cust-d-prod"})
	for _, release := range []string{"", "v2.5.0"} {
		v, err := h.Blockers(t.Context(), core.Person(vic, core.ViaSlash), release)
		require.NoError(t, err)
		assert.Equal(t, []string{"cust-b-prod D2", "cust-a-prod D1"}, stepLines(v.Steps))
		assert.Equal(t, "ann", string(v.Steps[1].Block.NeedsName))
	}
	h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D1"), Takeover: true})
	v, err := h.Blockers(t.Context(), core.Person(vic, core.ViaSlash), "")
	require.NoError(t, err)
	assert.Equal(t, []string{"cust-b-prod D2"}, stepLines(v.Steps))
}

func TestMineIsWhatIWorkOnAndWhatNeedsMe(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(olga, core.StartStep{Target: at("cust-a-prod", "D1")})
	h.do(bob, core.StartStep{Target: at("cust-b-prod", "D1")})
	h.do(bob, core.BlockStep{Target: at("cust-c-prod", "D2"), Reason: "no access", NeedsUser: olga})
	v, err := h.Mine(t.Context(), core.Person(olga, core.ViaSlash))
	require.NoError(t, err)
	assert.Equal(t, []string{"cust-a-prod D1"}, stepLines(v.Claimed))
	assert.Equal(t, []string{"cust-c-prod D2"}, stepLines(v.Needed))
	_, err = h.Mine(t.Context(), core.Person(gus, core.ViaSlash))
	assert.Equal(t, core.Forbidden, core.ErrorCode(err))
}
