package statuspage

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"

	"github.com/go-chi/chi/v5"
)

//go:embed assets
var assetFiles embed.FS

// assets are the files that pages refer to, each under a name that changes with its content, so that browsers may
// keep them for ever. A page refers to those that it uses.
type assets struct {
	paths  map[string]string            // "app.css" → "/assets/app.0123456789ab.css"
	served map[string]map[string]answer // "app.0123456789ab.css" → by encoding
}

func loadAssets() (*assets, error) {
	a := &assets{paths: map[string]string{}, served: map[string]map[string]answer{}}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		file, read := e.Name(), assetFiles.ReadFile
		if e.IsDir() {
			file, read = e.Name()+".js", joined
		}
		body, err := read("assets/" + e.Name())
		if err != nil {
			return nil, err
		}
		if err := a.add(file, body); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// joined is a script: the files of a folder in the order of their names, as one, because they share functions and a page
// should ask for few files.
func joined(folder string) ([]byte, error) {
	files, err := assetFiles.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	out := []byte("'use strict';\n")
	for _, f := range files {
		body, err := assetFiles.ReadFile(folder + "/" + f.Name())
		if err != nil {
			return nil, err
		}
		out = append(append(out, '\n'), body...)
	}
	return out, nil
}

var (
	comments = regexp.MustCompile(`(?m)^\s*(//.*|/\*[^*]*\*/\s*)$`) // those with lines of their own
	margins  = regexp.MustCompile(`(?m)^\s+|[ \t]+$`)
	inCSS    = regexp.MustCompile(`"[^"]*"|\s*([{};,])\s*|(:) `)
)

// lean leaves out what is there for those who read the source: comments, margins and, in a style sheet, the spaces between
// its parts. No text in quotes goes over more than a line.
func lean(ext string, body []byte) []byte {
	switch ext {
	case ".js", ".css":
		body = margins.ReplaceAll(comments.ReplaceAll(body, nil), nil)
	}
	if ext == ".css" {
		body = inCSS.ReplaceAllFunc(body, func(part []byte) []byte {
			if part[0] == '"' {
				return part
			}
			return bytes.TrimSpace(part)
		})
	}
	return body
}

func (a *assets) add(file string, body []byte) error {
	ext := path.Ext(file)
	body = lean(ext, body)
	kind := mime.TypeByExtension(ext)
	if kind == "" {
		return fmt.Errorf("statuspage: no content type for %s", file)
	}
	sum := sha256.Sum256(body)
	name := fmt.Sprintf("%s.%x%s", strings.TrimSuffix(file, ext), sum[:6], ext)
	a.paths[file] = "/assets/" + name
	a.served[name] = map[string]answer{}
	var err error
	for _, encoding := range []string{"", "gzip", "zstd"} {
		if a.served[name][encoding], err = newAnswer(kind, body, encoding); err != nil {
			return err
		}
	}
	return nil
}

// path is where the asset called name is served.
func (a *assets) path(name string) (string, error) {
	p := a.paths[name]
	if p == "" {
		return "", fmt.Errorf("there is no asset %q", name)
	}
	return p, nil
}

func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
	f, ok := a.served[chi.URLParam(r, "file")]
	if !ok { // an older page asks for an older file: say so, and let nobody remember it
		http.Error(w, "There is no such file. Reload the page.", http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", immutable)
	f[encodingFor(r)].send(w)
}
