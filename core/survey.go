package core

import (
	"cmp"
	"slices"

	"rollcall/storage"
)

// survey is a release looked at once: how far everybody is, and which steps
// bear a mark.
type survey struct {
	sheet   *sheet
	figures *figures
	hits    []hit
}

// hit is a step that bears one of the marks a survey looked for.
type hit struct {
	section  int
	customer int64
	number   int
}

// newSurvey makes one pass over what departs from a release's templates.
// Withdrawn customers' steps bear no marks here.
func newSurvey(r storage.Reader, rel *Release, marks Marks) (*survey, error) {
	sh, err := loadSheet(r, rel, nil)
	if err != nil {
		return nil, err
	}
	sv := &survey{sheet: sh}
	sv.figures, err = sh.countWith(r, func(sec, mem int, e storage.Entry, c stored) {
		if m := &sh.sections[sec].members[mem]; c.applies && c.marks&marks != 0 && !m.enrolled.Withdrawn {
			sv.hits = append(sv.hits, hit{sec, m.customer, stepNumber(e.Key)})
		}
	})
	slices.SortFunc(sv.hits, func(x, y hit) int { return cmp.Or(cmp.Compare(x.customer, y.customer), x.number-y.number) })
	return sv, err
}

// release is the release with its progress.
func (sv *survey) release(r storage.Reader) (ReleaseView, error) {
	return sv.sheet.view(r, sv.sheet.progress(sv.figures, -1), sv.figures.blocked)
}

// views gives each step that the survey hit, customer by customer.
func (s *Service) views(r storage.Reader, sv *survey, give func(StepView)) error {
	if len(sv.hits) == 0 {
		return nil
	}
	ps, err := openParts(r, sv.sheet.rel)
	if err != nil {
		return err
	}
	names := newNamer(r)
	var p *part
	var states []*stepState
	for _, h := range sv.hits {
		if p == nil || p.cust.ID != h.customer {
			cust, err := customers.get(r, idKey(h.customer))
			if err != nil {
				return err
			}
			if p, err = ps.of(r, cust); err != nil {
				return err
			}
			if states, err = p.steps(r); err != nil {
				return err
			}
		}
		i := slices.IndexFunc(states, func(st *stepState) bool { return st.rec.Number == h.number })
		if i < 0 {
			continue
		}
		v, err := p.view(r, names, s.epoch, states[i], false)
		if err != nil {
			return err
		}
		give(v)
	}
	return names.err
}
