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
func (sh *sheet) count(r storage.Reader) (*figures, error) {
	fig := &figures{tallies: make([][]tally, len(sh.sections))}
	for i, sec := range sh.sections {
		fig.tallies[i] = make([]tally, len(sec.members))
		for j := range sec.members {
			fig.tallies[i][j] = sh.fresh()
		}
	}
	err := sh.walk(r, func(sec, mem, number int, e storage.Entry) error {
		c, err := sh.read(number, e)
		if err != nil || !c.applies {
			return err
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

// stored is what counts and cells need of a stored step.
type stored struct {
	status   Status
	marks    Marks
	category int
	applies  bool        // false: it shows nowhere
	derived  bool        // without the record there would be a plain pending step
	custom   *stepRecord // set for custom steps
}

// read looks at a stored step; only custom and overridden ones are decoded.
func (sh *sheet) read(number int, e storage.Entry) (stored, error) {
	status, marks, flags, ok := glance(e.Value)
	if !ok {
		return stored{}, fmt.Errorf("%s: %w", e.Key, errStepForm)
	}
	c := stored{status: status, marks: marks, applies: true}
	if flags&(hasCustom|hasOverride) == 0 {
		return c, sh.place(&c, number, e)
	}
	rec, err := stepTable.decode(string(e.Key), e.Value)
	if err != nil {
		return stored{}, err
	}
	if !rec.Custom {
		if tm := sh.step(number); tm != nil && tm.Revision != rec.OverrideFrom {
			c.marks |= MovedOn
		}
		return c, sh.place(&c, number, e)
	}
	c.custom, c.category, c.applies = rec, catIndex(rec.Category), !rec.Removed
	return c, nil
}

// place finds out where a template's step counts. Of a step removed from the
// template only what was worked on remains.
func (sh *sheet) place(c *stored, number int, e storage.Entry) error {
	tm := sh.step(number)
	if tm == nil {
		return fmt.Errorf("%s: release %d has no step %d", e.Key, sh.rel.ID, number)
	}
	c.category = catIndex(tm.Category)
	c.derived = !tm.Removed
	c.applies = !tm.Removed || c.status != Pending
	return nil
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
