package core_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

// positions is one customer's deploy steps as "1 D1 pending, 1.5 C1 pending…".
func (h *house) positions(customer string) string {
	h.t.Helper()
	l, err := h.CustomerSteps(h.t.Context(), core.Person(ann, core.ViaSlash), "v2.5.0", customer)
	require.NoError(h.t, err)
	var out []string
	for _, s := range l.Deploy.Steps {
		out = append(out, s.Position+" "+s.ShortID)
	}
	return strings.Join(out, ", ")
}

func (h *house) custom(customer, name, position string) {
	h.t.Helper()
	op := core.AddCustomStep{Release: "v2.5.0", Customer: customer, Name: name, Category: core.Deploy, Type: core.Bash, Content: "echo " + name}
	if before, ok := strings.CutPrefix(position, "before "); ok {
		op.Before = before
	} else if after, ok := strings.CutPrefix(position, "after "); ok {
		op.After = after
	}
	h.do(bob, op)
}

func TestFCS003FCS008BRS05CustomStepsStandBetweenTemplateSteps(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.custom("cust-a-prod", "warm caches", "before D2")
	h.custom("cust-a-prod", "drain", "before D1")
	h.custom("cust-a-prod", "check caches", "after C1")
	h.custom("cust-a-prod", "last", "")
	assert.Equal(t, "0.5 C2, 1 D1, 1.5 C1, 1.75 C3, 2 D2, 3 D3, 3.5 C4", h.positions("cust-a-prod"))
	assert.Equal(t, "1 D1, 2 D2, 3 D3", h.positions("cust-b-prod"), "BR-S01: nobody else's")

	h.do(ann, core.MoveTemplate{Release: "v2.5.0", Step: "D1", After: "D3", Confirm: true})
	assert.Equal(t, "0.5 C2, 1 D2, 2 D3, 2.5 C4, 3 D1, 3.5 C1, 3.75 C3", h.positions("cust-a-prod"), "customs stay behind their anchors")
	h.do(ann, core.RemoveTemplate{Release: "v2.5.0", Step: "D1", Confirm: true})
	assert.True(t, strings.HasPrefix(h.positions("cust-a-prod"), "0.5 C2, 1 D2, 2 D3, 2.5 C4, "), "a removed anchor's customs go behind the step before, after its own")
	assert.True(t, strings.HasSuffix(h.positions("cust-a-prod"), "C3"))
}

func TestFCS008OrderIsSpacedAnewWhenItRunsOut(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.custom("cust-a-prod", "c", "after D1")
	for range 60 {
		h.custom("cust-a-prod", "c", "after D1")
	}
	l, err := h.CustomerSteps(t.Context(), core.Person(ann, core.ViaSlash), "v2.5.0", "cust-a-prod")
	require.NoError(t, err)
	last := -1.0
	for i, s := range l.Deploy.Steps {
		require.Greater(t, s.OrderIndex, last)
		last = s.OrderIndex
		if i >= 1 && i <= 61 {
			require.Equal(t, core.Deploy, s.Category)
			require.Equal(t, 62-i, serial(s.ShortID), "the newest stands first")
		}
	}
}

func serial(short string) int {
	n := 0
	for _, r := range short[1:] {
		n = n*10 + int(r-'0')
	}
	return n
}

func TestBRS06AddToTemplateReachesEverybody(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.custom("cust-b-prod", "mine", "after D1")
	op := core.AddCustomStep{Release: "v2.5.0", Customer: "cust-a-prod", Name: "For all", Category: core.Deploy, Type: core.Text, Content: "do it", After: "D1", ToTemplate: true}
	h.do(ann, op)
	assert.Equal(t, "1 D1, 2 D4, 3 D2, 4 D3", h.positions("cust-a-prod"))
	assert.Equal(t, "1 D1, 1.5 C1, 2 D4, 3 D2, 4 D3", h.positions("cust-b-prod"))
}

