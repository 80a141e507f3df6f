package statuspage_test

import (
	"context"
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rollcall/core"
	"rollcall/statuspage"
)

var tags = regexp.MustCompile(`<[^>]*>`)

// textOf is what a reader, or the clipboard, gets of lines of code.
func textOf(lines string) string { return html.UnescapeString(tags.ReplaceAllString(lines, "")) }

func TestHighlight_FS005(t *testing.T) {
	for _, c := range []struct {
		kind       core.StepType
		text, want string
	}{
		{core.SQL, "SELECT 'a' -- b\nFROM t1;", "<span class=l><span class=k>SELECT</span> <span class=s>&#39;a&#39;</span> <span class=c>-- b</span>\n</span><span class=l><span class=k>FROM</span> t1;</span>"},
		{core.Bash, "echo \"$HOME\" # x\n", "<span class=l><span class=b>echo</span> <span class=s>&#34;</span><span class=v>$HOME</span><span class=s>&#34;</span> <span class=c># x</span>\n</span>"},
		{core.Bash, "kubectl -n {{customer.metadata.zone IS MISSING}} get pods", "<span class=l>kubectl -n <mark>{{customer.metadata.zone IS MISSING}}</mark> get pods</span>"},
		{core.SQL, "x\u202ey", "<span class=l>x<span class=u data-u=\"U+202E\">\u202e</span>y</span>"},
		{core.Text, "a <b>\n\nc", "<span class=l>a &lt;b&gt;\n</span><span class=l>\n</span><span class=l>c</span>"},
	} {
		got, plain := statuspage.Code(t.Context(), c.kind, c.text)
		assert.Equal(t, strings.ReplaceAll(c.want, "&#39;", "'"), strings.ReplaceAll(string(got), "</mark><mark>", ""))
		assert.False(t, plain)
	}
}

func TestHighlightGivesUpInTime(t *testing.T) {
	long := strings.Repeat("SELECT 1;\n", 4000)
	lines, plain := statuspage.Code(t.Context(), core.SQL, long)
	assert.True(t, plain, "longer than 32 KiB")
	assert.Equal(t, long, textOf(string(lines)))

	over, cancel := context.WithCancel(t.Context())
	cancel()
	lines, plain = statuspage.Code(over, core.Bash, "echo $((1+1))")
	assert.True(t, plain, "no time left")
	assert.Equal(t, "echo $((1+1))", textOf(string(lines)))

	hostile := strings.Repeat("$((`", 8000)
	lines, _ = statuspage.Code(t.Context(), core.SQL, hostile)
	assert.Equal(t, hostile, textOf(string(lines)))
}

// Whatever a text holds, its lines hold it to the byte and nothing that runs.
func TestLinesHoldTheTextToTheByte(t *testing.T) {
	piece := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"\n", "<script>", "{{customer.name IS MISSING}}", "\u202e", "$(", "'", `"`, "--", "/*", "\t", "&amp;", "👩\u200d🚀", "<<EOF\n"}))
	rapid.Check(t, func(r *rapid.T) {
		text := strings.ToValidUTF8(strings.Join(rapid.SliceOf(piece).Draw(r, "text"), ""), "")
		text = strings.Map(func(c rune) rune { // core lets no other control characters in
			if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
				return -1
			}
			return c
		}, text)
		kind := rapid.SampledFrom([]core.StepType{core.Bash, core.SQL, core.Text}).Draw(r, "kind")
		lines, _ := statuspage.Code(t.Context(), kind, text)
		assert.Equal(r, text, textOf(string(lines)))
		assert.Equal(r, strings.Count(text, "\n"), strings.Count(string(lines), "\n"))
		assert.Equal(r, strings.Count(string(lines), "<span "), strings.Count(string(lines), "</span>"))
	})
}

func TestDifference(t *testing.T) {
	rows, gone, come := statuspage.Difference("a\nb\nc\n", "a\nx\nc\nd\n")
	assert.Equal(t, 1, gone)
	assert.Equal(t, 2, come)
	require.Len(t, rows, 4)
	assert.True(t, rows[0].Same)
	assert.Equal(t, "b", string(rows[1].Old))
	assert.Equal(t, "x", string(rows[1].New))
	assert.Equal(t, 0, rows[3].OldNo)
	assert.Equal(t, 4, rows[3].NewNo)
	_, gone, come = statuspage.Difference("a\n", "a")
	assert.Equal(t, []int{1, 1}, []int{gone, come}, "a missing last line end is a difference")
	_, gone, come = statuspage.Difference(strings.Repeat("a\n", 3000), strings.Repeat("b\n", 3000))
	assert.Equal(t, []int{3000, 3000}, []int{gone, come})

	line := rapid.SampledFrom([]string{"a", "b", "c", "<d>", ""})
	rapid.Check(t, func(r *rapid.T) {
		a := strings.Join(rapid.SliceOfN(line, 0, 30).Draw(r, "old"), "\n")
		b := strings.Join(rapid.SliceOfN(line, 0, 30).Draw(r, "new"), "\n")
		rows, gone, come := statuspage.Difference(a, b)
		var before, after []string
		var left, put int
		for _, row := range rows {
			if row.OldNo > 0 {
				before = append(before, html.UnescapeString(string(row.Old)))
				assert.Len(r, before, row.OldNo)
			}
			if row.NewNo > 0 {
				after = append(after, html.UnescapeString(string(row.New)))
				assert.Len(r, after, row.NewNo)
			}
			if !row.Same {
				left, put = left+min(row.OldNo, 1), put+min(row.NewNo, 1)
			}
		}
		assert.Equal(r, strings.TrimSuffix(a, "\n"), strings.Join(before, "\n"))
		assert.Equal(r, strings.TrimSuffix(b, "\n"), strings.Join(after, "\n"))
		assert.Equal(r, []int{left, put}, []int{gone, come})
	})
}

