package core

import (
	"context"
	"time"

	"rollcall/storage"
)

// Preview is what an operation would come to if it were done now: its receipt,
// or the error that it would be refused with. It runs the operation itself and
// drops what it wrote, so that what a form foretells cannot drift from what
// sending it does. Nothing is changed, and no event is left behind.
func (s *Service) Preview(ctx context.Context, actor Actor, op Operation) (Receipt, error) {
	if err := s.meet(ctx, actor); err != nil {
		return Receipt{}, AsError(err)
	}
	now := s.cfg.Now().UTC().Truncate(time.Second)
	var out Receipt
	err := s.view(ctx, func(r storage.Reader) error {
		t, err := newTx(r, &s.cfg, actor, now, op.Op())
		if err != nil {
			return err
		}
		if t.role, err = roleOf(r, &s.cfg, actor); err != nil {
			return err
		}
		if t.role < op.Needs() {
			return needsRole("That", op.Needs(), t.role)
		}
		if err := op.run(t); err != nil {
			return err
		}
		out = t.receipt
		return nil
	})
	return out, err
}

// TemplateEffect says whom a change of a template step would reach: nobody yet
// on a draft, which has no lines.
func (s *Service) TemplateEffect(ctx context.Context, a Actor, release, step string) (*ConsequencePreview, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*ConsequencePreview, error) {
		rel, tm, err := findReleaseStep(r, release, step)
		if err != nil {
			return nil, err
		}
		p := editPreview(rel, tm)
		if rel.Status != Active || tm.Removed {
			return p, nil
		}
		n, err := countEffect(r, rel, tm)
		p.Lines = []string{n.editLine()}
		return p, err
	})
}
