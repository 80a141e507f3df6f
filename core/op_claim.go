package core

import "cmp"

func (StartStep) Op() string    { return "step.start" }
func (BlockStep) Op() string    { return "step.block" }
func (UnblockStep) Op() string  { return "step.unblock" }
func (StartStep) Needs() Role   { return Operator }
func (BlockStep) Needs() Role   { return Operator }
func (UnblockStep) Needs() Role { return Operator }

// run claims an open step for the actor. A claim is beside the status.
func (op StartStep) run(t *tx) error {
	s, line, err := t.openStep(op.Target, op.Rev)
	if err != nil {
		return err
	}
	rec := s.rec
	if rec.ClaimedBy == t.actor.id() {
		t.receipt.Text = "You are working on it already"
		return nil
	}
	if rec.ClaimedBy != "" && !op.Takeover {
		by, err := personName(t, rec.ClaimedBy)
		if err != nil {
			return err
		}
		p := &ConsequencePreview{Title: line + " is in progress by @" + by, Lines: []string{"You would take it over."}}
		return &Error{Code: Confirm, Msg: p.Title, Hint: "Confirm to take it over.", Preview: p}
	}
	rec.ClaimedBy, rec.ClaimedAt = t.actor.id(), t.now.Unix()
	t.receipt.Text = "In progress"
	return t.putStep(rec, line)
}

func (op BlockStep) run(t *tx) error {
	reason, err := cleanReason("reason", op.Reason)
	if err != nil {
		return err
	}
	s, line, err := t.openStep(op.Target, op.Rev)
	if err != nil {
		return err
	}
	if op.NeedsUser != "" {
		p, err := readPerson(t, op.NeedsUser)
		if err != nil {
			return err
		}
		if p != nil && p.Kind != Member {
			return invalid("needs", "@%s is %s and cannot be asked here", p.Name, p.Kind.sentence())
		}
	}
	t.receipt.Text = "Blocked"
	t.repeat("Reason", reason)
	if err := op.block(t, s.rec, reason); err != nil {
		return err
	}
	t.event.Text = reason
	if err := t.putStep(s.rec, line); err != nil {
		return err
	}
	n := Notice{Kind: StepBlocked, Channel: string(s.rel.Channel), Release: s.rel.ID, Customer: s.cust.ID, Step: s.short(), Text: line + " is blocked", Reason: reason}
	if s.rec.BlockNeeds != t.actor.id() {
		n.Needs = s.rec.BlockNeeds
	}
	if n.Channel == "" {
		n.Channel = n.Needs
	}
	return t.milestone(n)
}

// block sets the block. One that stands already gets the new reason, and goes
// on needing whom it needed unless somebody else is named.
func (op BlockStep) block(t *tx, rec *stepRecord, reason string) error {
	if rec.BlockedBy != "" {
		by, err := personName(t, rec.BlockedBy)
		if err != nil {
			return err
		}
		t.repeat("Blocked before by @"+by, rec.BlockReason)
	}
	needs, before := cmp.Or(op.NeedsUser, rec.BlockNeeds), rec.BlockNeeds
	rec.BlockedBy, rec.BlockedAt = t.actor.id(), t.now.Unix()
	rec.BlockReason, rec.BlockNeeds = reason, needs
	if before == "" {
		return nil
	}
	name, err := personName(t, before)
	switch {
	case err != nil:
		return err
	case needs == before:
		t.detail("It still needs @%s.", name)
	default:
		t.detail("It needs @%s no longer.", name)
	}
	return nil
}

// names is whom the step needs.
func (op BlockStep) names() string { return op.NeedsUser }

func (op UnblockStep) run(t *tx) error {
	note, err := cleanText("note", op.Note)
	if err != nil {
		return err
	}
	s, line, err := t.step(op.Target, op.Rev)
	if err != nil {
		return err
	}
	rec := s.rec
	if rec.BlockedBy == "" {
		return refuse(Conflict, "%s is not blocked", line)
	}
	rec.BlockedBy, rec.BlockedAt, rec.BlockReason, rec.BlockNeeds = "", 0, "", ""
	if err := t.putStep(rec, line); err != nil {
		return err
	}
	t.receipt.Text = "Unblocked"
	t.repeat("Note", note)
	t.event.Text = note
	return t.remark(s, note, line)
}

// openStep is step for what needs a pending or reverted one.
func (t *tx) openStep(at Target, rev string) (*stepState, string, error) {
	s, line, err := t.step(at, rev)
	if err != nil {
		return nil, "", err
	}
	return s, line, s.unfinished(line)
}

// unfinished refuses a done or skipped step: what it says is locked (BR-R03).
func (s *stepState) unfinished(line string) error {
	switch s.rec.Status {
	case Done:
		return refuse(Conflict, "%s is done and locked", line).hint("Revert it first.")
	case Skipped:
		return refuse(Conflict, "%s is skipped and locked", line).hint("Reopen it first.")
	}
	return nil
}
