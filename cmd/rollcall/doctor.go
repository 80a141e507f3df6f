package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"rollcall/bot"
	"rollcall/core"
	"rollcall/storage/bolt"
)

type doctorCommand struct {
	settingFlags `embed:""`
}

// Run looks at everything that serve needs, and prints a line each.
func (c doctorCommand) Run(p *program) error {
	cfg, problems := c.load(p.env)
	problems = append(problems, cfg.combine()...)
	var findings []bot.Finding
	for _, problem := range problems {
		findings = append(findings, bot.Finding{What: "settings", Wrong: problem.Error()})
	}
	if len(problems) == 0 {
		findings = append(findings, bot.Finding{What: "settings", Found: "none is wrong"})
	}
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	team := ""
	if missing := cfg.missingTokens(); missing != nil {
		findings = append(findings, bot.Finding{What: "tokens", Wrong: missing.Error()})
	} else if cfg.appToken.isSet() && cfg.botToken.isSet() {
		d := bot.Diagnose(ctx, bot.NewClient(bot.Account{AppToken: cfg.appToken.reveal(), BotToken: cfg.botToken.reveal(), APIURL: cfg.slackAPI,
			Log: slog.New(slog.DiscardHandler), Now: time.Now, Wait: p.slackWait}))
		team, findings = d.Team, append(findings, d.Findings...)
	}
	database, held := lookAtDatabase(ctx, cfg, team)
	findings = append(findings, database, lookAtPage(ctx, cfg, held))
	if cfg.backupDir != "" {
		findings = append(findings, lookAtFolder("backups", cfg.backupDir))
	}
	return tell(p, findings)
}

// tell prints a line for each finding; errSilent when something is wrong.
func tell(p *program, findings []bot.Finding) error {
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	wrong := false
	for _, f := range findings {
		if f.Wrong == "" {
			fmt.Fprintf(table, "ok\t%s\t%s\n", f.What, f.Found)
			continue
		}
		wrong = true
		fmt.Fprintf(table, "WRONG\t%s\t%s\n", f.What, oneLine(f.Wrong))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if wrong {
		return errSilent
	}
	return nil
}

// lookAtDatabase opens the file without changing it. One that a running server holds is well.
func lookAtDatabase(ctx context.Context, cfg config, team string) (f bot.Finding, held bool) {
	f.What = "database"
	bound := ""
	err := reading(ctx, cfg, func(svc *core.Service, _ *bolt.Store) (err error) {
		bound, err = svc.Workspace(ctx)
		return err
	})
	var locked *bolt.LockedError
	switch {
	case absent(cfg.db) == nil:
		folder := lookAtFolder(f.What, filepath.Dir(cfg.db))
		f.Found, f.Wrong = cfg.db+" is made at the first start", folder.Wrong
	case errors.As(err, &locked):
		f.Found, held = fmt.Sprintf("%s is in use: %v", cfg.db, locked), true
	case err != nil:
		f.Wrong = err.Error()
	case bound != "" && team != "" && bound != team:
		f.Wrong = fmt.Sprintf("%s belongs to the Slack workspace %s, and the bot token to %s: use another file, or the tokens of the other", cfg.db, bound, team)
	default:
		f.Found = cfg.db + " can be opened"
	}
	return f, held
}

// lookAtPage asks for the status page where people are told that it is. Nothing answers while no server runs.
func lookAtPage(ctx context.Context, cfg config, running bool) bot.Finding {
	f := bot.Finding{What: "base URL"}
	base := cfg.baseURL
	if base == "" {
		base = "http://" + fromHere(cfg.http)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/healthz", nil)
	if err != nil {
		f.Wrong = err.Error()
		return f
	}
	res, err := http.DefaultClient.Do(req)
	switch {
	case err != nil && running:
		f.Wrong = fmt.Sprintf("a server runs, but nothing answers at %s (%v): look at ROLLCALL_BASE_URL and at the proxy before it", base, err)
		return f
	case err != nil:
		f.Found = base + ", where nothing answers yet"
		return f
	}
	_ = res.Body.Close()
	if f.Found = base + " answers"; res.StatusCode != http.StatusOK {
		f.Wrong = fmt.Sprintf("%s/healthz answers %s: something else is there", base, res.Status)
	}
	return f
}

// lookAtFolder says whether files can be made in a folder, or in the one it will be made in.
func lookAtFolder(what, folder string) bot.Finding {
	f := bot.Finding{What: what, Found: folder + " can be written to"}
	probe := folder
	for {
		_, err := os.Stat(probe)
		if !errors.Is(err, fs.ErrNotExist) || what == "database" || filepath.Dir(probe) == probe {
			break
		}
		probe = filepath.Dir(probe)
	}
	file, err := os.CreateTemp(probe, ".rollcall-doctor-")
	if err != nil {
		f.Wrong = fmt.Sprintf("no file can be made in %s: %v", probe, err)
		return f
	}
	if err := errors.Join(file.Close(), os.Remove(file.Name())); err != nil {
		f.Wrong = err.Error()
	}
	return f
}

// oneLine joins the lines of a text.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
