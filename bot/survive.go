package bot

import "runtime/debug"

// survive keeps a fault in one piece of work from ending the program. It is deferred by whatever runs beside a request,
// where nobody waits for an answer; lost hears of it.
func (b *Bot) survive(work string, lost func()) {
	p := recover()
	if p == nil {
		return
	}
	b.cfg.Log.Error("panic", "work", work, "panic", p, "stack", string(debug.Stack()))
	if lost != nil {
		lost()
	}
}
