package statuspage

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"rollcall/core"
)

// request is what a page may know of the one who asks.
type request struct {
	*http.Request
	ctx      context.Context
	actor    core.Actor
	position position // of what is shown
	filters  url.Values
	odd      []string // what was asked for that there is not, in sentences without their end
	scribe   *scribe
}

// read takes a request apart. A malformed id or query is refused here, before any page sees it.
func (s *Site) read(r *http.Request) (*request, error) {
	q := &request{Request: r, ctx: r.Context(), actor: actorOf(r), scribe: s.scribe}
	params := chi.RouteContext(q.ctx).URLParams
	for i, key := range params.Keys {
		if !wellFormed(key, params.Values[i]) {
			return nil, &core.Error{Code: core.Invalid, Msg: "This address leads nowhere: part of it is not an id"}
		}
	}
	var err error
	if q.filters, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return nil, &core.Error{Code: core.Invalid, Msg: "The part of this address after the question mark cannot be read",
			Hint: "Cut it off and choose the filters again."}
	}
	q.position.Epoch = s.cfg.Views.Epoch()
	q.position.Rev, err = s.cfg.Views.Revision(q.ctx)
	return q, err
}

// wellFormed is true for a number, or for a step's short id where a step is named.
func wellFormed(key, value string) bool {
	switch key {
	case "*":
		return true
	case "step":
		if value == "" || !strings.ContainsRune("DVC", rune(value[0])) {
			return false
		}
		value = value[1:]
	}
	_, err := strconv.ParseUint(value, 10, 63)
	return err == nil
}

// id is a path parameter; read has made sure that it is a number, or a step's short id.
func (q *request) id(name string) string { return chi.URLParam(q.Request, name) }

// ref is a path parameter that is the number of a record: digits of which there is none begin no name.
func (q *request) ref(name string) string {
	n, _ := strconv.ParseInt(q.id(name), 10, 64)
	return core.ByID(n)
}

// yes reports whether a switch is on.
func (q *request) yes(key string) bool {
	return slices.Contains([]string{"yes", "1", "all"}, q.filters.Get(key))
}

// list is a filter that may be repeated or hold several values with commas between them.
func (q *request) list(key string) []string {
	var out []string
	for one := range strings.SplitSeq(strings.Join(q.filters[key], ","), ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

// clusters are those that a page is filtered by, of those that it can be filtered by and without the unknown.
func (q *request) clusters(names, unknown []string) (out []string) {
	for _, name := range core.NamesIn(q.list("cluster"), names) {
		if !slices.Contains(out, name) && !slices.Contains(unknown, name) {
			out = append(out, name)
		}
	}
	return out
}

// pick is list for a filter with known values; others are noted and left out.
func pick[T ~string](q *request, key string, known []T) []T {
	var out []T
	for _, v := range q.list(key) {
		if one := T(strings.ToLower(v)); slices.Contains(out, one) {
			continue
		} else if slices.Contains(known, one) {
			out = append(out, one)
		} else {
			q.ignored(key, v)
		}
	}
	return out
}

// pickOne is pick where only one value makes sense: the first.
func pickOne[T ~string](q *request, key string, known []T) (one T) {
	if all := pick(q, key, known); len(all) > 0 {
		one = all[0]
	}
	return one
}

func (q *request) ignored(key string, values ...string) {
	for _, v := range values {
		q.odd = append(q.odd, fmt.Sprintf("There is no %s %q", key, v))
	}
}

// notes say which filters were left out.
func (q *request) notes() (out []string) {
	for _, odd := range q.odd {
		out = append(out, curly(odd)+"; that filter was left out.")
	}
	return out
}

// with is this page's address with filters changed; an empty value removes one.
func (q *request) with(pairs ...string) string { return address(q.URL.Path, q.filters, pairs...) }

func address(path string, filters url.Values, pairs ...string) string {
	out := url.Values{}
	for k, v := range filters {
		out[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			out.Del(pairs[i])
		} else {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	if len(out) == 0 {
		return path
	}
	return path + "?" + out.Encode()
}

// number is a filter that must be a positive number where it is given.
func (q *request) number(key string) (int64, error) {
	v := q.filters.Get(key)
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 1 {
		return 0, &core.Error{Code: core.Invalid, Field: key, Msg: fmt.Sprintf("%s=%s is not a number to start from", key, v),
			Hint: "Follow the links instead of changing the address."}
	}
	return n, nil
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
