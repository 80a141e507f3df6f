package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"runtime/debug"
	"strings"

	"rollcall/bot/blocks"
	"rollcall/core"

	"github.com/slack-go/slack"
)

// Request is one thing a person did, in the bot's own words: a command typed, a button clicked (its value is a
// command too), or a form sent.
type Request struct {
	Via     core.Via
	Key     string // the same thing delivered twice has the same key
	Press   string // what was pressed, where, and as it was drawn; empty for all that is no button
	User    string
	Channel string
	Command string     // the slash command as it was typed, "/rollcall"
	Line    string     // the command line, Slack's escaping undone
	Refs    References // the people and channels in it
	Form    *Submission
	Panel   *Panel            // it came from a button of a panel
	Chosen  map[string]string // what is chosen in the selects beside a button, by their action ids
	ReplyTo string            // where an answer can be posted later
	CanAsk  bool              // a form can be opened
	Inline  bool              // it came from an answer that the next answer may replace
	Window  string            // the modal that it came from, where that shows an answer
	Post    *Post             // the message that it came from, where everybody sees it
	Thread  core.Thread       // what the thread is about in which it was said
}

// Submission is a form sent back: what it carried along, and the values by the names of its fields.
type Submission struct {
	Meta   string
	Values map[string]string
	Files  map[string]File // what was put into its file fields
	Redraw bool            // it was not sent: something in it was chosen, and it is to be laid out anew
}

// File is a file that somebody gave, as far as it could be read.
type File struct {
	ID            string // Slack's
	Name, Text    string
	Problem, Hint string // why it could not be read
}

// Panel is a modal with buttons: where it is, and the command that draws it.
type Panel struct{ View, Line string }

// Place is where a form goes.
type Place int

// The places: a modal of its own, on top of the one that was clicked in; or the place of that one.
const (
	OnTop Place = iota
	InPlace
)

// Answer is what is to be shown. At most one of Message, Form and Errors is set; none means that a form that
// was sent simply closes.
type Answer struct {
	Message *blocks.Message
	Form    *slack.ModalViewRequest // to be opened or, after a submission, shown in the place of the one sent
	Place   Place                   // of Form
	Errors  map[string]string       // by field of the form that was sent
	Beneath *Redraw                 // a modal to be brought up to date besides
	File    *blocks.Attachment      // sent to the asker's own conversation with the bot
	Acted   bool                    // something was changed
	Alone   bool                    // nobody but the asker may see it
	Replace bool                    // Message takes the place of the answer that was clicked
	ReplyTo string                  // where Message goes
	Channel string                  // and where else, should that fail
	Window  string                  // the modal that shows Message, where there is one already
	Post    *Post                   // a message that everybody sees, to be brought up to date besides
}

// Redraw is a modal as it is to look now.
type Redraw struct {
	View string
	Form *slack.ModalViewRequest
}

// Dispatch answers a request. It never fails: whatever goes wrong is worded for the person, and logged once.
func (b *Bot) Dispatch(ctx context.Context, req Request) (ans Answer) {
	start := b.cfg.Now()
	c := &call{bot: b, ctx: ctx, req: req, env: blocks.Env{BaseURL: b.cfg.BaseURL, Command: req.Command}}
	if c.env.Command == "" {
		c.env.Command = "/rollcall"
	}
	c.actor = core.Person(req.User, req.Via).In(shared(req.Channel))
	if req.Via != core.ViaMention { // whose answers others may read as well
		c.env.May = c.may
	}
	var err error
	defer func() {
		if p := recover(); p != nil {
			c.logged = true
			b.cfg.Log.Error("panic", "ref", c.ref(), "panic", p, "stack", string(debug.Stack()))
			err = &core.Error{Code: core.Internal, Msg: "Something broke on our side",
				Hint: "`activity` shows whether anything was changed. Give an admin the reference."}
			ans = c.refuse(err)
		}
		ans.ReplyTo, ans.Channel, ans.Window, ans.File = c.req.ReplyTo, c.req.Channel, c.req.Window, c.file
		took := b.cfg.Now().Sub(start)
		b.cfg.Log.Info("request", "op", c.name(), "actor", req.User, "via", req.Via, "channel", req.Channel,
			"key", req.Key, "ms", took.Milliseconds(), "code", core.ErrorCode(err))
		b.cfg.Meter.Operation(c.name(), req.Via, core.ErrorCode(err), took)
	}()
	switch {
	case req.Form != nil && req.Form.Redraw:
		ans, err = c.redrawn(req.Form)
	case req.Form != nil:
		ans, err = c.submitted(req.Form)
	default:
		ans, err = c.typed()
	}
	if err != nil {
		ans = c.refuse(err)
	}
	if req.Panel != nil && ans.Message != nil {
		ans = c.inPanel(ans)
	}
	return ans
}

