package core

import "fmt"

func (OverrideStep) Op() string  { return "step.override" }
func (ResetStep) Op() string     { return "step.reset" }
func (OverrideStep) Needs() Role { return Operator }
func (ResetStep) Needs() Role    { return Operator }

// run keeps the link to the template (BR-S02): which revision the override was
// made from, so that a later change of the template is told.
func (op OverrideStep) run(t *tx) error {
	content, err := cleanContent("content", op.Content)
	if err != nil {
		return err
	}
	s, line, err := t.preparable(op.Target, op.Rev)
	if err != nil {
		return err
	}
	if s.rec.Custom {
		return refuse(Conflict, "%s is a custom step and has no template", line).hint("Edit it instead.")
	}
	if content == s.words.Content {
		t.receipt.Text = fmt.Sprintf("Step %s already says that", s.short())
		return nil
	}
	w := *s.words
	w.Content = content
	rec := s.rec
	rec.Texts++
	rec.Override = rec.Texts
	if from := rec.Revision; from != 0 && rec.OverrideFrom == 0 {
		rec.OverrideFrom = from // it was executed and reverted: this is what is on the screen
	} else {
		rec.OverrideFrom = s.template.Revision
	}
	if err := t.putJSON(textPath(rec.Release, rec.Customer, rec.Number, rec.Override), w); err != nil {
		return err
	}
	for _, miss := range nearMisses(content) {
		t.warn("%s", miss)
	}
	t.receipt.Text = "Overridden for this customer"
	return t.putStep(rec, line)
}

func (op ResetStep) run(t *tx) error {
	s, line, err := t.preparable(op.Target, op.Rev)
	if err != nil {
		return err
	}
	if s.rec.Custom {
		return refuse(Conflict, "%s is a custom step and has no template to go back to", line).hint("“step edit” changes what it says.")
	}
	if s.rec.Override == 0 {
		return refuse(Conflict, "%s is not overridden", line).hint("It says what its template says.")
	}
	if s.template.Removed {
		return refuse(Conflict, "%s was removed from the template", s.short())
	}
	now, err := readWording(t, s.rel.ID, 0, s.template.Number, s.template.Revision)
	if err != nil {
		return err
	}
	t.receipt.Diff = textDiff(s.words.Content, now.Content)
	s.rec.Override, s.rec.OverrideFrom = 0, 0
	if s.rec.Status != Pending {
		s.rec.Revision = s.template.Revision // what it says now stays pinned until it is pending again
	}
	t.receipt.Text = "Reset to the template"
	return t.putStep(s.rec, line)
}

// preparable resolves a step that may be given its own wording: an open one
// of an active release, or any active customer's on a draft.
func (t *tx) preparable(at Target, rev string) (*stepState, string, error) {
	rel, err := findRelease(t, at.Release, anyState)
	if err != nil {
		return nil, "", err
	}
	if rel.Status != Draft {
		return t.openStep(at, rev)
	}
	cust, _, err := t.customer(at.Customer, activeOnly)
	if err != nil {
		return nil, "", err
	}
	s, err := findStep(t, rel, cust, at.Step)
	if err != nil {
		return nil, "", err
	}
	return t.aboutStep(s, rev)
}
