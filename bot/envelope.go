package bot

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"rollcall/bot/blocks"
	"rollcall/core"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// Slack gives an envelope three seconds. An operation is acknowledged when it has committed, or after one second
// and answered later; a form must be answered in the acknowledgement itself.
const (
	ackAfter     = time.Second
	formPatience = 2500 * time.Millisecond
)

// envelope turns what came in a socket envelope into work for the lanes.
func (in *intake) envelope(ctx context.Context, evt socketmode.Event) {
	id := evt.Request.EnvelopeID
	switch data := evt.Data.(type) {
	case slack.SlashCommand:
		line, refs := Unescape(data.Text)
		in.request(ctx, id, data.TriggerID, Request{
			Via: core.ViaSlash, Key: orElse(data.TriggerID, id), User: data.UserID, Channel: data.ChannelID, Command: data.Command,
			Line: line, Refs: refs, ReplyTo: data.ResponseURL, CanAsk: data.TriggerID != ""})
	case slack.InteractionCallback:
		in.interaction(ctx, id, data)
	case slackevents.EventsAPIEvent:
		in.acknowledge(ctx, id, nil)
		in.event(ctx, evt.Request.Payload)
	default:
		in.acknowledge(ctx, id, nil)
	}
}

func (in *intake) interaction(ctx context.Context, id string, data slack.InteractionCallback) {
	switch data.Type {
	case slack.InteractionTypeBlockActions:
		if data.View.Type == slack.VTModal && data.View.CallbackID == blocks.FormCallback {
			in.redraw(ctx, id, data)
			return
		}
		if req, ok := click(id, data); ok {
			in.request(ctx, id, data.TriggerID, req)
			return
		}
	case slack.InteractionTypeShortcut, slack.InteractionTypeMessageAction:
		if data.CallbackID == useAsContent && data.Type == slack.InteractionTypeMessageAction {
			in.useMessage(ctx, id, data)
			return
		}
		in.request(ctx, id, data.TriggerID, shortcut(id, data))
		return
	case slack.InteractionTypeViewSubmission:
		in.submission(ctx, id, data)
		return
	case slack.InteractionTypeBlockSuggestion:
		in.calls.Go(func() { in.acknowledge(ctx, id, blocks.Choices(in.bot.Suggest(ctx, query(data)))) })
		return
	}
	in.acknowledge(ctx, id, nil)
}

// click reads a press of a button or a choice from a select; false for those that only open a page.
func click(id string, data slack.InteractionCallback) (Request, bool) {
	if len(data.ActionCallback.BlockActions) == 0 {
		return Request{}, false
	}
	action := data.ActionCallback.BlockActions[0]
	line := orElse(action.Value, action.SelectedOption.Value)
	kind, _, _ := strings.Cut(action.ActionID, ":")                     // the second of a kind in a row has a number behind
	if line == "" && action.Type == slack.ActionType(slack.METButton) { // of a version that knew what it meant: it is answered all the same
		line = strings.ReplaceAll(kind, ".", " ")
	}
	if line == "" || line == blocks.OpenAction || kind == blocks.OpenAction {
		return Request{}, false
	}
	req := Request{Via: core.ViaButton, Key: orElse(data.TriggerID, id), User: data.User.ID,
		Channel: orElse(data.Channel.ID, data.Container.ChannelID), Line: line, ReplyTo: data.ResponseURL,
		CanAsk: data.TriggerID != "", Inline: data.Container.IsEphemeral}
	if action.Type == slack.ActionType(slack.METButton) {
		req.Press = press(data.Container.ChannelID, data.Container.MessageTs, data.View.ID, action.ActionID)
		if !movesOn(kind, action.Value) {
			req.Press += press(data.View.Hash, action.BlockID, action.Value)
		}
	}
	if data.View.CallbackID == blocks.WindowCallback {
		req.Window, req.Inline = data.View.ID, true
	}
	if c := data.Container; c.Type == "message" && !c.IsEphemeral && c.MessageTs != "" {
		req.Post = &Post{Channel: req.Channel, TS: c.MessageTs}
	}
	if data.BlockActionState != nil {
		req.Chosen = blocks.Chosen(data.BlockActionState.Values)
	}
	if data.View.CallbackID == blocks.PanelCallback {
		state := new(panelState)
		if json.Unmarshal([]byte(data.View.PrivateMetadata), state) == nil {
			req.Command = state.Command
		}
		req.Panel = &Panel{View: data.View.ID, Line: state.Line}
	}
	return req, true
}

// query reads a question for the options of a select in a form.
func query(data slack.InteractionCallback) Query {
	field, _, _ := strings.Cut(data.BlockID, "~")
	return Query{User: data.User.ID, Meta: data.View.PrivateMetadata, Field: field, Text: data.Value, Values: blocks.Values(data.View.State), Block: data.BlockID}
}

// acker acknowledges one envelope once.
type acker struct {
	once sync.Once
	send func(payload any)
}

func (a *acker) ack(payload any) (first bool) {
	a.once.Do(func() { first = true; a.send(payload) })
	return first
}

