package bot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// Finding is one thing that was looked at. Wrong is empty when it is as it should be.
type Finding struct {
	What  string // "bot token"
	Found string // what there is
	Wrong string // what is wrong with it, and where to mend it
}

// maxSkew is how far this machine's clock may be from Slack's before reminders and links come at odd times.
const maxSkew = 30 * time.Second

// Diagnosis is what Slack says of an account.
type Diagnosis struct {
	Team     string // the workspace of the bot token, empty when Slack does not take the token
	Findings []Finding
}

// Diagnose looks at everything that can be wrong between the program and Slack: tokens, scopes, Socket Mode, somebody
// who may administrate, the clock. It changes nothing.
func Diagnose(ctx context.Context, client *Client) Diagnosis {
	var d Diagnosis
	found := func(what, format string, args ...any) {
		d.Findings = append(d.Findings, Finding{What: what, Found: fmt.Sprintf(format, args...)})
	}
	wrong := func(what, format string, args ...any) {
		d.Findings = append(d.Findings, Finding{What: what, Wrong: fmt.Sprintf(format, args...)})
	}
	who, err := client.api.AuthTestContext(ctx)
	if err != nil {
		wrong("bot token", "%s", botTokenAdvice(err))
	} else {
		d.Team = who.TeamID
		found("bot token", "@%s in the workspace %s (%s)", who.User, who.Team, who.TeamID)
		if missing := missingScopes(who.Header); len(missing) == 0 {
			found("scopes", "all %d granted", len(Scopes))
		} else {
			wrong("scopes", "the bot token lacks %s: on https://api.slack.com/apps choose the app, App Manifest, put in what rollcall manifest prints, "+
				"then Install App, Reinstall", strings.Join(missing, ", "))
		}
		if skew, known := clockSkew(who.Header, client.account.Now()); known && skew.Abs() > maxSkew {
			wrong("clock", "this machine's clock is %s from Slack's: let it be set from the network (NTP)", skew.Round(time.Second))
		} else if known {
			found("clock", "agrees with Slack's")
		}
	}
	if _, _, err := client.api.StartSocketModeContext(ctx); err != nil {
		wrong("app token", "%s", appTokenAdvice(err))
	} else {
		found("app token", "Slack opens a Socket Mode connection with it")
	}
	if d.Team != "" {
		names, err := client.admins(ctx)
		switch {
		case slackCode(err) == "missing_scope":
			wrong("admins", "Slack does not say who is admin (%v): the scope users:read is needed", err)
		case err != nil:
			wrong("admins", "Slack does not say who is admin (%v): look again in a while", err)
		case len(names) == 0:
			wrong("admins", "nobody in the workspace is owner or admin: name somebody in ROLLCALL_ADMINS")
		default:
			found("admins", "%s", strings.Join(names, ", "))
		}
	}
	return d
}

// missingScopes are the scopes that the token was not granted, with what each is for.
func missingScopes(h http.Header) []string {
	granted := strings.Split(strings.ReplaceAll(h.Get("X-OAuth-Scopes"), " ", ""), ",")
	var missing []string
	for _, s := range Scopes {
		if !slices.Contains(granted, s.Name) {
			missing = append(missing, s.Name+" ("+s.For+")")
		}
	}
	return missing
}

// clockSkew is how far a clock is ahead of the one that dated an answer.
func clockSkew(h http.Header, now time.Time) (time.Duration, bool) {
	at, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0, false
	}
	return now.Sub(at), true
}

func botTokenAdvice(err error) string {
	const where = "on https://api.slack.com/apps choose the app, OAuth & Permissions, and copy the Bot User OAuth Token (xoxb-…) again"
	switch code := slackCode(err); code {
	case "":
		return notReached(err)
	case "account_inactive", "token_revoked":
		return "Slack does not take it any more (" + code + "): on https://api.slack.com/apps choose the app, Install App, and install it again"
	default:
		return "Slack refuses it (" + code + "): " + where
	}
}

func appTokenAdvice(err error) string {
	if code := slackCode(err); code == "" {
		return notReached(err)
	} else if text, known := advice[code]; known {
		return text + " (" + code + ")"
	} else {
		return "Slack refuses it (" + code + "): on https://api.slack.com/apps choose the app, Basic Information, App-Level Tokens"
	}
}

func notReached(err error) string {
	var status slack.StatusCodeError
	if errors.As(err, &status) && status.Code == http.StatusNotFound {
		return "there is no Web API at this address: SLACK_API_URL must end in /api/"
	}
	return fmt.Sprintf("Slack cannot be reached: %v", err)
}

// admins are up to three owners or admins of the workspace.
func (c *Client) admins(ctx context.Context) ([]string, error) {
	var names []string
	team, err := c.home(ctx)
	if err != nil {
		return nil, err
	}
	pages := c.api.GetUsersPaginated(slack.GetUsersOptionLimit(200))
	for {
		var ended bool
		err := steadily(ctx, func() (err error) {
			pages, err = pages.Next(ctx)
			if ended = pages.Done(err); ended {
				return nil
			}
			return err
		})
		if ended || err != nil {
			return names, err
		}
		for i := range pages.Users {
			if p := personInfo(&pages.Users[i], team); p.Admin && len(names) < 3 {
				names = append(names, "@"+p.Name)
			}
		}
		if len(names) == 3 {
			return names, nil
		}
	}
}
