package core

import (
	"fmt"
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
	lines := []string{
		fmt.Sprintf("%d pending go.", n.pending),
		fmt.Sprintf("%d overridden become custom steps of their customers.", n.overridden),
		fmt.Sprintf("%d done, skipped or reverted stay, marked as removed from the template.", n.touched),
	}
	if len(n.claimed) > 0 {
		lines = append(lines, "In progress: "+joinNames(n.claimed, "and")+".")
	}
	if len(n.blocked) > 0 {
		lines = append(lines, "Blocked: "+joinNames(n.blocked, "and")+".")
	}
	return lines
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
	look := func(customer int64, rec *stepRecord) error {
		switch {
		case rec == nil:
			n.pending++
		case rec.Custom:
		case rec.Status != Pending:
			n.touched++
		case rec.Override != 0:
			n.overridden++
		default:
			n.pending++
			return n.busy(r, customer, rec)
		}
		return nil
	}
	if rel.Status == Draft {
		for rec, err := range stepTable.all(r, idKey(rel.ID)+"/") {
			if err != nil {
				return n, err
			}
			if rec.Number == tm.Number {
				if err := look(rec.Customer, rec); err != nil {
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
		for _, m := range members {
			if m.enrolled.Withdrawn {
				continue
			}
			rec, err := stepTable.get(r, stepKey(rel.ID, m.customer, tm.Number))
			if err != nil {
				return n, err
			}
			if err := look(m.customer, rec); err != nil {
				return n, err
			}
		}
	}
	slices.SortFunc(n.claimed, compareNames)
	slices.SortFunc(n.blocked, compareNames)
	return n, nil
}

// busy names a customer whose step is claimed or blocked, and by whom.
func (n *effect) busy(r storage.Reader, customer int64, rec *stepRecord) error {
	if rec.ClaimedBy == "" && rec.BlockedBy == "" {
		return nil
	}
	c, err := customers.get(r, idKey(customer))
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
