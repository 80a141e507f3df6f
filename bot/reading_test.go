package bot

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rollcall/core"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// twoReleases is a workspace with two customers and two releases, of which so many are active.
func twoReleases(t *testing.T, active int) *stage {
	t.Helper()
	s := newStage(t)
	for _, line := range []string{"cluster add prod-us", `customer add "Customer A" cluster=prod-us namespace=cust-a-prod`,
		`customer add "Customer B" cluster=prod-us namespace=cust-b-prod`} {
		require.True(t, s.step("> ann: "+line))
	}
	for i, version := range []string{"v2.4.0", "v2.5.0"} {
		for _, line := range []string{"release add Release-" + version + " type=release version=" + version,
			"template add " + version + " Deploy category=deploy type=text content=x",
			"template add " + version + " Check category=verify type=text content=x"} {
			require.True(t, s.step("> ann: "+line))
		}
		if i < active {
			require.True(t, s.step("> ann: release activate "+version+" confirm=yes"))
		}
	}
	return s
}

// says answers a line that changes nothing; by mention no form can be opened.
func (s *stage) says(line string, mention bool) string {
	s.t.Helper()
	req := Request{Via: core.ViaSlash, Line: line, Command: "/rollcall", CanAsk: true, Channel: "C1", ReplyTo: "https://hooks.example/1"}
	if mention {
		req.Via, req.CanAsk = core.ViaMention, false
	}
	require.True(s.t, s.do("ann", req), line)
	assert.Equal(s.t, s.event, s.newest(), "%s changes something", line)
	return s.said()
}

// whatIsMissing is what the short forms about a step answer by what they were given: with none, one and two active
// releases. A form is told by the fields that it asks for; what stands in them is in brackets.
var whatIsMissing = []struct {
	line    string
	answers [3]string
}{
	{"", [3]string{"No release is active", "form Customer [] Step []", "form Release [] Customer [] Step []"}},
	{"D1", [3]string{"No release is active", "form Customer [] Step [D1]", "form Release [] Customer [] Step [D1]"}},
	{"Deploy", [3]string{`There is no customer "Deploy"`, "form Customer [] Step [Deploy]", "form Release [] Customer [] Step [Deploy]"}},
	{"cust-a-prod", [3]string{"No release is active", "form Step []", "form Release [] Step []"}},
	{"v2.4.0", [3]string{"form Customer [] Step []", "form Customer [] Step []", "form Customer [] Step []"}},
	{"v2.4.0 D1", [3]string{"form Customer [] Step [D1]", "form Customer [] Step [D1]", "form Customer [] Step [D1]"}},
	{"D1 v2.4.0", [3]string{"form Customer [] Step [D1]", "form Customer [] Step [D1]", "form Customer [] Step [D1]"}},
	{"release=v2.4.0 D1", [3]string{"form Customer [] Step [D1]", "form Customer [] Step [D1]", "form Customer [] Step [D1]"}},
	{"v2.4.0 Deploy", [3]string{"form Customer [] Step [Deploy]", "form Customer [] Step [Deploy]", "form Customer [] Step [Deploy]"}},
	{"v2.4.0 cust-a-prod", [3]string{"form Step []", "form Step []", "form Step []"}},
	{"cust-a-prod v2.4.0", [3]string{"form Step []", "form Step []", "form Step []"}},
	{"cust-a-prod D1", [3]string{"None is active", "acts", "2 releases are active"}},
	{"D1 cust-a-prod", [3]string{"None is active", "acts", "2 releases are active"}},
	{"cust-a-prod Deploy", [3]string{"None is active", "acts", "2 releases are active"}},
	{"v2.4.0 cust-a-prod D1", [3]string{"is a draft", "acts", "acts"}},
	{"cust-a-prod v2.4.0 D1", [3]string{"is a draft", "acts", "acts"}},
	{"v2.4.0 D1 cust-a-prod", [3]string{"is a draft", "acts", "acts"}},
	{"nobody", [3]string{`There is no customer "nobody"`, `There is no customer "nobody"`, `There is no customer "nobody"`}},
	{"nobody D1", [3]string{`There is no customer "nobody"`, `There is no customer "nobody"`, `There is no customer "nobody"`}},
	{"v2.4.0 nobody D1", [3]string{`There is no customer "nobody"`, `There is no customer "nobody"`, `There is no customer "nobody"`}},
	{"v2.4.1 D1", [3]string{`There is no customer "v2.4.1"`, "release-v2.4.0 · r1", "release-v2.4.0 · r1"}}, // the nearest thing
	{"v9 cust-a-prod D1", [3]string{`There is no release "v9"`, `There is no release "v9"`, `There is no release "v9"`}},
	{"cust D1", [3]string{"None is active", `"cust" could be 2 customers`, "2 releases are active"}},
	{"v2.4.0 cust D1", [3]string{"is a draft", `"cust" could be 2 customers`, `"cust" could be 2 customers`}},
	{"v2 D1", [3]string{`"v2" could be 2 releases`, `"v2" could be 2 releases`, `"v2" could be 2 releases`}},
}

