package core_test

import (
	"slices"

	"rollcall/core"
)

// freshPart is a full copy of the release's steps for somebody new.
func (r *wRelease) freshPart() *wPart {
	p := &wPart{}
	for _, cat := range core.Categories {
		for _, t := range r.order[cat] {
			p.steps = append(p.steps, t.step())
		}
	}
	return p
}

func (t *wTemplate) step() *wStep {
	return &wStep{number: t.number, template: t.number, short: t.short, cat: t.cat, words: t.words, said: t.edit}
}

func (r *wRelease) template(short string) (*wTemplate, int) {
	for _, cat := range core.Categories {
		for i, t := range r.order[cat] {
			if t.short == short {
				return t, i
			}
		}
	}
	return nil, 0
}

// addTemplate puts a new template step at an index and gives everybody a copy.
func (r *wRelease) addTemplate(w *world, cat core.Category, words wWords, at int) *wTemplate {
	r.number++
	w.edits++
	t := &wTemplate{number: r.number, edit: w.edits, cat: cat, words: words}
	if cat == core.Verify {
		r.vSer++
		t.short = "V" + itoa(r.vSer)
	} else {
		r.dSer++
		t.short = "D" + itoa(r.dSer)
	}
	r.order[cat] = slices.Insert(r.order[cat], at, t)
	for _, p := range r.parts {
		p.steps = append(p.steps, t.step())
	}
	return t
}

// slotOf is the index that before and after name among a category's template steps.
func (r *wRelease) slotOf(cat core.Category, before, after string, but *wTemplate) (int, bool) {
	list := slices.DeleteFunc(slices.Clone(r.order[cat]), func(t *wTemplate) bool { return t == but })
	if before == "" && after == "" {
		return len(list), true
	}
	i := slices.IndexFunc(list, func(t *wTemplate) bool { return t.short == before+after })
	if after != "" {
		return i + 1, i >= 0
	}
	return i, i >= 0
}

func (w *world) templateAdd(release int, cat core.Category, words wWords, before, after string) func() {
	r := w.release(release)
	if r == nil || r.status == core.Archived {
		return nil
	}
	at, ok := r.slotOf(cat, before, after, nil)
	if !ok {
		return nil
	}
	return func() { r.addTemplate(w, cat, words, at) }
}

// templateEdit reaches exactly the copies that are pending and not overridden.
func (w *world) templateEdit(release int, short string, words wWords) func() {
	r := w.release(release)
	if r == nil || r.status == core.Archived {
		return nil
	}
	t, _ := r.template(short)
	if t == nil {
		return nil
	}
	return func() {
		w.edits++
		t.words, t.edit = words, w.edits
		for _, p := range r.parts {
			for _, s := range p.steps {
				if s.template == t.number && s.follows() {
					s.words, s.said = words, t.edit
				}
			}
		}
	}
}

func (w *world) templateMove(release int, short, before, after string) func() {
	r := w.release(release)
	if r == nil || r.status == core.Archived || before+after == "" {
		return nil
	}
	t, _ := r.template(short)
	if t == nil {
		return nil
	}
	at, ok := r.slotOf(t.cat, before, after, t)
	if !ok {
		return nil
	}
	return func() {
		rest := slices.DeleteFunc(r.order[t.cat], func(x *wTemplate) bool { return x == t })
		r.order[t.cat] = slices.Insert(rest, at, t)
	}
}

// templateRemove lets each copy go its own way.
func (w *world) templateRemove(release int, short string, seq int64) func() {
	r := w.release(release)
	if r == nil || r.status == core.Archived {
		return nil
	}
	t, at := r.template(short)
	if t == nil {
		return nil
	}
	return func() {
		before := 0
		if at > 0 {
			before = r.order[t.cat][at-1].number
		}
		r.order[t.cat] = slices.Delete(r.order[t.cat], at, at+1)
		r.gone[t.number] = t.edit
		for _, c := range w.everyone {
			p := r.parts[c.id]
			queue := p.behind(t.cat, before)
			for _, s := range p.steps {
				if s.template != t.number {
					continue
				}
				switch {
				case s.status != core.Pending:
					s.removed = true
				case s.overridden:
					r.cSer++
					s.template, s.former, s.short, s.overridden, s.last = 0, s.short, "C"+itoa(r.cSer), false, seq
					queue = append(queue, s)
				}
			}
			p.steps = slices.DeleteFunc(p.steps, func(s *wStep) bool { return s.template == t.number && s.status == core.Pending })
			for _, s := range p.behind(t.cat, t.number) {
				s.last = seq
				queue = append(queue, s)
			}
			p.line(queue, before)
		}
	}
}
