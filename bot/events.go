package bot

import (
	"context"
	"encoding/json"

	"github.com/slack-go/slack"
)

// happening is what the bot reads of an event, whichever it is.
type happening struct {
	ID             string `json:"event_id"`
	Authorizations []struct {
		User string `json:"user_id"`
	} `json:"authorizations"`
	Event struct {
		Type        string          `json:"type"`
		Subtype     string          `json:"subtype"`
		User        json.RawMessage `json:"user"` // an id, or of changes to people the person
		BotID       string          `json:"bot_id"`
		Text        string          `json:"text"`
		Channel     string          `json:"channel"`
		ChannelType string          `json:"channel_type"`
		TS          string          `json:"ts"`
		ThreadTS    string          `json:"thread_ts"`
		Edited      json.RawMessage `json:"edited"`
		Files       []given         `json:"files"`
		Tab         string          `json:"tab"`
		View        struct {
			Hash string `json:"hash"`
		} `json:"view"`
	} `json:"event"`
}

// user is the id of who made the event.
func (h *happening) user() string {
	var id string
	if json.Unmarshal(h.Event.User, &id) != nil {
		return ""
	}
	return id
}

// event turns an event into what it calls for. It was acknowledged already; Slack may send it again.
func (in *intake) event(ctx context.Context, payload json.RawMessage) {
	var h happening
	if err := json.Unmarshal(payload, &h); err != nil {
		in.log.Warn("an event could not be read", "err", err)
		return
	}
	switch h.Event.Type {
	case "user_change", "team_join":
		in.person(ctx, h.Event.User)
	case "app_home_opened":
		if h.Event.Tab == "home" {
			in.home(ctx, h.user(), true, h.Event.View.Hash)
		}
	case "app_mention", "message":
		in.said(ctx, &h)
	}
}

// person keeps what is known of people up to date.
func (in *intake) person(ctx context.Context, raw json.RawMessage) {
	var user slack.User
	if err := json.Unmarshal(raw, &user); err != nil || user.ID == "" {
		in.log.Warn("a change to a person could not be read", "err", err)
		return
	}
	in.calls.Go(func() {
		team, err := in.bot.core.Workspace(ctx)
		if err == nil {
			err = in.bot.core.SeePerson(ctx, personInfo(&user, team))
		}
		if err != nil {
			in.log.Warn("a change to a person could not be kept", "err", err)
		}
	})
}
