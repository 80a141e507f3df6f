package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rollcall/core"
	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FR-001: what is chosen redraws the form; what was typed before stays, and comes back with its field.
func TestAFormIsRedrawnAndKeepsWhatWasTyped(t *testing.T) {
	l := started(t, localslack.Config{})
	l.prepared(t)
	form := l.says(t, "/rollcall release add").Modal
	require.NotNil(t, form)
	form.Fill("Name", "Onboard Customer F")
	form.Fill("Version", "v9")
	form.Choose("Type", "Onboarding")
	require.NoError(t, form.Settle(l.ctx))
	require.NoError(t, form.WaitFor(l.ctx, "Customers"))
	require.Contains(t, form.String(), "Onboard Customer F")
	require.NotContains(t, form.String(), "Version")
	form.Choose("Type", "Release")
	require.NoError(t, form.Settle(l.ctx))
	require.NoError(t, form.WaitFor(l.ctx, "v9"))
	form.Choose("For", "All active customers")
	require.NoError(t, form.Settle(l.ctx))
	require.Eventually(t, func() bool { return !strings.Contains(form.String(), "Customers") }, 5*time.Second, time.Millisecond)
	require.NoError(t, form.Err())
	out, err := form.Submit(l.ctx)
	require.NoError(t, err)
	require.Empty(t, out.Errors)
	require.True(t, out.Closed)
	_, err = l.ann.WaitFor(l.ctx, "#ops", "Onboard Customer F (v9)")
	require.NoError(t, err)
}

// FC-001: Enter in a name says at once that it is taken.
func TestEnterLooksAhead(t *testing.T) {
	l := started(t, localslack.Config{})
	l.prepared(t)
	form := l.says(t, "/rollcall cluster add").Modal
	form.Enter("Name", "prod-us")
	require.NoError(t, form.WaitFor(l.ctx, "already"))
	form.Enter("Name", "prod-eu")
	require.Eventually(t, func() bool { return !strings.Contains(form.String(), "already") }, 5*time.Second, time.Millisecond)
	require.Equal(t, 6, l.events(t), "looking ahead changes nothing")
}

// Content comes from a file; one that is too long or no text is refused under its field, and what was typed stays.
func TestContentFromAFile(t *testing.T) {
	l := started(t, localslack.Config{})
	l.prepared(t)
	form := l.says(t, `/rollcall template add v2.5.0 "Load data" category=deploy type=sql`).Modal
	require.NotNil(t, form)
	for name, content := range map[string]string{"big.sql": strings.Repeat("x", 64<<10+1), "blob.sql": "\xff\xfe\x00"} {
		form.Attach("Content from a file", name, []byte(content))
		require.NoError(t, form.Err())
		out, err := form.Submit(l.ctx)
		require.NoError(t, err)
		require.Contains(t, out.Errors["Content from a file"], name)
		require.Contains(t, form.String(), "Load data")
	}
	script := strings.Repeat("INSERT INTO t VALUES ('ä');\n", 2000)
	form.Attach("Content from a file", "load.sql", []byte("\ufeff"+strings.ReplaceAll(script, "\n", "\r\n")))
	out, err := form.Submit(l.ctx)
	require.NoError(t, err)
	require.Empty(t, out.Errors)
	_, err = l.ann.WaitFor(l.ctx, "#ops", "Load data")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return l.events(t) == 7 }, 5*time.Second, time.Millisecond)
	v, err := l.core.Template(t.Context(), core.System(core.ViaCLI), "v2.5.0", "D3")
	require.NoError(t, err)
	require.Equal(t, script, string(v.Step.Content))

	// Too long for a form: its beginning is shown, and only a file can replace it.
	edit := l.says(t, "/rollcall template edit v2.5.0 D3").Modal
	require.Contains(t, edit.String(), "INSERT INTO t")
	require.Contains(t, edit.String(), "deploy 3 (D3)", "which step it is about")
	edit.Fill("Name", "Load all data")
	edit.Attach("Replace it by a file", "load2.sql", []byte("SELECT 2;"))
	require.NoError(t, edit.Err())
	out, err = edit.Submit(l.ctx)
	require.NoError(t, err)
	require.True(t, out.Closed, edit.String())
	require.Eventually(t, func() bool { return l.events(t) == 8 }, 5*time.Second, time.Millisecond)
	v, err = l.core.Template(t.Context(), core.System(core.ViaCLI), "v2.5.0", "D3")
	require.NoError(t, err)
	require.Equal(t, "SELECT 2;", string(v.Step.Content))
	require.Equal(t, "Load all data", v.Step.Name)
}

