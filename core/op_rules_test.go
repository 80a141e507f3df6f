package core_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

func preview(e *core.Error) string {
	return strings.Join(e.Preview.(*core.ConsequencePreview).Lines, "\n")
}

func TestFCS005ResetShowsTheDifference(t *testing.T) {
	h := newHouse(t)
	h.active()
	text := "BEGIN;\nALTER TABLE users ADD COLUMN x int;\nCOMMIT;"
	h.do(ann, core.EditTemplate{Release: "v2.5.0", Step: "D2", Content: &text, Confirm: true})
	h.do(bob, core.OverrideStep{Target: at("cust-a-prod", "D2"), Content: "BEGIN;\nALTER TABLE users ADD COLUMN y int;\nCOMMIT;"})
	r := h.do(bob, core.ResetStep{Target: at("cust-a-prod", "D2")})
	assert.Equal(t, "  BEGIN;\n- ALTER TABLE users ADD COLUMN y int;\n+ ALTER TABLE users ADD COLUMN x int;\n  COMMIT;", r.Diff)
	h.do(bob, core.Undo{Event: r.Seq})
	assert.Contains(t, h.step("cust-a-prod", "D2").Content, "COLUMN y int")
}

// An override remembers the revision it was made from: of a step that was done and reverted, the one that was done.
func TestBRS02AnOverrideKnowsWhatItWasMadeFrom(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D2")})
	h.do(bob, core.RevertStep{Target: at("cust-a-prod", "D2")})
	text := "SELECT 'new';"
	h.do(ann, core.EditTemplate{Release: "v2.5.0", Step: "D2", Content: &text, Confirm: true})
	assert.Equal(t, core.Maybe("ALTER TABLE users ADD COLUMN x int;"), h.step("cust-a-prod", "D2").Content, "reverted keeps the pin")
	h.do(bob, core.OverrideStep{Target: at("cust-a-prod", "D2"), Content: "SELECT 'mine';"})
	assert.True(t, h.step("cust-a-prod", "D2").MovedOn, "it was made from what the template said before")
	h.do(bob, core.OverrideStep{Target: at("cust-a-prod", "D2"), Content: "SELECT 'mine, again';"})
	assert.False(t, h.step("cust-a-prod", "D2").MovedOn, "saved again with the template as it is")
	h.do(bob, core.ResetStep{Target: at("cust-a-prod", "D2")})
	h.do(bob, core.ReopenStep{Target: at("cust-a-prod", "D2")})
	assert.Equal(t, core.Maybe(text), h.step("cust-a-prod", "D2").Content)
}

// Override, reset, edit and remove are for pending and reverted steps.
func TestFCS002FCS006BRR03LockedStepsSayWhatToDoFirst(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.custom("cust-a-prod", "own", "")
	h.do(bob, core.OverrideStep{Target: at("cust-a-prod", "D2"), Content: "SELECT 'mine';"})
	name := "other"
	change := map[string]core.Operation{
		"override": core.OverrideStep{Target: at("cust-a-prod", "D1"), Content: "echo"}, "reset": core.ResetStep{Target: at("cust-a-prod", "D2")},
		"edit": core.EditCustomStep{Target: at("cust-a-prod", "C1"), Name: &name}, "remove": core.RemoveCustomStep{Target: at("cust-a-prod", "C1")},
		"move": core.MoveCustomStep{Target: at("cust-a-prod", "C1"), Before: "D1"}, "claim": core.StartStep{Target: at("cust-a-prod", "D1")},
		"block": core.BlockStep{Target: at("cust-a-prod", "D1"), Reason: "no access"},
	}
	each := func(f func(core.Target)) {
		for _, step := range []string{"D1", "D2", "C1"} {
			f(at("cust-a-prod", step))
		}
	}
	all := func(hint string) {
		for what, op := range change {
			assert.Equal(t, hint, h.refused(core.Conflict, bob, op).Hint, what)
		}
	}
	each(func(s core.Target) { h.do(bob, core.MarkDone{Target: s}) })
	all("Revert it first.")
	each(func(s core.Target) { h.do(bob, core.RevertStep{Target: s}) })
	each(func(s core.Target) { h.do(bob, core.SkipStep{Target: s, Reason: "not here"}) })
	all("Reopen it first.")
	each(func(s core.Target) { h.do(bob, core.ReopenStep{Target: s}) })
	for _, what := range []string{"override", "reset", "edit", "move", "claim", "block", "remove"} {
		h.do(bob, change[what])
	}
}

