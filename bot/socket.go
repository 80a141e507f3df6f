package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// Listen keeps one Socket Mode connection to Slack open and answers what comes in, until ctx ends or Slack says
// something that trying again cannot mend; then the error says what to do about it.
func (b *Bot) Listen(ctx context.Context, client *Client) error {
	life, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	sniff := &disconnects{log: b.cfg.Log, end: end}
	options := append([]socketmode.Option{socketmode.OptionDebug(true), socketmode.OptionLog(sniff)}, client.account.Socket...)
	socket := socketmode.New(client.api, options...)
	in := &intake{bot: b, slack: client, socket: socket, lanes: newLanes(16, 1000), calls: calls{bot: b}, end: end, log: b.cfg.Log}

	b.onAct = func(user string) { in.home(life, user, false, "") }

	finished := make(chan error, 1)
	go func() { finished <- socket.RunContext(life) }()
	defer b.ready.Store(false)
	for {
		select {
		case evt := <-socket.Events:
			in.take(life, evt)
		case <-ctx.Done():
			in.drain()
			end(nil)
			<-finished
			return nil
		case err := <-finished:
			in.drain()
			if cause := context.Cause(life); cause != nil && !errors.Is(cause, context.Canceled) {
				return cause
			}
			return fatal(err)
		}
	}
}

// advice says what to do about errors that end the loop, because trying again cannot mend them.
var advice = map[string]string{
	"invalid_auth":           "the app token is wrong: copy it again from the app's page, Basic Information, App-Level Tokens",
	"not_authed":             "the app token is missing",
	"account_inactive":       "the app or its workspace was deactivated: install the app again",
	"token_revoked":          "the app token was revoked: generate a new one",
	"token_expired":          "the app token has expired: generate a new one",
	"missing_scope":          "the app token lacks the scope connections:write: generate one that has it",
	"not_allowed_token_type": "the app token must be an app-level token (xapp-…), not a bot token",
	"forbidden_team":         "the workspace does not allow this app",
	"team_disabled":          "the workspace is disabled",
	"user_removed_from_team": "the app's owner left the workspace: install the app again",
	"socket_mode_disabled":   "Socket Mode was switched off for the app: switch it on again on the app's page, Socket Mode",
	"link_disabled":          "Socket Mode was switched off for the app: switch it on again on the app's page, Socket Mode",
}

// passing are Slack's names for troubles of its own, which end by themselves. Any other refusal of a connection
// stays as it is until somebody changes the app: slack-go would ask again for ever.
var passing = []string{"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited",
	"team_added_to_org", "org_login_required"}

// lasting is true for answers of Slack's that trying again cannot mend.
func lasting(err error) bool {
	var status slack.StatusCodeError
	code := slackCode(err)
	return code != "" && !slices.Contains(passing, code) || errors.As(err, &status) && status.Code == http.StatusNotFound
}

// fatal words an error of the connection.
func fatal(err error) error {
	if err == nil {
		return nil
	}
	code := slackCode(err)
	if code == "" {
		code = err.Error()
	}
	if text, known := advice[code]; known {
		return fmt.Errorf("cannot connect to Slack (%s): %s", code, text)
	}
	var status slack.StatusCodeError
	if errors.As(err, &status) && status.Code == http.StatusNotFound {
		return errors.New("cannot connect to Slack: there is no Web API at this address; SLACK_API_URL must end in /api/")
	}
	return fmt.Errorf("cannot connect to Slack: %w", err)
}

// intake takes events off the socket without ever waiting, and hands them to the lanes.
type intake struct {
	bot     *Bot
	slack   Slack
	socket  *socketmode.Client
	lanes   *lanes
	redraws redraws
	doubles doubles
	sent    sent
	calls   calls
	came    sync.Map // envelope id → when it came, until it is acknowledged
	end     context.CancelCauseFunc
	log     *slog.Logger
	homes   homes
	heard   recent
	posts   sync.Mutex // one post is brought up to date at a time
}

// calls is what is under way to Slack, each beside everything else. A fault in one ends that one and nothing more.
type calls struct {
	sync.WaitGroup
	bot *Bot
}

// Go begins a call.
func (c *calls) Go(work func()) {
	c.WaitGroup.Go(func() {
		defer c.bot.survive("a call to Slack", nil)
		work()
	})
}

