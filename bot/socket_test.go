package bot

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/bot/blocks"
	"rollcall/core"
	"rollcall/fixtures/localslack"
	"rollcall/storage"
	"rollcall/storage/bolt"

	"github.com/slack-go/slack/socketmode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// live is the bot connected to a local workspace, over a real store.
type live struct {
	slack *localslack.Server
	store *gatedStore
	core  *core.Service
	bot   *Bot
	log   *logBuffer
	ctx   context.Context
	run   func()
	stop  func() error
	ended func() error // waits for the bot to stop by itself
	ann   *localslack.User
}

// logBuffer is a log that can be read while it is written.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// gatedStore holds updates back while a test wants them slow.
type gatedStore struct {
	storage.Store
	mu   sync.Mutex
	hold chan struct{}
}

func (s *gatedStore) Update(ctx context.Context, f func(storage.Writer) error) error {
	s.mu.Lock()
	hold := s.hold
	s.mu.Unlock()
	if hold != nil {
		<-hold
	}
	return s.Store.Update(ctx, f)
}

// slow holds updates until the returned function is called.
func (s *gatedStore) slow() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hold = make(chan struct{})
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		close(s.hold)
		s.hold = nil
	}
}

func workspace(t *testing.T, cfg localslack.Config) *localslack.Server {
	t.Helper()
	cfg.App.Commands = []localslack.Command{
		{Command: "/rollcall", Description: "Track releases", ShouldEscape: true}, {Command: "/rc", Description: "Track releases", ShouldEscape: true}}
	for _, c := range Shortcuts {
		cfg.App.Shortcuts = append(cfg.App.Shortcuts, localslack.Shortcut{Name: c.Name, CallbackID: c.ID, Message: c.Message})
	}
	s, err := localslack.Start(cfg)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// connect starts the bot in a workspace.
func connect(t *testing.T, s *localslack.Server, tune ...func(*Config)) *live {
	t.Helper()
	l := &live{slack: s, log: &logBuffer{}}
	log := slog.New(slog.NewTextHandler(l.log, nil))
	file, err := bolt.Open(filepath.Join(t.TempDir(), "rollcall.db"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, file.Close()) })
	l.store = &gatedStore{Store: file}
	client := NewClient(Account{AppToken: s.AppToken(), BotToken: s.BotToken(), APIURL: s.APIURL(), Log: log, Now: time.Now})
	l.core, err = core.Open(t.Context(), l.store, core.Config{Now: time.Now, Rand: rand.Reader, DefaultRole: core.Operator, People: client})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	l.ctx, l.ann = ctx, s.User("ann")
	l.run = func() {
		cfg := Config{Core: l.core, Log: log, Now: time.Now}
		for _, change := range tune {
			change(&cfg)
		}
		l.bot = New(cfg)
		running, stop := context.WithCancel(ctx)
		finished := make(chan error, 1)
		go func() { finished <- l.bot.Run(running, client) }()
		l.ended = sync.OnceValue(func() error { return <-finished })
		l.stop = func() error { stop(); return l.ended() }
	}
	l.run()
	t.Cleanup(func() { _ = l.stop(); cancel() })
	return l
}

// again starts the bot once more after it was stopped.
func (l *live) again(t *testing.T) {
	t.Helper()
	before := l.slack.Greeted()
	l.run()
	require.NoError(t, l.slack.Wait(l.ctx, func() bool { return l.slack.Greeted() > before && l.slack.Connections() == 1 }))
}

// started is the bot connected and in order.
func started(t *testing.T, cfg localslack.Config) *live {
	t.Helper()
	l := connect(t, workspace(t, cfg))
	require.NoError(t, l.slack.WaitConnected(l.ctx, 1))
	t.Cleanup(func() {
		assert.NoError(t, l.stop())
		assert.Empty(t, l.slack.Violations())
		assert.NotContains(t, l.log.String(), "level=ERROR")
	})
	return l
}

func (l *live) says(t *testing.T, text string) localslack.Answer {
	t.Helper()
	a, err := l.ann.Type(l.ctx, "#ops", text)
	require.NoError(t, err)
	return a
}

func (l *live) events(t *testing.T) int {
	t.Helper()
	feed, err := l.core.Activity(t.Context(), core.System(core.ViaCLI), core.ActivityQuery{Limit: 200})
	require.NoError(t, err)
	return len(feed.Events)
}

func (l *live) prepared(t *testing.T) {
	t.Helper()
	for _, line := range []string{`cluster add prod-us`, `customer add "Customer A" cluster=prod-us namespace=cust-a-prod`,
		`release add "Spring release" type=release version=v2.5.0`, `template add v2.5.0 "Deploy" category=deploy type=bash content="helm upgrade"`,
		`template add v2.5.0 "Migrate" category=deploy type=sql content="SELECT 1"`, `release activate v2.5.0 confirm=yes`} {
		a := l.says(t, "/rollcall "+line)
		require.Contains(t, a.String(), "✅", line)
	}
}

