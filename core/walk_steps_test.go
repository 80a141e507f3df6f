package core_test

import (
	"fmt"

	"rollcall/core"
)

// anyStep is a customer and one of its steps.
func (w *walk) anyStep(r *wRelease) (customer int, short string) {
	for range 6 {
		if customer = w.anyCustomer(true); r != nil && w.customer(customer) != nil && (r.status == core.Draft || w.takesPart(r, customer)) {
			break
		}
	}
	if r == nil || r.parts[customer] == nil || len(r.parts[customer].steps) == 0 || w.chance(20) {
		return customer, w.pick("D1", "V2", "C1")
	}
	steps := r.parts[customer].steps
	return customer, steps[w.rng.IntN(len(steps))].short
}

// customStep narrows anyStep: custom steps are few.
func (w *walk) customStep(r *wRelease) (customer int, short string) {
	for range 12 {
		if customer, short = w.anyStep(r); short[0] == 'C' {
			break
		}
	}
	return customer, short
}

func (w *walk) customTurn() move {
	id := w.anyRelease(core.ReleaseStatus(w.pick("active", "active", "active", "draft")))
	r := w.release(id)
	customer, short := w.customStep(r)
	at := core.Target{Release: fmt.Sprintf("R%d", id), Customer: itoa(customer), Step: short}
	words := w.words()
	other := w.anyTemplate(r)
	if r != nil && r.parts[customer] != nil && len(r.parts[customer].steps) > 0 && w.chance(2) {
		other = r.parts[customer].steps[w.rng.IntN(len(r.parts[customer].steps))].short
	}
	before, after := w.anyPlace(other)
	m := move{needs: core.Operator, undo: true, release: id}
	n := w.rng.IntN(10)
	customs := 0
	if r != nil && r.parts[customer] != nil {
		for _, s := range r.parts[customer].steps {
			if s.template == 0 {
				customs++
			}
		}
	}
	if customs >= mostCustom && n < 5 {
		n = 9
	}
	switch {
	case n < 5:
		cat := core.Categories[w.rng.IntN(2)]
		all := w.chance(10) && r != nil && len(r.order[cat]) < 5
		m.op = core.AddCustomStep{Release: at.Release, Customer: at.Customer, Name: words.name, Category: cat, Type: words.kind, Content: words.content,
			Before: before, After: after, ToTemplate: all}
		if all {
			m.needs = core.Admin
		}
		m.may = func(seq int64) func() { return w.customAdd(id, customer, cat, words, before, after, all, seq) }
	case n < 7:
		m.op = core.EditCustomStep{Target: at, Name: &words.name, Content: &words.content, Type: &words.kind}
		m.customer, m.short = customer, short
		m.may = func(seq int64) func() { return w.customEdit(id, customer, short, words, seq) }
	case n < 9:
		m.op, m.of = core.MoveCustomStep{Target: at, Before: before, After: after}, customer
		m.may = func(seq int64) func() { return w.customMove(id, customer, short, before, after, seq) }
	default:
		m.op = core.RemoveCustomStep{Target: at}
		m.may = func(int64) func() { return w.customRemove(id, customer, short) }
	}
	return m
}

func (w *walk) stepMove(who string) move {
	id := w.anyRelease(core.Active)
	customer, short := w.anyStep(w.release(id))
	at := core.Target{Release: fmt.Sprintf("R%d", id), Customer: itoa(customer), Step: short}
	m := move{needs: core.Operator, undo: true, release: id, customer: customer, short: short}
	text, over := w.pick("", "no", "build 812", "not on this plan"), w.chance(2)
	switch n := w.rng.IntN(20); {
	case n < 6:
		force := w.pick("", "run by hand")
		m.op = core.MarkDone{Target: at, Note: text, Force: force, Takeover: over}
		m.may = func(seq int64) func() {
			return w.finish(who, id, customer, short, core.Done, text, force != "", over, seq)
		}
	case n < 8:
		m.op = core.SkipStep{Target: at, Reason: text, Takeover: over}
		m.may = func(seq int64) func() { return w.finish(who, id, customer, short, core.Skipped, text, true, over, seq) }
	case n < 11:
		m.op = core.RevertStep{Target: at, Note: text}
		m.may = func(seq int64) func() { return w.revert(id, customer, short, text, seq) }
	case n < 13:
		m.op = core.ReopenStep{Target: at}
		m.may = func(seq int64) func() { return w.reopen(id, customer, short, seq) }
	case n < 14:
		m.op = core.AddNote{Target: at, Text: text}
		m.may = func(seq int64) func() { return w.note(id, customer, short, text, seq) }
	case n < 15:
		m.op = core.StartStep{Target: at, Takeover: over}
		m.may = func(seq int64) func() { return w.start(who, id, customer, short, over, seq) }
	case n < 16:
		needs := w.pick("", ann)
		m.op = core.BlockStep{Target: at, Reason: text, NeedsUser: needs}
		m.may = func(seq int64) func() { return w.blockStep(who, id, customer, short, text, needs, seq) }
	case n < 17:
		m.op = core.UnblockStep{Target: at}
		m.may = func(seq int64) func() { return w.unblock(id, customer, short, seq) }
	case n < 19:
		content := w.words().content
		m.op = core.OverrideStep{Target: at, Content: content}
		m.may = func(seq int64) func() { return w.override(id, customer, short, content, seq) }
	default:
		m.op = core.ResetStep{Target: at}
		m.may = func(seq int64) func() { return w.reset(id, customer, short, seq) }
	}
	return m
}

// bulkMove plans a bulk and, when there is something to do, runs it.
func (w *walk) bulkMove(who string) move {
	id := w.anyRelease(core.Active)
	cat := core.Categories[w.rng.IntN(2)]
	q := core.BulkQuery{Release: fmt.Sprintf("R%d", id), To: core.Done, Reason: "in bulk"}
	if w.chance(3) {
		q.To = core.Skipped
	}
	customer, short := 0, ""
	if w.chance(2) {
		customer = w.anyCustomer(true)
		q.Customer, q.Category = itoa(customer), cat
	} else {
		short = w.anyTemplate(w.release(id))
		q.Step, q.All = short, true
		if cat = core.Deploy; short[0] == 'V' {
			cat = core.Verify
		}
	}
	plan, err := w.PlanBulk(w.t.Context(), core.Person(who, core.ViaSlash), q)
	may := func(seq int64) func() { return w.bulk(who, id, customer, cat, short, q.To, seq) }
	if (may(0) == nil || w.roles[who] < core.Operator) != (err != nil) {
		w.t.Fatalf("turn %d: a bulk %+v of %s: %v", w.done, q, who, err)
	}
	if err != nil {
		return move{}
	}
	return move{who: who, op: core.RunBulk{Plan: plan.ID}, needs: core.Operator, undo: true, release: id, may: may}
}
