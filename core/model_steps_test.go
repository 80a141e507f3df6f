package core_test

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"rollcall/core"
)

func itoa(n int) string { return strconv.Itoa(n) }

func sorted[T any, K cmp.Ordered](list []T, key func(T) K) []T {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	return out
}

func (s *wStep) open() bool { return s.status == core.Pending || s.status == core.Reverted }

// follows is true while the step says what its template says.
func (s *wStep) follows() bool { return s.template != 0 && s.status == core.Pending && !s.overridden }

// behind is the custom steps behind a template step, in order.
func (p *wPart) behind(cat core.Category, anchor int) []*wStep {
	var out []*wStep
	for _, s := range p.steps {
		if s.template == 0 && s.cat == cat && s.anchor == anchor {
			out = append(out, s)
		}
	}
	return sorted(out, func(s *wStep) int { return s.rank })
}

// line puts custom steps behind a template step, in this order.
func (p *wPart) line(queue []*wStep, anchor int) {
	for i, s := range queue {
		s.anchor, s.rank = anchor, i
	}
}

// queue is a customer's steps of a category in the order of work, without those removed from the template.
func (r *wRelease) queue(p *wPart, cat core.Category) []*wStep {
	out := p.behind(cat, 0)
	for _, t := range r.order[cat] {
		for _, s := range p.steps {
			if s.template == t.number {
				out = append(out, s)
			}
		}
		out = append(out, p.behind(cat, t.number)...)
	}
	return out
}

// put inserts a custom step before or after another of the queue.
func (r *wRelease) put(p *wPart, s *wStep, before, after string) func() {
	queue := slices.DeleteFunc(r.queue(p, s.cat), func(x *wStep) bool { return x == s })
	at := len(queue)
	if before+after != "" {
		if at = slices.IndexFunc(queue, func(x *wStep) bool { return x.short == before+after }); at < 0 {
			return nil
		}
		if after != "" {
			at++
		}
	}
	anchor := 0
	for _, x := range queue[:at] {
		if x.template != 0 {
			anchor = x.template
		}
	}
	var mine []*wStep
	for i, x := range queue {
		if i == at {
			mine = append(mine, s)
		}
		if x.template == 0 && x.anchor == anchor {
			mine = append(mine, x)
		}
	}
	if at == len(queue) {
		mine = append(mine, s)
	}
	return func() { p.line(mine, anchor) }
}

// customised is who may be given steps of its own.
func (w *world) customised(release, customer int) (*wRelease, *wPart) {
	r, c := w.release(release), w.customer(customer)
	if r == nil || c == nil || !c.active || r.status == core.Archived || r.status == core.Active && !w.takesPart(r, customer) {
		return nil, nil
	}
	return r, r.parts[customer]
}

func (w *world) customAdd(release, customer int, cat core.Category, words wWords, before, after string, toTemplate bool, seq int64) func() {
	r, p := w.customised(release, customer)
	if r == nil {
		return nil
	}
	s := &wStep{cat: cat, words: words}
	put := r.put(p, s, before, after)
	if put == nil {
		return nil
	}
	return func() {
		if toTemplate {
			put()
			at := 0
			for i, t := range r.order[cat] {
				if t.number == s.anchor {
					at = i + 1
				}
			}
			r.addTemplate(w, cat, words, at)
			return
		}
		r.number++
		r.cSer++
		s.number, s.short, s.last = r.number, "C"+itoa(r.cSer), seq
		p.steps = append(p.steps, s)
		put()
	}
}

// step finds a customer's step that may be worked on.
func (w *world) step(release, customer int, short string) (*wRelease, *wPart, *wStep) {
	r, c := w.release(release), w.customer(customer)
	if r == nil || c == nil || !c.active || r.status != core.Active || !w.takesPart(r, customer) {
		return nil, nil, nil
	}
	return r, r.parts[customer], r.parts[customer].find(short)
}

func (p *wPart) find(short string) *wStep {
	for _, s := range p.steps {
		if s.short == short || s.former == short {
			return s
		}
	}
	return nil
}

// values is what placeholders stand for now, for a customer of a release.
func (w *world) values(r *wRelease, customer int) map[string]string {
	c := w.customer(customer)
	at := wName{c.name, c.ns, w.cluster(c.cluster).name, c.cluster, false}
	if was, ok := r.names[customer]; ok && r.status == core.Archived {
		at = was
	}
	v := map[string]string{"{{customer.name}}": at.name, "{{customer.namespace}}": at.ns, "{{cluster.name}}": at.clusterName,
		"{{ cluster.kubeconfig_path }}": w.cluster(at.cluster).kube, "{{release.version}}": r.version, "{{customer.metadata.db}}": c.meta["db"]}
	return v
}

// shown is a step's content as people see it, and what is missing from it.
func (w *world) shown(r *wRelease, customer int, s *wStep) (string, []string) {
	if s.frozen != "" {
		return s.frozen, nil
	}
	out := s.words.content
	var missing []string
	for name, value := range w.values(r, customer) {
		bare := strings.TrimSpace(strings.Trim(name, "{}"))
		if value == "" {
			value = "{{" + bare + " IS MISSING}}"
			if strings.Contains(out, name) {
				missing = append(missing, bare)
			}
		}
		out = strings.ReplaceAll(out, name, value)
	}
	slices.Sort(missing)
	return out, missing
}

