//go:build browser

package statuspage_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	browserdomain "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

// A shared link leaves no trace of itself in the address nor with the sites that a page links to, and its session is this
// browser's alone.
func TestBrowserSharedLinkStaysHere(t *testing.T) {
	met := make(chan http.Header, 10)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/runbook" {
			met <- r.Header
		}
	}))
	t.Cleanup(elsewhere.Close)
	svc := service(t)
	do(t, svc, core.EditTemplate{Release: "v2.5.0", Step: "V1", Description: ptr("See [the runbook](" + elsewhere.URL + "/runbook)."), Confirm: true})
	b, _, _ := across(t, behindLinks(t, svc))
	r, err := svc.Do(t.Context(), core.Person("UANN", core.ViaSlash), "", core.ShareRelease{Release: "v2.5.0"})
	require.NoError(t, err)
	b.open("/s/" + r.Secret)
	b.do(chromedp.Click(chromedp.CSS("button.go")), chromedp.WaitVisible(chromedp.CSS(".strip")))
	assert.Equal(t, b.base+"/releases/1", value[string](b, "location.href"))
	assert.Empty(t, value[string](b, "document.referrer"))
	kept, err := chromedp.Call(b.ctx, network.GetCookies, network.GetCookiesParams{})
	require.NoError(t, err)
	require.Len(t, kept.Cookies, 1)
	c := kept.Cookies[0]
	assert.Equal(t, []any{"rollcall-view", true, "/", network.CookieSameSiteLax}, []any{c.Name, c.HTTPOnly, c.Path, c.SameSite})

	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	other := &browser{t: t, ctx: ctx, base: b.base}
	other.open("/releases/1")
	assert.Contains(t, value[string](other, "document.querySelector('main').textContent"), "You are not signed in here.")

	own := signIn(t, svc, behindLinks(t, svc))
	_, err = chromedp.Call(b.ctx, network.SetCookie, network.SetCookieParams{Name: "rollcall", Value: own[len("rollcall="):], URL: b.base})
	require.NoError(t, err)
	_, err = chromedp.Call(b.ctx, network.DeleteCookies, network.DeleteCookiesParams{Name: "rollcall-view", URL: b.base})
	require.NoError(t, err)
	b.open("/releases/1/customers/1/steps/V1")
	b.click("main a[rel~=noreferrer]")
	header := <-met
	assert.Empty(t, header.Get("Referer"))
	b.forgive()
}

// What is downloaded has the name that says where it belongs, and begins with the target line.
func TestBrowserDownload(t *testing.T) {
	svc := service(t)
	b := browse(t, site(t, svc))
	folder := t.TempDir()
	_, err := chromedp.CallBrowser(b.ctx, browserdomain.SetDownloadBehavior, browserdomain.SetDownloadBehaviorParams{
		Behavior: browserdomain.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder})
	require.NoError(t, err)
	b.open("/releases/1/customers/2/steps/D2")
	b.click("a[download]")
	file := filepath.Join(folder, "v2.5.0_prod-us_cust-b-prod_deploy-02_run-migration.sql")
	require.Eventually(t, func() bool { _, err := os.Stat(file); return err == nil }, 10*time.Second, 20*time.Millisecond)
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "-- customer-bee · prod-us / cust-b-prod · v2.5.0 · deploy 2 (D2) Run migration\nSELECT 2;\nSELECT 3;\n", string(got))
}
