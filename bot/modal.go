package bot

import (
	"context"
	"sync"
	"time"

	"rollcall/bot/blocks"
	"rollcall/core"

	"github.com/slack-go/slack"
)

// filled is what came back with a form.
func filled(id string, data slack.InteractionCallback) Request {
	return Request{Via: core.ViaModal, Key: orElse(data.TriggerID, id), User: data.User.ID,
		Form: &Submission{Meta: data.View.PrivateMetadata, Values: blocks.Values(data.View.State)}}
}

// submission runs the command of a form. Slack shows what the acknowledgement says: nothing closes the form.
func (in *intake) submission(ctx context.Context, id string, data slack.InteractionCallback) {
	req := filled(id, data)
	a := &acker{send: func(payload any) { in.acknowledge(ctx, id, payload) }}
	timer := time.AfterFunc(formPatience, func() {
		a.ack(slack.NewUpdateViewSubmissionResponse(blocks.Notice("One moment", "Rollcall is still at it.")))
	})
	work := func() {
		ans := in.bot.Dispatch(ctx, req)
		timer.Stop()
		if ans.Message != nil && ans.nowhere() && ans.Window == "" { // it takes the place of the form
			ans.Form, ans.Message = blocks.Window(*ans.Message), nil
		}
		if !a.ack(inForm(ans)) {
			in.calls.Go(func() { in.late(ctx, data.View.ID, ans) })
		}
		in.settle(ctx, req.User, ans)
		if ans.Form != nil {
			in.calls.Go(func() { in.attach(ctx, req.User, ans.File) })
		}
		if ans.Form == nil && len(ans.Errors) == 0 {
			in.calls.Go(func() { in.answer(ctx, "", req, ans) })
		}
	}
	begin := func() {
		if !in.lanes.add(req.User, work) {
			timer.Stop()
			a.ack(slack.NewUpdateViewSubmissionResponse(blocks.Notice("Too busy", "Rollcall has too much to do just now. Nothing was changed.")))
		}
	}
	files := blocks.Files(data.View.State)
	if len(files) == 0 {
		begin()
		return
	}
	in.calls.Go(func() {
		req.Form.Files = in.read(ctx, files)
		begin()
	})
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
	in.update(ctx, view, "", next)
}

// redraws counts what was chosen in each open form, so that of several redraws under way the newest wins.
type redraws struct {
	mu     sync.Mutex
	newest map[string]int // by view
}

// begin announces a redraw. fresh says whether it is still the newest of its form; end forgets it.
func (r *redraws) begin(view string) (fresh func() bool, end func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.newest == nil {
		r.newest = map[string]int{}
	}
	r.newest[view]++
	mine := r.newest[view]
	fresh = func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.newest[view] == mine
	}
	end = func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.newest[view] == mine {
			delete(r.newest, view)
		}
	}
	return fresh, end
}

// redraw lays a form out anew after a choice in it. What is typed stays, because fields keep their ids.
func (in *intake) redraw(ctx context.Context, id string, data slack.InteractionCallback) {
	in.acknowledge(ctx, id, nil)
	req := filled(id, data)
	req.Form.Redraw = true
	fresh, end := in.redraws.begin(data.View.ID)
	taken := in.lanes.add(req.User, func() {
		if !fresh() {
			end()
			return
		}
		ans := in.bot.Dispatch(ctx, req)
		in.calls.Go(func() {
			defer end()
			in.show(ctx, data.View.ID, data.View.Hash, ans, fresh)
		})
	})
	if !taken {
		end()
	}
}

// show puts a redrawn form in its place. The hash keeps it from undoing what another redraw has done; the newest
// one goes through all the same.
func (in *intake) show(ctx context.Context, view, hash string, ans Answer, fresh func() bool) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	form := ans.Form
	if ans.Message != nil {
		form = blocks.Panel("Rollcall", "", *ans.Message, "{}")
	}
	if form == nil || !fresh() {
		return
	}
	err := in.slack.UpdateForm(ctx, view, hash, form)
	if slackCode(err) == "hash_conflict" && fresh() {
		err = in.slack.UpdateForm(ctx, view, "", form)
	}
	if code := slackCode(err); err != nil && code != "not_found" && code != "hash_conflict" {
		in.log.Warn("a form could not be redrawn", "err", err)
	}
}
