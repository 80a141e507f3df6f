package bot

import (
	"context"
	"errors"
	"testing"
	"time"

	"rollcall/bot/blocks"
	"rollcall/core"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// channelPort is Slack as far as reminders see it: it keeps what is posted, and answers each post with the next of its
// errors, nil when there is none left.
type channelPort struct {
	Slack
	t      *testing.T
	errs   []error
	posts  []string // channel and text
	during func()   // happens while a post is under way
}

func (p *channelPort) Post(_ context.Context, channel string, m blocks.Message) error {
	shown := readMessage(p.t, m)
	p.posts = append(p.posts, channel+"\n"+shown.text)
	if p.during != nil {
		p.during()
	}
	if len(p.errs) == 0 {
		return nil
	}
	err := p.errs[0]
	p.errs = p.errs[1:]
	return err
}

// reminded is a stage with an active release, a reminder daily at 09:00 UTC in C0OPS, and the loop that speaks it.
func reminded(t *testing.T) (*stage, *channelPort, *reminding) {
	t.Helper()
	s := newStage(t)
	for _, line := range []string{"cluster add prod-us", `customer add "Customer A" cluster=prod-us namespace=cust-a-prod`,
		"release add Spring type=release version=v2.5.0", "template add v2.5.0 Deploy category=deploy type=bash content=x",
		"release activate v2.5.0 confirm=yes", `remind add <#C0OPS> "daily 09:00" zone=UTC`} {
		require.True(t, s.step("> ann: "+line), line)
	}
	port := &channelPort{t: t}
	return s, port, &reminding{bot: s.bot, slack: port}
}

// clock sets the time of day on the day after the stage's first, and plays a round. It gives how long the loop waits.
func (s *stage) clock(r *reminding, text string) time.Duration {
	s.t.Helper()
	at, err := time.Parse("2006-01-02 15:04:05", "2026-11-24 "+text)
	require.NoError(s.t, err)
	s.now = at
	return r.round(s.t.Context())
}

func TestAReminderSpeaksAtItsMoment(t *testing.T) {
	s, port, r := reminded(t)
	assert.Equal(t, lookAgain, s.clock(r, "08:00:00"))
	assert.Equal(t, 5*time.Second, s.clock(r, "08:59:55"))
	assert.Empty(t, port.posts)
	s.clock(r, "09:00:00")
	require.Len(t, port.posts, 1)
	for _, part := range []string{"C0OPS\n⏰ 1 open step", "prod-us", "Customer A · prod-us / cust-a-prod", "deploy 1 (D1) Deploy", "[Open ↗]",
		"[Snooze 1 h]", "[Snooze 4 h]", "[Snooze until tomorrow]", "[Snooze until…]", "[Stop]"} {
		assert.Contains(t, port.posts[0], part)
	}
	s.clock(r, "09:00:00")
	s.clock(r, "09:00:20")
	assert.Len(t, port.posts, 1)
}

func TestAReminderIsSilentWhenNothingIsOpen(t *testing.T) {
	s, port, r := reminded(t)
	require.True(t, s.step("> ben: step done v2.5.0 cust-a-prod D1"))
	s.clock(r, "09:00:00")
	assert.Empty(t, port.posts)
	require.True(t, s.step("> ben: step revert v2.5.0 cust-a-prod D1"))
	s.clock(r, "09:05:00")
	assert.Empty(t, port.posts, "the moment is over")
	s.now = s.now.AddDate(0, 0, 1)
	r.round(t.Context())
	assert.Len(t, port.posts, 1)
	require.True(t, s.step(`> ann: release archive v2.5.0 reason="given up" confirm=yes`))
	s.now = s.now.AddDate(0, 0, 1)
	r.round(t.Context())
	assert.Len(t, port.posts, 1, "an archived release is silent")
}

func TestAReminderIsPostedAgainOnlyWhenSlackCertainlyRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		err   error
		again string // when it is posted again; empty: never
	}{
		"TooManyRequests": {&slack.RateLimitedError{RetryAfter: 30 * time.Second}, "09:00:30"},
		"ExplicitRefusal": {slack.SlackErrorResponse{Err: "ratelimited"}, "09:00:02"},
		"Timeout":         {context.DeadlineExceeded, ""},
		"BrokenLine":      {errors.New("connection reset by peer"), ""},
		"ServerError":     {slack.StatusCodeError{Code: 502, Status: "502"}, ""},
		"FatalError":      {slack.SlackErrorResponse{Err: "fatal_error"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, port, r := reminded(t)
			port.errs = []error{tt.err}
			s.clock(r, "09:00:00")
			require.Len(t, port.posts, 1)
			if tt.again == "" {
				s.clock(r, "09:30:00")
				assert.Len(t, port.posts, 1)
				return
			}
			wait := s.clock(r, "09:00:01")
			assert.LessOrEqual(t, wait, 30*time.Second)
			assert.Len(t, port.posts, 1)
			s.clock(r, tt.again)
			assert.Len(t, port.posts, 2)
			s.clock(r, "09:30:00")
			assert.Len(t, port.posts, 2, "said is said")
		})
	}
}

func TestAReminderThatIsSnoozedBeforeItIsPostedAgainIsSilent(t *testing.T) {
	s, port, r := reminded(t)
	port.errs = []error{&slack.RateLimitedError{RetryAfter: 30 * time.Second}}
	s.clock(r, "09:00:00")
	require.Len(t, port.posts, 1)
	require.True(t, s.step("> ann: remind snooze 1 4h"))
	s.clock(r, "09:00:30")
	s.clock(r, "12:59:59")
	assert.Len(t, port.posts, 1)
	s.clock(r, "13:00:00")
	assert.Len(t, port.posts, 2, "at its end it speaks")
}

