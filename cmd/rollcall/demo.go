package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"rollcall/fixtures/localslack"
	"rollcall/fixtures/localslack/console"
	"rollcall/fixtures/sample"
)

type demoCommand struct {
	settingFlags `embed:""`
	Keep         bool   `help:"Keep the data when it ends, and say where it is."`
	NoBrowser    bool   `help:"Open no browser window."`
	Access       string `enum:"open,link" default:"open" help:"Who reads the status page: open (everyone) or link (people with a link from the bot)."`
}

// Run serves a local Slack workspace with sample data until it is told to stop.
func (c demoCommand) Run(p *program) (err error) {
	cfg, problems := c.load(p.env)
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	folder, err := os.MkdirTemp("", "rollcall-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.leave(p, folder)) }()

	log := newLog(cfg, p.stderr)
	house := newParts(log)
	defer func() { err = errors.Join(err, house.close()) }()
	slack, err := openWorkspace(log, house)
	if err != nil {
		return err
	}
	cfg.db = filepath.Join(folder, "rollcall.db")
	cfg.http = "127.0.0.1:0"
	cfg.access = c.Access
	cfg.slackAPI = slack.APIURL()
	cfg.appToken, cfg.botToken = newSecret(slack.AppToken()), newSecret(slack.BotToken())
	clock := new(shiftedClock)
	s, err := openAt(p.ctx, cfg, clock.Now, log, house)
	if err != nil {
		return err
	}
	if err := loadSample(p.ctx, s, slack, clock); err != nil {
		return fmt.Errorf("the sample data cannot be loaded: %w", err)
	}
	s.start(house)
	if err := slack.WaitConnected(p.ctx, 1); err != nil {
		return stopped(p.ctx, err)
	}
	c.welcome(p, slack, s.baseURL)
	return house.wait(p.ctx)
}

// openWorkspace starts the local Slack workspace with its console.
func openWorkspace(log *slog.Logger, house *parts) (*localslack.Server, error) {
	cfg := localslack.Config{Domain: "demo", App: localApp(), Log: log}
	for _, person := range sample.People {
		role := localslack.Member
		if person.Role == sample.Admin {
			role = localslack.Admin
		}
		cfg.People = append(cfg.People, localslack.Person{Name: person.Name, RealName: person.RealName, TZ: person.TZ, Role: role})
	}
	for _, name := range sample.Channels {
		cfg.Channels = append(cfg.Channels, localslack.Channel{Name: name})
	}
	slack, err := localslack.Start(cfg)
	if err != nil {
		return nil, err
	}
	house.open(part{name: "local Slack", limit: pageGrace, close: func(context.Context) error { slack.Close(); return nil }})
	slack.Mount(console.Handler(slack))
	return slack, nil
}

// localApp is the app as its manifest describes it, and nothing more.
func localApp() localslack.App {
	text, err := manifestJSON()
	if err != nil {
		panic(err) // the manifest is plain data: it cannot fail
	}
	app, err := localslack.AppFromManifest(text)
	if err != nil {
		panic(err) // a test holds the manifest to Slack's rules
	}
	return app
}

// welcome prints where everything is and what to try, and opens the console in a browser.
func (c demoCommand) welcome(p *program, slack *localslack.Server, page string) {
	fmt.Fprintf(p.stdout, `
Rollcall's demo runs. Nothing leaves this machine.

  Slack, the local stand-in   %s
  Status page                 %s/

Choose who you are in the first one, and type for a start:

  /rollcall status
  /rollcall matrix v2.4.0 cluster=prod-us-1
  /rollcall step done v2.4.0 customer-c D1 note="build 812"

`, slack.URL(), page)
	if c.Access == accessLink {
		fmt.Fprint(p.stdout, "The status page asks for a link: /rollcall link gives you one.\n\n")
	}
	fmt.Fprintln(p.stdout, "Ctrl-C ends it.")
	if !c.NoBrowser {
		openBrowser(p, slack.URL())
	}
}

// leave removes the data, or says where it is.
func (c demoCommand) leave(p *program, folder string) error {
	if !c.Keep {
		return os.RemoveAll(folder)
	}
	_, err := fmt.Fprintf(p.stdout, "The data is kept in %s\n", folder)
	return err
}

// openBrowser shows a page where there is a screen to show it on; where there is none, the address was printed.
func openBrowser(p *program, url string) {
	var command string
	switch runtime.GOOS {
	case "darwin":
		command = "open"
	case "windows":
		command = "explorer"
	default:
		_, x := p.env("DISPLAY")
		_, wayland := p.env("WAYLAND_DISPLAY")
		if !x && !wayland {
			return
		}
		command = "xdg-open"
	}
	if cmd := exec.CommandContext(p.ctx, command, url); cmd.Start() == nil {
		go func() { _ = cmd.Wait() }() // a browser that cannot be opened is no reason to stop
	}
}

// stopped makes an error of being told to stop no error.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
