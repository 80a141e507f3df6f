package blocks_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"rollcall/bot/blocks"
	"rollcall/core"
	"rollcall/fixtures"
	"rollcall/fixtures/localslack/blockkit"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var env = blocks.Env{BaseURL: "https://rollcall.example", Command: "/rollcall"}

var confirm = blocks.Button{Label: "Confirm", Action: "release.activate", Line: "release activate release=R12 confirm=yes", Primary: true}

// layout lays a view out; a layout may be asked for the same view with other texts in it.
type layout struct {
	name   string
	golden bool
	view   any // a pointer
	draw   func(v any) blocks.Message
}

func drawn[V any](name string, golden bool, v V, draw func(V) blocks.Message) layout {
	return layout{name, golden, &v, func(p any) blocks.Message { return draw(*p.(*V)) }}
}

// layouts is every layout in each of its states: empty, ordinary, far too much.
func layouts() []layout {
	clusters := func(v core.ClusterList) blocks.Message { return blocks.Clusters(v, false, 1, env) }
	cluster := func(v core.ClusterDetail) blocks.Message { return blocks.Cluster(v, 1, env) }
	customers := func(v core.CustomerList) blocks.Message { return blocks.Customers(v, 2, env) }
	customer := func(v core.CustomerDetail) blocks.Message { return blocks.Customer(v, env) }
	releases := func(v core.ReleaseList) blocks.Message { return blocks.Releases(v, 1, env) }
	release := func(v core.ReleaseView) blocks.Message { return blocks.Release(v, env) }
	templates := func(v core.TemplateList) blocks.Message { return blocks.Templates(v, 1, env) }
	steps := func(v core.CustomerSteps) blocks.Message { return blocks.Steps(v, 1, env) }
	card := func(v core.StepDetail) blocks.Message { return blocks.Card(v, env) }
	history := func(v core.StepDetail) blocks.Message { return blocks.History(v, env) }
	table := func(v core.Matrix) blocks.Message { return blocks.Matrix(v, 1, 1, env) }
	open := func(v core.TodoList) blocks.Message { return blocks.Todo(v, 1, env) }
	next := func(v core.NextStep) blocks.Message { return blocks.Next(v, env) }
	noneActive := func(v core.ReleaseList) blocks.Message {
		return blocks.NoneActive("Which release? None is active.", v.Releases, env)
	}
	status := func(v core.Dashboard) blocks.Message { return blocks.Status(v, env) }
	menu := func(v core.Dashboard) blocks.Message { return blocks.Menu(v, core.Admin, env) }
	feed := func(v core.ActivityFeed) blocks.Message { return blocks.Activity(v, blocks.Button{}, env) }
	activate := func(v core.ActivationPreview) blocks.Message { return blocks.Activation(v, confirm, env) }
	ask := func(v core.ConsequencePreview) blocks.Message { return blocks.Consequence(v, confirm) }
	receipt := func(v core.Receipt) blocks.Message { return blocks.Receipt(v, []string{"Line 1 is odd."}, nil) }
	refusal := func(v core.Error) blocks.Message {
		var choices []blocks.Button
		for _, c := range v.Choices {
			choices = append(choices, blocks.Button{Label: c.Label, Action: "customer.show", Line: "customer show customer=7"})
		}
		return blocks.Refusal(v.Code, v.Msg, v.Hint, choices, nil)
	}
	across := func(v core.StepAcross) blocks.Message { return blocks.Across(v, 1, env) }
	original := func(v core.StepDetail) blocks.Message { return blocks.Original(v, env) }
	bulk := func(v core.BulkPlan) blocks.Message { return blocks.Bulk(v, env) }
	whoami := blocks.WhoAmI

	var manyClusters core.ClusterList
	var manyCustomers core.CustomerList
	var manyReleases core.ReleaseList
	var manyTemplates core.TemplateList
	var manyShares core.CustomerDetail
	var manySteps core.StepAcross
	var manyChanges core.BulkPlan
	var manyChoices core.Error
	manyTemplates.Release, manySteps.Release, manyChanges.Release, manyChanges.ID, manyChanges.Title = releaseView(), releaseView(), releaseView(), "9f31", "Mark done"
	manyShares.Customer = customerView(0)
	manyChoices = core.Error{Code: core.Ambiguous, Msg: `"cust" could be 20 customers`, Hint: "Choose the one you mean."}
	for i := range 200 {
		manyClusters.Clusters = append(manyClusters.Clusters, clusterView(i, 40))
		manyCustomers.Customers = append(manyCustomers.Customers, customerView(i))
		manyReleases.Releases = append(manyReleases.Releases, releaseView())
		template := core.TemplateView{ShortID: "D1", Position: "1"}
		template.Name, template.Category, template.Type = "Step", core.Deploy, core.SQL
		manyTemplates.Deploy = append(manyTemplates.Deploy, template)
		manyShares.Releases = append(manyShares.Releases, core.ReleaseShare{ShortID: "R12", Release: core.Release{Name: "Spring", VersionNumber: "v2.5.0", Type: core.Regular, Status: core.Active}})
		manySteps.Customers = append(manySteps.Customers, stepView(i, core.Done))
		manyChanges.Change = append(manyChanges.Change, core.BulkStep{Line: "Customer A · prod-us / cust-a-prod"})
		manyChanges.LeftOut = append(manyChanges.LeftOut, core.BulkStep{Line: "Customer B", Cause: core.LeftDone})
		if i < 20 {
			manyChoices.Choices = append(manyChoices.Choices, core.Choice{Label: "Customer A · prod-us / cust-a-prod", Ref: "7"})
		}
	}
	manyCustomers.Total = 200
	draft, blocked := releaseView(), stepDetail(core.Pending, "helm upgrade", 1, 2)
	draft.Status, draft.ActivatedAt = core.Draft, nil
	blocked.Step.Block = &core.Block{By: "UBEN", ByName: "ben", At: noon, Reason: "no backup yet"}
	blocked.Step.Claim = &core.Claim{By: "UANN", ByName: "ann", At: noon}
	blocked.Step.IsOverridden, blocked.Step.MovedOn, blocked.Step.Missing = true, true, []string{"customer.metadata.db"}
	detail := stepDetail(core.Pending, "SELECT 1;", 0, 1)
	overridden, own, past, draftSteps := stepDetail(core.Pending, "SELECT 2;", 0, 1), stepDetail(core.Pending, "SELECT 3;", 0, 1), stepDetail(core.Done, "SELECT 4;", 0, 1), customerSteps(4)
	overridden.Step.IsOverridden, overridden.Original = true, &core.Original{Name: "Run migration", Type: core.SQL, Content: "SELECT 1;", MovedOn: true}
	own.Step.IsCustom, own.Step.ShortID = true, "C1"
	past.Release.Status, past.Step.Locked, draftSteps.Release.Status = core.Archived, true, core.Draft
	someSteps := core.StepAcross{Release: releaseView(), Step: manySteps.Step, Customers: []core.StepView{stepView(0, core.Pending), stepView(0, core.Done), stepView(0, core.Reverted)}}
	someSteps.Step.ShortID, someSteps.Step.Position, someSteps.Step.Name = "D1", "1", "Deploy"

	return append(append(boardLayouts(), remindLayouts()...), []layout{
		drawn("clusters_empty", true, core.ClusterList{}, clusters),
		drawn("clusters_two", true, core.ClusterList{Clusters: []core.ClusterView{clusterView(0, 3), clusterView(1, 0)}}, clusters),
		drawn("clusters_many", false, manyClusters, clusters),
		drawn("cluster", true, core.ClusterDetail{Cluster: clusterView(0, 2), Customers: []core.CustomerView{customerView(0), customerView(1)}}, cluster),
		drawn("cluster_many", false, core.ClusterDetail{Cluster: clusterView(0, 200), Customers: manyCustomers.Customers}, cluster),
		drawn("customers_empty", true, core.CustomerList{}, customers),
		drawn("customers_many", true, core.CustomerList{Customers: manyCustomers.Customers[:20], Total: 20}, customers),
		drawn("customers_far_too_many", false, manyCustomers, customers),
		drawn("customer", true, core.CustomerDetail{Customer: customerView(0), Releases: manyShares.Releases[:1]}, customer),
		drawn("customer_many_releases", false, manyShares, customer),
		drawn("releases_empty", true, core.ReleaseList{}, releases),
		drawn("releases_two", true, core.ReleaseList{Releases: []core.ReleaseView{releaseView(), draft}}, releases),
		drawn("releases_many", false, manyReleases, releases),
		drawn("release_active", true, releaseView(), release),
		drawn("release_draft", true, draft, release),
		drawn("templates", true, core.TemplateList{Release: draft, Deploy: manyTemplates.Deploy[:2]}, templates),
		drawn("templates_many", false, manyTemplates, templates),
		drawn("steps", true, customerSteps(4), steps),
		drawn("steps_many", false, customerSteps(500), steps),
		drawn("card_pending", true, detail, card),
		drawn("card_done", true, stepDetail(core.Done, "helm upgrade", 2, 3), card),
		drawn("card_blocked", true, blocked, card),
		drawn("card_long", false, stepDetail(core.Pending, strings.Repeat("echo a long script\n", 4000), 100, 500), card),
		drawn("history", true, stepDetail(core.Done, "", 0, 3), history),
		drawn("history_many", false, stepDetail(core.Done, "", 0, 500), history),
		drawn("matrix", true, matrix(2, 3, 2), table),
		drawn("matrix_empty", true, matrix(0, 0, 0), table),
		drawn("matrix_many", false, matrix(12, 30, 150), table),
		drawn("todo_empty", true, todo(0, 0), open),
		drawn("todo", true, todo(2, 2), open),
		drawn("todo_many", false, todo(60, 20), open),
		drawn("next", true, core.NextStep{Detail: &detail, Open: 7, Label: "v2.5.0"}, next),
		drawn("next_draft", true, core.NextStep{Label: "v2.5.0", ShortID: "R12", Status: core.Draft}, next),
		drawn("next_again", false, core.NextStep{Detail: &detail, Open: 7, Label: "v2.5.0", Again: true, Only: true}, next),
		drawn("none_active", true, core.ReleaseList{Releases: []core.ReleaseView{draft}}, noneActive),
		drawn("none_active_empty", false, core.ReleaseList{}, noneActive),
		drawn("none_active_many", false, manyReleases, noneActive),
		drawn("next_nothing", true, core.NextStep{Label: "v2.5.0"}, next),
		drawn("status_empty", true, core.Dashboard{}, status),
		drawn("status", true, core.Dashboard{ActiveReleases: []core.ReleaseView{releaseView()}, Clusters: []core.ClusterView{clusterView(0, 3)}, Stats: counts(3, 2, 1, 0), Activity: activity(2)}, status),
		drawn("status_many", false, core.Dashboard{ActiveReleases: manyReleases.Releases, Clusters: manyClusters.Clusters, Activity: activity(50)}, status),
		drawn("menu_first_run", true, core.Dashboard{}, menu),
		drawn("menu_many", false, core.Dashboard{ActiveReleases: manyReleases.Releases, Clusters: manyClusters.Clusters}, menu),
		drawn("activity", true, core.ActivityFeed{Events: activity(2)}, feed),
		drawn("activity_many", false, core.ActivityFeed{Events: activity(200)}, feed),
		drawn("activation", true, activation(2, 2), activate),
		drawn("activation_many", false, activation(60, 20), activate),
		drawn("consequence", true, core.ConsequencePreview{Title: "Move Customer A?", Lines: []string{"It becomes Customer A · prod-eu / cust-a-prod."}}, ask),
		drawn("receipt", true, core.Receipt{Seq: 812, Title: "Customer A · prod-us / cust-a-prod", Text: "Done", Details: []string{"One more."}, Warnings: []string{"Look at it."}, UndoUntil: 1}, receipt),
		drawn("refusal_choices", true, core.Error{Code: core.NotFound, Msg: "There is no customer \"x\"", Hint: "Did you mean one of these?", Choices: manyChoices.Choices[:2]}, refusal),
		drawn("refusal_many_choices", false, manyChoices, refusal),
		drawn("across", true, core.StepAcross{Release: releaseView(), Step: manyTemplates.Deploy[0], Customers: manySteps.Customers[:2]}, across),
		drawn("across_many", false, manySteps, across),
		drawn("bulk", true, core.BulkPlan{ID: "9f31", Title: "Mark 1 step done", Release: releaseView(), Change: manyChanges.Change[:1], LeftOut: manyChanges.LeftOut[:1], Until: noon}, bulk),
		drawn("original", true, overridden, original),
		drawn("original_plain", false, detail, original),
		drawn("card_overridden", true, overridden, card),
		drawn("card_custom", true, own, card),
		drawn("card_archived", false, past, card),
		drawn("across_open", true, someSteps, across),
		drawn("steps_draft", false, draftSteps, steps),
		drawn("next_by_customer", true, core.NextStep{Detail: &detail, Open: 4, Label: "v2.5.0", Pace: core.ByCustomer}, next),
		drawn("bulk_many", false, manyChanges, bulk),
		drawn("whoami", true, core.WhoAmI{Person: core.PersonInfo{ID: "UBEN", Name: "ben"}, Role: core.Operator, Why: "every member", Admins: []string{"@ann"}}, whoami),
	}...)
}

