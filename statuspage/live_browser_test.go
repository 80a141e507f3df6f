//go:build browser

package statuspage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

func says(text string) string {
	return fmt.Sprintf("document.querySelector('#live .state')?.textContent.startsWith(%q)", text)
}

const cellOfB = `document.querySelector('#cluster-1 tr[data-s="D1"]').cells[2]`

// A change is on an open page within two seconds: cell, counts, title and icon, without a reload.
func TestBrowserLiveMatrix(t *testing.T) {
	svc := service(t)
	b, _, _ := across(t, site(t, svc))
	b.open("/releases/1")
	b.until(says("Live"))
	b.do(chromedp.Evaluate[chromedp.Void]("window.kept = true; document.querySelector('table.grid td a').focus()"))
	title := value[string](b, "document.title")
	began := time.Now()
	do(t, svc, core.MarkDone{Target: at("cust-b-prod", "D1")})
	b.until(cellOfB + ".textContent === 'Done'")
	assert.Less(t, time.Since(began), 2*time.Second)
	assert.NotEqual(t, title, value[string](b, "document.title"))
	assert.True(t, strings.HasPrefix(value[string](b, "document.title"), "22%"))
	assert.Contains(t, value[string](b, "document.querySelector('.answer').textContent"), "22% done: 2 done")
	assert.Equal(t, "50%", value[string](b, `document.querySelector('th[data-c="2"] .pc').textContent`))
	b.until("document.getElementById('said').textContent === '1 step changed in prod-us'")
	assert.True(t, value[bool](b, "window.kept && document.activeElement.matches('table.grid td a')"), "no reload, and the focus stays")

	// What is more than cells is fetched, and what is opened stays open.
	do(t, svc, core.AddTemplate{Release: "v2.5.0", Name: "Smoke test", Category: core.Deploy, Type: core.Text, Content: "Look."})
	b.until("[...document.querySelectorAll('tbody th')].some((h) => h.textContent.includes('Smoke test'))")
	do(t, svc, core.RevertStep{Target: at("cust-b-prod", "D1")})
	b.until(cellOfB + ".textContent === 'Reverted'")
	b.until("document.getElementById('icon').href.includes('reverted')")
	assert.True(t, value[bool](b, "window.kept"))
	assert.Equal(t, 1, value[int](b, `document.querySelectorAll('#cluster-1 a[tabindex="0"]').length`))

	// A page that shows a part follows as well: the step is pending no more, so it has left the filter.
	b.open("/releases/1?status=pending&cluster=prod-us")
	b.until(says("Live"))
	do(t, svc, core.MarkDone{Target: at("cust-b-prod", "V1")})
	b.until("!document.querySelector('.filters [role=status]').textContent.includes('2 of 2 customers, 4 of') || document.querySelector('.answer').textContent.includes('2 done')")
	b.open("/")
	b.until(says("Live"))
	do(t, svc, core.AddCluster{Name: "spare"})
	b.until("document.querySelector('main').textContent.includes('spare')")
}

func TestBrowserLivePauses(t *testing.T) {
	svc := service(t)
	b, way, _ := across(t, site(t, svc))
	b.open("/releases/1")
	b.until(says("Live"))
	b.do(chromedp.Click(chromedp.CSS("#live button")))
	b.until(says("Paused"))
	assert.Equal(t, "true", value[string](b, "document.querySelector('#live button').ariaPressed"))
	streams := way.streamed.Load()
	do(t, svc, core.MarkDone{Target: at("cust-b-prod", "D1")})
	b.open("/activity") // another page of the same window is paused too
	b.until(says("Paused"))
	b.open("/releases/1")
	b.until(says("Paused"))
	do(t, svc, core.RevertStep{Target: at("cust-b-prod", "D1")})
	assert.Equal(t, "Done", value[string](b, cellOfB+".textContent"))
	assert.Equal(t, streams, way.streamed.Load())
	b.do(chromedp.Click(chromedp.CSS("#live button")))
	b.until(cellOfB + ".textContent === 'Reverted'")
	b.until(says("Live"))
}

