package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// gone are Slack's refusals to edit a message that is no longer there, or no longer ours.
var gone = map[string]bool{"message_not_found": true, "cant_update_message": true, "edit_window_closed": true}

// unpinned are refusals to take a pin away that is not there.
var unpinned = map[string]bool{"no_pin": true, "not_pinned": true}

// board brings one release's board up to date: posts it, edits it, posts it anew where it was deleted, pins it,
// and takes leave of it when the release has ended or moved to another channel.
func (d *delivery) board(ctx context.Context, mark core.StaleBoard, tries int) outcome {
	w := &boardWork{delivery: d, ctx: ctx, mark: mark, tries: tries}
	for range 5 { // steps of one board; each is remembered before the next
		v, err := d.bot.core.Board(ctx, mark.Release)
		if err != nil {
			if ctx.Err() == nil {
				d.bot.cfg.Log.Error("a board cannot be drawn", "release", mark.Release, "err", err)
			}
			return outcome{again: longestWait}
		}
		w.view = v
		out, more := w.step()
		if !more {
			return out
		}
	}
	return outcome{again: boardPause}
}

// boardWork is one board on its way to what it is to be.
type boardWork struct {
	*delivery
	ctx   context.Context
	mark  core.StaleBoard
	tries int // that Slack has refused before, in a row
	view  *core.BoardView
}

// step does the next thing that the board needs; more is true when there may be another.
func (w *boardWork) step() (out outcome, more bool) {
	r, p := &w.view.Release, w.view.Place
	live, want := r.Status == core.Active, string(r.Channel)
	m := blocks.Board(*w.view, w.env)
	sum := boardDigest(m)
	switch {
	case p.TS != "" && (p.Channel != want || w.mark.Anew):
		return w.leave(p, want)
	case want == "" || p.TS == "" && !live:
		return w.settled(nil), false
	case p.Failed != "" && p.Told == want:
		return w.settled(nil), false
	case p.TS == "":
		return w.post(want, m, sum)
	case p.Digest != sum || w.mark.Again:
		return w.edit(p, m, sum, live)
	case live != p.Pinned:
		return w.pin(p, live)
	case p.Link == "":
		return w.link(p)
	}
	return w.settled(nil), false
}

