package core

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"rollcall/storage"
)

// window is the store as a shared link lets people see it. Every view for
// them is built from it, so that page, fragment, stream, twin and download
// know nothing else: records outside the link's scope are not there, and those
// inside say how far things are and no more. Contents, descriptions, notes,
// reasons, metadata, kubeconfig paths, channels and people are left out where
// the records are read. What this file does not name is not let through.
type window struct {
	base  storage.Reader
	link  *link
	rel   *Release
	names *frozenNames          // of an archived release
	seen  map[int64]int64       // customers in scope → the cluster they are shown on
	parts map[string]partOfView // by the beginning of the key
}

// partOfView lets one kind of key through: the value as it may be seen, or not
// at all.
type partOfView func(key string, value []byte) ([]byte, bool, error)

// newWindow opens the store for somebody with a link.
func newWindow(r storage.Reader, l *link, rel *Release) (*window, error) {
	w := &window{base: r, link: l, rel: rel, seen: map[int64]int64{}}
	ro, err := readRoster(r, rel.ID)
	if err != nil {
		return nil, err
	}
	for cluster, g := range ro.groups {
		for _, e := range g {
			w.admit(e.Customer, cluster)
		}
	}
	if rel.Status == Archived {
		if w.names, err = readFrozen(r, rel.ID); err != nil {
			return nil, err
		}
	}
	if w.names != nil {
		clear(w.seen)
		for _, c := range w.names.Customers {
			w.admit(c.ID, c.Cluster)
		}
	}
	w.parts = map[string]partOfView{
		"release": w.release, "cluster": w.cluster, "customer": w.customer, "template": w.template, "text": w.text,
		"enrolled": w.enrolled, "step": w.step, "frozen": w.frozen, "event": w.event, "ix": w.index,
	}
	return w, nil
}

func (w *window) admit(customer, cluster int64) {
	if (w.link.Cluster == 0 || w.link.Cluster == cluster) && (w.link.Customer == 0 || w.link.Customer == customer) {
		w.seen[customer] = cluster
	}
}

// shows is true for clusters of which something is in scope; the one that a
// link was made for is in scope even when nobody is left there.
func (w *window) shows(cluster int64) bool {
	if cluster == w.link.Cluster && cluster != 0 {
		return true
	}
	for _, at := range w.seen {
		if at == cluster {
			return true
		}
	}
	return false
}

func (w *window) through(key string, value []byte) ([]byte, bool, error) {
	kind, rest, _ := strings.Cut(key, "/")
	part := w.parts[kind]
	if part == nil {
		return nil, false, nil
	}
	return part(rest, value)
}

// Get implements storage.Reader.
func (w *window) Get(key []byte) ([]byte, error) {
	b, err := w.base.Get(key)
	if err != nil {
		return nil, err
	}
	b, ok, err := w.through(string(key), b)
	if err == nil && !ok {
		err = storage.ErrNotFound
	}
	return b, err
}

// Scan implements storage.Reader.
func (w *window) Scan(r storage.Range) iter.Seq2[storage.Entry, error] {
	return func(yield func(storage.Entry, error) bool) {
		for e, err := range w.base.Scan(r) {
			if err != nil {
				yield(e, err)
				return
			}
			b, ok, err := w.through(string(e.Key), e.Value)
			if err != nil {
				yield(storage.Entry{}, err)
				return
			}
			if ok && !yield(storage.Entry{Key: e.Key, Value: b}, nil) {
				return
			}
		}
	}
}

// trim decodes a record, changes what may be seen of it, and stores it again.
func trim[T any, P record[T]](tb *table[T, P], key string, value []byte, change func(P)) ([]byte, bool, error) {
	p, err := tb.decode(tb.path(key), value)
	if err != nil {
		return nil, false, err
	}
	change(p)
	return tb.encode(p), true, nil
}

