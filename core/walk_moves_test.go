package core_test

import (
	"fmt"
	"slices"

	"rollcall/core"
)

// How much there is at most. Nothing is special about more of it; what happens among it is what matters.
const (
	mostClusters, mostCustomers, mostReleases = 4, 5, 5
	mostTemplates, mostCustom                 = 6, 2
)

// move is one operation of the walk, and what the world says of it.
type move struct {
	who      string
	op       core.Operation
	asks     core.Operation // the same without confirmation, when it asks first
	needs    core.Role
	undo     bool // it may be undone
	release  int  // whose views it touches; 0: any
	customer int  // with short: it changes this one step alone
	short    string
	of       int // whose custom step it moves
	may      func(seq int64) func()
}

// choose makes up an operation. Most are sensible; some name what is archived, done or not there.
func (w *walk) choose(who string) move {
	n := w.rng.IntN(100)
	begun := slices.ContainsFunc(w.releases, func(r *wRelease) bool { return r.status == core.Active })
	var m move
	switch {
	case n < 10 || len(w.everyone) < 2:
		m = w.placeMove()
	case n < 19 || !begun && n >= 60:
		m = w.releaseMove()
	case n < 30 || !begun && n >= 42:
		m = w.templateTurn()
	case n < 42:
		m = w.customTurn()
	case n < 47 && len(w.taken) > 0:
		i := w.rng.IntN(len(w.taken))
		k := w.taken[i]
		w.taken = append(w.taken[:i], w.taken[i+1:]...)
		w.undoLater(k)
		return move{}
	case n < 51:
		return w.bulkMove(who)
	default:
		m = w.stepMove(who)
	}
	m.who = who
	return m
}

// anyCluster prefers one in use, or the archived one to restore.
func (w *walk) anyCluster(active bool) int {
	id := 0
	for range 6 {
		if id = 1 + w.rng.IntN(len(w.clusters)+1); w.cluster(id) != nil && w.cluster(id).active == active {
			break
		}
	}
	return id
}

func (w *walk) anyCustomer(active bool) int {
	id := 0
	for range 6 {
		if id = 1 + w.rng.IntN(len(w.everyone)+1); w.customer(id) != nil && w.customer(id).active == active {
			break
		}
	}
	return id
}

// anyRelease prefers releases of a status.
func (w *walk) anyRelease(status core.ReleaseStatus) int {
	id := 0
	for range 4 {
		if id = 1 + w.rng.IntN(len(w.releases)+1); w.release(id) != nil && w.release(id).status == status {
			break
		}
	}
	return id
}

func (w *walk) targets() (wTargets, core.TargetNames) {
	var g wTargets
	var names core.TargetNames
	switch w.rng.IntN(6) {
	case 0:
		id := w.anyCluster(true)
		g.clusters, names.Clusters = []int{id}, []string{itoa(id)}
	case 1:
		a := w.anyCustomer(true)
		g.customers, names.Customers = []int{a}, []string{itoa(a)}
	}
	return g, names
}

// simple is a move whose world does not need to know the event.
func simple(op core.Operation, may func() func()) move {
	return move{op: op, needs: core.Admin, undo: true, may: func(int64) func() { return may() }}
}

func (w *walk) placeMove() move {
	name := w.pick("Prod-us", "prod-us", "prod-eu", "staging", "edge", "lab")
	kube := w.pick("", "~/.kube/a", "~/.kube/b")
	ns := w.pick("a", "b", "c", "d", "e-prod", "f-prod", "g")
	who := w.pick("Acme", "Bolt", "acme", "Corda", "Dyna")
	no := w.chance(4)
	cl, c := w.anyCluster(true), w.anyCustomer(true)
	few := len(w.everyone) < mostCustomers
	switch w.rng.IntN(8) {
	case 0:
		if len(w.clusters) < mostClusters {
			return simple(core.AddCluster{Name: name, KubeconfigPath: kube}, func() func() { return w.addCluster(name, kube) })
		}
		return simple(core.EditCluster{Cluster: itoa(cl), Name: &name, KubeconfigPath: &kube}, func() func() { return w.editCluster(cl, name, kube) })
	case 1:
		return simple(core.ArchiveCluster{Cluster: itoa(cl)}, func() func() { return w.archiveCluster(cl) })
	case 2:
		cl = w.anyCluster(false)
		return simple(core.RestoreCluster{Cluster: itoa(cl)}, func() func() { return w.restoreCluster(cl) })
	case 3, 4:
		if few {
			return simple(core.AddCustomer{Name: who, Cluster: itoa(cl), Namespace: ns, NoEnroll: no}, func() func() { return w.addCustomer(who, cl, ns, no) })
		}
		db := w.pick("", "pg-1", "pg-2")
		return simple(core.EditCustomer{Customer: itoa(c), Name: &who, Namespace: &ns, Metadata: map[string]string{"db": db}},
			func() func() { return w.editCustomer(c, who, ns, db) })
	case 5:
		m := simple(core.MoveCustomer{Customer: itoa(c), Cluster: itoa(cl), NoEnroll: no, Confirm: true}, func() func() { return w.moveCustomer(c, cl, no) })
		m.asks = core.MoveCustomer{Customer: itoa(c), Cluster: itoa(cl), NoEnroll: no}
		return m
	case 6:
		return simple(core.ArchiveCustomer{Customer: itoa(c)}, func() func() { return w.archiveCustomer(c) })
	}
	c = w.anyCustomer(false)
	return simple(core.RestoreCustomer{Customer: itoa(c), NoEnroll: no}, func() func() { return w.restoreCustomer(c, no) })
}

