package core

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"rollcall/storage"
)

// sheet is a release laid out: its template steps in order, and who takes
// part, by cluster. Every view of a release is made from one.
type sheet struct {
	rel      *Release
	steps    []*StepTemplate    // at their number, removed ones included; nil elsewhere
	order    [2][]*StepTemplate // by category, in order, without removed ones
	slots    []slot             // steps again, in what a scan needs of them
	anchors  map[int]int        // number of a template step → its order index
	sections []section          // by cluster name
	names    []string           // of every cluster of the release, sorted
	unknown  []string           // cluster names asked for that there are not
	part     bool               // only some clusters were asked for
	said     map[[2]int]*said   // by number and revision: read once, however many customers share it
}

// said is one revision of a template step, read and parsed.
type said struct {
	words  *wording
	script *script
}

// section is one cluster's customers in a release, by name. Withdrawn ones
// are among them, archived ones are not.
type section struct {
	cluster ClusterRef
	members []member
}

// member is a customer that takes part, under the names its pages show.
type member struct {
	customer        int64
	name, namespace string
	enrolled        enrolment
}

// newSheet lays out a release's steps alone.
func newSheet(r storage.Reader, rel *Release) (*sheet, error) {
	sh := &sheet{rel: rel, anchors: map[int]int{}}
	for tm, err := range templates.all(r, idKey(rel.ID)+"/") {
		if err != nil {
			return nil, err
		}
		for len(sh.steps) <= tm.Number {
			sh.steps, sh.slots = append(sh.steps, nil), append(sh.slots, slot{})
		}
		c := catIndex(tm.Category)
		sh.steps[tm.Number], sh.slots[tm.Number] = tm, slot{known: true, live: !tm.Removed, category: uint8(c)}
		if tm.Removed {
			continue
		}
		sh.order[c] = append(sh.order[c], tm)
		sh.anchors[tm.Number] = tm.OrderIndex
	}
	for _, steps := range sh.order {
		slices.SortFunc(steps, func(a, b *StepTemplate) int { return a.OrderIndex - b.OrderIndex })
	}
	return sh, nil
}

// loadSheet lays out a release with the customers of the clusters asked for,
// by name or id; all when none is asked for or known. Reading some clusters
// costs those clusters only.
func loadSheet(r storage.Reader, rel *Release, wanted []string) (*sheet, error) {
	sh, err := newSheet(r, rel)
	if err != nil {
		return nil, err
	}
	if rel.Status == Archived {
		fz, err := readFrozen(r, rel.ID)
		if err != nil {
			return nil, err
		}
		if fz != nil {
			return sh, sh.addFrozen(r, fz, wanted)
		}
	}
	return sh, sh.addEnrolled(r, wanted)
}

// step is the template step with a number; nil when there is none.
func (sh *sheet) step(number int) *StepTemplate {
	if number < len(sh.steps) {
		return sh.steps[number]
	}
	return nil
}

func (sh *sheet) templateCount() int { return len(sh.order[0]) + len(sh.order[1]) }

// choose notes every cluster's name and finds the ids of those wanted.
func (sh *sheet) choose(all []ClusterRef, wanted []string) []int64 {
	var ids []int64
	sh.names = namesOf(all)
	slices.SortFunc(sh.names, compareNames)
	for _, w := range NamesIn(wanted, sh.names) {
		i := clusterAt(all, w)
		switch {
		case i < 0:
			sh.unknown = append(sh.unknown, w)
		case !slices.Contains(ids, all[i].ID):
			ids = append(ids, all[i].ID)
		}
	}
	sh.part = len(ids) > 0
	return ids
}

// addEnrolled adds the enrolled customers under their present names.
func (sh *sheet) addEnrolled(r storage.Reader, wanted []string) error {
	b, err := r.Get([]byte(rosterPath(sh.rel.ID)))
	if isNotFound(err) {
		sh.choose(nil, wanted)
		return nil
	}
	if err != nil {
		return err
	}
	var all []ClusterRef
	ids, err := rosterClusters(b)
	if err != nil {
		return err
	}
	for _, id := range ids {
		c, err := clusters.get(r, idKey(id))
		if err != nil {
			return err
		}
		if c == nil {
			return fmt.Errorf("release %d enrols customers of cluster %d, which does not exist", sh.rel.ID, id)
		}
		all = append(all, ClusterRef{ID: c.ID, Name: c.Name})
	}
	ids = sh.choose(all, wanted)
	ro, err := parseRoster(b, ids)
	if err != nil {
		return err
	}
	for _, c := range all {
		if g := ro.groups[c.ID]; len(g) > 0 {
			members, err := sh.join(r, c.ID, g)
			if err != nil {
				return err
			}
			sh.add(c, members)
		}
	}
	sh.sort()
	return nil
}

