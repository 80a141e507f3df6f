package blocks_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"rollcall/bot/blocks"
	"rollcall/core"
	"rollcall/fixtures"
	"rollcall/fixtures/localslack/blockkit"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everyField is a form with each kind of field, filled in.
func everyField() blocks.Form {
	clusters := []blocks.Option{{Value: "1", Label: "prod-eu"}, {Value: "2", Label: "prod-us"}}
	customers := []blocks.Option{blocks.CustomerOption(7, "Customer A", "prod-us", "cust-a-prod"), blocks.CustomerOption(8, "Customer D", "prod-eu", "cust-d-prod")}
	return blocks.Form{Title: "Every field", Submit: "Save", Meta: `{"c":"x"}`, Problem: "Name is taken.",
		Intro:   []string{"*Customer A · prod-us / cust-a-prod*"},
		Shown:   []blocks.Excerpt{{Label: "The template says", Text: "helm upgrade"}},
		Outcome: []string{"*2 steps* would change."},
		Fields: []blocks.Field{
			{Name: "name", Label: "Name", Hint: "Unique", Placeholder: "prod-us", Value: "prod-eu", Live: true, Max: 80},
			{Name: "description", Label: "Description", Kind: blocks.LinesField, Value: "two\nlines", Optional: true},
			{Name: "date", Label: "Date", Kind: blocks.DateField, Value: "2026-12-01"},
			{Name: "needs", Label: "Needs", Kind: blocks.PersonField, Value: "UBEN", Optional: true},
			{Name: "channel", Label: "Channel", Kind: blocks.ChannelField, Value: "C1"},
			{Name: "to_template", Label: "Add to template", Kind: blocks.TickField, Placeholder: "Apply to all customers", Value: "yes", Live: true},
			{Name: "content_file", Label: "Content from a file", Kind: blocks.FileField, Optional: true, Live: true},
			{Name: "cluster", Label: "Cluster", Kind: blocks.SelectField, Options: clusters, Value: "2", Live: true, Turn: 2},
			{Name: "customer", Label: "Customer", Kind: blocks.SelectField, Options: customers, Value: "7", Search: true},
			{Name: "clusters", Label: "Clusters", Kind: blocks.SelectField, Options: clusters, Value: "1,2", Many: true},
			{Name: "customers", Label: "Customers", Kind: blocks.SelectField, Options: customers, Value: "8", Many: true},
			{Name: "some", Label: "Some", Kind: blocks.SelectField, Options: customers, Value: "8", Many: true, Search: true},
		}}
}

func templateList(deploy, verify int) core.TemplateList {
	v := core.TemplateList{Release: releaseView()}
	add := func(n int, c core.Category, letter string) (out []core.TemplateView) {
		for i := range n {
			t := core.TemplateView{ShortID: fmt.Sprintf("%s%d", letter, i+1), Position: fmt.Sprint(i + 1)}
			t.Name, t.Category, t.Type, t.OrderIndex = fmt.Sprintf("Step %d", i+1), c, core.Bash, i
			out = append(out, t)
		}
		return out
	}
	v.Deploy, v.Verify = add(deploy, core.Deploy, "D"), add(verify, core.Verify, "V")
	return v
}

func editor(v core.TemplateList, page int) *slack.ModalViewRequest {
	return blocks.Panel("Steps of the release", "✅ *Moved.*", blocks.Editor(v, page, env), `{"l":"template edit R12"}`)
}

