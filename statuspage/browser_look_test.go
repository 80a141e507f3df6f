//go:build browser

package statuspage_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/fixtures"
	"rollcall/fixtures/axe"
	"rollcall/fixtures/htmlvalidate"
	"rollcall/statuspage"
)

func TestGoldenPagesAreValidHTML(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(fixtures.Root(t), "fixtures", "goldens", "statuspage", "*.html"))
	require.NoError(t, err)
	require.Greater(t, len(files), 30)
	faults, err := htmlvalidate.Check(t.Context(), files...)
	require.NoError(t, err)
	assert.Empty(t, faults)
	bad := filepath.Join(t.TempDir(), "bad.html")
	require.NoError(t, os.WriteFile(bad, []byte(`<!doctype html><html lang="en"><head><title>x</title></head><body><p id="a">x</p><p id="a">y</p></body></html>`), 0o644))
	faults, err = htmlvalidate.Check(t.Context(), bad)
	require.NoError(t, err)
	assert.Len(t, faults, 1, "the checker checks")
}

// judge has axe look at what the browser shows.
func (b *browser) judge(script, where string) {
	b.t.Helper()
	b.run(script)
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](axe.Run, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err)
	assert.Empty(b.t, found, where)
}

func TestBrowserPagesAreAccessible(t *testing.T) {
	script, err := axe.Script(t.Context())
	require.NoError(t, err)
	paths := slices.Sorted(maps.Values(everyPage))
	paths = append(paths, "/releases/12?density=compact", "/releases/12?status=done&cluster=nowhere", "/releases/99", "/nowhere")
	for _, width := range []int{390, 1440} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprintf("%d %s", width, scheme), func(t *testing.T) {
				t.Parallel()
				b := browse(t, site(t, typical(), locked(&gate{})))
				b.size(width, 900)
				b.media("prefers-color-scheme", scheme)
				b.open("/s/tok")
				b.judge(script, "the way in")
				b.do(chromedp.Click(chromedp.CSS("button.go")), chromedp.WaitVisible(chromedp.CSS(".cards")))
				for _, path := range paths {
					b.open(path)
					b.judge(script, path)
				}
				for _, cell := range []string{"2-D2", "3-D3", "2-D4"} {
					b.open("/releases/12")
					b.open("/releases/12#" + cell)
					b.until(panelOpen + " && document.querySelector('.panel-body').ariaBusy === 'false'")
					b.judge(script, "the panel of "+cell)
					b.picture(fmt.Sprintf("panel-%s-%d-%s", cell, width, scheme))
				}
				b.forgive() // the pages there are not
			})
		}
	}
}

// wide is true for the widths that hold everything without scrolling to the side.
func (b *browser) fits(where string) {
	b.t.Helper()
	assert.LessOrEqual(b.t, value[int](b, "document.documentElement.scrollWidth"), value[int](b, "innerWidth"), where)
}

func TestBrowserLargeTextAndSpacing(t *testing.T) {
	b := browse(t, site(t, typical()))
	for _, path := range everyPage {
		b.size(640, 450) // 1280 by 900 at 200 %
		b.open(path)
		b.fits(path + " at 200 %")
		b.size(1280, 900)
		b.run(`document.documentElement.setAttribute('data-test', ''); const sheet = new CSSStyleSheet();
			sheet.replaceSync('html{font-size:200%} *{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important} p{margin-block-end:2em!important}');
			document.adoptedStyleSheets = [sheet]`)
		b.fits(path + " with twice the text and wider spacing")
		cut := value[[]string](b, `[...document.querySelectorAll('main :is(a, p, dd, dt, h1, h2, h3, td, th)')].filter(e => e.offsetParent && !e.closest('.vh')
			&& getComputedStyle(e).overflow === 'hidden' && !e.closest('thead') && e.scrollHeight > e.clientHeight + 1).map(e => e.tagName + ' ' + e.textContent)`)
		assert.Empty(t, cut, "%s loses text", path)
	}
	b.picture("large-text")
}

func TestBrowserForcedColoursAndStillness(t *testing.T) {
	b := browse(t, site(t, typical()))
	b.media("forced-colors", "active")
	b.open("/releases/12")
	b.picture("matrix-forced-colours")
	assert.NotEqual(t, "none", value[string](b, "getComputedStyle(document.querySelector('progress')).borderStyle"), "a bar has an edge")
	assert.NotEqual(t, "rgba(0, 0, 0, 0)", value[string](b, "getComputedStyle(document.querySelector('.tabs a[aria-current]')).borderBottomColor"))
	// Every state is told by its word and its glyph.
	for class, glyph := range map[string]string{"d": "✓", "p": "○", "s": "⊘", "r": "↺"} {
		assert.Contains(t, value[string](b, "getComputedStyle(document.querySelector('.grid td."+class+" > a'), '::before').content"), glyph)
	}
	b.media("prefers-reduced-motion", "reduce")
	b.open("/releases/12#2-D2")
	b.until(showing("customer-b"))
	assert.Zero(t, value[int](b, "document.getAnimations().filter(a => a.timeline === document.timeline).length"), "nothing moves by itself")
}