// take looks at one event of the connection.
func (in *intake) take(ctx context.Context, evt socketmode.Event) {
	switch evt.Type {
	case socketmode.EventTypeConnecting:
		in.bot.ready.Store(false)
	case socketmode.EventTypeHello:
		in.bot.ready.Store(true)
		in.bot.cfg.Meter.Connection(true)
		if evt.Request != nil {
			in.log.Info("connected to Slack", "connections", evt.Request.NumConnections)
		}
	case socketmode.EventTypeConnectionError:
		if failure, ok := evt.Data.(*slack.ConnectionErrorEvent); ok {
			in.bot.cfg.Meter.Connection(false)
			in.log.Warn("no connection to Slack", "attempt", failure.Attempt, "wait", failure.Backoff, "err", failure.ErrorObj)
			if lasting(failure.ErrorObj) {
				in.end(fatal(failure.ErrorObj))
			}
		}
	case socketmode.EventTypeErrorWriteFailed:
		in.log.Warn("an acknowledgement could not be written", "event", fmt.Sprint(evt.Data))
	case socketmode.EventTypeErrorBadMessage:
		in.unreadable(ctx, evt)
	case socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive, socketmode.EventTypeEventsAPI:
		in.came.Store(evt.Request.EnvelopeID, in.bot.cfg.Now())
		in.envelope(ctx, evt)
	default:
		if evt.Request != nil && evt.Request.EnvelopeID != "" {
			in.acknowledge(ctx, evt.Request.EnvelopeID, nil)
		}
	}
}

// unreadable acknowledges an envelope whose content made no sense: unacknowledged, it would come again and again.
func (in *intake) unreadable(ctx context.Context, evt socketmode.Event) {
	broken, ok := evt.Data.(*socketmode.ErrorBadMessage)
	if !ok {
		return
	}
	var envelope struct {
		ID string `json:"envelope_id"`
	}
	if err := json.Unmarshal(broken.Message, &envelope); err != nil || envelope.ID == "" {
		in.log.Warn("unreadable message from Slack", "err", broken.Cause)
		return
	}
	in.log.Warn("unreadable envelope from Slack", "envelope", envelope.ID, "err", broken.Cause)
	in.acknowledge(ctx, envelope.ID, nil)
}

// acknowledge sends an acknowledgement from a goroutine of its own: the queue to the socket is short and stands
// still while there is no connection.
func (in *intake) acknowledge(ctx context.Context, envelope string, payload any) {
	in.calls.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		err := in.socket.AckCtx(ctx, envelope, payload)
		if err != nil {
			in.log.Warn("not acknowledged", "envelope", envelope, "err", err)
		}
		if came, ok := in.came.LoadAndDelete(envelope); ok && err == nil {
			in.bot.cfg.Meter.Acknowledged(in.bot.cfg.Now().Sub(came.(time.Time)))
		}
	})
}

// drain waits for what was taken in, as long as a person would wait for an answer.
func (in *intake) drain() {
	done := make(chan struct{})
	go func() {
		in.lanes.wait()
		in.calls.Wait()
		close(done)
	}()
	timer := time.NewTimer(5 * time.Second)
	defer timer.Stop()
	for {
		select {
		case <-done:
			return
		case <-timer.C:
			in.log.Warn("stopped with answers under way")
			return
		case <-in.socket.Events: // not taken any more; Slack will say so or deliver it again
		}
	}
}

// disconnects listens to slack-go's debug log for what it tells nobody else: why Slack ends a connection.
type disconnects struct {
	log *slog.Logger
	end context.CancelCauseFunc
}

// Output implements slack-go's logger.
func (d *disconnects) Output(_ int, line string) error {
	text, ok := strings.CutPrefix(line, "Received WebSocket message: ")
	if !ok {
		return nil
	}
	var message struct {
		Type   string `json:"type"`
		Reason string `json:"reason"`
	}
	if json.Unmarshal([]byte(text), &message) != nil || message.Type != "disconnect" {
		return nil
	}
	d.log.Info("Slack ends the connection", "reason", message.Reason)
	if message.Reason == "link_disabled" {
		d.end(fatal(errors.New(message.Reason)))
	}
	return nil
}
