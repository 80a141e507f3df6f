package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/bot/blocks"
	"rollcall/bot/schedule"
	"rollcall/core"
	"rollcall/storage/bolt"
	"rollcall/storage/storagetest"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stage is one workspace of a scenario: people, a store, a bot, and the last answer each person got.
type stage struct {
	t     *testing.T
	bot   *Bot
	core  *core.Service
	store *interrupted
	now   time.Time
	n     int // of the last request
	last  map[string]*seen
	who   string // who did something last
	event int64  // the newest event before the last request
	log   bytes.Buffer
}

// seen is the last answer of one person, with the form that is open.
type seen struct {
	page
	form   *slack.ModalViewRequest
	filled map[string]string // by block id
	files  map[string]File   // by field
	picked map[string]string // in the selects of a message, by action id
	under  *seen             // the modal that the form lies on
	answer Answer
	req    Request
}

var people = map[string]core.PersonInfo{
	"ann": {ID: "UANN", Name: "ann", Kind: core.Member, Admin: true, TZ: "Europe/Berlin"},
	"ben": {ID: "UBEN", Name: "ben", Kind: core.Member},
	"cat": {ID: "UCAT", Name: "cat", Kind: core.Member},
	"gil": {ID: "UGIL", Name: "gil", Kind: core.Guest},
	"sue": {ID: "USUE", Name: "sue", Kind: core.Stranger},
	"dan": {ID: "UDAN", Name: "dan", Kind: core.Deactivated},
}

// directory is Slack's list of people.
type directory struct{}

func (directory) Lookup(_ context.Context, id string) (core.PersonInfo, error) {
	for _, p := range people {
		if p.ID == id {
			return p, nil
		}
	}
	return core.PersonInfo{}, &core.Error{Code: core.NotFound, Msg: "unknown"}
}

// newStage opens a real store whose updates all run twice.
func newStage(t *testing.T) *stage {
	t.Helper()
	s := stageFor(t)
	s.t = t
	return s
}

func stageFor(t testing.TB) *stage {
	t.Helper()
	s := &stage{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), last: map[string]*seen{}}
	store, err := bolt.Open(filepath.Join(t.TempDir(), "rollcall.db"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	s.store = &interrupted{Store: storagetest.Twice(store)}
	s.core, err = core.Open(t.Context(), s.store, core.Config{
		Now: func() time.Time { return s.now }, Rand: rand.NewChaCha8([32]byte{}),
		DefaultRole: core.Operator, People: directory{}, Schedules: schedule.Read})
	require.NoError(t, err)
	s.bot = New(Config{Core: s.core, Log: slog.New(slog.NewTextHandler(&s.log, nil)), Now: func() time.Time { return s.now }, BaseURL: "http://127.0.0.1:8080", Files: shelf{}})
	return s
}

// TestScenarios runs the files of fixtures/scenarios:
//
//	given ann: text        the same as > ann: what a scenario starts from
//	home ann               ann opens the Home tab
//	> ann: text            ann types text behind the slash command; \n is a line break
//	press ann: label       ann presses the only button with that label
//	press ann: label @ x   … the one whose row or spoken label holds x
//	fill ann: Field = text ann fills a field of the form that is open, or chooses in it; several with | between
//	enter ann: Field = text … and presses Enter
//	tick ann: Field        ann ticks a box, or takes the tick away
//	attach ann: Field = name | text   ann puts a text file into a field
//	send ann               ann sends the form
//	again                  the last request is delivered once more
//	wait 16m               time passes
//	< text                 the last answer says text
//	! text                 the last answer does not say text
//	+ n                    the last request wrote n events
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "fixtures", "scenarios", "*.txt"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	clicks, err := filepath.Glob(filepath.Join("..", "fixtures", "scenarios", "clicks", "*.txt"))
	require.NoError(t, err)
	require.NotEmpty(t, clicks)
	files = append(files, clicks...)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			s := newStage(t)
			for i, line := range strings.Split(string(text), "\n") {
				if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
					continue
				}
				if !s.step(line) {
					t.Fatalf("%s:%d: %s\nthe answer to %s was:\n%s\n%s", filepath.Base(file), i+1, line, s.who, s.said(), s.log.String())
				}
			}
			assert.NotContains(t, s.log.String(), "level=ERROR")
			faults, err := s.core.Check(t.Context())
			require.NoError(t, err)
			assert.Empty(t, faults)
		})
	}
}

var (
	typing   = regexp.MustCompile(`^(?:>|given) (\w+): ?(.*)$`)
	pressing = regexp.MustCompile(`^press (\w+): (.+?)(?: @ (.+))?$`)
	filling  = regexp.MustCompile(`^(fill|enter|tick|attach) (\w+): ([^=]+?)(?: = ?(.*))?$`)
	sending  = regexp.MustCompile(`^send (\w+)$`)
)

