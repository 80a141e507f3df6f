package bot

import (
	"context"
	"sync"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// skeleton is a form that was opened before there was anything to put into it: a trigger lives three seconds, and
// now and then an answer takes longer.
type skeleton struct {
	mu         sync.Mutex
	opened     bool
	answered   bool // nothing is to be opened any more: the answer takes the trigger
	view, hash string
}

// open shows that a form is coming.
func (s *skeleton) open(ctx context.Context, in *intake, trigger string, req *Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answered {
		return
	}
	view, hash, err := in.open(ctx, trigger, req, blocks.Notice("One moment", "Rollcall is getting this ready…"))
	if err != nil {
		in.log.Warn("a form could not be opened", "err", err)
		return
	}
	s.opened, s.view, s.hash = true, view, hash
}

// show is fill for what was asked from a shortcut: what is no form is shown in the modal too, and where none could
// be opened, like any other answer.
func (s *skeleton) show(ctx context.Context, in *intake, req Request, ans Answer) {
	if !s.close() {
		ans.Form = nil
		if ans.Message == nil {
			m := blocks.Refusal(core.Unavailable, "Slack did not open the form in time", "Nothing was changed. Please do that once more.", nil, nil)
			ans.Message = &m
		}
		in.answer(ctx, "", req, ans)
		return
	}
	if ans.Form == nil && ans.Message != nil {
		ans.Form = blocks.Window(*ans.Message)
	}
	s.fill(ctx, in, &ans)
}

// close says that there is an answer, and whether a form is open for it.
func (s *skeleton) close() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answered = true
	return s.opened
}

// fill puts the form into its place. It says whether that was all there is to answer.
func (s *skeleton) fill(ctx context.Context, in *intake, ans *Answer) bool {
	if !s.close() {
		return false
	}
	form := ans.Form
	if form == nil {
		form = blocks.Notice("Answered", "The answer is in the conversation.")
	}
	in.update(ctx, s.view, s.hash, form)
	return ans.Form != nil
}

// asks says, without looking anything up, whether a request will be answered by a form.
func (b *Bot) asks(req Request) bool {
	line, err := Parse(req.Line)
	if err != nil || req.Form != nil {
		return false
	}
	cmd, rest := b.table.find(line.Words)
	if cmd == nil || fieldAt(line.Fields, "help") >= 0 {
		return false
	}
	in, err := bind(cmd, rest, line.Fields)
	if err != nil {
		return false
	}
	c := &call{bot: b, req: req, cmd: cmd, in: in}
	return len(in.missing()) > 0 || cmd.Present != nil && c.nothingToChange() || cmd.arg("ask") != nil && in.Yes("ask")
}
