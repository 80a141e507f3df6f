package statuspage

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/go-chi/chi/v5"
)

//go:embed assets
var assetFiles embed.FS

// assets are the files that pages refer to, each under a name that changes with its content, so that browsers may
// keep them for ever.
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
		body, err := assetFiles.ReadFile("assets/" + e.Name())
		if err != nil {
			return nil, err
		}
		ext := path.Ext(e.Name())
		kind := mime.TypeByExtension(ext)
		if kind == "" {
			return nil, fmt.Errorf("statuspage: no content type for %s", e.Name())
		}
		sum := sha256.Sum256(body)
		name := fmt.Sprintf("%s.%x%s", strings.TrimSuffix(e.Name(), ext), sum[:6], ext)
		a.paths[e.Name()] = "/assets/" + name
		a.served[name] = map[string]answer{}
		for _, encoding := range []string{"", "gzip", "zstd"} {
			if a.served[name][encoding], err = newAnswer(kind, body, encoding); err != nil {
				return nil, err
			}
		}
	}
	return a, nil
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
