package core_test

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	mrand "math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/storage/bolt"
	"rollcall/storage/storagetest"
)

var (
	walkSeed = flag.Uint64("walk.seed", 0, "repeat TestWalk from this seed; 0 is a new one each time")
	walkOps  = flag.Int("walk.ops", 2_000, "operations of TestWalk; make walk takes 10,000")
)

// walk is several people working at random on a real store, beside a world
// that says what must come of it.
type walk struct {
	*house
	*world
	book   *book
	sights map[string]*sight // by what the view is called
	looks  int
	rng    *mrand.Rand
	roles  map[string]core.Role
	taken  []taken // changes of single steps that may still be undone
	done   int     // operations tried
	count  map[string]int
	refuse map[string]int
}

// taken is a step before a change of it.
type taken struct {
	who                       string
	seq                       int64
	at                        time.Time
	release, customer, number int
	before                    wStep
}

// life is how many operations a store lives through, so that all of its history can be checked after each.
const life = 250

// After every operation of a random walk all views of core show what a plain world of full copies shows, and no
// invariant is broken.
func TestWalk(t *testing.T) {
	seed, ops := *walkSeed, *walkOps
	if seed == 0 {
		var b [4]byte
		_, _ = rand.Read(b[:])
		seed = uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24
	}
	t.Logf("repeat with: go test ./core -run TestWalk -walk.seed=%d -walk.ops=%d", seed, ops)
	var mu sync.Mutex
	count, refuse, looks := map[string]int{}, map[string]int{}, 0
	t.Cleanup(func() {
		for op, n := range count {
			t.Logf("%-18s %5d done, %5d refused", op, n, refuse[op])
		}
		t.Logf("%d views were looked at", looks)
	})
	for begun := 0; begun < ops; begun += life {
		t.Run(fmt.Sprintf("life %d", begun/life+1), func(t *testing.T) {
			t.Parallel()
			w := newWalk(t, mrand.New(mrand.NewPCG(seed, uint64(begun))))
			for range min(life, ops-begun) {
				w.turn()
			}
			mu.Lock()
			defer mu.Unlock()
			looks += w.looks
			for op, n := range w.count {
				count[op] += n
			}
			for op, n := range w.refuse {
				refuse[op] += n
			}
		})
	}
}

