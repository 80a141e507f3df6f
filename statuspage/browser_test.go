//go:build browser

package statuspage_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/fixtures/axe"
	"rollcall/statuspage"
)

// browser is a page of the site in Chromium. A script error or anything the content policy blocked fails the test.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu     sync.Mutex
	faults []string
}

func browse(t *testing.T, s *statuspage.Site) *browser {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx, base: srv.URL}
	b.size(1280, 800)
	require.NoError(t, chromedp.Listen(ctx, b.hear))
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		assert.Empty(t, b.faults)
	})
	return b
}

func (b *browser) hear(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *runtime.EventExceptionThrown:
		b.faults = append(b.faults, ev.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		b.faults = append(b.faults, ev.Entry.Text+" "+ev.Entry.URL)
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, steps...))
}

func (b *browser) open(path string) { b.t.Helper(); b.do(chromedp.Navigate(b.base + path)) }

func (b *browser) size(w, h int) { b.t.Helper(); b.do(chromedp.EmulateViewport(int64(w), int64(h))) }

func value[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	require.NoError(b.t, err, expression)
	return v
}

func (b *browser) until(expression string) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(10*time.Second)))
	require.NoError(b.t, err, "waiting for %s", expression)
}

func (b *browser) media(name, setting string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: name, Value: setting}},
	})
	require.NoError(b.t, err)
}

// picture keeps what the page looks like when the environment names a folder for it, for people who want to look.
func (b *browser) picture(name string) {
	dir := os.Getenv("ROLLCALL_PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}

// Every page fits the width it is given: only tables may scroll, inside their own box.
func TestBrowserEveryPageFits(t *testing.T) {
	for kind, v := range map[string]*canned{"typical": typical(), "empty": empty(), "hostile": hostile()} {
		t.Run(kind, func(t *testing.T) {
			b := browse(t, site(t, v))
			for name, path := range everyPage {
				if kind == "empty" && (name == "cluster" || name == "customer" || name == "steps") {
					continue
				}
				for _, width := range []int{320, 390, 1280} {
					b.size(width, 900)
					b.open(path)
					assert.LessOrEqual(t, value[int](b, "document.documentElement.scrollWidth"), width, "%s at %d", path, width)
					for _, scheme := range []string{"light", "dark"} {
						b.media("prefers-color-scheme", scheme)
						b.picture(fmt.Sprintf("%s-%s-%d-%s", kind, name, width, scheme))
					}
				}
			}
		})
	}
}

func TestBrowserPagesAreAccessible(t *testing.T) {
	b := browse(t, site(t, typical(), locked(&gate{})))
	script, err := axe.Script(b.ctx)
	require.NoError(t, err)
	paths := []string{"/s/tok", "/", "/releases/12?status=done&cluster=nowhere", "/releases/99"}
	for _, path := range everyPage {
		paths = append(paths, path)
	}
	for i, path := range paths {
		for _, width := range []int{390, 1280} {
			b.size(width, 900)
			for _, scheme := range []string{"light", "dark"} {
				b.media("prefers-color-scheme", scheme)
				b.open(path)
				b.do(chromedp.Evaluate[chromedp.Void](script))
				found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](axe.Run, chromedp.EvalAwaitPromise))
				require.NoError(t, err)
				assert.Empty(t, found, "%s at %d, %s", path, width, scheme)
			}
		}
		if i == 0 {
			b.do(chromedp.Click(chromedp.CSS("button.go")), chromedp.WaitVisible(chromedp.CSS(".cards")))
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = nil // the 404 is meant
}

func TestBrowserMatrixByKeyboard(t *testing.T) {
	v := typical()
	v.clusters, v.perCluster, v.steps = 1, 12, 40
	b := browse(t, site(t, v))
	b.open("/releases/12")
	assert.Equal(t, 1, value[int](b, "document.querySelectorAll('table.grid a[tabindex=\"0\"]').length"), "one stop for Tab")
	b.do(chromedp.Evaluate[chromedp.Void]("document.querySelector('table.grid tbody a').focus()"))
	at := func() string {
		return value[string](b, "(c => c.parentNode.rowIndex + ',' + c.cellIndex)(document.activeElement.closest('td, th'))")
	}
	for _, step := range []struct{ key, want string }{
		{kb.ArrowRight, "1,2"}, {kb.ArrowDown, "2,2"}, {kb.PageDown, "12,2"}, {kb.End, "12,12"}, {kb.ArrowUp, "11,12"},
		{kb.Home, "11,1"}, {kb.PageUp, "1,1"}, {kb.ArrowUp, "0,1"}, {kb.ArrowUp, "0,1"}, {kb.ArrowLeft, "0,1"},
	} {
		b.do(chromedp.KeyEvent(step.key))
		assert.Equal(t, step.want, at())
		assert.True(t, value[bool](b, `(a => { const r = a.getBoundingClientRect();
			return a.closest('td, th').contains(document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2)); })(document.activeElement)`),
			"%s is hidden behind a header", step.want)
	}
	assert.Equal(t, 1, value[int](b, "document.querySelectorAll('table.grid a[tabindex=\"0\"]').length"))
}

func TestBrowserLoadsClustersWhenOpened(t *testing.T) {
	v := typical()
	v.clusters, v.perCluster, v.steps = 4, 100, 40
	b := browse(t, site(t, v))
	b.open("/releases/12")
	assert.Equal(t, 2, value[int](b, "document.querySelectorAll('table.grid').length"))
	b.do(chromedp.Click(chromedp.CSS("#cluster-3 > summary")))
	b.until("document.querySelector('#cluster-3 table.grid td a')")
	assert.Equal(t, 0, value[int](b, "document.querySelectorAll('#cluster-3 [data-load]').length"))
	b.do(chromedp.Click(chromedp.CSS("#expand")))
	b.until("document.querySelectorAll('table.grid').length === 4")
	b.until("document.querySelector('#expand').textContent === 'Collapse all'")
	assert.Equal(t, "true", value[string](b, "document.querySelector('#expand').getAttribute('aria-expanded')"))
}

func TestBrowserWithoutScript(t *testing.T) {
	b := browse(t, site(t, typical()))
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	require.NoError(t, err)
	b.open("/releases/12")
	b.do(chromedp.SetValue(chromedp.CSS("select[name=cluster]"), "prod-eu"), chromedp.Click(chromedp.CSS(".filters button")))
	b.do(chromedp.WaitVisible(chromedp.CSS("#cluster-2")), chromedp.WaitNotPresent(chromedp.CSS("#cluster-1")))
	b.do(chromedp.Click(chromedp.CSS("#cluster-2 td a")), chromedp.WaitVisible(chromedp.CSS("#D1")))
}

func TestBrowserSignIn(t *testing.T) {
	b := browse(t, site(t, typical(), locked(&gate{})))
	b.open("/s/tok")
	b.do(chromedp.Click(chromedp.CSS("button.go")), chromedp.WaitVisible(chromedp.CSS(".cards")))
	assert.Equal(t, b.base+"/", value[string](b, "location.href"))
	assert.Empty(t, value[string](b, "document.cookie"), "no script can read the session")
	b.do(chromedp.Click(chromedp.CSS(".out button")), chromedp.WaitVisible(chromedp.CSS(".door")))
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = nil // the 403 of the page seen after signing out is meant
}
