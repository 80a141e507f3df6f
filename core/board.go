package core

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"rollcall/storage"
)

// A release has a board: one live message that is edited as the release goes
// on. Where it stands is housekeeping, kept beside the releases; an operation
// that changes what a board says marks it stale in its own transaction, and
// whoever draws boards takes the mark away. So a board may lag, and never stays
// behind.

// BoardPlace is where a release's board is, as Slack knows it.
type BoardPlace struct {
	Channel string `json:"channel,omitempty"` // where it stands; empty while there is none
	TS      string `json:"ts,omitempty"`
	Link    string `json:"link,omitempty"`
	Pinned  bool   `json:"pinned,omitempty"`
	Digest  string `json:"digest,omitempty"` // of what was drawn last
	Seq     int64  `json:"seq,omitempty"`    // the newest event drawn
	Owner   string `json:"owner,omitempty"`  // who activated the release, and is told when it cannot be posted
	Failed  string `json:"failed,omitempty"` // why it cannot be posted; then nobody tries until something is changed
	Told    string `json:"told,omitempty"`   // the channel of which the owner was told
}

// BoardView is what a board says.
type BoardView struct {
	Release  ReleaseView
	Clusters []BoardCluster
	Blocked  []StepView // the longest blocked first, boardBlockers at most
	Last     *Activity  // what happened last; nil when that is not known
	Place    BoardPlace
}

// BoardCluster is one cluster's part of a board.
type BoardCluster struct {
	ID        int64
	Name      string
	Customers int // that take part
	Blocked   int
	Progress  Progress
}

// boardBlockers is how many blocked steps a board names.
const boardBlockers = 5

// ShortRelease is a release's short id.
func ShortRelease(id int64) string { return shortID("R", int(id)) }

func boardPath(release int64) string { return "board/" + idKey(release) }
func readBoard(r storage.Reader, release int64) (BoardPlace, error) {
	var p BoardPlace
	b, err := r.Get([]byte(boardPath(release)))
	if isNotFound(err) {
		return p, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		return p, fmt.Errorf("the board of release %d: %w", release, err)
	}
	return p, nil
}

// Board is what a release's board is to say.
func (s *Service) Board(ctx context.Context, release int64) (*BoardView, error) {
	out := new(BoardView)
	err := s.view(ctx, func(r storage.Reader) error {
		*out = BoardView{}
		rel, err := releases.get(r, idKey(release))
		if err != nil {
			return err
		}
		if rel == nil {
			return refuse(NotFound, "There is no release %d", release)
		}
		if out.Place, err = readBoard(r, release); err != nil {
			return err
		}
		return s.fillBoard(r, rel, out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (s *Service) fillBoard(r storage.Reader, rel *Release, out *BoardView) error {
	sv, err := newSurvey(r, rel, Blocked)
	if err != nil {
		return err
	}
	if out.Release, err = sv.release(r); err != nil {
		return err
	}
	for i, sec := range sv.sheet.sections {
		c := BoardCluster{ID: sec.cluster.ID, Name: sec.cluster.Name, Progress: sv.sheet.progress(sv.figures, i)}
		for _, m := range sec.members {
			if !m.enrolled.Withdrawn {
				c.Customers++
			}
		}
		for _, h := range sv.hits {
			if h.section == i {
				c.Blocked++
			}
		}
		if c.Customers > 0 {
			out.Clusters = append(out.Clusters, c)
		}
	}
	if err := s.views(r, sv, func(v StepView) { out.Blocked = append(out.Blocked, v) }); err != nil {
		return err
	}
	slices.SortStableFunc(out.Blocked, func(x, y StepView) int { return cmp.Compare(x.Block.At.Unix(), y.Block.At.Unix()) })
	out.Blocked = out.Blocked[:min(len(out.Blocked), boardBlockers)]
	mark, err := readStale(r, rel.ID)
	if err != nil {
		return err
	}
	if out.Place.Seq = max(out.Place.Seq, mark.Seq); out.Place.Seq == 0 {
		return nil
	}
	// The mark may stand at an event of something else, or at a refusal: a board says what happened to its release.
	last, err := feed(r, &eventFilter{accepted: true, release: rel.ID}, ActivityQuery{Before: out.Place.Seq + 1}, 1)
	if err != nil || len(last.Events) == 0 {
		return err
	}
	out.Last = &last.Events[0]
	return nil
}

// begun refuses a draft: nothing has happened to it that could be followed.
func (r *Release) begun() error {
	if r.Status == Draft {
		return r.running()
	}
	return nil
}
