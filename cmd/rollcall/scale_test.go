package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rollcall/bot"
	"rollcall/bot/schedule"
	"rollcall/core"
	"rollcall/fixtures/localslack"
	"rollcall/storage/bolt"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hugeDatabase is a file with 600 customers on 3 clusters, 50 steps each, in a release that is under way: names of 80
// characters, namespaces of 63, content up to 60,000 characters, hundreds of custom steps, blocks and notes.
func hugeDatabase(t *testing.T, path, channel string) {
	t.Helper()
	store, err := bolt.Open(path, bolt.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	svc, err := core.Open(t.Context(), store, core.Config{Now: time.Now, Rand: rand.Reader, DefaultRole: core.Operator, Schedules: schedule.Read})
	require.NoError(t, err)
	do := func(op core.Operation) {
		t.Helper()
		_, err := svc.Do(t.Context(), core.System(core.ViaCLI), rand.Text(), op)
		require.NoError(t, err, "%#v", op)
	}
	long := func(text string, n int) string {
		r := []rune(text + " " + strings.Repeat("🚀 wide & <load> *x* ", 8))
		return strings.TrimSpace(string(r[:n-1])) + "!"
	}
	in := core.Import{Confirm: true}
	for c := range 3 {
		in.Clusters = append(in.Clusters, core.ImportCluster{Name: long(fmt.Sprintf("cluster %d", c), 80)})
	}
	words := strings.Repeat("words and more words\n", 140)
	for i := range 600 {
		ns := fmt.Sprintf("ns-%d-%s", i, strings.Repeat("x", 63))[:63]
		in.Customers = append(in.Customers, core.ImportCustomer{Name: long(fmt.Sprintf("%d customer", i), 80), Cluster: in.Clusters[i/200].Name, Namespace: ns, Description: &words})
	}
	kind, version := core.Regular, "v2.5.0"
	big := core.ImportRelease{Name: long("Spring", 80), Type: &kind, VersionNumber: &version, Description: &words}
	for i := range 50 {
		step := core.ImportStep{Name: long(fmt.Sprintf("%d step", i), 80), Category: core.Categories[i%2], Type: core.StepTypes[i%3], Content: "helm upgrade {{customer.namespace}}"}
		switch i {
		case 0:
			step.Content = strings.Repeat("SELECT 1; ", 900)
		case 1:
			step.Content = strings.Repeat("SELECT 1;\n", 6000)
		}
		big.Steps = append(big.Steps, step)
	}
	in.Releases = append(in.Releases, big)
	hotfix := core.Hotfix
	for i := range 30 {
		in.Releases = append(in.Releases, core.ImportRelease{Name: long(fmt.Sprintf("Hotfix %d", i), 80), Type: &hotfix, Steps: big.Steps[2:4], Targets: &core.TargetNames{Customers: []string{in.Customers[0].Namespace}}})
	}
	do(in)
	do(core.ActivateRelease{Release: version, Confirm: true})
	for i := range 12 {
		do(core.ActivateRelease{Release: fmt.Sprintf("R%d", i+2), Confirm: true})
	}
	for i := range 200 {
		do(core.AddCustomStep{Release: version, Customer: "1", Name: long(fmt.Sprintf("%d custom", i), 80), Category: core.Deploy, Type: core.Bash, Content: "curl", After: "D1"})
		at := core.Target{Release: version, Customer: fmt.Sprint(i + 2), Step: "D2"}
		do(core.BlockStep{Target: at, Reason: words[:2900]})
		do(core.AddNote{Target: core.Target{Release: version, Customer: "1", Step: "D2"}, Text: words[:2900]})
	}
	for range 30 {
		do(core.AddReminder{Channel: channel, Schedule: "weekdays 09:30", Zone: "Europe/Berlin", Off: []string{"2026-12-24", "2026-12-25"}})
	}
}

// Whatever there is to be opened and pressed, with far too much in it and with nothing: Slack takes it, everything
// answers, no button is dead, and what is cut has a way on.
func TestEverySurfaceAtScaleAndEmpty(t *testing.T) {
	for name, huge := range map[string]bool{"huge": true, "empty": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := localslack.NewManualClock(time.Now())
			slack, err := localslack.Start(localslack.Config{App: localApp(), Clock: clock})
			require.NoError(t, err)
			t.Cleanup(slack.Close)
			o := &office{t: t, slack: slack, env: serveEnv(slack, filepath.Join(t.TempDir(), "rollcall.db"))}
			if huge { // in a process of its own: nothing runs beside anything else here that does not with little in it
				hugeDatabase(t, o.env["ROLLCALL_DB"], slack.ChannelID("#ops"))
				t.Cleanup(o.openApart(buildBinary(t)))
			} else {
				o.open()
			}
			c := &crawler{office: o, clock: clock, pressed: map[string]bool{}, asked: map[string]bool{}}
			for _, cmd := range bot.Commands() {
				c.ask(cmd.Name())
				if huge {
					c.ask(cmd.Name() + argumentsOf(cmd))
				}
			}
			c.home()
			for len(c.lines) > 0 {
				line := c.lines[0]
				c.lines = c.lines[1:]
				c.open(line)
			}
			t.Logf("%d lines typed, %d buttons and choices pressed", len(c.asked), len(c.pressed))
			for _, v := range slack.Violations() {
				assert.Fail(t, "the bot broke a rule of Slack", v.String())
			}
		})
	}
}