func TestFCS002FCS005BRS02BRS07BRS08Overrides(t *testing.T) {
	h := newHouse(t)
	h.spring()
	h.do(bob, core.OverrideStep{Target: at("cust-a-prod", "D2"), Content: "SELECT 'prepared on the draft';"})
	h.do(ann, core.ActivateRelease{Release: "v2.5.0", Confirm: true})
	h.do(bob, core.OverrideStep{Target: at("cust-b-prod", "D2"), Content: "SELECT 'after activation';"})
	h.do(bob, core.MarkDone{Target: at("cust-c-prod", "D2")})
	text := "ALTER TABLE users ADD COLUMN y int;"
	e := h.refused(core.Confirm, ann, core.EditTemplate{Release: "v2.5.0", Step: "D2", Content: &text})
	assert.Equal(t, []string{"3 pending change · 2 overridden keep theirs · 1 done, skipped or reverted untouched"}, e.Preview.(*core.ConsequencePreview).Lines)
	h.do(ann, core.EditTemplate{Release: "v2.5.0", Step: "D2", Content: &text, Confirm: true})
	a := h.step("cust-a-prod", "D2")
	assert.True(t, a.IsOverridden)
	assert.True(t, a.MovedOn)
	assert.Equal(t, core.Maybe("SELECT 'prepared on the draft';"), a.Content)
	assert.Equal(t, core.Maybe("ALTER TABLE users ADD COLUMN x int;"), h.step("cust-c-prod", "D2").Content)
	assert.Equal(t, core.Maybe(text), h.step("cust-d-prod", "D2").Content)

	h.refused(core.Conflict, bob, core.OverrideStep{Target: at("cust-c-prod", "D2"), Content: "SELECT 1;"})
	h.do(bob, core.ResetStep{Target: at("cust-a-prod", "D2")})
	assert.Equal(t, core.Maybe(text), h.step("cust-a-prod", "D2").Content)
	h.refused(core.Conflict, bob, core.ResetStep{Target: at("cust-a-prod", "D2")})
}

func TestFS004RemovalOnAnActiveRelease(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.OverrideStep{Target: at("cust-a-prod", "D2"), Content: "SELECT 'mine';"})
	h.do(bob, core.MarkDone{Target: at("cust-b-prod", "D2")})
	h.do(olga, core.StartStep{Target: at("cust-c-prod", "D2")})
	e := h.refused(core.Confirm, ann, core.RemoveTemplate{Release: "v2.5.0", Step: "D2"})
	assert.Contains(t, strings.Join(e.Preview.(*core.ConsequencePreview).Lines, " "), "customer-c")
	r := h.do(ann, core.RemoveTemplate{Release: "v2.5.0", Step: "D2", Confirm: true})
	assert.Equal(t, "1 D1, 1.5 C1, 2 D3", h.positions("cust-a-prod"), "a pending override becomes a custom step")
	b := h.step("cust-b-prod", "D2")
	assert.True(t, b.Removed)
	assert.Equal(t, core.Done, b.Status)
	h.refused(core.Conflict, bob, core.MarkDone{Target: at("cust-c-prod", "D2")})
	v, err := h.Release(t.Context(), core.Person(ann, core.ViaSlash), "v2.5.0")
	require.NoError(t, err)
	assert.Equal(t, 6*4+2, v.Progress.Total)
	h.do(ann, core.Undo{Event: r.Seq})
	assert.Equal(t, "1 D1, 2 D2, 3 D3", h.positions("cust-a-prod"))
}

func TestClaimsAndBlocksAskOnce(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(olga, core.StartStep{Target: at("cust-a-prod", "D1")})
	h.refused(core.Confirm, bob, core.StartStep{Target: at("cust-a-prod", "D1")})
	h.do(olga, core.BlockStep{Target: at("cust-a-prod", "D1"), Reason: "no access", NeedsUser: ann})
	h.refused(core.Confirm, bob, core.MarkDone{Target: at("cust-a-prod", "D1")})
	s := h.step("cust-a-prod", "D1")
	assert.Equal(t, "olga", s.Claim.ByName)
	assert.Equal(t, "no access", s.Block.Reason)
	h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D1"), Takeover: true})
	s = h.step("cust-a-prod", "D1")
	assert.Nil(t, s.Claim)
	assert.Nil(t, s.Block)
}

func TestFET004BulkRunsExactlyItsPreview(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(olga, core.MarkDone{Target: at("cust-a-prod", "D1")})
	h.do(olga, core.BlockStep{Target: at("cust-b-prod", "D1"), Reason: "no access"})
	plan, err := h.PlanBulk(t.Context(), core.Person(bob, core.ViaSlash), core.BulkQuery{Release: "v2.5.0", To: core.Done, Step: "D1", All: true})
	require.NoError(t, err)
	assert.Len(t, plan.Change, 4)
	assert.Len(t, plan.LeftOut, 2)
	h.do(olga, core.SkipStep{Target: at("cust-c-prod", "D1"), Reason: "not here"})
	h.refused(core.Forbidden, olga, core.RunBulk{Plan: plan.ID})
	r := h.do(bob, core.RunBulk{Plan: plan.ID})
	assert.Equal(t, "3 steps marked done", r.Text)
	require.Len(t, r.Warnings, 1)
	assert.Contains(t, r.Warnings[0], "customer-c")
	h.refused(core.Stale, bob, core.RunBulk{Plan: plan.ID})
	h.do(olga, core.RevertStep{Target: at("cust-d-prod", "D1")})
	u := h.do(bob, core.Undo{Event: r.Seq})
	require.Len(t, u.Warnings, 1)
	assert.Contains(t, u.Warnings[0], "customer-d")
	assert.Equal(t, core.Pending, h.step("cust-e-prod", "D1").Status)
	assert.Equal(t, core.Reverted, h.step("cust-d-prod", "D1").Status)

	plan, err = h.PlanBulk(t.Context(), core.Person(bob, core.ViaSlash), core.BulkQuery{Release: "v2.5.0", To: core.Skipped, Customer: "cust-e-prod", Category: core.Verify, Reason: "no traffic yet"})
	require.NoError(t, err)
	h.pass(31 * time.Minute)
	h.refused(core.Stale, bob, core.RunBulk{Plan: plan.ID})
}

