package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/fixtures/localslack"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Faults on the wire between the program and Slack's sockets. Nothing may happen twice, and everything is answered.

// newHarmedOffice is an office whose Slack is about to be harmed. What the harm itself makes the workspace record as a
// violation, such as an envelope that nobody was there to acknowledge, is named by what it says; all else still fails.
func newHarmedOffice(t *testing.T, cfg localslack.Config, own ...string) *office {
	t.Helper()
	o := newWaitingOffice(t, cfg, own...)
	o.open()
	return o
}

// newWaitingOffice is newHarmedOffice before it opens.
func newWaitingOffice(t *testing.T, cfg localslack.Config, own ...string) *office {
	t.Helper()
	cfg.App = localApp()
	slack, err := localslack.Start(cfg)
	require.NoError(t, err)
	t.Cleanup(slack.Close)
	t.Cleanup(func() {
		for _, v := range slack.Violations() {
			harmed := false
			for _, say := range own {
				harmed = harmed || strings.Contains(v.String(), say)
			}
			assert.True(t, harmed, "the bot broke a rule of Slack: %s", v)
		}
	})
	return &office{t: t, slack: slack, env: serveEnv(slack, filepath.Join(t.TempDir(), "rollcall.db"))}
}

// within is the context of one wait.
func (o *office) within() context.Context {
	ctx, cancel := context.WithTimeout(o.t.Context(), patience)
	o.t.Cleanup(cancel)
	return ctx
}

// await waits until something holds of the workspace.
func (o *office) await(what string, holds func() bool) {
	o.t.Helper()
	require.NoError(o.t, o.slack.Wait(o.within(), holds), "%s\n%s", what, o.log())
}

func (o *office) log() string {
	if o.serve == nil {
		return ""
	}
	return o.serve.err.String()
}

// struck is how often an injected fault has struck a method.
func (o *office) struck(method string) (n int) {
	for _, e := range o.slack.Traffic(0) {
		if fault := "fault on " + method; e.Note == fault || e.Note == fault+", unheard" {
			n++
		}
	}
	return n
}

// opens are the moments at which the program asked for a connection, also those at which a fault kept it from being
// served.
func (o *office) opens() (at []time.Time) {
	for _, e := range o.slack.Traffic(0) {
		if e.Call != nil && e.Call.Method == "apps.connections.open" || e.Note == "fault on apps.connections.open" {
			at = append(at, e.At)
		}
	}
	return at
}

// onTheWay is how much longer one attempt may take to arrive than another, on a machine that has much else to do. When
// they leave is TestGate's to say.
const onTheWay = 500 * time.Millisecond

// spaced holds the connection attempts, but for the first few that others made, to the promise: never more than one
// a second.
func (o *office) spaced(others ...int) {
	o.t.Helper()
	at := o.opens()
	for _, n := range others {
		at = at[n:]
	}
	for i := 1; i < len(at); i++ {
		assert.GreaterOrEqual(o.t, at[i].Sub(at[i-1]), time.Second-onTheWay, "attempts %d and %d", i, i+1)
	}
}

func TestDroppedBetweenEnvelopeAndAcknowledgement(t *testing.T) {
	t.Parallel()
	o := newHarmedOffice(t, localslack.Config{})
	o.underWay()
	before := o.newest()

	// Cat is new: while Slack is asked about her, neither a commit nor an acknowledgement can be.
	hold := make(chan struct{})
	o.slack.Inject(localslack.Fault{Method: "users.info", Hold: hold})
	it, err := o.slack.User("cat").Send("#ops", "", "/rollcall step done v2.5.0 cust-a-prod D1")
	require.NoError(t, err)
	o.await("she is looked up", func() bool { return o.struck("users.info") == 1 })
	o.slack.KillSockets()
	close(hold)

	answer, err := it.Wait(o.within())
	require.NoError(t, err)
	assert.Empty(t, answer.Notice, "acknowledged over the next connection, in time")
	assert.Contains(t, answer.String(), "Done")
	assert.Len(t, o.opens(), 2)
	require.True(t, o.slack.Redeliver(answer.Envelope), "Slack may send it once more")
	acks := len(o.slack.Acks())
	o.await("and is answered once more", func() bool { return len(o.slack.Acks()) > acks })
	assert.Equal(t, before+1, o.newest(), "one change")
	assert.Equal(t, "done", o.cells()["cust-a-prod D1"])
	o.spaced()
}

