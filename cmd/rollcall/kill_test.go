package main

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A process that is killed the moment somebody has read that their step is done loses nothing of it, and leaves
// nothing half done; nor does one that is killed while answers are under way.
func TestKilledRightAfterAnAnswer(t *testing.T) {
	binary := buildBinary(t)
	slack := newWorkspace(t)
	o := &office{t: t, slack: slack, env: serveEnv(slack, filepath.Join(t.TempDir(), "rollcall.db"))}
	o.open()
	o.underWay()
	o.close()

	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	confirmed := map[string]string{}
	for i, life := range []struct{ line, cell, status string }{
		{"step done v2.5.0 cust-a-prod D1", "cust-a-prod D1", "done"},
		{`step skip v2.5.0 cust-a-prod D2 reason="not on this plan"`, "cust-a-prod D2", "skipped"},
		{"step done v2.5.0 cust-b-prod D1", "cust-b-prod D1", "done"},
		{"step revert v2.5.0 cust-a-prod D1", "cust-a-prod D1", "reverted"},
	} {
		serve, said := spawn(ctx, t, binary, o.env, "serve")
		(&running{out: newScreen(), err: said}).waitFor(t, said, "connected to Slack") // the workspace may still think so of the one before
		o.types("ben", life.line)
		// One more is on its way, confirmed or not: whatever becomes of it, it is whole.
		_, err := slack.User("ann").Send("#ops", "", fmt.Sprintf("/rollcall step note v2.5.0 cust-b-prod D2 note=\"life %d\"", i))
		require.NoError(t, err)
		require.NoError(t, serve.Process.Kill())
		_ = serve.Wait() // it was killed: that is its error
		confirmed[life.cell] = life.status

		code, faults, stderr := rollcall(t, o.env, "check")
		require.Equal(t, exitOK, code, "after life %d: %s%s", i+1, faults, stderr)
		cells := exportedCells(t, o.env)
		for cell, status := range confirmed {
			assert.Equal(t, status, cells[cell], "%s after life %d", cell, i+1)
		}
	}
}
