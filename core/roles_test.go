package core_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

// doing is an operation that can be done on the active release of the spec's
// picture, once what it needs has been prepared by admins.
type doing struct {
	needs  core.Role
	before []core.Operation
	op     core.Operation

	planned core.BulkQuery // of a bulk: what is planned first
}

// doings is one for every operation.
func doings() map[string]doing {
	a, hotfix := at("cust-a-prod", "D1"), core.AddRelease{Name: "Hotfix", Type: core.Hotfix}
	fix := core.AddTemplate{Release: "Hotfix", Name: "Fix", Category: core.Deploy, Type: core.Text, Content: "abc"}
	custom := core.AddCustomStep{Release: "v2.5.0", Customer: "cust-a-prod", Name: "Own", Category: core.Deploy, Type: core.Text, Content: "abc"}
	everyone := custom
	everyone.ToTemplate = true
	name := "Another name"
	remind, channel := core.AddReminder{Channel: "C1", Schedule: "daily 09:00"}, "C2"
	return map[string]doing{
		"cluster.add":      {needs: core.Admin, op: core.AddCluster{Name: "new"}},
		"cluster.edit":     {needs: core.Admin, op: core.EditCluster{Cluster: "staging", Name: &name}},
		"cluster.archive":  {needs: core.Admin, before: prepared(core.AddCluster{Name: "empty"}), op: core.ArchiveCluster{Cluster: "empty"}},
		"cluster.restore":  {needs: core.Admin, before: prepared(core.AddCluster{Name: "empty"}, core.ArchiveCluster{Cluster: "empty"}), op: core.RestoreCluster{Cluster: "empty"}},
		"customer.add":     {needs: core.Admin, op: core.AddCustomer{Name: "New", Cluster: "staging", Namespace: "new"}},
		"customer.edit":    {needs: core.Admin, op: core.EditCustomer{Customer: "demo", Name: &name}},
		"customer.move":    {needs: core.Admin, op: core.MoveCustomer{Customer: "demo", Cluster: "prod-eu", Confirm: true}},
		"customer.archive": {needs: core.Admin, op: core.ArchiveCustomer{Customer: "demo"}},
		"customer.restore": {needs: core.Admin, before: prepared(core.ArchiveCustomer{Customer: "demo"}), op: core.RestoreCustomer{Customer: "demo"}},
		"release.add":      {needs: core.Admin, op: hotfix},
		"release.edit":     {needs: core.Admin, op: core.EditRelease{Release: "v2.5.0", Name: &name}},
		"release.activate": {needs: core.Admin, before: prepared(hotfix, fix), op: core.ActivateRelease{Release: "Hotfix", Confirm: true}},
		"release.archive":  {needs: core.Admin, op: core.ArchiveRelease{Release: "v2.5.0", Reason: "superseded", Confirm: true}},
		"release.reopen":   {needs: core.Admin, before: prepared(hotfix, core.ArchiveRelease{Release: "Hotfix"}), op: core.ReopenRelease{Release: "Hotfix"}},
		"release.clone":    {needs: core.Admin, op: core.CloneRelease{Release: "v2.5.0", Name: name, Version: "v2.6.0"}},
		"release.enroll":   {needs: core.Admin, before: prepared(core.WithdrawCustomer{Release: "v2.5.0", Customer: "demo"}), op: core.EnrollCustomer{Release: "v2.5.0", Customer: "demo"}},
		"release.withdraw": {needs: core.Admin, op: core.WithdrawCustomer{Release: "v2.5.0", Customer: "demo"}},
		"release.share":    {needs: core.Admin, op: core.ShareRelease{Release: "v2.5.0"}},
		"release.unshare":  {needs: core.Admin, before: prepared(core.ShareRelease{Release: "v2.5.0"}), op: core.UnshareRelease{Link: "1"}},
		"template.add":     {needs: core.Admin, op: core.AddTemplate{Release: "v2.5.0", Name: "New", Category: core.Deploy, Type: core.Text, Content: "abc"}},
		"template.edit":    {needs: core.Admin, op: core.EditTemplate{Release: "v2.5.0", Step: "D1", Name: &name, Confirm: true}},
		"template.move":    {needs: core.Admin, op: core.MoveTemplate{Release: "v2.5.0", Step: "D1", After: "D2", Confirm: true}},
		"template.remove":  {needs: core.Admin, op: core.RemoveTemplate{Release: "v2.5.0", Step: "D1", Confirm: true}},
		"step.done":        {needs: core.Operator, op: core.MarkDone{Target: a}},
		"step.skip":        {needs: core.Operator, op: core.SkipStep{Target: a, Reason: "not here"}},
		"step.revert":      {needs: core.Operator, before: prepared(core.MarkDone{Target: a}), op: core.RevertStep{Target: a}},
		"step.reopen":      {needs: core.Operator, before: prepared(core.SkipStep{Target: a, Reason: "not here"}), op: core.ReopenStep{Target: a}},
		"step.note":        {needs: core.Operator, op: core.AddNote{Target: a, Text: "build 812"}},
		"step.start":       {needs: core.Operator, op: core.StartStep{Target: a}},
		"step.block":       {needs: core.Operator, op: core.BlockStep{Target: a, Reason: "no access"}},
		"step.unblock":     {needs: core.Operator, before: prepared(core.BlockStep{Target: a, Reason: "no access"}), op: core.UnblockStep{Target: a}},
		"step.override":    {needs: core.Operator, op: core.OverrideStep{Target: a, Content: "echo mine"}},
		"step.reset":       {needs: core.Operator, before: prepared(core.OverrideStep{Target: a, Content: "echo mine"}), op: core.ResetStep{Target: a}},
		"step.add":         {needs: core.Operator, op: custom},
		"step.edit":        {needs: core.Operator, before: prepared(custom), op: core.EditCustomStep{Target: at("cust-a-prod", "C1"), Name: &name}},
		"step.move":        {needs: core.Operator, before: prepared(custom), op: core.MoveCustomStep{Target: at("cust-a-prod", "C1"), Before: "D1"}},
		"step.remove":      {needs: core.Operator, before: prepared(custom), op: core.RemoveCustomStep{Target: at("cust-a-prod", "C1")}},
		"step.bulk":        {needs: core.Operator, planned: core.BulkQuery{Release: "v2.5.0", To: core.Done, Step: "D1", All: true}},
		"undo":             {needs: core.Operator, op: core.Undo{}},
		"admin.grant":      {needs: core.Admin, op: core.GrantRole{User: opal, Role: core.Admin}},
		"admin.revoke":     {needs: core.Admin, before: prepared(core.GrantRole{User: opal, Role: core.Admin}), op: core.RevokeRole{User: opal}},
		"import":           {needs: core.Admin, op: core.Import{Clusters: []core.ImportCluster{{Line: 1, Name: "new"}}, Confirm: true}},
		"reminder.add":     {needs: core.Admin, op: remind},
		"reminder.edit":    {needs: core.Admin, before: prepared(remind), op: core.EditReminder{Reminder: "1", Channel: &channel}},
		"reminder.pause":   {needs: core.Admin, before: prepared(remind), op: core.PauseReminder{Reminder: "1"}},
		"reminder.resume":  {needs: core.Admin, before: prepared(remind, core.PauseReminder{Reminder: "1"}), op: core.ResumeReminder{Reminder: "1"}},
		"reminder.remove":  {needs: core.Admin, before: prepared(remind), op: core.RemoveReminder{Reminder: "1"}},
		"reminder.snooze":  {needs: core.Operator, before: prepared(remind), op: core.SnoozeReminder{Reminder: "1", Until: "4h"}},
		"reminder.park":    {needs: core.Admin, before: prepared(remind), op: core.ParkReminder{Reminder: 1, Why: "the channel is gone"}},

		"step.add to the template": {needs: core.Admin, op: everyone},
	}
}