// Long content goes to one person as a file, once, and never to a channel; asked for, it comes again.
func TestLongContentIsAFileToOnePerson(t *testing.T) {
	l := started(t, localslack.Config{})
	l.prepared(t)
	script := strings.Repeat("helm upgrade\n", 4600)
	form := l.says(t, "/rollcall step override v2.5.0 cust-a-prod D1").Modal
	require.Contains(t, form.String(), "The template says, filled in for Customer A")
	form.Fill("Content", "")
	form.Attach("Content from a file", "long.sh", []byte(script))
	out, err := form.Submit(l.ctx)
	require.NoError(t, err)
	require.True(t, out.Closed, form.String())
	require.Eventually(t, func() bool { return l.events(t) == 7 }, 5*time.Second, time.Millisecond)

	l.says(t, "/rollcall step show v2.5.0 cust-a-prod D1")
	_, err = l.ann.WaitFor(l.ctx, "#ops", "only the beginning")
	require.NoError(t, err)
	_, err = l.ann.WaitFor(l.ctx, "@app", ".sh")
	require.NoError(t, err)
	l.says(t, "/rollcall step show v2.5.0 cust-a-prod D1")
	l.says(t, "/rollcall next v2.5.0")
	files := func() (n int) {
		for _, m := range l.ann.Sees("@app") {
			n += len(m.Files)
		}
		return n
	}
	require.Equal(t, 1, files(), "it is there already")
	_, err = l.ann.Click(l.ctx, l.says(t, "/rollcall step show v2.5.0 cust-a-prod D1").Messages[0], "Content as a file")
	require.NoError(t, err)
	_, err = l.ann.WaitFor(l.ctx, "#ops", "on its way")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return files() == 2 }, 5*time.Second, time.Millisecond)
	for _, m := range l.ann.Sees("#ops") {
		require.Empty(t, m.Files, "nothing of it stands in a channel")
	}
}

// The message shortcut takes a text file or the only code block, shows what it will save, and asks for which step.
func TestAMessageBecomesStepContent(t *testing.T) {
	l := started(t, localslack.Config{})
	l.prepared(t)
	use := func(m localslack.Message) localslack.Answer {
		a, err := l.ann.MessageShortcut(l.ctx, m, "Use as step content")
		require.NoError(t, err)
		return a
	}
	said := func(text string) localslack.Message {
		_, err := l.ann.Type(l.ctx, "#ops", text)
		require.NoError(t, err)
		seen := l.ann.Sees("#ops")
		return seen[len(seen)-1]
	}
	for text, want := range map[string]string{"just words": "no text file and no code block", "```one``` and ```two```": "2 code blocks"} {
		use(said(text))
		require.NoError(t, l.ann.Modal().WaitFor(l.ctx, want))
		require.NoError(t, l.ann.Modal().Dismiss(l.ctx))
	}
	odd, err := l.ann.Upload("#ops", "you & <me>.sh", []byte("\xff\xfe"), "")
	require.NoError(t, err)
	use(odd)
	require.NoError(t, l.ann.Modal().WaitFor(l.ctx, "you & <me>.sh is not text"))
	require.NoError(t, l.ann.Modal().Dismiss(l.ctx))
	use(said("Please run\n```\nSELECT '<tag>' & 1;\n```\nthanks"))
	form := l.ann.Modal()
	require.NoError(t, form.WaitFor(l.ctx, "This will be saved"))
	require.Contains(t, form.String(), "SELECT '<tag>' & 1;")
	require.Contains(t, form.String(), "Choose the release first", "and nothing is offered that may be another's")
	form.Choose("Release", "Spring release (v2.5.0) · R1")
	require.NoError(t, form.Settle(l.ctx))
	require.Eventually(t, func() bool { return !strings.Contains(form.String(), "first, or type") }, 5*time.Second, time.Millisecond)
	form.Choose("Step", "Migrate · D2")
	require.NoError(t, form.Settle(l.ctx))
	require.NoError(t, form.Err())
	require.NoError(t, form.WaitFor(l.ctx, "1 pending change"))
	out, err := form.Submit(l.ctx)
	require.NoError(t, err)
	require.True(t, out.Closed, form.String())
	require.Eventually(t, func() bool { return l.events(t) == 7 }, 5*time.Second, time.Millisecond)
	v, err := l.core.Template(t.Context(), core.System(core.ViaCLI), "v2.5.0", "D2")
	require.NoError(t, err)
	require.Equal(t, "SELECT '<tag>' & 1;", strings.TrimSpace(string(v.Step.Content)))

	// A file, for one customer alone.
	m, err := l.ann.Upload("#ops", "fix.sh", []byte("helm upgrade --force\n"), "for Customer A")
	require.NoError(t, err)
	use(m)
	form = l.ann.Modal()
	require.NoError(t, form.WaitFor(l.ctx, "helm upgrade --force"))
	form.Choose("Release", "Spring release (v2.5.0) · R1")
	require.NoError(t, form.Settle(l.ctx))
	require.Eventually(t, func() bool {
		_, err := l.ann.Modal().View()
		return err && !strings.Contains(form.String(), "Choose the release first")
	}, 5*time.Second, time.Millisecond)
	form.Choose("Only for", "Customer A · prod-us / cust-a-prod")
	require.NoError(t, form.Settle(l.ctx))
	require.NoError(t, form.WaitFor(l.ctx, "Override"))
	form.Choose("Step", "Deploy · D1")
	require.NoError(t, form.Settle(l.ctx))
	require.NoError(t, form.Err())
	out, err = form.Submit(l.ctx)
	require.NoError(t, err)
	require.True(t, out.Closed, form.String())
	require.Eventually(t, func() bool { return l.events(t) == 8 }, 5*time.Second, time.Millisecond)
}