// shared is a conversation where a board makes sense: not one between two, of which the ids begin with D.
func shared(channel string) string {
	if strings.HasPrefix(channel, "D") {
		return ""
	}
	return channel
}

// call is one request on its way through.
type call struct {
	bot    *Bot
	ctx    context.Context
	req    Request
	actor  core.Actor
	env    blocks.Env
	cmd    *Command
	in     In
	bound  bool       // what was typed fits the command
	refs   References // the people and channels that were typed, with their names
	logged bool       // what went wrong is in the log already
	form   *formState // the form that was sent, if one was
	file   *blocks.Attachment
	known  *core.Role // of the one who asks, once it was looked up
	asOf   *int64     // the newest event that what it does may come after, where that counts
}

func (c *call) name() string {
	if c.cmd == nil {
		return ""
	}
	return c.cmd.Name()
}

// ref ties an answer to the log.
func (c *call) ref() string {
	sum := sha256.Sum256([]byte(c.req.Key))
	return hex.EncodeToString(sum[:4])
}

// typed answers a command line.
func (c *call) typed() (Answer, error) {
	line, err := Parse(c.req.Line)
	if err != nil {
		return Answer{}, err
	}
	c.refs = c.named(c.req.Refs)
	line.refer(c.refs)
	if len(line.Words) == 0 && len(line.Fields) == 0 {
		line.Words = []Word{{Text: "menu", At: 1}}
	}
	cmd, rest := c.bot.table.find(line.Words)
	if i := fieldAt(line.Fields, "help"); i >= 0 {
		return c.showHelp(line.Words), nil
	}
	if cmd == nil {
		return c.unknown(line), nil
	}
	c.cmd = cmd
	if c.in, err = c.understand(cmd, rest, line.Fields); err != nil {
		return Answer{}, err
	}
	for name, v := range c.req.Chosen {
		if a := cmd.arg(name); a != nil && !c.in.Has(a.Name) && v != "" {
			c.in.values[a.Name] = v
		}
	}
	c.bound = true
	return c.run()
}

func fieldAt(fields []Field, key string) int {
	for i, f := range fields {
		if f.Key == key {
			return i
		}
	}
	return -1
}

// run does or shows what the command asks, or asks for what is missing.
func (c *call) run() (Answer, error) {
	if c.cmd.Panel != nil && c.req.CanAsk && c.in.Str("release") != "" && len(c.in.missing()) > 0 {
		if ans, err := c.panel(""); err == nil || core.ErrorCode(err) != core.Invalid {
			return ans, err
		}
	}
	if c.cmd.Show != nil {
		if missing := c.in.missing(); len(missing) > 0 {
			return c.ask("", missing)
		}
		m, err := c.cmd.Show(c)
		if err != nil {
			return Answer{}, err
		}
		return Answer{Message: &m, Replace: c.req.Inline && c.view() != ""}, nil
	}
	missing := c.in.missing()
	if c.cmd.arg("ask") != nil && c.in.Yes("ask") && c.req.CanAsk && c.req.Form == nil {
		delete(c.in.values, "ask")
		return c.ask("", missing)
	}
	if len(missing) > 0 || (c.cmd.Present != nil && c.nothingToChange()) {
		return c.ask("", missing)
	}
	if asked := c.answered(); asked != "" {
		return c.confirmed(asked)
	}
	return c.do()
}

// nothingToChange is true for an edit that names its target and no field: then a form shows what is there.
func (c *call) nothingToChange() bool {
	for name := range c.in.values {
		if a := c.cmd.arg(name); !a.Hidden && !c.settled(a) {
			return false
		}
	}
	return len(c.in.meta) == 0
}