func prepared(list ...core.Operation) []core.Operation { return list }

// Every operation × everybody: who has the role may, all others are refused
// and told who can, and nothing has changed.
func TestUS003EveryOperationByEveryRole(t *testing.T) {
	rows := doings()
	for _, op := range core.Operations() {
		require.Contains(t, rows, op.Op(), "the table has a row for every operation")
	}
	people := []struct {
		user string
		role core.Role
	}{{gus, core.NoRole}, {sam, core.NoRole}, {robo, core.NoRole}, {dora, core.NoRole}, {"UNOBODY", core.NoRole},
		{vic, core.Viewer}, {otto, core.Operator}, {bob, core.Admin}}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			var h *house
			var op core.Operation
			fresh := func(who string) {
				h = newHouse(t)
				h.active()
				for _, user := range []string{otto, vic, opal} {
					_, err := h.WhoAmI(t.Context(), core.Person(user, core.ViaSlash))
					require.NoError(t, err)
				}
				h.do(ann, core.GrantRole{User: otto, Role: core.Operator})
				for _, b := range row.before {
					h.do(ann, b)
				}
				if op = row.op; row.planned.To != core.Pending {
					plan, err := h.PlanBulk(t.Context(), core.Person(who, core.ViaSlash), row.planned)
					require.NoError(t, err)
					op = core.RunBulk{Plan: plan.ID}
				}
				if name == "undo" {
					h.do(who, core.AddNote{Target: at("cust-a-prod", "D1"), Text: "mine"})
				}
			}
			fresh(otto)
			for _, p := range people {
				if p.role >= row.needs {
					continue
				}
				e := h.refused(core.Forbidden, p.user, op)
				if p.role > core.NoRole {
					assert.Equal(t, fmt.Sprintf("That takes the role %s, and yours is %s", row.needs, p.role), e.Msg)
					assert.Contains(t, e.Hint, "@ann")
				}
			}
			for _, p := range people {
				if p.role >= row.needs {
					fresh(p.user)
					r := h.do(p.user, op)
					assert.NotZero(t, r.Seq, "%s changed something", p.user)
				}
			}
		})
	}
}

