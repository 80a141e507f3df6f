package main

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"rollcall/bot"
	"rollcall/core"
	"rollcall/fixtures/localslack"
	"rollcall/fixtures/sample"
)

// shiftedClock is the world's clock, set back while the sample's past is played.
type shiftedClock struct{ back atomic.Int64 }

// Now is the world's time less what the clock is set back.
func (c *shiftedClock) Now() time.Time { return time.Now().Add(-time.Duration(c.back.Load())) }

func (c *shiftedClock) setBack(d time.Duration) { c.back.Store(int64(d)) }

// loadSample imports the sample's data, gives its people their roles, and lets them type their history.
func loadSample(ctx context.Context, s *server, slack *localslack.Server, clock *shiftedClock) error {
	lines, err := historyLines(sample.History)
	if err != nil {
		return err
	}
	defer clock.setBack(0)
	if len(lines) > 0 {
		clock.setBack(lines[0].age + 24*time.Hour)
	}
	in, err := readImport(sample.Data)
	if err != nil {
		return err
	}
	if _, err := runImport(ctx, s.core, in); err != nil {
		return err
	}
	for _, person := range sample.People {
		if err := giveRole(ctx, s.core, slack.User(person.Name).ID(), person.Role); err != nil {
			return err
		}
	}
	channel := slack.ChannelID(sample.Channels[0])
	for i, line := range lines {
		clock.setBack(line.age)
		if err := replay(ctx, s, fmt.Sprintf("sample/%d", i), slack.User(line.who).ID(), channel, line.command); err != nil {
			return err
		}
	}
	return forgetNotices(ctx, s.core)
}

// forgetNotices keeps the sample's past from being announced as news.
func forgetNotices(ctx context.Context, svc *core.Service) error {
	for {
		notices, err := svc.Notices(ctx)
		if err != nil || len(notices) == 0 {
			return err
		}
		for _, n := range notices {
			if err := svc.Delivered(ctx, n, ""); err != nil {
				return err
			}
		}
	}
}

// giveRole grants what a person does not have from Slack or the settings already.
func giveRole(ctx context.Context, svc *core.Service, user string, role sample.Role) error {
	wanted, known := core.ParseRole(string(role))
	if !known {
		return fmt.Errorf("there is no role %q", role)
	}
	me, err := svc.WhoAmI(ctx, core.Person(user, core.ViaCLI))
	if err != nil || me.Role >= wanted {
		return err
	}
	_, err = svc.Do(ctx, core.System(core.ViaCLI), "", core.GrantRole{User: user, Role: wanted})
	return err
}

// replay has a person type a command. One that changes nothing is an error, because the sample would be wrong.
func replay(ctx context.Context, s *server, key, user, channel, command string) error {
	before, err := s.core.Revision(ctx)
	if err != nil {
		return err
	}
	answer := s.bot.Dispatch(ctx, bot.Request{Via: core.ViaSlash, Key: key, User: user, Channel: channel, Line: command})
	after, err := s.core.Revision(ctx)
	switch {
	case err != nil:
		return err
	case after == before && answer.Message != nil:
		return fmt.Errorf("%q changed nothing: %s", command, answer.Message.Text)
	case after == before:
		return fmt.Errorf("%q changed nothing", command)
	}
	return nil
}

type historyLine struct {
	age     time.Duration
	who     string
	command string
}

// historyLines reads "29h ann: release activate v2.5.0".
func historyLines(history string) (lines []historyLine, err error) {
	for text := range strings.Lines(history) {
		text = strings.TrimSpace(text)
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		head, command, found := strings.Cut(text, ": ")
		age, who, both := strings.Cut(head, " ")
		if !found || !both {
			return nil, fmt.Errorf("%q is not: age person: command", text)
		}
		unit := time.Hour
		if days, inDays := strings.CutSuffix(age, "d"); inDays {
			age, unit = days+"h", 24*time.Hour
		}
		hours, err := time.ParseDuration(age)
		if err != nil {
			return nil, fmt.Errorf("%q has no age: %w", text, err)
		}
		lines = append(lines, historyLine{hours / time.Hour * unit, who, command})
	}
	return lines, nil
}
