package core

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"rollcall/storage"
)

func (AddRelease) Op() string      { return "release.add" }
func (EditRelease) Op() string     { return "release.edit" }
func (ArchiveRelease) Op() string  { return "release.archive" }
func (ReopenRelease) Op() string   { return "release.reopen" }
func (AddRelease) Needs() Role     { return Admin }
func (EditRelease) Needs() Role    { return Admin }
func (ArchiveRelease) Needs() Role { return Admin }
func (ReopenRelease) Needs() Role  { return Admin }

func (op AddRelease) run(t *tx) error {
	id, err := releases.newID(t)
	if err != nil {
		return err
	}
	r := &Release{ID: id, Status: Draft, CreatedAt: t.now}
	if err := r.word(t, releaseWords{&op.Name, &op.Version, &op.Date, &op.Description, &op.Type, &op.Targets, &op.Channel, op.Metadata}); err != nil {
		return err
	}
	t.aboutRelease(r)
	t.about(releaseLabel(r), "Release %s added as a draft", releaseLabel(r))
	if err := t.sayTargets(r); err != nil {
		return err
	}
	return releases.put(t, r)
}

func (op EditRelease) run(t *tx) error {
	r, err := findRelease(t, op.Release, anyState)
	if err != nil {
		return err
	}
	if err := r.open(); err != nil {
		return err
	}
	if err := t.fresh(op.Rev, r.last, "Release "+r.Label()); err != nil {
		return err
	}
	if err := r.word(t, releaseWords{op.Name, op.Version, op.Date, op.Description, op.Type, op.Targets, op.Channel, op.Metadata}); err != nil {
		return err
	}
	t.aboutRelease(r)
	t.edited(releaseLabel(r), "Release "+releaseLabel(r))
	if op.Targets != nil {
		if err := t.sayTargets(r); err != nil {
			return err
		}
	}
	return releases.put(t, r)
}

// run archives. With open steps it wants a reason and shows them first.
func (op ArchiveRelease) run(t *tx) error {
	r, err := findRelease(t, op.Release, anyState)
	if err != nil {
		return err
	}
	if err := r.open(); err != nil {
		return err
	}
	reason, err := cleanText("reason", op.Reason)
	if err != nil {
		return err
	}
	if r.Status == Active {
		p, err := progressOf(t, r)
		if err != nil {
			return err
		}
		if p.Open() > 0 {
			if !op.Confirm {
				pre, err := archivePreview(t, r, p)
				if err != nil {
					return err
				}
				return &Error{Code: Confirm, Msg: pre.Title, Hint: "Give a reason and confirm.", Preview: pre}
			}
			if reason, err = cleanReason("reason", op.Reason); err != nil {
				return err
			}
		}
		names, err := freeze(t, r)
		if err != nil {
			return err
		}
		b, err := json.Marshal(names)
		if err != nil {
			return err
		}
		t.put(frozenPath(r.ID), b)
		err = t.milestone(Notice{Kind: ReleaseArchived, Channel: string(r.Channel), Release: r.ID, Reason: reason,
			Text: fmt.Sprintf("Release %s is archived: %s", r.Label(), answerLine(p.Counts))})
		if err != nil {
			return err
		}
	}
	r.Status = Archived
	r.ArchivedAt = &t.now
	r.ArchiveReason = Maybe(reason)
	t.final = true
	t.event.Text = reason
	t.aboutRelease(r)
	t.about(releaseLabel(r), "Release %s archived", releaseLabel(r))
	return releases.put(t, r)
}

// leftOpen says which steps an archived release leaves open.
func leftOpen(p Progress) string {
	switch {
	case p.Reverted == 0:
		return count(p.Pending, "pending step") + " will stay pending"
	case p.Pending == 0:
		return count(p.Reverted, "reverted step") + " will stay reverted"
	}
	return fmt.Sprintf("%d pending and %d reverted steps stay as they are", p.Pending, p.Reverted)
}