func TestEnrollWithdrawAndComeBack(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D1")})
	h.do(ann, core.WithdrawCustomer{Release: "v2.5.0", Customer: "cust-a-prod"})
	h.refused(core.Conflict, bob, core.MarkDone{Target: at("cust-a-prod", "D2")})
	r := h.do(ann, core.EnrollCustomer{Release: "v2.5.0", Customer: "cust-a-prod"})
	assert.Equal(t, core.Done, h.step("cust-a-prod", "D1").Status)
	h.do(ann, core.Undo{Event: r.Seq})
	h.refused(core.Conflict, bob, core.MarkDone{Target: at("cust-a-prod", "D2")})
}

func TestFR004Clone(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.custom("cust-a-prod", "mine", "after D1")
	h.do(ann, core.CloneRelease{Release: "v2.5.0", Name: "Summer release", Version: "v2.6.0", Custom: true})
	l, err := h.Templates(t.Context(), core.Person(ann, core.ViaSlash), "v2.6.0", true)
	require.NoError(t, err)
	require.Len(t, l.Deploy, 3)
	assert.Equal(t, "Deploy", l.Deploy[0].Name)
	assert.Equal(t, core.Draft, l.Release.Status)
	assert.Empty(t, l.Release.ReleaseDate)
	h.do(ann, core.ActivateRelease{Release: "v2.6.0", Confirm: true})
	v, err := h.Release(t.Context(), core.Person(ann, core.ViaSlash), "v2.6.0")
	require.NoError(t, err)
	assert.Equal(t, 31, v.Progress.Total)

	h.do(ann, core.AddRelease{Name: "Narrow", Type: core.Hotfix, Targets: core.TargetNames{Customers: []string{"cust-a-prod"}}})
	r := h.do(ann, core.CloneRelease{Release: "Narrow", Name: "Wide"})
	require.Len(t, r.Warnings, 1, "a clone takes no targets, and whoever makes one hears of it")
	assert.Contains(t, r.Warnings[0], "all active customers")
	r = h.do(ann, core.CloneRelease{Release: "Narrow", Name: "As narrow", Targets: core.TargetNames{Customers: []string{"cust-a-prod"}}})
	assert.Empty(t, r.Warnings)
}

func TestPlaceholdersStopDoneUnlessForced(t *testing.T) {
	h := newHouse(t)
	h.active()
	text := "psql -h {{ customer.metadata.db_host }} {{ .Values.x }} {{customer.nam}}"
	r := h.do(ann, core.EditTemplate{Release: "v2.5.0", Step: "D1", Content: &text, Confirm: true})
	require.Len(t, r.Warnings, 1)
	assert.Contains(t, r.Warnings[0], "{{customer.name}}")
	h.refused(core.Conflict, bob, core.MarkDone{Target: at("cust-a-prod", "D1")})
	h.do(bob, core.MarkDone{Target: at("cust-b-prod", "D1"), Force: "run by hand"})
	h.do(ann, core.EditCustomer{Customer: "cust-a-prod", Metadata: map[string]string{"db_host": "pg-a"}})
	h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D1")})
	h.do(ann, core.EditCustomer{Customer: "cust-a-prod", Metadata: map[string]string{"db_host": "pg-z"}})
	assert.Equal(t, core.Maybe("psql -h pg-a {{ .Values.x }} {{customer.nam}}"), h.step("cust-a-prod", "D1").Content, "frozen at done")
}

func TestGrants(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.refused(core.Forbidden, vic, core.MarkDone{Target: at("cust-a-prod", "D1")})
	h.do(ann, core.GrantRole{User: vic, Role: core.Operator})
	h.do(vic, core.MarkDone{Target: at("cust-a-prod", "D1")})
	h.do(ann, core.RevokeRole{User: vic})
	h.refused(core.Forbidden, vic, core.MarkDone{Target: at("cust-b-prod", "D1")})
}
