package statuspage

import (
	"net/http"
	"strconv"
	"strings"

	"rollcall/core"
)

// position is how far a page has come: the newest change that it shows, and the epoch of the store that counted it. A
// store put back from a copy is another epoch: it gives the same numbers to other changes.
type position struct {
	Rev   int64
	Epoch string
}

func (p position) String() string { return decimal(p.Rev) + "-" + p.Epoch }

// position reads what position.String wrote. A number alone is of this store.
func (s *Site) position(text string) (position, error) {
	number, epoch, named := strings.Cut(text, "-")
	rev, err := strconv.ParseInt(number, 10, 64)
	if err != nil || rev < 0 {
		return position{}, &core.Error{Code: core.Invalid, Msg: "since= is not the number of a change", Hint: "Reload the page."}
	}
	if !named {
		epoch = s.cfg.Views.Epoch()
	}
	return position{rev, epoch}, nil
}

// showRevision is what a page asks for now and then when it has no stream: the newest change that may show in it.
func (s *Site) showRevision(w http.ResponseWriter, r *http.Request) {
	q, err := s.read(r)
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	at := q.position
	release, _, err := s.watched(q)
	if err == nil && release != 0 {
		at.Rev, err = s.cfg.Views.ReleaseRevision(q.ctx, q.actor, release)
	}
	if err != nil {
		s.failWith(w, r, err)
		return
	}
	tag := `"` + at.String() + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", revisited)
	if hasTag(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	answer{kind: jsonType, body: []byte(`{"rev":` + decimal(at.Rev) + `,"epoch":"` + at.Epoch + "\"}\n")}.send(w)
}
