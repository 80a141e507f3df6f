package core_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

func at(customer, step string) core.Target {
	return core.Target{Release: "v2.5.0", Customer: customer, Step: step}
}

func (h *house) step(customer, step string) core.StepView {
	h.t.Helper()
	d, err := h.Step(h.t.Context(), core.Person(ann, core.ViaSlash), core.StepQuery{Release: "v2.5.0", Customer: customer, Step: step})
	require.NoError(h.t, err)
	return d.Step
}

func TestFET001MarkDone(t *testing.T) {
	h := newHouse(t)
	h.active()
	r := h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D1"), Note: "build 812"})
	assert.Equal(t, "customer-a · prod-us / cust-a-prod · v2.5.0 · deploy 1 (D1) Deploy", r.Title)
	assert.Equal(t, "Done", r.Text)
	assert.Equal(t, h.now.Add(15*time.Minute).Unix(), r.UndoUntil)

	s := h.step("cust-a-prod", "D1")
	assert.Equal(t, core.Done, s.Status)
	assert.Equal(t, core.Maybe(bob), s.ExecutedBy)
	assert.Equal(t, core.Maybe("bob"), s.ExecutedByName)
	assert.Equal(t, h.now, *s.ExecutedAt)
	assert.Equal(t, core.Maybe("build 812"), s.Notes)
	assert.True(t, s.Locked)

	e := h.refused(core.Conflict, bob, core.MarkDone{Target: at("customer-a", "d1")})
	assert.Equal(t, "customer-a · prod-us / cust-a-prod · v2.5.0 · deploy 1 (D1) Deploy is done (by @bob, 25 November 09:00 UTC)", e.Msg)
}

func TestFET003BRS03SkipNeedsAReason(t *testing.T) {
	h := newHouse(t)
	h.active()
	for _, reason := range []string{"", "  ", "no", " \u200b\u200b\u200b ", "\ufe0f\ufe0f\ufe0f"} {
		e := h.refused(core.Invalid, bob, core.SkipStep{Target: at("cust-a-prod", "D2"), Reason: reason})
		assert.Equal(t, "reason", e.Field, "%q", reason)
	}
	h.do(bob, core.SkipStep{Target: at("cust-a-prod", "D2"), Reason: "not on this plan"})
	s := h.step("cust-a-prod", "D2")
	assert.Equal(t, core.Skipped, s.Status)
	assert.Equal(t, core.Maybe("not on this plan"), s.SkipReason)
}

// Every pair of statuses: the allowed ones happen, the others are refused.
func TestStatusTable(t *testing.T) {
	reach := map[core.Status][]core.Operation{
		core.Pending:  nil,
		core.Done:     {core.MarkDone{Target: at("cust-a-prod", "D1")}},
		core.Skipped:  {core.SkipStep{Target: at("cust-a-prod", "D1"), Reason: "because"}},
		core.Reverted: {core.MarkDone{Target: at("cust-a-prod", "D1")}, core.RevertStep{Target: at("cust-a-prod", "D1")}},
	}
	to := map[core.Status]core.Operation{
		core.Pending:  core.ReopenStep{Target: at("cust-a-prod", "D1")},
		core.Done:     core.MarkDone{Target: at("cust-a-prod", "D1")},
		core.Skipped:  core.SkipStep{Target: at("cust-a-prod", "D1"), Reason: "because"},
		core.Reverted: core.RevertStep{Target: at("cust-a-prod", "D1")},
	}
	allowed := map[[2]core.Status]bool{
		{core.Pending, core.Done}: true, {core.Pending, core.Skipped}: true, {core.Done, core.Reverted}: true,
		{core.Reverted, core.Done}: true, {core.Reverted, core.Skipped}: true, {core.Reverted, core.Pending}: true, {core.Skipped, core.Pending}: true,
	}
	for _, from := range core.Statuses {
		for _, next := range core.Statuses {
			t.Run(fmt.Sprintf("%s to %s", from, next), func(t *testing.T) {
				h := newHouse(t)
				h.active()
				for _, op := range reach[from] {
					h.do(bob, op)
				}
				if !allowed[[2]core.Status{from, next}] {
					h.refused(core.Conflict, olga, to[next])
					assert.Equal(t, from, h.step("cust-a-prod", "D1").Status)
					return
				}
				h.pass(time.Minute)
				h.do(olga, to[next])
				s := h.step("cust-a-prod", "D1")
				assert.Equal(t, next, s.Status)
				switch next {
				case core.Pending:
					assert.Nil(t, s.ExecutedAt)
					assert.Empty(t, s.ExecutedBy)
					assert.Empty(t, s.SkipReason)
				case core.Reverted:
					assert.Equal(t, core.Maybe(bob), s.ExecutedBy, "revert keeps who did it")
				default:
					assert.Equal(t, core.Maybe(olga), s.ExecutedBy)
				}
			})
		}
	}
}

