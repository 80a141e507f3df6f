package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	crashLives = flag.Int("crash.lives", 60, "how often TestCrashesUnderLoadLoseNothing kills the program")
	crashSeed  = flag.Uint64("crash.seed", 0, "repeat TestCrashesUnderLoadLoseNothing from this seed; 0 is a new one each time")
)

// The program is killed again and again at random moments, while several people work through a release. Whatever an
// answer confirmed is in the file; what was under way is there whole or not at all; nothing has happened twice.
func TestCrashesUnderLoadLoseNothing(t *testing.T) {
	seed := *crashSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("repeat with -crash.seed=%d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))

	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(*crashLives)*10*time.Second+patience)
	defer cancel()
	var c *crash
	confirmed, cutOff := 0, 0
	for life := range *crashLives {
		if life%crashHouse == 0 {
			if c != nil {
				c.slack.Close()
			}
			c = newCrash(t)
		}
		c.live(ctx, time.Duration(20+chance.IntN(230))*time.Millisecond)
		c.examine(life + 1)
		if t.Failed() {
			break
		}
		if life%crashHouse == crashHouse-1 || life == *crashLives-1 {
			confirmed, cutOff = confirmed+c.confirmed, cutOff+c.cutOff
			t.Logf("after life %d: %d answers confirmed a change, %d changes were cut off", life+1, confirmed, cutOff)
		}
	}
	assert.Greater(t, confirmed, *crashLives, "the people hardly got anything done: this proves little")
}

// crashHouse is how many lives one database and its workspace have. All that ever happened is looked at after each of
// them, so that thousands in one house would take longer and longer.
const crashHouse = 100

// crash is a release that people work on while the program dies under them.
type crash struct {
	t                 *testing.T
	slack             *localslack.Server
	binary            string
	env               map[string]string
	mu                sync.Mutex
	cells             []*crashCell
	confirmed, cutOff int
}

// crashCell is one customer's step and what is known of it. One person at a time works on it.
type crashCell struct {
	namespace, step string
	status          string // as last confirmed or found
	next            string // asked for and not answered; empty when nothing is under way
	changes         int    // events that must be there
	busy            bool
}

func (c *crashCell) name() string { return c.namespace + " " + c.step }

// newCrash lays out a release of twenty steps for six customers.
func newCrash(t *testing.T) *crash {
	t.Helper()
	c := &crash{t: t, binary: buildBinary(t), slack: newWorkspace(t)}
	c.env = serveEnv(c.slack, filepath.Join(t.TempDir(), "rollcall.db"))
	var file strings.Builder
	file.WriteString("clusters: [{name: prod-us}, {name: prod-eu}]\ncustomers:\n")
	for i := range 6 {
		fmt.Fprintf(&file, "  - {name: Customer %d, cluster: %s, namespace: cust-%d}\n", i, []string{"prod-us", "prod-eu"}[i%2], i)
	}
	file.WriteString("releases:\n  - name: Spring\n    type: release\n    version_number: v2.5.0\n    step_templates:\n")
	for i := range 20 {
		fmt.Fprintf(&file, "      - {name: Step %d, category: deploy, type: bash, content: make step}\n", i+1)
		for customer := range 6 {
			c.cells = append(c.cells, &crashCell{namespace: fmt.Sprintf("cust-%d", customer), step: fmt.Sprintf("D%d", i+1), status: "pending"})
		}
	}
	code, out, stderr := rollcall(t, c.env, "import", write(t, "spring.yaml", file.String()))
	require.Equal(t, exitOK, code, out+stderr)
	o := &office{t: t, slack: c.slack, env: c.env}
	o.open()
	o.types("ann", "release activate v2.5.0 confirm=yes")
	o.close()
	return c
}

// spawn starts the built program in an environment of its own.
func spawn(ctx context.Context, t *testing.T, binary string, env map[string]string, args ...string) (*exec.Cmd, *screen) {
	t.Helper()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = os.Environ()
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	said := newScreen()
	cmd.Stderr = said
	require.NoError(t, cmd.Start())
	return cmd, said
}

// openApart is open in a process of its own, without the race detector, and returns what kills it.
func (o *office) openApart(binary string) (kill func()) {
	o.t.Helper()
	cmd, said := spawn(context.WithoutCancel(o.t.Context()), o.t, binary, o.env, "serve")
	o.pid = cmd.Process.Pid
	o.serve = &running{out: newScreen(), err: said}
	o.page = o.serve.waitFor(o.t, said, `page=(http://\S+)`)
	o.serve.waitFor(o.t, said, "connected to Slack")
	return func() { _ = cmd.Process.Kill(); _ = cmd.Wait() } // killed: that is its error
}

