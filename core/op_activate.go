package core

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/storage"
)

// Op names the operation.
func (ActivateRelease) Op() string { return "release.activate" }

// Needs is the role it takes.
func (ActivateRelease) Needs() Role { return Admin }

// run shows the consequence first; confirmed, it enrols the target customers
// (BR-R01). Their steps need no writing: a pending step follows its template.
func (op ActivateRelease) run(t *tx) error {
	r, err := findDraft(t, op.Release)
	if err != nil {
		return err
	}
	p, ro, err := activationPreview(t, r)
	if err != nil {
		return err
	}
	if !op.Confirm {
		if err := p.show(t, r); err != nil {
			return err
		}
		return &Error{Code: Confirm, Preview: p, Hint: "Confirm to activate it.", Msg: fmt.Sprintf("Activate %s: %s?", r.Label(), p.sum())}
	}
	first, err := t.enrolmentIDs(p.Customers)
	if err != nil {
		return err
	}
	// Ids follow the customers' order, so that they do not depend on how clusters are walked.
	var members []*enrolment
	for _, g := range ro.groups {
		for i := range g {
			members = append(members, &g[i])
		}
	}
	slices.SortFunc(members, func(a, b *enrolment) int { return int(a.Customer - b.Customer) })
	for i, e := range members {
		e.ID, e.At = first+int64(i), t.now.Unix()
	}
	if err := t.putRoster(r.ID, ro); err != nil {
		return err
	}
	r.Status = Active
	r.ActivatedAt = &t.now
	if r.Channel == "" {
		r.Channel = Maybe(t.actor.Channel)
	}
	if err := releases.put(t, r); err != nil {
		return err
	}
	t.final = true
	t.event.Count = p.Total
	t.aboutRelease(r)
	t.about(releaseLabel(r), "Release %s is active: %s", releaseLabel(r), p.sum())
	if len(p.Missing) > 0 {
		t.warn("%s cannot be filled; “release check %s” lists them.", count(len(p.Missing), "placeholder value"), ShortRelease(r.ID))
	}
	if r.Channel == "" {
		t.detail("It has no channel, so its board and milestones are posted nowhere: “release edit %s channel=#…”.", ShortRelease(r.ID))
	}
	if err := t.putJSON(boardPath(r.ID), BoardPlace{Owner: t.actor.id()}); err != nil {
		return err
	}
	return t.milestone(Notice{Kind: Activated, Channel: string(r.Channel), Release: r.ID,
		Text: fmt.Sprintf("Release %s is active: %s", releaseLabel(r), p.sum())})
}

// findDraft resolves the release to activate; an empty reference is the only draft.
func findDraft(r storage.Reader, ref string) (*Release, error) {
	if strings.TrimSpace(ref) == "" {
		drafts, err := gather(releasesIn(r, Draft))
		if err != nil {
			return nil, err
		}
		if len(drafts) == 1 {
			return drafts[0], nil
		}
		if len(drafts) > 1 {
			return nil, whichRelease(r, drafts, "are drafts")
		}
		return nil, invalid("release", "Which release? There is no draft").hint("Add one: `release add`.")
	}
	rel, err := releaseFinder.find(r, ref, anyState)
	if err != nil {
		return nil, err
	}
	switch rel.Status {
	case Active:
		return nil, refuse(Conflict, "Release %s is already active", rel.Label())
	case Archived:
		return nil, rel.open()
	}
	return rel, nil
}

// liveTemplates is a release's template steps in order, deploy before verify,
// removed ones left out.
func liveTemplates(r storage.Reader, release int64) ([]*StepTemplate, error) {
	all, err := templates.list(r, idKey(release)+"/")
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(tm *StepTemplate) bool { return tm.Removed })
	slices.SortStableFunc(all, func(a, b *StepTemplate) int {
		if a.Category != b.Category {
			return catIndex(a.Category) - catIndex(b.Category)
		}
		return a.OrderIndex - b.OrderIndex
	})
	return all, nil
}