// A server that is away for a while: the page says so, asks now and then, and catches up.
func TestBrowserLiveThroughARestart(t *testing.T) {
	svc := service(t)
	s := site(t, svc)
	s.Hurry(300*time.Millisecond, time.Minute)
	b, way, srv := across(t, s)
	b.open("/releases/1")
	b.until(says("Live"))
	way.cut.Store(true)
	srv.CloseClientConnections()
	do(t, svc, core.MarkDone{Target: at("cust-b-prod", "D1")})
	before := way.passed.Load()
	began := time.Now()
	b.until(says("Not updating since"))
	b.picture("live-stale")
	b.until("document.getElementById('said').textContent === 'This page is not updating.'")
	away := time.Since(began)
	assert.Less(t, float64(way.passed.Load()-before), 5+away.Seconds()*25, "it does not ask in a loop")
	way.cut.Store(false)
	b.until(cellOfB + ".textContent === 'Done'")
	b.until(says("Live"))
	b.forgive()
}

// After a restore the same numbers mean other changes: an open page is loaded anew, however it hears of it.
func TestBrowserLiveThroughARestore(t *testing.T) {
	for name, full := range map[string]bool{"by stream": false, "by polling": true} {
		t.Run(name, func(t *testing.T) {
			svc := service(t)
			b, way := hurried(t, site(t, svc))
			way.full.Store(full)
			b.open("/releases/1")
			b.until(says("Live"))
			if full {
				b.until(says("Live, every 20 s"))
			}
			b.run("window.kept = true")
			restored := service(t)
			do(t, svc, core.MarkDone{Target: at("cust-b-prod", "D1")})
			do(t, restored, core.MarkDone{Target: at("cust-b-prod", "V1")}) // the same number, another change
			was := way.site.Load()
			way.site.Store(site(t, restored))
			was.EndStreams()
			b.until("!window.kept && " + cellOfB + "?.textContent === 'Pending'")
			b.run("window.anew = true")
			b.until("performance.now() > 1000")
			assert.True(t, value[bool](b, "window.anew"), "once")
			b.forgive()
		})
	}
}

// A draft that is activated is another page: it has a matrix to walk in.
func TestBrowserLiveActivation(t *testing.T) {
	svc := service(t)
	do(t, svc, core.AddRelease{Name: "Autumn release", Type: core.Regular, Version: "v2.6.0"})
	do(t, svc, core.AddTemplate{Release: "v2.6.0", Name: "Deploy", Category: core.Deploy, Type: core.Bash, Content: "make deploy"})
	b, _, _ := across(t, site(t, svc))
	b.open("/releases/2")
	b.until(says("Live"))
	do(t, svc, core.ActivateRelease{Release: "v2.6.0", Confirm: true})
	b.until("document.querySelectorAll('table.grid a[tabindex=\"0\"]').length > 0")
	b.click("#cluster-1 tr[data-s=D1] td a")
	b.until(panelOpen + " && document.querySelector('#panel #content')")

	// An open panel whose step changes says so, and an archived release is live no more.
	do(t, svc, core.MarkDone{Target: core.Target{Release: "v2.6.0", Customer: "cust-a-prod", Step: "D1"}})
	b.until("document.querySelector('.panel-note')?.textContent.includes('has changed')")
	b.click(".panel-note button")
	b.until("document.querySelector('#panel .st').textContent === 'Done'")
	do(t, svc, core.ArchiveRelease{Release: "v2.6.0", Reason: "called off", Confirm: true})
	b.until("document.querySelector('main').textContent.includes('this is the final state')")
	b.until("document.getElementById('live').hidden")
}