func TestAReminderThatIsRefusedForEverIsGivenUp(t *testing.T) {
	s, port, r := reminded(t)
	for range 20 {
		port.errs = append(port.errs, slack.SlackErrorResponse{Err: "invalid_auth"})
	}
	s.clock(r, "09:00:00")
	for range 20 {
		s.now = s.now.Add(10 * time.Minute)
		r.round(t.Context())
	}
	assert.Len(t, port.posts, remindTries)
}

func TestWhatIsPostedAgainIsWhatIsOpenThen(t *testing.T) {
	s, port, r := reminded(t)
	port.errs = []error{&slack.RateLimitedError{RetryAfter: 30 * time.Second}}
	s.clock(r, "09:00:00")
	require.True(t, s.step("> ben: step done v2.5.0 cust-a-prod D1"))
	s.clock(r, "09:01:00")
	assert.Len(t, port.posts, 1, "nothing is open any more")
}

func TestAReminderWhoseChannelIsGoneIsParkedAndItsCreatorToldOnce(t *testing.T) {
	s, port, r := reminded(t)
	port.errs = []error{slack.SlackErrorResponse{Err: "is_archived"}}
	s.clock(r, "09:00:00")
	for range 3 {
		s.now = s.now.AddDate(0, 0, 1)
		r.round(t.Context())
	}
	assert.Len(t, port.posts, 1)
	notices, err := s.core.Notices(t.Context())
	require.NoError(t, err)
	var told []core.Notice
	for _, n := range notices {
		if n.Kind == core.ReminderParked {
			told = append(told, n)
		}
	}
	require.Len(t, told, 1)
	assert.Equal(t, "UANN", told[0].Channel)
	assert.Contains(t, told[0].Text, "the channel is archived")
	require.True(t, s.step("> ann: remind list"))
	require.True(t, s.step("< 🚫 It cannot speak: the channel is archived"))
	require.True(t, s.step("> ann: remind edit 1 channel=<#C0NEW>"))
	s.now = s.now.AddDate(0, 0, 1)
	r.round(t.Context())
	require.Len(t, port.posts, 2)
	assert.Contains(t, port.posts[1], "C0NEW\n")
}

// The program ends while a reminder is being posted: nobody knows whether it was, so the next one says nothing.
func TestARestartBetweenMarkAndPost(t *testing.T) {
	s, port, r := reminded(t)
	port.during = func() { panic("the machine stops") }
	s.clock(r, "09:00:00")
	port.during = nil
	s.clock(r, "09:00:05")
	assert.Len(t, port.posts, 1, "a fault of ours leaves it unsure too")
	next := &reminding{bot: s.bot, slack: port}
	s.clock(next, "09:00:10")
	assert.Len(t, port.posts, 1)
	s.now = s.now.AddDate(0, 0, 1)
	next.round(t.Context())
	assert.Len(t, port.posts, 2)
}

func TestRemindersOfOneChannelKeepTheirDistance(t *testing.T) {
	s, port, r := reminded(t)
	for range 2 {
		require.True(t, s.step(`> ann: remind add <#C0OPS> "daily 09:00" zone=UTC`))
	}
	require.True(t, s.step(`> ann: remind add <#C0REL> "daily 09:00" zone=UTC`))
	assert.LessOrEqual(t, s.clock(r, "09:00:00"), channelPause)
	assert.Len(t, port.posts, 2, "one a channel")
	s.clock(r, "09:00:01")
	assert.Len(t, port.posts, 3)
	s.clock(r, "09:00:02")
	assert.Len(t, port.posts, 4)
}

func TestAReminderKeepsItsDistanceFromWhateverElseIsPosted(t *testing.T) {
	s, port, r := reminded(t)
	s.clock(r, "08:59:59")
	s.now = s.now.Add(500 * time.Millisecond)
	require.Zero(t, s.bot.pace.message("C0OPS"), "a milestone, half a second before")
	assert.LessOrEqual(t, s.clock(r, "09:00:00"), 500*time.Millisecond)
	assert.Empty(t, port.posts)
	s.clock(r, "09:00:01")
	assert.Len(t, port.posts, 1)
}

func TestAReminderOfTenThousandStepsFitsASlackMessage(t *testing.T) {
	long := "🚀 A name that is as long as names may be, with an ampersand & and <brackets> in it…"
	v := core.OpenWork{Open: 600 * 50}
	for range 12 {
		rel := core.OpenRelease{Release: core.ReleaseView{ShortID: "R1"}, Open: 30000, Customers: 600, Blocked: 3}
		rel.Release.Name = long
		for range 30 { // core names six customers of a release
			c := core.OpenCluster{Name: long, Open: 1000, Customers: 200}
			for range 3 * max(0, min(1, 2-len(rel.Clusters))) {
				c.Top = append(c.Top, core.TodoCustomer{Open: 50, Name: long, ClusterName: long, Namespace: "cust-a-prod",
					Steps: []core.StepView{{Name: long, ShortID: "D1", Position: "1", Category: core.Deploy}, {Name: long, ShortID: "D2", Position: "2", Category: core.Deploy}}})
			}
			rel.Clusters = append(rel.Clusters, c)
		}
		v.Releases = append(v.Releases, rel)
	}
	page := readMessage(t, blocks.Reminder(core.ReminderView{Reminder: core.Reminder{ID: 1, Channel: "C1", Schedule: "daily 09:00", Zone: "UTC"}}, v, blocks.Env{}))
	assert.Contains(t, page.text, "[Stop]")
	assert.Contains(t, page.text, "…and 25 clusters more")
	assert.Contains(t, page.text, "…and 9 releases more")
	assert.Contains(t, page.text, "Reminder 1", "nothing was dropped for want of room")
}
