package core_test

import (
	"slices"

	"rollcall/core"
)

// known is true when everything a target names is in use.
func (w *world) known(g wTargets) bool {
	return !slices.ContainsFunc(g.clusters, func(id int) bool { return w.cluster(id) == nil || !w.cluster(id).active }) &&
		!slices.ContainsFunc(g.customers, func(id int) bool { return w.customer(id) == nil || !w.customer(id).active })
}

func (w *world) addRelease(name, version string, kind core.ReleaseType, g wTargets) func() {
	if !w.releaseNameFree(name, 0) || kind == core.Regular && version == "" || !w.known(g) ||
		kind == core.Onboarding && len(g.clusters)+len(g.customers) == 0 {
		return nil
	}
	return func() {
		r := &wRelease{id: len(w.releases) + 1, name: name, version: version, kind: kind, status: core.Draft, targets: g,
			order: map[core.Category][]*wTemplate{}, parts: map[int]*wPart{}, gone: map[int]int{}}
		w.releases = append(w.releases, r)
		for _, c := range w.everyone {
			r.parts[c.id] = &wPart{}
		}
	}
}

func (w *world) editRelease(id int, name string, g wTargets) func() {
	r := w.release(id)
	if r == nil || r.status == core.Archived || !w.releaseNameFree(name, id) || !w.known(g) ||
		r.kind == core.Onboarding && len(g.clusters)+len(g.customers) == 0 {
		return nil
	}
	return func() { r.name, r.targets = name, g }
}

func (w *world) activate(id int) func() {
	r := w.release(id)
	if r == nil || r.status != core.Draft {
		return nil
	}
	var members []int
	total := 0
	for _, c := range w.everyone {
		if c.active && r.targets.fit(c) {
			members = append(members, c.id)
			total += len(r.parts[c.id].steps)
		}
	}
	if total == 0 {
		return nil
	}
	return func() {
		r.status, r.activated = core.Active, true
		for _, id := range members {
			r.parts[id].enrolled = true
		}
	}
}

// takesPart is true for the customers that count.
func (w *world) takesPart(r *wRelease, customer int) bool {
	p := r.parts[customer]
	if p == nil || !p.enrolled || p.withdrawn {
		return false
	}
	if r.status == core.Archived {
		was, ok := r.names[customer]
		return ok && !was.left
	}
	return w.customer(customer).active
}

func (w *world) archiveRelease(id int, reason string) func() {
	r := w.release(id)
	if r == nil || r.status == core.Archived {
		return nil
	}
	open := 0
	for _, c := range w.everyone {
		for _, s := range r.parts[c.id].steps {
			if w.takesPart(r, c.id) && s.open() {
				open++
			}
		}
	}
	if r.status == core.Active && open > 0 && len(reason) < 3 {
		return nil
	}
	return func() {
		r.names = map[int]wName{}
		for _, c := range w.everyone {
			if r.parts[c.id].enrolled {
				r.names[c.id] = wName{c.name, c.ns, w.cluster(c.cluster).name, c.cluster, !c.active}
			}
		}
		r.status = core.Archived
	}
}

func (w *world) reopenRelease(id int) func() {
	r := w.release(id)
	if r == nil || r.status != core.Archived || !w.releaseNameFree(r.name, id) {
		return nil
	}
	return func() {
		r.names = nil
		if r.status = core.Draft; r.activated {
			r.status = core.Active
		}
	}
}

func (w *world) clone(id int, name, version string, g wTargets, custom bool) func() {
	from := w.release(id)
	if from == nil {
		return nil
	}
	add := w.addRelease(name, version, from.kind, g)
	if add == nil {
		return nil
	}
	return func() {
		add()
		r := w.releases[len(w.releases)-1]
		now := map[int]int{} // old template number → new
		for _, cat := range core.Categories {
			for _, t := range from.order[cat] {
				now[t.number] = r.addTemplate(w, cat, t.words, len(r.order[cat])).number
			}
		}
		if !custom {
			return
		}
		for _, c := range w.everyone {
			for _, s := range sorted(from.parts[c.id].steps, func(s *wStep) int { return s.number }) {
				if s.template == 0 && c.active {
					r.number++
					r.cSer++
					r.parts[c.id].steps = append(r.parts[c.id].steps, &wStep{number: r.number, anchor: now[s.anchor], rank: s.rank,
						short: "C" + itoa(r.cSer), cat: s.cat, words: s.words})
				}
			}
		}
	}
}

func (w *world) enroll(release, customer int) func() {
	r, c := w.release(release), w.customer(customer)
	if r == nil || c == nil || r.status != core.Active || !c.active || w.takesPart(r, customer) {
		return nil
	}
	return func() { r.parts[customer].enrolled, r.parts[customer].withdrawn = true, false }
}

func (w *world) withdraw(release, customer int) func() {
	r, c := w.release(release), w.customer(customer)
	if r == nil || c == nil || r.status != core.Active || !w.takesPart(r, customer) {
		return nil
	}
	return func() { r.parts[customer].withdrawn = true }
}
