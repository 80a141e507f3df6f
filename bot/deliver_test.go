package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/bot/blocks"
	"rollcall/core"
	"rollcall/fixtures/localslack"
	"rollcall/storage/bolt"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// office is a Slack that only takes messages, and refuses as it is told to.
type office struct {
	Slack
	mu     sync.Mutex
	refuse func(method, channel string) error
	posts  []handed
	edits  []handed
	slow   map[string]time.Duration
}

type handed struct {
	channel string
	at      time.Time
}

func (o *office) call(method, channel string) error {
	o.mu.Lock()
	refuse, slow := o.refuse, o.slow[channel]
	o.mu.Unlock()
	<-time.After(slow) // of the bubble's own clock
	if refuse != nil {
		return refuse(method, channel)
	}
	return nil
}

func (o *office) Publish(_ context.Context, channel, _ string, _ blocks.Message) (string, error) {
	if err := o.call("post", channel); err != nil {
		return "", err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.posts = append(o.posts, handed{channel, time.Now()})
	return fmt.Sprintf("%d.0", len(o.posts)), nil
}

func (o *office) Edit(_ context.Context, channel, _ string, _ blocks.Message) error {
	if err := o.call("edit", channel); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.edits = append(o.edits, handed{channel, time.Now()})
	return nil
}

func (o *office) Pin(context.Context, string, string, bool) error { return nil }

func (o *office) Permalink(context.Context, string, string) (string, error) { return "https://x", nil }

// to is when messages arrived in a channel.
func (o *office) to(channel string) []time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []time.Time
	for _, s := range o.posts {
		if s.channel == channel {
			out = append(out, s.at)
		}
	}
	return out
}

func (o *office) answers(refuse func(method, channel string) error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refuse = refuse
}

// desk is the delivery at work, in a bubble with a clock of its own.
type desk struct {
	*office
	core   *core.Service
	stop   func()
	jitter float64
}

// atDesk runs a test with releases A, B, … active, each in a channel of its own: CA, CB, …
func atDesk(t *testing.T, releases int, test func(t *testing.T, d *desk)) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{office: &office{slow: map[string]time.Duration{}}, core: domain(t)}
		do := func(op core.Operation) { d.do(t, op) }
		do(core.AddCluster{Name: "eu"})
		do(core.AddCustomer{Name: "Customer A", Cluster: "eu", Namespace: "cust-a"})
		for i := range releases {
			name := string(rune('A' + i))
			do(core.AddRelease{Name: name, Type: core.Hotfix, Channel: "C" + name})
			for range 30 {
				do(core.AddTemplate{Release: name, Name: "Step", Category: core.Deploy, Type: core.Text, Content: "x"})
			}
			do(core.ActivateRelease{Release: name, Confirm: true})
		}
		ctx, cancel := context.WithCancel(t.Context())
		b := New(Config{Core: d.core, Log: slog.New(slog.DiscardHandler), Now: time.Now, Jitter: func() float64 { return d.jitter }})
		var running sync.WaitGroup
		running.Go(func() { b.Deliver(ctx, d.office) })
		d.stop = func() { cancel(); running.Wait() }
		test(t, d)
		d.stop()
	})
}

// pass lets the bubble's clock go on, and everything in it come to rest.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (d *desk) do(t *testing.T, op core.Operation) {
	t.Helper()
	_, err := d.core.Do(t.Context(), core.System(core.ViaCLI), "", op)
	require.NoError(t, err)
}

func (d *desk) done(t *testing.T, release string, step int) {
	t.Helper()
	d.do(t, core.MarkDone{Target: core.Target{Release: release, Customer: "cust-a", Step: fmt.Sprint("D", step)}})
}

func (d *desk) waiting(t *testing.T) (notices, boards int) {
	t.Helper()
	heads, err := d.core.Notices(t.Context())
	require.NoError(t, err)
	stale, err := d.core.StaleBoards(t.Context())
	require.NoError(t, err)
	return len(heads), len(stale)
}

