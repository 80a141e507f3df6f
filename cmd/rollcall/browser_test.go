//go:build browser

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"rollcall/fixtures"
	"rollcall/fixtures/chrome"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// screenshots is where the pictures of the README lie. They are taken anew when the environment says
// ROLLCALL_PICTURES=readme; any other value is a folder for all pictures there are, for people who want to look.
const screenshots = "fixtures/pictures"

// browser is a window on the demo.
type browser struct {
	t   *testing.T
	ctx context.Context
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	ctx := chrome.Own(t)
	b := &browser{t: t, ctx: ctx}
	b.size(1280)
	faults := make(chan string, 100)
	require.NoError(t, chromedp.Listen(ctx, func(ev any) {
		if thrown, ok := ev.(*runtime.EventExceptionThrown); ok {
			select {
			case faults <- thrown.ExceptionDetails.Text:
			default:
			}
		}
	}))
	t.Cleanup(func() { assert.Empty(t, faults, "script errors") })
	return b
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, steps...))
}

func (b *browser) size(width int64) { b.t.Helper(); b.do(chromedp.EmulateViewport(width, 860)) }

func (b *browser) scheme(name string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
	require.NoError(b.t, err)
}

// shows waits until an element shows a text.
func (b *browser) shows(selector, text string) {
	b.t.Helper()
	condition := fmt.Sprintf("[...document.querySelectorAll(%q)].some((e) => e.innerText.includes(%q))", selector, text)
	_, err := chromedp.Run(b.ctx, chromedp.Poll[chromedp.Void](condition, chromedp.WithPollingTimeout(patience)))
	if err != nil {
		seen, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.body.innerText"))
		require.NoError(b.t, err, "waiting for %q in %s; the page says\n%s", text, selector, seen)
	}
}

// fits checks that the page is no wider than its window.
func (b *browser) fits(width int64) {
	b.t.Helper()
	wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[int64]("document.documentElement.scrollWidth"))
	require.NoError(b.t, err)
	assert.LessOrEqual(b.t, wide, width)
}

// picture keeps what the window shows. Those of the README have a name there.
func (b *browser) picture(name string, inReadme bool) {
	b.t.Helper()
	folder := os.Getenv("ROLLCALL_PICTURES")
	if folder == "readme" {
		folder = filepath.Join(fixtures.Root(b.t), screenshots)
	}
	if folder == "" || (os.Getenv("ROLLCALL_PICTURES") == "readme" && !inReadme) {
		return
	}
	shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	require.NoError(b.t, err)
	require.NoError(b.t, os.MkdirAll(folder, 0o755))
	require.NoError(b.t, os.WriteFile(filepath.Join(folder, name+".png"), shot, 0o644))
}

// From a command typed into the console to the cell that changes on the page, in a real browser, in both widths and
// both schemes.
func TestBrowserFromTypingToThePage(t *testing.T) {
	_, console, page := startDemo(t)
	b := newBrowser(t)
	b.do(chromedp.Navigate(console + "#as=ben&in=releases"))
	b.shows("#side", "releases")
	b.do(chromedp.Focus(chromedp.CSS("#talk .composer textarea")),
		chromedp.KeyEvent(`/rollcall step done v2.4.0 customer-c D1 note="build 812" `+"\r"))
	b.shows("#talk", "customer-c-prod")
	b.do(chromedp.Focus(chromedp.CSS("#talk .composer textarea")), chromedp.KeyEvent("/rollcall matrix v2.4.0 cluster=prod-us-1 \r"))
	b.shows("#talk", "customer-b")
	for _, width := range []int64{390, 1280} {
		for _, scheme := range []string{"dark", "light"} {
			b.size(width)
			b.scheme(scheme)
			b.fits(width)
			b.picture(fmt.Sprintf("console-%d-%s", width, scheme), width == 1280 && scheme == "light")
		}
	}
	for _, width := range []int64{390, 1280} {
		for _, scheme := range []string{"dark", "light"} {
			b.size(width)
			b.scheme(scheme)
			b.do(chromedp.Navigate(page + "/releases/2"))
			b.shows("main", "customer-c-prod")
			b.fits(width)
			b.picture(fmt.Sprintf("matrix-%d-%s", width, scheme), width == 1280 && scheme == "light")
			b.do(chromedp.Navigate(page + "/"))
			b.shows("main", "v2.4.0")
			b.fits(width)
			b.picture(fmt.Sprintf("dashboard-%d-%s", width, scheme), false)
		}
	}
}
