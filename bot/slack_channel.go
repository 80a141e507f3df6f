package bot

import (
	"context"

	"rollcall/bot/blocks"

	"github.com/slack-go/slack"
)

// Channels is what the bot asks of Slack to keep messages that everybody sees. Its methods do not wait when Slack
// says that it is asked too often: whoever delivers knows when to come back.
type Channels interface {
	// Publish posts a message into a channel, or as a reply below thread, and returns its time stamp. A user id as
	// channel is that person's own conversation with the bot.
	Publish(ctx context.Context, channel, thread string, m blocks.Message) (ts string, err error)
	// Edit puts another text in the place of a message of ours.
	Edit(ctx context.Context, channel, ts string, m blocks.Message) error
	// Pin pins a message, or takes the pin away.
	Pin(ctx context.Context, channel, ts string, on bool) error
	// Permalink is the address of a message.
	Permalink(ctx context.Context, channel, ts string) (string, error)
	// Whisper shows a message to one person of a channel, below thread.
	Whisper(ctx context.Context, channel, thread, user string, m blocks.Message) error
	// Home shows somebody's Home tab, provided that it is still the one with this hash, and returns the new hash.
	Home(ctx context.Context, user, hash string, view slack.HomeTabViewRequest) (string, error)
}

// Publish implements Channels.
func (c *Client) Publish(ctx context.Context, channel, thread string, m blocks.Message) (ts string, err error) {
	err = degrading(m, func(m blocks.Message) error {
		options := messageOptions(m)
		if thread != "" {
			options = append(options, slack.MsgOptionTS(thread))
		}
		_, ts, err = c.api.PostMessageContext(ctx, channel, options...)
		return err
	})
	return ts, err
}

// Edit implements Channels.
func (c *Client) Edit(ctx context.Context, channel, ts string, m blocks.Message) error {
	return degrading(m, func(m blocks.Message) error {
		// Without blocks the ones that are there would stay: none are sent as an empty list.
		_, _, _, err := c.api.UpdateMessageContext(ctx, channel, ts, slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...))
		return err
	})
}

// Pin implements Channels.
func (c *Client) Pin(ctx context.Context, channel, ts string, on bool) error {
	if on {
		return c.api.AddPinContext(ctx, channel, slack.NewRefToMessage(channel, ts))
	}
	return c.api.RemovePinContext(ctx, channel, slack.NewRefToMessage(channel, ts))
}

// Permalink implements Channels.
func (c *Client) Permalink(ctx context.Context, channel, ts string) (string, error) {
	return c.api.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: channel, Ts: ts})
}

// Whisper implements Channels.
func (c *Client) Whisper(ctx context.Context, channel, thread, user string, m blocks.Message) error {
	return degrading(m, func(m blocks.Message) error {
		return patiently(ctx, func() error {
			_, err := c.api.PostEphemeralContext(ctx, channel, user, append(textAndBlocks(m), slack.MsgOptionTS(thread))...)
			return err
		})
	})
}

// Home implements Channels.
func (c *Client) Home(ctx context.Context, user, hash string, view slack.HomeTabViewRequest) (string, error) {
	req := slack.PublishViewContextRequest{UserID: user, View: view}
	if hash != "" {
		req.Hash = &hash
	}
	r, err := c.api.PublishViewContext(ctx, req)
	if err != nil {
		return "", err
	}
	return r.Hash, nil
}
