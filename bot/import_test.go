package bot

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/bot/blocks"
	"rollcall/core"

	"github.com/stretchr/testify/assert"
)

// shelf is the files that people of the scenarios gave: each lies under its id in fixtures/scenarios/files.
type shelf struct{}

func (shelf) Download(_ context.Context, id string, most int) (string, []byte, error) {
	body, err := os.ReadFile(filepath.Join("..", "fixtures", "scenarios", "files", id+".csv"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, &core.Error{Code: core.NotFound, Field: "file", Msg: "Slack has no such file"}
	}
	return "customers.csv", body, err
}

func TestALongImportFitsASlackMessage(t *testing.T) {
	plan := core.ImportPlan{}
	for i := range 10000 {
		plan.Rows = append(plan.Rows, core.ImportRow{Line: i + 2, Noun: "customer", Action: []string{"add", "change", "keep"}[i%3],
			Name: strings.Repeat("👩‍🚀 & <b>", 8) + " / " + strings.Repeat("n", 63)})
	}
	page := readMessage(t, blocks.ImportPlan("10,000 customers", plan, blocks.Button{Label: "Confirm", Action: "customer.import", Line: "customer import F1"}))
	assert.Contains(t, page.text, "…and 6,6")
	assert.Contains(t, page.text, "[Confirm]")
	whole := blocks.ImportFile("10,000 customers", plan)
	if assert.NotNil(t, whole, "what a message cannot show is in a file") {
		assert.Equal(t, 6667, strings.Count(whole.Text, "\n"))
		assert.Contains(t, whole.Text, "line 2: customer ")
		assert.Contains(t, whole.Text, ": changed\n")
	}
	plan.Rows = plan.Rows[:3]
	assert.Nil(t, blocks.ImportFile("2 customers", plan))
}

// One cluster that is missing is one fault, however many customers are to live there.
func TestAFaultOfManyLinesIsToldOnce(t *testing.T) {
	var problems core.ImportProblems
	for line := range 60 {
		problems = append(problems, core.ImportProblem{Line: line + 2, Text: []string{`There is no cluster "prod-eu"`, `There is no cluster "stage"`}[line%2]})
	}
	problems = append(problems, core.ImportProblem{Line: 70, Text: "Name is missing"})
	e := lineByLine(&core.Error{Code: core.Invalid, Msg: "The file breaks a rule in 61 places", Hint: "Nothing was changed."}, problems)
	assert.Equal(t, "Nothing was changed.\nLines 2, 4, 6, 8, 10 and 25 more: There is no cluster \"prod-eu\".\n"+
		"Lines 3, 5, 7, 9, 11 and 25 more: There is no cluster \"stage\".\nLine 70: Name is missing.", e.Hint)
}
