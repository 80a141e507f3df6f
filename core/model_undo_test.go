package core_test

import (
	"maps"
	"slices"

	"rollcall/core"
)

// copied is the world as it is now, untouched by what comes.
func (w *world) copied() *world {
	out := &world{edits: w.edits}
	for _, c := range w.clusters {
		x := *c
		x.meta = maps.Clone(c.meta)
		out.clusters = append(out.clusters, &x)
	}
	for _, c := range w.everyone {
		x := *c
		x.meta = maps.Clone(c.meta)
		out.everyone = append(out.everyone, &x)
	}
	for _, r := range w.releases {
		x := *r
		x.names, x.gone = maps.Clone(r.names), maps.Clone(r.gone)
		x.order, x.parts = map[core.Category][]*wTemplate{}, map[int]*wPart{}
		for cat, ts := range r.order {
			for _, t := range ts {
				y := *t
				x.order[cat] = append(x.order[cat], &y)
			}
		}
		for id, p := range r.parts {
			y := &wPart{enrolled: p.enrolled, withdrawn: p.withdrawn}
			for _, s := range p.steps {
				z := *s
				z.notes = slices.Clone(s.notes)
				y.steps = append(y.steps, &z)
			}
			x.parts[id] = y
		}
		out.releases = append(out.releases, &x)
	}
	return out
}

// undone is the world after the newest change was taken back: as before, but
// what was added is archived or removed, who joined is withdrawn, and no
// number is used again.
func (w *world) undone(before *world) {
	now := *w
	*w = *before
	w.edits = now.edits
	for _, c := range now.clusters[len(w.clusters):] {
		c.active = false
		w.clusters = append(w.clusters, c)
	}
	for _, c := range now.everyone[len(w.everyone):] {
		c.active = false
		w.everyone = append(w.everyone, c)
	}
	for _, r := range now.releases[len(w.releases):] {
		r.status, r.order = core.Archived, map[core.Category][]*wTemplate{}
		for _, p := range r.parts {
			p.steps = nil
		}
		w.releases = append(w.releases, r)
	}
	for i, r := range now.releases {
		was := w.releases[i]
		was.number, was.dSer, was.vSer, was.cSer = r.number, r.dSer, r.vSer, r.cSer
		for id, p := range r.parts {
			if was.parts[id] == nil {
				was.parts[id] = p
			}
			if p.enrolled && (!was.parts[id].enrolled || id > len(before.everyone)) {
				was.parts[id].enrolled, was.parts[id].withdrawn = true, true
			}
		}
	}
}
