package core

import (
	"context"
	"slices"

	"rollcall/storage"
)

// Later is the step to take when one is passed over: the first behind it, at
// the asker's pace, that the asker can take. Behind the last one it goes on
// from the front, down to the step that was passed over.
func (s *Service) Later(ctx context.Context, a Actor, passed Target) (*NextStep, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*NextStep, error) {
		sh, out, err := beginNext(r, a, passed.Release)
		if err != nil || sh == nil {
			return out, err
		}
		cust, err := findCustomer(r, passed.Customer, anyState)
		if err != nil {
			return nil, err
		}
		over, err := findStep(r, sh.rel, cust, passed.Step)
		if err != nil {
			return nil, err
		}
		w, err := newRound(r, sh, out.Pace)
		if err != nil {
			return nil, err
		}
		p, st, again, err := w.behind(a, over)
		if err != nil || st == nil {
			return out, err
		}
		out.Again, out.Only = again, again && p.cust.ID == cust.ID && st.rec.Number == over.rec.Number
		if err := p.load(r); err != nil {
			return nil, err
		}
		out.Detail, err = s.stepDetail(r, p, st)
		return out, err
	})
}

// round is all steps of a release in the order in which somebody goes through
// them: by step a cell holds all steps of one customer; by customer it holds
// one template step of one customer, and behind those stand the customers' own.
type round struct {
	r     storage.Reader
	pace  Pace
	parts []*part
	live  []*StepTemplate
}

func newRound(r storage.Reader, sh *sheet, pace Pace) (*round, error) {
	w := &round{r: r, pace: pace}
	err := sh.each(r, func(p *part) error { w.parts = append(w.parts, p); return nil })
	if err != nil {
		return nil, err
	}
	w.live, err = liveTemplates(r, sh.rel.ID)
	return w, err
}

func (w *round) cells() int {
	if w.pace == ByCustomer {
		return (len(w.live) + 1) * len(w.parts)
	}
	return len(w.parts)
}

// cell is where a step stands; -1 when its customer takes no part.
func (w *round) cell(st *stepState) int {
	at := slices.IndexFunc(w.parts, func(p *part) bool { return p.cust.ID == st.cust.ID })
	if at < 0 || w.pace != ByCustomer {
		return at
	}
	k := slices.IndexFunc(w.live, func(tm *StepTemplate) bool { return tm.Number == st.rec.Number })
	if k < 0 {
		k = len(w.live)
	}
	return k*len(w.parts) + at
}

// steps is what stands in a cell, in the order of work.
func (w *round) steps(cell int) (*part, []*stepState, error) {
	p := w.parts[cell%len(w.parts)]
	if k := cell / len(w.parts); w.pace == ByCustomer && k < len(w.live) {
		tm := w.live[k]
		rec, err := stepTable.get(w.r, stepKey(p.rel.ID, p.cust.ID, tm.Number))
		if err != nil || rec != nil && rec.Custom {
			return p, nil, err
		}
		st, err := p.state(w.r, tm, rec)
		return p, []*stepState{st}, err
	}
	if err := p.load(w.r); err != nil {
		return nil, nil, err
	}
	all, err := p.steps(w.r)
	if w.pace == ByCustomer {
		all = slices.DeleteFunc(all, func(st *stepState) bool { return !st.rec.Custom })
	}
	return p, all, err
}

// behind finds the first step behind one that the asker can take; again says
// that it was found from the front.
func (w *round) behind(a Actor, over *stepState) (p *part, st *stepState, again bool, err error) {
	from, n := w.cell(over), w.cells()
	if n == 0 {
		return nil, nil, false, nil
	}
	for k := range n + 1 {
		if from < 0 && k == 0 {
			continue // it stands nowhere any more: from the front
		}
		p, all, err := w.steps((from + k + n) % n)
		if err != nil {
			return nil, nil, false, err
		}
		if at := slices.IndexFunc(all, func(st *stepState) bool { return st.rec.Number == over.rec.Number }); from >= 0 && at >= 0 {
			switch k {
			case 0:
				all = all[at+1:]
			case n:
				all = all[:at+1]
			}
		}
		for _, st := range all {
			if st.rec.takeable(a) {
				return p, st, from >= 0 && from+k >= n, nil
			}
		}
	}
	return nil, nil, false, nil
}