// Every view is for those who may read.
func TestGuestsStrangersBotsAndDeactivatedPeopleSeeNothing(t *testing.T) {
	h := newHouse(t)
	h.active()
	ctx := t.Context()
	views := map[string]func(core.Actor) error{
		"dashboard": func(a core.Actor) error { _, err := h.Dashboard(ctx, a); return err },
		"clusters":  func(a core.Actor) error { _, err := h.Clusters(ctx, a, true); return err },
		"cluster":   func(a core.Actor) error { _, err := h.Cluster(ctx, a, "prod-us"); return err },
		"customers": func(a core.Actor) error { _, err := h.Customers(ctx, a, core.CustomersQuery{}); return err },
		"customer":  func(a core.Actor) error { _, err := h.Customer(ctx, a, "demo"); return err },
		"releases":  func(a core.Actor) error { _, err := h.Releases(ctx, a, core.ReleasesQuery{}); return err },
		"release":   func(a core.Actor) error { _, err := h.Release(ctx, a, "v2.5.0"); return err },
		"check":     func(a core.Actor) error { _, err := h.CheckRelease(ctx, a, "v2.5.0"); return err },
		"templates": func(a core.Actor) error { _, err := h.Templates(ctx, a, "v2.5.0", true); return err },
		"template":  func(a core.Actor) error { _, err := h.Template(ctx, a, "v2.5.0", "D1"); return err },
		"matrix":    func(a core.Actor) error { _, err := h.Matrix(ctx, a, core.MatrixQuery{Release: "v2.5.0"}); return err },
		"steps":     func(a core.Actor) error { _, err := h.CustomerSteps(ctx, a, "v2.5.0", "demo"); return err },
		"step": func(a core.Actor) error {
			_, err := h.Step(ctx, a, core.StepQuery{Release: "v2.5.0", Customer: "demo", Step: "D1"})
			return err
		},
		"across":     func(a core.Actor) error { _, err := h.Across(ctx, a, "v2.5.0", "D1"); return err },
		"todo":       func(a core.Actor) error { _, err := h.Todo(ctx, a, core.TodoQuery{Release: "v2.5.0"}); return err },
		"next":       func(a core.Actor) error { _, err := h.Next(ctx, a, ""); return err },
		"later":      func(a core.Actor) error { _, err := h.Later(ctx, a, at("demo", "D1")); return err },
		"blockers":   func(a core.Actor) error { _, err := h.Blockers(ctx, a, ""); return err },
		"mine":       func(a core.Actor) error { _, err := h.Mine(ctx, a); return err },
		"activity":   func(a core.Actor) error { _, err := h.Activity(ctx, a, core.ActivityQuery{}); return err },
		"a revision": func(a core.Actor) error { _, err := h.ReleaseRevision(ctx, a, 1); return err },
		"sign-in":    func(a core.Actor) error { _, _, err := h.NewSignIn(ctx, a); return err },
		"bulk": func(a core.Actor) error {
			_, err := h.PlanBulk(ctx, a, core.BulkQuery{Release: "v2.5.0", To: core.Done, Step: "D1", All: true})
			return err
		},
		"export": func(a core.Actor) error { _, err := h.Export(ctx, a); return err },
	}
	before, err := h.Revision(ctx)
	require.NoError(t, err)
	for name, view := range views {
		for _, user := range []string{gus, sam, robo, dora, "UNOBODY"} {
			assert.Equal(t, core.Forbidden, core.ErrorCode(view(core.Person(user, core.ViaSlash))), "%s sees the %s", user, name)
		}
		assert.Equal(t, core.Forbidden, core.ErrorCode(view(core.Actor{})), "nobody in particular sees the %s", name)
		if name != "bulk" && name != "export" {
			assert.NoError(t, view(core.Person(vic, core.ViaSlash)), "a viewer sees the %s", name)
		}
	}
	after, err := h.Revision(ctx)
	require.NoError(t, err)
	assert.Equal(t, before, after, "strangers leave no trace")
}