func TestFS002FCS007BRR02BRS07TemplateEditsReachPendingStepsThatAreNotOverridden(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.OverrideStep{Target: at("cust-a-prod", "D2"), Content: "SELECT 'mine';"})
	h.do(bob, core.MarkDone{Target: at("cust-b-prod", "D2")})
	h.do(bob, core.SkipStep{Target: at("cust-c-prod", "D2"), Reason: "not here"})
	h.do(bob, core.MarkDone{Target: at("cust-d-prod", "D2")})
	h.do(bob, core.RevertStep{Target: at("cust-d-prod", "D2")})
	h.do(ann, core.WithdrawCustomer{Release: "v2.5.0", Customer: "demo"})
	name, kind, text, about := "Run SQL", core.Bash, "psql -c 'SELECT 1'", "In psql"
	edit := core.EditTemplate{Release: "v2.5.0", Step: "D2", Name: &name, Type: &kind, Content: &text, Description: &about}
	assert.Equal(t, "1 pending change · 1 overridden keep theirs · 3 done, skipped or reverted untouched", preview(h.refused(core.Confirm, ann, edit)))
	edit.Confirm = true
	r := h.do(ann, edit)
	assert.Equal(t, []string{"1 pending changed · 1 overridden kept theirs · 3 done, skipped or reverted untouched"}, r.Details)
	for customer, changed := range map[string]bool{"cust-a-prod": false, "cust-b-prod": false, "cust-c-prod": false, "cust-d-prod": false, "cust-e-prod": true} {
		s := h.step(customer, "D2")
		assert.Equal(t, changed, s.Name == name && s.Type == kind && s.Content == core.Maybe(text) && s.Description == core.Maybe(about), customer)
		assert.Equal(t, changed, s.Name != "SQL", customer)
	}
	h.do(bob, core.ReopenStep{Target: at("cust-c-prod", "D2")})
	h.do(bob, core.ReopenStep{Target: at("cust-d-prod", "D2")})
	assert.Equal(t, name, h.step("cust-c-prod", "D2").Name, "pending again, it follows")
	assert.Equal(t, name, h.step("cust-d-prod", "D2").Name)
	h.do(ann, core.EnrollCustomer{Release: "v2.5.0", Customer: "demo"})
	assert.Equal(t, name, h.step("demo", "D2").Name)
}

// A removed template step takes the claims, blocks and notes of its plain pending copies along, and says whose.
func TestFS004RemovalEndsClaimsBlocksAndNotes(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(olga, core.StartStep{Target: at("cust-a-prod", "D2")})
	h.do(olga, core.BlockStep{Target: at("cust-b-prod", "D2"), Reason: "no backup"})
	h.do(olga, core.AddNote{Target: at("cust-c-prod", "D2"), Text: "ask first"})
	h.do(olga, core.AddNote{Target: at("cust-d-prod", "D2"), Text: "kept with the step"})
	h.do(olga, core.MarkDone{Target: at("cust-d-prod", "D2")})
	remove := core.RemoveTemplate{Release: "v2.5.0", Step: "D2"}
	assert.Equal(t, "5 pending go.\n0 overridden become custom steps of their customers.\n"+
		"1 done, skipped or reverted stay, marked as removed from the template.\n"+
		"In progress: customer-a · prod-us / cust-a-prod (@olga).\nBlocked: customer-b · prod-us / cust-b-prod (no backup).",
		preview(h.refused(core.Confirm, ann, remove)))
	remove.Confirm = true
	r := h.do(ann, remove)
	assert.Equal(t, []string{"5 pending gone.", "1 done, skipped or reverted stay, marked as removed from the template.",
		"In progress: customer-a · prod-us / cust-a-prod (@olga).", "Blocked: customer-b · prod-us / cust-b-prod (no backup)."}, r.Details)
	blocked, err := h.Blockers(t.Context(), core.Person(ann, core.ViaSlash), "")
	require.NoError(t, err)
	assert.Empty(t, blocked.Steps)
	assert.Equal(t, core.Maybe("kept with the step"), h.step("cust-d-prod", "D2").Notes)
	h.do(ann, core.Undo{Event: r.Seq})
	assert.Equal(t, core.Maybe("ask first"), h.step("cust-c-prod", "D2").Notes)
	assert.Equal(t, "no backup", h.step("cust-b-prod", "D2").Block.Reason)
	assert.Equal(t, "olga", h.step("cust-a-prod", "D2").Claim.ByName)
}