// FS-003: the editor is pushed upon and redrawn below, over the wire.
func TestTheTemplateEditorInAWorkspace(t *testing.T) {
	l := started(t, localslack.Config{})
	l.prepared(t)
	editor := l.says(t, "/rollcall template edit v2.5.0").Modal
	require.NotNil(t, editor)
	up, err := l.ann.Click(l.ctx, editor, "▲", "Migrate")
	require.NoError(t, err)
	require.NotNil(t, up.Modal, "the release is active: it asks first")
	require.Contains(t, up.Modal.String(), "new order")
	out, err := up.Modal.Submit(l.ctx)
	require.NoError(t, err)
	require.True(t, out.Closed)
	require.NoError(t, l.ann.Modal().WaitFor(l.ctx, "moved from place 2 to 1"))
	edit, err := l.ann.Click(l.ctx, l.ann.Modal(), "Edit", "Deploy")
	require.NoError(t, err)
	edit.Modal.Fill("Name", "Deploy App")
	out, err = edit.Modal.Submit(l.ctx)
	require.NoError(t, err)
	require.True(t, out.Closed, edit.Modal.String())
	require.NoError(t, l.ann.Modal().WaitFor(l.ctx, "Deploy App"))
	require.NoError(t, l.ann.Modal().Cancel(l.ctx))
	require.Nil(t, l.ann.Modal())
}

// Where there are more customers than a list takes, messages and forms ask while somebody types.
func TestManyCustomersAreSearchedForInMessages(t *testing.T) {
	l := started(t, localslack.Config{})
	l.prepared(t)
	for i := range 101 {
		_, err := l.core.Do(l.ctx, core.System(core.ViaCLI), "", core.AddCustomer{Name: fmt.Sprintf("Tenant %03d", i), Cluster: "prod-us", Namespace: fmt.Sprintf("tenant-%03d", i)})
		require.NoError(t, err)
	}
	across := l.says(t, "/rollcall step across v2.5.0 D1").Messages[0]
	options, err := l.ann.Query(l.ctx, across, "open R1 D1", "customers", "nt 04")
	require.NoError(t, err)
	require.Len(t, options, 10)
	require.Equal(t, "Tenant 040 · prod-us / tenant-040", options[0].Text)
	require.Equal(t, "prod-us", options[0].Group)
	_, err = l.ann.Act(across, "open R1 D1", "customers", localslack.Input{Options: []string{options[0].Value, options[1].Value}})
	require.NoError(t, err) // nothing is to be answered: the select shows what is chosen
	plan, err := l.ann.Click(l.ctx, across, "Done for these")
	require.NoError(t, err)
	require.Contains(t, plan.String(), "*2 steps* would change")
	require.Contains(t, plan.String(), "Tenant 041")

	// What is longer than a message comes whole, as a file to the asker alone.
	l.says(t, "/rollcall bulk done v2.5.0 D1 all") // answered by message and file, whichever comes first
	_, err = l.ann.WaitFor(l.ctx, "#ops", "The whole list is a file")
	require.NoError(t, err)
	file, err := l.ann.WaitFor(l.ctx, "@app", "steps-of-R1.txt")
	require.NoError(t, err)
	require.Len(t, file.Files, 1)

	grid := l.says(t, "/rollcall matrix v2.5.0").Messages[0]
	options, err = l.ann.Query(l.ctx, grid, "cell R1 1", "step.show:cell", "tenant-099 migr")
	require.NoError(t, err)
	require.Len(t, options, 1)
	act, err := l.ann.Act(grid, "cell R1 1", "step.show:cell", localslack.Input{Options: []string{options[0].Value}})
	require.NoError(t, err)
	card, err := act.Wait(l.ctx)
	require.NoError(t, err)
	require.Contains(t, card.String(), "Tenant 099 · prod-us / tenant-099 · v2.5.0 · deploy 2 (D2) Migrate")

	// A customer's own step is found too, and only where it is.
	_, err = l.core.Do(l.ctx, core.System(core.ViaCLI), "", core.AddCustomStep{Release: "v2.5.0", Customer: "tenant-099", Name: "Warm the cache", Category: core.Deploy, Type: core.Bash, Content: "curl"})
	require.NoError(t, err)
	options, err = l.ann.Query(l.ctx, grid, "cell R1 1", "step.show:cell", "warm")
	require.NoError(t, err)
	require.Len(t, options, 1)
	require.Equal(t, "Tenant 099 · C1 Warm the cache · pending", options[0].Text)

	require.Empty(t, l.bot.Suggest(t.Context(), Query{User: "UNOBODY", Block: "cell R1 1"}), "nobody learns names by asking")
	require.Empty(t, l.bot.Suggest(t.Context(), Query{User: l.ann.ID(), Block: "nonsense"}))
}

