package bot

import (
	"strings"
	"testing"

	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/require"
)

// home is the person's Home tab as soon as it says something.
func (l *live) home(t *testing.T, user, text string) localslack.View {
	t.Helper()
	var found localslack.View
	err := l.slack.Wait(l.ctx, func() bool {
		v, ok := l.slack.User(user).Home()
		found = v
		return ok && strings.Contains(v.String(), text)
	})
	require.NoError(t, err, "%s\n%s", found, l.log)
	return found
}

func TestHomeLeadsFromNothingToAFirstRelease(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	home, err := l.ann.OpenHome(l.ctx)
	require.NoError(t, err)
	require.Contains(t, home.String(), "From nothing to a first release")

	form, err := l.ann.Click(l.ctx, home, "Add cluster")
	require.NoError(t, err)
	form.Modal.Fill("Name", "prod-us")
	_, err = form.Modal.Submit(l.ctx)
	require.NoError(t, err)

	form, err = l.ann.Click(l.ctx, l.home(t, "ann", "[Add customer]"), "Add customer")
	require.NoError(t, err)
	form.Modal.Fill("Name", "Customer A")
	form.Modal.Fill("Namespace", "cust-a-prod")
	form.Modal.Choose("Cluster", "prod-us")
	_, err = form.Modal.Submit(l.ctx)
	require.NoError(t, err)

	form, err = l.ann.Click(l.ctx, l.home(t, "ann", "[New release]"), "New release")
	require.NoError(t, err)
	form.Modal.Fill("Name", "Spring release")
	form.Modal.Choose("Type", "hotfix")
	_, err = form.Modal.Submit(l.ctx)
	require.NoError(t, err)

	form, err = l.ann.Click(l.ctx, l.home(t, "ann", "[Add step]"), "Add step")
	require.NoError(t, err)
	form.Modal.Fill("Name", "Deploy")
	form.Modal.Choose("Category", "deploy")
	form.Modal.Choose("Type", "bash")
	form.Modal.Fill("Content", "helm upgrade")
	_, err = form.Modal.Submit(l.ctx)
	require.NoError(t, err)

	asks, err := l.ann.Click(l.ctx, l.home(t, "ann", "[Activate]"), "Activate")
	require.NoError(t, err)
	require.NotNil(t, asks.Modal)
	_, err = l.ann.Click(l.ctx, l.ann.Modal(), "Confirm")
	require.NoError(t, err)
	home = l.home(t, "ann", "Active releases")
	require.Contains(t, home.String(), "Your next step")
	require.Contains(t, l.ann.Modal().String(), "no channel", "it was activated from no channel, and says what that means")
}

func TestHomeByRole(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	home, err := l.slack.User("cat").OpenHome(l.ctx)
	require.NoError(t, err)
	require.Contains(t, home.String(), "An admin adds the first cluster")
	l.prepared(t)
	ben := l.slack.User("ben")
	require.NoError(t, ben.Change(func(p *localslack.Person) { p.Role = localslack.Member }))
	home, err = l.slack.User("cat").OpenHome(l.ctx)
	require.NoError(t, err)
	require.Contains(t, home.String(), "Your next step")
	require.NotContains(t, home.String(), "[Add cluster]")
	home, err = l.ann.OpenHome(l.ctx)
	require.NoError(t, err)
	require.Contains(t, home.String(), "[Add cluster]")
	home, err = l.slack.User("gil").OpenHome(l.ctx)
	require.NoError(t, err)
	require.Contains(t, home.String(), "full members")
}

func TestHomeIsPublishedWhenOpenedAndAfterOwnActionsOnly(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	l.prepared(t)
	require.Empty(t, l.slack.Calls("views.publish"), "nobody has opened one")
	_, err := l.ann.OpenHome(l.ctx)
	require.NoError(t, err)
	_, err = l.slack.User("cat").OpenHome(l.ctx)
	require.NoError(t, err)
	before := len(l.slack.Calls("views.publish"))

	home := l.home(t, "ann", "Your next step")
	card, err := l.ann.Click(l.ctx, home, "Open", "(D1)")
	require.NoError(t, err)
	require.NotNil(t, card.Modal, "what Home asks is answered in a window")
	_, err = l.ann.Click(l.ctx, card.Modal, "Start")
	require.NoError(t, err)
	l.home(t, "ann", "In progress by you")
	require.Len(t, l.slack.Calls("views.publish"), before+1, "and cat's is left alone")
	require.Contains(t, l.says(t, `/rc step block cust-a-prod D2 reason="backup runs" needs=`+l.slack.User("cat").ID()).String(), "Blocked")
	home, err = l.slack.User("cat").OpenHome(l.ctx)
	require.NoError(t, err)
	require.Contains(t, home.String(), "Blocked until you help")
}
