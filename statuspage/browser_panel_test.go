//go:build browser

package statuspage_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	browserdomain "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/statuspage"
)

const (
	panelOpen   = "document.querySelector('#panel').open"
	panelClosed = "!document.querySelector('#panel').open"
	panelTitle  = "document.querySelector('#panel-title').textContent"
)

func showing(target string) string {
	return panelOpen + " && " + panelTitle + ".includes(" + strconv.Quote(target) + ")"
}

func TestBrowserPanel_FV007_5_7(t *testing.T) {
	b := browse(t, site(t, typical()))
	b.open("/releases/12")
	b.click("#cluster-1 tr[data-s=D2] td:nth-child(3) a")
	b.until(showing("customer-b · prod-us / cust-b-prod · v2.5.0 · deploy 2 (D2) Run migration"))
	assert.Equal(t, "#2-D2", value[string](b, "location.hash"))
	assert.Equal(t, "panel-title", value[string](b, "document.activeElement.id"), "the focus moved in")
	assert.Equal(t, "panel-title", value[string](b, "document.querySelector('#panel').getAttribute('aria-labelledby')"))
	b.picture("panel-1280-light")

	// Esc closes it and gives the focus back; the address is the matrix again.
	focus := "document.activeElement.getAttribute('href')"
	b.press(kb.Escape)
	b.until(panelClosed + " && location.hash === ''")
	assert.Equal(t, "/releases/12/customers/2/steps/D2", value[string](b, focus))

	// By keyboard, and walking: over the edge of a cluster into the next.
	b.press(kb.ArrowRight, kb.Enter)
	b.until(showing("customer-c"))
	b.click("[data-go='1,0']")
	b.until(showing("customer-d · prod-eu"))
	assert.Equal(t, "#4-D2", value[string](b, "location.hash"))
	b.click("[data-go='0,1']")
	b.until(showing("(D3)"))
	b.click("[data-go='-1,0']")
	b.until(showing("customer-c · prod-us / cust-c-prod · v2.5.0 · deploy 3 (D3)"))
	assert.Equal(t, "-1,0", value[string](b, "document.activeElement.dataset.go"), "who walks stays on the button")
	b.run("document.querySelector('[data-close]').click()")
	b.until(panelClosed + " && location.hash === ''")
	assert.Equal(t, "/releases/12/customers/3/steps/D3", value[string](b, focus), "the focus is where the walk ended")

	// At the edges there is nowhere to go on to.
	b.click("#cluster-1 tr[data-s=D1] td:nth-child(2) a")
	b.until(showing("customer-a"))
	assert.True(t, value[bool](b, "document.querySelector(\"[data-go='-1,0']\").disabled && document.querySelector(\"[data-go='0,-1']\").disabled"))

	// Back closes, Forward opens, a reload keeps it open.
	b.do(chromedp.NavigateBack())
	b.until(panelClosed + " && location.hash === ''")
	b.do(chromedp.NavigateForward())
	b.until(showing("customer-a"))
	b.do(chromedp.Reload())
	b.until(showing("customer-a"))
	b.press(kb.Escape)
	b.until(panelClosed + " && location.hash === ''")

	// A click beside it closes it, where the browser knows how.
	b.click("#cluster-1 tr[data-s=D1] td:nth-child(3) a")
	b.until(showing("customer-b"))
	b.do(chromedp.MouseClickXY(200, 400))
	b.until(panelClosed + " && location.hash === ''")

	// A link to a step opens it in its place; a link that asks for a window of its own is left alone.
	b.open("/releases/12?status=pending#7-D3")
	b.until(showing("customer-g · staging"))
	b.open("/releases/12")
	b.run("document.addEventListener('click', e => { window.left = !e.defaultPrevented; e.preventDefault(); })")
	b.run("document.querySelector('#cluster-1 tr[data-s=D1] td a').dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ctrlKey: true }))")
	assert.True(t, value[bool](b, "window.left"))
	assert.True(t, value[bool](b, panelClosed))
}

func TestBrowserPanelThatCannotLoad(t *testing.T) {
	v := typical()
	b := browse(t, site(t, v))
	b.open("/releases/12")
	v.broken.Store(true)
	b.click("#cluster-1 tr[data-s=D1] td a")
	b.until("document.querySelector('.panel-note')?.textContent.includes('could not be loaded')")
	b.forgive()
	v.broken.Store(false)
	b.click(".panel-note button")
	b.until(showing("customer-a · prod-us"))
	b.run("panelIsOld()")
	b.until("document.querySelector('.panel-note').textContent.includes('has changed')")
	b.click(".panel-note button")
	b.until("!document.querySelector('.panel-note') && " + showing("customer-a"))
}

// What is copied is what was saved, to the byte: no line numbers, hidden characters included.
func TestBrowserCopy(t *testing.T) {
	v := typical()
	_, want := v.script(2)
	s := site(t, v)
	allow := func(b *browser, to browserdomain.PermissionSetting) {
		for _, name := range []string{"clipboard-write", "clipboard-read"} {
			_, err := chromedp.CallBrowser(b.ctx, browserdomain.SetPermission, browserdomain.SetPermissionParams{
				Permission: &browserdomain.PermissionDescriptor{Name: name}, Setting: to})
			require.NoError(t, err)
		}
	}
	said := func(b *browser, text string) {
		t.Helper()
		b.until("document.querySelector('.tools [role=status]')?.textContent === " + strconv.Quote(text))
	}
	const path = "/releases/12/customers/3/steps/D3"
	b := browse(t, s)
	allow(b, browserdomain.PermissionSettingGranted)
	b.open(path)
	b.click("[data-copy]")
	said(b, "Copied")
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("navigator.clipboard.readText()", chromedp.EvalAwaitPromise))
	require.NoError(t, err)
	assert.Equal(t, want, got)
	b.open("/releases/12#3-D3")
	b.until(showing("customer-c"))
	b.click("#panel [data-copy]")
	said(b, "Copied")

	allow(b, browserdomain.PermissionSettingDenied)
	b.open(path)
	b.click("[data-copy]")
	said(b, "Selected: press Ctrl+C")
	assert.Equal(t, want, value[string](b, "getSelection().toString()"))

	// A text is selected where it stands as it was typed.
	b.open("/releases/12/customers/2/steps/D4")
	b.click("[data-copy]")
	said(b, "Selected: press Ctrl+C")
	assert.True(t, value[bool](b, "document.querySelector('#content').closest('details').open"))
}

func TestBrowserCopyWithoutASecureAddress(t *testing.T) {
	name := "http://status.example"
	base, err := url.Parse(name)
	require.NoError(t, err)
	v := typical()
	b := browse(t, site(t, v, func(c *statuspage.Config) { c.BaseURL = base }),
		chromedp.Flag("host-resolver-rules", "MAP status.example 127.0.0.1"))
	b.base = strings.Replace(b.base, "http://127.0.0.1", name, 1)
	b.open("/releases/12/customers/2/steps/D2")
	assert.True(t, value[bool](b, "!window.isSecureContext"))
	b.click("[data-copy]")
	b.until("document.querySelector('.tools [role=status]')?.textContent === 'Selected: press Ctrl+C'")
	_, want := v.script(1)
	assert.Contains(t, value[string](b, "getSelection().toString()"), want)
	b.forgive() // the browser remarks that the opener policy needs https
}