// Two windows of one browser follow both, and one that comes back from the browser's own cache follows again.
func TestBrowserLiveInTwoWindowsAndBack(t *testing.T) {
	svc := service(t)
	s := site(t, svc)
	b, way, _ := across(t, s)
	b.open("/releases/1")
	b.until(says("Live"))
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	other := &browser{t: t, ctx: ctx, base: b.base}
	other.open("/releases/1?category=verify")
	other.until(says("Live"))
	do(t, svc, core.MarkDone{Target: at("cust-b-prod", "V1")})
	other.until(`document.querySelector('#cluster-1 tr[data-s="V1"]').cells[2].textContent === 'Done'`)
	b.until("document.title.startsWith('22%')")

	b.run("window.kept = true")
	b.open("/customers")
	b.until(says("Live"))
	assert.Eventually(t, func() bool { return s.Watching() == 2 }, 10*time.Second, 20*time.Millisecond, "the page that was left has no stream")
	do(t, svc, core.MarkDone{Target: at("cust-b-prod", "D1")})
	b.run("history.back()")
	b.until("window.kept && " + cellOfB + ".textContent === 'Done'")
	b.until(says("Live"))
	assert.LessOrEqual(t, way.streamed.Load(), int64(6))
}

// A link that is ended takes the open page with it.
func TestBrowserLiveLinkEnds(t *testing.T) {
	svc := service(t)
	s := behindLinks(t, svc)
	b, way, _ := across(t, s)
	r, err := svc.Do(t.Context(), core.Person("UANN", core.ViaSlash), "", core.ShareRelease{Release: "v2.5.0", Cluster: "prod-us"})
	require.NoError(t, err)
	b.open("/s/" + r.Secret)
	for _, width := range []int{390, 1280} {
		b.size(width, 900)
		for _, scheme := range []string{"light", "dark"} {
			b.media("prefers-color-scheme", scheme)
			b.picture(fmt.Sprintf("live-door-%d-%s", width, scheme))
		}
	}
	b.do(chromedp.Click(chromedp.CSS("button.go")), chromedp.WaitVisible(chromedp.CSS(".strip")))
	b.until(says("Live"))
	assert.False(t, value[bool](b, "document.body.textContent.includes('prod-eu')"))
	for _, width := range []int{390, 1280} {
		b.size(width, 900)
		assert.LessOrEqual(t, value[int](b, "document.documentElement.scrollWidth"), width)
		for _, scheme := range []string{"light", "dark"} {
			b.media("prefers-color-scheme", scheme)
			b.picture(fmt.Sprintf("live-strip-%d-%s", width, scheme))
		}
	}
	do(t, svc, core.UnshareRelease{Link: "1"})
	b.do(chromedp.WaitVisible(chromedp.CSS(".door")))
	assert.False(t, value[bool](b, "document.body.textContent.includes('prod-us')"))
	passed := way.passed.Load()
	b.until("performance.now() > 1500")
	assert.LessOrEqual(t, way.passed.Load(), passed+2, "and asks no more")
	b.forgive()
}

// A page that nobody sees needs no stream, and catches up when it is seen again.
func TestBrowserLiveHidden(t *testing.T) {
	svc := service(t)
	s := site(t, svc)
	b, _, _ := across(t, s)
	b.open("/releases/1")
	b.until(says("Live"))
	hide := func(hidden bool) {
		b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
			"Object.defineProperty(document, 'hidden', { configurable: true, value: %t }); document.dispatchEvent(new Event('visibilitychange'))", hidden)))
	}
	hide(true)
	assert.Eventually(t, func() bool { return s.Watching() == 0 }, 10*time.Second, 20*time.Millisecond)
	do(t, svc, core.MarkDone{Target: at("cust-b-prod", "D1")})
	hide(false)
	b.until(cellOfB + ".textContent === 'Done'")
	b.until(says("Live"))
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	require.NoError(t, err)
	b.open("/releases/1")
	assert.True(t, value[bool](b, "document.getElementById('live').hidden"), "without scripts nothing claims to be live")
}
