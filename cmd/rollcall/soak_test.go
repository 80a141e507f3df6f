package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var soakEnvelopes = flag.Int("soak.envelopes", 1500, "how many envelopes TestMemoryStaysFlat sends")

// Envelope after envelope, the program's own memory stays where it was after the first round. The workspace, which
// remembers all that ever happened in it, is replaced by a new one at the same address after each round, so that the
// connection ends now and then, too. What is asked is read, because a new workspace counts its triggers anew.
func TestMemoryStaysFlat(t *testing.T) {
	t.Parallel()
	const people = 8
	each := min(max(*soakEnvelopes/3, people), 20_000) // a few rounds: after short ones the program comes back the later
	path := filepath.Join(t.TempDir(), "rollcall.db")
	first := newWaitingOffice(t, localslack.Config{})
	first.env["ROLLCALL_DB"] = path
	first.open()
	first.underWay()
	first.close()
	first.slack.Close()
	address := strings.TrimSuffix(strings.TrimPrefix(first.slack.URL(), "http://"), "/")

	binary := buildBinary(t)
	begin := func() *localslack.Server {
		s, err := localslack.Start(localslack.Config{Addr: address, App: localApp()})
		require.NoError(t, err)
		return s
	}
	slack := begin()
	serve, said := spawn(t.Context(), t, binary, first.env, "serve")
	defer func() { _ = serve.Wait() }() // it was killed: that is its error
	defer func() { _ = serve.Process.Kill() }()
	lines := []string{"whoami", "status", "next", "step list v2.5.0 cust-a-prod", "step show v2.5.0 cust-b-prod D2", "matrix v2.5.0", "nonsense", "help"}
	var settled, most int
	for sent := 0; sent < *soakEnvelopes; sent += each {
		ctx, cancel := context.WithTimeout(t.Context(), 20*patience)
		require.NoError(t, slack.WaitConnected(ctx, 1), said)
		var all sync.WaitGroup
		for i := range people {
			all.Go(func() {
				who := []string{"ann", "ben", "cat", "dan"}[i%4]
				for n := range each / people {
					answer, err := slack.User(who).Type(ctx, "#ops", "/rollcall "+lines[(i+n)%len(lines)])
					if !assert.NoError(t, err) || !assert.Empty(t, answer.Notice) {
						return
					}
				}
			})
		}
		all.Wait()
		cancel()
		now := ownMemory(t, serve.Process.Pid)
		if settled == 0 {
			settled = now
		}
		most = max(most, now)
		slack.Close()
		if t.Failed() {
			return
		}
		slack = begin()
	}
	slack.Close()
	t.Logf("%d envelopes: %d kB of its own after the first %d, at most %d kB", *soakEnvelopes, settled, each, most)
	assert.Less(t, most, settled*3/2+16<<10, "kB")
	assert.Less(t, most, 120<<10, "kB")
}

// ownMemory is what a process holds beside mapped files, in kB.
func ownMemory(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	m := regexp.MustCompile(`RssAnon:\s+(\d+) kB`).FindSubmatch(status)
	require.NotNil(t, m)
	kB, err := strconv.Atoi(string(m[1]))
	require.NoError(t, err)
	return kB
}