func TestShortFormsNameWhatIsMissing(t *testing.T) {
	given := map[string]string{"skip": ` reason="not needed"`, "block": ` reason="not yet"`, "note": ` note="a word"`}
	for active := range 3 {
		s := twoReleases(t, active)
		for _, verb := range []string{"done", "skip", "revert", "reopen", "start", "block", "unblock", "note"} {
			for _, tt := range whatIsMissing {
				want := tt.answers[active]
				line := strings.TrimSpace(verb + " " + tt.line + given[verb])
				if want == "acts" {
					if verb == "note" { // which changes nothing that the others see
						assert.True(t, s.step("> ann: "+line) && s.step("< Customer A · prod-us / cust-a-prod · v2.4.0 · deploy 1 (D1) Deploy") && s.step("+ 1"), "%d active: %s: %s", active, line, s.said())
					}
					continue
				}
				said := s.says(line, false)
				if fields, form := strings.CutPrefix(want, "form"); form {
					assert.Equal(t, strings.TrimSpace(fields), targets(said), "%d active: %s: %s", active, line, said)
				} else {
					assert.Contains(t, strings.ToLower(said), strings.ToLower(want), "%d active: %s", active, line)
				}
			}
		}
	}
}

// targets is the fields of a form that say what it is about.
func targets(form string) string {
	var out []string
	for _, l := range strings.Split(form, "\n") {
		if name, value, ok := strings.Cut(l, ": ["); ok && (name == "Release" || name == "Customer" || name == "Step") {
			out = append(out, name+" ["+value)
		}
	}
	return strings.Join(out, " ")
}

// Where no form can be opened, as after a mention, the answer says in words what is missing.
func TestMentionsNameWhatIsMissing(t *testing.T) {
	for active, want := range []map[string]string{
		{"done": "No release is active", "done D1": "No release is active", "done v2.4.0 D1": "Customer is missing", "done cust-a-prod": "No release is active"},
		{"done": "Customer and step are missing", "done D1": "Customer is missing", "done v2.4.0 D1": "Customer is missing", "skip cust-a-prod D1": "Reason is missing",
			"skip cust-a-prod": "Step and reason are missing", "done nobody": `There is no customer "nobody"`},
		{"done": "Release, customer and step are missing", "done D1": "Release and customer are missing", "done v2.4.0 D1": "Customer is missing",
			"done cust-a-prod": "Release and step are missing", "note v2.4.0 cust-a-prod D1": "Note is missing"},
	} {
		s := twoReleases(t, active)
		for line, missing := range want {
			assert.Contains(t, s.says(line, true), missing, "%d active: %s", active, line)
		}
	}
}

// What is said of a whole release, by what it was given: what is something else than a release is named and offered.
func TestShortFormsOfAReleaseOfferWhatWasMeant(t *testing.T) {
	for active := range 3 {
		s := twoReleases(t, active)
		for _, verb := range []string{"next", "todo", "blockers", "status", "matrix", "board"} {
			alone := s.says(verb, false)
			if needs := verb != "blockers" && verb != "status"; needs && active != 1 {
				assert.Contains(t, alone, []string{"None is active", "", "2 releases are active"}[active], verb)
			} else {
				assert.NotContains(t, alone, "Which release", verb)
			}
			for word, offered := range map[string]string{"cust-a-prod": "The customer cust-a-prod", "prod-us": "The cluster prod-us", "D1": "The step D1"} {
				said := s.says(verb+" "+word, false)
				assert.Contains(t, said, fmt.Sprintf("There is no release %q", word), verb)
				assert.Contains(t, said, offered, verb)
			}
			if said := s.says(verb+" v2.4.1", false); active > 0 || verb != "next" && verb != "todo" {
				assert.Contains(t, said, "Release-v2.4.0 · R1", verb)
			}
			assert.Contains(t, s.says(verb+" nonsense", false), "release list", verb)
		}
		if active == 1 {
			s.says("todo cust-a-prod", false)
			require.True(t, s.step("press ann: Choose"))
			assert.Contains(t, s.said(), "Customer A · prod-us / cust-a-prod")
			assert.NotContains(t, s.said(), "Customer B")
			s.says("matrix prod-us", false)
			require.True(t, s.step("press ann: Choose"))
			assert.Contains(t, s.said(), "📁 prod-us")
		}
	}
}