func TestModalsKeepToSlacksRules(t *testing.T) {
	wide, archived := templateList(400, 100), templateList(2, 0)
	for i := range wide.Deploy {
		wide.Deploy[i].Name = strings.Repeat("👩‍🚀", 20)
		wide.Deploy[i].Description = core.Maybe(strings.Repeat("wide ", 600))
	}
	archived.Release.Status = core.Archived
	hostile := everyField()
	for i := range hostile.Fields {
		f := &hostile.Fields[i]
		f.Label, f.Hint = strings.Repeat("<!channel> ", 300), strings.Repeat("x", 5000)
		f.Placeholder = strings.Repeat("y", 500)
		for j := range f.Options {
			f.Options[j].Label = strings.Repeat("wide load ", 30)
			f.Options[j].Group = strings.Repeat("a cluster ", 30)
		}
	}
	hostile.Shown = []blocks.Excerpt{{Label: "<!here>", Text: strings.Repeat("SELECT 1;\n", 6400)}}
	hostile.Title, hostile.Problem = strings.Repeat("long ", 20), strings.Repeat("<!channel> ", 900)
	for name, view := range map[string]*slack.ModalViewRequest{
		"form_every_field": everyField().View(), "form_hostile": hostile.View(),
		"editor": editor(templateList(3, 2), 1), "editor_empty": editor(templateList(0, 0), 1), "editor_archived": editor(archived, 1),
		"editor_many": editor(wide, 3), "editor_last": editor(wide, 99),
		"panel_card": blocks.Panel("Rollcall", "", blocks.Card(stepDetail(core.Pending, strings.Repeat("x", 8000), 3, 9), env), "{}"),
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := json.MarshalIndent(view, "", "  ")
			require.NoError(t, err)
			assert.Empty(t, blockkit.View(raw))
			assertEscaped(t, raw)
			assert.LessOrEqual(t, len(raw), 250_000)
			if name == "form_every_field" || name == "editor" {
				fixtures.Golden(t, name+".json", string(raw)+"\n")
			}
		})
	}
}

// Every step of a long release is on some page of its editor.
func TestEditorShowsEveryStep(t *testing.T) {
	v := templateList(130, 20)
	seen := map[string]bool{}
	for page := 1; page <= 4; page++ {
		for _, b := range editor(v, page).Blocks.BlockSet {
			row, ok := b.(*slack.ActionBlock)
			if !ok {
				continue
			}
			for _, e := range row.Elements.ElementSet {
				if button, ok := e.(*slack.ButtonBlockElement); ok && strings.HasPrefix(button.ActionID, "template.edit") {
					seen[button.Value] = true
				}
			}
		}
	}
	for _, t2 := range append(v.Deploy, v.Verify...) {
		assert.True(t, seen["template edit R12 "+t2.ShortID], t2.ShortID)
	}
}

// A release of fifty steps for six hundred customers: lists are cut, with a way on.
func TestHugeReleaseHasAWayOn(t *testing.T) {
	var across core.StepAcross
	across.Release, across.Step = releaseView(), core.TemplateView{ShortID: "D1", Position: "1"}
	across.Step.Name = "Deploy"
	for i := range 600 {
		s := stepView(i, core.Pending)
		s.CustomerID, s.CustomerName = int64(i+1), strings.Repeat("👩‍🚀", 26)+fmt.Sprint(i)
		across.Customers = append(across.Customers, s)
	}
	big := matrix(3, 200, 50)
	for name, m := range map[string]blocks.Message{"across": blocks.Across(across, 3, env), "matrix": blocks.Matrix(big, 2, 5, env)} {
		raw := wire(t, m)
		assert.Empty(t, blockkit.Message(raw), name)
		assert.Contains(t, string(raw), "external_select", "%s: what is cut can be searched for", name)
		assert.Contains(t, string(raw), "▶", "%s: and turned to", name)
	}
	long := stepDetail(core.Pending, strings.Repeat("x", 60_000), 0, 0)
	raw := wire(t, blocks.Card(long, env))
	assert.Empty(t, blockkit.Message(raw))
	assert.Contains(t, string(raw), "only the beginning")
	assert.Contains(t, string(raw), "60,000 characters")
	whole := wire(t, blocks.Card(stepDetail(core.Pending, strings.Repeat("x", 9000), 0, 0), env))
	assert.Empty(t, blockkit.Message(whole))
	assert.Contains(t, string(whole), strings.Repeat("x", 9000), "up to 9,000 characters all of it is there")
	assert.LessOrEqual(t, utf8.RuneCountInString(string(whole)), 40_000)
}

func TestCustomerOptionKeepsThePlace(t *testing.T) {
	o := blocks.CustomerOption(7, strings.Repeat("name ", 16), "prod-us", "cust-a-prod")
	assert.LessOrEqual(t, utf8.RuneCountInString(o.Label), 75)
	assert.True(t, strings.HasSuffix(o.Label, "… · prod-us / cust-a-prod"), o.Label)
}