func TestEditsAreCoalesced(t *testing.T) {
	atDesk(t, 1, func(t *testing.T, d *desk) {
		pass(10 * time.Second)
		assert.Len(t, d.to("CA"), 2, "the milestone and the board")
		for i := range 29 {
			d.done(t, "A", i+1)
			pass(100 * time.Millisecond)
		}
		pass(10 * time.Second)
		assert.LessOrEqual(t, len(d.edits), 3, "29 changes in three seconds")
		assert.GreaterOrEqual(t, len(d.edits), 2)
		for i := 1; i < len(d.edits); i++ {
			assert.GreaterOrEqual(t, d.edits[i].at.Sub(d.edits[i-1].at), boardPause)
		}
		_, boards := d.waiting(t)
		assert.Zero(t, boards, "and in the end the board says what is")
	})
}

func TestFortyEditsAMinuteOverAll(t *testing.T) {
	atDesk(t, 20, func(t *testing.T, d *desk) {
		pass(20 * time.Second)
		for i := range 20 {
			for r := range 20 {
				d.done(t, string(rune('A'+r)), i+1)
			}
			pass(5 * time.Second)
		}
		pass(2 * time.Minute)
		for i := editsPerMinute; i < len(d.edits); i++ {
			require.GreaterOrEqual(t, d.edits[i].at.Sub(d.edits[i-editsPerMinute].at), time.Minute)
		}
		notices, boards := d.waiting(t)
		assert.Zero(t, notices+boards)
	})
}

func TestOneMessageASecondInAChannel(t *testing.T) {
	atDesk(t, 1, func(t *testing.T, d *desk) {
		for i := range 10 {
			d.do(t, core.BlockStep{Target: core.Target{Release: "A", Customer: "cust-a", Step: fmt.Sprint("D", i+1)}, Reason: "wait"})
		}
		pass(time.Minute)
		posts := d.to("CA")
		require.Len(t, posts, 12)
		for i := 1; i < len(posts); i++ {
			assert.GreaterOrEqual(t, posts[i].Sub(posts[i-1]), channelPause)
		}
	})
}

func TestASlowChannelStopsNoOther(t *testing.T) {
	atDesk(t, 0, func(t *testing.T, d *desk) {
		d.slow["CA"] = time.Hour
		for _, name := range []string{"A", "B"} {
			d.do(t, core.AddRelease{Name: name, Type: core.Hotfix, Channel: "C" + name})
			d.do(t, core.AddTemplate{Release: name, Name: "Step", Category: core.Deploy, Type: core.Text, Content: "x"})
			d.do(t, core.ActivateRelease{Release: name, Confirm: true})
		}
		pass(10 * time.Second)
		assert.Empty(t, d.to("CA"))
		assert.Len(t, d.to("CB"), 2)
		pass(3 * time.Hour)
		assert.Len(t, d.to("CA"), 2)
	})
}

func TestSlackAwayForTenMinutesLosesNothing(t *testing.T) {
	atDesk(t, 2, func(t *testing.T, d *desk) {
		pass(10 * time.Second)
		d.answers(func(string, string) error { return errors.New("connection refused") })
		for i := range 20 {
			d.done(t, "A", i+1)
			pass(30 * time.Second)
		}
		d.do(t, core.BlockStep{Target: core.Target{Release: "A", Customer: "cust-a", Step: "D30"}, Reason: "wait"})
		before := len(d.to("CA"))
		d.answers(nil)
		pass(longestWait + 10*time.Second)
		assert.Len(t, d.to("CA"), before+1, "the block, once")
		assert.NotEmpty(t, d.edits)
		notices, boards := d.waiting(t)
		assert.Zero(t, notices+boards)
	})
}

