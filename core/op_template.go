package core

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/storage"
)

func (AddTemplate) Op() string     { return "template.add" }
func (EditTemplate) Op() string    { return "template.edit" }
func (MoveTemplate) Op() string    { return "template.move" }
func (RemoveTemplate) Op() string  { return "template.remove" }
func (AddTemplate) Needs() Role    { return Admin }
func (EditTemplate) Needs() Role   { return Admin }
func (MoveTemplate) Needs() Role   { return Admin }
func (RemoveTemplate) Needs() Role { return Admin }

func (op AddTemplate) run(t *tx) error {
	rel, err := findRelease(t, op.Release, anyState)
	if err != nil {
		return err
	}
	if err := rel.open(); err != nil {
		return err
	}
	live, err := liveTemplates(t, rel.ID)
	if err != nil {
		return err
	}
	tm, err := t.addTemplate(rel, live, op)
	if err != nil {
		return err
	}
	if rel.Status == Active {
		n, err := countEffect(t, rel, tm)
		if err != nil {
			return err
		}
		t.detail("%s of %s get it at once.", count(n.pending, "customer"), rel.Label())
	}
	return nil
}

// addTemplate adds a step to the steps that a release has.
func (t *tx) addTemplate(rel *Release, live []*StepTemplate, op AddTemplate) (*StepTemplate, error) {
	w, err := cleanWording(op.Name, op.Type, op.Content, op.Description)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(Categories, op.Category) {
		return nil, invalid("category", "%q is not a category", op.Category).hint("It is deploy or verify.")
	}
	if len(live) >= stepLimit {
		return nil, refuse(Conflict, "Release %s already has %d steps, the most there can be", rel.Label(), stepLimit)
	}
	at, err := placeIn(live, op.Category, whereTo{op.Before, op.After, op.End}, nil)
	if err != nil {
		return nil, removedElse(t, rel, op.Before+op.After, err)
	}
	ser, err := readSerials(t, rel.ID)
	if err != nil {
		return nil, err
	}
	tm := &StepTemplate{ReleaseID: rel.ID, Category: op.Category, CreatedAt: t.now, Revision: 1}
	tm.Number, tm.Serial = ser.next(op.Category)
	tm.ID = templateID(rel.ID, tm.Number)
	tm.say(w)
	if err := t.putJSON(serialPath(rel.ID), ser); err != nil {
		return nil, err
	}
	if err := t.putJSON(textPath(rel.ID, 0, tm.Number, 1), w); err != nil {
		return nil, err
	}
	same := ofCategory(live, op.Category)
	same = slices.Insert(same, at, tm)
	if err := t.renumber(same, tm); err != nil {
		return nil, err
	}
	for _, miss := range nearMisses(w.Content) {
		t.warn("%s", miss)
	}
	t.aboutTemplate(rel, tm)
	t.receipt.Text = fmt.Sprintf("Step %s added to %s as %s %d", tm.ShortID(), rel.Label(), tm.Category, tm.OrderIndex+1)
	return tm, nil
}

func (op EditTemplate) run(t *tx) error {
	rel, tm, _, err := t.template(op.Release, op.Step)
	if err != nil {
		return err
	}
	if err := t.fresh(op.Rev, tm.last, "Step "+tm.ShortID()); err != nil {
		return err
	}
	old, err := readWording(t, rel.ID, 0, tm.Number, tm.Revision)
	if err != nil {
		return err
	}
	next := *old
	set(&next.Name, op.Name)
	set(&next.Content, op.Content)
	if op.Description != nil {
		next.Description = Maybe(*op.Description)
	}
	if op.Type != nil {
		next.Type = *op.Type
	}
	w, err := cleanWording(next.Name, next.Type, next.Content, string(next.Description))
	if err != nil {
		return err
	}
	t.aboutTemplate(rel, tm)
	if *w == *old {
		t.receipt.Text = fmt.Sprintf("Step %s already says that", tm.ShortID())
		return nil
	}
	if rel.Status == Active {
		n, err := countEffect(t, rel, tm)
		if err != nil {
			return err
		}
		if !op.Confirm {
			p := editPreview(rel, tm)
			p.Lines = []string{n.editLine()}
			return &Error{Code: Confirm, Msg: p.Title, Hint: "Confirm to change it.", Preview: p}
		}
		t.detail("%s", n.editedLine())
	}
	if tm.Revision, err = newestRevision(t, rel.ID, tm.Number); err != nil {
		return err
	}
	tm.Revision++
	if err := t.putJSON(textPath(rel.ID, 0, tm.Number, tm.Revision), w); err != nil {
		return err
	}
	tm.say(w)
	for _, miss := range nearMisses(w.Content) {
		t.warn("%s", miss)
	}
	t.aboutTemplate(rel, tm)
	t.receipt.Text = fmt.Sprintf("Step %s of %s changed", tm.ShortID(), rel.Label())
	return templates.put(t, tm)
}

// editPreview asks whether a template step is to be changed, as it is now.
func editPreview(rel *Release, tm *StepTemplate) *ConsequencePreview {
	return &ConsequencePreview{Title: fmt.Sprintf("Change %s %s in %s?", tm.ShortID(), tm.Name, rel.Label()), Rev: formatRev(tm.last)}
}