// Of more clusters than a list takes every one can be chosen: by typing its name.
func TestManyClustersAreSearchedForInMessages(t *testing.T) {
	l := started(t, localslack.Config{})
	l.prepared(t)
	for i := range 120 {
		name := fmt.Sprintf("edge-%03d", i)
		for _, op := range []core.Operation{core.AddCluster{Name: name}, core.AddCustomer{Name: "Tenant " + name, Cluster: name, Namespace: "tenant"}} {
			_, err := l.core.Do(l.ctx, core.System(core.ViaCLI), "", op)
			require.NoError(t, err)
		}
	}
	for list, what := range map[string]struct{ block, action, want string }{
		"/rollcall matrix v2.5.0 status=pending": {"clusters matrix R1 status=pending view=here", "matrix:cluster", "Tenant edge-117 (tenant)"},
		"/rollcall customers sort=name":          {"clusters customer list sort=name view=here", "customer.list:cluster", "Tenant edge-117"},
	} {
		m := l.says(t, list).Messages[0]
		options, err := l.ann.Query(l.ctx, m, what.block, what.action, "")
		require.NoError(t, err, list)
		require.Len(t, options, 100)
		require.Equal(t, "All clusters", options[0].Text)
		options, err = l.ann.Query(l.ctx, m, what.block, what.action, "ge-117")
		require.NoError(t, err)
		require.Len(t, options, 1)
		act, err := l.ann.Act(m, what.block, what.action, localslack.Input{Options: []string{options[0].Value}})
		require.NoError(t, err)
		shown, err := act.Wait(l.ctx)
		require.NoError(t, err)
		require.Contains(t, shown.String(), what.want)
		require.NotContains(t, shown.String(), "edge-118 (")
	}
}

// A trigger lives three seconds: while the store is slow the form that is coming is announced, and then filled.
func TestAFormIsAnnouncedWhileTheStoreIsSlow(t *testing.T) {
	t.Parallel()
	l := started(t, localslack.Config{})
	l.prepared(t)
	release := l.store.slow()
	slow, err := l.ann.Send("#ops", "", "/rollcall cluster add prod-eu")
	require.NoError(t, err)
	form := l.says(t, "/rollcall customer add").Modal
	require.NotNil(t, form)
	require.NoError(t, form.WaitFor(l.ctx, "getting this ready"))
	release()
	_, err = slow.Wait(l.ctx)
	require.NoError(t, err)
	require.NoError(t, form.WaitFor(l.ctx, "Namespace"))
	assert.Contains(t, form.String(), "Cluster")
}

// FR-001: a form sent before it was redrawn asks for the customers that its last choice is about: a release for picked
// customers never becomes one for everybody.
func TestAFormSentBeforeItWasRedrawnIsNotForEverybody(t *testing.T) {
	l := started(t, localslack.Config{})
	l.prepared(t)
	form := l.says(t, `/rollcall release add "Login fix" type=hotfix targets=customers`).Modal
	require.NotNil(t, form, "picked customers, and none is named")
	require.NoError(t, form.Cancel(l.ctx))

	form = l.says(t, "/rollcall release clone v2.5.0").Modal
	require.NotNil(t, form)
	form.Fill("Name", "Login fix")
	form.Fill("Version", "v2.5.1")
	hold := make(chan struct{})
	l.slack.Inject(localslack.Fault{Method: "views.update", Hold: hold})
	form.Choose("For", "Picked customers")
	out, err := form.Submit(l.ctx)
	require.NoError(t, err)
	require.False(t, out.Closed)
	close(hold)
	require.NoError(t, form.WaitFor(l.ctx, "Customers is missing"))
	form.Choose("Customers", "Customer A · prod-us / cust-a-prod")
	out, err = form.Submit(l.ctx)
	require.NoError(t, err)
	require.Empty(t, out.Errors)
	shown := l.says(t, `/rollcall release show "Login fix"`).String()
	require.Contains(t, shown, "for customer Customer A")
}
