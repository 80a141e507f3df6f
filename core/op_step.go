package core

import (
	"fmt"
	"strings"
)

func (MarkDone) Op() string    { return "step.done" }
func (SkipStep) Op() string    { return "step.skip" }
func (RevertStep) Op() string  { return "step.revert" }
func (ReopenStep) Op() string  { return "step.reopen" }
func (AddNote) Op() string     { return "step.note" }
func (MarkDone) Needs() Role   { return Operator }
func (SkipStep) Needs() Role   { return Operator }
func (RevertStep) Needs() Role { return Operator }
func (ReopenStep) Needs() Role { return Operator }
func (AddNote) Needs() Role    { return Operator }

func (op MarkDone) run(t *tx) error {
	note, err := cleanText("note", op.Note)
	if err != nil {
		return err
	}
	s, line, err := t.step(op.Target, op.Rev)
	if err != nil {
		return err
	}
	if err := s.move(t, Done); err != nil {
		return err
	}
	if err := s.takeover(t, op.Takeover); err != nil {
		return err
	}
	force := strings.TrimSpace(op.Force)
	if force != "" {
		if force, err = cleanReason("force", force); err != nil {
			return err
		}
	}
	missing := s.script().missing(s.value)
	if len(missing) > 0 && force == "" {
		e := refuse(Conflict, "%s has no value for {{%s}}", line, strings.Join(missing, "}}, {{")).
			hint("Set it, or say why it is fine without.")
		e.Field = "force"
		return e
	}
	s.finishBy(t)
	s.rec.Status, s.rec.SkipReason = Done, ""
	if err := t.putStep(s.rec, line); err != nil {
		return err
	}
	t.receipt.Text = "Done"
	t.repeat("Note", note)
	t.event.Text = note
	if len(missing) > 0 {
		t.event.Text = strings.TrimSpace(note + "\nWithout a value for {{" + strings.Join(missing, "}}, {{") + "}}: " + force)
	}
	return t.remark(s, note, line)
}

func (op SkipStep) run(t *tx) error {
	reason, err := cleanReason("reason", op.Reason)
	if err != nil {
		return err
	}
	s, line, err := t.step(op.Target, op.Rev)
	if err != nil {
		return err
	}
	if err := s.move(t, Skipped); err != nil {
		return err
	}
	if err := s.takeover(t, op.Takeover); err != nil {
		return err
	}
	s.finishBy(t)
	s.rec.Status, s.rec.SkipReason = Skipped, reason
	t.receipt.Text = "Skipped"
	t.repeat("Reason", reason)
	t.event.Text = reason
	return t.putStep(s.rec, line)
}

// run keeps when it was executed, by whom and in which revision: history is not rewritten (BR-R04).
func (op RevertStep) run(t *tx) error {
	note, err := cleanText("note", op.Note)
	if err != nil {
		return err
	}
	s, line, err := t.step(op.Target, op.Rev)
	if err != nil {
		return err
	}
	if err := s.move(t, Reverted); err != nil {
		return err
	}
	s.rec.Status, s.rec.Values = Reverted, nil // open again: filled with what holds now
	if err := t.putStep(s.rec, line); err != nil {
		return err
	}
	t.receipt.Text = "Reverted"
	t.repeat("Note", note)
	t.event.Text = note
	return t.remark(s, note, line)
}

// run makes the step pending; what it says follows its template again.
func (op ReopenStep) run(t *tx) error {
	s, line, err := t.step(op.Target, op.Rev)
	if err != nil {
		return err
	}
	if err := s.move(t, Pending); err != nil {
		return err
	}
	if s.template != nil && s.template.Removed {
		return refuse(Conflict, "%s was removed from the template and cannot be opened again", s.short()).hint("It stays as it is, for the record.")
	}
	rec := s.rec
	rec.Status, rec.SkipReason = Pending, ""
	rec.ExecutedAt, rec.ExecutedBy = 0, ""
	rec.Revision, rec.Values = 0, nil
	t.receipt.Text = "Pending again"
	return t.putStep(rec, line)
}

func (op AddNote) run(t *tx) error {
	text, err := cleanText("note", op.Text)
	if err != nil {
		return err
	}
	if visible(text) == 0 {
		return invalid("note", "The note is empty").hint("Write what happened.")
	}
	s, line, err := t.step(op.Target, "")
	if err != nil {
		return err
	}
	t.receipt.Text = "Noted"
	t.repeat("Note", text)
	t.event.Text = text
	return t.remark(s, text, line)
}