func (op MoveTemplate) run(t *tx) error {
	rel, tm, live, err := t.template(op.Release, op.Step)
	if err != nil {
		return err
	}
	to := whereTo{op.Before, op.After, op.End}
	if to == (whereTo{}) {
		return invalid("position", "Where to?").hint("Say before or after which step, like before D4.")
	}
	at, err := placeIn(live, tm.Category, to, tm)
	if err != nil {
		return removedElse(t, rel, op.Before+op.After, err)
	}
	same := slices.Insert(ofCategory(without(live, tm), tm.Category), at, tm)
	t.aboutTemplate(rel, tm)
	if at == tm.OrderIndex {
		t.receipt.Text = fmt.Sprintf("Step %s already stands there", tm.ShortID())
		return nil
	}
	if rel.Status == Active && !op.Confirm {
		p := &ConsequencePreview{
			Title: fmt.Sprintf("Move %s %s of %s from place %d to %d?", tm.ShortID(), tm.Name, rel.Label(), tm.OrderIndex+1, at+1),
			Lines: []string{"Every customer's steps are listed in the new order. Nothing that was done changes; custom steps stay behind the steps they follow."},
		}
		return &Error{Code: Confirm, Msg: p.Title, Hint: "Confirm to move it.", Preview: p}
	}
	from := tm.OrderIndex + 1
	if err := t.renumber(same, nil); err != nil {
		return err
	}
	t.aboutTemplate(rel, tm)
	t.receipt.Text = fmt.Sprintf("Step %s of %s moved from place %d to %d", tm.ShortID(), rel.Label(), from, at+1)
	return nil
}

// template resolves a template step of a release that may still be changed.
func (t *tx) template(release, step string) (*Release, *StepTemplate, []*StepTemplate, error) {
	rel, err := findRelease(t, release, anyState)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := rel.open(); err != nil {
		return nil, nil, nil, err
	}
	live, err := liveTemplates(t, rel.ID)
	if err != nil {
		return nil, nil, nil, err
	}
	tm, err := findTemplate(live, step)
	return rel, tm, live, removedElse(t, rel, step, err)
}

func (t *tx) aboutTemplate(rel *Release, tm *StepTemplate) {
	t.aboutRelease(rel)
	t.event.Step, t.receipt.Step = tm.ShortID(), tm.ShortID()
	t.event.Title = rel.Label() + " · " + string(tm.Category) + " " + formatOrder(float64(tm.OrderIndex)) + " (" + tm.ShortID() + ") " + tm.Name
	t.receipt.Title = t.event.Title
}

// renumber gives the steps of one category the order 0, 1, 2… they stand in,
// storing those whose place changed, and a new one always.
func (t *tx) renumber(same []*StepTemplate, added *StepTemplate) error {
	for i, tm := range same {
		if tm.OrderIndex == i && tm != added {
			continue
		}
		tm.OrderIndex = i
		if err := templates.put(t, tm); err != nil {
			return err
		}
	}
	return nil
}

func ofCategory(all []*StepTemplate, c Category) []*StepTemplate {
	var out []*StepTemplate
	for _, tm := range all {
		if tm.Category == c {
			out = append(out, tm)
		}
	}
	return out
}

// placeIn is the index in its category at which a step goes; moved is the one that stands there already, if one does.
func placeIn(live []*StepTemplate, c Category, to whereTo, moved *StepTemplate) (int, error) {
	same := ofCategory(without(live, moved), c)
	ref, shift, err := to.at()
	if err != nil {
		return 0, err
	}
	if ref == "" {
		return to.last(len(same)), nil
	}
	anchor, err := findTemplate(live, ref)
	switch {
	case err != nil:
		return 0, inField(err, "position")
	case anchor == moved:
		return 0, nextToItself(anchor.ShortID())
	case anchor.Category != c:
		return 0, inOtherOrder(anchor.ShortID(), anchor.Category, c)
	}
	return slices.Index(same, anchor) + shift, nil
}

// without is all steps but one.
func without(all []*StepTemplate, one *StepTemplate) []*StepTemplate {
	return slices.DeleteFunc(slices.Clone(all), func(tm *StepTemplate) bool { return tm == one })
}

// newestRevision is the highest revision ever written of a template step. An
// undone change leaves its revision behind: a step may have pinned it.
func newestRevision(r storage.Reader, release int64, number int) (int, error) {
	rng := storage.Prefix([]byte(strings.TrimSuffix(textPath(release, 0, number, 0), "000000")))
	rng.Reverse = true
	for e, err := range r.Scan(rng) {
		return int(decimal(string(e.Key[len(e.Key)-6:]))), err
	}
	return 0, nil
}

// say copies a wording onto the template's own fields.
func (tm *StepTemplate) say(w *wording) {
	tm.Name, tm.Type, tm.Description = w.Name, w.Type, w.Description
}

func cleanWording(name string, kind StepType, content, description string) (*wording, error) {
	w := &wording{Type: kind}
	var err error
	if w.Name, err = cleanName("name", name); err != nil {
		return nil, err
	}
	if !slices.Contains(StepTypes, kind) {
		return nil, invalid("type", "%q is not a type of step", kind).hint("It is bash, sql or text.")
	}
	if w.Content, err = cleanContent("content", content); err != nil {
		return nil, err
	}
	d, err := cleanText("description", description)
	w.Description = Maybe(d)
	return w, err
}

func set(to *string, from *string) {
	if from != nil {
		*to = *from
	}
}
