package main

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The drill: a copy is taken while people work, they work on, the machine dies, the copy is put back. What was shown
// before is stale then, and work goes on from where the copy was.
func TestRestoreDrill(t *testing.T) {
	binary := buildBinary(t)
	o := newWaitingOffice(t, localslack.Config{}, "within 3 seconds")
	o.env["ROLLCALL_BACKUP_DIR"] = filepath.Join(t.TempDir(), "copies")
	kill := o.openApart(binary)
	o.underWay()
	o.types("ben", "step done v2.5.0 cust-b-prod D2")

	working, stop := context.WithCancel(t.Context())
	var people sync.WaitGroup
	for _, who := range []string{"cat", "dan"} {
		people.Go(func() {
			for i := 0; working.Err() == nil; i++ {
				note := fmt.Sprintf(`/rollcall step note v2.5.0 cust-a-prod D2 note="%s %d"`, who, i)
				_, _ = o.slack.User(who).Type(working, "#ops", note) // the last one is cut off
			}
		})
	}
	_, err := o.slack.User("cat").WaitFor(o.within(), "#ops", "Noted")
	require.NoError(t, err)
	said := o.types("ann", "admin backup").String()
	copied := regexp.MustCompile(`/\S.*\.db`).FindString(said)
	require.FileExists(t, copied, said)
	then := exportedCells(t, map[string]string{"ROLLCALL_DB": copied})
	require.Equal(t, "done", then["cust-b-prod D2"])

	o.types("ben", "step done v2.5.0 cust-a-prod D1")
	o.types("ben", "step revert v2.5.0 cust-a-prod D1") // as pending would be again, and yet not
	o.types("ann", `step skip v2.5.0 cust-b-prod D1 reason="not here"`)
	old := o.types("ben", "step list v2.5.0 cust-b-prod")
	before := o.types("ben", "step show v2.5.0 cust-a-prod D2")
	kill()
	stop()
	people.Wait()

	code, out, stderr := rollcall(t, o.env, "restore", "--force", copied)
	require.Equal(t, exitOK, code, out+stderr)
	code, out, _ = rollcall(t, o.env, "check")
	require.Equal(t, exitOK, code, out)
	assert.Equal(t, then, exportedCells(t, o.env), "it is what the copy held")

	kill = o.openApart(binary)
	defer kill()
	newest := o.newest()
	for label, message := range map[string]localslack.Answer{"Reopen": old, "Done": before} {
		answer := o.clicks("ben", message, label)
		assert.Contains(t, answer.String(), "changed", label)
		assert.Equal(t, newest, o.newest(), "an old button changes nothing")
	}
	assert.Equal(t, then, o.cells())
	assert.Contains(t, o.types("ben", "step done v2.5.0 cust-a-prod D1").String(), "Done")
	assert.Equal(t, newest+1, o.newest())
}