func (w *walk) releaseMove() move {
	n := w.rng.IntN(24)
	id := w.anyRelease(map[bool]core.ReleaseStatus{n < 10: core.Draft, n >= 10 && n < 16: core.Archived, n >= 16: core.Active}[true])
	ref := fmt.Sprintf("R%d", id)
	name := w.pick("Spring", "spring", "Summer", "Autumn", "Winter", "Fix")
	version := w.pick("", "v1", "v2", "v3")
	kind := core.ReleaseTypes[w.rng.IntN(3)]
	g, names := w.targets()
	c := w.anyCustomer(true)
	var m move
	switch {
	case n < 4 && len(w.releases) < mostReleases:
		if w.chance(3) && len(w.releases) > 0 {
			custom := w.chance(2)
			m = simple(core.CloneRelease{Release: ref, Name: name, Version: version, Custom: custom, Targets: names},
				func() func() { return w.clone(id, name, version, g, custom) })
			break
		}
		m = simple(core.AddRelease{Name: name, Type: kind, Version: version, Targets: names},
			func() func() { return w.addRelease(name, version, kind, g) })
	case n < 5 || n == 16:
		m = simple(core.EditRelease{Release: ref, Name: &name, Targets: &names}, func() func() { return w.editRelease(id, name, g) })
	case n < 10:
		m = simple(core.ActivateRelease{Release: ref, Confirm: true}, func() func() { return w.activate(id) })
		m.asks, m.undo = core.ActivateRelease{Release: ref}, false
	case n == 17:
		reason := w.pick("", "no", "superseded")
		m = simple(core.ArchiveRelease{Release: ref, Reason: reason, Confirm: true}, func() func() { return w.archiveRelease(id, reason) })
		m.undo = false
	case n < 16:
		m = simple(core.ReopenRelease{Release: ref}, func() func() { return w.reopenRelease(id) })
		m.undo = false
	case n < 22:
		m = simple(core.EnrollCustomer{Release: ref, Customer: itoa(c)}, func() func() { return w.enroll(id, c) })
	default:
		m = simple(core.WithdrawCustomer{Release: ref, Customer: itoa(c)}, func() func() { return w.withdraw(id, c) })
	}
	m.release = id
	return m
}

// words are never the same twice, so that whose they are can be seen.
func (w *walk) words() wWords {
	return wWords{name: w.pick("Migrate", "Deploy", "Warm up", "Check"), kind: core.StepTypes[w.rng.IntN(3)],
		content: fmt.Sprintf("echo %d ", w.done) + w.pick("", "{{customer.name}} in {{customer.namespace}} on {{cluster.name}}",
			"{{ cluster.kubeconfig_path }} {{ .Values.x }}", "{{customer.metadata.db}} {{customer.nam}}", "{{release.version}} {{{x}}} {{}}")}
}

// anyTemplate is a short id of a release's template, or now and then of none.
func (w *walk) anyTemplate(r *wRelease) string {
	cat := core.Categories[w.rng.IntN(2)]
	if r == nil || len(r.order[cat]) == 0 || w.chance(12) {
		return w.pick("D1", "V1", "D9")
	}
	return r.order[cat][w.rng.IntN(len(r.order[cat]))].short
}

// anyPlace is before or after one of these.
func (w *walk) anyPlace(short string) (before, after string) {
	switch w.rng.IntN(3) {
	case 0:
		return short, ""
	case 1:
		return "", short
	}
	return "", ""
}

func (w *walk) templateTurn() move {
	id := w.anyRelease(core.ReleaseStatus(w.pick("active", "active", "draft")))
	r, ref := w.release(id), fmt.Sprintf("R%d", id)
	step, words := w.anyTemplate(r), w.words()
	other := w.anyTemplate(r)
	if r != nil && w.chance(2) { // two of a category can change places
		if list := r.order[map[byte]core.Category{'D': core.Deploy, 'V': core.Verify}[step[0]]]; len(list) > 1 {
			i := w.rng.IntN(len(list))
			step, other = list[i].short, list[(i+1+w.rng.IntN(len(list)-1))%len(list)].short
		}
	}
	before, after := w.anyPlace(other)
	var m move
	n := w.rng.IntN(10)
	if r != nil && len(r.order[core.Deploy])+len(r.order[core.Verify]) >= mostTemplates && n < 4 {
		n = 9
	}
	switch {
	case n < 4:
		cat := core.Categories[w.rng.IntN(2)]
		m = simple(core.AddTemplate{Release: ref, Name: words.name, Category: cat, Type: words.kind, Content: words.content, Before: before, After: after},
			func() func() { return w.templateAdd(id, cat, words, before, after) })
	case n < 6:
		op := core.EditTemplate{Release: ref, Step: step, Name: &words.name, Content: &words.content, Type: &words.kind, Confirm: true}
		m = simple(op, func() func() { return w.templateEdit(id, step, words) })
		if op.Confirm = false; r != nil && r.status == core.Active {
			m.asks = op
		}
	case n < 9:
		op := core.MoveTemplate{Release: ref, Step: step, Before: before, After: after, Confirm: true}
		m = simple(op, func() func() { return w.templateMove(id, step, before, after) })
		if op.Confirm = false; r != nil && r.status == core.Active {
			m.asks = op
		}
	default:
		op := core.RemoveTemplate{Release: ref, Step: step, Confirm: true}
		m = simple(op, nil)
		m.may = func(seq int64) func() { return w.templateRemove(id, step, seq) }
		if op.Confirm = false; r != nil && r.status == core.Active {
			m.asks = op
		}
	}
	m.release = id
	return m
}