// Long texts that differ in a few lines show these and the lines beside them, and count the others.
func TestDifferenceLeavesOutWhatIsTheSame(t *testing.T) {
	numbers := func(change int) (out string) {
		for i := range 40 {
			if i == change {
				out += "changed "
			}
			out += strconv.Itoa(i) + "\n"
		}
		return out
	}
	shown := func(a, b string) (out []string) {
		rows, _, _ := statuspage.Difference(a, b)
		for _, row := range statuspage.Folded(rows) {
			if row.Left > 0 {
				out = append(out, strconv.Itoa(row.Left)+" left out")
			} else {
				out = append(out, string(row.New))
			}
		}
		return out
	}
	assert.Equal(t, []string{"17 left out", "17", "18", "19", "changed 20", "21", "22", "23", "16 left out"}, shown(numbers(-1), numbers(20)))
	assert.Equal(t, []string{"0", "1", "2", "3", "changed 4", "5", "6", "7", "32 left out"}, shown(numbers(-1), numbers(4)), "one line is shown rather than counted")
	assert.Equal(t, []string{"40 left out"}, shown(numbers(-1), numbers(-1)))
	assert.Len(t, shown("a\n", "b\n"), 1)
}

func TestDownload_FV007(t *testing.T) {
	svc := service(t)
	s := site(t, svc)
	w := get(s, "/releases/1/customers/2/steps/D2/raw")
	require.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "-- customer-bee · prod-us / cust-b-prod · v2.5.0 · deploy 2 (D2) Run migration\nSELECT 2;\nSELECT 3;\n", w.Body.String())
	assert.Equal(t, "attachment; filename=v2.5.0_prod-us_cust-b-prod_deploy-02_run-migration.sql", w.Header().Get("Content-Disposition"))
	assert.Equal(t, "text/plain; charset=utf-8", w.Header().Get("Content-Type"))
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Equal(t, "# ", get(s, "/releases/1/customers/1/steps/D1/raw").Body.String()[:2])
}

// Who may see progress only gets no content, and pages without the parts that are about it.
func TestStepWithoutContent(t *testing.T) {
	s := site(t, discreet{typical()})
	assert.Equal(t, http.StatusNotFound, get(s, "/releases/12/customers/2/steps/D2/raw").Code)
	for _, path := range []string{"/releases/12/customers/2/steps/D2", "/releases/12/customers/2/steps/D2/panel", "/releases/12/steps/D2"} {
		w := get(s, path)
		require.Equal(t, http.StatusOK, w.Code, path)
		for _, word := range []string{"Download", "data-copy", "<pre", "Content</h", "What the template says", "by <bdi></bdi>"} {
			assert.NotContains(t, w.Body.String(), word, path)
		}
	}
}

// discreet leaves out what a step says and who was at it.
type discreet struct{ *canned }

func (d discreet) Step(ctx context.Context, a core.Actor, q core.StepQuery) (*core.StepDetail, error) {
	v, err := d.canned.Step(ctx, a, q)
	v.Step.Content, v.Original, v.Step.NoteList, v.Step.ExecutedByName, v.Step.Description, v.History = "", nil, nil, "", "", nil
	return v, err
}

func (d discreet) Across(ctx context.Context, a core.Actor, release, step string) (*core.StepAcross, error) {
	v, err := d.canned.Across(ctx, a, release, step)
	v.Step.Content = ""
	return v, err
}

func TestContentPagesAreKeptByNobody(t *testing.T) {
	s := site(t, typical())
	for _, path := range []string{"/releases/12/steps/D2", "/releases/12/customers/2/steps/D2", "/releases/12/customers/2/steps/D2/original",
		"/releases/12/customers/2/steps/D2/panel", "/releases/12/customers/2/steps/D2/raw"} {
		for _, p := range []string{path, path + ".json"} {
			w := get(s, p)
			if strings.HasSuffix(p, "panel.json") || strings.HasSuffix(p, "raw.json") {
				assert.Equal(t, http.StatusNotFound, w.Code, p)
				continue
			}
			assert.Equal(t, http.StatusOK, w.Code, p)
			assert.Equal(t, "no-store", w.Header().Get("Cache-Control"), p)
			assert.Empty(t, w.Header().Get("ETag"), p)
		}
	}
}

func TestAcrossFilters_FV005_FC006(t *testing.T) {
	s := site(t, typical())
	all := get(s, "/releases/12/steps/D1").Body.String()
	assert.Equal(t, 9, strings.Count(all, `<th scope="row">`))
	some := get(s, "/releases/12/steps/D3?cluster=prod-eu&status=pending").Body.String()
	assert.Contains(t, some, "of 9 customers")
	assert.NotContains(t, some, `<h2><bdi>prod-us</bdi>`)
	assert.Contains(t, get(s, "/releases/12/steps/D1?cluster=nowhere").Body.String(), "that filter was left out")
	assert.Contains(t, get(s, "/releases/12/steps/D1?status=reverted").Body.String(), "0 of 9 customers match")
	twin := get(s, "/releases/12/steps/D1.json?status=reverted").Body.String()
	assert.Contains(t, twin, `"customers":[]`, "the twin is filtered as the page is")
}

func TestMalformedSteps(t *testing.T) {
	s := site(t, typical())
	for _, step := range []string{"X1", "1", "D", "D-1", "d2", "D2x", "%3Cscript%3E"} {
		assert.Equal(t, http.StatusBadRequest, get(s, "/releases/12/customers/2/steps/"+step).Code, step)
	}
	assert.Equal(t, http.StatusNotFound, get(s, "/releases/12/customers/2/steps/D77").Code)
}