func boardDigest(m blocks.Message) string {
	b, err := json.Marshal(m)
	if err != nil {
		return "" // drawn every time rather than never
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// keep remembers what was done, with the mark still on the board.
func (w *boardWork) keep(change func(*core.BoardPlace)) bool {
	w.mark.Anew = false
	return w.remember(core.StaleBoard{Release: w.mark.Release, Asks: w.mark.Asks}, change)
}

// settled remembers that the board says what is.
func (w *boardWork) settled(change func(*core.BoardPlace)) outcome {
	if change == nil {
		change = func(*core.BoardPlace) {}
	}
	w.remember(w.mark, change)
	return outcome{}
}

func (w *boardWork) remember(done core.StaleBoard, change func(*core.BoardPlace)) bool {
	err := w.bot.core.KeepBoard(w.ctx, done, change)
	if err != nil && w.ctx.Err() == nil {
		w.bot.cfg.Log.Error("where a board is cannot be kept", "release", w.mark.Release, "err", err)
	}
	return err == nil
}

func (w *boardWork) post(channel string, m blocks.Message, sum string) (outcome, bool) {
	if wait := w.pace.message(channel); wait > 0 {
		return outcome{again: wait}, false
	}
	ts, err := w.slack.Publish(w.ctx, channel, "", m)
	if err != nil && !w.plain(err) {
		return w.failed(channel, err), false
	}
	w.bot.cfg.Meter.Delivered("board", Sent)
	w.mark.Again = false
	return outcome{again: boardPause}, w.keep(func(p *core.BoardPlace) {
		*p = core.BoardPlace{Channel: channel, TS: ts, Digest: sum, Owner: p.Owner, Seq: p.Seq}
	})
}

func (w *boardWork) edit(p core.BoardPlace, m blocks.Message, sum string, live bool) (outcome, bool) {
	if wait := w.pace.edit(); wait > 0 {
		return outcome{again: wait}, false
	}
	err := w.slack.Edit(w.ctx, p.Channel, p.TS, m)
	switch {
	case err == nil || w.plain(err):
		w.bot.cfg.Meter.Delivered("board", Sent)
		w.mark.Again = false
		if !w.keep(func(p *core.BoardPlace) { p.Digest, p.Failed = sum, "" }) {
			return outcome{again: boardPause}, false
		}
		return w.rest(live)
	case gone[slackCode(err)]:
		w.bot.cfg.Log.Info("a board was deleted and is posted again", "release", w.mark.Release, "channel", p.Channel)
		return outcome{again: boardPause}, w.keep(func(p *core.BoardPlace) { p.TS, p.Link, p.Pinned, p.Digest = "", "", false, "" })
	case !live && judge(err, maxTries).final:
		return w.settled(nil), false // its time is over: nobody needs to know
	}
	return w.failed(p.Channel, err), false
}

// rest finishes after an edit: what else the board needs, and then a pause.
func (w *boardWork) rest(live bool) (outcome, bool) {
	v, err := w.bot.core.Board(w.ctx, w.mark.Release)
	if err != nil {
		return outcome{again: boardPause}, false
	}
	w.view = v
	if v.Place.Pinned != live {
		if out, more := w.pin(v.Place, live); !more {
			return out, false
		}
	}
	w.settled(nil)
	return outcome{again: boardPause}, false
}

// pin pins a board, or takes the pin away. That it cannot be pinned is no reason not to have it.
func (w *boardWork) pin(p core.BoardPlace, on bool) (outcome, bool) {
	err := w.slack.Pin(w.ctx, p.Channel, p.TS, on)
	switch code := slackCode(err); {
	case err == nil, code == "already_pinned", unpinned[code]:
	case judge(err, maxTries).final:
		w.bot.cfg.Log.Warn("a board could not be pinned", "release", w.mark.Release, "channel", p.Channel, "pin", on, "err", err)
	default:
		return w.later(err), false
	}
	return outcome{again: boardPause}, w.keep(func(p *core.BoardPlace) { p.Pinned = on })
}

func (w *boardWork) link(p core.BoardPlace) (outcome, bool) {
	link, err := w.slack.Permalink(w.ctx, p.Channel, p.TS)
	switch {
	case err == nil:
	case judge(err, maxTries).final:
		w.bot.cfg.Log.Warn("a board has no link", "release", w.mark.Release, "err", err)
		return w.settled(nil), false
	default:
		return w.later(err), false
	}
	w.settled(func(p *core.BoardPlace) { p.Link = link })
	return outcome{again: boardPause}, false
}

// leave takes the buttons off a board that is posted elsewhere from now on.
func (w *boardWork) leave(p core.BoardPlace, channel string) (outcome, bool) {
	err := w.slack.Edit(w.ctx, p.Channel, p.TS, blocks.BoardMoved(*w.view, channel))
	if err != nil && !w.plain(err) && !gone[slackCode(err)] && !judge(err, maxTries).final {
		return w.later(err), false
	}
	if !gone[slackCode(err)] {
		switch err := w.slack.Pin(w.ctx, p.Channel, p.TS, false); {
		case err == nil, unpinned[slackCode(err)]:
		case !judge(err, maxTries).final && !slices.Contains(mendable, slackCode(err)):
			return w.later(err), false // a pin that stays would lead to it for ever
		default:
			w.bot.cfg.Log.Warn("a board that moved stays pinned", "release", w.mark.Release, "channel", p.Channel, "err", err)
		}
	}
	return outcome{again: boardPause}, w.keep(func(p *core.BoardPlace) { *p = core.BoardPlace{Owner: p.Owner, Seq: p.Seq} })
}

// plain says whether a message arrived, if only as text.
func (w *boardWork) plain(err error) bool {
	var text *refusedBlocks
	if errors.As(err, &text) {
		w.bot.cfg.Log.Warn("a board went out as plain text", "release", w.mark.Release, "err", err)
		return true
	}
	return false
}

// later is what an error that passes comes to.
func (w *boardWork) later(err error) outcome {
	v := judge(err, 0)
	w.bot.cfg.Meter.Delivered("board", Waits)
	w.bot.cfg.Log.Warn("a board waits for Slack", "release", w.mark.Release, "wait", v.wait, "err", err)
	return outcome{again: v.wait, miss: v.wait == 0}
}

// failed is later, or giving up: then the owner is told.
func (w *boardWork) failed(channel string, err error) outcome {
	if w.ctx.Err() != nil {
		return outcome{again: boardPause}
	}
	switch v := judge(err, w.tries); {
	case v.counts:
		w.later(err)
		return outcome{again: boardPause << w.tries, refused: true}
	case !v.final:
		return w.later(err)
	}
	w.bot.cfg.Meter.Delivered("board", GivenUp)
	w.bot.cfg.Log.Error("a board was given up", "release", w.mark.Release, "channel", channel, "err", err)
	if err := w.bot.core.FailBoard(w.ctx, w.mark, channel, refusal(err)); err != nil && w.ctx.Err() == nil {
		w.bot.cfg.Log.Error("that a board failed cannot be kept", "release", w.mark.Release, "err", err)
	}
	return outcome{}
}
