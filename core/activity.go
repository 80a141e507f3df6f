package core

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"rollcall/storage"
)

// How many events a feed gives at once.
const (
	feedDefault = 50
	feedMost    = 200
)

// Activity is the feed: events, newest first, filtered.
func (s *Service) Activity(ctx context.Context, a Actor, q ActivityQuery) (*ActivityFeed, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*ActivityFeed, error) {
		f, err := newEventFilter(r, q)
		if err != nil {
			return nil, err
		}
		limit := q.Limit
		if limit <= 0 {
			limit = feedDefault
		}
		return feed(r, f, q, min(limit, feedMost))
	})
}

func feed(r storage.Reader, f *eventFilter, q ActivityQuery, limit int) (*ActivityFeed, error) {
	out := &ActivityFeed{Events: []Activity{}, Query: q}
	tell := newTeller(r)
	rng := storage.Prefix([]byte("event/"))
	rng.Reverse = true
	if q.Before > 0 {
		rng.To = []byte(eventPath(q.Before))
	}
	for entry, err := range r.Scan(rng) {
		if err != nil {
			return nil, err
		}
		e, err := f.pick(entry.Value)
		if err != nil {
			return nil, fmt.Errorf("%s is damaged: %w", entry.Key, err)
		}
		if e == nil || empty(r, e) {
			continue
		}
		if len(out.Events) == limit {
			out.Next = MaybeID(out.Events[limit-1].Seq)
			break
		}
		act, err := tell.one(e)
		if err != nil {
			return nil, err
		}
		out.Events = append(out.Events, act)
	}
	return out, tell.names.err
}

// eventFilter is an ActivityQuery with its references resolved; 0 is any.
type eventFilter struct {
	release, customer, cluster int64
	person, op                 string
	accepted                   bool // leaves refusals out
}

func newEventFilter(r storage.Reader, q ActivityQuery) (*eventFilter, error) {
	f := &eventFilter{op: q.Op}
	if q.Person != "" {
		var err error
		if f.person, err = findPerson(r, q.Person); err != nil {
			return nil, err
		}
	}
	if q.Release != "" {
		rel, err := findRelease(r, q.Release, anyState)
		if err != nil {
			return nil, err
		}
		f.release = rel.ID
	}
	if q.Customer != "" {
		c, err := findCustomer(r, q.Customer, anyState)
		if err != nil {
			return nil, err
		}
		f.customer = c.ID
	}
	if q.Cluster != "" {
		c, err := findCluster(r, q.Cluster, anyState)
		if err != nil {
			return nil, err
		}
		f.cluster = c.ID
	}
	return f, nil
}

// subjectsShown is how many of an event's records a feed looks at.
const subjectsShown = 8

// pick decodes a stored event that passes; nil for one that does not. Only an
// event that is about several things is looked at whole, and most that do not
// pass are known by their heads.
func (f *eventFilter) pick(b []byte) (*Event, error) {
	whole := false
	for _, id := range []struct {
		field string
		want  int64
	}{{"release_id", f.release}, {"customer_id", f.customer}, {"cluster_id", f.cluster}} {
		if id.want == 0 {
			continue
		}
		switch is := headID(b, id.field); is {
		case id.want:
		case 0:
			if !bytes.Contains(b, []byte(idKey(id.want))) {
				return nil, nil
			}
			whole = true
		default:
			return nil, nil
		}
	}
	var e *Event
	var err error
	if whole {
		e = new(Event)
		err = json.Unmarshal(b, e)
	} else {
		e, err = skimEvent(b, subjectsShown)
	}
	if err != nil || !f.passes(e) {
		return nil, err
	}
	return e, nil
}

func (f *eventFilter) passes(e *Event) bool {
	if f.accepted && e.Refused || f.person != "" && e.Actor != f.person {
		return false
	}
	if f.op != "" && e.Op != f.op && !strings.HasPrefix(e.Op, f.op+".") && !strings.HasSuffix(e.Op, "."+f.op) {
		return false
	}
	about := func(want, is int64, records ...string) bool {
		return want == 0 || is == want || is == 0 && e.touches(records...)
	}
	return about(f.release, e.Release, "release/"+idKey(f.release), "step/"+idKey(f.release)+"/", "template/"+idKey(f.release)+"/", rosterPath(f.release)) &&
		about(f.customer, e.Customer, "customer/"+idKey(f.customer), "/"+idKey(f.customer)+"/") &&
		about(f.cluster, e.Cluster, "cluster/"+idKey(f.cluster))
}

// touches is true when a record that the event changed begins with one of
// these; a text that begins with a slash may stand inside.
func (e *Event) touches(records ...string) bool {
	for _, s := range e.Subjects {
		for _, rec := range records {
			if strings.HasPrefix(s.Record, rec) || rec[0] == '/' && strings.HasPrefix(s.Record, "step/") && strings.Contains(s.Record, rec) {
				return true
			}
		}
	}
	return false
}

// headID reads an id from the beginning of a stored event without decoding
// it; 0 when it has none. Ids stand before anything that people wrote.
func headID(b []byte, field string) int64 {
	for _, end := range []string{`,"title":`, `,"text":`, `,"subjects":`} {
		if i := bytes.Index(b[:min(len(b), 512)], []byte(end)); i >= 0 {
			b = b[:i]
		}
	}
	i := bytes.Index(b[:min(len(b), 512)], []byte(`"`+field+`":`))
	if i < 0 {
		return 0
	}
	var n int64
	for _, c := range b[i+len(field)+3:] {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + int64(c-'0')
	}
	return n
}

