package bot

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// said answers a message to the bot: a mention in a channel or a thread, where slash commands do not work, or a
// line in its own conversation with somebody.
func (in *intake) said(ctx context.Context, h *happening) {
	e, direct := &h.Event, h.Event.Type == "message"
	switch {
	case direct && e.ChannelType != "im", e.Subtype != "" && e.Subtype != "thread_broadcast" && e.Subtype != "file_share", e.BotID != "", len(e.Edited) > 0, h.user() == "":
		return // other conversations; edits, removals and joins; our own and other bots' words
	case in.heard.again(h.ID):
		return
	}
	me := ""
	if len(h.Authorizations) > 0 {
		me = h.Authorizations[0].User
	}
	if h.user() == me {
		return
	}
	line, refs := Unescape(afterMention(e.Text, me))
	req := Request{Via: core.ViaMention, Key: h.ID, User: h.user(), Channel: e.Channel,
		Line: in.bot.table.withFiles(line, e.Files), Refs: refs}
	at := spot{channel: e.Channel, thread: e.ThreadTS, message: e.TS, direct: direct}
	taken := in.lanes.add(req.User, func() {
		defer in.bot.survive("a mention", nil)
		if e.ThreadTS != "" {
			about, err := in.bot.core.ThreadOf(ctx, e.Channel, e.ThreadTS)
			if err != nil {
				in.log.Warn("what a thread is about cannot be told", "channel", e.Channel, "thread", e.ThreadTS, "err", err)
			}
			req.Thread = about
		}
		ans := in.bot.Dispatch(ctx, req)
		in.calls.Go(func() { in.reply(ctx, req.User, at, ans) })
	})
	if !taken {
		busy := blocks.Refusal(core.Unavailable, "Rollcall has too much to do just now", "Nothing was changed. Try again in a moment.", nil, nil)
		in.calls.Go(func() { in.reply(ctx, req.User, at, Answer{Message: &busy}) })
	}
}

// spot is where something was said.
type spot struct {
	channel, thread, message string
	direct                   bool // in the bot's own conversation with one person
}

// reply answers where something was said: what was changed, below it for everybody who reads along; all else to
// the asker alone.
func (in *intake) reply(ctx context.Context, user string, at spot, ans Answer) {
	life := ctx
	in.calls.Go(func() { in.attach(life, user, ans.File) })
	if ans.Message == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var err error
	switch {
	case at.direct:
		err = in.publish(ctx, at.channel, at.thread, *ans.Message)
	case ans.Acted && !ans.Alone:
		err = in.publish(ctx, at.channel, orElse(at.thread, at.message), *ans.Message)
	case at.thread != "":
		err = in.slack.Whisper(ctx, at.channel, at.thread, user, *ans.Message)
	default:
		err = in.slack.Tell(ctx, at.channel, user, *ans.Message)
	}
	if arrived(err) {
		return
	}
	in.log.Warn("an answer did not arrive where it was asked for", "channel", at.channel, "err", err)
	if err := in.slack.Tell(ctx, "", user, *ans.Message); err != nil {
		in.log.Error("an answer was lost", "user", user, "err", err)
	}
}

func (in *intake) publish(ctx context.Context, channel, thread string, m blocks.Message) error {
	return patiently(ctx, func() error {
		_, err := in.slack.Publish(ctx, channel, thread, m)
		return err
	})
}

var anyMention = regexp.MustCompile(`<@[UWB][A-Z0-9]+(\|[^>]*)?>`)

// afterMention is what a message says to us: what stands behind the mention, or else before it.
func afterMention(text, me string) string {
	for _, at := range anyMention.FindAllStringIndex(text, -1) {
		if who := text[at[0]:at[1]]; me != "" && who != "<@"+me+">" && !strings.HasPrefix(who, "<@"+me+"|") {
			continue
		}
		behind := strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(text[at[1]:]), ":,"))
		if behind == "" {
			return strings.TrimSpace(text[:at[0]])
		}
		return behind
	}
	return strings.TrimSpace(text)
}

// recent remembers the last events that were answered: Slack sends one again when it is in doubt.
type recent struct {
	mu  sync.Mutex
	ids []string
}

// again says whether an event was seen before, and remembers it.
func (r *recent) again(id string) bool {
	const most = 1000
	r.mu.Lock()
	defer r.mu.Unlock()
	if id == "" || slices.Contains(r.ids, id) {
		return id != ""
	}
	if r.ids = append(r.ids, id); len(r.ids) > most {
		r.ids = slices.Clone(r.ids[len(r.ids)-most/2:])
	}
	return false
}

// threadFields is what the thread can add to a command: the release, then its customer, then the step.
func (c *call) threadFields(cmd *Command, fields []Field) [][]Field {
	about := c.req.Thread
	if about.Release == 0 || cmd.arg("release") == nil {
		return nil
	}
	var sets [][]Field
	var set []Field
	add := func(name, value string) {
		a := cmd.arg(name)
		if value == "" || a == nil || fieldAt(fields, name) >= 0 || name != "release" && !a.Required {
			return
		}
		set = append(slices.Clone(set), Field{Key: name, Value: Word{Text: value, Quoted: true}})
		sets = append(sets, set)
	}
	add("release", core.ShortRelease(about.Release))
	if about.Customer != 0 {
		add("customer", fmt.Sprint(about.Customer))
		add("step", about.Step)
	}
	return sets
}