func (w *window) release(key string, value []byte) ([]byte, bool, error) {
	if key != idKey(w.rel.ID) {
		return nil, false, nil
	}
	return trim(releases, key, value, func(rel *Release) {
		rel.Description, rel.Metadata, rel.Channel, rel.ArchiveReason = "", nil, "", ""
		g := rel.Targets
		rel.Targets = Targets{
			Clusters:  slices.DeleteFunc(slices.Clone(g.Clusters), func(id int64) bool { return !w.shows(id) }),
			Customers: slices.DeleteFunc(slices.Clone(g.Customers), func(id int64) bool { return w.seen[id] == 0 }),
		}
		switch {
		case w.link.Customer != 0:
			rel.Targets = Targets{Customers: []int64{w.link.Customer}}
		case w.link.Cluster != 0:
			rel.Targets = Targets{Clusters: []int64{w.link.Cluster}}
		case len(rel.Targets.Clusters)+len(rel.Targets.Customers) == 0:
			rel.Targets.All = true
		}
	})
}

func (w *window) cluster(key string, value []byte) ([]byte, bool, error) {
	if !w.shows(decimal(key)) {
		return nil, false, nil
	}
	return trim(clusters, key, value, func(c *Cluster) {
		c.KubeconfigPath, c.Description, c.Metadata = "", "", nil
		if w.names != nil {
			for _, was := range w.names.Clusters {
				if was.ID == c.ID {
					c.Name = was.Name
				}
			}
		}
	})
}

func (w *window) customer(key string, value []byte) ([]byte, bool, error) {
	at, ok := w.seen[decimal(key)]
	if !ok {
		return nil, false, nil
	}
	return trim(customers, key, value, func(c *Customer) {
		c.Description, c.Metadata = "", nil
		if was := w.was(c.ID); was != nil {
			c.Name, c.Namespace, c.ClusterID = was.Name, was.Namespace, at
		}
	})
}

// was is what a customer was called when the release was archived; nil while it is not.
func (w *window) was(customer int64) *frozenCustomer {
	if w.names == nil {
		return nil
	}
	i := slices.IndexFunc(w.names.Customers, func(c frozenCustomer) bool { return c.ID == customer })
	if i < 0 {
		return nil
	}
	return &w.names.Customers[i]
}

func (w *window) template(key string, value []byte) ([]byte, bool, error) {
	if !strings.HasPrefix(key, idKey(w.rel.ID)+"/") {
		return nil, false, nil
	}
	return trim(templates, key, value, func(tm *StepTemplate) { tm.Description = "" })
}

// text lets a step's name and type through.
func (w *window) text(key string, value []byte) ([]byte, bool, error) {
	release, customer, _ := splitStepKey(key)
	if release != w.rel.ID || customer != 0 && w.seen[customer] == 0 {
		return nil, false, nil
	}
	var said wording
	if err := json.Unmarshal(value, &said); err != nil {
		return nil, false, fmt.Errorf("text/%s is damaged: %w", key, err)
	}
	b, err := json.Marshal(wording{Name: said.Name, Type: said.Type})
	return b, true, err
}

func (w *window) enrolled(key string, value []byte) ([]byte, bool, error) {
	if key != idKey(w.rel.ID) {
		return nil, false, nil
	}
	ro, err := parseRoster(value, nil)
	if err != nil {
		return nil, false, err
	}
	seen := &roster{groups: map[int64][]enrolment{}, last: ro.last}
	for _, g := range ro.groups {
		for _, e := range g {
			if at, ok := w.seen[e.Customer]; ok {
				seen.groups[at] = append(seen.groups[at], e)
			}
		}
	}
	for _, g := range seen.groups {
		slices.SortFunc(g, func(a, b enrolment) int { return int(a.Customer - b.Customer) })
	}
	return seen.encode(), true, nil
}

// step lets through where a step stands, when that was settled, and whether it
// is the customer's own.
func (w *window) step(key string, value []byte) ([]byte, bool, error) {
	release, customer, _ := splitStepKey(key)
	if release != w.rel.ID || w.seen[customer] == 0 {
		return nil, false, nil
	}
	return trim(stepTable, key, value, func(s *stepRecord) {
		s.ExecutedBy, s.SkipReason, s.Values, s.Notes = "", "", nil, 0
		s.free()
	})
}

