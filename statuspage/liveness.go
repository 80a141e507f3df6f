package statuspage

import (
	"time"

	"rollcall/core"
)

// liveness is what a page must know to stay up to date.
type liveness struct {
	Events, Rev string        // where it hears and asks; empty for a release that is over, which changes no more
	Stale       time.Duration // without a sign of life it says so
	Icon        string        // of the tab, by how far things are
}

// Milliseconds is Stale as scripts count.
func (l liveness) Milliseconds() int64 { return l.Stale.Milliseconds() }

// The icons of a tab.
const (
	iconUsual    = "icon.svg"
	iconComplete = "icon-complete.svg"
	iconReverted = "icon-reverted.svg"
)

func (s *Site) liveOf(view any) liveness {
	l := liveness{Events: "/events", Rev: "/rev", Stale: 3 * s.pace.beat, Icon: iconUsual}
	rel, progress := subject(view)
	if progress != nil {
		switch {
		case progress.Reverted > 0:
			l.Icon = iconReverted
		case progress.Complete:
			l.Icon = iconComplete
		}
	}
	if rel == nil {
		return l
	}
	if rel.Status == core.Archived {
		return liveness{Icon: l.Icon}
	}
	base := "/releases/" + decimal(rel.ID)
	l.Events, l.Rev = base+"/events", base+"/rev"
	return l
}

// subject is the release that a page is about, and how far it or the customer is; nil for other pages.
func subject(view any) (*core.ReleaseView, *core.Progress) {
	switch v := view.(type) {
	case matrixView:
		return &v.Release, &v.Progress
	case *core.CustomerSteps:
		return &v.Release, &v.Progress
	case acrossView:
		return &v.Release, nil
	case stepView:
		return &v.Release, nil
	case *core.StepDetail:
		return &v.Release, nil
	}
	return nil, nil
}