// archivePreview lists the steps that would stay open for good.
func archivePreview(r storage.Reader, rel *Release, p Progress) (*ConsequencePreview, error) {
	const most, room = 20, 2000 // customers, and characters about them
	pre := &ConsequencePreview{
		Title: fmt.Sprintf("Archive %s with %s?", rel.Label(), count(p.Open(), "open step")),
		Lines: []string{leftOpen(p) + ", for good. A reason is needed."},
	}
	sh, err := loadSheet(r, rel, nil)
	if err != nil {
		return nil, err
	}
	more, used := 0, 0
	err = sh.each(r, func(c *part) error {
		if err := c.load(r); err != nil {
			return err
		}
		states, err := c.steps(r)
		if err != nil {
			return err
		}
		var open []string
		for _, st := range states {
			if st.rec.Status.Open() {
				open = append(open, st.short()+" "+st.words.Name)
			}
		}
		switch {
		case len(open) == 0:
		case len(pre.Lines) > most || used > room:
			more++
		default:
			line := place{c.cust.Name, c.cluster.Name, c.cust.Namespace}.String() + ": " + joinNames(open, "and")
			used += utf8.RuneCountInString(line)
			pre.Lines = append(pre.Lines, line)
		}
		return nil
	})
	if more > 0 {
		pre.Lines = append(pre.Lines, "…and "+count(more, "more customer")+".")
	}
	return pre, err
}

func (op ReopenRelease) run(t *tx) error {
	r, err := findRelease(t, op.Release, archivedOnly)
	if err != nil {
		return err
	}
	r.Status = Active
	if r.ActivatedAt == nil {
		r.Status = Draft
	}
	r.ArchivedAt, r.ArchiveReason = nil, ""
	if err := r.nameFree(t); err != nil {
		return err
	}
	if r.Status == Active {
		if err := t.regroupAll(r); err != nil {
			return err
		}
		t.delete(frozenPath(r.ID))
	}
	t.final = true
	t.aboutRelease(r)
	t.about(releaseLabel(r), "Release %s is %s again", releaseLabel(r), r.Status)
	return releases.put(t, r)
}

// regroupAll puts every member of a release under the cluster it is on now;
// while the release was archived nobody kept that up.
func (t *tx) regroupAll(r *Release) error {
	ro, err := readRoster(t, r.ID)
	if err != nil {
		return err
	}
	var all []enrolment
	for _, g := range ro.groups {
		all = append(all, g...)
	}
	ro.groups = map[int64][]enrolment{}
	slices.SortFunc(all, func(a, b enrolment) int { return int(a.Customer - b.Customer) })
	for _, e := range all {
		c, err := customers.get(t, idKey(e.Customer))
		if err != nil {
			return err
		}
		ro.groups[c.ClusterID] = append(ro.groups[c.ClusterID], e)
	}
	t.regroup(r.ID, ro)
	return nil
}

// open refuses an archived release: it is read-only.
func (r *Release) open() error {
	if r.Status == Archived {
		return refuse(Conflict, "Release %s is archived and read-only", r.Label()).hint("An admin can reopen it: `release reopen %s`.", ShortRelease(r.ID))
	}
	return nil
}

// running refuses a release that is not active.
func (r *Release) running() error {
	if r.Status == Draft {
		return refuse(Conflict, "Release %s is a draft", r.Label()).hint("Its steps can be worked on once it is activated: `release activate %s`.", ShortRelease(r.ID))
	}
	return r.open()
}

// answerLine says in one line how far something is.
func answerLine(c Counts) string {
	s := fmt.Sprintf("%s done: %d done, %d pending, %d skipped", c.Percent, c.Done, c.Pending, c.Skipped)
	if c.Total == 0 {
		return "no steps"
	}
	if c.Reverted > 0 {
		s += fmt.Sprintf(", %d reverted", c.Reverted)
	}
	return s
}