func TestFS004RemovalOnADraftKeepsWhatWasPrepared(t *testing.T) {
	h := newHouse(t)
	h.spring()
	h.do(bob, core.OverrideStep{Target: at("cust-a-prod", "D2"), Content: "SELECT 'mine';"})
	r := h.do(ann, core.RemoveTemplate{Release: "v2.5.0", Step: "D2"})
	assert.Equal(t, []string{"1 override prepared for it becomes custom steps of their customers."}, r.Details)
	assert.Equal(t, "1 D1, 1.5 C1, 2 D3", h.positions("cust-a-prod"))
	h.do(ann, core.Undo{Event: r.Seq})
	assert.Equal(t, "1 D1, 2 D2, 3 D3", h.positions("cust-a-prod"))
}

func TestArchivingWithOpenStepsListsThemAndWantsAReason(t *testing.T) {
	h := newHouse(t)
	h.active()
	for _, c := range []string{"cust-a-prod", "cust-b-prod", "cust-c-prod", "cust-d-prod", "cust-e-prod"} {
		for _, cat := range core.Categories {
			plan, err := h.PlanBulk(t.Context(), core.Person(bob, core.ViaSlash), core.BulkQuery{Release: "v2.5.0", To: core.Done, Customer: c, Category: cat})
			require.NoError(t, err)
			h.do(bob, core.RunBulk{Plan: plan.ID})
		}
	}
	h.do(bob, core.RevertStep{Target: at("cust-b-prod", "V2")})
	h.do(ann, core.WithdrawCustomer{Release: "v2.5.0", Customer: "demo"})
	e := h.refused(core.Confirm, ann, core.ArchiveRelease{Release: "v2.5.0"})
	assert.Equal(t, "Archive v2.5.0 with 1 open step?", e.Msg)
	assert.Equal(t, "1 reverted step will stay reverted, for good. A reason is needed.\ncustomer-b · prod-us / cust-b-prod: V2 Login", preview(e))
	assert.Equal(t, "reason", h.refused(core.Invalid, ann, core.ArchiveRelease{Release: "v2.5.0", Confirm: true}).Field)
	h.do(bob, core.MarkDone{Target: at("cust-b-prod", "V2")})
	r := h.do(ann, core.ArchiveRelease{Release: "v2.5.0"})
	assert.Equal(t, "Release R1 Spring release (v2.5.0) archived", r.Text, "complete, it asks nothing")
	h.refused(core.Conflict, ann, core.Undo{Event: r.Seq})
	h.do(ann, core.ReopenRelease{Release: "v2.5.0"})
	feed, err := h.Activity(t.Context(), core.Person(ann, core.ViaSlash), core.ActivityQuery{Op: "release", Limit: 1})
	require.NoError(t, err)
	assert.Equal(t, "release.reopen", feed.Events[0].Op, "recorded")
}

// A customer that had left before keeps the names of then on its pages as well.
func TestFR005PagesOfArchivedReleasesNeverChange(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(ann, core.ArchiveCustomer{Customer: "cust-a-prod"})
	h.do(ann, core.ArchiveRelease{Release: "v2.5.0", Reason: "superseded", Confirm: true})
	h.do(ann, core.RestoreCustomer{Customer: "cust-a-prod"})
	h.do(ann, core.MoveCustomer{Customer: "cust-a-prod", Cluster: "prod-eu", Confirm: true})
	name := "Renamed"
	for _, c := range []string{"cust-a-prod", "cust-b-prod"} {
		h.do(ann, core.EditCustomer{Customer: c, Name: &name})
		assert.Contains(t, h.step(c, "D1").TargetLine, "customer-"+c[5:6]+" · prod-us / "+c+" · ")
	}
	m, err := h.Matrix(t.Context(), core.Person(ann, core.ViaSlash), core.MatrixQuery{Release: "R1"})
	require.NoError(t, err)
	assert.Equal(t, 5, m.Release.CustomerCount, "the one that had left is in no matrix")
}