// Printed, a matrix is whole: closed clusters are open, nothing is sticky and nothing is cut off by a box.
func TestBrowserPrint(t *testing.T) {
	b := browse(t, site(t, typical()))
	b.open("/releases/12")
	b.run("for (const d of document.querySelectorAll('details.cluster')) d.open = false")
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	require.NoError(t, err)
	b.until("[...document.querySelectorAll('.grid td a')].every(a => a.getBoundingClientRect().height > 0)")
	assert.Equal(t, "static", value[string](b, "getComputedStyle(document.querySelector('.grid thead th')).position"))
	assert.Equal(t, "none", value[string](b, "getComputedStyle(document.querySelector('.filters')).display"))

	// At the width of a sheet nothing stands beside it, however many customers there are, nor in a box that would scroll.
	many := typical()
	many.perCluster, many.steps = 30, 6
	b = browse(t, site(t, many))
	_, err = chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	require.NoError(t, err)
	b.size(720, 1000)
	for _, path := range everyPage {
		b.open(path)
		assert.Empty(t, value[[]string](b, `[...document.querySelectorAll('main :is(td, th)')].filter(c => c.getBoundingClientRect().right > innerWidth).map(c => c.textContent)`), path)
		assert.Empty(t, value[[]string](b, `[...document.querySelectorAll('.wide, .scroll')].filter(c => c.scrollWidth > c.clientWidth + 1 || c.scrollHeight > c.clientHeight + 1).map(c => c.className)`), path)
	}
	b.open("/releases/12")
	assert.Empty(t, value[[]string](b, `[...document.querySelectorAll('.grid :is(th, td)')].filter(c => c.scrollHeight > c.clientHeight + 1).map(c => c.textContent)`), "cut or over what stands below")
	assert.Contains(t, value[string](b, "getComputedStyle(document.querySelector('.grid td:last-child > a'), '::before').content"), "counter(c)", "which customer's it is")
	pdf, err := chromedp.Call(b.ctx, page.PrintToPDF, page.PrintToPDFParams{})
	require.NoError(t, err)
	assert.Equal(t, "%PDF", string(pdf.Data[:4]))
}

// Nothing that people write runs or is loaded, on any page and in the panel: the browser reports what it refused.
func TestBrowserHostileTextIsInert(t *testing.T) {
	v := hostile()
	b := browse(t, site(t, v))
	for _, path := range everyPage {
		b.open(path)
		assert.Zero(t, value[int](b, "document.querySelectorAll('main img, main svg, main iframe, main script, [onclick], [onerror], [onload]').length"), path)
		assert.Zero(t, value[int](b, "performance.getEntriesByType('resource').filter(r => new URL(r.name).origin !== location.origin).length"), path)
	}
	b.open("/releases/12#2-D2")
	b.until(panelOpen + " && document.querySelector('#panel #content')")
	assert.Zero(t, value[int](b, "document.querySelectorAll('main img, main svg, main script').length"))
	_, text := v.script(1)
	assert.Contains(t, value[string](b, "document.querySelector('#panel #content').textContent"), text)
}

// On a phone the filters leave room for the grid, whose edge shows that there is more to the side, until one is there.
func TestBrowserMatrixOnAPhone(t *testing.T) {
	b := browse(t, site(t, typical()))
	b.size(390, 844)
	b.open("/releases/12")
	shade := func(element string) float64 {
		return value[float64](b, "Number(getComputedStyle(document.querySelector('"+element+"'), '::after').opacity)")
	}
	assert.LessOrEqual(t, value[float64](b, "document.querySelector('.filters').getBoundingClientRect().height"), 80.0, "two lines")
	assert.Less(t, value[float64](b, "document.querySelector('table.grid').getBoundingClientRect().top"), 844.0, "the grid begins on the first screen")
	names := value[[]string](b, "[...document.querySelectorAll('.filters select')].map(s => s.labels[0].textContent.trim().split(' ')[0])")
	assert.Equal(t, []string{"Cluster", "Status", "Sort"}, names, "what is chosen says what it is; the label is still there for those who hear")
	b.until("Number(getComputedStyle(document.querySelector('.scroll'), '::after').opacity) > .9")
	b.run("document.querySelector('.scroll').scrollLeft = 1e4")
	b.until("Number(getComputedStyle(document.querySelector('.scroll'), '::after').opacity) < .1")
	b.open("/activity")
	assert.Empty(t, value[[]string](b, "[...document.querySelectorAll('.filters input')].filter(i => { const c = document.createElement('canvas').getContext('2d'); c.font = getComputedStyle(i).font; return c.measureText(i.placeholder).width > i.clientWidth - 32 }).map(i => i.placeholder)"), "cut off, with room for the cross of a search field")
	b.size(1280, 900)
	b.open("/releases/12")
	assert.Zero(t, shade(".scroll"), "nothing is hidden here")
	b.open("/customers")
	assert.Zero(t, shade(".wide"))
}