// A text behind the step is a text, unless it looks like something that was meant.
func TestWordsBehindAStep(t *testing.T) {
	s := twoReleases(t, 1)
	for line, want := range map[string]string{
		"skip D1 not on this plan":                 "Reason: [not on this plan]",
		"skip v2.4.0 D1 not on this plan":          "Reason: [not on this plan]",
		"note cust-a-prod D1 D2 V1":                "takes one step at a time",
		"done v2.4.0 cust-a-prod D1 V1":            "takes one step at a time",
		"skip v2.4.0 cust-a-prodd D1 not needed":   `There is no customer "cust-a-prodd"`,
		"skip cust-a-prodd because it is late":     "Customer A · prod-us / cust-a-prod", // the nearest thing
		"block v2.4.0 cust-a-prod Nowhere no cert": `There is no step "Nowhere"`,
		"release withdraw cust-z it leaves us":     `There is no customer "cust-z"`,
		"bulk skip D1 all not needed":              `reason="not …"`,
		"bulk done cust-a-prod":                    "Scope: []",
		"bulk done cust-a-prod all":                "The verify steps of the customer cust-a-prod",
		"bulk done nothing all":                    "template list",
		"bulk done all D1":                         "2 steps would change",
		"bulk done v2.4.0 all D1":                  "2 steps would change",
		"bulk done verify v2.4.0 cust-b-prod":      "1 step would change",
		"bulk done D1 v2.4.0 all":                  "2 steps would change",
	} {
		assert.Contains(t, s.says(line, false), want, line)
	}
}

// In a thread nothing that names another customer is taken for a note to the thread's step.
func TestWordsInAThread(t *testing.T) {
	s := twoReleases(t, 2)
	thread := core.Thread{Release: 1, Customer: 1, Step: "D1"}
	for line, want := range map[string]string{
		"done cust-b-prod":          "Step is missing",
		"done v2.5.0 cust-b-prod":   "Step is missing",
		"done cust-bb-prod D1":      `There is no customer "cust-bb-prod"`,
		"done v9 cust-b-prod D1":    `There is no release "v9"`,
		"note cust-b-prod is worse": `There is no step "is"`,
	} {
		require.True(t, s.do("ann", Request{Via: core.ViaMention, Line: line, Channel: "C1", Thread: thread}))
		assert.Contains(t, s.said(), want, line)
		assert.Equal(t, s.event, s.newest(), line)
	}
	require.True(t, s.do("ann", Request{Via: core.ViaMention, Line: "note they need an hour", Channel: "C1", Thread: thread}))
	assert.Contains(t, s.said(), "Customer A · prod-us / cust-a-prod · v2.4.0 · deploy 1 (D1) Deploy")
	require.True(t, s.do("ann", Request{Via: core.ViaMention, Line: "note cust-b-prod V1 runs late", Channel: "C1", Thread: thread}))
	assert.Contains(t, s.said(), "Customer B · prod-us / cust-b-prod · v2.4.0 · verify 1 (V1) Check")
}

// Whatever is typed in whatever order: nothing is done to a customer, a step or a release that the line does not name.
func TestALineActsOnWhatItNamesAlone(t *testing.T) {
	s := twoReleases(t, 2)
	require.True(t, s.step("> ann: cluster add acme")) // words that mean several things
	require.True(t, s.step("> ann: customer add Deploy cluster=acme namespace=deploy"))
	require.True(t, s.step("> ann: release add acme type=hotfix"))
	vocabulary := []string{"v2.4.0", "R2", "acme", "cust-a-prod", `"Customer B"`, "deploy", "Deploy", "cust", "2", "D1", "V1", "C1", "Check", "all",
		"not", "needed", "v9", "nobody", `"D1"`, "v2", "because", "customer"}
	names := map[int64][]string{1: {"cust-a-prod"}, 2: {"customer b", "2"}, 3: {"deploy"}}
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	acted := 0
	for range 1500 {
		verb := []string{"done", "revert", "note", "start", "skip", "reopen", "block", "unblock"}[r.IntN(8)]
		words := []string{verb}
		for range 1 + r.IntN(5) {
			words = append(words, vocabulary[r.IntN(len(vocabulary))])
		}
		line := strings.Join(words, " ")
		require.True(t, s.do("ann", Request{Via: core.ViaSlash, Line: line, Command: "/rollcall", CanAsk: true, Channel: "C1"}), line)
		if s.newest() == s.event {
			continue
		}
		acted++
		feed, err := s.core.Activity(t.Context(), core.System(core.ViaCLI), core.ActivityQuery{Limit: 1})
		require.NoError(t, err)
		e := feed.Events[0]
		typed := " " + strings.ToLower(strings.ReplaceAll(line, `"`, "")) + " "
		has := func(any ...string) bool {
			return slices.ContainsFunc(any, func(w string) bool { return strings.Contains(typed, " "+strings.ToLower(w)+" ") })
		}
		assert.True(t, has(names[*e.CustomerID]...), "seed %d: %s acted on %s", seed, line, e.Title)
		assert.True(t, has(string(e.StepID), string(e.StepName)), "seed %d: %s acted on %s", seed, line, e.Title)
		assert.True(t, has(string(e.ReleaseLabel), core.ShortRelease(*e.ReleaseID), fmt.Sprint(*e.ReleaseID)), "seed %d: two are active, and %s acted on %s", seed, line, e.Title)
	}
	assert.Positive(t, acted)
}