// What activating would do counts overrides and custom steps, and names what each customer lacks.
func TestActivationPreviewCountsWhatWasPrepared(t *testing.T) {
	h := newHouse(t)
	h.spring()
	text := "psql -h {{customer.metadata.db_host}} {{release.version}} {{cluster.metadata.region}}"
	h.do(ann, core.EditTemplate{Release: "v2.5.0", Step: "D2", Content: &text})
	h.do(ann, core.EditCustomer{Customer: "cust-b-prod", Metadata: map[string]string{"db_host": "pg-b"}})
	h.do(bob, core.OverrideStep{Target: at("cust-c-prod", "D2"), Content: "psql -h pg-c"})
	h.do(bob, core.OverrideStep{Target: at("cust-d-prod", "D3"), Content: "Set {{customer.metadata.flag}}"})
	h.custom("cust-a-prod", "own", "")
	h.custom("demo", "own {{customer.metadata.x}}", "")
	h.do(ann, core.EditRelease{Release: "v2.5.0", Targets: &core.TargetNames{Clusters: []string{"prod-us", "prod-eu"}}})
	e := h.refused(core.Confirm, ann, core.ActivateRelease{Release: "v2.5.0"})
	assert.Equal(t, "Activate v2.5.0: 5 customers × 5 steps = 25, and 1 custom step: 26 to work through?", e.Msg)
	p := e.Preview.(*core.ActivationPreview)
	var lacks []string
	for _, m := range p.Missing {
		lacks = append(lacks, m.Namespace+" "+m.Step+" "+m.Placeholder)
	}
	assert.ElementsMatch(t, []string{"cust-a-prod D2 customer.metadata.db_host", "cust-d-prod D2 customer.metadata.db_host",
		"cust-d-prod D3 customer.metadata.flag", "cust-e-prod D2 customer.metadata.db_host"}, lacks)
	assert.Equal(t, []core.PreviewCustomer{{ID: 6, Name: "demo-customer", ClusterName: "staging", Namespace: "demo"}}, p.LeftOut)
	assert.Equal(t, []string{"demo-customer · staging / demo has 1 custom step prepared, and is left out."}, p.Notices)
	assert.Equal(t, []core.PreviewCluster{{Name: "prod-eu", Customers: []string{"customer-d (cust-d-prod)", "customer-e (cust-e-prod)"}},
		{Name: "prod-us", Customers: []string{"customer-a (cust-a-prod)", "customer-b (cust-b-prod)", "customer-c (cust-c-prod)"}}}, p.Clusters)

	h.do(ann, core.ActivateRelease{Release: "v2.5.0", Confirm: true})
	h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D2"), Force: "typed by hand"})
	h.do(ann, core.WithdrawCustomer{Release: "v2.5.0", Customer: "cust-e-prod"})
	h.do(ann, core.EditCustomer{Customer: "cust-d-prod", Metadata: map[string]string{"flag": "on"}})
	p, err := h.CheckRelease(t.Context(), core.Person(vic, core.ViaSlash), "v2.5.0")
	require.NoError(t, err)
	require.Len(t, p.Missing, 1, "while it is under way: what is still open for whom takes part")
	assert.Equal(t, "cust-d-prod", p.Missing[0].Namespace)
	assert.Equal(t, 4, p.Customers)
}