// join gives the enrolled customers of a cluster their names. Both lists are
// in the order of customer ids.
func (sh *sheet) join(r storage.Reader, cluster int64, g []enrolment) ([]member, error) {
	out := make([]member, 0, len(g))
	i := 0
	for e, err := range r.Scan(clusterColumns(cluster)) {
		if err != nil {
			return nil, err
		}
		c, err := parseColumn(e)
		if err != nil {
			return nil, err
		}
		for i < len(g) && g[i].Customer < c.ID {
			i++
		}
		if i == len(g) {
			break
		}
		if g[i].Customer == c.ID && c.Active {
			out = append(out, member{c.ID, c.Name, c.Namespace, g[i]})
		}
	}
	return out, nil
}

func (sh *sheet) add(c ClusterRef, members []member) {
	if len(members) > 0 {
		sh.sections = append(sh.sections, section{c, members})
	}
}

// sort puts clusters and customers in the order of their names.
func (sh *sheet) sort() {
	slices.SortFunc(sh.sections, func(a, b section) int { return compareNames(a.cluster.Name, b.cluster.Name) })
	for _, sec := range sh.sections {
		slices.SortFunc(sec.members, func(a, b member) int { return compareNames(a.name, b.name) })
	}
}

// compareNames orders names without regard to case; equal ones by their letters. Thousands of customers are put in
// order for a page, so plain letters are compared as they stand.
func compareNames(a, b string) int {
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		if x|y >= utf8.RuneSelf {
			break
		}
		if x, y = lowerASCII(x), lowerASCII(y); x != y {
			return int(x) - int(y)
		}
	}
	if c := strings.Compare(strings.ToLower(a), strings.ToLower(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// rosterClusters lists the clusters of a stored roster without reading who is on them.
func rosterClusters(b []byte) ([]int64, error) {
	i := slices.Index(b, ' ')
	if i < 0 {
		return nil, errRosterForm
	}
	b = b[i+1:]
	n, used := binary.Uvarint(b)
	if used <= 0 {
		return nil, errRosterForm
	}
	b = b[used:]
	var out []int64
	for range n {
		id, u1 := binary.Uvarint(b)
		if u1 <= 0 {
			return nil, errRosterForm
		}
		size, u2 := binary.Uvarint(b[u1:])
		if u2 <= 0 || size > uint64(len(b)-u1-u2) {
			return nil, errRosterForm
		}
		b = b[u1+u2+int(size):]
		out = append(out, int64(id))
	}
	return out, nil
}

// walk calls f for every stored step of the sheet's members, in the order of
// keys. The entry is good for the call only.
func (sh *sheet) walk(r storage.Reader, f func(sec, mem, number int, e storage.Entry) error) error {
	prefix := "step/" + idKey(sh.rel.ID) + "/"
	if sh.part {
		for s := range sh.sections {
			for m := range sh.sections[s].members {
				from := prefix + idKey(sh.sections[s].members[m].customer) + "/"
				for e, err := range r.Scan(storage.Prefix([]byte(from))) {
					if err != nil {
						return err
					}
					if err := f(s, m, stepNumber(e.Key), e); err != nil {
						return err
					}
				}
			}
		}
		return nil
	}
	type place struct{ sec, mem int }
	at := make(map[int64]place)
	for s := range sh.sections {
		for m := range sh.sections[s].members {
			at[sh.sections[s].members[m].customer] = place{s, m}
		}
	}
	var last []byte // the customer's part of the key before
	var here place
	var known bool
	for e, err := range r.Scan(storage.Prefix([]byte(prefix))) {
		if err != nil {
			return err
		}
		customer := e.Key[len(prefix) : len(prefix)+8]
		if string(customer) != string(last) {
			last = append(last[:0], customer...)
			here, known = at[decimal(string(customer))]
		}
		if !known {
			continue // archived, or no longer enrolled
		}
		if err := f(here.sec, here.mem, stepNumber(e.Key), e); err != nil {
			return err
		}
	}
	return nil
}

func stepNumber(key []byte) int {
	n := 0
	for _, c := range key[len(key)-6:] {
		n = n*10 + int(c-'0')
	}
	return n
}