// Whoever was away is not called by everything at once when it comes back.
func TestSecondTriesAreSpread(t *testing.T) {
	for _, jitter := range []float64{0, 0.5, 1} {
		t.Run(fmt.Sprint(jitter), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := New(Config{Core: domain(t), Log: slog.New(slog.DiscardHandler), Now: time.Now, Jitter: func() float64 { return jitter }})
				slack := &away{}
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
				defer cancel()
				_, err := b.workspace(ctx, slack)
				require.Error(t, err)
				require.Greater(t, len(slack.asked), 5)
				for i, at := range slack.asked[1:] {
					whole := min(time.Second<<i, longestWait)
					assert.Equal(t, whole+time.Duration(float64(whole)/2*jitter), at.Sub(slack.asked[i]))
				}
			})
		})
	}
	atDesk(t, 1, func(t *testing.T, d *desk) {
		pass(10 * time.Second)
		d.jitter = 1
		var at []time.Time
		d.answers(func(method, _ string) error {
			if method == "post" {
				at = append(at, time.Now())
			}
			return errors.New("connection refused")
		})
		d.do(t, core.BlockStep{Target: core.Target{Release: "A", Customer: "cust-a", Step: "D30"}, Reason: "wait"})
		pass(5 * time.Minute)
		require.Greater(t, len(at), 3)
		assert.Equal(t, 3*channelPause, at[2].Sub(at[1]))
		assert.Equal(t, 6*channelPause, at[3].Sub(at[2]))
	})
}

// away is a Slack that cannot be reached.
type away struct {
	Slack
	asked []time.Time
}

func (a *away) Team(context.Context) (string, error) {
	a.asked = append(a.asked, time.Now())
	return "", errors.New("connection refused")
}

func TestRetryAfterIsRespectedInItsChannelAlone(t *testing.T) {
	atDesk(t, 0, func(t *testing.T, d *desk) {
		start := time.Now()
		d.answers(func(_, channel string) error {
			if channel == "CA" && time.Since(start) < 30*time.Second {
				return &slack.RateLimitedError{RetryAfter: 30 * time.Second}
			}
			return nil
		})
		for _, name := range []string{"A", "B"} {
			d.do(t, core.AddRelease{Name: name, Type: core.Hotfix, Channel: "C" + name})
			d.do(t, core.AddTemplate{Release: name, Name: "Step", Category: core.Deploy, Type: core.Text, Content: "x"})
			d.do(t, core.ActivateRelease{Release: name, Confirm: true})
		}
		pass(20 * time.Second)
		assert.Empty(t, d.to("CA"))
		assert.Len(t, d.to("CB"), 2)
		pass(30 * time.Second)
		assert.Len(t, d.to("CA"), 2)
	})
}

func TestWhatSlackRefusesWithoutReasonIsParkedAfterSixTries(t *testing.T) {
	atDesk(t, 1, func(t *testing.T, d *desk) {
		pass(10 * time.Second)
		tries := 0
		d.answers(func(method, channel string) error {
			if method == "post" && channel == "CA" {
				tries++
				return slack.SlackErrorResponse{Err: "something_new"}
			}
			return nil
		})
		d.do(t, core.BlockStep{Target: core.Target{Release: "A", Customer: "cust-a", Step: "D1"}, Reason: "wait"})
		pass(10 * time.Minute)
		assert.Equal(t, maxTries, tries)
		notices, _ := d.waiting(t)
		assert.Zero(t, notices)
	})
}

func TestABoardThatSlackRefusesForAWhileCatchesUp(t *testing.T) {
	for name, tt := range map[string]struct{ refusals, edits int }{"ForAWhile": {maxTries - 1, 1}, "ForEver": {1000, 0}} {
		t.Run(name, func(t *testing.T) {
			atDesk(t, 1, func(t *testing.T, d *desk) {
				pass(10 * time.Second)
				tries := 0
				d.answers(func(method, _ string) error {
					if method == "edit" && tries < tt.refusals {
						tries++
						return slack.SlackErrorResponse{Err: "something_new"}
					}
					return nil
				})
				d.done(t, "A", 1)
				pass(10 * time.Minute)
				assert.Equal(t, min(tt.refusals, maxTries), tries)
				assert.Len(t, d.edits, tt.edits)
				_, boards := d.waiting(t)
				assert.Zero(t, boards)
			})
		})
	}
}

