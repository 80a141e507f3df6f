package statuspage

import (
	"context"
	"html/template"
	"regexp"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"

	"rollcall/core"
)

// What highlighting may cost. Lexers match with regular expressions, and hostile text can make one of them take
// seconds: longer or slower texts are shown plain.
const (
	maxHighlight  = 32 << 10 // bytes
	highlightTime = 300 * time.Millisecond
	deadlineEvery = 16 // tokens between two looks at the clock
)

// lexerOf is how each type of content is read. Of the SQL dialects only the generic one is quick on any input.
var lexerOf = map[core.StepType]chroma.Lexer{
	core.Bash: chroma.Coalesce(lexers.Get("bash")),
	core.SQL:  chroma.Coalesce(lexers.Get("sql")),
}

// code writes a text as lines, highlighted when there is a lexer for it and time. The elements hold the text to the
// byte: what is copied from the page is what was saved. plain is false when the lexer got to its end.
func code(ctx context.Context, kind core.StepType, text string) (lines template.HTML, plain bool) {
	if lexer := lexerOf[kind]; lexer != nil && len(text) <= maxHighlight {
		if w, ok := highlight(ctx, lexer, text); ok {
			return w.html(), false
		}
	}
	w := newLiner(text)
	w.write("", text)
	return w.html(), lexerOf[kind] != nil
}

// highlight gives up, with false, when time is over or the lexer does not give back what it was given.
func highlight(ctx context.Context, lexer chroma.Lexer, text string) (w *liner, ok bool) {
	defer func() {
		if recover() != nil { // lexers have no other way to say that a match took too long
			ok = false
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, highlightTime)
	defer cancel()
	next, err := lexer.Tokenise(&chroma.TokeniseOptions{State: "root"}, text)
	if err != nil {
		return nil, false
	}
	w = newLiner(text)
	left := text
	for i, token := 0, next(); token != chroma.EOF; i, token = i+1, next() {
		if i%deadlineEvery == 0 && ctx.Err() != nil {
			return nil, false
		}
		value := token.Value
		if len(value) > len(left) && value[:len(left)] == left { // a lexer may end the last line
			value = left
		}
		if len(value) > len(left) || left[:len(value)] != value {
			return nil, false
		}
		left = left[len(value):]
		w.write(classOf(token.Type), value)
	}
	return w, left == ""
}

// classOf is the class of a token; "" for what stands in the text's own colour.
func classOf(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Comment):
		return "c"
	case t.InCategory(chroma.Keyword), t.InSubCategory(chroma.Operator) && t == chroma.OperatorWord:
		return "k"
	case t.InSubCategory(chroma.LiteralString):
		return "s"
	case t.InSubCategory(chroma.LiteralNumber):
		return "m"
	case t.InSubCategory(chroma.NameBuiltin):
		return "b"
	case t.InSubCategory(chroma.NameVariable):
		return "v"
	}
	return ""
}

// missingForm is what core puts where a placeholder has no value.
var missingForm = regexp.MustCompile(`\{\{[A-Za-z0-9_.-]+ IS MISSING\}\}`)

// liner writes text as HTML, each line an element of its own so that a style sheet can number them. Hidden characters
// stay in the text, each in an element that shows its number; placeholders without a value are marked.
type liner struct {
	buf    []byte
	at     int     // bytes written so far
	marked [][]int // the ranges to mark that are not yet behind
	open   bool    // inside a line
}

func newLiner(text string) *liner {
	return &liner{buf: make([]byte, 0, 2*len(text)+64), marked: missingForm.FindAllStringIndex(text, -1)}
}

func (w *liner) html() template.HTML {
	if w.open {
		w.buf = append(w.buf, "</span>"...)
		w.open = false
	}
	return template.HTML(w.buf)
}

// write adds a piece of the text in one class.
func (w *liner) write(class, text string) {
	for text != "" {
		piece, missing := w.piece(text)
		text = text[len(piece):]
		if !w.open {
			w.buf = append(w.buf, "<span class=l>"...)
			w.open = true
		}
		line := piece
		ends := line[len(line)-1] == '\n'
		if ends {
			line = line[:len(line)-1]
		}
		w.inLine(class, line, missing)
		if ends {
			w.buf = append(w.buf, "\n</span>"...)
			w.open = false
		}
		w.at += len(piece)
	}
}

// piece is the beginning of text up to the end of a line or the border of a mark, whichever comes first.
func (w *liner) piece(text string) (piece string, missing bool) {
	n := len(text)
	for i := range len(text) {
		if text[i] == '\n' {
			n = i + 1
			break
		}
	}
	for len(w.marked) > 0 && w.marked[0][1] <= w.at {
		w.marked = w.marked[1:]
	}
	if len(w.marked) > 0 {
		from, to := w.marked[0][0]-w.at, w.marked[0][1]-w.at
		if from <= 0 {
			return text[:min(n, to)], true
		}
		n = min(n, from)
	}
	return text[:n], false
}

func (w *liner) inLine(class, text string, missing bool) {
	if text == "" {
		return
	}
	tag := "span"
	switch {
	case missing:
		tag = "mark"
		w.buf = append(w.buf, "<mark>"...)
	case class != "":
		w.buf = append(w.buf, "<span class="...)
		w.buf = append(append(w.buf, class...), '>')
	default:
		tag = ""
	}
	w.buf = appendShown(w.buf, text)
	if tag != "" {
		w.buf = append(append(append(w.buf, "</"...), tag...), '>')
	}
}

// appendShown escapes text for HTML and shows its hidden characters by their numbers.
func appendShown(b []byte, text string) []byte {
	from := 0
	for i, r := range text {
		var shown string
		switch r {
		case '<':
			shown = "&lt;"
		case '>':
			shown = "&gt;"
		case '&':
			shown = "&amp;"
		case '"':
			shown = "&#34;"
		default:
			if !core.Hidden(r) {
				continue
			}
			shown = `<span class=u data-u="` + core.HiddenName(r) + `">` + string(r) + `</span>`
		}
		b = append(append(b, text[from:i]...), shown...)
		from = i + len(string(r))
	}
	return append(b, text[from:]...)
}