// A second identical request, and a second person's click on what the first has changed.
func TestSameKeyAndStaleRev(t *testing.T) {
	h := newHouse(t)
	h.active()
	ctx := t.Context()
	rev := h.step("cust-a-prod", "D1").Rev
	op := core.MarkDone{Target: at("cust-a-prod", "D1"), Rev: rev}
	first, err := h.Do(ctx, core.Person(bob, core.ViaButton), "trigger-1", op)
	require.NoError(t, err)
	again, err := h.Do(ctx, core.Person(bob, core.ViaButton), "trigger-1", op)
	require.NoError(t, err)
	assert.True(t, again.Replay)
	again.Replay = false
	assert.Equal(t, first, again)

	e := h.refused(core.Stale, olga, op)
	assert.Contains(t, e.Msg, "@bob marked it done at 09:00 UTC")
}

func TestBRR03BRR04DoneIsLockedAndRevertKeepsHistory(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D1")})
	text := "helm upgrade --atomic"
	h.do(ann, core.EditTemplate{Release: "v2.5.0", Step: "D1", Content: &text, Confirm: true})
	assert.Equal(t, core.Maybe("helm -n cust-a-prod upgrade app"), h.step("cust-a-prod", "D1").Content, "done keeps what was run")
	assert.Equal(t, core.Maybe(text), h.step("cust-b-prod", "D1").Content, "pending follows the template")

	h.do(bob, core.RevertStep{Target: at("cust-a-prod", "D1"), Note: "pods crash"})
	s := h.step("cust-a-prod", "D1")
	assert.Equal(t, core.Reverted, s.Status)
	assert.Equal(t, core.Maybe("helm -n cust-a-prod upgrade app"), s.Content, "reverted keeps the pin")
	h.do(bob, core.ReopenStep{Target: at("cust-a-prod", "D1")})
	assert.Equal(t, core.Maybe(text), h.step("cust-a-prod", "D1").Content, "pending again follows")
}

func TestUndo(t *testing.T) {
	h := newHouse(t)
	h.active()
	r := h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D1"), Note: "build 812"})
	h.refused(core.Forbidden, olga, core.Undo{Event: r.Seq})
	u := h.do(bob, core.Undo{Event: r.Seq})
	assert.Equal(t, "Undone: pending again", u.Text)
	s := h.step("cust-a-prod", "D1")
	assert.Equal(t, core.Pending, s.Status)
	assert.Empty(t, s.Notes)
	h.refused(core.Conflict, bob, core.Undo{Event: r.Seq})

	r = h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D1")})
	h.do(olga, core.AddNote{Target: at("cust-a-prod", "D1"), Text: "looks fine"})
	e := h.refused(core.Stale, bob, core.Undo{Event: r.Seq})
	assert.Contains(t, e.Msg, "@olga noted on it")

	r = h.do(bob, core.MarkDone{Target: at("cust-b-prod", "D1")})
	h.pass(15*time.Minute + time.Second)
	h.refused(core.Conflict, bob, core.Undo{Event: r.Seq})
	h.refused(core.NotFound, bob, core.Undo{})
}