func TestBrowserHugePage(t *testing.T) {
	v := typical()
	v.clusters, v.perCluster, v.steps = 1, 100, 50
	s := site(t, v)
	assert.Less(t, get(s, "/releases/12", "Accept-Encoding", "zstd").Body.Len(), 40<<10, "5,000 cells, compressed")
	b := browse(t, s)
	b.open("/releases/12")
	assert.Less(t, value[int](b, "document.querySelectorAll('*').length"), 12_000)
	b.picture("huge-1280-light")
	b.size(390, 900)
	b.fits("390")
	b.picture("huge-390-light")
}

// On a phone a difference goes down the page, line by line, and what a list is about is on the screen.
func TestBrowserNothingHidesOnAPhone(t *testing.T) {
	b := browse(t, site(t, typical()))
	b.size(390, 844)
	b.open("/releases/12/customers/2/steps/D2/original")
	assert.Zero(t, value[int](b, "(d => d.scrollWidth - d.clientWidth)(document.querySelector('.diff').parentNode)"))
	assert.Equal(t, 1, value[int](b, "new Set([...document.querySelectorAll('.diff :is(del, ins)')].map(e => e.getBoundingClientRect().left)).size"), "below each other")
	for _, path := range []string{"/releases", "/customers/2"} {
		b.open(path)
		assert.Less(t, value[float64](b, "document.querySelector('td .bar').getBoundingClientRect().right"), 390.0, path)
	}
	b.open("/releases/12#2-D2")
	b.until(panelOpen)
	assert.Equal(t, 2, value[int](b, "new Set([...document.querySelectorAll('.bar-top > *')].map(e => e.getBoundingClientRect().top)).size"), "two rows, a pair in each")
}

// Text at its limits of size, and of every direction and kind, stays in its place and can be read.
func TestBrowserExtremeText(t *testing.T) {
	v := typical()
	plain := v.name
	odd := []string{strings.Repeat("W", 80), "شركة النور للتأمين", "👩\u200d🚀🚀 עברית mixed 日本語", "a\u200bb\u202ecba", strings.Repeat("长", 80)}
	v.name = func(kind string, i int) string {
		if kind == "namespace" {
			return strings.Repeat("n", 63)
		}
		if kind == "text" {
			return strings.Repeat("word ", 600)
		}
		return plain(kind, i) + " " + odd[i%len(odd)]
	}
	b := browse(t, site(t, v))
	for name, path := range everyPage {
		for _, width := range []int{320, 1280} {
			b.size(width, 900)
			b.open(path)
			b.fits(path)
		}
		b.picture("extreme-" + name)
	}
	svc := service(t)
	do(t, svc, core.OverrideStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D2"},
		Content: strings.Repeat("SELECT '"+strings.Repeat("x", 990)+"';\n", 64)})
	s := site(t, svc)
	b = browse(t, s)
	b.open("/releases/1/customers/1/steps/D2")
	b.fits("the longest content there may be")
	assert.Contains(t, value[string](b, "document.querySelector('main').textContent"), "Too long or too intricate")
	assert.Equal(t, 64, value[int](b, "document.querySelectorAll('#content .l').length"))
}

// Times stand in UTC in the page, and in the reader's own zone in their titles, across the change of the clock.
func TestBrowserLocalTimes(t *testing.T) {
	b := browse(t, site(t, typical(), func(c *statuspage.Config) {}))
	_, err := chromedp.Call(b.ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "America/New_York"})
	require.NoError(t, err)
	b.open("/releases/12/customers/2/steps/D1")
	assert.Equal(t, "2026-11-24 09:30 UTC", value[string](b, "document.querySelector('main time').textContent"))
	assert.Contains(t, value[string](b, "document.querySelector('main time').title"), "4:30")
	assert.Contains(t, value[string](b, "clock.format(new Date('2026-11-01T05:59:00Z'))"), "1:59")
	assert.Contains(t, value[string](b, "clock.format(new Date('2026-11-01T06:01:00Z'))"), "1:01", "the hour that comes twice")
	b.open("/releases/12")
	assert.Contains(t, value[string](b, "document.querySelector('main').textContent"), "2026-12-01", "a date is never shifted")
}

func TestErrorPagesAreOfOnePiece(t *testing.T) {
	b := browse(t, site(t, typical(), locked(&gate{})))
	b.open("/nowhere")
	assert.Equal(t, "Not found", value[string](b, "document.querySelector('h1').textContent"))
	b.picture("error-1280-light")
	b.forgive()
}