// do runs the operation and words its receipt.
func (c *call) do() (Answer, error) {
	warnings := c.unsure()
	if c.cmd.Check != nil {
		warnings = append(warnings, c.cmd.Check(c.in)...)
	}
	op := c.cmd.Op(c.in)
	if c.cmd.Build != nil {
		var err error
		if op, err = c.cmd.Build(c); err != nil {
			return Answer{}, err
		}
	}
	receipt, err := c.perform(op)
	if err != nil {
		return Answer{}, err
	}
	if c.cmd.Remark != nil {
		warnings = append(warnings, c.cmd.Remark(c, receipt)...)
	}
	c.bot.rescheduled(receipt.Op)
	acted := receipt.Seq > 0
	if acted && c.bot.onAct != nil {
		c.bot.onAct(c.req.User)
	}
	view, onward := c.redraw(receipt), further(receipt)
	switch {
	case view != nil:
		onward = nil // what is below leads on
	case len(receipt.Warnings)+len(warnings) > 0:
		onward = append(editAgain(receipt), onward...)
	}
	post, name := c.pressedIn(receipt.Op), ""
	switch {
	case post != nil:
		name = post.view()
	case view != nil:
		name = c.view()
	}
	m := blocks.ReceiptIn(receipt, warnings, name, view, onward...)
	if receipt.Link != 0 {
		m = blocks.Shared(receipt, c.env)
	}
	return Answer{Message: &m, Acted: acted, Alone: receipt.Secret != "", Replace: c.req.Inline, Post: post}, nil
}

// perform hands an operation to core: while nothing else happens, where the call depends on that.
func (c *call) perform(op core.Operation) (core.Receipt, error) {
	if c.asOf != nil {
		return c.bot.core.DoAsOf(c.ctx, c.actor, c.key(), op, *c.asOf)
	}
	return c.bot.core.Do(c.ctx, c.actor, c.key(), op)
}

// key is the request key: a form's own draft, which its first accepted submission spends, or what Slack gave
// the request.
func (c *call) key() string {
	if c.form != nil {
		return "draft/" + c.form.Draft
	}
	return c.req.Key
}

// refuse words an error. This is the one place where errors become answers.
func (c *call) refuse(err error) Answer {
	var syntax *SyntaxError
	if errors.As(err, &syntax) {
		m := blocks.Refusal(core.Invalid, syntax.Error(), syntax.Hint, nil, nil)
		return Answer{Message: &m}
	}
	e := core.AsError(err)
	if e.Code == core.Internal {
		if !c.logged {
			c.bot.cfg.Log.Error("request failed", "ref", c.ref(), "op", c.name(), "err", err)
		}
		m := blocks.Refusal(e.Code, e.Msg+" (ref "+c.ref()+")", e.Hint, nil, nil)
		return Answer{Message: &m}
	}
	if problems, ok := e.Preview.(core.ImportProblems); ok {
		e = lineByLine(e, problems)
	}
	if plan, ok := e.Preview.(*core.ImportPlan); ok && e.Code == core.Confirm {
		return c.confirmImport(e, plan)
	}
	if c.form != nil {
		return c.refuseForm(e)
	}
	if c.cmd == nil {
		m := blocks.Refused(e, e.Hint, nil, nil)
		return Answer{Message: &m}
	}
	if len(e.Choices) > 0 {
		return c.offer(e)
	}
	if m := c.noneActive(e); m != nil {
		return Answer{Message: m}
	}
	switch e.Code {
	case core.Confirm:
		return c.confirm(e)
	case core.Stale:
		m := blocks.Refused(e, e.Hint, nil, c.redraw(core.Receipt{}))
		return Answer{Message: &m, Replace: c.req.Inline}
	case core.Invalid, core.Conflict: // what would settle it is asked for
		if a := c.cmd.arg(e.Field); a != nil && c.bound && !a.Hidden && !c.in.Has(a.Name) && c.req.CanAsk {
			if ans, err := c.ask(e.Msg, []Arg{*a}); err == nil {
				return ans
			}
		}
	case core.NotFound, core.Ambiguous:
		return c.offer(e)
	}
	m := blocks.Refused(e, c.hint(e), nil, nil)
	return Answer{Message: &m}
}

// hint is the error's own and how what is missing is written, or else how the command is.
func (c *call) hint(e *core.Error) string {
	if a := c.cmd.arg(e.Field); a != nil && !a.Hidden && !c.in.Has(a.Name) {
		return strings.TrimSpace(e.Hint + " It is written `" + a.written() + "`.")
	}
	if e.Hint == "" && e.Code == core.Invalid {
		return "It is written " + c.cmd.Usage()
	}
	return e.Hint
}
