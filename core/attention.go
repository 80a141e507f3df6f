package core

import (
	"context"
	"slices"

	"rollcall/storage"
)

// StepsList is steps of several customers, with nothing said of how they hang together.
type StepsList struct {
	Steps []StepView `json:"steps"`
}

// Mine is what concerns one person.
type Mine struct {
	Claimed []StepView `json:"claimed"` // what the person is working on
	Needed  []StepView `json:"needed"`  // what is blocked and needs the person
}

// Blockers lists what is blocked in a release, in all active ones when none is
// named, the longest blocked first.
func (s *Service) Blockers(ctx context.Context, a Actor, release string) (*StepsList, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*StepsList, error) {
		var in []*Release
		if release != "" {
			rel, err := findRelease(r, release, anyState)
			if err != nil {
				return nil, err
			}
			in = append(in, rel)
		} else {
			for rel, err := range activeReleases(r) {
				if err != nil {
					return nil, err
				}
				in = append(in, rel)
			}
		}
		out := &StepsList{Steps: []StepView{}}
		for _, rel := range in {
			err := s.marked(r, rel, Blocked, func(v StepView) { out.Steps = append(out.Steps, v) })
			if err != nil {
				return nil, err
			}
		}
		slices.SortStableFunc(out.Steps, func(x, y StepView) int { return x.Block.At.Compare(y.Block.At) })
		return out, nil
	})
}

// Mine lists what the asker is working on and what is blocked and needs the
// asker, over all active releases.
func (s *Service) Mine(ctx context.Context, a Actor) (*Mine, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*Mine, error) {
		out := &Mine{Claimed: []StepView{}, Needed: []StepView{}}
		for rel, err := range activeReleases(r) {
			if err != nil {
				return nil, err
			}
			err := s.marked(r, rel, Claimed|Blocked, func(v StepView) {
				if v.Claim != nil && v.Claim.By == a.id() {
					out.Claimed = append(out.Claimed, v)
				}
				if v.Block != nil && v.Block.Needs == Maybe(a.id()) {
					out.Needed = append(out.Needed, v)
				}
			})
			if err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}

// marked gives each step of a release's customers that bears one of the marks,
// customer by customer. It looks at every stored step and reads the marked ones.
func (s *Service) marked(r storage.Reader, rel *Release, marks Marks, give func(StepView)) error {
	sv, err := newSurvey(r, rel, marks)
	if err != nil {
		return err
	}
	return s.views(r, sv, give)
}