// wire is a message as it goes to Slack.
func wire(t *testing.T, m blocks.Message) []byte {
	t.Helper()
	raw, err := json.MarshalIndent(map[string]any{"text": m.Text, "blocks": m.Blocks}, "", "  ")
	require.NoError(t, err)
	return raw
}

func TestLayoutsKeepToSlacksRules(t *testing.T) {
	for _, l := range layouts() {
		t.Run(l.name, func(t *testing.T) {
			m := l.draw(l.view)
			raw := wire(t, m)
			assert.Empty(t, blockkit.Message(raw))
			assert.NotEmpty(t, m.Text)
			assert.LessOrEqual(t, utf8.RuneCountInString(m.Text), 4000)
			if l.golden {
				fixtures.Golden(t, l.name+".json", string(raw)+"\n")
			}
		})
	}
}

// Whatever people write in whatever field: Slack takes the message, and nobody is notified by it.
func TestLayoutsOfHostileText(t *testing.T) {
	for name, text := range map[string]string{
		"mentions":   "<!channel> <!here|x> <@U012345> <!subteam^S1> @channel & <b>",
		"formatting": "*bold* `code` ~strike~ _it_ ```fence``` > quote\n• list",
		"emoji":      strings.Repeat("👩‍🚀", 80),
		"long":       strings.Repeat("wide load ", 310),
		"empty":      "",
		"invisible":  "a\u202eb\u200bc\u2066d",
		"markup":     `"quotes" 'single' \ {"json": true} {{.Go}}`,
	} {
		for _, l := range layouts() {
			if strings.Contains(l.name, "many") && name != "long" {
				continue
			}
			t.Run(name+"/"+l.name, func(t *testing.T) {
				fill(reflect.ValueOf(l.view).Elem(), text)
				m := l.draw(l.view)
				raw := wire(t, m)
				assert.Empty(t, blockkit.Message(raw))
				for _, mention := range []string{"<!channel", "<!here", "<@U", "<!subteam"} {
					assert.NotContains(t, m.Text, mention)
				}
				assertEscaped(t, raw)
			})
		}
	}
}

// assertEscaped looks at every mrkdwn text: verbatim, and no mention in it.
func assertEscaped(t *testing.T, raw []byte) {
	t.Helper()
	fixtures.EachObject(t, raw, func(v map[string]any) {
		if text, ok := v["text"].(string); ok && v["type"] == "mrkdwn" {
			assert.Equal(t, true, v["verbatim"])
			for _, mention := range []string{"<!channel", "<!here", "<@U", "<!subteam"} {
				assert.NotContains(t, text, mention)
			}
		}
	})
}

func TestEscape(t *testing.T) {
	assert.Equal(t, "a &lt;!channel&gt; &amp; b", blocks.Escape("a <!channel> & b"))
	assert.Equal(t, "~/.kube", blocks.Escape("~/.kube"))
	assert.Equal(t, "∼a∼ ∗b∗", blocks.Escape("~a~ *b*"))
}