func TestRefreshStorm(t *testing.T) {
	t.Parallel()
	o := newHarmedOffice(t, localslack.Config{})
	o.underWay()
	for range 3 { // hello, and at once goodbye
		seen := len(o.opens())
		o.slack.Disconnect("refresh_requested")
		o.await("it comes back", func() bool { return len(o.opens()) > seen && o.slack.Connections() == 1 })
	}
	at := o.opens()
	require.Len(t, at, 4, "one attempt for each connection that ended")
	for i, least := range []time.Duration{1, 2, 4} {
		assert.GreaterOrEqual(t, at[i+1].Sub(at[i]), least*time.Second-onTheWay, "it comes back the later, the more often it was sent away")
	}
	assert.Contains(t, o.types("ben", "step done v2.5.0 cust-a-prod D1").String(), "Done")
}

func TestElevenSockets(t *testing.T) {
	t.Parallel()
	o := newWaitingOffice(t, localslack.Config{}, "at most 10 Socket Mode connections")
	var others []func()
	for range 10 {
		others = append(others, otherSocket(t, o.slack))
	}
	o.await("ten connections are there", func() bool { return o.slack.Connections() == len(others) })
	o.serve = start(t, o.env, "serve")
	o.page = o.serve.waitFor(t, o.serve.err, `page=(http://\S+)`)
	turned := func() (n int) {
		for _, e := range o.slack.Traffic(0) {
			if strings.Contains(e.Note, "too_many_websockets") {
				n++
			}
		}
		return n
	}
	before := turned()
	o.await("it is turned away, and tries again", func() bool { return turned() >= before+2 })
	for _, end := range others {
		end()
	}
	o.await("it gets in, and is alone", func() bool { return o.slack.Greeted() == len(others)+1 && o.slack.Connections() == 1 })
	assert.Contains(t, o.types("ann", "whoami").String(), "admin")
	o.spaced(len(others))
}

// otherSocket connects to the workspace as another process of the same app would.
func otherSocket(t *testing.T, s *localslack.Server) (end func()) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.APIURL()+"apps.connections.open", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+s.AppToken())
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	var opened struct{ URL string }
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&opened))
	conn, _, _, err := ws.Dial(t.Context(), opened.URL)
	require.NoError(t, err)
	end = sync.OnceFunc(func() { _ = conn.Close() })
	t.Cleanup(end)
	return end
}

// Slack sends everything twice, and nothing happens twice.
func TestEveryEnvelopeTwice(t *testing.T) {
	t.Parallel()
	o := newHarmedOffice(t, localslack.Config{})
	o.slack.DuplicateEnvelopes(1000)
	o.underWay()
	before := o.newest()
	assert.EqualValues(t, 7, before, "as many events as commands that laid it out")
	lines := []string{
		"step start v2.5.0 cust-a-prod D1", `step note v2.5.0 cust-a-prod D1 note="a remark"`, "step done v2.5.0 cust-a-prod D1",
		"step revert v2.5.0 cust-a-prod D1", "step reopen v2.5.0 cust-a-prod D1", `step skip v2.5.0 cust-a-prod D1 reason="not here"`,
		"undo", `step add v2.5.0 cust-a-prod name=Own category=deploy type=text content=x`, `step block v2.5.0 cust-b-prod D1 reason="no access"`,
	}
	for i, line := range lines {
		o.types("ann", line)
		o.await("its copy is acknowledged too", func() bool { return len(o.slack.Acks()) >= 2*(7+i+1) })
		assert.Equal(t, before+int64(i)+1, o.newest(), line)
	}
	clicked := o.clicks("ben", o.types("ben", "step list v2.5.0 cust-b-prod"), "Skip", "Migrate")
	require.NotNil(t, clicked.Modal)
	clicked.Modal.Fill("Reason", "not on this plan")
	_, err := clicked.Modal.Submit(o.within())
	require.NoError(t, err)
	assert.Equal(t, before+int64(len(lines))+1, o.newest(), "a form sent twice is one change")
}