func TestCommandsButtonsAndFormsInAWorkspace(t *testing.T) {
	l := started(t, localslack.Config{})
	l.prepared(t)
	menu := l.says(t, "/rc")
	require.True(t, menu.Messages[0].Ephemeral)
	assert.Contains(t, menu.String(), "v2.5.0")

	list := l.says(t, "/rollcall step list v2.5.0 cust-a-prod").Messages[0]
	done, err := l.ann.Click(l.ctx, list, "Done", "D1")
	require.NoError(t, err)
	require.Contains(t, done.String(), "done")
	require.Equal(t, list.TS, done.Messages[0].TS, "the list is redrawn in its place")

	skip, err := l.ann.Click(l.ctx, done.Messages[0], "Skip", "D2")
	require.NoError(t, err)
	require.NotNil(t, skip.Modal)
	skip.Modal.Fill("Reason", "no")
	refused, err := skip.Modal.Submit(l.ctx)
	require.NoError(t, err)
	require.False(t, refused.Closed)
	require.Contains(t, refused.Errors["Reason"], "3 characters", "the error stands under its field")
	require.Contains(t, skip.Modal.String(), "no", "what was typed is still there")
	skip.Modal.Fill("Reason", "not on this plan")
	before := l.events(t)
	accepted, err := skip.Modal.Submit(l.ctx)
	require.NoError(t, err)
	require.True(t, accepted.Closed)
	require.Equal(t, before+1, l.events(t))
	answer, err := l.ann.WaitFor(l.ctx, "#ops", "not on this plan")
	require.NoError(t, err)
	require.Contains(t, answer.String(), "skipped")
}

func TestTheSameEnvelopeTwiceIsOneChange(t *testing.T) {
	l := started(t, localslack.Config{})
	l.slack.DuplicateEnvelopes(1)
	l.says(t, "/rollcall cluster add prod-us")
	l.says(t, "/rollcall clusters")
	require.Equal(t, 1, l.events(t))
	require.Equal(t, 2, strings.Count(l.log.String(), `op="cluster add"`), "both were answered")
}

func TestASlowCommitIsAcknowledgedInTimeAndAnsweredLater(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	l.says(t, "/rollcall whoami")
	release := l.store.slow()
	it, err := l.ann.Send("#ops", "", "/rollcall cluster add prod-us")
	require.NoError(t, err)
	require.NoError(t, l.slack.Wait(l.ctx, func() bool { return len(l.slack.Acks()) == 2 }))
	require.Zero(t, l.events(t), "acknowledged before the commit")
	release()
	a, err := it.Wait(l.ctx)
	require.NoError(t, err)
	require.Contains(t, a.String(), "prod-us")
	require.Equal(t, 1, l.events(t))
}

func TestAPanicIsAcknowledgedAndAnswered(t *testing.T) {
	s := workspace(t, localslack.Config{})
	l := connect(t, s)
	require.NoError(t, s.WaitConnected(l.ctx, 1))
	l.bot.table.byKey["next"].Show = nil
	l.bot.table.byKey["next"].Op = func(In) core.Operation { panic("a fault of ours") }
	a := l.says(t, "/rollcall next")
	require.Contains(t, a.String(), "Something broke on our side")
	require.NotContains(t, a.String(), "a fault of ours")
	require.Contains(t, l.log.String(), "a fault of ours")
	require.Contains(t, l.says(t, "/rollcall whoami").String(), "ann", "it goes on")
	require.Empty(t, s.Violations())
}

func TestGuestsAreRefused(t *testing.T) {
	l := started(t, localslack.Config{Channels: []localslack.Channel{{Name: "ops", Members: []string{"ann", "gil"}}}})
	a, err := l.slack.User("gil").Type(l.ctx, "#ops", "/rollcall clusters")
	require.NoError(t, err)
	require.Contains(t, a.String(), "full members")
}

func TestItReconnectsAfterTheSocketEnds(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	require.Eventually(t, func() bool { return l.bot.Ready() == nil }, 5*time.Second, time.Millisecond)
	l.slack.KillSockets()
	require.NoError(t, l.slack.Wait(l.ctx, func() bool { return len(l.slack.Calls("apps.connections.open")) == 2 }))
	require.NoError(t, l.slack.WaitConnected(l.ctx, 1))
	require.Contains(t, l.says(t, "/rollcall whoami").String(), "ann")
}

func TestItStopsWhenSocketModeIsSwitchedOff(t *testing.T) {
	t.Parallel()
	s := workspace(t, localslack.Config{})
	l := connect(t, s)
	require.NoError(t, s.WaitConnected(l.ctx, 1))
	s.SocketMode(false)
	require.ErrorContains(t, l.ended(), "Socket Mode was switched off")
	require.Error(t, l.bot.Ready())
}