func TestUndoOfAdditions(t *testing.T) {
	h := newHouse(t)
	h.active()
	for _, op := range []core.Operation{
		core.AddCluster{Name: "prod-ap"},
		core.AddCustomer{Name: "customer-f", Cluster: "prod-eu", Namespace: "cust-f-prod"},
		core.AddRelease{Name: "Hotfix", Type: core.Hotfix},
		core.AddTemplate{Release: "v2.5.0", Name: "First", Category: core.Deploy, Type: core.Text, Content: "x y z", Before: "D1"},
		core.RemoveTemplate{Release: "v2.5.0", Step: "D2", Confirm: true},
		core.MoveTemplate{Release: "v2.5.0", Step: "D3", Before: "D1", Confirm: true},
		core.MoveCustomer{Customer: "cust-a-prod", Cluster: "prod-eu", Confirm: true},
	} {
		before, err := h.Matrix(t.Context(), core.Person(ann, core.ViaSlash), core.MatrixQuery{Release: "v2.5.0"})
		require.NoError(t, err)
		r := h.do(ann, op)
		h.do(ann, core.Undo{Event: r.Seq})
		after, err := h.Matrix(t.Context(), core.Person(ann, core.ViaSlash), core.MatrixQuery{Release: "v2.5.0"})
		require.NoError(t, err)
		assert.Equal(t, before.Clusters, after.Clusters, "%T", op)
	}
}

// What was edited or moved and undone is called what it is called again.
func TestUndoNamesThingsAsTheyAreAgain(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.AddCustomStep{Release: "v2.5.0", Customer: "cust-b-prod", Name: "Warm up", Category: core.Deploy, Type: core.Bash, Content: "true"})
	for _, c := range []struct {
		who  string
		op   core.Operation
		want string
	}{
		{ann, core.EditCluster{Cluster: "staging", Name: ptr("lab")}, "staging"},
		{ann, core.EditCustomer{Customer: "cust-a-prod", Name: ptr("Acme")}, "customer-a · prod-us / cust-a-prod"},
		{ann, core.MoveCustomer{Customer: "cust-a-prod", Cluster: "prod-eu", Confirm: true}, "customer-a · prod-us / cust-a-prod"},
		{ann, core.EditRelease{Release: "R1", Version: ptr("v2.5.1")}, "R1 Spring release (v2.5.0)"},
		{ann, core.EditTemplate{Release: "R1", Step: "D1", Name: ptr("Roll out"), Confirm: true}, "v2.5.0 · deploy 1 (D1) Deploy"},
		{ann, core.MoveTemplate{Release: "R1", Step: "D1", After: "D2", Confirm: true}, "v2.5.0 · deploy 1 (D1) Deploy"},
		{bob, core.EditCustomStep{Target: at("cust-b-prod", "C1"), Name: ptr("Cool down")}, "customer-b · prod-us / cust-b-prod · v2.5.0 · deploy 3.5 (C1) Warm up"},
		{bob, core.MoveCustomStep{Target: at("cust-b-prod", "C1"), Before: "D1"}, "customer-b · prod-us / cust-b-prod · v2.5.0 · deploy 3.5 (C1) Warm up"},
	} {
		r := h.do(c.who, c.op)
		u := h.do(c.who, core.Undo{Event: r.Seq})
		assert.Equal(t, c.want, u.Title, "%T", c.op)
		e := h.feed(core.ActivityQuery{Limit: 1}).Events[0]
		assert.Equal(t, c.want, e.Title, "%T", c.op)
		if _, moved := c.op.(core.MoveCustomer); moved {
			assert.Equal(t, "prod-us", string(e.ClusterName))
		}
	}
}

func TestDraftAndArchivedReleasesAreNotWorkedOn(t *testing.T) {
	h := newHouse(t)
	h.spring()
	h.refused(core.Conflict, bob, core.MarkDone{Target: at("cust-a-prod", "D1")})
	h.do(ann, core.ActivateRelease{Release: "v2.5.0", Confirm: true})
	h.refused(core.Invalid, ann, core.ArchiveRelease{Release: "v2.5.0", Confirm: true})
	h.do(ann, core.ArchiveRelease{Release: "v2.5.0", Confirm: true, Reason: "superseded"})
	h.refused(core.Conflict, bob, core.MarkDone{Target: at("cust-a-prod", "D1")})
	h.do(ann, core.ReopenRelease{Release: "R1"})
	h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D1")})
}