// live runs the program, lets everybody work for a while, and kills it.
func (c *crash) live(ctx context.Context, span time.Duration) {
	c.t.Helper()
	require.NoError(c.t, c.slack.Wait(ctx, func() bool { return c.slack.Connections() == 0 })) // those of the life before
	serve, said := spawn(ctx, c.t, c.binary, c.env, "serve")
	defer func() { _ = serve.Wait() }() // it was killed: that is its error
	defer func() { _ = serve.Process.Kill() }()
	require.NoError(c.t, c.slack.WaitConnected(ctx, 1), said)

	working, stop := context.WithCancel(ctx)
	var people sync.WaitGroup
	for _, who := range []string{"ann", "ben", "ann", "ben"} {
		people.Go(func() { c.work(working, who) })
	}
	killed := time.AfterFunc(span, func() {
		_ = serve.Process.Kill() // an error means that it is dead already, which its own check below would tell
		stop()
	})
	defer killed.Stop()
	people.Wait()
	stop()
}

// work marks steps done, reverts them and opens them again, until the program has died.
func (c *crash) work(ctx context.Context, who string) {
	for ctx.Err() == nil {
		cell := c.take()
		if cell == nil {
			return // everything is cut off: the next life finds out
		}
		var line string
		switch cell.status {
		case "pending":
			cell.next, line = "done", "step done v2.5.0 "+cell.name()
		case "done":
			cell.next, line = "reverted", "step revert v2.5.0 "+cell.name()
		case "reverted":
			cell.next, line = "pending", "step reopen v2.5.0 "+cell.name()
		}
		answer, err := c.slack.User(who).Type(ctx, "#ops", "/rollcall "+line)
		c.give(cell, err == nil && answer.Notice == "" && strings.Contains(answer.String(), "✅"))
	}
}

// take gives somebody a cell that nobody works on, and whose state is known; nil when there is none.
func (c *crash) take() *crashCell {
	c.mu.Lock()
	defer c.mu.Unlock()
	from := rand.IntN(len(c.cells))
	for i := range c.cells {
		if cell := c.cells[(from+i)%len(c.cells)]; !cell.busy && cell.next == "" {
			cell.busy = true
			return cell
		}
	}
	return nil
}

func (c *crash) give(cell *crashCell, confirmed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	cell.busy = false
	if confirmed {
		cell.status, cell.next = cell.next, ""
		cell.changes++
		c.confirmed++
	}
}

// asks runs another command of the program in a process of its own, where the race detector does not slow it.
func (c *crash) asks(command string) []byte {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), c.binary, command)
	cmd.Env = append(os.Environ(), "ROLLCALL_DB="+c.env["ROLLCALL_DB"])
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(c.t, err, "%s: %s%s", command, out, &stderr)
	return out
}

// examine holds the file against all that is known of it.
func (c *crash) examine(life int) {
	c.t.Helper()
	c.asks("check")
	var x struct {
		Steps []struct {
			Namespace string `json:"namespace"`
			ShortID   string `json:"short_id"`
			Status    string `json:"status"`
		} `json:"customer_steps"`
		Events []struct {
			Op    string `json:"op"`
			Title string `json:"title"`
		} `json:"events"`
	}
	require.NoError(c.t, json.Unmarshal(c.asks("export"), &x))
	found := map[string]string{}
	for _, s := range x.Steps {
		found[s.Namespace+" "+s.ShortID] = s.Status
	}
	events := map[string]int{}
	for _, e := range x.Events {
		if strings.HasPrefix(e.Op, "step.") {
			events[e.Title]++
		}
	}
	for _, cell := range c.cells {
		is := found[cell.name()]
		if cell.next != "" { // cut off: it is there whole or not at all
			if is == cell.next {
				cell.changes++
			}
			if is == cell.next || is == cell.status {
				cell.status, cell.next = is, ""
			}
			c.cutOff++
		}
		assert.Equal(c.t, cell.status, is, "%s after life %d", cell.name(), life)
		written := 0
		for title, n := range events {
			if strings.Contains(title, "/ "+cell.namespace+" ") && strings.Contains(title, "("+cell.step+")") {
				written += n
			}
		}
		assert.Equal(c.t, cell.changes, written, "events of %s after life %d", cell.name(), life)
	}
}
