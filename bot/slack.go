package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"rollcall/bot/blocks"
	"rollcall/core"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// Slack is all that the bot asks of Slack's Web API. Methods wait where Slack says so (Retry-After), as long as
// the context lets them.
type Slack interface {
	core.Directory
	Channels
	// OpenForm opens a modal; the trigger lives three seconds. It gives the modal's id, and the hash of how it
	// looks now.
	OpenForm(ctx context.Context, trigger string, view *slack.ModalViewRequest) (viewID, hash string, err error)
	// PushForm puts a modal on top of the one that was clicked in; three can lie on one another.
	PushForm(ctx context.Context, trigger string, view *slack.ModalViewRequest) (viewID, hash string, err error)
	// UpdateForm puts another view in the place of an open one; with a hash, only if it is still the one that had it.
	UpdateForm(ctx context.Context, viewID, hash string, view *slack.ModalViewRequest) error
	// Respond posts an answer that only the asker sees to a response URL, which works for half an hour and
	// five times.
	Respond(ctx context.Context, url string, m blocks.Message, replace bool) error
	// Tell shows a message to one person, in a channel or, without one, in their own conversation with the bot.
	Tell(ctx context.Context, channel, user string, m blocks.Message) error
	// Post puts a message into a channel. It does not wait: whether it may be posted later, the caller knows.
	Post(ctx context.Context, channel string, m blocks.Message) error
	// ReadFile fetches a file that somebody gave. A file that is too long comes with the problem in words.
	ReadFile(ctx context.Context, id string) (File, error)
	// SendFile puts a file into one person's own conversation with the bot.
	SendFile(ctx context.Context, user string, a blocks.Attachment) error
	// Team is the workspace that the bot's token belongs to.
	Team(ctx context.Context) (id string, err error)
}

// Account is how the bot signs in at Slack.
type Account struct {
	AppToken string // xapp-…
	BotToken string // xoxb-…
	APIURL   string // base of the Web API, ends in /api/; empty is Slack's own
	Log      *slog.Logger
	Now      func() time.Time
	Jitter   func() float64 // in [0,1); spreads connection attempts of several programs; nil spreads nothing
	Wait     time.Duration  // how long one call may take; 0 is CallWait

	Socket []socketmode.Option // how the socket is dialled, beside what the bot needs of it
}

// CallWait is how long one call to Slack may take, so that a second try is in time for whoever waits.
const CallWait = 10 * time.Second

// Client talks to Slack through slack-go. It implements Slack, and opens the socket for Listen.
type Client struct {
	account Account
	api     *slack.Client
	http    *http.Client
	gate    *gate

	mu   sync.Mutex
	team string // the workspace, once it is known
}

// NewClient prepares a client; it connects to nothing yet.
func NewClient(account Account) *Client {
	if account.Wait == 0 {
		account.Wait = CallWait
	}
	c := &Client{account: account, http: &http.Client{Timeout: account.Wait}}
	c.gate = &gate{http: c.http, now: account.Now, jitter: account.Jitter}
	options := []slack.Option{slack.OptionAppLevelToken(account.AppToken), slack.OptionHTTPClient(c.gate)}
	if account.APIURL != "" {
		options = append(options, slack.OptionAPIURL(account.APIURL))
	}
	c.api = slack.New(account.BotToken, options...)
	return c
}

// Team implements Slack.
func (c *Client) Team(ctx context.Context) (string, error) {
	var team string
	err := patiently(ctx, func() error {
		r, err := c.api.AuthTestContext(ctx)
		if err == nil {
			team = r.TeamID
		}
		return err
	})
	if err == nil {
		c.mu.Lock()
		c.team = team
		c.mu.Unlock()
	}
	return team, err
}

// home is the workspace, asked for at most once.
func (c *Client) home(ctx context.Context) (string, error) {
	c.mu.Lock()
	team := c.team
	c.mu.Unlock()
	if team != "" {
		return team, nil
	}
	return c.Team(ctx)
}

// Lookup implements core.Directory.
func (c *Client) Lookup(ctx context.Context, user string) (core.PersonInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	team, err := c.home(ctx)
	if err != nil {
		return core.PersonInfo{}, err
	}
	var info *slack.User
	err = steadily(ctx, func() (err error) {
		info, err = c.api.GetUserInfoContext(ctx, user)
		return err
	})
	if err != nil {
		if code := slackCode(err); code == "user_not_found" || code == "user_not_visible" {
			return core.PersonInfo{}, &core.Error{Code: core.NotFound, Msg: "Slack does not know " + user}
		}
		return core.PersonInfo{}, err
	}
	return personInfo(info, team), nil
}