// step plays one line and says whether it holds.
func (s *stage) step(line string) bool {
	s.t.Helper()
	rest := strings.TrimSpace(line[1:])
	if m := typing.FindStringSubmatch(line); m != nil {
		text := strings.ReplaceAll(m[2], `\n`, "\n")
		line, refs := Unescape(text)
		return s.do(m[1], Request{Via: core.ViaSlash, Line: line, Refs: refs, Command: "/rollcall", CanAsk: true, ReplyTo: "https://hooks.example/1", Channel: "C1"})
	}
	if m := pressing.FindStringSubmatch(line); m != nil {
		return s.press(m[1], m[2], m[3])
	}
	if m := filling.FindStringSubmatch(line); m != nil {
		return s.fill(m[2], m[3], strings.ReplaceAll(m[4], `\n`, "\n"), m[1])
	}
	if m := sending.FindStringSubmatch(line); m != nil {
		return s.send(m[1])
	}
	if d, ok := strings.CutPrefix(line, "wait "); ok {
		wait, err := time.ParseDuration(d)
		s.now = s.now.Add(wait)
		return err == nil
	}
	if who, ok := strings.CutPrefix(line, "home "); ok {
		s.who, s.event = who, s.newest()
		s.last[who] = &seen{page: read(s.t, s.bot.Home(s.t.Context(), people[who].ID).Blocks.BlockSet)}
		return true
	}
	switch line[0] {
	case '<':
		return strings.Contains(s.said(), strings.ReplaceAll(rest, `\n`, "\n"))
	case '!':
		return !strings.Contains(s.said(), rest)
	case '+':
		n, err := strconv.ParseInt(rest, 10, 64)
		return err == nil && s.newest()-s.event == n
	}
	if line == "again" {
		before := s.said()
		req := s.last[s.who].req
		s.event = s.newest()
		return s.dispatch(s.who, req) && s.said() == before
	}
	s.t.Errorf("no such line in a scenario: %s", line)
	return false
}

// said is the last answer, with the form that it opened and the errors under its fields.
func (s *stage) said() string {
	l := s.last[s.who]
	if l == nil {
		return ""
	}
	text := l.text
	for _, field := range sortedKeys(l.answer.Errors) {
		text += "\n" + field + ": " + l.answer.Errors[field]
	}
	return text
}

func (s *stage) do(who string, req Request) bool {
	s.n++
	req.Key = fmt.Sprintf("trigger.%d", s.n)
	req.User = people[who].ID
	s.event = s.newest()
	return s.dispatch(who, req)
}

func (s *stage) dispatch(who string, req Request) bool {
	s.t.Helper()
	s.who = who
	old := s.last[who]
	ans := s.bot.Dispatch(s.t.Context(), req)
	l := &seen{answer: ans, req: req}
	switch {
	case len(ans.Errors) > 0:
		l.form, l.filled, l.under = old.form, old.filled, old.under
		for field := range ans.Errors {
			assert.NotNil(s.t, input(old.form, field), "no field %s in the form", field)
			assert.NotRegexp(s.t, commandWords, ans.Errors[field], "a form speaks of fields")
		}
	case ans.Form != nil:
		s.opened(l, old, ans)
	case ans.Beneath != nil:
		l.page, l.form, l.filled = readForm(s.t, ans.Beneath.Form), ans.Beneath.Form, prefilled(ans.Beneath.Form)
	case ans.Message != nil:
		l.page = readMessage(s.t, *ans.Message)
	default:
		s.t.Errorf("%s got no answer", who)
		return false
	}
	for _, b := range l.buttons {
		s.alive(b)
	}
	s.last[who] = l
	return true
}

// commandWords is how fields are written in commands; "key=value" is what metadata looks like in a form too.
var commandWords = regexp.MustCompile(`\b(name|reason|note|force|takeover|category|type|content|position|version|date|targets|clusters?|customers?|namespace|expires|channel|schedule|to_template)=`)

// alive checks that a button does something: its command parses, fits its row, and is carried under the row's id.
func (s *stage) alive(b button) {
	s.t.Helper()
	if b.action == blocks.OpenAction {
		assert.Empty(s.t, b.line)
		return
	}
	if b.action == blocks.MoreAction && b.line == blocks.OpenAction {
		return
	}
	assert.True(s.t, blocks.Fits(b.line), "%s: %s", b.label, b.line)
	in := built(s.t, s.bot.table, b.line)
	action, _, _ := strings.Cut(b.action, ":")
	assert.Contains(s.t, []string{in.cmd.Action(), in.cmd.Verb, blocks.MoreAction}, action, b.line)
	assert.NotEmpty(s.t, b.label)
}

func (s *stage) press(who, label, near string) bool {
	l := s.last[who]
	if l == nil {
		return false
	}
	var hits []button
	for _, b := range l.buttons {
		if b.label == label && strings.Contains(b.row+"\n"+b.spoken, near) {
			hits = append(hits, b)
		}
	}
	if len(hits) != 1 {
		s.t.Errorf("%d buttons say %q near %q", len(hits), label, near)
		return false
	}
	if l.form != nil {
		state := new(panelState)
		require.NoError(s.t, json.Unmarshal([]byte(l.form.PrivateMetadata), state))
		return s.do(who, Request{Via: core.ViaButton, Line: hits[0].line, CanAsk: true, Panel: &Panel{View: "V1", Line: state.Line}})
	}
	return s.do(who, Request{Via: core.ViaButton, Line: hits[0].line, CanAsk: true, Inline: true, ReplyTo: "https://hooks.example/2", Channel: "C1", Chosen: l.picked})
}

func (s *stage) newest() int64 {
	feed, err := s.core.Activity(s.t.Context(), core.System(core.ViaCLI), core.ActivityQuery{Limit: 1})
	require.NoError(s.t, err)
	if len(feed.Events) == 0 {
		return 0
	}
	return feed.Events[0].Seq
}
