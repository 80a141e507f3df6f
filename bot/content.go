package bot

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"rollcall/bot/blocks"
	"rollcall/core"

	"github.com/slack-go/slack"
)

// useAsContent is the callback id of the message shortcut that takes a script from a message.
const useAsContent = "use_as_step_content"

// contentCommands save a text as what a step says: for everybody, or for one customer.
func contentCommands() []*Command {
	return []*Command{
		{Noun: "step", Verb: "content", Title: "Use as step content", Summary: "Save a text as what a step says",
			Args: []Arg{{Name: "release", Kind: Release, Place: true, Required: true, Live: true, Help: "R12, version or name"},
				{Name: "step", Kind: Step, Place: true, Required: true, Live: true, Help: "short id or name", Example: "D2"},
				{Name: "customer", Label: "Only for", Kind: Customer, Live: true, Help: "a customer whose step is overridden; everybody's otherwise"},
				{Name: "content", Kind: Script, Required: true, Help: "what is to be run or done"},
				confirmArg, {Name: "draft", Kind: Words, Hidden: true}},
			Examples: []string{`step content v2.5.0 D2 content="helm upgrade"`, `step content v2.5.0 D2 customer=cust-a-prod content="helm upgrade --wait"`},
			Arrange:  arrangeContent, Check: checkContent, Rights: core.OverrideStep{}, // who is no admin may still save it for one customer
			Op: func(in In) core.Operation {
				content := in.Str("content")
				if in.Str("customer") != "" {
					return core.OverrideStep{Target: stepTarget(in), Content: content}
				}
				return core.EditTemplate{Release: in.Str("release"), Step: in.Str("step"), Content: &content, Confirm: in.Yes("confirm")}
			}},
	}
}

// draft puts the text that a form stands for into the input of its command.
func (c *call) draft(in In) error {
	if c.cmd.arg("draft") == nil || in.values["draft"] == "" {
		return nil
	}
	text, err := c.bot.core.Draft(c.ctx, c.actor, in.values["draft"])
	if err != nil {
		return err
	}
	in.values["content"] = text
	return nil
}

// arrangeContent asks those who may not change what everybody's step says for the one customer, and shows what will be
// saved.
func arrangeContent(c *call, d *sketch) error {
	if f := d.field("customer"); f != nil && c.role() < (core.EditTemplate{}).Needs() {
		f.Label, f.Hint, f.Optional = "For", "The customer whose step is overridden; only an admin changes everybody's", false
	}
	return showDraft(c, d)
}

// showDraft shows what will be saved in the place of the field for it.
func showDraft(c *call, d *sketch) error {
	id := d.state.Fixed["draft"]
	if id == "" {
		return nil
	}
	text, err := c.bot.core.Draft(c.ctx, c.actor, id)
	if err != nil {
		return err
	}
	d.drop("content")
	d.drop("content_file")
	delete(d.state.Kept, "content")
	d.form.Shown = append(d.form.Shown, blocks.Excerpt{Label: fmt.Sprintf("This will be saved: %d characters", utf8.RuneCountInString(text)), Text: text, Max: 2500})
	for _, w := range oddCharacters(text) {
		d.form.Outcome = append(d.form.Outcome, "⚠️ "+blocks.Escape(w))
	}
	if d.form.Submit = "Save"; d.given()["customer"] != "" {
		d.form.Submit = "Override"
	}
	return nil
}

