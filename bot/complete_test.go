package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestManyCustomersAreSearchedForInAForm(t *testing.T) {
	l := started(t, localslack.Config{})
	l.prepared(t)
	for i := range 101 {
		a := l.says(t, fmt.Sprintf(`/rollcall customer add "Tenant %03d" cluster=prod-us namespace=tenant-%03d`, i, i))
		require.Contains(t, a.String(), "✅")
	}
	a := l.says(t, "/rollcall customer show")
	require.NotNil(t, a.Modal)
	view, _ := a.Modal.View()
	options, err := l.ann.Query(l.ctx, localslack.ViewAt(view.ID), "customer", "value", "tenant-04")
	require.NoError(t, err)
	require.Len(t, options, 10)
	assert.Equal(t, "Tenant 040 · prod-us / tenant-040", options[0].Text)
	a.Modal.Choose("Customer", "Tenant 042 · prod-us / tenant-042")
	_, err = a.Modal.Submit(l.ctx)
	require.NoError(t, err)
	_, err = l.ann.WaitFor(l.ctx, "#ops", "tenant-042")
	require.NoError(t, err)

	require.Empty(t, l.bot.Suggest(t.Context(), Query{User: "UNOBODY", Meta: `{"c":"customer.show"}`, Field: "customer"}), "nobody learns names by asking")
	require.Empty(t, l.bot.Suggest(t.Context(), Query{User: l.ann.ID(), Meta: `not ours`, Field: "customer"}))
}

func TestAFormIsToldToWaitWhileTheStoreIsSlow(t *testing.T) {
	l := started(t, localslack.Config{})
	a := l.says(t, "/rollcall cluster add")
	require.NotNil(t, a.Modal)
	a.Modal.Fill("Name", "prod-us")
	release := l.store.slow()
	out, err := a.Modal.Submit(l.ctx)
	require.NoError(t, err)
	require.False(t, out.Closed)
	require.Contains(t, a.Modal.String(), "still at it")
	release()
	require.Eventually(t, func() bool { return l.events(t) == 1 }, 5*time.Second, time.Millisecond)
	_, err = l.ann.WaitFor(l.ctx, "#ops", "prod-us added")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return strings.Contains(a.Modal.String(), "The answer is in the conversation") }, 5*time.Second, time.Millisecond)
}

func TestTwoPeopleClickAtOnce(t *testing.T) {
	l := started(t, localslack.Config{})
	l.prepared(t)
	ben := l.slack.User("ben")
	mine := l.says(t, "/rollcall step list v2.5.0 cust-a-prod").Messages[0]
	theirs, err := ben.Type(l.ctx, "#ops", "/rollcall step list v2.5.0 cust-a-prod")
	require.NoError(t, err)
	before := l.events(t)
	one, err := l.ann.StartClick(mine, "Done", "D1")
	require.NoError(t, err)
	two, err := ben.StartClick(theirs.Messages[0], "Done", "D1")
	require.NoError(t, err)
	first, err := one.Wait(l.ctx)
	require.NoError(t, err)
	second, err := two.Wait(l.ctx)
	require.NoError(t, err)
	require.Equal(t, before+1, l.events(t))
	answers := first.String() + second.String()
	require.Contains(t, answers, "Done.")
	require.Contains(t, answers, "has changed since")
}