// OpenForm implements Slack.
func (c *Client) OpenForm(ctx context.Context, trigger string, view *slack.ModalViewRequest) (viewID, hash string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	err = steadily(ctx, func() error {
		opened, err := c.api.OpenViewContext(ctx, trigger, *view)
		if err == nil {
			viewID, hash = opened.ID, opened.Hash
		}
		return err
	})
	return viewID, hash, err
}

// PushForm implements Slack.
func (c *Client) PushForm(ctx context.Context, trigger string, view *slack.ModalViewRequest) (viewID, hash string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	err = steadily(ctx, func() error {
		pushed, err := c.api.PushViewContext(ctx, trigger, *view)
		if err == nil {
			viewID, hash = pushed.ID, pushed.Hash
		}
		return err
	})
	return viewID, hash, err
}

// UpdateForm implements Slack.
func (c *Client) UpdateForm(ctx context.Context, viewID, hash string, view *slack.ModalViewRequest) error {
	return steadily(ctx, func() error {
		_, err := c.api.UpdateViewContext(ctx, *view, "", hash, viewID)
		return err
	})
}

// Tell implements Slack.
func (c *Client) Tell(ctx context.Context, channel, user string, m blocks.Message) error {
	if channel == "" {
		return patiently(ctx, func() error { return c.Post(ctx, user, m) })
	}
	return degrading(m, func(m blocks.Message) error {
		return patiently(ctx, func() error {
			_, err := c.api.PostEphemeralContext(ctx, channel, user, textAndBlocks(m)...)
			return err
		})
	})
}

// Post implements Slack.
func (c *Client) Post(ctx context.Context, channel string, m blocks.Message) error {
	return degrading(m, func(m blocks.Message) error {
		_, _, err := c.api.PostMessageContext(ctx, channel, messageOptions(m)...)
		return err
	})
}

func messageOptions(m blocks.Message) []slack.MsgOption {
	return append(textAndBlocks(m), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
}

// textAndBlocks is for the methods that never unfurl.
func textAndBlocks(m blocks.Message) []slack.MsgOption {
	options := []slack.MsgOption{slack.MsgOptionText(m.Text, false)}
	if len(m.Blocks) > 0 {
		options = append(options, slack.MsgOptionBlocks(m.Blocks...))
	}
	return options
}

// Respond implements Slack.
func (c *Client) Respond(ctx context.Context, url string, m blocks.Message, replace bool) error {
	return degrading(m, func(m blocks.Message) error {
		return patiently(ctx, func() error { return c.respond(ctx, url, m, replace) })
	})
}

func (c *Client) respond(ctx context.Context, at string, m blocks.Message, replace bool) error {
	body, err := json.Marshal(struct {
		Text         string        `json:"text"`
		Blocks       []slack.Block `json:"blocks,omitempty"`
		ResponseType string        `json:"response_type"`
		Replace      bool          `json:"replace_original"`
		Links        bool          `json:"unfurl_links"`
		Media        bool          `json:"unfurl_media"`
	}{Text: m.Text, Blocks: m.Blocks, ResponseType: slack.ResponseTypeEphemeral, Replace: replace})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(body))
	if err != nil {
		return withoutAddress(err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := c.http.Do(req)
	if err != nil {
		return withoutAddress(err)
	}
	defer func() { _ = resp.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if err != nil {
		return err
	}
	return responseError(resp, said)
}

// personInfo is what core needs of a Slack user.
func personInfo(u *slack.User, team string) core.PersonInfo {
	p := core.PersonInfo{ID: u.ID, Name: u.Profile.DisplayName, TZ: u.TZ, Kind: core.Member, Admin: u.IsAdmin || u.IsOwner || u.IsPrimaryOwner}
	for _, name := range []string{u.Profile.RealName, u.RealName, u.Name, u.ID} {
		if p.Name == "" {
			p.Name = name
		}
	}
	switch {
	case u.Deleted:
		p.Kind = core.Deactivated
	case u.IsBot || u.IsAppUser || u.ID == "USLACKBOT":
		p.Kind = core.Bot
	case u.IsStranger || elsewhere(u, team):
		p.Kind = core.Stranger
	case u.IsRestricted || u.IsUltraRestricted:
		p.Kind = core.Guest
	}
	if p.Kind != core.Member {
		p.Admin = false
	}
	return p
}

// elsewhere says whether somebody belongs to another workspace: Slack does not call those strangers who are in a channel
// shared with this one. In an organisation of several workspaces one person may belong to many.
func elsewhere(u *slack.User, team string) bool {
	return u.TeamID != "" && team != "" && u.TeamID != team && !slices.Contains(u.Enterprise.Teams, team)
}
