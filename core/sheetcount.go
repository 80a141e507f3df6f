package core

import (
	"fmt"

	"rollcall/storage"
)

// figures counts a sheet's steps.
type figures struct {
	tallies [][]tally // by section and member
	blocked int
}

// count makes one pass over what departs from the templates.
func (sh *sheet) count(r storage.Reader) (*figures, error) { return sh.countWith(r, nil) }

// countWith is count, and gives each stored step that it passes, whether it shows or not.
func (sh *sheet) countWith(r storage.Reader, give func(sec, mem int, e storage.Entry, c stored)) (*figures, error) {
	fig := &figures{tallies: make([][]tally, len(sh.sections))}
	for i, sec := range sh.sections {
		fig.tallies[i] = make([]tally, len(sec.members))
		for j := range sec.members {
			fig.tallies[i][j] = sh.fresh()
		}
	}
	err := sh.walk(r, func(sec, mem, number int, e storage.Entry) error {
		c, err := sh.read(number, e)
		if err != nil {
			return err
		}
		if give != nil {
			give(sec, mem, e, c)
		}
		if !c.applies {
			return nil
		}
		fig.tallies[sec][mem].move(c)
		if c.marks&Blocked != 0 && !sh.sections[sec].members[mem].enrolled.Withdrawn {
			fig.blocked++
		}
		return nil
	})
	return fig, err
}

// fresh is the tally of a customer for whom nothing has happened yet.
func (sh *sheet) fresh() (t tally) {
	t[0][Pending], t[1][Pending] = len(sh.order[0]), len(sh.order[1])
	return t
}

// move counts a stored step: a template's was counted as pending before.
func (t *tally) move(c stored) {
	if c.derived {
		t[c.category][Pending]--
	}
	t[c.category][c.status]++
}

// slot is what a scan needs of a template step: a scan passes each of them
// once a customer.
type slot struct {
	known, live bool
	category    uint8 // catIndex
}

// stored is what counts and cells need of a stored step.
type stored struct {
	status   Status
	marks    Marks
	category uint8       // catIndex
	applies  bool        // false: it shows nowhere
	derived  bool        // without the record there would be a plain pending step
	custom   *stepRecord // set for custom steps
}

// read looks at a stored step; only custom and overridden ones are decoded.
// Of a step removed from the template only what was worked on remains.
func (sh *sheet) read(number int, e storage.Entry) (stored, error) {
	status, marks, flags, ok := glance(e.Value)
	if !ok {
		return stored{}, fmt.Errorf("%s: %w", e.Key, errStepForm)
	}
	if flags&(hasCustom|hasOverride) != 0 {
		rec, err := stepTable.decode(string(e.Key), e.Value)
		if err != nil {
			return stored{}, err
		}
		if rec.Custom {
			return stored{status: status, marks: marks, category: uint8(catIndex(rec.Category)), applies: !rec.Removed, custom: rec}, nil
		}
		if tm := sh.step(number); tm != nil && tm.Revision != rec.OverrideFrom {
			marks |= MovedOn
		}
	}
	if number >= len(sh.slots) || !sh.slots[number].known {
		return stored{}, fmt.Errorf("%s: release %d has no step %d", e.Key, sh.rel.ID, number)
	}
	at := sh.slots[number]
	return stored{status: status, marks: marks, category: at.category, derived: at.live, applies: at.live || status != Pending}, nil
}

// progress is of one section's customers, or of all with -1. Withdrawn ones are left out.
func (sh *sheet) progress(fig *figures, sec int) Progress {
	var g group
	for i := range sh.sections {
		if sec >= 0 && i != sec {
			continue
		}
		for j := range sh.sections[i].members {
			if !sh.sections[i].members[j].enrolled.Withdrawn {
				g.add(&fig.tallies[i][j])
			}
		}
	}
	return g.progress()
}

// customerCount is how many take part, withdrawn ones left out.
func (sh *sheet) customerCount() int {
	n := 0
	for _, sec := range sh.sections {
		for _, m := range sec.members {
			if !m.enrolled.Withdrawn {
				n++
			}
		}
	}
	return n
}
