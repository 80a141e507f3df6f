package statuspage

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"rollcall/core"
)

//go:embed templates
var templateFiles embed.FS

// shared are the templates that every layout may use; each other file is one layout.
var shared = []string{"frame.html", "parts.html"}

// layouts are the parsed templates, by name.
type layouts struct {
	named map[string]*template.Template
}

func parseLayouts(a *assets) (*layouts, error) {
	files, err := fs.Sub(templateFiles, "templates")
	if err != nil {
		return nil, err
	}
	base, err := template.New("").Funcs(vocabulary).Funcs(template.FuncMap{"asset": a.path}).ParseFS(files, shared...)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "*.html")
	if err != nil {
		return nil, err
	}
	l := &layouts{named: map[string]*template.Template{}}
	for _, name := range names {
		if name == shared[0] || name == shared[1] {
			continue
		}
		t, err := base.Clone()
		if err == nil {
			t, err = t.ParseFS(files, name)
		}
		if err != nil {
			return nil, err
		}
		// Templates are checked for safe contexts when first executed. Do it now: data is missing, a fault shows.
		var unsafe *template.Error
		if err := t.ExecuteTemplate(io.Discard, "frame", nil); errors.As(err, &unsafe) {
			return nil, err
		}
		l.named[strings.TrimSuffix(path.Base(name), ".html")] = t
	}
	return l, nil
}

// render lays something out whole before anybody is sent the first byte, so that a fault gives a clean error page.
func (l *layouts) render(layout, name string, data any) ([]byte, error) {
	t := l.named[layout]
	if t == nil {
		return nil, fmt.Errorf("there is no layout %q", layout)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// vocabulary is what templates can say beside the views' own words.
var vocabulary = template.FuncMap{
	"time":     stamp,
	"state":    stateOf,
	"percent":  func(p core.Percent) string { return p.String() },
	"number":   number,
	"plural":   plural,
	"title":    capital,
	"target":   targetLine,
	"kind":     kindOf,
	"heading":  func(panel bool, label string) heading { return heading{panel, label} },
	"stepurl":  stepURL,
	"markdown": markdown,
	"about":    about,
	"taking":   taking,
	"fact":     fact,
	"cells":    cells,
	"draftSteps": func(label string, release int64, steps []core.TemplateView) draftSteps {
		return draftSteps{label, release, steps}
	},
	"part":         func(label string, c core.Counts) part { return part{label, c} },
	"coded":        coded,
	"shortrelease": core.ShortRelease,
	"more":         more,
	"counts":       countsText,
	"category":     func(p core.Progress, c core.Category) core.Counts { return p.Category(c) },
	"first":        first,
}

// about is the page of what an event changed, as closely as there is one; "" when there is none.
func about(e core.Activity) string {
	switch {
	case e.ReleaseID != nil && e.CustomerID != nil:
		if e.StepID != "" {
			return stepURL(*e.ReleaseID, *e.CustomerID, string(e.StepID))
		}
		return scopePath(*e.ReleaseID, *e.CustomerID)
	case e.CustomerID != nil:
		return fmt.Sprintf("/customers/%d", *e.CustomerID)
	case e.ReleaseID != nil:
		return fmt.Sprintf("/releases/%d", *e.ReleaseID)
	case e.ClusterID != nil:
		return fmt.Sprintf("/clusters/%d", *e.ClusterID)
	}
	return ""
}

// targetLine is a target line whose names stand apart, so that one that is read from right to left stays in its place.
func targetLine(line string) template.HTML {
	return template.HTML(core.SetApart(line, func(name string) string {
		return "<bdi>" + template.HTMLEscapeString(core.Visible(name)) + "</bdi>"
	}))
}

// taking is the page of all steps of the customer and release that an event about one of them names.
func taking(e core.Activity) string {
	e.StepID = ""
	return about(e)
}

// heading is a title of a section: a level lower in a panel, which has a title of its own.
type heading struct {
	Panel bool
	Label string
}

// kindOf is how a type of content is called.
func kindOf(t core.StepType) string {
	switch t {
	case core.Bash:
		return "Bash"
	case core.SQL:
		return "SQL"
	}
	return capital(t)
}

// draftSteps is what a release will consist of, in one category.
type draftSteps struct {
	Label   string
	Release int64
	Steps   []core.TemplateView
}

// part is one labelled share of a release.
type part struct {
	Label string
	core.Counts
}

// stamp is a moment as people read it, always with its zone. The script adds the reader's own time.
func stamp(t any) template.HTML {
	var at time.Time
	switch t := t.(type) {
	case time.Time:
		at = t
	case *time.Time:
		if t == nil {
			return ""
		}
		at = *t
	}
	at = at.UTC()
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, at.Format(time.RFC3339), at.Format("2006-01-02 15:04 UTC")))
}

// fact is what a key of metadata is headed by: as people typed it, but for the one that these pages know.
func fact(key string) string {
	if key == "region" {
		return "Region"
	}
	return key
}

// state is how a step's status is drawn: a class that brings colour and glyph, and the word.
type state struct{ Class, Word string }

var states = [...]state{
	core.Pending:  {"p", "Pending"},
	core.Done:     {"d", "Done"},
	core.Skipped:  {"s", "Skipped"},
	core.Reverted: {"r", "Reverted"},
}

func stateOf(s core.Status) state {
	if int(s) < len(states) {
		return states[s]
	}
	return state{"n", "Unknown"}
}

// quoted is what stands between straight quotation marks, as core writes names and odd values.
var quoted = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)

// curly sets quotation marks as these pages do.
func curly(text string) string { return quoted.ReplaceAllString(text, "“$1”") }

// coded is a sentence whose words in backticks are set as code, as in Slack.
func coded(text string) template.HTML {
	text = template.HTMLEscapeString(curly(text))
	pieces := strings.Split(text, "`")
	if len(pieces)%2 == 0 {
		return template.HTML(text) // one of them is no half of a pair
	}
	for i := 1; i < len(pieces); i += 2 {
		pieces[i] = "<code>" + pieces[i] + "</code>"
	}
	return template.HTML(strings.Join(pieces, ""))
}

// number is 1,234,567.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural is "1 customer", "2 customers".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// more is "and 12 more" for what a list of n leaves out after shown.
func more(n, shown int) string {
	if n <= shown {
		return ""
	}
	return " and " + number(n-shown) + " more"
}

// first is the first n of a list of anything.
func first(n int, list any) any {
	v := reflect.ValueOf(list)
	return v.Slice(0, min(n, v.Len())).Interface()
}

// countsText is the sentence that answers how far things are. Reverted and skipped steps are named only when there
// are any.
func countsText(c core.Counts) string {
	if c.Total == 0 {
		return "no steps"
	}
	text := number(c.Done) + " done, " + number(c.Pending) + " pending"
	if c.Skipped > 0 {
		text += ", " + number(c.Skipped) + " skipped"
	}
	if c.Reverted > 0 {
		text += ", " + number(c.Reverted) + " reverted"
	}
	return text
}

// capital begins a word that the domain writes small.
func capital(s any) string {
	word := fmt.Sprint(s)
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}