func TestAFaultInOneDeliveryEndsNothing(t *testing.T) {
	atDesk(t, 2, func(t *testing.T, d *desk) {
		d.answers(func(_, channel string) error {
			if channel == "CA" {
				panic("nobody thought of that")
			}
			return nil
		})
		pass(10 * time.Second)
		assert.Len(t, d.to("CB"), 2)
		d.answers(nil)
		pass(2 * longestWait)
		assert.Len(t, d.to("CA"), 2, "and what failed is tried again")
	})
}

// What becomes of a message whose blocks were refused is what becomes of its text.
func TestAMessageWithoutItsBlocksIsJudgedByItself(t *testing.T) {
	m := blocks.Say("text")
	for name, tt := range map[string]struct {
		plain error
		want  verdict
	}{
		"TooManyRequests": {&slack.RateLimitedError{RetryAfter: 30 * time.Second}, verdict{wait: 30 * time.Second}},
		"Timeout":         {context.DeadlineExceeded, verdict{}},
		"Gone":            {slack.SlackErrorResponse{Err: "is_archived"}, verdict{final: true}},
	} {
		t.Run(name, func(t *testing.T) {
			err := degrading(m, func(m blocks.Message) error {
				if len(m.Blocks) > 0 {
					return slack.SlackErrorResponse{Err: "invalid_blocks"}
				}
				return tt.plain
			})
			assert.Equal(t, tt.want, judge(err, 0))
			assert.ErrorContains(t, err, "invalid_blocks")
		})
	}
}

// The bot through the local workspace, with a clock that runs fast while Slack is away: sixteen tries of a minute at
// most are more than ten minutes.
func TestTenMinutesWithoutSlack(t *testing.T) {
	t.Parallel()
	clock := localslack.ScaledClock(1)
	s := workspace(t, localslack.Config{Clock: clock, App: localslack.App{Events: []string{}}}) // whose three seconds would be too short
	l := connect(t, s, func(cfg *Config) {
		cfg.Now, cfg.After = clock.Now, func(d time.Duration) <-chan time.Time {
			c := make(chan time.Time, 1)
			clock.AfterFunc(d, func() { c <- clock.Now() })
			return c
		}
	})
	require.NoError(t, s.WaitConnected(l.ctx, 1))
	l.prepared(t)
	board := l.board(t, "#ops", "0 of 2 done")
	l.settled(t)
	s.Inject(localslack.Fault{Method: "chat.update", Times: 16, Status: 503})
	s.Inject(localslack.Fault{Method: "chat.postMessage", Times: 16, Drop: true})
	require.NoError(t, s.Wait(l.ctx, func() bool { return len(s.Acks()) == len(s.Envelopes()) })) // three seconds are about to be short
	away := clock.Now()
	clock.Scale(200)
	for _, op := range []core.Operation{
		core.BlockStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D2"}, Reason: "backup runs"},
		core.MarkDone{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D1"}}} {
		_, err := l.core.Do(t.Context(), core.Person(l.ann.ID(), core.ViaCLI), "", op)
		require.NoError(t, err)
	}
	require.Equal(t, board.TS, l.board(t, "#ops", "1 of 2 done").TS)
	_, err := l.ann.WaitFor(l.ctx, "#ops", "is blocked.")
	require.NoError(t, err)
	require.Greater(t, clock.Now().Sub(away), 10*time.Minute)
	l.settled(t)
	require.Empty(t, s.Violations())
}

// domain is a domain over a store of its own, for the bubble it is made in.
func domain(t *testing.T) *core.Service {
	t.Helper()
	store, err := bolt.Open(filepath.Join(t.TempDir(), "rollcall.db"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	svc, err := core.Open(t.Context(), store, core.Config{Now: time.Now, Rand: rand.Reader})
	require.NoError(t, err)
	return svc
}
