package bot

import (
	"context"
	"encoding/json"
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
		in.request(ctx, id, data.TriggerID, Request{
			Via: core.ViaSlash, Key: orElse(data.TriggerID, id), User: data.UserID, Channel: data.ChannelID, Command: data.Command,
			Line: Unescape(data.Text), ReplyTo: data.ResponseURL, CanAsk: data.TriggerID != ""})
	case slack.InteractionCallback:
		in.interaction(ctx, id, data)
	case slackevents.EventsAPIEvent:
		in.acknowledge(ctx, id, nil)
		in.event(ctx, data, evt.Request.Payload)
	default:
		in.acknowledge(ctx, id, nil)
	}
}

func (in *intake) interaction(ctx context.Context, id string, data slack.InteractionCallback) {
	switch data.Type {
	case slack.InteractionTypeBlockActions:
		if req, ok := click(id, data); ok {
			in.request(ctx, id, data.TriggerID, req)
			return
		}
	case slack.InteractionTypeShortcut, slack.InteractionTypeMessageAction:
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
	if line == "" || action.ActionID == blocks.OpenAction {
		return Request{}, false
	}
	req := Request{Via: core.ViaButton, Key: orElse(data.TriggerID, id), User: data.User.ID,
		Channel: orElse(data.Channel.ID, data.Container.ChannelID), Line: line, ReplyTo: data.ResponseURL,
		CanAsk: data.TriggerID != "", Inline: data.Container.IsEphemeral}
	if data.View.CallbackID == blocks.WindowCallback {
		req.Window, req.Inline = data.View.ID, true
	}
	return req, true
}

// query reads a question for the options of a select in a form.
func query(data slack.InteractionCallback) Query {
	return Query{User: data.User.ID, Meta: data.View.PrivateMetadata, Field: data.BlockID, Text: data.Value}
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
	a := &acker{send: func(payload any) { in.acknowledge(ctx, id, payload) }}
	timer := time.AfterFunc(ackAfter, func() { a.ack(nil) })
	taken := in.lanes.add(req.User, func() {
		ans := in.bot.Dispatch(ctx, req)
		timer.Stop()
		a.ack(nil)
		in.calls.Go(func() { in.answer(ctx, trigger, req.User, ans) })
	})
	if !taken {
		timer.Stop()
		a.ack(nil)
		busy := blocks.Refusal(core.Unavailable, "Rollcall has too much to do just now", "Nothing was changed. Try again in a moment.", nil, nil)
		in.calls.Go(func() {
			in.answer(ctx, trigger, req.User, Answer{Message: &busy, ReplyTo: req.ReplyTo, Channel: req.Channel})
		})
	}
}

// answer shows an answer: opens its form, or posts its message where it was asked for.
func (in *intake) answer(ctx context.Context, trigger, user string, ans Answer) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if ans.Message != nil && ans.Form == nil && ans.nowhere() {
		if in.inWindow(ctx, trigger, ans) {
			return
		}
	}
	if ans.Form != nil {
		open := in.slack.OpenForm
		if ans.Window != "" {
			open = in.slack.PushForm
		}
		err := open(ctx, trigger, ans.Form)
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
		if _, arrived := err.(*refusedBlocks); arrived {
			return
		}
	}
	if err = in.slack.Tell(ctx, ans.Channel, user, *ans.Message); err != nil && ans.Channel != "" {
		err = in.slack.Tell(ctx, "", user, *ans.Message)
	}
	if err != nil {
		in.log.Error("an answer was lost", "user", user, "err", err)
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
		err = in.slack.UpdateForm(ctx, ans.Window, view)
	case trigger != "":
		err = in.slack.OpenForm(ctx, trigger, view)
	default:
		return false
	}
	if err != nil {
		in.log.Warn("a window could not be shown", "err", err)
	}
	return err == nil
}

// submission runs the command of a form. Slack shows what the acknowledgement says: nothing closes the form.
func (in *intake) submission(ctx context.Context, id string, data slack.InteractionCallback) {
	req := Request{Via: core.ViaModal, Key: orElse(data.TriggerID, id), User: data.User.ID,
		Form: &Submission{Meta: data.View.PrivateMetadata, Values: values(data.View.State)}}
	a := &acker{send: func(payload any) { in.acknowledge(ctx, id, payload) }}
	timer := time.AfterFunc(formPatience, func() {
		a.ack(slack.NewUpdateViewSubmissionResponse(blocks.Notice("One moment", "Rollcall is still at it.")))
	})
	taken := in.lanes.add(req.User, func() {
		ans := in.bot.Dispatch(ctx, req)
		timer.Stop()
		if ans.Message != nil && ans.nowhere() && ans.Window == "" { // it takes the place of the form
			ans.Form, ans.Message = blocks.Window(*ans.Message), nil
		}
		if !a.ack(inForm(ans)) {
			in.calls.Go(func() { in.late(ctx, data.View.ID, ans) })
		}
		if ans.Form == nil {
			in.calls.Go(func() { in.answer(ctx, "", req.User, ans) })
		}
	})
	if !taken {
		timer.Stop()
		a.ack(slack.NewUpdateViewSubmissionResponse(blocks.Notice("Too busy", "Rollcall has too much to do just now. Nothing was changed.")))
	}
}

// inForm is an answer as a form's acknowledgement.
func inForm(ans Answer) any {
	switch {
	case len(ans.Errors) > 0:
		return slack.NewErrorsViewSubmissionResponse(ans.Errors)
	case ans.Form != nil:
		return slack.NewUpdateViewSubmissionResponse(ans.Form)
	}
	return nil
}

// late shows the outcome in a form that was told to wait.
func (in *intake) late(ctx context.Context, view string, ans Answer) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	next := blocks.Notice("Answered", "The answer is in the conversation.")
	if ans.Form != nil {
		next = ans.Form
	}
	if err := in.slack.UpdateForm(ctx, view, next); err != nil {
		in.log.Warn("a form could not be brought up to date", "err", err)
	}
}

// values reads what was filled in, by the name of the field.
func values(state *slack.ViewState) map[string]string {
	out := map[string]string{}
	if state == nil {
		return out
	}
	for field, inputs := range state.Values {
		for _, input := range inputs {
			out[field] = orElse(input.Value, orElse(input.SelectedOption.Value, orElse(input.SelectedDate, input.SelectedUser)))
		}
	}
	return out
}

// event keeps what is known of people up to date.
func (in *intake) event(ctx context.Context, evt slackevents.EventsAPIEvent, payload json.RawMessage) {
	if evt.InnerEvent.Type != "user_change" && evt.InnerEvent.Type != "team_join" {
		return
	}
	var wrapper struct {
		Event struct {
			User slack.User `json:"user"`
		} `json:"event"`
	}
	if err := json.Unmarshal(payload, &wrapper); err != nil || wrapper.Event.User.ID == "" {
		in.log.Warn("a change to a person could not be read", "err", err)
		return
	}
	in.calls.Go(func() {
		if err := in.bot.core.SeePerson(ctx, personInfo(&wrapper.Event.User)); err != nil {
			in.log.Warn("a change to a person could not be kept", "err", err)
		}
	})
}

func orElse(text, other string) string {
	if text != "" {
		return text
	}
	return other
}