func newWalk(t *testing.T, rng *mrand.Rand) *walk {
	t.Helper()
	store, err := bolt.Open(filepath.Join(t.TempDir(), "rollcall.db"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	w := &walk{world: &world{}, book: &book{Store: store, written: map[string]bool{}}, sights: map[string]*sight{}, rng: rng,
		roles: map[string]core.Role{ann: core.Admin, otto: core.Operator, opal: core.Operator, vic: core.Viewer, gus: core.NoRole},
		count: map[string]int{}, refuse: map[string]int{}}
	w.house = furnish(t, storagetest.Twice(w.book))
	for _, who := range []string{otto, opal} {
		_, err := w.WhoAmI(t.Context(), core.Person(who, core.ViaSlash))
		require.NoError(t, err)
		w.do(ann, core.GrantRole{User: who, Role: core.Operator})
	}
	return w
}

// look holds everything against the world after an operation, and against its own rules. Where nothing was written
// those are kept as they were.
func (w *walk) look(what string) {
	w.t.Helper()
	written := len(w.book.written) > 0
	w.compare(what)
	if written {
		faults, err := w.Check(context.Background())
		require.NoError(w.t, err)
		require.Empty(w.t, faults, what)
	}
}

// turn is one operation by one person, and a look at what came of it.
func (w *walk) turn() {
	w.done++
	if w.rng.IntN(4) == 0 {
		w.pass(time.Duration(w.rng.IntN(400)) * time.Second)
	}
	who := w.pick(ann, ann, ann, ann, ann, otto, otto, opal, opal, vic, gus)
	m := w.choose(who)
	for tries := 0; m.op != nil && (m.may(0) == nil || w.roles[who] < m.needs) && tries < 20 && !w.chance(20); tries++ {
		m = w.choose(who) // most should be possible, some not
	}
	if m.op == nil {
		return
	}
	seq := w.revision() + 1
	apply := m.may(seq)
	allowed := apply != nil && w.roles[who] >= m.needs
	if allowed && m.asks != nil && w.rng.IntN(6) == 0 {
		w.asksFirst(who, m.asks)
	}
	var before *world
	undo := allowed && m.undo && w.rng.IntN(8) == 0
	if undo {
		before = w.copied()
	}
	was, single := w.before(m)
	r, err := w.try(who, m.op)
	what := fmt.Sprintf("turn %d: %s does %T%+v", w.done, who, m.op, m.op)
	if !allowed {
		require.Error(w.t, err, what)
		require.NotEqual(w.t, core.Internal, core.ErrorCode(err), "%s: %v", what, err)
		require.Equal(w.t, w.roles[who] < m.needs, core.ErrorCode(err) == core.Forbidden, "%s: %v", what, err)
		w.refuse[m.op.Op()]++
		w.look(what)
		return
	}
	require.NoError(w.t, err, what)
	w.count[m.op.Op()]++
	if move, ok := m.op.(core.MoveCustomStep); ok && r.Seq == 0 { // it stood there already, to the decimal
		s := w.release(m.release).parts[m.of].find(move.Step)
		defer func(last int64) { s.last = last }(s.last)
	}
	apply()
	w.look(what)
	if r.Seq == 0 { // nothing had to change
		return
	}
	require.Equal(w.t, seq, r.Seq, what)
	if undo {
		u, err := w.try(who, core.Undo{Event: r.Seq})
		require.NoError(w.t, err, "undo at once of %s", what)
		w.count["undo at once"]++
		w.undone(before)
		w.forget()
		if single {
			w.touch(was, u.Seq)
		}
		w.look("undo at once of " + what)
	} else if single {
		was.seq = r.Seq
		w.taken = append(w.taken, was)
	}
}

// before keeps a single step as it is before a change of it alone.
func (w *walk) before(m move) (taken, bool) {
	if m.customer == 0 || m.short == "" {
		return taken{}, false
	}
	r := w.release(m.release)
	if r == nil || r.parts[m.customer] == nil {
		return taken{}, false
	}
	s := r.parts[m.customer].find(m.short)
	if s == nil {
		return taken{}, false
	}
	was := *s
	was.notes = append([]string(nil), s.notes...)
	return taken{who: m.who, at: w.now, release: m.release, customer: m.customer, number: s.number, before: was}, true
}

// forget drops what can no longer be told apart after a change of everything.
func (w *walk) forget() { w.taken = nil }

func (w *walk) touch(k taken, seq int64) {
	for _, s := range w.release(k.release).parts[k.customer].steps {
		if s.number == k.number {
			s.last = seq
		}
	}
}

// undoLater takes back a change of one step that lies some operations back.
func (w *walk) undoLater(k taken) {
	r := w.release(k.release)
	var now *wStep
	for _, s := range r.parts[k.customer].steps {
		if s.number == k.number {
			now = s
		}
	}
	if now == nil {
		return // its template is gone, and it with it
	}
	ok := now.last == k.seq && w.roles[k.who] >= core.Operator && w.now.Sub(k.at) <= 15*time.Minute && r.status != core.Archived &&
		!(now.removed && k.before.status == core.Pending)
	u, err := w.try(k.who, core.Undo{Event: k.seq})
	what := fmt.Sprintf("turn %d: undo of event %d on %d/%d/%s", w.done, k.seq, k.release, k.customer, now.short)
	if !ok {
		require.Error(w.t, err, what)
		require.NotEqual(w.t, core.Internal, core.ErrorCode(err), "%s: %v", what, err)
		w.refuse["undo later"]++
	} else {
		require.NoError(w.t, err, what)
		w.count["undo later"]++
		was := k.before
		was.anchor, was.rank, was.removed, was.last = now.anchor, now.rank, now.removed, u.Seq
		*now = was
		if t, _ := r.template(now.short); now.follows() && t != nil {
			now.words, now.said = t.words, t.edit
		}
	}
	w.look(what)
}

// asksFirst holds that an operation without confirmation only shows what it would do.
func (w *walk) asksFirst(who string, op core.Operation) {
	before := w.revision()
	r, err := w.try(who, op)
	if err != nil {
		require.Equal(w.t, core.Confirm, core.ErrorCode(err), "%T%+v: %v", op, op, err)
		require.NotNil(w.t, core.AsError(err).Preview)
	} else {
		require.Zero(w.t, r.Seq, "%T%+v", op, op)
	}
	require.Equal(w.t, before, w.revision())
}

func (w *walk) revision() int64 {
	seq, err := w.Revision(w.t.Context())
	require.NoError(w.t, err)
	return seq
}

func (w *walk) pick(from ...string) string { return from[w.rng.IntN(len(from))] }

func (w *walk) chance(n int) bool { return w.rng.IntN(n) == 0 }
