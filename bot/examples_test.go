package bot

import (
	"fmt"
	"strings"
	"testing"

	"rollcall/core"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// examplesWorld is what the examples of help speak of: v2.5.0 under way for two customers.
var examplesWorld = []string{
	"cluster add prod-us", "cluster add prod-eu",
	`customer add "Customer A" cluster=prod-us namespace=cust-a-prod`, `customer add "Customer B" cluster=prod-us namespace=cust-b-prod`,
	`release add "Spring release" type=release version=v2.5.0`,
	"template add v2.5.0 one category=deploy type=bash content=abc", "template add v2.5.0 two category=deploy type=sql content=abc",
	"template add v2.5.0 three category=deploy type=bash content=abc", "template add v2.5.0 four category=deploy type=bash content=abc",
	"template add v2.5.0 five category=verify type=text content=abc",
	"release activate v2.5.0 confirm=yes",
	"cluster add staging",
}

// examplesNeed is what some examples find otherwise than that, by how they begin. "-" begins with nothing at all.
var examplesNeed = map[string][]string{
	"cluster add prod-us":          {"-"},
	"cluster restore staging":      {"cluster archive staging"},
	"customer add":                 {"-", "cluster add prod-us"},
	"customer restore cust-a-prod": {"customer archive cust-a-prod"},
	"release add":                  {"-"},
	"release check":                {"-", "cluster add one", "customer add a cluster=one namespace=a", "release add x type=release version=v2.5.0", "template add R1 a category=deploy type=text content=abc"},
	"release activate":             {"-", "cluster add one", "customer add a cluster=one namespace=a", "release add x type=release version=v2.5.0", "template add R1 a category=deploy type=text content=abc"},
	"release reopen":               {`release archive v2.5.0 reason="given up" confirm=yes`},
	"release enroll":               {"release withdraw v2.5.0 cust-a-prod"},
	"release unshare":              {"release share v2.5.0", "release share v2.5.0", "release share v2.5.0"},
	"template add":                 {"-", `release add "Spring release" type=release version=v2.5.0`},
	"step revert":                  {"done cust-a-prod D1"},
	"step reopen":                  {`skip cust-a-prod D2 reason="not here"`},
	"step unblock":                 {`block cust-a-prod D2 reason="no access"`},
	"step reset":                   {"step override v2.5.0 cust-a-prod D2 content=abcd"},
	"step edit":                    {`step add v2.5.0 cust-a-prod own category=deploy type=bash content=abc`},
	"step move":                    {`step add v2.5.0 cust-a-prod own category=deploy type=bash content=abc`},
	"step remove":                  {`step add v2.5.0 cust-a-prod own category=deploy type=bash content=abc`},
	"remind resume":                {"remind pause 1"},
	"remind edit 1 release=all":    {"remind edit 1 release=v2.5.0"},
	"undo":                         {"note cust-a-prod D1 note=mine"},
	"admin revoke <@U012ABCDEF>":   {"admin grant <@U012ABCDEF> operator"},
	"bulk run":                     {"bulk done v2.5.0 cust-a-prod deploy"},
}

// Every example of help does what it says, typed as it stands there.
func TestEveryExampleOfHelpWorks(t *testing.T) {
	for _, cmd := range Commands() {
		if cmd.Name() == "customer import" || cmd.Name() == "remind test" || cmd.Name() == "admin backup" {
			continue // a file of Slack's, a channel and a folder take the whole program: they have tests of their own
		}
		for _, example := range cmd.Examples {
			t.Run(example, func(t *testing.T) {
				s := newStage(t)
				require.NoError(t, s.core.SeePerson(t.Context(), core.PersonInfo{ID: "U012ABCDEF", Name: "eve", Kind: core.Member}))
				typed := func(line string) string {
					s.log.Reset()
					require.True(t, s.step("> ann: "+line), line)
					require.NotContains(t, s.log.String(), "level=ERROR")
					return s.said()
				}
				begin, more := examplesWorld, []string(nil)
				if cmd.Noun == "remind" {
					begin = append(begin[:len(begin):len(begin)], `remind add <#C0OPS> "daily 09:00"`)
				}
				for prefix, lines := range examplesNeed {
					if strings.HasPrefix(example, prefix) && (prefix != "undo" || example == "undo") {
						if more = lines; len(lines) > 0 && lines[0] == "-" {
							begin, more = nil, lines[1:]
						}
					}
				}
				for _, line := range append(append([]string{}, begin...), more...) {
					typed(line)
					if cmd.Name() != "bulk run" {
						require.Contains(t, s.log.String(), `code=""`, "%s: %s", line, s.said())
					}
				}
				line := strings.ReplaceAll(example, "R12", "R1")
				switch {
				case cmd.Name() == "bulk run": // the id is another each time
					plan, err := s.core.PlanBulk(t.Context(), core.Person("UANN", core.ViaSlash), core.BulkQuery{Release: "v2.5.0", To: core.Done, Step: "D1", All: true})
					require.NoError(t, err)
					line = "bulk run " + plan.ID
				case strings.HasPrefix(example, "undo "):
					typed("note cust-a-prod D1 note=mine")
					line = fmt.Sprintf("undo %d", s.newest())
				}
				before := s.newest()
				said := typed(line)
				if cmd.Op == nil {
					assert.Contains(t, s.log.String(), `code=""`, said)
					return
				}
				if strings.Contains(s.log.String(), "code=confirm") { // it asks first
					if s.last["ann"].form == nil {
						assert.Contains(t, said, "[Confirm]")
						require.True(t, s.step("press ann: Confirm"))
					} else { // with a field for what is needed
						require.True(t, s.step("fill ann: Reason = superseded"))
						require.True(t, s.step("send ann"))
					}
				} else {
					assert.Contains(t, s.log.String(), `code=""`, said)
				}
				assert.Equal(t, before+1, s.newest(), "%s changed something: %s", line, s.said())
			})
		}
	}
}