// Forcing done says what was missing and why it was fine.
func TestForcedDoneIsOnRecord(t *testing.T) {
	h := newHouse(t)
	h.active()
	text := "psql -h {{customer.metadata.db_host}} {{customer.name}}"
	h.do(ann, core.EditTemplate{Release: "v2.5.0", Step: "D1", Content: &text, Confirm: true})
	e := h.refused(core.Conflict, bob, core.MarkDone{Target: at("cust-a-prod", "D1")})
	assert.Contains(t, e.Msg, "has no value for {{customer.metadata.db_host}}")
	assert.Equal(t, "force", h.refused(core.Invalid, bob, core.MarkDone{Target: at("cust-a-prod", "D1"), Force: "no"}).Field)
	assert.Equal(t, []string{"customer.metadata.db_host"}, h.step("cust-a-prod", "D1").Missing)
	h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D1"), Note: "build 812", Force: "typed by hand"})
	d, err := h.Step(t.Context(), core.Person(ann, core.ViaSlash), core.StepQuery{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D1"})
	require.NoError(t, err)
	assert.Equal(t, core.Maybe("build 812\nWithout a value for {{customer.metadata.db_host}}: typed by hand"), d.History[len(d.History)-1].Text)
	assert.Equal(t, core.Maybe("build 812"), d.Step.Notes)
}

// The target line of a done step is what was on the screen then, whatever is moved or renamed later.
func TestHistoryKeepsTheTargetLineOfThen(t *testing.T) {
	h := newHouse(t)
	h.active()
	line := h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D2")}).Title
	name := "Renamed"
	h.do(ann, core.MoveTemplate{Release: "v2.5.0", Step: "D2", Before: "D1", Confirm: true})
	h.do(ann, core.EditCustomer{Customer: "cust-a-prod", Name: &name})
	h.do(ann, core.MoveCustomer{Customer: "cust-a-prod", Cluster: "prod-eu", Confirm: true})
	d, err := h.Step(t.Context(), core.Person(ann, core.ViaSlash), core.StepQuery{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D2"})
	require.NoError(t, err)
	assert.Equal(t, line, d.History[len(d.History)-1].Title)
	assert.Equal(t, "Renamed · prod-eu / cust-a-prod · v2.5.0 · deploy 1 (D2) SQL", d.Step.TargetLine)
}

// Kept for a day, a receipt answers the same request again; after that the key is forgotten.
func TestReceiptsAreKeptForADay(t *testing.T) {
	h := newHouse(t)
	h.active()
	do := func(op core.Operation) (core.Receipt, error) {
		return h.Do(t.Context(), core.Person(bob, core.ViaButton), "trigger-1", op)
	}
	_, err := do(core.SkipStep{Target: at("cust-a-prod", "D1"), Reason: "no"})
	require.Equal(t, core.Invalid, core.ErrorCode(err), "an error uses up no key")
	first, err := do(core.MarkDone{Target: at("cust-a-prod", "D1")})
	require.NoError(t, err)
	h.pass(23 * time.Hour)
	require.NoError(t, h.Tidy(t.Context()))
	again, err := do(core.MarkDone{Target: at("cust-a-prod", "D1")})
	require.NoError(t, err)
	assert.True(t, again.Replay)
	assert.Equal(t, first.Seq, again.Seq)
	h.pass(time.Hour + time.Second)
	require.NoError(t, h.Tidy(t.Context()))
	_, err = do(core.MarkDone{Target: at("cust-a-prod", "D1")})
	assert.Equal(t, core.Conflict, core.ErrorCode(err))
}

// A card's rev changes with everything that the card says.
func TestRevIsOverAllThatACardSays(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(ann, core.GrantRole{User: seen(t, h, opal), Role: core.Operator})
	text, name, ns, region := "helm upgrade {{cluster.metadata.region}}", "New name", "new-ns", map[string]string{"region": "us-west-2"}
	rev := h.step("cust-a-prod", "D1").Rev
	require.Regexp(t, "^[0-9a-f]{8}$", rev)
	for _, op := range []core.Operation{
		core.EditTemplate{Release: "v2.5.0", Step: "D1", Name: &name, Confirm: true},
		core.EditTemplate{Release: "v2.5.0", Step: "D1", Content: &text, Confirm: true},
		core.EditTemplate{Release: "v2.5.0", Step: "D1", Description: &text, Confirm: true},
		core.EditCluster{Cluster: "prod-us", Metadata: region},
		core.EditCustomer{Customer: "1", Namespace: &ns},
		core.MoveTemplate{Release: "v2.5.0", Step: "D1", After: "D2", Confirm: true},
		core.StartStep{Target: at("1", "D1")},
		core.BlockStep{Target: at("1", "D1"), Reason: "no access"},
		core.BlockStep{Target: at("1", "D1"), Reason: "no access", NeedsUser: opal},
		core.AddNote{Target: at("1", "D1"), Text: "waiting"},
		core.OverrideStep{Target: at("1", "D1"), Content: "echo"},
		core.MarkDone{Target: at("1", "D1"), Takeover: true},
		core.RevertStep{Target: at("1", "D1")},
		core.ReopenStep{Target: at("1", "D1")},
		core.MoveCustomer{Customer: "1", Cluster: "prod-eu", Confirm: true},
	} {
		old := rev
		h.do(ann, op)
		rev = h.step("1", "D1").Rev
		require.NotEqual(t, old, rev, "%T", op)
		h.refused(core.Stale, ann, core.StartStep{Target: at("1", "D1"), Rev: old})
	}
	h.do(ann, core.MarkDone{Target: at("cust-b-prod", "D1")})
	assert.Equal(t, rev, h.step("1", "D1").Rev, "another's step changes nothing here")
}

func seen(t *testing.T, h *house, user string) string {
	_, err := h.WhoAmI(t.Context(), core.Person(user, core.ViaSlash))
	require.NoError(t, err)
	return user
}

func TestABulkThatChangesNothingSaysWhy(t *testing.T) {
	h := rollout(t)
	refusal := func(customers ...string) string {
		_, err := h.PlanBulk(t.Context(), core.Person(bob, core.ViaSlash), core.BulkQuery{Release: "Big", Step: "D1", Customers: customers, To: core.Done})
		e := core.AsError(err)
		require.NotNil(t, e)
		return e.Hint
	}
	h.do(bob, core.MarkDone{Target: target("eu-0")})
	require.Equal(t, "eu 0 · eu / eu-0 · Big · deploy 1 (D1) Deploy is already done.", refusal("eu-0"))
	h.do(bob, core.MarkDone{Target: target("eu-1")})
	require.Equal(t, "All 2 steps are already done.", refusal("eu-0", "eu-1"))
	h.do(bob, core.BlockStep{Target: target("us-0"), Reason: "backup runs"})
	require.Equal(t, "eu 0 · eu / eu-0 · Big · deploy 1 (D1) Deploy is already done; 1 more step cannot be changed either.", refusal("eu-0", "us-0"))
}

func TestAnswersRepeatWhatWasWritten(t *testing.T) {
	h := rollout(t)
	require.Equal(t, []string{"Note: “build 812”"}, h.do(bob, core.MarkDone{Target: target("eu-0"), Note: "build\n812"}).Details)
	require.Equal(t, []string{"Reason: “not on this plan”"}, h.do(bob, core.SkipStep{Target: target("eu-1"), Reason: "not on this plan"}).Details)
	require.Empty(t, h.do(bob, core.MarkDone{Target: target("us-0")}).Details)
}

func TestAnUndoneBulkIsNamedOnce(t *testing.T) {
	h := rollout(t)
	plan, err := h.PlanBulk(t.Context(), core.Person(bob, core.ViaSlash), core.BulkQuery{Release: "Big", Step: "D1", All: true, To: core.Done})
	require.NoError(t, err)
	bulk := h.do(bob, core.RunBulk{Plan: plan.ID})
	revert := h.do(bob, core.RevertStep{Target: target("us-1")})
	undone := h.do(bob, core.Undo{Event: bulk.Seq})
	require.Equal(t, bulk.Title, undone.Title)
	require.Equal(t, "Undone: 3 steps put back", undone.Text)
	require.Len(t, undone.Warnings, 1)
	require.Equal(t, "Undone: it is done again", h.do(bob, core.Undo{Event: revert.Seq}).Text)
}

func TestAMoveWithNothingOpenSaysSo(t *testing.T) {
	h := rollout(t)
	preview := func() []string {
		_, err := h.Preview(t.Context(), core.Person(ann, core.ViaSlash), core.MoveCustomer{Customer: "eu-0", Cluster: "us"})
		p, ok := core.AsError(err).Preview.(*core.ConsequencePreview)
		require.True(t, ok)
		return p.Lines[1:]
	}
	require.Equal(t, []string{"Big: 1 open step will be run on us."}, preview())
	h.do(bob, core.MarkDone{Target: target("eu-0")})
	require.Equal(t, []string{"It has no open steps."}, preview())
}

// With many open steps of long names the preview of an archive stays short, and says how much it leaves out.
func TestArchivePreviewStaysShort(t *testing.T) {
	h := newHouse(t)
	h.do(ann, core.AddCluster{Name: strings.Repeat("p", 80)})
	long := func(i int, c string) string { return fmt.Sprintf("%02d ", i) + strings.Repeat(c, 77) }
	for i := range 30 {
		h.do(ann, core.AddCustomer{Name: long(i, "c"), Cluster: "ppp", Namespace: fmt.Sprintf("cust-%02d", i)})
	}
	h.do(ann, core.AddRelease{Name: "Big", Type: core.Hotfix})
	for i := range 12 {
		h.do(ann, core.AddTemplate{Release: "Big", Name: long(i, "s"), Category: core.Deploy, Type: core.Text, Content: "x"})
	}
	h.do(ann, core.ActivateRelease{Release: "Big", Confirm: true})
	e := h.refused(core.Confirm, ann, core.ArchiveRelease{Release: "Big"})
	p := e.Preview.(*core.ConsequencePreview)
	text := strings.Join(p.Lines, "\n")
	assert.Less(t, len(text), 4000)
	told := len(p.Lines) - 2
	assert.Positive(t, told)
	assert.Equal(t, fmt.Sprintf("…and %d more customers.", 30-told), p.Lines[len(p.Lines)-1])
}
