package core

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"rollcall/storage"
)

// tx is one operation at work: the state it reads, the writes it has in mind,
// and the event it will leave behind. Nothing is written until the operation
// has succeeded.
type tx struct {
	*overlay
	cfg     *Config
	actor   Actor
	role    Role
	now     time.Time // UTC, whole seconds, the same for all that the operation does
	event   Event
	touched []touched
	seen    map[string]int // path → its place in touched
	notices []Notice
	receipt Receipt
	same    string // what the receipt says of an edit that came to nothing
	final   bool   // the operation cannot be undone
	redraw  bool   // boards were marked
}

// touched is a record before the operation.
type touched struct {
	table  keeper
	path   string
	title  string
	before []byte // nil: new
}

// touch remembers how a record was before its first change.
func (t *tx) touch(table keeper, path string, before []byte, title string) {
	if _, again := t.seen[path]; again {
		return
	}
	t.seen[path] = len(t.touched)
	t.touched = append(t.touched, touched{table, path, title, slices.Clone(before)})
}

// call says what the event calls a record it has touched.
func (t *tx) call(path, title string) {
	if i, ok := t.seen[path]; ok {
		t.touched[i].title = title
	}
}

// about says what the operation was about, for the event and the receipt.
func (t *tx) about(title, format string, args ...any) {
	t.event.Title = title
	t.receipt.Title = title
	t.receipt.Text, t.same = fmt.Sprintf(format, args...), ""
}

// edited is about for an edit, which may come to nothing.
func (t *tx) edited(title, what string) {
	t.about(title, "%s changed", what)
	t.same = what + " already says that"
}

func (t *tx) aboutRelease(r *Release) {
	t.event.Release, t.receipt.Release = r.ID, r.ID
}

func (t *tx) aboutCustomer(c *Customer) {
	t.event.Customer, t.receipt.Customer = c.ID, c.ID
	t.event.Cluster, t.receipt.Cluster = c.ClusterID, c.ClusterID
}

func (t *tx) detail(format string, args ...any) {
	t.receipt.Details = append(t.receipt.Details, fmt.Sprintf(format, args...))
}

func (t *tx) warn(format string, args ...any) {
	t.receipt.Warnings = append(t.receipt.Warnings, fmt.Sprintf(format, args...))
}

// putStep stores a step and says what the event calls it: its target line.
func (t *tx) putStep(s *stepRecord, line string) error {
	if err := stepTable.put(t, s); err != nil {
		return err
	}
	t.call(stepTable.path(stepTable.key(s)), line)
	return nil
}

// putRoster stores who takes part in a release.
func (t *tx) putRoster(release int64, r *roster) error {
	path := rosterPath(release)
	before, err := t.Get([]byte(path))
	if err != nil && !isNotFound(err) {
		return err
	}
	t.touch(rosters{}, path, before, "")
	r.last = t.event.Seq
	t.put(path, r.encode())
	return nil
}

// regroup stores a roster whose members stand under other clusters than
// before. Where a customer stands follows from the customer, so the event
// says nothing of it.
func (t *tx) regroup(release int64, r *roster) { t.put(rosterPath(release), r.encode()) }

// notify leaves word for Slack, to be delivered after the commit. What has no
// channel is told nowhere.
func (t *tx) notify(n Notice) {
	if n.Channel == "" {
		return
	}
	n.ID = fmt.Sprintf("%s/%02d", seqKey(t.event.Seq), len(t.notices))
	n.Seq, n.At, n.Actor = t.event.Seq, t.now, t.actor.id()
	t.notices = append(t.notices, n)
}

// finish turns what was touched into the event and adds it, with the notices,
// to the writes. It reports whether anything changed.
func (t *tx) finish() (bool, error) {
	for _, rec := range t.touched {
		after, err := t.Get([]byte(rec.path))
		if err != nil {
			return false, err
		}
		changes, err := rec.table.diff(rec.path, rec.before, after)
		if err != nil {
			return false, err
		}
		if len(changes) == 0 && rec.before != nil {
			t.put(rec.path, rec.before) // put back unchanged: no event, no new revision
			continue
		}
		s := Subject{Record: rec.path, Title: rec.title, Created: rec.before == nil, Changes: changes}
		if rec.before != nil {
			if s.Prev, err = rec.table.lastEventOf(rec.path, rec.before); err != nil {
				return false, err
			}
		}
		t.event.Subjects = append(t.event.Subjects, s)
	}
	if len(t.event.Subjects) == 0 && !t.event.Refused {
		if t.same != "" {
			t.receipt.Text = t.same
		}
		return false, nil
	}
	b, err := t.event.encode()
	if err != nil {
		return false, err
	}
	t.put(eventPath(t.event.Seq), b)
	if err := t.markBoards(); err != nil {
		return false, err
	}
	if err := t.milestones(); err != nil {
		return false, err
	}
	for _, n := range t.notices {
		if err := t.putJSON("outbox/"+n.ID, n); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (t *tx) putJSON(path string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	t.put(path, b)
	return nil
}

// newTx starts an operation on what w holds.
func newTx(w storage.Reader, cfg *Config, actor Actor, now time.Time, op string) (*tx, error) {
	t := &tx{overlay: newOverlay(w), cfg: cfg, actor: actor, now: now, seen: map[string]int{}}
	newest, err := newestEvent(w)
	if err != nil {
		return nil, err
	}
	t.event = Event{Seq: newest + 1, At: now, Actor: actor.id(), Via: actor.Via, Op: op}
	t.receipt = Receipt{Op: op}
	return t, nil
}

// epoch is part of every rev: it is new at every restore.
func (t *tx) epoch() string {
	b, err := t.Get([]byte("meta/epoch"))
	if err != nil {
		return ""
	}
	return string(b)
}