func TestAWrongTokenEndsTheLoopWithAdvice(t *testing.T) {
	s := workspace(t, localslack.Config{})
	for name, account := range map[string]Account{
		"an app-level token (xapp-…)":     {AppToken: s.BotToken(), BotToken: s.BotToken()},
		"Slack refuses it (invalid_auth)": {AppToken: s.AppToken(), BotToken: "xoxb-wrong"},
		"SLACK_API_URL must end in /api/": {AppToken: s.AppToken(), BotToken: s.BotToken(), APIURL: s.URL() + "/none/"},
	} {
		account.APIURL, account.Now = orElse(account.APIURL, s.APIURL()), time.Now
		account.Log = slog.New(slog.DiscardHandler)
		store, err := bolt.Open(filepath.Join(t.TempDir(), "rollcall.db"), bolt.Options{})
		require.NoError(t, err)
		svc, err := core.Open(t.Context(), store, core.Config{Now: time.Now, Rand: rand.Reader})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		err = New(Config{Core: svc, Log: account.Log, Now: time.Now}).Run(ctx, NewClient(account))
		require.ErrorContains(t, err, name)
		cancel()
		require.NoError(t, store.Close())
	}
}

func TestATroubleOfSlacksAtTheStartIsWaitedFor(t *testing.T) {
	t.Parallel()
	s := workspace(t, localslack.Config{})
	s.Inject(localslack.Fault{Method: "auth.test", Error: "internal_error"})
	l := connect(t, s)
	require.NoError(t, s.WaitConnected(l.ctx, 1))
	require.Contains(t, l.log.String(), "internal_error")
}

func TestAnAnswerToOnePersonWaitsForSlack(t *testing.T) {
	t.Parallel()
	s := workspace(t, localslack.Config{})
	client := NewClient(Account{AppToken: s.AppToken(), BotToken: s.BotToken(), APIURL: s.APIURL(), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	s.Inject(localslack.Fault{Method: "chat.postMessage", Status: 429, RetryAfter: 1})
	require.NoError(t, client.Tell(t.Context(), "", s.User("ann").ID(), blocks.Say("The answer.")))
	require.Len(t, s.User("ann").Sees("@"+s.App().Name), 1)
}

func TestAFaultInACallEndsNothing(t *testing.T) {
	log := &logBuffer{}
	in := &intake{calls: calls{bot: New(Config{Log: slog.New(slog.NewTextHandler(log, nil))})}}
	done := false
	in.calls.Go(func() { panic("a fault of ours") })
	in.calls.Go(func() { done = true })
	in.calls.Wait()
	require.True(t, done)
	require.Contains(t, log.String(), "a fault of ours")
}

func TestChangesToPeopleCountAtOnce(t *testing.T) {
	l := started(t, localslack.Config{})
	require.Contains(t, l.says(t, "/rollcall whoami").String(), "*admin*")
	require.NoError(t, l.ann.Change(func(p *localslack.Person) { p.Role = localslack.Member }))
	require.Eventually(t, func() bool {
		who, err := l.core.WhoAmI(l.ctx, core.Person(l.ann.ID(), core.ViaSlash))
		return err == nil && who.Role == core.Operator
	}, 5*time.Second, time.Millisecond)
}

func TestMilestonesArePostedOnce(t *testing.T) {
	l := started(t, localslack.Config{})
	for _, line := range []string{`cluster add prod-us`, `customer add "Customer A" cluster=prod-us namespace=cust-a-prod`,
		`release add "Spring release" type=release version=v2.5.0 channel=#general`, `template add v2.5.0 Deploy category=deploy type=text content=x`} {
		require.Contains(t, l.says(t, "/rollcall "+line).String(), "✅", line)
	}
	l.slack.Inject(localslack.Fault{Method: "chat.postMessage", Status: 429, RetryAfter: 1})
	require.Contains(t, l.says(t, "/rollcall release activate v2.5.0 confirm=yes").String(), "✅")
	m, err := l.slack.User("ben").WaitFor(l.ctx, "#general", "v2.5.0")
	require.NoError(t, err)
	require.False(t, m.Ephemeral)
	require.True(t, m.Notifies.None())
	require.Eventually(t, func() bool {
		waiting, err := l.core.Notices(l.ctx)
		return err == nil && len(waiting) == 0
	}, 5*time.Second, time.Millisecond)
	l.board(t, "#general", "0 of 1 done")
	require.Len(t, l.slack.User("ben").Sees("#general"), 2, "the milestone and the board")
}

func TestUnreadableEnvelopesAreAcknowledged(t *testing.T) {
	log := &logBuffer{}
	client := NewClient(Account{AppToken: "xapp-1", BotToken: "xoxb-1", Now: time.Now, Log: slog.New(slog.NewTextHandler(log, nil))})
	socket := socketmode.New(client.api)
	in := &intake{bot: New(Config{Log: slog.New(slog.DiscardHandler)}), slack: client, socket: socket, lanes: newLanes(1, 1), log: slog.New(slog.NewTextHandler(log, nil))}
	in.take(t.Context(), socketmode.Event{Type: socketmode.EventTypeErrorBadMessage,
		Data: &socketmode.ErrorBadMessage{Cause: errors.New("odd"), Message: []byte(`{"envelope_id":"e1","type":"of tomorrow"}`)}})
	in.calls.Wait()
	require.Contains(t, log.String(), "envelope=e1")
	require.NotContains(t, log.String(), "not acknowledged")
}
