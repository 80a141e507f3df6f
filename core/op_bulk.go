package core

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"rollcall/storage"
)

const (
	bulkLimit  = 20_000           // steps in one bulk
	bulkWindow = 30 * time.Minute // within which a plan can be confirmed
)

// BulkQuery says which steps to finish at once: all of a category of one
// customer (Customer and Category), or one step of several customers (Step,
// with Clusters, Customers, or All).
type BulkQuery struct {
	Release   string
	To        Status // Done or Skipped
	Customer  string
	Category  Category
	Step      string
	Clusters  []string
	Customers []string
	All       bool
	Reason    string // of a skip
	Note      string // of a done, kept with the event
}

// BulkPlan is what a bulk would do: exactly these steps, and who is left out and why.
type BulkPlan struct {
	ID      string      `json:"id"`
	Title   string      `json:"title"`
	Release ReleaseView `json:"release"`
	Change  []BulkStep  `json:"change"`
	LeftOut []BulkStep  `json:"left_out"`
	Until   time.Time   `json:"until"`
	State   string      `json:"-"` // tells a plan from one of the same steps after something about them has changed
}

// BulkStep is one step of a plan.
type BulkStep struct {
	Line    string   `json:"target_line"`
	Cluster string   `json:"-"`
	Why     string   `json:"why,omitempty"` // it is left out
	Cause   LeaveOut `json:"-"`             // the same by kind
	Detail  string   `json:"-"`             // and what is particular to this step: a reason, a person, names without a value
}

// storedPlan is a plan as the store keeps it until it is run or too old.
type storedPlan struct {
	Actor   string     `json:"actor"`
	Until   int64      `json:"until"`
	Release int64      `json:"release"`
	To      Status     `json:"to"`
	Reason  string     `json:"reason"`
	Note    string     `json:"note"`
	Title   string     `json:"title"`
	Cells   []bulkCell `json:"cells"`
	Left    []leftKind `json:"left"`
}

// bulkCell is one step of a stored plan, and what it was when planned.
type bulkCell struct {
	Customer int64  `json:"c"`
	Number   int    `json:"n"`
	Rev      string `json:"r"` // digest of all that its card said
}

// PlanBulk works out what a bulk would do and keeps the list for RunBulk.
func (s *Service) PlanBulk(ctx context.Context, a Actor, q BulkQuery) (*BulkPlan, error) {
	out, keep, err := s.plan(ctx, a, q)
	if err != nil {
		return nil, err
	}
	id := make([]byte, 8)
	if _, err := io.ReadFull(s.cfg.Rand, id); err != nil {
		return nil, fault(err)
	}
	now := s.cfg.Now().UTC().Truncate(time.Second)
	out.ID, out.Until = hex.EncodeToString(id), now.Add(bulkWindow)
	keep.Actor, keep.Until = a.id(), out.Until.Unix()
	b, err := json.Marshal(keep)
	if err != nil {
		return nil, err
	}
	err = s.store.Update(ctx, func(w storage.Writer) error { return w.Put([]byte("bulk/"+out.ID), b) })
	if err != nil {
		return nil, fault(err)
	}
	return out, nil
}

// LookAtBulk is what a bulk would do: a plan that is kept nowhere, and has no id.
func (s *Service) LookAtBulk(ctx context.Context, a Actor, q BulkQuery) (*BulkPlan, error) {
	out, _, err := s.plan(ctx, a, q)
	return out, err
}

func (s *Service) plan(ctx context.Context, a Actor, q BulkQuery) (out *BulkPlan, keep *storedPlan, err error) {
	if err := s.meet(ctx, a); err != nil {
		return nil, nil, AsError(err)
	}
	allowed := true
	err = s.view(ctx, func(r storage.Reader) error {
		role, err := roleOf(r, &s.cfg, a)
		if allowed = role >= (RunBulk{}).Needs(); err != nil || !allowed {
			return err
		}
		out, keep, err = planBulk(r, a, q)
		return err
	})
	if err == nil && !allowed {
		err = s.forbidden(ctx, a, RunBulk{})
	}
	if err != nil {
		return nil, nil, err
	}
	sum := sha256.New()
	for _, cell := range keep.Cells {
		fmt.Fprintln(sum, cell.Customer, cell.Number, cell.Rev)
	}
	out.State = hex.EncodeToString(sum.Sum(nil)[:8])
	return out, keep, nil
}

