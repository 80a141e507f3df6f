//go:build browser

package statuspage_test

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unobscured is true when the element with the focus is what stands at its own middle.
const unobscured = `(a => { const r = a.getBoundingClientRect();
	return a.closest('td, th').contains(document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2)); })(document.activeElement)`

const cellWithFocus = "(c => c.parentNode.rowIndex + ',' + c.cellIndex)(document.activeElement.closest('td, th'))"

func TestBrowserMatrixByKeyboard_FV003(t *testing.T) {
	v := typical()
	v.clusters, v.perCluster, v.steps = 1, 30, 60
	b := browse(t, site(t, v))
	b.open("/releases/12")
	stops := "document.querySelectorAll('table.grid a:not([tabindex=\"-1\"])').length"
	assert.Equal(t, 1, value[int](b, stops), "one stop for Tab")
	b.run("document.querySelector('table.grid tbody a').focus()")
	for _, step := range []struct{ key, want string }{
		{kb.ArrowRight, "1,1"}, {kb.ArrowDown, "2,1"}, {kb.PageDown, "12,1"}, {kb.End, "12,30"}, {kb.ArrowUp, "11,30"},
		{kb.Home, "11,0"}, {kb.ArrowRight, "11,1"}, {kb.PageUp, "1,1"}, {kb.ArrowUp, "0,1"}, {kb.ArrowUp, "0,1"}, {kb.ArrowLeft, "0,1"},
		{kb.PageDown, "10,1"}, {kb.PageDown, "20,1"}, {kb.PageDown, "30,1"}, {kb.PageUp, "20,1"}, {kb.ArrowLeft, "20,0"},
	} {
		b.press(step.key)
		assert.Equal(t, step.want, value[string](b, cellWithFocus))
		assert.True(t, value[bool](b, unobscured), "%s is hidden behind a header", step.want)
	}
	for _, step := range []struct{ key, want string }{{kb.End, "60,30"}, {kb.Home, "1,1"}} {
		b.do(chromedp.KeyEvent(step.key, chromedp.KeyModifiers(2)))
		assert.Equal(t, step.want, value[string](b, cellWithFocus), "with Ctrl")
		assert.True(t, value[bool](b, unobscured))
	}
	assert.Equal(t, 1, value[int](b, stops))

	b.open("/releases/12?density=compact")
	b.run("document.querySelector('table.grid tbody a').focus()")
	b.press(kb.End, kb.PageDown, kb.ArrowLeft)
	assert.True(t, value[bool](b, unobscured), "compact")
	assert.LessOrEqual(t, 24.0, value[float64](b, "document.activeElement.closest('td').getBoundingClientRect().width"), "wide enough to be hit")
	b.picture("matrix-compact-1280-light")
}

func TestBrowserLoadsClustersWhenOpened_FR007(t *testing.T) {
	v := typical()
	v.clusters, v.perCluster, v.steps = 4, 100, 40
	b := browse(t, site(t, v))
	b.open("/releases/12")
	assert.Equal(t, 1, value[int](b, "document.querySelectorAll('table.grid').length"))

	v.broken.Store(true)
	b.click("#cluster-3 > summary")
	b.until("document.querySelector('#cluster-3').textContent.includes('could not be loaded')")
	v.broken.Store(false)
	b.forgive()
	b.click("#cluster-3 > summary")
	b.click("#cluster-3 > summary")
	b.until("document.querySelector('#cluster-3 table.grid td a')")
	assert.Equal(t, 0, value[int](b, "document.querySelectorAll('#cluster-3 [data-load]').length"))
	assert.Equal(t, "-1", value[string](b, "document.querySelectorAll('#cluster-3 table.grid a')[1].getAttribute('tabindex')"), "one stop here too")
	assert.NotEmpty(t, value[string](b, "document.querySelector('#cluster-3 th[data-c] a').textContent"))

	b.click("#expand")
	b.until("document.querySelectorAll('table.grid').length === 4")
	b.until("document.querySelector('#expand').textContent === 'Collapse all'")
	assert.Equal(t, "true", value[string](b, "document.querySelector('#expand').getAttribute('aria-expanded')"))
	b.click("#expand")
	b.until("document.querySelectorAll('details.cluster[open]').length === 0")
	assert.Equal(t, "Expand all", value[string](b, "document.querySelector('#expand').textContent"))
}

func TestBrowserExpandingVeryMuchAsksFirst(t *testing.T) {
	v := typical()
	v.clusters, v.perCluster, v.steps = 3, 200, 40
	b := browse(t, site(t, v))
	b.open("/releases/12")
	b.click("#expand")
	assert.Equal(t, "Really show all 24,000 cells?", value[string](b, "document.querySelector('#expand').textContent"))
	assert.Equal(t, 1, value[int](b, "document.querySelectorAll('table.grid').length"))
	b.click("#expand")
	b.until("document.querySelectorAll('table.grid').length === 3")
}