// argumentsOf is what a command's places are given in the huge database.
func argumentsOf(cmd *bot.Command) string {
	text := ""
	for _, a := range cmd.Args {
		switch {
		case !a.Place:
		case a.Kind == bot.Release:
			text += " v2.5.0"
		case a.Kind == bot.Customer, a.Kind == bot.Cluster:
			text += " 1"
		case a.Kind == bot.Step:
			text += " D2"
		case a.Kind == bot.Reminder:
			text += " 1"
		}
	}
	return text
}

// crawler opens everything and presses everything once.
type crawler struct {
	*office
	clock   *localslack.ManualClock
	lines   []string
	asked   map[string]bool // lines that were typed or wait, their numbers left out
	pressed map[string]bool // "surface · action · label" of what was pressed, numbers left out
}

var (
	digits = regexp.MustCompile(`[0-9a-f]{8}|[0-9]+`)
	revs   = regexp.MustCompile(` (rev|view|ask)=\S+`)
	cut    = regexp.MustCompile(`…\s?(and )?[0-9,]+ (more|earlier)`)
	// A line of a cut list may stand in for its rest where one of these leads on.
	onward = regexp.MustCompile(`▶|↗|Older|Open|All |Steps|History|Matrix|Clusters?$|Customers?$|Page`)
)

func alike(text string) string { return digits.ReplaceAllString(text, "#") }

// ask has a line typed later, unless one like it was.
func (c *crawler) ask(line string) {
	line = revs.ReplaceAllString(line, "")
	words := strings.Fields(line)
	key := strings.Join(words[:min(2, len(words))], " ") + fmt.Sprint(len(words) > 2)
	if !c.asked[alike(key)] {
		key = alike(key)
		c.asked[key] = true
		c.lines = append(c.lines, line)
	}
}

// open types a line, and presses what has not been pressed. Where an answer takes the message's place, the line is
// typed again.
func (c *crawler) open(line string) {
	c.t.Helper()
	for again := true; again; {
		c.slack.User("ann").Reload()
		c.clock.Advance(time.Second) // Slack allows so many calls a minute
		a := c.types("ann", line)
		c.fits(line, a)
		if a.Modal != nil {
			again = c.form(line, a.Modal)
			c.close()
			continue
		}
		again = false
		for _, m := range a.Messages {
			if m.Ephemeral {
				again = c.message(line, m)
			}
		}
	}
}

// message presses what has not been pressed in a message, as long as it stands; true when something took its place.
func (c *crawler) message(line string, m localslack.Message) (replaced bool) {
	c.t.Helper()
	for {
		a, done := c.one(line, m, m.Blocks)
		if !done {
			return false
		}
		c.close()
		for _, now := range a.Messages {
			if now.TS == m.TS {
				return true
			}
		}
	}
}

func (c *crawler) home() {
	c.t.Helper()
	for again := true; again; {
		c.clock.Advance(time.Second)
		ctx, cancel := context.WithTimeout(c.t.Context(), patience)
		home, err := c.slack.User("ann").OpenHome(ctx)
		cancel()
		require.NoError(c.t, err)
		_, again = c.one("home", home, home.Blocks)
		c.close()
	}
}