// request runs a command in its person's lane.
func (in *intake) request(ctx context.Context, id, trigger string, req Request) {
	req.Key = in.doubles.key(req.User, req.Press, req.Key, in.bot.cfg.Now())
	a := &acker{send: func(payload any) { in.acknowledge(ctx, id, payload) }}
	early := new(skeleton)
	timer := time.AfterFunc(ackAfter, func() {
		defer in.bot.survive("an early acknowledgement", nil)
		a.ack(nil)
		if trigger != "" && req.Panel == nil && in.bot.asks(req) {
			early.open(ctx, in, trigger, &req)
		}
	})
	taken := in.lanes.add(req.User, func() {
		ans := in.bot.Dispatch(ctx, req)
		timer.Stop()
		a.ack(nil)
		in.calls.Go(func() {
			if early.fill(ctx, in, &ans) {
				return
			}
			in.answer(ctx, trigger, req, ans)
		})
		in.settle(ctx, req.User, ans)
	})
	if !taken {
		timer.Stop()
		a.ack(nil)
		busy := blocks.Refusal(core.Unavailable, "Rollcall has too much to do just now", "Nothing was changed. Try again in a moment.", nil, nil)
		in.calls.Go(func() {
			in.answer(ctx, trigger, req, Answer{Message: &busy, ReplyTo: req.ReplyTo, Channel: req.Channel})
		})
	}
}

// answer shows an answer: opens or redraws its form, or posts its message where it was asked for.
func (in *intake) answer(ctx context.Context, trigger string, req Request, ans Answer) {
	life := ctx // a file may take longer than the answer, which must not end it
	in.calls.Go(func() { in.attach(life, req.User, ans.File) })
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if ans.Beneath != nil {
		in.update(ctx, ans.Beneath.View, "", ans.Beneath.Form)
	}
	if ans.Message != nil && ans.Form == nil && ans.nowhere() {
		if in.inWindow(ctx, trigger, ans) {
			return
		}
	}
	if ans.Form != nil {
		if ans.Place == InPlace && req.Panel != nil {
			in.update(ctx, req.Panel.View, "", ans.Form)
			return
		}
		_, _, err := in.open(ctx, trigger, &req, ans.Form)
		switch code := slackCode(err); {
		case err == nil:
			return
		case code == "exchanged_trigger_id" || code == "trigger_exchanged":
			return // the same envelope came twice: the form is open already
		}
		in.log.Warn("a form could not be opened", "err", err)
		m := blocks.Refusal(core.Unavailable, "Slack did not open the form in time", "Nothing was changed. Please do that once more.", nil, nil)
		ans.Message = &m
	}
	if ans.Message == nil {
		return
	}
	var err error
	if ans.ReplyTo != "" {
		if err = in.slack.Respond(ctx, ans.ReplyTo, *ans.Message, ans.Replace); err == nil {
			return
		}
		in.log.Warn("an answer did not arrive where it was asked for", "err", err)
		if arrived(err) {
			return
		}
	}
	if err = in.slack.Tell(ctx, ans.Channel, req.User, *ans.Message); err != nil && ans.Channel != "" {
		err = in.slack.Tell(ctx, "", req.User, *ans.Message)
	}
	if err != nil {
		in.log.Error("an answer was lost", "user", req.User, "err", err)
	}
}

// nowhere is true for an answer to what was asked from no conversation: it is shown in a modal.
func (a *Answer) nowhere() bool { return a.ReplyTo == "" && a.Channel == "" }

// inWindow shows an answer in the window it was asked from, or in a new one; false when Slack lets it do neither.
func (in *intake) inWindow(ctx context.Context, trigger string, ans Answer) bool {
	view := blocks.Window(*ans.Message)
	var err error
	switch {
	case ans.Window != "":
		err = in.slack.UpdateForm(ctx, ans.Window, "", view)
	case trigger != "":
		_, _, err = in.slack.OpenForm(ctx, trigger, view)
	default:
		return false
	}
	if err != nil {
		in.log.Warn("a window could not be shown", "err", err)
	}
	return err == nil
}

// open opens a form, on top of the modal that was clicked in if there is one. Where no further one can lie on top, it
// takes that one's place.
func (in *intake) open(ctx context.Context, trigger string, req *Request, form *slack.ModalViewRequest) (view, hash string, err error) {
	below := req.Window
	if req.Panel != nil {
		below = req.Panel.View
	}
	if below == "" {
		return in.slack.OpenForm(ctx, trigger, form)
	}
	if view, hash, err = in.slack.PushForm(ctx, trigger, form); slackCode(err) == "push_limit_reached" {
		return below, "", in.slack.UpdateForm(ctx, below, "", topmost(form))
	}
	return view, hash, err
}

// topmost is a form that lies on nothing that could show what comes of it: it shows that itself.
func topmost(form *slack.ModalViewRequest) *slack.ModalViewRequest {
	state := new(formState)
	if form.CallbackID != blocks.FormCallback || json.Unmarshal([]byte(form.PrivateMetadata), state) != nil {
		return form
	}
	state.Window, state.Beneath = "", nil
	meta, err := json.Marshal(state)
	if err != nil {
		return form
	}
	alone := *form
	alone.PrivateMetadata = string(meta)
	return &alone
}

// update brings an open modal up to date. With a hash it does so only if nothing else has changed it meanwhile.
func (in *intake) update(ctx context.Context, view, hash string, form *slack.ModalViewRequest) {
	if err := in.slack.UpdateForm(ctx, view, hash, form); err != nil && slackCode(err) != "not_found" {
		in.log.Warn("a form could not be brought up to date", "err", err)
	}
}

func orElse(text, other string) string {
	if text != "" {
		return text
	}
	return other
}