// A refusal is on record once a person, operation and minute, also where only the preview was asked for.
func TestRefusalsAreOnRecordOnceAMinute(t *testing.T) {
	h := newHouse(t)
	h.active()
	refusals := func() int {
		feed, err := h.Activity(t.Context(), core.Person(ann, core.ViaSlash), core.ActivityQuery{Person: vic, Limit: 200})
		require.NoError(t, err)
		for _, e := range feed.Events {
			assert.True(t, e.Refused)
		}
		return len(feed.Events)
	}
	done := core.MarkDone{Target: at("cust-a-prod", "D1")}
	for range 3 {
		h.refused(core.Forbidden, vic, done)
	}
	assert.Equal(t, 1, refusals())
	h.refused(core.Forbidden, vic, core.SkipStep{Target: at("cust-a-prod", "D1"), Reason: "not here"})
	assert.Equal(t, 2, refusals())
	h.pass(61 * time.Second)
	h.refused(core.Forbidden, vic, done)
	assert.Equal(t, 3, refusals())
	for range 2 {
		_, err := h.PlanBulk(t.Context(), core.Person(vic, core.ViaSlash), core.BulkQuery{Release: "v2.5.0", To: core.Done, Step: "D1", All: true})
		require.Equal(t, core.Forbidden, core.ErrorCode(err))
		assert.Contains(t, core.AsError(err).Hint, "@ann")
	}
	assert.Equal(t, 4, refusals())
	h.refused(core.Forbidden, gus, done)
	h.refused(core.Forbidden, "UNOBODY", done)
	assert.Equal(t, 4, refusals())
}

// What was done with a role is undone with that role only.
func TestUndoAsksForTheRoleAgain(t *testing.T) {
	h := newHouse(t)
	h.active()
	_, err := h.WhoAmI(t.Context(), core.Person(otto, core.ViaSlash))
	require.NoError(t, err)
	h.do(ann, core.GrantRole{User: otto, Role: core.Admin})
	forAll := h.do(otto, core.AddCustomStep{Release: "v2.5.0", Customer: "cust-a-prod", Name: "For all", Category: core.Deploy, Type: core.Text, Content: "abc", ToTemplate: true})
	own := h.do(otto, core.AddCustomStep{Release: "v2.5.0", Customer: "cust-a-prod", Name: "Own", Category: core.Deploy, Type: core.Text, Content: "abc"})
	template := h.do(otto, core.MoveTemplate{Release: "v2.5.0", Step: "D1", After: "D2", Confirm: true})
	h.do(ann, core.GrantRole{User: otto, Role: core.Operator})
	h.refused(core.Forbidden, otto, core.Undo{Event: template.Seq})
	h.refused(core.Forbidden, otto, core.Undo{Event: forAll.Seq})
	h.do(otto, core.Undo{Event: own.Seq})
	h.do(ann, core.RevokeRole{User: otto})
	h.refused(core.Forbidden, otto, core.Undo{})
}

// What a right rests on is looked up again after ten minutes, and a person
// about whom nothing can be learned then is refused rather than trusted.
func TestWhatIsKnownOfPeopleIsTenMinutesOldAtMost(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D1")})
	require.NoError(t, h.SeePerson(t.Context(), core.PersonInfo{ID: bob, Name: "bob", Kind: core.Deactivated, Admin: true}))
	h.refused(core.Forbidden, bob, core.MarkDone{Target: at("cust-a-prod", "D2")}) // an event of Slack's counts at once
	h.pass(10 * time.Minute)
	h.refused(core.Forbidden, bob, core.MarkDone{Target: at("cust-a-prod", "D2")})
	h.pass(time.Second)
	h.do(bob, core.MarkDone{Target: at("cust-a-prod", "D2")}) // the directory says that he is back

	require.NoError(t, h.SeePerson(t.Context(), core.PersonInfo{ID: bob, Name: "bob", Kind: core.Deactivated, Admin: true}))
	h.pass(-time.Hour)
	h.do(bob, core.RevertStep{Target: at("cust-a-prod", "D2")}) // a clock set back makes no old knowledge new
}
