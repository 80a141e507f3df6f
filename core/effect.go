package core

import (
	"fmt"
	"math"
	"slices"

	"rollcall/storage"
)

// effect counts how customers stand to one template step: those that take part
// in an active release, or those that a draft has been prepared for.
type effect struct {
	pending, overridden, touched int // plain pending, overridden, done or skipped or reverted
	claimed, blocked             []string
}

func (n effect) editLine() string {
	return fmt.Sprintf("%d pending change · %d overridden keep theirs · %d done, skipped or reverted untouched", n.pending, n.overridden, n.touched)
}

// editedLine is editLine once it has happened.
func (n effect) editedLine() string {
	return fmt.Sprintf("%d pending changed · %d overridden kept theirs · %d done, skipped or reverted untouched", n.pending, n.overridden, n.touched)
}

func (n effect) removeLines() []string {
	return append([]string{
		fmt.Sprintf("%d pending go.", n.pending),
		fmt.Sprintf("%d overridden become custom steps of their customers.", n.overridden),
		fmt.Sprintf("%d done, skipped or reverted stay, marked as removed from the template.", n.touched),
	}, n.ended()...)
}

// ended names those whose work in progress or block ends with the step.
func (n effect) ended() []string {
	var lines []string
	if len(n.claimed) > 0 {
		lines = append(lines, "In progress: "+joinNames(n.claimed, "and")+".")
	}
	if len(n.blocked) > 0 {
		lines = append(lines, "Blocked: "+joinNames(n.blocked, "and")+".")
	}
	return lines
}

// removedLines is removeLines once it has happened; what happened to nobody is left out.
func (n effect) removedLines() []string {
	var lines []string
	for _, l := range []struct {
		n    int
		text string
	}{{n.pending, "pending gone."}, {n.overridden, "overridden now custom steps of their customers."},
		{n.touched, "done, skipped or reverted stay, marked as removed from the template."}} {
		if l.n > 0 {
			lines = append(lines, fmt.Sprintf("%d %s", l.n, l.text))
		}
	}
	return append(lines, n.ended()...)
}

func become(n int) string {
	if n == 1 {
		return "becomes"
	}
	return "become"
}

// countEffect looks at each customer's step of a template.
func countEffect(r storage.Reader, rel *Release, tm *StepTemplate) (effect, error) {
	var n effect
	ro, err := readRoster(r, rel.ID)
	if err != nil {
		return n, err
	}
	if rel.Status == Draft {
		for e, err := range r.Scan(storage.Prefix([]byte(stepTable.path(idKey(rel.ID) + "/")))) {
			if err != nil {
				return n, err
			}
			if stepNumber(e.Key) == tm.Number {
				if err := n.look(r, e); err != nil {
					return n, err
				}
			}
		}
		return n, nil
	}
	var sh sheet
	for cluster, g := range ro.groups {
		members, err := sh.join(r, cluster, g)
		if err != nil {
			return n, err
		}
		if err := n.lookAt(r, rel.ID, tm.Number, members); err != nil {
			return n, err
		}
	}
	slices.SortFunc(n.claimed, compareNames)
	slices.SortFunc(n.blocked, compareNames)
	return n, nil
}

// lookAt counts one step of each member. They are in the order of the stored steps, so where the next of those is a later
// customer's, all between have nothing stored: it costs as much as was worked on, not as there are customers.
func (n *effect) lookAt(r storage.Reader, release int64, number int, members []member) error {
	all := storage.Prefix([]byte(stepTable.path(idKey(release) + "/")))
	var next storage.Entry // the first stored step that was not looked past,
	var customer int64     // whose it is,
	var nth int            // and which of theirs
	for _, m := range members {
		if m.enrolled.Withdrawn {
			continue
		}
		if customer < m.customer || customer == m.customer && nth < number {
			next, customer = storage.Entry{}, math.MaxInt64
			from := []byte(stepTable.path(stepKey(release, m.customer, number)))
			for e, err := range r.Scan(storage.Range{From: from, To: all.To}) {
				if err != nil {
					return err
				}
				next = e
				_, customer, nth = splitStepKey(string(e.Key[len(stepTable.path("")):]))
				break
			}
		}
		if customer != m.customer || nth != number {
			n.pending++
		} else if err := n.look(r, next); err != nil {
			return err
		}
	}
	return nil
}

// look counts a stored step.
func (n *effect) look(r storage.Reader, e storage.Entry) error {
	status, marks, _, ok := glance(e.Value)
	switch {
	case !ok:
		return fmt.Errorf("%s: %w", e.Key, errStepForm)
	case status != Pending:
		n.touched++
	case marks&Overridden != 0:
		n.overridden++
	default:
		n.pending++
		if marks&(Claimed|Blocked) != 0 {
			return n.busy(r, e)
		}
	}
	return nil
}

// busy names a customer whose step is claimed or blocked, and by whom.
func (n *effect) busy(r storage.Reader, e storage.Entry) error {
	rec, err := stepTable.decode(string(e.Key), e.Value)
	if err != nil {
		return err
	}
	c, err := customers.get(r, idKey(rec.Customer))
	if err != nil {
		return err
	}
	where, err := customerPlace(r, c)
	if err != nil {
		return err
	}
	if rec.ClaimedBy != "" {
		by, err := personName(r, rec.ClaimedBy)
		if err != nil {
			return err
		}
		n.claimed = append(n.claimed, where+" (@"+by+")")
	}
	if rec.BlockedBy != "" {
		n.blocked = append(n.blocked, where+" ("+clip(oneLine(rec.BlockReason), nameLimit)+")")
	}
	return nil
}
