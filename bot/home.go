package bot

import (
	"context"
	"sync"
	"time"

	"rollcall/bot/blocks"
	"rollcall/core"

	"github.com/slack-go/slack"
)

// homes remembers whose Home tab was opened since the start: those are kept up to date when their owners do
// something. Everybody else's is drawn when they open it.
type homes struct {
	mu   sync.Mutex
	tabs map[string]*homeTab
}

type homeTab struct {
	hash        string
	busy, again bool // it is being published; and is to be published once more after that
}

// begin says whether the caller is to publish somebody's Home; not while somebody else does, who will then do it
// once more. Without opened nothing is begun for a person whose tab was never open.
func (h *homes) begin(user string, opened bool, hash string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	tab := h.tabs[user]
	if tab == nil {
		if !opened {
			return false
		}
		if h.tabs == nil {
			h.tabs = map[string]*homeTab{}
		}
		tab = new(homeTab)
		h.tabs[user] = tab
	}
	if opened && !tab.busy {
		tab.hash = hash
	}
	if tab.busy {
		tab.again = true
		return false
	}
	tab.busy = true
	return true
}

// end takes the hash that Slack gave, and says whether to publish once more.
func (h *homes) end(user, hash string) (again bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	tab := h.tabs[user]
	tab.hash = hash
	again, tab.again = tab.again, false
	tab.busy = again
	return again
}

func (h *homes) hash(user string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.tabs[user].hash
}

// home publishes somebody's Home tab: when it is opened, and when they have done something.
func (in *intake) home(ctx context.Context, user string, opened bool, hash string) {
	if !in.homes.begin(user, opened, hash) {
		return
	}
	in.calls.Go(func() {
		for again := true; again; {
			again = in.homes.end(user, in.publishHome(ctx, user))
		}
	})
}

func (in *intake) publishHome(ctx context.Context, user string) (hash string) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	view := in.bot.Home(ctx, user)
	hash = in.homes.hash(user)
	err := steadily(ctx, func() (err error) {
		hash, err = in.slack.Home(ctx, user, hash, view)
		if slackCode(err) == "hash_conflict" { // it was published by somebody else meanwhile: ours is newer
			hash, err = in.slack.Home(ctx, user, "", view)
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		in.log.Warn("a Home tab could not be published", "user", user, "err", err)
	}
	return hash
}

// Home lays out somebody's Home tab. It never fails: who may see nothing is told so there.
func (b *Bot) Home(ctx context.Context, user string) (view slack.HomeTabViewRequest) {
	defer b.survive("home", func() {
		view = blocks.NoHome(blocks.Refusal(core.Internal, "Your Home could not be drawn", "The log of Rollcall says why.", nil, nil))
	})
	v, err := b.core.Home(ctx, core.Person(user, core.ViaButton))
	if err == nil {
		may := func(action string) bool { return v.Role >= b.table.needs[action] }
		return blocks.Home(*v, blocks.Env{BaseURL: b.cfg.BaseURL, Command: "/rollcall", May: may})
	}
	e := core.AsError(err)
	if e.Code == core.Internal {
		b.cfg.Log.Error("a Home tab could not be drawn", "user", user, "err", err)
	}
	return blocks.NoHome(blocks.Refused(e, e.Hint, nil, nil))
}