// finish is done (with or without force) and skip.
func (w *world) finish(who string, release, customer int, short string, to core.Status, text string, force, takeover bool, seq int64) func() {
	r, _, s := w.step(release, customer, short)
	if s == nil || !s.open() || to == core.Skipped && len(text) < 3 {
		return nil
	}
	if !takeover && (s.block != "" || s.claim != "" && s.claim != who) {
		return nil
	}
	if _, missing := w.shown(r, customer, s); to == core.Done && len(missing) > 0 && !force {
		return nil
	}
	return func() {
		s.frozen, _ = w.shown(r, customer, s)
		s.status, s.by, s.claim, s.last, s.reason = to, who, "", seq, ""
		s.free()
		if to == core.Skipped {
			s.reason = text
		} else if text != "" {
			s.notes = append(s.notes, text)
		}
	}
}

func (s *wStep) free() { s.claim, s.block, s.blockBy, s.blockNeeds = "", "", "", "" }

func (w *world) revert(release, customer int, short, note string, seq int64) func() {
	_, _, s := w.step(release, customer, short)
	if s == nil || s.status != core.Done {
		return nil
	}
	return func() {
		s.status, s.frozen, s.last = core.Reverted, "", seq
		if note != "" {
			s.notes = append(s.notes, note)
		}
	}
}

func (w *world) reopen(release, customer int, short string, seq int64) func() {
	r, _, s := w.step(release, customer, short)
	if s == nil || s.removed || s.status != core.Skipped && s.status != core.Reverted {
		return nil
	}
	return func() {
		s.status, s.by, s.reason, s.frozen, s.last = core.Pending, "", "", "", seq
		if t, _ := r.template(s.short); s.follows() {
			s.words, s.said = t.words, t.edit
		}
	}
}

func (w *world) note(release, customer int, short, text string, seq int64) func() {
	_, _, s := w.step(release, customer, short)
	if s == nil || text == "" {
		return nil
	}
	return func() { s.notes, s.last = append(s.notes, text), seq }
}

func (w *world) start(who string, release, customer int, short string, takeover bool, seq int64) func() {
	_, _, s := w.step(release, customer, short)
	if s == nil || !s.open() || s.claim != "" && s.claim != who && !takeover {
		return nil
	}
	return func() {
		if s.claim != who {
			s.claim, s.last = who, seq
		}
	}
}

func (w *world) blockStep(who string, release, customer int, short, reason, needs string, seq int64) func() {
	_, _, s := w.step(release, customer, short)
	if s == nil || !s.open() || len(reason) < 3 {
		return nil
	}
	return func() { s.block, s.blockBy, s.blockNeeds, s.last = reason, who, cmp.Or(needs, s.blockNeeds), seq }
}

func (w *world) unblock(release, customer int, short string, seq int64) func() {
	_, _, s := w.step(release, customer, short)
	if s == nil || s.block == "" {
		return nil
	}
	return func() { s.block, s.blockBy, s.blockNeeds, s.last = "", "", "", seq }
}

// own finds a step that may be given words of its own: open, on drafts too.
func (w *world) own(release, customer int, short string) (*wRelease, *wPart, *wStep) {
	r, p := w.customised(release, customer)
	if r == nil {
		return nil, nil, nil
	}
	if s := p.find(short); s != nil && s.open() {
		return r, p, s
	}
	return nil, nil, nil
}

func (w *world) override(release, customer int, short, content string, seq int64) func() {
	r, _, s := w.own(release, customer, short)
	if s == nil || s.template == 0 {
		return nil
	}
	return func() {
		if s.words.content == content {
			return
		}
		first := !s.overridden
		s.words.content, s.overridden, s.last = content, true, seq
		if s.edit = s.said; first {
			return // made from what it said, be that what was executed and reverted
		}
		s.edit = r.gone[s.template]
		if t, _ := r.template(short); t != nil {
			s.edit = t.edit
		}
	}
}

func (w *world) reset(release, customer int, short string, seq int64) func() {
	r, _, s := w.own(release, customer, short)
	if s == nil || !s.overridden || s.removed {
		return nil
	}
	return func() {
		t, _ := r.template(short)
		s.words, s.said, s.overridden, s.last = t.words, t.edit, false, seq
	}
}

func (w *world) customEdit(release, customer int, short string, words wWords, seq int64) func() {
	_, _, s := w.own(release, customer, short)
	if s == nil || s.template != 0 {
		return nil
	}
	return func() {
		if s.words != words {
			s.words, s.last = words, seq
		}
	}
}

func (w *world) customMove(release, customer int, short, before, after string, seq int64) func() {
	r, p, s := w.own(release, customer, short)
	if s == nil || s.template != 0 || before+after == "" {
		return nil
	}
	put := r.put(p, s, before, after)
	if put == nil {
		return nil
	}
	return func() {
		s.last = seq
		put()
	}
}

func (w *world) customRemove(release, customer int, short string) func() {
	_, p, s := w.own(release, customer, short)
	if s == nil || s.template != 0 {
		return nil
	}
	return func() { p.steps = slices.DeleteFunc(p.steps, func(x *wStep) bool { return x == s }) }
}

// bulk is every step that a bulk would finish: of one customer's category, or
// one step (short) of everybody.
func (w *world) bulk(who string, release, customer int, cat core.Category, short string, to core.Status, seq int64) func() {
	r := w.release(release)
	if r == nil || r.status != core.Active {
		return nil
	}
	var does []func()
	for _, c := range w.everyone {
		if customer != 0 && c.id != customer || !w.takesPart(r, c.id) {
			continue
		}
		for _, s := range r.queue(r.parts[c.id], cat) {
			if short != "" && s.short != short {
				continue
			}
			if f := w.finish(who, release, c.id, s.short, to, "in bulk", false, false, seq); f != nil {
				does = append(does, func() {
					n := s.notes
					f()
					s.notes = n // a bulk's note stands with its event
				})
			}
		}
	}
	if len(does) == 0 {
		return nil
	}
	return func() {
		for _, f := range does {
			f()
		}
	}
}
