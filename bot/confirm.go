package bot

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// askedArg is what a Confirm button says of the question it stands under: its digest, and how far history had come.
var askedArg = Arg{Name: "asked", Kind: Words, Hidden: true}

// asksFirst says whether the command may show its consequence first.
func (c *Command) asksFirst() bool {
	return c.Op != nil && (c.Consent != "" || c.arg("confirm") != nil)
}

// confirm shows what would happen, with a button that does it. A command too long for a button is asked in a
// form instead.
func (c *call) confirm(e *core.Error) Answer {
	flag := c.consent()
	if err := c.pin(); err != nil {
		return c.refuse(err) // it was there a moment ago
	}
	if rev := c.rev(c.in.values); rev != "" && !c.in.Has(revArg.Name) {
		c.in = c.in.with(revArg.Name, rev)
	}
	c.in = c.in.with("asked", c.question(e))
	if c.req.CanAsk && (c.req.Panel != nil || c.cmd.Because != "" && !c.in.Has(c.cmd.Because)) {
		if ans, err := c.askFirst(); err == nil {
			return ans
		}
	}
	line := c.in.with(flag, "yes").Line()
	button := blocks.Button{Label: "Confirm", Action: c.cmd.Action(), Line: line, Primary: true}
	if !blocks.Fits(line) {
		if c.req.CanAsk {
			if ans, err := c.askFirst(); err == nil {
				return ans
			}
		}
		button = blocks.Button{}
		e.Hint = "Type the command again with " + flag + "=yes."
	}
	var m blocks.Message
	switch p := e.Preview.(type) {
	case *core.ActivationPreview:
		m = blocks.Activation(*p, button, c.env)
	case *core.ConsequencePreview:
		m = blocks.Consequence(*p, button)
	default:
		m = blocks.Say(blocks.Escape(blocks.Stop(e.Msg)), button)
	}
	if button.Label == "" {
		m = blocks.Refused(e, e.Hint, nil, &m)
	}
	return Answer{Message: &m, Replace: c.req.Inline && c.view() != ""}
}

// question is a consequence as a button remembers it: what was shown and the newest event then.
func (c *call) question(e *core.Error) string {
	newest, err := c.bot.core.Revision(c.ctx)
	if err != nil {
		newest = 0 // then what happened since is told from further back
	}
	return digestOf(e) + "." + strconv.FormatInt(newest, 10)
}

// digestOf tells one consequence from another.
func digestOf(e *core.Error) string {
	shown, err := json.Marshal(e.Preview)
	if err != nil {
		panic("bot: a preview is not JSON: " + err.Error())
	}
	return digest(e.Msg + string(shown))
}

// answered is the question that Confirm was pressed under; empty for what was typed.
func (c *call) answered() string {
	if !c.cmd.asksFirst() || !c.in.Yes(c.consent()) {
		return ""
	}
	return c.in.Str("asked")
}

// confirmed does what was asked about, as long as that is still what it would come to. Otherwise nothing is
// changed: who changed what since is told, and it is asked anew.
func (c *call) confirmed(asked string) (Answer, error) {
	shown, at, _ := strings.Cut(asked, ".")
	ans, err := c.agreed(func(e *core.Error) bool { return digestOf(e) == shown })
	e := core.AsError(err)
	if e != nil && e.Code == core.Stale && c.cmd.arg(revArg.Name) != nil && c.in.Has(revArg.Name) {
		c.in = c.in.without(c.consent(), "asked", revArg.Name)
		if _, err := c.bot.core.Preview(c.ctx, c.actor, c.cmd.Op(c.in)); core.ErrorCode(err) == core.Confirm {
			e = core.AsError(err) // there is still something to ask
		}
	}
	if e == nil || e.Code != core.Confirm {
		return ans, err
	}
	seq, _ := strconv.ParseInt(at, 10, 64)
	ans = c.refuse(e)
	if ans.Message != nil {
		m := blocks.AskedAnew(c.since(seq), *ans.Message)
		ans.Message, ans.Replace = &m, c.req.Inline
	}
	return ans, nil
}

// agreeTries is how often a consequence is looked at anew because something happened between looking and acting.
const agreeTries = 8

// agreed does the command with its consent given, as long as what it would come to is what the person saw: in the same
// state of things in which that was found so. Otherwise the error is Confirm's. An operation that asks nothing any more
// is just done.
func (c *call) agreed(saw func(*core.Error) bool) (Answer, error) {
	asking := c.in.without(c.consent(), "asked")
	acting := asking.with(c.consent(), "yes")
	for range agreeTries {
		newest, err := c.bot.core.Revision(c.ctx)
		if err != nil {
			return Answer{}, err
		}
		c.in = asking
		ans, err := c.do()
		if e := core.AsError(err); e != nil && e.Code == core.Confirm && saw(e) {
			c.in, c.asOf = acting, &newest
			ans, err = c.do()
			c.asOf = nil
		}
		if !errors.Is(err, core.ErrMoved) {
			return ans, err
		}
	}
	return Answer{}, core.ErrMoved
}

// since is what happened after an event, newest first.
func (c *call) since(seq int64) []core.Activity {
	const most = 3
	feed, err := c.bot.core.Activity(c.ctx, c.actor, core.ActivityQuery{Limit: most})
	if err != nil {
		return nil
	}
	var out []core.Activity
	for _, a := range feed.Events {
		if a.Seq > seq && !a.Refused {
			out = append(out, a)
		}
	}
	return out
}