// step resolves one customer's step that may be worked on now, and its target line.
func (t *tx) step(at Target, rev string) (*stepState, string, error) {
	rel, err := findRelease(t, at.Release, anyState)
	if err != nil {
		return nil, "", err
	}
	if err := rel.running(); err != nil {
		return nil, "", err
	}
	cust, cl, err := t.customer(at.Customer, activeOnly)
	if err != nil {
		return nil, "", err
	}
	ro, err := readRoster(t, rel.ID, cust.ClusterID)
	if err != nil {
		return nil, "", err
	}
	e, ok := ro.member(cust.ID)
	if !ok {
		return nil, "", refuse(Conflict, "%s does not take part in %s", place{cust.Name, cl.Name, cust.Namespace}, rel.Label()).
			hint("An admin can enrol it.")
	}
	if e.Withdrawn {
		return nil, "", refuse(Conflict, "%s was withdrawn from %s", place{cust.Name, cl.Name, cust.Namespace}, rel.Label()).
			hint("An admin can enrol it again.")
	}
	s, err := findStep(t, rel, cust, at.Step)
	if err != nil {
		return nil, "", err
	}
	return t.aboutStep(s, rev)
}

// aboutStep says that the operation is about a step, and refuses a stale rev.
func (t *tx) aboutStep(s *stepState, rev string) (*stepState, string, error) {
	line, err := s.line(t)
	if err != nil {
		return nil, "", err
	}
	t.aboutRelease(s.rel)
	t.aboutCustomer(s.cust)
	t.event.Step, t.receipt.Step = s.short(), s.short()
	t.event.Title, t.receipt.Title = line, line
	if rev != "" && rev != s.rev(t.epoch(), line) {
		return nil, "", t.staleStep(s, line)
	}
	return s, line, nil
}

// move refuses a change of status that is not among the allowed ones, and
// says what stands there and what would help.
func (s *stepState) move(t *tx, to Status) error {
	from := s.rec.Status
	if from.can(to) {
		return nil
	}
	e := refuse(Conflict, "%s is %s", t.event.Title, from)
	if from != Pending && s.rec.ExecutedBy != "" {
		by, err := personName(t, s.rec.ExecutedBy)
		if err != nil {
			return err
		}
		verb := ""
		if from == Reverted {
			verb = "done "
		}
		when := moment(onDay, unixTime(s.rec.ExecutedAt))
		e.Msg += fmt.Sprintf(" (%sby @%s, %s)", verb, by, when.Words)
		e.at(when)
	}
	switch {
	case from == to:
		e.Hint = "Nothing needs to change."
	case from == Done:
		e.Hint = "Revert it first."
	case from == Skipped:
		e.Hint = "Reopen it first."
	case to == Reverted:
		e.Hint = "Only a done step can be reverted."
	case to == Pending:
		e.Hint = "It is open already."
	}
	return e
}

// takeover asks once before somebody finishes a step that is blocked, or
// that another is working on; finishing ends both.
func (s *stepState) takeover(t *tx, confirmed bool) error {
	rec := s.rec
	var why, ends []string
	if rec.ClaimedBy != "" && rec.ClaimedBy != t.actor.id() {
		by, err := personName(t, rec.ClaimedBy)
		if err != nil {
			return err
		}
		why, ends = append(why, "in progress by @"+by), append(ends, "Going on takes it over from @"+by+".")
	}
	if rec.BlockedBy != "" {
		why, ends = append(why, "blocked"), append(ends, "What stands in its way: "+rec.BlockReason, "Going on ends the block.")
	}
	if len(why) > 0 && !confirmed {
		p := &ConsequencePreview{Title: t.event.Title + " is " + strings.Join(why, " and "), Lines: ends}
		return &Error{Code: Confirm, Msg: p.Title, Hint: "Confirm to go on all the same.", Preview: p}
	}
	rec.free()
	return nil
}

// finishBy records who executes the step now, and pins what it says.
func (s *stepState) finishBy(t *tx) {
	rec := s.rec
	rec.ExecutedAt, rec.ExecutedBy = t.now.Unix(), t.actor.id()
	rec.Values = s.script().freeze(s.value)
	if rec.Override == 0 && rec.Revision == 0 {
		rec.Revision = s.template.Revision
	}
}

// repeat says in the receipt what the actor wrote, so that a slip is seen at once.
func (t *tx) repeat(what, text string) {
	const most = 300
	if text != "" {
		t.detail("%s: “%s”", what, clip(oneLine(text), most))
	}
}

// remark adds a note to a step; an empty text adds nothing.
func (t *tx) remark(s *stepState, text, line string) error {
	if text == "" {
		return nil
	}
	rec := s.rec
	rec.Notes++
	if err := t.putStep(rec, line); err != nil {
		return err
	}
	n := &remark{Release: rec.Release, Customer: rec.Customer, Number: rec.Number, Seq: t.event.Seq, By: t.actor.id(), At: t.now.Unix(), Text: text}
	if err := remarks.put(t, n); err != nil {
		return err
	}
	t.call(remarks.path(remarks.key(n)), line)
	return nil
}