func (w *window) frozen(key string, value []byte) ([]byte, bool, error) {
	if key != idKey(w.rel.ID) || w.names == nil {
		return nil, false, nil
	}
	var out frozenNames
	for _, c := range w.names.Clusters {
		if w.shows(c.ID) {
			out.Clusters = append(out.Clusters, c)
		}
	}
	for _, c := range w.names.Customers {
		if _, ok := w.seen[c.ID]; ok {
			out.Customers = append(out.Customers, c)
		}
	}
	b, err := json.Marshal(out)
	return b, true, err
}

// index lets through the entries of records that are.
func (w *window) index(key string, value []byte) ([]byte, bool, error) {
	noun, rest, _ := strings.Cut(key, "/")
	name, text, _ := strings.Cut(rest, "/")
	record := string(value) // of a unique index
	if i := strings.LastIndexByte(text, 0); i >= 0 {
		text, record = text[:i], text[i+1:]
	}
	switch noun {
	case "release":
		return value, record == idKey(w.rel.ID), nil
	case "template":
		return value, strings.HasPrefix(record, idKey(w.rel.ID)+"/"), nil
	case "cluster":
		return value, w.shows(decimal(record)) && w.names == nil, nil
	case "customer":
		at, ok := w.seen[decimal(record)]
		if !ok {
			return nil, false, nil
		}
		was := w.was(decimal(record))
		if name != "cluster" {
			return value, was == nil, nil
		}
		if text != idKey(at) {
			return nil, false, nil
		}
		if was != nil {
			value = formatColumn(&Customer{IsActive: value[0] == '+', Namespace: was.Namespace, Name: was.Name})
		}
		return value, true, nil
	}
	return nil, false, nil
}

// told are the changes of a step or template that its history is made from.
var told = []string{"status", "revision", "removed", "override", "custom"}

// empty is true for an event of which nothing is left behind a window: a
// claim, a block, a note. It is let through, since histories follow events
// from one to the next, but is not told.
func empty(r storage.Reader, e *Event) bool {
	_, windowed := r.(*window)
	return windowed && !slices.ContainsFunc(e.Subjects, func(s Subject) bool { return len(s.Changes) > 0 })
}

// event lets through what happened to the steps in scope: what and when, not
// who or why.
func (w *window) event(key string, value []byte) ([]byte, bool, error) {
	if of := headID(value, "release_id"); of != w.rel.ID && (of != 0 || !bytes.Contains(value, []byte(idKey(w.rel.ID)))) {
		return nil, false, nil
	}
	var e Event
	if err := json.Unmarshal(value, &e); err != nil {
		return nil, false, fmt.Errorf("event/%s is damaged: %w", key, err)
	}
	out := Event{Seq: e.Seq, At: e.At, Op: e.Op, Undoes: e.Undoes, Release: w.rel.ID}
	customer, number := int64(0), 0
	for _, s := range e.Subjects {
		noun, record, _ := strings.Cut(s.Record, "/")
		switch noun {
		case "template":
			if !strings.HasPrefix(record, idKey(w.rel.ID)+"/") {
				continue
			}
		case "step":
			release, of, _ := splitStepKey(record)
			if release != w.rel.ID || w.seen[of] == 0 {
				continue
			}
			customer = of
			number++
		default:
			continue
		}
		s.Title = partTitle(s.Title)
		s.Changes = slices.DeleteFunc(slices.Clone(s.Changes), func(c Change) bool { return !slices.Contains(told, c.Field) })
		out.Subjects = append(out.Subjects, s)
	}
	if len(out.Subjects) == 0 {
		return nil, false, nil
	}
	if number == 1 {
		out.Customer, out.Cluster = customer, w.seen[customer]
		out.Step = e.Step
	}
	if e.Count > 0 {
		out.Count = number
	}
	if out.Title = partTitle(e.Title); out.Title == "" {
		out.Title = w.rel.Label()
	}
	b, err := json.Marshal(out)
	return b, true, err
}

// partTitle is a target line without the customer's part: which was another
// place, or another name, before a move.
func partTitle(title string) string {
	m := titleForm.FindStringSubmatchIndex(title)
	if m == nil {
		return ""
	}
	return title[m[8]:]
}
