package statuspage_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/statuspage"
)

var assetRef = regexp.MustCompile(`(?:href|src)="(/assets/[^"]+\.(css|js))"`)

// weigh is how much of styles and scripts a page loads: as it is served plainly, and compressed.
func weigh(t *testing.T, page, path string) (plain, packed map[string]int) {
	t.Helper()
	s := site(t, typical())
	plain, packed = map[string]int{}, map[string]int{}
	for _, m := range assetRef.FindAllStringSubmatch(page, -1) {
		w := get(s, m[1])
		require.Equal(t, http.StatusOK, w.Code, m[1])
		kind := m[2]
		if strings.Contains(m[1], "/print.") {
			kind = "paper" // loaded when all else is there
		}
		plain[kind] += w.Body.Len()
		packed[kind] += get(s, m[1], "Accept-Encoding", "zstd").Body.Len()
	}
	t.Logf("%-12s css %6d, js %6d; compressed %5d and %5d", path, plain["css"], plain["js"], packed["css"], packed["js"])
	return plain, packed
}

// A page loads the styles and scripts that it uses. The design has 12 KB and 8 KB for all of it; that was measured on a
// trial without resuming, polling, redrawing in place and the panel's walk. Each usual page keeps to it but for 1 KB; the
// matrix, which has all of them, needs more, and is 14 KB on the way. What will change no more needs next to nothing.
func TestPagesLoadWhatTheyUse(t *testing.T) {
	archived := typical()
	archived.status = "archived"
	for name, c := range map[string]struct {
		v               *canned
		path            string
		css, js, packed int // at most, in bytes; packed is both together
	}{
		"way in":    {typical(), "/s/tok", 12 << 10, 2 << 10, 5 << 10},
		"dashboard": {typical(), "/", 12 << 10, 9 << 10, 7<<10 + 512},
		"list":      {typical(), "/customers", 12 << 10, 9 << 10, 7<<10 + 512},
		"step":      {typical(), "/releases/12/customers/2/steps/D2", 16 << 10, 9 << 10, 9 << 10},
		"matrix":    {typical(), "/releases/12", 20 << 10, 21 << 10, 15 << 10},
		"over":      {archived, "/releases/12/customers/2", 12 << 10, 2 << 10, 5 << 10},
	} {
		t.Run(name, func(t *testing.T) {
			page := get(site(t, c.v), c.path).Body.String()
			plain, packed := weigh(t, page, name)
			assert.LessOrEqual(t, plain["css"], c.css)
			assert.LessOrEqual(t, plain["js"], c.js)
			assert.LessOrEqual(t, plain["paper"], 2<<10)
			assert.LessOrEqual(t, packed["css"]+packed["js"], c.packed)
		})
	}
}

func TestLeanAssetsSayTheSame(t *testing.T) {
	css := statuspage.Lean(".css", []byte("/* Why. */\n.a, .b::before { content: \"− \" / \"left out: \"; inset: 0 1px; }\n\n@media (width < 4rem) {\n  :root { --x: calc(1px + 2px); }\n  .a :is(b, c) > d { color: red; }\n}\n"))
	assert.Equal(t, ".a,.b::before{content:\"− \" / \"left out: \";inset:0 1px;}@media (width < 4rem){:root{--x:calc(1px + 2px);}.a :is(b,c) > d{color:red;}}", string(css))
	js := statuspage.Lean(".js", []byte("// Why.\nlet a = 'x // y'; // here\n\n  if (a) {\n    // Why not.\n    f(`a  b`);\n  }\n"))
	assert.Equal(t, "let a = 'x // y'; // here\nif (a) {\nf(`a  b`);\n}\n", string(js))
	// What is left out is left out line by line: no text may go over one.
	for _, m := range assetRef.FindAllStringSubmatch(get(site(t, typical()), "/releases/12").Body.String(), -1) {
		for line := range strings.Lines(get(site(t, typical()), m[1]).Body.String()) {
			assert.Zero(t, strings.Count(line, "`")%2, line)
		}
	}
}