// What four people do arrives in another order, late, and after a restart once more.
func TestEnvelopesOutOfOrderLateAndAfterARestart(t *testing.T) {
	t.Parallel()
	o := newHarmedOffice(t, localslack.Config{})
	o.underWay()
	before := o.newest()
	o.slack.ReorderEnvelopes(4)
	sent := map[string]*localslack.Interaction{}
	for who, cell := range map[string]string{"ann": "cust-a-prod D1", "ben": "cust-a-prod D2", "cat": "cust-b-prod D1", "dan": "cust-b-prod D2"} {
		it, err := o.slack.User(who).Send("#ops", "", "/rollcall step done v2.5.0 "+cell)
		require.NoError(t, err)
		sent[cell] = it
	}
	var envelopes []string
	for cell, it := range sent {
		answer, err := it.Wait(o.within())
		require.NoError(t, err)
		assert.Contains(t, answer.String(), strings.Fields(cell)[0], cell)
		assert.Equal(t, "done", o.cells()[cell], cell)
		envelopes = append(envelopes, answer.Envelope)
	}
	assert.Equal(t, before+4, o.newest())

	o.types("ann", "step revert v2.5.0 cust-a-prod D1")
	again := func() {
		t.Helper()
		acks := len(o.slack.Acks())
		for _, id := range envelopes {
			require.True(t, o.slack.Redeliver(id))
		}
		o.await("all are acknowledged once more", func() bool { return len(o.slack.Acks()) == acks+len(envelopes) })
		assert.Equal(t, before+5, o.newest())
		assert.Equal(t, "reverted", o.cells()["cust-a-prod D1"], "an old command does not come back to life")
	}
	again()
	o.close()
	o.open()
	again()
}

// An event that got lost is sent again by Slack, in a new envelope and with the id it had.
func TestALostEventIsDoneOnce(t *testing.T) {
	t.Parallel()
	o := newHarmedOffice(t, localslack.Config{Clock: localslack.ScaledClock(3)})
	o.underWay()
	o.await("the board is pinned", func() bool { return len(o.slack.Calls("pins.add")) > 0 })
	before := o.newest()
	sent, inbox := len(o.slack.Envelopes()), "@"+o.slack.App().Name
	o.slack.LoseEnvelopes(1)
	_, err := o.slack.User("ann").Send(inbox, "", "done v2.5.0 cust-a-prod D1")
	require.NoError(t, err)
	tries := func() (n int) {
		for _, e := range o.slack.Envelopes()[sent:] {
			if e.Type == "events_api" && e.Acked {
				n++
			}
		}
		return n
	}
	o.await("the second try arrives", func() bool { return tries() > 0 })
	_, err = o.slack.User("ann").WaitFor(o.within(), inbox, "Done")
	require.NoError(t, err)
	assert.Equal(t, before+1, o.newest())
	for _, e := range o.slack.Envelopes()[sent:] {
		if e.Acked && e.Type == "events_api" {
			o.slack.Redeliver(e.ID)
		}
	}
	o.types("ann", "whoami") // behind it in the same lane
	assert.Equal(t, before+1, o.newest())
}

