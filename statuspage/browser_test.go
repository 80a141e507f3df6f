//go:build browser

package statuspage_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/fixtures/chrome"
)

// browser is a page of the site in Chromium. A script error or anything the content policy blocked fails the test.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu     sync.Mutex
	faults []string
}

func browse(t *testing.T, s http.Handler, more ...chromedp.ExecAllocatorOption) *browser {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	ctx := chrome.Own(t, more...)
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

// forgive forgets the faults so far: the test meant them.
func (b *browser) forgive() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = nil
}

func (b *browser) press(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.do(chromedp.KeyEvent(k))
	}
}

func (b *browser) click(selector string) { b.t.Helper(); b.do(chromedp.Click(chromedp.CSS(selector))) }

func (b *browser) run(script string) { b.t.Helper(); b.do(chromedp.Evaluate[chromedp.Void](script)) }

func (b *browser) size(w, h int) { b.t.Helper(); b.do(chromedp.EmulateViewport(int64(w), int64(h))) }

func value[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	require.NoError(b.t, err, expression)
	return v
}

// until waits for what a page comes to, across its being loaded anew, and by no clock of the page's.
func (b *browser) until(expression string) {
	b.t.Helper()
	require.Eventually(b.t, func() bool {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("(() => { try { return Boolean("+expression+") } catch { return false } })()"))
		return err == nil && ok
	}, 10*time.Second, 20*time.Millisecond, "waiting for %s", expression)
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
	draft, archived := typical(), typical()
	draft.status, archived.status = core.Draft, core.Archived
	for kind, v := range map[string]*canned{"typical": typical(), "empty": empty(), "hostile": hostile(), "draft": draft, "archived": archived, "huge": large()} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			b := browse(t, site(t, v))
			for name, path := range everyPage {
				if kind == "empty" && strings.ContainsAny(path, "123456789") && name != "matrix" {
					continue // there is none of them
				}
				if (kind == "draft" || kind == "archived") && !strings.HasPrefix(path, "/releases/12") {
					continue // they look no different
				}
				if kind == "huge" && !strings.Contains("dashboard clusters customers matrix", name) {
					continue // nor they
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

func TestBrowserSignIn(t *testing.T) {
	b := browse(t, site(t, typical(), locked(&gate{})))
	b.open("/s/tok")
	b.do(chromedp.Click(chromedp.CSS("button.go")), chromedp.WaitVisible(chromedp.CSS(".cards")))
	assert.Equal(t, b.base+"/", value[string](b, "location.href"))
	assert.Empty(t, value[string](b, "document.cookie"), "no script can read the session")
	b.do(chromedp.Click(chromedp.CSS(".out button")), chromedp.WaitVisible(chromedp.CSS(".door")))
	b.forgive() // the 403 of the page seen after signing out is meant
}