// one presses the first thing on a surface that was not pressed yet.
func (c *crawler) one(from string, at localslack.Place, blocks []any) (localslack.Answer, bool) {
	c.t.Helper()
	surface := strings.Join(strings.Fields(revs.ReplaceAllString(from, ""))[:min(2, len(strings.Fields(from)))], " ")
	for _, b := range blocks {
		block, _ := b.(map[string]any)
		for _, e := range elementsIn([]any{block}) {
			kind, _ := e["type"].(string)
			action, _ := e["action_id"].(string)
			in := []localslack.Input{{}}
			labels := []string{textAt(e)}
			values := []string{""}
			values[0], _ = e["value"].(string)
			switch kind {
			case "button":
			case "overflow", "static_select":
				in, labels, values = optionsToPress(e, kind == "overflow")
			default:
				continue
			}
			for i, label := range labels {
				base, _, _ := strings.Cut(action, ":")
				key := alike(surface + " · " + base + " · " + label)
				if base != "more" && kind == "button" { // the same button on another surface does the same
					key = alike(base + " · " + label)
				}
				if c.pressed[key] || kind == "overflow" && values[i] == "open" { // a page: Slack tells of no choice that could be answered
					continue
				}
				c.pressed[key] = true
				if values[i] != "" && values[i] != "open" {
					c.ask(values[i])
				}
				id, _ := block["block_id"].(string)
				return c.act(from, at, id, action, label, in[i]), true
			}
		}
	}
	return localslack.Answer{}, false
}

func (c *crawler) act(from string, at localslack.Place, block, action, label string, in localslack.Input) localslack.Answer {
	c.t.Helper()
	c.clock.Advance(time.Second)
	it, err := c.slack.User("ann").Act(at, block, action, in)
	require.NoError(c.t, err, "%s: %s", from, label)
	if it == nil {
		return localslack.Answer{}
	}
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	a, err := it.Wait(ctx)
	require.NoError(c.t, err, "%s: %s", from, label)
	c.fits(from+" → "+label, a)
	return a
}

// form chooses once in each select that lays the form out anew, presses its buttons, and sends it.
func (c *crawler) form(line string, m *localslack.Modal) bool {
	c.t.Helper()
	v, _ := m.View()
	if _, done := c.one(line, m, v.Blocks); done {
		return true
	}
	key := "send " + v.Title + alike(line)
	if v.Submit == "" || c.pressed[key] {
		return false
	}
	c.pressed[key] = true
	for _, b := range v.Blocks {
		block, _ := b.(map[string]any)
		e, _ := block["element"].(map[string]any)
		action, _ := e["action_id"].(string)
		id, _ := block["block_id"].(string)
		if e == nil || block["dispatch_action"] != true {
			continue
		}
		if kind, _ := e["type"].(string); kind == "static_select" || kind == "checkboxes" {
			in, _, _ := optionsToPress(e, false)
			it, err := c.slack.User("ann").Act(m, id, action, in[len(in)-1])
			if err != nil {
				continue // the form has been laid out anew without it
			}
			if it != nil {
				ctx, cancel := context.WithTimeout(c.t.Context(), patience)
				require.NoError(c.t, it.WaitAcked(ctx), line)
				cancel()
			}
			c.clock.Advance(time.Second)
		}
	}
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	out, err := m.Submit(ctx)
	require.NoError(c.t, err, line)
	require.Empty(c.t, out.Notice, line)
	return false
}

// optionsToPress is the first and the last option of a select, or all entries of a menu.
func optionsToPress(e map[string]any, all bool) (in []localslack.Input, labels, values []string) {
	options, _ := e["options"].([]any)
	groups, _ := e["option_groups"].([]any)
	for _, g := range groups {
		more, _ := g.(map[string]any)["options"].([]any)
		options = append(options, more...)
	}
	if !all && len(options) > 2 {
		options = []any{options[0], options[len(options)-1]}
	}
	for _, o := range options {
		value, _ := o.(map[string]any)["value"].(string)
		in = append(in, localslack.Input{Options: []string{value}})
		labels = append(labels, textAt(o))
		values = append(values, value)
	}
	return in, labels, values
}

// fits looks at an answer: it says something, nothing broke, and a list that is cut leads on.
func (c *crawler) fits(from string, a localslack.Answer) {
	c.t.Helper()
	require.Empty(c.t, a.Notice, from)
	text := a.String()
	for _, broken := range []string{"(ref ", "no such command", "is no command", "There is no command"} {
		assert.NotContains(c.t, text, broken, from)
	}
	if a.Modal != nil {
		return
	}
	for _, m := range a.Messages {
		if !m.Ephemeral || !cut.MatchString(m.String()) {
			continue
		}
		leads := false
		for _, e := range elementsIn(m.Blocks) {
			for _, label := range append(optionTexts(e), textAt(e), textAt(map[string]any{"text": e["placeholder"]})) {
				leads = leads || onward.MatchString(label)
			}
		}
		assert.True(c.t, leads, "%s is cut and leads nowhere:\n%s", from, m)
	}
}

// close closes whatever modals are open.
func (c *crawler) close() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	if m := c.slack.User("ann").Modal(); m != nil {
		require.NoError(c.t, m.Dismiss(ctx))
	}
}
