package core

import (
	"context"
	"slices"

	"rollcall/storage"
)

// Home is what one person needs to see first: what waits for them, what stands
// in the way, how far everything is.
type Home struct {
	Role      Role
	Claimed   []StepView   // what the person is working on
	Needed    []StepView   // what is blocked until the person helps
	Next      *StepDetail  // what to take next; nil without any
	Blocked   []StepView   // the longest blocked first, homeBlockers at most
	Blockers  int          // how many there are
	Drafts    []DraftState // newest first
	Customers int          // active ones
	Begun     bool         // a release has been activated some time
	Dashboard
}

// DraftState is a release that is not active yet.
type DraftState struct {
	ID      int64
	ShortID string
	Label   string
	Name    string
	Steps   int
}

// homeBlockers is how many blocked steps a Home names.
const homeBlockers = 5

// Home is the asker's overview, made in one pass over each active release.
func (s *Service) Home(ctx context.Context, a Actor) (*Home, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*Home, error) {
		out := &Home{Dashboard: Dashboard{ActiveReleases: []ReleaseView{}, People: true}}
		var err error
		if out.Role, err = roleOf(r, &s.cfg, a); err != nil {
			return nil, err
		}
		if err := s.homeReleases(r, a, out); err != nil {
			return nil, err
		}
		for rel, err := range releasesIn(r, Draft) {
			if err != nil {
				return nil, err
			}
			live, err := newCompleteness(r, rel.ID)
			if err != nil {
				return nil, err
			}
			out.Drafts = append(out.Drafts, DraftState{rel.ID, ShortRelease(rel.ID), rel.Label(), rel.Name, len(live.live)})
		}
		slices.SortFunc(out.Drafts, func(x, y DraftState) int { return int(y.ID - x.ID) })
		if out.Clusters, err = clusterViews(r, false); err != nil {
			return nil, err
		}
		for _, c := range out.Clusters {
			out.Customers += c.CustomerCount
		}
		if out.Begun = len(out.ActiveReleases) > 0; !out.Begun {
			for _, err := range releases.lookup(r, "status", string(Archived), false) {
				if err != nil {
					return nil, err
				}
				out.Begun = true
				break
			}
		}
		recent, err := feed(r, &eventFilter{accepted: true}, ActivityQuery{}, dashboardEvents)
		if err != nil {
			return nil, err
		}
		out.Activity = recent.Events
		return out, nil
	})
}

// homeReleases looks at each active release once.
func (s *Service) homeReleases(r storage.Reader, a Actor, out *Home) error {
	var surveys []*survey
	var stats group
	for rel, err := range activeReleases(r) {
		if err != nil {
			return err
		}
		sv, err := newSurvey(r, rel, Claimed|Blocked)
		if err != nil {
			return err
		}
		surveys = append(surveys, sv)
		stats.addAll(sv)
	}
	slices.SortFunc(surveys, func(x, y *survey) int { return int(y.sheet.rel.ID - x.sheet.rel.ID) })
	for _, sv := range surveys {
		v, err := sv.release(r)
		if err != nil {
			return err
		}
		out.ActiveReleases = append(out.ActiveReleases, v)
		err = s.views(r, sv, func(v StepView) {
			if v.Claim != nil && v.Claim.By == a.id() {
				out.Claimed = append(out.Claimed, v)
			}
			if v.Block == nil {
				return
			}
			if v.Block.Needs == Maybe(a.id()) {
				out.Needed = append(out.Needed, v)
			}
			out.Blocked = append(out.Blocked, v)
		})
		if err != nil {
			return err
		}
	}
	slices.SortStableFunc(out.Blocked, func(x, y StepView) int { return x.Block.At.Compare(y.Block.At) })
	out.Blockers = len(out.Blocked)
	out.Blocked = out.Blocked[:min(out.Blockers, homeBlockers)]
	out.Stats = stats.progress().Counts
	last, err := lastRelease(r, a)
	if err != nil {
		return err
	}
	slices.SortStableFunc(surveys, func(x, y *survey) int { return btoi(y.sheet.rel.ID == last) - btoi(x.sheet.rel.ID == last) })
	for _, sv := range surveys {
		if sv.sheet.progress(sv.figures, -1).Pending == 0 {
			continue
		}
		if out.Next, err = s.nextIn(r, a, sv.sheet); err != nil || out.Next != nil {
			return err
		}
	}
	return nil
}

// addAll counts every customer that takes part.
func (g *group) addAll(sv *survey) {
	for i, sec := range sv.sheet.sections {
		for j, m := range sec.members {
			if !m.enrolled.Withdrawn {
				g.add(&sv.figures.tallies[i][j])
			}
		}
	}
}

// lastRelease is the release on whose steps somebody worked last; 0 when not lately.
func lastRelease(r storage.Reader, a Actor) (int64, error) {
	rng := storage.Prefix([]byte("event/"))
	rng.Reverse = true
	left := lookBack
	for entry, err := range r.Scan(rng) {
		if err != nil {
			return 0, err
		}
		if left--; left < 0 {
			break
		}
		if headID(entry.Value, "customer_id") == 0 {
			continue
		}
		e, _, err := skimHead(entry.Value)
		if err != nil {
			return 0, err
		}
		if e.Actor == a.id() && !e.Refused && e.Step != "" {
			return e.Release, nil
		}
	}
	return 0, nil
}