// Connections that stand open and let nothing through, or end without a word, and a Slack that refuses new ones for a
// while: it comes back, and not in a hurry.
func TestConnectionsThatFail(t *testing.T) {
	for name, harm := range map[string]localslack.Fault{
		"500":          {Method: "apps.connections.open", Status: http.StatusInternalServerError, Times: 2},
		"503":          {Method: "apps.connections.open", Status: http.StatusServiceUnavailable},
		"429":          {Method: "apps.connections.open", Status: http.StatusTooManyRequests, RetryAfter: 2, Times: 1},
		"no answer":    {Method: "apps.connections.open", Drop: true},
		"Slack's own":  {Method: "apps.connections.open", Error: "internal_error"},
		"no handshake": {Method: "socket", Status: http.StatusServiceUnavailable, Times: 2},
		"cut short":    {Method: "socket", Drop: true},
		"held open":    {Method: "apps.connections.open", Hold: forEver.Hold},
		"held shaking": {Method: "socket", Hold: forEver.Hold},
		"unheard":      {Method: "apps.connections.open", Unheard: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newWaitingOffice(t, localslack.Config{})
			if harm.Hold != nil {
				o.slackWait = lessPatient
			}
			o.open()
			o.types("ann", "cluster add prod-us")
			o.slack.Inject(harm)
			o.slack.KillSockets()
			o.await("the harm was done", func() bool { return o.struck(harm.Method) == max(harm.Times, 1) })
			o.await("it comes back", func() bool { return o.slack.Connections() == 1 })
			assert.Contains(t, o.types("ann", "clusters").String(), "prod-us")
			o.spaced()
			if harm.RetryAfter > 0 {
				at := o.opens()
				assert.GreaterOrEqual(t, at[len(at)-1].Sub(at[len(at)-2]), time.Duration(harm.RetryAfter)*time.Second-onTheWay, "it waits as long as Slack says")
			}
		})
	}
}

// The answer of a select with a hundred long names is several times what a socket's buffer usually holds. Slack takes an
// acknowledgement in one frame alone.
func TestALongAcknowledgementIsOneFrame(t *testing.T) {
	t.Parallel()
	o := newWaitingOffice(t, localslack.Config{})
	var file strings.Builder
	file.WriteString("clusters:\n")
	for i := range 120 {
		fmt.Fprintf(&file, "  - {name: \"production cluster in a data centre far away, number %03d\"}\n", i)
	}
	code, out, stderr := rollcall(t, o.env, "import", write(t, "many.yaml", file.String()))
	require.Equal(t, exitOK, code, out+stderr)
	o.open()
	form := o.types("ann", "customer add").Modal
	require.NotNil(t, form)
	offered, err := form.Search(o.within(), "Cluster", "production")
	require.NoError(t, err)
	assert.Len(t, offered, 100)
}

// Envelopes that make no sense are acknowledged, and the rest goes on.
func TestEnvelopesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	o := newHarmedOffice(t, localslack.Config{}, "no envelope of this id was sent")
	for i, payload := range []any{
		nil, "text", 7, []any{}, map[string]any{}, map[string]any{"command": 5}, map[string]any{"type": "block_actions", "actions": "none"},
		map[string]any{"type": "view_submission", "view": map[string]any{"callback_id": "form", "private_metadata": "{", "state": 1}},
		map[string]any{"type": "block_actions", "user": nil, "actions": []any{map[string]any{"action_id": "x", "value": strings.Repeat("a", 5000)}}},
		map[string]any{"type": "event_callback", "event": map[string]any{"type": "app_mention"}},
	} {
		for _, kind := range []string{"slash_commands", "interactive", "events_api", "of tomorrow"} {
			id := fmt.Sprintf("odd-%d-%s", i, kind)
			acked := func() bool {
				for _, a := range o.slack.Acks() {
					if a.EnvelopeID == id {
						return true
					}
				}
				return false
			}
			require.True(t, o.slack.SendRaw(map[string]any{"envelope_id": id, "type": kind, "payload": payload, "accepts_response_payload": true}))
			o.await("acknowledged: "+id, acked)
		}
	}
	assert.Contains(t, o.types("ann", "whoami").String(), "admin")
	assert.NotContains(t, o.log(), "panic")
	assert.Len(t, o.opens(), 1, "and over the same connection")
}