// useMessage takes a script from a message and asks which step it is for. A form is opened at once: reading a file
// can take longer than a trigger lives.
func (in *intake) useMessage(ctx context.Context, id string, data slack.InteractionCallback) {
	in.acknowledge(ctx, id, nil)
	in.calls.Go(func() {
		early := new(skeleton)
		req := Request{Via: core.ViaShortcut, Key: orElse(data.TriggerID, id), User: data.User.ID, Channel: data.Channel.ID,
			ReplyTo: data.ResponseURL, CanAsk: true}
		early.open(ctx, in, data.TriggerID, &req)
		defer in.bot.survive("content of a message", nil)
		f := in.script(ctx, &data)
		if f.Problem == "" {
			draft, err := in.bot.core.KeepDraft(ctx, core.Person(req.User, core.ViaShortcut), f.Text)
			if e := core.AsError(err); e != nil {
				f.Problem, f.Hint = e.Msg, e.Hint
			}
			req.Line = "step content draft=" + draft
		}
		if f.Problem != "" {
			m := blocks.Refusal(core.Invalid, f.Problem, f.Hint, nil, nil)
			early.show(ctx, in, req, Answer{Message: &m, ReplyTo: req.ReplyTo, Channel: req.Channel})
			return
		}
		if !in.lanes.add(req.User, func() {
			ans := in.bot.Dispatch(ctx, req)
			in.calls.Go(func() { early.show(ctx, in, req, ans) })
		}) {
			busy := blocks.Refusal(core.Unavailable, "Rollcall has too much to do just now", "Try again in a moment.", nil, nil)
			early.show(ctx, in, req, Answer{Message: &busy, ReplyTo: req.ReplyTo, Channel: req.Channel})
		}
	})
}

// script is the text that a message brings: its text file, else its only code block.
func (in *intake) script(ctx context.Context, data *slack.InteractionCallback) File {
	const what = "Attach the script as a text file, or put it into the message as one code block, between ``` and ```. Then choose this again."
	m := &data.Message
	switch len(m.Files) {
	case 0:
	case 1:
		f, err := in.slack.ReadFile(ctx, m.Files[0].ID)
		switch {
		case err != nil:
			in.log.Warn("a file could not be read", "file", m.Files[0].ID, "err", err)
			return File{Problem: "The file could not be read from Slack", Hint: fileHint(err)}
		case f.Problem == "" && !utf8.ValidString(f.Text):
			return File{Problem: "The file " + f.Name + " is not text in UTF-8", Hint: what}
		}
		return f
	default:
		return File{Problem: fmt.Sprintf("%d files hang on this message", len(m.Files)), Hint: "Use a message with one. " + what}
	}
	switch found := codeBlocks(m.Blocks.BlockSet, m.Text); len(found) {
	case 0:
		return File{Problem: "There is no text file and no code block in this message", Hint: what}
	case 1:
		return File{Text: found[0]}
	default:
		return File{Problem: fmt.Sprintf("There are %d code blocks in this message", len(found)), Hint: "It must be clear which one is meant. " + what}
	}
}

// codeBlocks finds the code blocks of a message: as Slack's editor makes them, else between marks in its text.
func codeBlocks(set []slack.Block, text string) []string {
	var found []string
	for _, b := range set {
		rich, ok := b.(*slack.RichTextBlock)
		if !ok {
			continue
		}
		for _, e := range rich.Elements {
			if p, ok := e.(*slack.RichTextPreformatted); ok {
				found = append(found, preformatted(p))
			}
		}
	}
	if len(found) > 0 {
		return found
	}
	parts := strings.Split(text, "```")
	for i := 1; i+1 < len(parts); i += 2 {
		text, refs := Unescape(parts[i])
		if block := strings.Trim(refs.words(text), "\n"); strings.TrimSpace(block) != "" {
			found = append(found, block)
		}
	}
	return found
}

// preformatted is the text of a code block, with links as they were typed.
func preformatted(p *slack.RichTextPreformatted) string {
	text := ""
	for _, e := range p.Elements {
		switch e := e.(type) {
		case *slack.RichTextSectionTextElement:
			text += e.Text
		case *slack.RichTextSectionLinkElement:
			text += orElse(e.Text, e.URL)
		case *slack.RichTextSectionEmojiElement:
			text += ":" + e.Name + ":"
		case *slack.RichTextSectionUserElement:
			text += "@" + e.UserID
		}
	}
	return text
}