// teller words events for people, looking each name up once.
type teller struct {
	r         storage.Reader
	names     *namer
	releases  map[int64]*Release
	customers map[int64]*Customer
	clusters  map[int64]*Cluster
}

func newTeller(r storage.Reader) *teller {
	return &teller{r: r, names: newNamer(r), releases: map[int64]*Release{}, customers: map[int64]*Customer{}, clusters: map[int64]*Cluster{}}
}

func (tell *teller) tell(events []*Event) ([]Activity, error) {
	out := make([]Activity, 0, len(events))
	for _, e := range events {
		act, err := tell.one(e)
		if err != nil {
			return nil, err
		}
		out = append(out, act)
	}
	return out, tell.names.err
}

// step words an event as the history of one of the steps it touched.
func (tell *teller) step(e *Event, record string) (Activity, error) {
	act, err := tell.one(e)
	if s := e.subject(record); s != nil {
		act.Status = statusOf(s)
		if s.Title != "" {
			act.Title = s.Title
			act.readTitle()
		}
	}
	return act, err
}

// one words an event.
func (tell *teller) one(e *Event) (Activity, error) {
	act := Activity{
		Seq: e.Seq, At: e.At, Actor: Maybe(e.Actor), ActorName: Maybe(tell.names.of(e.Actor)), Via: e.Via, Op: e.Op, Verb: verbOf(e),
		Title: e.Title, Text: Maybe(e.Text), StepID: Maybe(e.Step), Count: e.Count, Undoes: MaybeID(e.Undoes), Refused: e.Refused,
		ReleaseID: idOrNil(e.Release), CustomerID: idOrNil(e.Customer), ClusterID: idOrNil(e.Cluster),
	}
	for i := range e.Subjects {
		if strings.HasPrefix(e.Subjects[i].Record, "step/") {
			act.Status = statusOf(&e.Subjects[i])
			break
		}
	}
	if act.Status != nil {
		act.Count = max(act.Count, 1)
		if e.Op == (RunBulk{}).Op() {
			act.Verb = act.Status.String()
		}
	}
	if err := tell.nameThings(&act, e); err != nil {
		return act, err
	}
	act.readTitle()
	var err error
	act.Changes, err = tell.changes(e)
	return act, err
}

// statusOf is the status an event gave to a step; nil when it left it alone.
func statusOf(s *Subject) *Status {
	c := s.change("status")
	if c == nil {
		return nil
	}
	st := statusIn(c.After)
	return &st
}

func idOrNil(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }

// nameThings adds what an event's ids are called now.
func (tell *teller) nameThings(act *Activity, e *Event) error {
	if rel, err := lookUp(tell.r, releases, tell.releases, e.Release); err != nil {
		return err
	} else if rel != nil {
		act.ReleaseLabel = Maybe(rel.Label())
	}
	at := e.Cluster
	if c, err := lookUp(tell.r, customers, tell.customers, e.Customer); err != nil {
		return err
	} else if c != nil {
		act.CustomerName, act.Namespace = Maybe(c.Name), Maybe(c.Namespace)
		at = cmp.Or(at, c.ClusterID) // an event about a customer alone, like a link's, still says where that is
	}
	c, err := lookUp(tell.r, clusters, tell.clusters, at)
	if c != nil {
		act.ClusterName = Maybe(c.Name)
	}
	return err
}

func lookUp[T any, P record[T]](r storage.Reader, tb *table[T, P], seen map[int64]P, id int64) (P, error) {
	if id == 0 {
		return nil, nil
	}
	if p, ok := seen[id]; ok {
		return p, nil
	}
	p, err := tb.get(r, idKey(id))
	seen[id] = p
	return p, err
}

// titleForm takes a target line apart; the line of a template step has no customer.
var titleForm = regexp.MustCompile(`^(?:(.*) · (.*) / ([a-z0-9-]+) · )?(.*) · (?:deploy|verify) -?[0-9.]+ \(([DVC][0-9]+)\) (.*)$`)

// readTitle prefers what things were called then, as the title froze it, to
// what they are called now.
func (act *Activity) readTitle() {
	m := titleForm.FindStringSubmatch(act.Title)
	if m == nil {
		return
	}
	for i, to := range []*Maybe{&act.CustomerName, &act.ClusterName, &act.Namespace, &act.ReleaseLabel, &act.StepID, &act.StepName} {
		if m[i+1] != "" {
			*to = Maybe(m[i+1])
		}
	}
}

// aboutStep says of which step an activity is that no event of its own records.
func (tell *teller) aboutStep(act *Activity, st *stepState) {
	act.ReleaseID, act.CustomerID, act.ClusterID = &st.rel.ID, &st.cust.ID, &st.cluster.ID
	act.ReleaseLabel, act.CustomerName = Maybe(st.rel.Label()), Maybe(st.cust.Name)
	act.ClusterName, act.Namespace = Maybe(st.cluster.Name), Maybe(st.cust.Namespace)
	act.StepID, act.StepName = Maybe(st.short()), Maybe(st.words.Name)
}
