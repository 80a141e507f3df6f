package statuspage_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"rollcall/core"
	"rollcall/statuspage"
)

// assertHarmless parses a page as a browser would and looks for anything that could run or load.
func assertHarmless(t *testing.T, page string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	ids := map[string]bool{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		assert.NotContains(t, []string{"img", "iframe", "svg", "style", "object", "embed", "base"}, n.Data)
		for _, a := range n.Attr {
			assert.False(t, strings.HasPrefix(a.Key, "on"), "<%s %s=%q>", n.Data, a.Key, a.Val)
			assert.NotEqual(t, "style", a.Key)
			switch a.Key {
			case "href":
				ok := slices.ContainsFunc([]string{"/", "#", "?", "http://", "https://", "mailto:"}, func(p string) bool { return strings.HasPrefix(a.Val, p) })
				assert.True(t, ok, "href=%q", a.Val)
			case "src":
				assert.True(t, strings.HasPrefix(a.Val, "/assets/"), "src=%q", a.Val)
			case "id":
				assert.False(t, ids[a.Val], "the id %q stands twice", a.Val)
				ids[a.Val] = true
			}
		}
		if n.Data == "script" {
			assert.Nil(t, n.FirstChild, "a script inside the page")
		}
	}
}

func TestMarkdown(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"kubectl -n <namespace> get pods", "<p>kubectl -n &lt;namespace&gt; get pods</p>\n"},
		{"<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"},
		{"<div>\nx\n</div>", "<p>&lt;div&gt;\nx\n&lt;/div&gt;</p>\n"},
		{"# Title", "<h3>Title</h3>\n"},
		{"##### Deep", "<h6>Deep</h6>\n"},
		{"[a](https://x.example/)", `<p><a href="https://x.example/" rel="noopener noreferrer nofollow">a</a></p>` + "\n"},
		{"[a](javascript:alert(1))", "<p>a</p>\n"},
		{"[a](JaVaScRiPt:alert(1))", "<p>a</p>\n"},
		{"[a](//evil.example)", "<p>a</p>\n"},
		{"[a](/customers)", "<p>a</p>\n"},
		{"[**a** b](data:text/html,x)", "<p><strong>a</strong> b</p>\n"},
		{"![alt](https://x.example/p.png)", `<p><a href="https://x.example/p.png" rel="noopener noreferrer nofollow">alt</a></p>` + "\n"},
		{"![](file:///etc/passwd)", "<p>picture</p>\n"},
		{"<https://x.example/>", `<p><a href="https://x.example/" rel="noopener noreferrer nofollow">https://x.example/</a></p>` + "\n"},
		{"<slack:open>", "<p>slack:open</p>\n"},
		{"# a {#main onclick=x}", "<h3>a {#main onclick=x}</h3>\n"},
	} {
		want := strings.Replace(c.want, ">", ` dir="auto">`, 1) // on every block, and on none inside it
		assert.Equal(t, want, string(statuspage.Markdown(core.Maybe(c.in))), c.in)
	}
	table := string(statuspage.Markdown("| a |\n|---|\n| b |\n"))
	assert.True(t, strings.HasPrefix(table, `<section class="wide" tabindex="0" aria-label="Table"><table dir="auto">`), table)
	assert.Contains(t, table, "</table></section>")
	long := strings.Repeat("[a](", 10_000)
	assert.Equal(t, "<pre>"+long+"</pre>", string(statuspage.Markdown(core.Maybe(long))))
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"# a", "<b onclick=x>", "[x](javascript:x)", "![x](x)", "| a |\n|---|\n| <i> |", "<!-- x -->", "<a\nhref=x>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 2000 {
			return
		}
		assertHarmless(t, string(statuspage.Markdown(core.Maybe(s))))
	})
}
