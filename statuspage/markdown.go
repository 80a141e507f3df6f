package statuspage

import (
	"bytes"
	"html/template"
	"net/url"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"rollcall/core"
)

// maxMarkdown is the longest text, in bytes, that is read as Markdown: reading hostile text takes time that grows
// with its square. Longer text is shown as it is.
const maxMarkdown = 32 << 10

// headingsFrom is the level of a text's first headings: the page has its own above.
const headingsFrom = 3

var markdownReader = goldmark.New(
	goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList, extension.Linkify),
	goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(tamer{}, 100))),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(literally{}, 100))),
)

// markdown renders what a person wrote. What looks like HTML is shown as typed, so that "kubectl -n <namespace>" keeps
// its argument.
func markdown(source core.Maybe) template.HTML {
	s := string(source)
	if len(s) <= maxMarkdown {
		var b bytes.Buffer
		if err := markdownReader.Convert([]byte(s), &b); err == nil {
			return template.HTML(b.String())
		}
	}
	return template.HTML("<pre>" + template.HTMLEscapeString(s) + "</pre>")
}

// tamer keeps links to the web and mail, turns other links into their text and pictures into links.
type tamer struct{}

func (tamer) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	var found []ast.Node
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		n.SetAttributeString("dir", []byte("auto")) // each block reads as it begins; what stands inside goes with it
	}
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			switch n := n.(type) {
			case *ast.Heading:
				n.Level = min(n.Level+headingsFrom-1, 6)
			case *ast.Link, *ast.Image, *ast.AutoLink:
				found = append(found, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, n := range found {
		switch n := n.(type) {
		case *ast.Link:
			if !harmless(n.Destination) {
				unwrap(n)
				continue
			}
			outward(n)
		case *ast.Image:
			link := ast.NewLink()
			link.Destination = n.Destination
			for c := n.FirstChild(); c != nil; c = n.FirstChild() {
				link.AppendChild(link, c)
			}
			if link.ChildCount() == 0 {
				link.AppendChild(link, ast.NewString([]byte("picture")))
			}
			n.Parent().ReplaceChild(n.Parent(), n, link)
			if !harmless(link.Destination) {
				unwrap(link)
				continue
			}
			outward(link)
		case *ast.AutoLink:
			if target := n.URL(reader.Source()); n.AutoLinkType == ast.AutoLinkURL && !harmless(target) {
				n.Parent().ReplaceChild(n.Parent(), n, ast.NewString(n.Label(reader.Source())))
				continue
			}
			outward(n)
		}
	}
}

// harmless reports whether a link leads to the web or to mail, and says so in full.
func harmless(target []byte) bool {
	u, err := url.Parse(string(target))
	if err != nil {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		return u.Host != ""
	case "mailto":
		return true
	}
	return false
}

func outward(n ast.Node) { n.SetAttributeString("rel", []byte("noopener noreferrer nofollow")) }

// unwrap leaves what stands inside a node in its place.
func unwrap(n ast.Node) {
	parent := n.Parent()
	for c := n.FirstChild(); c != nil; c = n.FirstChild() {
		parent.InsertBefore(parent, n, c)
	}
	parent.RemoveChild(parent, n)
}

// literally shows HTML as the text it was typed as.
type literally struct{}

func (literally) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(east.KindTable, boxed)
	r.Register(ast.KindRawHTML, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			writeLines(w, source, n.(*ast.RawHTML).Segments)
		}
		return ast.WalkSkipChildren, nil
	})
	r.Register(ast.KindHTMLBlock, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			block := n.(*ast.HTMLBlock)
			_, _ = w.WriteString(`<p dir="auto">`)
			writeLines(w, source, block.Lines())
			if block.HasClosure() {
				_, _ = w.Write(util.EscapeHTML(block.ClosureLine.Value(source)))
			}
			_, _ = w.WriteString("</p>\n")
		}
		return ast.WalkSkipChildren, nil
	})
}

// boxed puts a table, which cannot always be as narrow as its page, into a box of its own that scrolls.
func boxed(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(`<section class="wide" tabindex="0" aria-label="Table"><table dir="auto">` + "\n")
	} else {
		_, _ = w.WriteString("</table></section>\n")
	}
	return ast.WalkContinue, nil
}

func writeLines(w util.BufWriter, source []byte, lines *text.Segments) {
	for i := range lines.Len() {
		line := lines.At(i)
		_, _ = w.Write(util.EscapeHTML(line.Value(source)))
	}
}