func TestBrowserWithoutScript_FR006(t *testing.T) {
	v := typical()
	v.clusters, v.perCluster, v.steps = 3, 100, 60
	b := browse(t, site(t, v))
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	require.NoError(t, err)
	at := func(want string) {
		t.Helper()
		url, err := chromedp.Run(b.ctx, chromedp.Location())
		require.NoError(t, err)
		assert.Equal(t, b.base+want, url)
	}
	b.open("/releases/12")
	b.click("#cluster-3 > summary") // its grid is not in the page, but a link to it
	b.click("#cluster-3 .load a")
	b.do(chromedp.WaitVisible(chromedp.CSS("#cluster-3 td a")), chromedp.WaitNotPresent(chromedp.CSS("#cluster-1")))
	at("/releases/12?cluster=staging")
	b.do(chromedp.SetValue(chromedp.CSS("select[name=cluster]"), "prod-eu"), chromedp.SetValue(chromedp.CSS("select[name=status]"), "done"))
	b.click(".filters button")
	b.do(chromedp.WaitVisible(chromedp.CSS("#cluster-2")), chromedp.WaitNotPresent(chromedp.CSS("#cluster-3")))
	at("/releases/12?cluster=prod-eu&status=done")
	b.click(".tabs a:last-child")
	b.do(chromedp.WaitVisible(chromedp.CSS(".tabs a:last-child[aria-current]")))
	at("/releases/12?category=verify&cluster=prod-eu&status=done")
	b.click(".tabs a:first-child")
	b.do(chromedp.WaitVisible(chromedp.CSS(".tabs a:first-child[aria-current]")))
	b.click("#cluster-2 td a")
	b.do(chromedp.WaitVisible(chromedp.CSS("h1.target")))
	at("/releases/12/customers/101/steps/D1")
	b.click(".near a[rel=next]")
	b.do(chromedp.WaitVisible(chromedp.CSS(".near a[rel=prev]")))
	at("/releases/12/customers/101/steps/D2")
}

func TestBrowserFiltersAndSort_US008_8_3(t *testing.T) {
	// A page that comes back from the browser's own cache is out of the test's reach.
	b := browse(t, site(t, company(t, 2, 3, 3)), chromedp.Flag("disable-back-forward-cache", true))
	choose := func(pairs ...string) {
		t.Helper()
		for i := 0; i < len(pairs); i += 2 {
			b.do(chromedp.SetValue(chromedp.CSS("select[name="+pairs[i]+"]"), pairs[i+1]))
		}
		_, err := chromedp.RunResponse(b.ctx, chromedp.Click(chromedp.CSS(".filters button[type=submit]")))
		require.NoError(t, err)
	}
	search := func() string {
		return value[string](b, "decodeURIComponent([...new URLSearchParams(location.search)].sort().map(p => p.join('=')).join('&'))")
	}
	clusters := func() int { return value[int](b, "document.querySelectorAll('details.cluster').length") }

	b.open("/releases/1")
	assert.Equal(t, 2, clusters())
	choose("cluster", "prod-01")
	assert.Equal(t, "cluster=prod-01", search(), "what was not chosen stays out of the address")
	assert.Equal(t, 1, clusters())
	choose("status", "pending", "sort", "progress")
	assert.Equal(t, "cluster=prod-01&sort=progress&status=pending", search())
	assert.Equal(t, "3 of 3 customers, 3 of 3 steps. Clear filters", value[string](b, "document.querySelector('.filters [role=status]').textContent"))
	choose("status", "done")
	assert.Equal(t, 0, clusters())
	assert.Contains(t, value[string](b, "document.querySelector('.empty').textContent"), "0 of 3 customers match")
	_, err := chromedp.RunResponse(b.ctx, chromedp.NavigateBack())
	require.NoError(t, err)
	b.until("location.search.includes('pending') && document.querySelector('select[name=status]').value === 'pending'")
	assert.Equal(t, 1, clusters())
	_, err = chromedp.RunResponse(b.ctx, chromedp.NavigateForward())
	require.NoError(t, err)
	b.until("location.search.includes('done') && document.querySelector('select[name=status]').value === 'done'")
	assert.Equal(t, 0, clusters())
	b.open("/releases/1?cluster=nowhere&status=lost")
	assert.Equal(t, 2, value[int](b, "document.querySelectorAll('.note').length"))
	assert.Equal(t, 2, clusters(), "an unknown filter filters nothing")

	b.open("/customers?cluster=prod-00")
	choose("sort", "progress")
	assert.Equal(t, "cluster=prod-00&sort=progress", search())
	choose("sort", "name", "cluster", "")
	assert.Equal(t, "sort=name", search())
	names := value[[]string](b, "[...document.querySelectorAll('tbody th a')].map(a => a.textContent)")
	assert.IsIncreasing(t, names)
	assert.Len(t, names, 6)
}

// Whatever else is marked in a cell, that its step is blocked is among it, and in the colour of what is wrong.
func TestBrowserABlockedStepIsSeen(t *testing.T) {
	b := browse(t, site(t, typical()))
	b.open("/releases/12")
	b.run("cell = document.querySelector('.grid td.p'); red = getComputedStyle(document.querySelector('.legend .b')).color")
	for class, marks := range map[string]string{"p": "normal", "p o": "✎", "p c": "★", "p k": "▸", "p b": "■", "p o k": "✎ ▸", "p o b": "✎ ■", "p b k": "▸ ■", "p o b k": "✎ ▸ ■", "p c b": "■"} {
		b.run("cell.className = '" + class + "'")
		assert.Equal(t, marks, value[string](b, "getComputedStyle(cell.firstChild, '::after').content.split('/')[0].trim().replaceAll('\"', '').replace('none', 'normal')"), class)
		assert.Equal(t, strings.Contains(class, "b"), value[bool](b, "getComputedStyle(cell.firstChild, '::after').color === red"), class)
	}
}