func planBulk(r storage.Reader, a Actor, q BulkQuery) (*BulkPlan, *storedPlan, error) {
	keep, err := newPlan(q)
	if err != nil {
		return nil, nil, err
	}
	rel, err := findRelease(r, q.Release, anyState)
	if err != nil {
		return nil, nil, err
	}
	if err := rel.running(); err != nil {
		return nil, nil, err
	}
	keep.Release = rel.ID
	cells, err := newBulkReader(r, rel)
	if err != nil {
		return nil, nil, err
	}
	states, what, err := cells.pick(q)
	if err != nil {
		return nil, nil, err
	}
	if err := fitsBulk(len(states)); err != nil {
		return nil, nil, err
	}
	out := &BulkPlan{Change: []BulkStep{}, LeftOut: []BulkStep{}}
	if out.Release, err = releaseView(r, rel); err != nil {
		return nil, nil, err
	}
	for _, st := range states {
		line := cells.line(st)
		step := BulkStep{Line: line, Cluster: st.cluster.Name}
		if step.Cause, step.Detail = st.leaveOut(a, q.To, cells.names); step.Cause != "" {
			step.Why = step.Cause.why(step.Detail)
			out.LeftOut = append(out.LeftOut, step)
			continue
		}
		out.Change = append(out.Change, step)
		keep.Cells = append(keep.Cells, bulkCell{st.cust.ID, st.rec.Number, st.rev(cells.epoch, line)})
	}
	verb := "Mark %s done"
	if q.To == Skipped {
		verb = "Skip %s"
	}
	keep.Left = leftKinds(out.LeftOut)
	out.Title = fmt.Sprintf(verb, count(len(out.Change), "step")) + ": " + what
	keep.Title = what
	if len(out.Change) == 0 {
		e := refuse(Conflict, "There is nothing to change: %s", what)
		e.Hint = allLeftOut(out.LeftOut)
		return nil, nil, e
	}
	return out, keep, cells.names.err
}

// newPlan is what a query says of itself, with no steps yet.
func newPlan(q BulkQuery) (*storedPlan, error) {
	if q.To != Done && q.To != Skipped {
		return nil, invalid("status", "A bulk can mark steps done or skip them")
	}
	var err error
	keep := &storedPlan{To: q.To}
	if keep.Note, err = cleanText("note", q.Note); err == nil && q.To == Skipped {
		keep.Reason, err = cleanReason("reason", q.Reason)
	}
	return keep, err
}

// fitsBulk refuses more steps than one bulk may hold.
func fitsBulk(steps int) error {
	if steps > bulkLimit {
		return refuse(Conflict, "That would be %d steps; %d at once is the most", steps, bulkLimit).hint("Take one cluster at a time.")
	}
	return nil
}

// Op names the operation.
func (RunBulk) Op() string { return "step.bulk" }

// Needs is the role it takes.
func (RunBulk) Needs() Role { return Operator }

// plan reads what was kept, for the one who made it and while it is fresh.
func (op RunBulk) plan(t *tx) (*storedPlan, error) {
	b, err := t.Get([]byte("bulk/" + op.Plan))
	if isNotFound(err) || op.Plan == "" {
		return nil, refuse(Stale, "That preview is no longer there").hint("Type the command again to see what would change now.")
	}
	if err != nil {
		return nil, err
	}
	plan := new(storedPlan)
	if err := json.Unmarshal(b, plan); err != nil {
		return nil, fmt.Errorf("bulk plan %s is damaged: %w", op.Plan, err)
	}
	switch {
	case plan.Actor != t.actor.id():
		return nil, refuse(Forbidden, "Somebody else made that preview").hint("Make your own: type the command yourself.")
	case t.now.Unix() > plan.Until:
		return nil, refuse(Stale, "That preview is older than %.0f minutes", bulkWindow.Minutes()).hint("Type the command again to see what would change now.")
	}
	return plan, nil
}

func (op RunBulk) run(t *tx) error {
	plan, err := op.plan(t)
	if err != nil {
		return err
	}
	rel, err := releases.get(t, idKey(plan.Release))
	if err != nil {
		return err
	}
	if err := rel.running(); err != nil {
		return err
	}
	cells, err := newBulkReader(t, rel)
	if err != nil {
		return err
	}
	if err := cells.expect(plan.Cells); err != nil {
		return err
	}
	done, only := 0, int64(0)
	for _, c := range plan.Cells {
		st, err := cells.state(c.Customer, c.Number)
		if err != nil {
			return err
		}
		line := cells.line(st)
		if st.rev(cells.epoch, line) != c.Rev || st.removed() || !cells.takesPart(c.Customer) {
			t.warn("Left alone, for it has changed since the preview: %s", line)
			continue
		}
		st.finishBy(t)
		st.rec.Status, st.rec.SkipReason = plan.To, plan.Reason
		st.rec.free()
		if err := t.putStep(st.rec, line); err != nil {
			return err
		}
		if done++; done == 1 {
			only = c.Customer
		} else if only != c.Customer {
			only = 0
		}
	}
	t.delete("bulk/" + op.Plan)
	if done == 0 {
		return refuse(Stale, "Every step of that preview has changed since").hint("Type the command again to see what would change now.")
	}
	t.aboutRelease(rel)
	t.event.Customer, t.receipt.Customer = only, only
	t.event.Count = done
	t.event.Text = plan.Reason + plan.Note
	verb := "marked done"
	if plan.To == Skipped {
		verb = "skipped"
	}
	t.about(rel.Label()+" · "+plan.Title, "%s %s", count(done, "step"), verb)
	for _, kind := range plan.Left {
		t.detail("%s", kind.text())
	}
	return nil
}
