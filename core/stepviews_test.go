package core_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

func (h *house) detail(customer, step string) *core.StepDetail {
	h.t.Helper()
	return must[*core.StepDetail](h.t)(h.Step(h.t.Context(), viewer, core.StepQuery{Release: "v2.5.0", Customer: customer, Step: step}))
}

// lines draws activities: what, by whom, the new status, the text.
func lines(acts []core.Activity) string {
	var b strings.Builder
	for _, a := range acts {
		status := "-"
		if a.Status != nil {
			status = a.Status.String()
		}
		fmt.Fprintf(&b, "%s by %s → %s", a.Verb, a.ActorName, status)
		if a.Text != "" {
			fmt.Fprintf(&b, " (%s)", a.Text)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestFV004FCS001BRS04US004CustomerSteps(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.MarkDone{Target: at("customer-a", "D1"), Note: "build 812"})
	h.do(bob, core.AddCustomStep{Release: "v2.5.0", Customer: "customer-a", Name: "Warm up", Category: core.Verify, Type: core.Bash, Content: "warm", Before: "V1"})
	v := must[*core.CustomerSteps](t)(h.CustomerSteps(t.Context(), viewer, "", "cust-a-prod"))
	assert.Equal(t, "v2.5.0", v.Release.Label(), "the only active release")
	assert.Equal(t, "prod-us", v.Customer.ClusterName)
	var got []string
	for _, s := range append(v.Deploy.Steps, v.Verify.Steps...) {
		got = append(got, s.Position+" "+s.Name+" "+s.Status.String())
		assert.Contains(t, s.TargetLine, "customer-a · prod-us / cust-a-prod · v2.5.0 · ")
		assert.Len(t, s.Rev, 8)
		assert.Empty(t, s.Content, "content is for the detail")
	}
	assert.Equal(t, []string{"1 Deploy done", "2 SQL pending", "3 Config pending", "0.5 Warm up pending", "1 Health pending", "2 Login pending"}, got)
	assert.Equal(t, "33%", v.Deploy.Progress.Percent.String())
	assert.Equal(t, 3, v.Verify.Progress.Total)
	assert.Equal(t, 1, v.Progress.Done)
	assert.Equal(t, v.Progress, *v.Customer.Progress)
	assert.Equal(t, 31, v.Release.Progress.Total)

	b, err := json.Marshal(v)
	require.NoError(t, err)
	assert.NotContains(t, string(b), `"missing":null`)
	h.do(ann, core.AddCustomer{Name: "late", Cluster: "prod-eu", Namespace: "late", NoEnroll: true})
	_, err = h.CustomerSteps(t.Context(), viewer, "", "late")
	assert.Equal(t, core.NotFound, core.ErrorCode(err))
	assert.Equal(t, "late · prod-eu / late does not take part in v2.5.0", core.AsError(err).Msg)
}

func TestDraftShowsWhatACustomerWillGet(t *testing.T) {
	h := newHouse(t)
	h.spring()
	v := must[*core.CustomerSteps](t)(h.CustomerSteps(t.Context(), viewer, "R1", "customer-a"))
	require.Len(t, v.Deploy.Steps, 3)
	assert.Zero(t, v.Deploy.Steps[0].ID, "nobody is enrolled yet")
	m := h.matrix(core.MatrixQuery{Release: "R1"})
	assert.Empty(t, m.Clusters)
	assert.Equal(t, 6, m.Release.CustomerCount)
}

func TestFV0075_7StepDetail(t *testing.T) {
	h := newHouse(t)
	h.active()
	activated := h.now
	h.pass(time.Minute)
	h.do(bob, core.OverrideStep{Target: at("customer-a", "D2"), Content: "SELECT '{{customer.name}}';"})
	h.pass(time.Minute)
	h.do(olga, core.MarkDone{Target: at("customer-a", "D2"), Note: "took 3 s"})
	d := h.detail("customer-a", "D2")
	assert.Equal(t, core.Maybe("SELECT 'customer-a';"), d.Step.Content)
	assert.True(t, d.Step.IsOverridden)
	assert.True(t, d.Step.Locked)
	require.NotNil(t, d.Original)
	assert.Equal(t, "ALTER TABLE users ADD COLUMN x int;", d.Original.Content)
	assert.False(t, d.Original.MovedOn)
	assert.Equal(t, "v2.5.0_prod-us_cust-a-prod_deploy-02_sql.sql", d.FileName)
	assert.Equal(t, "created by ann → -\noverridden by bob → -\ndone by olga → done (took 3 s)\n", lines(d.History))
	made := d.History[0]
	assert.Equal(t, "Created from template", made.Title)
	assert.Equal(t, activated, made.At)
	assert.Equal(t, core.Maybe("customer-a"), made.CustomerName)

	plain := h.detail("customer-b", "D2")
	assert.Nil(t, plain.Original)
	assert.Equal(t, "created by ann → -\n", lines(plain.History), "a step that nothing happened to has a history too")

	_, err := h.Step(t.Context(), viewer, core.StepQuery{Release: "v2.5.0", Customer: "customer-a", Step: "D9"})
	assert.Equal(t, core.NotFound, core.ErrorCode(err))
}

func TestFET002BRR02HistoryHoldsTemplateEditsThatFoundTheStepPlain(t *testing.T) {
	h := newHouse(t)
	h.active()
	edit := func(text string) {
		h.pass(time.Minute)
		h.do(ann, core.EditTemplate{Release: "v2.5.0", Step: "D3", Content: &text, Confirm: true})
	}
	edit("first")
	h.do(bob, core.MarkDone{Target: at("customer-a", "D3")})
	edit("second")
	h.do(bob, core.RevertStep{Target: at("customer-a", "D3"), Note: "wrong flag"})
	h.do(bob, core.ReopenStep{Target: at("customer-a", "D3")})
	edit("third")
	h.do(bob, core.SkipStep{Target: at("customer-a", "D3"), Reason: "not on this plan"})
	assert.Equal(t, `created by ann → -
changed by ann → -
done by bob → done
reverted by bob → reverted (wrong flag)
reopened by bob → pending
changed by ann → -
skipped by bob → skipped (not on this plan)
`, lines(h.detail("customer-a", "D3").History))

	// A customer that joins later, and a template step that comes later, are made then.
	h.pass(time.Minute)
	h.do(ann, core.AddCustomer{Name: "late", Cluster: "prod-eu", Namespace: "late"})
	assert.Equal(t, h.now, h.detail("late", "D3").History[0].At)
	assert.Len(t, h.detail("late", "D3").History, 1)
	h.pass(time.Minute)
	h.do(olga, core.AddTemplate{Release: "v2.5.0", Name: "New", Category: core.Deploy, Type: core.Text, Content: "new work"})
	d := h.detail("late", "D4")
	assert.Equal(t, "created by olga → -\n", lines(d.History))
	assert.Equal(t, h.now, d.History[0].At)
}

func TestHistoryKeepsTheNamesOfThen(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.MarkDone{Target: at("customer-a", "D1")})
	h.do(ann, core.EditCustomer{Customer: "customer-a", Name: ptr("Acme · Co / x")})
	h.do(bob, core.RevertStep{Target: at("cust-a-prod", "D1")})
	hist := h.detail("cust-a-prod", "D1").History
	require.Len(t, hist, 3)
	assert.Equal(t, core.Maybe("customer-a"), hist[1].CustomerName)
	assert.Equal(t, core.Maybe("Acme · Co / x"), hist[2].CustomerName)
	assert.Equal(t, core.Maybe("cust-a-prod"), hist[2].Namespace)
	assert.Equal(t, core.Maybe("Deploy"), hist[2].StepName)
	assert.Equal(t, core.Maybe("D1"), hist[2].StepID)
	assert.Equal(t, core.Maybe("v2.5.0"), hist[2].ReleaseLabel)
}

func TestBulkIsInEachStepsHistory(t *testing.T) {
	h := newHouse(t)
	h.active()
	plan, err := h.PlanBulk(t.Context(), core.Person(bob, core.ViaSlash), core.BulkQuery{Release: "v2.5.0", Step: "D1", All: true, To: core.Done})
	require.NoError(t, err)
	h.do(bob, core.RunBulk{Plan: plan.ID})
	hist := h.detail("customer-d", "D1").History
	assert.Equal(t, "created by ann → -\ndone by bob → done\n", lines(hist))
	assert.Contains(t, hist[1].Title, "customer-d · prod-eu / cust-d-prod")
	feed := must[*core.ActivityFeed](t)(h.Activity(t.Context(), viewer, core.ActivityQuery{Limit: 1}))
	assert.Equal(t, 6, feed.Events[0].Count)
	byCustomer := must[*core.ActivityFeed](t)(h.Activity(t.Context(), viewer, core.ActivityQuery{Customer: "customer-d", Op: "step.bulk"}))
	assert.Len(t, byCustomer.Events, 1, "a bulk change is about each customer it touched")
}

func TestFV005StepAcrossCustomers(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(bob, core.MarkDone{Target: at("customer-d", "D1")})
	h.do(bob, core.SkipStep{Target: at("demo", "D1"), Reason: "not on this plan"})
	a := must[*core.StepAcross](t)(h.Across(t.Context(), viewer, "v2.5.0", "deploy"))
	assert.Equal(t, "D1", a.Step.ShortID)
	assert.Equal(t, core.Maybe("helm -n {{customer.namespace}} upgrade app"), a.Step.Content, "as typed")
	var got []string
	for _, s := range a.Customers {
		got = append(got, s.ClusterName+"/"+s.CustomerName+" "+s.Status.String())
	}
	assert.Equal(t, []string{"prod-eu/customer-d done", "prod-eu/customer-e pending", "prod-us/customer-a pending",
		"prod-us/customer-b pending", "prod-us/customer-c pending", "staging/demo-customer skipped"}, got)
	assert.Equal(t, 1, a.Progress.Done)
	assert.Equal(t, "16%", a.Progress.Percent.String())
	assert.Equal(t, "33%", a.Progress.ResolvedPercent.String())
}

func TestTemplatesListAndDetail(t *testing.T) {
	h := newHouse(t)
	h.spring()
	l := must[*core.TemplateList](t)(h.Templates(t.Context(), viewer, "R1", false))
	require.Len(t, l.Deploy, 3)
	require.Len(t, l.Category(core.Verify), 2)
	assert.Equal(t, "3", l.Deploy[2].Position)
	assert.Empty(t, l.Deploy[0].Content)
	l = must[*core.TemplateList](t)(h.Templates(t.Context(), viewer, "R1", true))
	assert.Equal(t, core.Maybe("Set the flag."), l.Deploy[2].Content)

	h.do(ann, core.EditTemplate{Release: "R1", Step: "D3", Name: ptr("Flags")})
	d := must[*core.TemplateDetail](t)(h.Template(t.Context(), viewer, "R1", "D3"))
	assert.Equal(t, "Flags", d.Step.Name)
	require.Len(t, d.History, 2)
	assert.Equal(t, []core.FieldNow{{Field: "name", Before: "Config", After: "Flags"}, {Field: "revision", Before: "1", After: "2"}}, d.History[1].Changes)
	h.do(ann, core.RemoveTemplate{Release: "R1", Step: "D3"})
	d = must[*core.TemplateDetail](t)(h.Template(t.Context(), viewer, "R1", "D3"))
	assert.True(t, d.Step.Removed, "a removed step can still be looked at")
}

func TestTodoListsOpenSteps(t *testing.T) {
	h := newHouse(t)
	h.active()
	for _, s := range []string{"D1", "D2", "D3", "V1", "V2"} {
		h.do(bob, core.MarkDone{Target: at("customer-d", s)})
	}
	h.do(bob, core.RevertStep{Target: at("customer-d", "D2")})
	h.do(bob, core.SkipStep{Target: at("customer-e", "D1"), Reason: "not on this plan"})
	todo := func(q core.TodoQuery) *core.TodoList { return must[*core.TodoList](t)(h.Todo(t.Context(), viewer, q)) }
	all := todo(core.TodoQuery{})
	assert.Equal(t, 25, all.Open)
	require.Len(t, all.Customers, 6)
	require.Len(t, all.Customers[0].Steps, 1, "reverted counts as open")
	assert.Equal(t, "D2", all.Customers[0].Steps[0].ShortID)
	for from, want := range map[int][]bool{
		0: {true, true, false, false, false, false}, 4: {false, false, false, false, true, true}, 99: {false, false, false, false, true, true},
	} {
		part, given := todo(core.TodoQuery{From: from, Most: 2}), []bool{}
		for i, c := range part.Customers {
			assert.Equal(t, all.Customers[i].Open, c.Open)
			given = append(given, len(c.Steps) == c.Open)
		}
		assert.Equal(t, want, given, "from %d", from)
		assert.Equal(t, 25, part.Open)
	}
	assert.Equal(t, 5, todo(core.TodoQuery{Cluster: "prod-eu"}).Open)
	assert.Equal(t, 4, todo(core.TodoQuery{Customer: "customer-e"}).Open)
	h.do(ann, core.AddCluster{Name: "empty"})
	assert.Equal(t, 0, todo(core.TodoQuery{Cluster: "empty"}).Open)
	_, err := h.Todo(t.Context(), viewer, core.TodoQuery{Cluster: "nowhere"})
	assert.Equal(t, core.NotFound, core.ErrorCode(err))
}

func TestNextFollowsThePerson(t *testing.T) {
	h := newHouse(t)
	h.active()
	next := func(user string) string {
		n := must[*core.NextStep](t)(h.Next(t.Context(), core.Person(user, core.ViaSlash), ""))
		if n.Detail == nil {
			return fmt.Sprintf("nothing of %d", n.Open)
		}
		return n.Detail.Step.CustomerName + " " + n.Detail.Step.ShortID
	}
	assert.Equal(t, "customer-d D1", next(bob), "by cluster, then name")
	h.do(bob, core.MarkDone{Target: at("customer-b", "D1")})
	assert.Equal(t, "customer-b D2", next(bob), "the customer acted on last")
	assert.Equal(t, "customer-d D1", next(olga))
	h.do(olga, core.StartStep{Target: at("customer-b", "D2")})
	h.do(olga, core.BlockStep{Target: at("customer-b", "D3"), Reason: "no access"})
	assert.Equal(t, "customer-b V1", next(bob), "not what another works on, nor what is blocked")
	assert.Equal(t, "customer-b D2", next(olga), "what she has started is hers")
	for _, s := range []string{"V1", "V2"} {
		h.do(bob, core.MarkDone{Target: at("customer-b", s)})
	}
	assert.Equal(t, "customer-c D1", next(bob), "the next customer by cluster and name")
	for _, c := range []string{"customer-a", "customer-c", "customer-d", "customer-e", "demo"} {
		for _, s := range []string{"D1", "D2", "D3", "V1", "V2"} {
			h.do(bob, core.SkipStep{Target: at(c, s), Reason: "enough"})
		}
	}
	assert.Equal(t, "nothing of 2", next(bob))
}

// Passing steps over leads through all of them once, at either pace, and then again from the front.
func TestLaterLeadsThroughAllSteps(t *testing.T) {
	h := newHouse(t)
	h.active()
	me := core.Person(olga, core.ViaSlash)
	h.do(bob, core.AddCustomStep{Release: "v2.5.0", Customer: "customer-b", Name: "Warm", Category: core.Deploy, Type: core.Bash, Content: "x", After: "D1"})
	for _, pace := range core.Paces {
		require.NoError(t, h.Prefer(t.Context(), me, core.Preferences{Pace: pace}))
		n := must[*core.NextStep](t)(h.Next(t.Context(), me, ""))
		open := n.Open
		first := n.Detail.Step.TargetLine
		seen := map[string]bool{first: true}
		for range open - 1 {
			n = must[*core.NextStep](t)(h.Later(t.Context(), me, core.Target{Customer: fmt.Sprint(n.Detail.Step.CustomerID), Step: n.Detail.Step.ShortID}))
			require.NotNil(t, n.Detail)
			last := n.Detail.Step.TargetLine
			assert.False(t, seen[last], "%s: %s again", pace, last)
			assert.False(t, n.Again, "%s: %s", pace, last)
			seen[last] = true
		}
		n = must[*core.NextStep](t)(h.Later(t.Context(), me, core.Target{Customer: fmt.Sprint(n.Detail.Step.CustomerID), Step: n.Detail.Step.ShortID}))
		assert.Equal(t, first, n.Detail.Step.TargetLine, pace)
		assert.True(t, n.Again, "from the front")
		assert.False(t, n.Only)
	}

	for _, c := range []string{"customer-a", "customer-b", "customer-c", "customer-d", "customer-e", "demo"} {
		for _, s := range []string{"D1", "D2", "D3", "V1", "V2"} {
			if c != "demo" || s != "V1" {
				h.do(bob, core.SkipStep{Target: at(c, s), Reason: "enough"})
			}
		}
	}
	h.do(bob, core.SkipStep{Target: at("customer-b", "C1"), Reason: "enough"})
	n := must[*core.NextStep](t)(h.Later(t.Context(), me, at("demo", "V1")))
	assert.Equal(t, "V1", n.Detail.Step.ShortID)
	assert.True(t, n.Only, "there is no other")
	h.do(bob, core.StartStep{Target: at("demo", "V1")})
	n = must[*core.NextStep](t)(h.Later(t.Context(), me, at("customer-a", "D1")))
	assert.Nil(t, n.Detail, "another works on it")
}
