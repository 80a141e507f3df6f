package main

import (
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/fixtures"
	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// failing is one method of Slack's that the bot calls: how a person makes it call, and what must have come of it
// although the call failed at first.
type failing struct {
	as   []string                      // what slack-go calls it
	harm []localslack.Fault            // nil: the usual ones
	with string                        // another method that fails at the same time
	do   func(t *testing.T, o *office) // acts; what it asks for must come true
}

var failingMethods = map[string]failing{
	"auth.test": {as: []string{"AuthTestContext"}, harm: []localslack.Fault{{Status: 429, RetryAfter: 1}, {Status: 500}, {Drop: true}, {Unheard: true}},
		do: func(t *testing.T, o *office) {
			o.close()
			o.open()
			o.isWell("ann")
		}},
	"apps.connections.open": {as: []string{"StartSocketModeContext"}, harm: []localslack.Fault{{Status: 500}, {Unheard: true}}, do: func(t *testing.T, o *office) {
		o.slack.KillSockets() // TestConnectionsThatFail has more
		o.await("it is back", func() bool { return o.struck("apps.connections.open") == 1 && o.slack.Connections() == 1 })
		o.isWell("ann")
	}},
	"users.info": {as: []string{"GetUserInfoContext"}, do: func(t *testing.T, o *office) {
		o.types("cat", "whoami") // answered, be it with a refusal
		assert.Contains(t, o.types("cat", "whoami").String(), "operator", "once Slack answers, she is known")
	}},
	"users.list": {as: []string{"GetUsersPaginated"}, do: func(t *testing.T, o *office) {
		doctor := begin(t, &program{env: environ(o.env), slackWait: o.slackWait}, "doctor")
		doctor.waitFor(t, doctor.out, `ok +admins +(@ann)`)
	}},
	"response_url": {do: func(t *testing.T, o *office) {
		_, err := o.slack.User("ben").Send("#ops", "", "/rollcall step done v2.5.0 cust-a-prod D1")
		require.NoError(t, err)
		_, err = o.slack.User("ben").WaitFor(o.within(), "#ops", "Done")
		require.NoError(t, err)
	}},
	"chat.postEphemeral": {as: []string{"PostEphemeralContext"}, with: "response_url", do: func(t *testing.T, o *office) {
		_, err := o.slack.User("ben").Send("#ops", "", "/rollcall step done v2.5.0 cust-a-prod D1")
		require.NoError(t, err)
		o.await("it is answered somewhere", func() bool {
			for _, where := range []string{"#ops", "@" + o.slack.App().Name} {
				for _, m := range o.slack.User("ben").Sees(where) {
					if strings.Contains(m.String(), "Done") {
						return true
					}
				}
			}
			return false
		})
	}},
	"chat.postMessage": {as: []string{"PostMessageContext"}, harm: unserved, do: func(t *testing.T, o *office) {
		o.activatesHotfix()
		_, err := o.slack.User("cat").WaitFor(o.within(), "#general", "Hotfix")
		require.NoError(t, err)
		o.await("the milestone and the board are there, once each", func() bool { return len(o.slack.User("cat").Sees("#general")) == 2 })
	}},
	"chat.update": {as: []string{"UpdateMessageContext"}, do: func(t *testing.T, o *office) {
		o.types("ben", "step done v2.5.0 cust-a-prod D1")
		_, err := o.slack.User("cat").WaitFor(o.within(), "#ops", "1 of 4 done")
		require.NoError(t, err, "the board catches up")
	}},
	"pins.add": {as: []string{"AddPinContext"}, do: newBoard},
	"chat.getPermalink": {as: []string{"GetPermalinkContext"}, do: func(t *testing.T, o *office) {
		newBoard(t, o)
		known := len(o.slack.Calls("chat.getPermalink"))
		o.await("its address is asked for again", func() bool {
			return o.struck("chat.getPermalink") > 0 && len(o.slack.Calls("chat.getPermalink")) >= known
		})
	}},
	"pins.remove": {as: []string{"RemovePinContext"}, do: func(t *testing.T, o *office) {
		o.types("ann", `release archive v2.5.0 reason="superseded" confirm=yes`)
		o.await("the board is let go", func() bool { return len(o.slack.Calls("pins.remove")) > 0 })
		assert.Empty(t, o.pinned("#ops"))
	}},
	"views.open": {as: []string{"OpenViewContext"}, do: func(t *testing.T, o *office) {
		answer := o.types("ann", "cluster add")
		assert.True(t, answer.Modal != nil || strings.Contains(answer.String(), "once more"), answer.String())
		require.NotNil(t, o.types("ann", "cluster add").Modal, "the second time it opens")
	}},
	"views.publish": {as: []string{"PublishViewContext"}, do: func(t *testing.T, o *office) {
		require.NoError(t, o.slack.User("ann").VisitHome())
		_, err := o.slack.User("ann").WaitHome(o.within(), "Active releases")
		require.NoError(t, err)
	}},
	"views.update": {as: []string{"UpdateViewContext"}, do: func(t *testing.T, o *office) {
		_, err := o.slack.User("ben").OpenHome(o.within())
		require.NoError(t, err)
		home, err := o.slack.User("ben").WaitHome(o.within(), "Your next step")
		require.NoError(t, err)
		card, err := o.slack.User("ben").Click(o.within(), home, "Open", "(D1)")
		require.NoError(t, err)
		require.NotNil(t, card.Modal)
		before := o.newest()
		_, err = o.slack.User("ben").StartClick(card.Modal, "Start")
		require.NoError(t, err)
		o.await("the window shows it", func() bool {
			m := o.slack.User("ben").Modal()
			return m != nil && strings.Contains(m.String(), "In progress")
		})
		assert.Equal(t, before+1, o.newest())
	}},
	"views.push": {as: []string{"PushViewContext"}, do: func(t *testing.T, o *office) {
		_, err := o.slack.User("ben").OpenHome(o.within())
		require.NoError(t, err)
		home, err := o.slack.User("ben").WaitHome(o.within(), "Your next step")
		require.NoError(t, err)
		card, err := o.slack.User("ben").Click(o.within(), home, "Open", "(D1)")
		require.NoError(t, err)
		_, err = o.slack.User("ben").StartClick(card.Modal, "Skip")
		require.NoError(t, err)
		o.await("the form is there, or why not", func() bool {
			m := o.slack.User("ben").Modal()
			return m != nil && (strings.Contains(m.String(), "Reason") || strings.Contains(m.String(), "once more"))
		})
	}},
	"conversations.open":           {as: []string{"OpenConversationContext"}, do: sentFile},
	"files.getUploadURLExternal":   {as: []string{"UploadFileContext"}, do: sentFile},
	"files.completeUploadExternal": {as: []string{"UploadFileContext"}, do: sentFile},
	"files.info":                   {as: []string{"GetFileInfoContext", "GetFileContext"}, do: givenFile},
}

// Every call may also be held open for ever: the program hangs up. No test waits as long as it would.
var (
	forEver     = localslack.Fault{Hold: make(chan struct{})}
	lessPatient = time.Second
)

// The usual ways in which a call fails for a moment: it does nothing, or it does its work and the answer is lost.
var (
	unserved = []localslack.Fault{
		{Status: http.StatusTooManyRequests, RetryAfter: 1}, {Status: http.StatusInternalServerError}, {Status: http.StatusServiceUnavailable},
		{Drop: true}, {Error: "internal_error"},
	}
	usualHarm = append(slices.Clone(unserved), localslack.Fault{Unheard: true})
)

// activatesHotfix brings a milestone and a board to another channel.
func (o *office) activatesHotfix() {
	o.types("ann", "release add Hotfix type=hotfix channel=#general")
	o.types("ann", "template add Hotfix Fix category=deploy type=text content=x")
	o.types("ann", "release activate Hotfix confirm=yes")
}

func newBoard(t *testing.T, o *office) {
	o.activatesHotfix()
	o.await("the board is posted", func() bool {
		for _, m := range o.slack.User("cat").Sees("#general") {
			if strings.Contains(m.String(), "0 of 2 done") {
				return true
			}
		}
		return false
	})
	o.await("and pinned", func() bool { return len(o.pinned("#general")) == 1 })
}

func (o *office) pinned(where string) []localslack.Message {
	in, err := o.slack.User("ann").Conversation(where)
	require.NoError(o.t, err)
	return in.Pins
}

func (o *office) isWell(who string) {
	o.t.Helper()
	require.NotEmpty(o.t, o.types(who, "status").String())
}

// sentFile looks at a step that is too long for a message: the file comes, or the word that it does not.
func sentFile(t *testing.T, o *office) {
	o.types("ben", "step show v2.5.0 cust-a-prod V1")
	o.await("the file is there, or why not", func() bool {
		for _, m := range o.slack.User("ben").Sees("@" + o.slack.App().Name) {
			if len(m.Files) > 0 || strings.Contains(m.String(), "could not be sent") {
				return true
			}
		}
		return false
	})
}

// givenFile gives a file into a form: it is read, or the form says that it was not and keeps what was filled in.
func givenFile(t *testing.T, o *office) {
	form := o.types("ann", "customer import").Modal
	require.NotNil(t, form)
	form.Attach("File", "customers.csv", []byte("name,cluster,namespace\nCustomer Z,prod-us,cust-z\n"))
	outcome, err := form.Submit(o.within())
	require.NoError(t, err)
	if len(outcome.Errors) == 0 {
		o.await("it is answered", func() bool {
			for _, m := range o.slack.User("ann").Sees("#ops") {
				if strings.Contains(m.String(), "Import 1 new customer") || strings.Contains(m.String(), "could not be read") {
					return true
				}
			}
			return false
		})
	}
}

// Every method of Slack's that the bot calls fails in every way that passes. People are answered all the same, what is
// to be delivered arrives, once, and nothing is broken afterwards.
func TestEveryMethodOfSlackFailsForAMoment(t *testing.T) {
	long := filepath.Join(t.TempDir(), "long.yaml")
	require.NoError(t, os.WriteFile(long, []byte(`
clusters: [{name: prod-us}]
customers: [{name: Customer A, cluster: prod-us, namespace: cust-a-prod}, {name: Customer B, cluster: prod-us, namespace: cust-b-prod}]
releases:
  - name: Spring release
    type: release
    version_number: v2.5.0
    step_templates:
      - {name: Deploy, category: deploy, type: bash, content: make deploy}
      - {name: Look, category: verify, type: text, content: "`+strings.Repeat("Look again. ", 1000)+`"}
`), 0o600))
	for _, method := range slices.Sorted(maps.Keys(failingMethods)) {
		row := failingMethods[method]
		harm := row.harm
		if harm == nil {
			harm = usualHarm
		}
		for _, f := range append(slices.Clone(harm), forEver) {
			f.Method = method
			t.Run(method+" "+fault(f), func(t *testing.T) {
				t.Parallel()
				o := newWaitingOffice(t, localslack.Config{})
				if f.Hold != nil {
					o.slackWait = lessPatient
				}
				code, out, stderr := rollcall(t, o.env, "import", long)
				require.Equal(t, exitOK, code, out+stderr)
				o.open()
				o.types("ann", "release activate v2.5.0 confirm=yes")
				o.await("the board is settled", func() bool { return len(o.pinned("#ops")) == 1 && len(o.slack.Calls("chat.getPermalink")) > 0 })
				if row.with != "" {
					o.slack.Inject(localslack.Fault{Method: row.with, Status: f.Status, RetryAfter: f.RetryAfter, Error: f.Error, Drop: f.Drop, Unheard: f.Unheard, Hold: f.Hold, Times: 3})
				}
				o.slack.Inject(f)
				row.do(t, o)
				o.await("the fault has struck", func() bool { return o.struck(method) > 0 })
				assert.NotContains(t, o.log(), "level=ERROR", "%+v", f)
				o.isWell("ben")
				o.close()
				code, out, _ = rollcall(t, o.env, "check")
				assert.Equal(t, exitOK, code, out)
			})
		}
	}
}

// Nobody can know of a post without an answer whether it was made. It is made again, since silence is worse; the board
// that is known is the one that is pinned and goes on.
func TestAPostWhoseAnswerIsLostIsMadeAgain(t *testing.T) {
	o := newWaitingOffice(t, localslack.Config{})
	o.open()
	o.types("ann", "cluster add prod-us")
	o.types("ann", `customer add "Customer A" cluster=prod-us namespace=cust-a-prod`)
	o.slack.Inject(localslack.Fault{Method: "chat.postMessage", Unheard: true, Times: 2})
	o.activatesHotfix()
	o.await("both come again", func() bool { return len(o.slack.User("cat").Sees("#general")) == 4 })
	o.await("one board is pinned", func() bool { return len(o.pinned("#general")) == 1 })
	o.types("ben", "step done Hotfix cust-a-prod D1")
	o.await("and goes on", func() bool { return strings.Contains(o.pinned("#general")[0].String(), "100%") })
}

// fault names what goes wrong.
func fault(f localslack.Fault) string {
	switch {
	case f.Hold != nil:
		return "is held open"
	case f.Drop:
		return "gets no answer"
	case f.Unheard:
		return "is served and its answer lost"
	case f.Error != "":
		return f.Error
	}
	return http.StatusText(f.Status)
}

// The table above has a row for every call of slack-go's that the bot makes.
func TestEveryCallOfSlacksIsInTheTable(t *testing.T) {
	known := map[string]bool{}
	for _, row := range failingMethods {
		for _, name := range row.as {
			known[name] = true
		}
	}
	files, err := filepath.Glob(filepath.Join(fixtures.Root(t), "bot", "*.go"))
	require.NoError(t, err)
	call, calls := regexp.MustCompile(`\bapi\.([A-Z]\w+)\(`), 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range call.FindAllStringSubmatch(string(text), -1) {
			calls++
			assert.True(t, known[m[1]], "%s calls %s: give it a row in failingMethods", filepath.Base(file), m[1])
		}
	}
	assert.NotZero(t, calls)
}
