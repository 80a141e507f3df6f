package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

type serveCommand struct {
	settingFlags `embed:""`
}

// Run serves until it is told to stop.
func (c serveCommand) Run(p *program) (err error) {
	cfg, problems := c.load(p.env)
	problems = append(problems, cfg.combine()...)
	if missing := cfg.missingTokens(); missing != nil {
		problems = append(problems, missing)
	}
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	cfg.slackWait = p.slackWait
	log := newLog(cfg, p.stderr)
	house := newParts(log)
	defer func() { err = errors.Join(err, house.close()) }()
	s, err := open(p.ctx, cfg, log, house)
	if err != nil {
		return err
	}
	s.start(house)
	log.Info("rollcall serves", "page", s.baseURL, "access", cfg.access, "db", cfg.db, "build", versionLine())
	err = house.wait(p.ctx)
	log.Info("rollcall stops")
	return err
}

// missingTokens says how to get the tokens that are missing, and what works without. One that was told to be wrong is
// not missing.
func (c *config) missingTokens() error {
	var missing []string
	if !c.appToken.isSet() && !slices.Contains(c.refused, "SLACK_APP_TOKEN") {
		missing = append(missing, "SLACK_APP_TOKEN")
	}
	if !c.botToken.isSet() && !slices.Contains(c.refused, "SLACK_BOT_TOKEN") {
		missing = append(missing, "SLACK_BOT_TOKEN")
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%s must be set.\n"+
		"Create an app at https://api.slack.com/apps from the manifest that rollcall manifest prints. The app token (xapp-…)\n"+
		"is made under Basic Information, App-Level Tokens, with the scope connections:write; the bot token (xoxb-…) stands\n"+
		"under OAuth & Permissions once the app is installed in your workspace. The README goes through it step by step.\n"+
		"To look around without a Slack account, run: rollcall demo", strings.Join(missing, " and "))
}
