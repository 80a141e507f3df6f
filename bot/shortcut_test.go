package bot

import (
	"testing"

	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/require"
)

func TestMyNextStepIsShownAndDoneInItsWindow(t *testing.T) {
	l := started(t, localslack.Config{})
	l.prepared(t)
	a, err := l.ann.Shortcut(l.ctx, "My next step")
	require.NoError(t, err)
	require.NotNil(t, a.Modal)
	require.Contains(t, a.String(), "Customer A · prod-us / cust-a-prod")
	require.Contains(t, a.String(), "(D1) Deploy")

	done, err := l.ann.Click(l.ctx, a.Modal, "Done")
	require.NoError(t, err)
	require.Contains(t, done.String(), "Done.")
	require.Contains(t, done.String(), "(D2) Migrate", "the card has moved on")
	form, err := l.ann.Click(l.ctx, l.ann.Modal(), "Skip")
	require.NoError(t, err)
	require.NotNil(t, form.Modal)
	form.Modal.Fill("Reason", "not on this plan")
	out, err := form.Modal.Submit(l.ctx)
	require.NoError(t, err)
	require.True(t, out.Closed)
	require.NoError(t, l.ann.Modal().WaitFor(l.ctx, "Skipped"), "the window below says what became of it")
}

func TestNewReleaseByShortcut(t *testing.T) {
	l := started(t, localslack.Config{})
	l.prepared(t)
	a, err := l.ann.Shortcut(l.ctx, "New release")
	require.NoError(t, err)
	require.NotNil(t, a.Modal)
	a.Modal.Fill("Name", "Summer release")
	a.Modal.Choose("Type", "hotfix")
	_, err = a.Modal.Submit(l.ctx)
	require.NoError(t, err)
	require.NoError(t, l.ann.Modal().WaitFor(l.ctx, "Summer release"))
	require.Contains(t, l.ann.Modal().String(), "added as a draft")
}

func TestAShortcutOfAnotherVersionOpensTheMenu(t *testing.T) {
	l := started(t, localslack.Config{App: localslack.App{Shortcuts: []localslack.Shortcut{{Name: "Old one", CallbackID: "gone"}}}})
	a, err := l.ann.Shortcut(l.ctx, "Old one")
	require.NoError(t, err)
	require.Contains(t, a.String(), "Rollcall tracks a release")
}

func TestAMatrixInAWindowIsLines(t *testing.T) {
	l := started(t, localslack.Config{App: localslack.App{Shortcuts: []localslack.Shortcut{{Name: "Old one", CallbackID: "gone"}}}})
	l.prepared(t)
	a, err := l.ann.Shortcut(l.ctx, "Old one")
	require.NoError(t, err)
	_, err = l.ann.Click(l.ctx, a.Modal, "Matrix")
	require.NoError(t, err)
	require.NoError(t, l.ann.Modal().WaitFor(l.ctx, "Customer A (cust-a-prod): 🔄 Pending"))
}
