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
}
