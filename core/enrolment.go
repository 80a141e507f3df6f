package core

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"rollcall/storage"
)

// enrolment is one customer's part in a release: a list made when the release
// was activated and changed by name afterwards, never a rule read again.
type enrolment struct {
	ID        int64 // of the enrolment, never reused
	Customer  int64
	At        int64 // Unix seconds
	Withdrawn bool  // out of the totals; the steps stay and come back with it
}

// roster is everybody who takes part in a release, grouped by the cluster
// they are on, each group by customer id. It is one stored value, so that an
// activation is a constant number of writes; a group is found and read without
// the others.
type roster struct {
	groups map[int64][]enrolment // by cluster
	last   int64
}

func rosterPath(release int64) string { return "enrolled/" + idKey(release) }

// member finds a customer's enrolment.
func (r *roster) member(customer int64) (enrolment, bool) {
	for _, g := range r.groups {
		if i, ok := searchMember(g, customer); ok {
			return g[i], true
		}
	}
	return enrolment{}, false
}

func searchMember(g []enrolment, customer int64) (int, bool) {
	return slices.BinarySearchFunc(g, customer, func(e enrolment, c int64) int { return int(e.Customer - c) })
}

// set adds or replaces an enrolment in a cluster's group and takes it out of any other.
func (r *roster) set(cluster int64, e enrolment) {
	for c, g := range r.groups {
		if i, ok := searchMember(g, e.Customer); ok && c != cluster {
			r.groups[c] = slices.Delete(g, i, i+1)
		}
	}
	g := r.groups[cluster]
	i, ok := searchMember(g, e.Customer)
	if ok {
		g[i] = e
	} else {
		g = slices.Insert(g, i, e)
	}
	r.groups[cluster] = g
}

func (r *roster) encode() []byte {
	b := strconv.AppendInt(nil, r.last, 10)
	b = append(b, ' ')
	ids := make([]int64, 0, len(r.groups))
	for c, g := range r.groups {
		if len(g) > 0 {
			ids = append(ids, c)
		}
	}
	slices.Sort(ids)
	b = binary.AppendUvarint(b, uint64(len(ids)))
	for _, c := range ids {
		var seg []byte
		var prev enrolment
		for _, e := range r.groups[c] {
			seg = binary.AppendVarint(seg, e.Customer-prev.Customer)
			seg = binary.AppendVarint(seg, e.ID-prev.ID)
			at := (e.At - prev.At) << 1
			if e.Withdrawn {
				at |= 1
			}
			seg = binary.AppendVarint(seg, at)
			prev = e
		}
		b = binary.AppendUvarint(b, uint64(c))
		b = binary.AppendUvarint(b, uint64(len(seg)))
		b = append(b, seg...)
	}
	return b
}

var errRosterForm = errors.New("a release's list of customers is damaged")

// parseRoster reads the groups of the clusters asked for; all with none.
func parseRoster(b []byte, clusters []int64) (*roster, error) {
	r := &roster{groups: map[int64][]enrolment{}}
	i := slices.Index(b, ' ')
	if i < 0 {
		return nil, errRosterForm
	}
	last, err := strconv.ParseInt(string(b[:i]), 10, 64)
	if err != nil {
		return nil, errRosterForm
	}
	r.last = last
	b = b[i+1:]
	n, used := binary.Uvarint(b)
	if used <= 0 {
		return nil, errRosterForm
	}
	b = b[used:]
	for range n {
		c, u1 := binary.Uvarint(b)
		if u1 <= 0 {
			return nil, errRosterForm
		}
		size, u2 := binary.Uvarint(b[u1:])
		if u2 <= 0 || size > uint64(len(b)-u1-u2) || c > math.MaxInt64 {
			return nil, errRosterForm
		}
		seg := b[u1+u2 : u1+u2+int(size)]
		b = b[u1+u2+int(size):]
		if len(clusters) > 0 && !slices.Contains(clusters, int64(c)) {
			continue
		}
		g, err := parseGroup(seg)
		if err != nil {
			return nil, err
		}
		if len(g) > 0 {
			r.groups[int64(c)] = g
		}
	}
	return r, nil
}

func parseGroup(b []byte) ([]enrolment, error) {
	out := make([]enrolment, 0, len(b)/3)
	var e enrolment
	for len(b) > 0 {
		var d [3]int64
		for i := range d {
			v, n := binary.Varint(b)
			if n <= 0 {
				return nil, errRosterForm
			}
			d[i], b = v, b[n:]
		}
		e = enrolment{Customer: e.Customer + d[0], ID: e.ID + d[1], At: e.At + d[2]>>1, Withdrawn: d[2]&1 == 1}
		out = append(out, e)
	}
	return out, nil
}

// readRoster reads who takes part; an empty roster when nobody does yet.
func readRoster(r storage.Reader, release int64, clusters ...int64) (*roster, error) {
	b, err := r.Get([]byte(rosterPath(release)))
	if errors.Is(err, storage.ErrNotFound) {
		return &roster{groups: map[int64][]enrolment{}}, nil
	}
	if err != nil {
		return nil, err
	}
	return parseRoster(b, clusters)
}

// rosters lets undo and check treat the rosters like any table.
type rosters struct{}

func (rosters) tableName() string { return "enrolled" }

func (rosters) records(r storage.Reader) iter.Seq2[storage.Entry, error] {
	return r.Scan(storage.Prefix([]byte("enrolled/")))
}

func (rosters) lastEventOf(_ string, b []byte) (int64, error) {
	r, err := parseRoster(b, nil)
	if err != nil {
		return 0, err
	}
	return r.last, nil
}

// diff names who was enrolled, withdrawn and brought back, as ranges of
// customer ids: "1-42,57".
func (rosters) diff(_ string, before, after []byte) ([]Change, error) {
	old := &roster{}
	var err error
	if before != nil {
		if old, err = parseRoster(before, nil); err != nil {
			return nil, err
		}
	}
	now, err := parseRoster(after, nil)
	if err != nil {
		return nil, err
	}
	had := map[int64]bool{}
	for _, g := range old.groups {
		for _, e := range g {
			had[e.Customer] = e.Withdrawn
		}
	}
	var joined, left, back []int64
	for _, g := range now.groups {
		for _, e := range g {
			was, ok := had[e.Customer]
			switch {
			case !ok:
				joined = append(joined, e.Customer)
			case e.Withdrawn && !was:
				left = append(left, e.Customer)
			case !e.Withdrawn && was:
				back = append(back, e.Customer)
			}
		}
	}
	var out []Change
	add := func(field string, ids []int64) {
		if len(ids) > 0 {
			text, _ := json.Marshal(formatRanges(ids))
			out = append(out, Change{Field: field, After: text})
		}
	}
	add("enrolled", joined)
	add("withdrawn", left)
	add("returned", back)
	return out, nil
}

// restore takes an enrolment back by withdrawing it, and a withdrawal or return by its opposite.
func (rosters) restore(t *tx, path string, changes []Change) error {
	release := decimal(path[len("enrolled/"):])
	r, err := readRoster(t, release)
	if err != nil {
		return err
	}
	for _, c := range changes {
		var text string
		if err := json.Unmarshal(c.After, &text); err != nil {
			return err
		}
		for _, id := range parseRanges(text) {
			for cluster, g := range r.groups {
				if i, ok := searchMember(g, id); ok {
					g[i].Withdrawn = c.Field != "withdrawn"
					r.groups[cluster] = g
				}
			}
		}
	}
	return t.putRoster(release, r)
}

// faults finds members that stand twice, out of order, or on a cluster their customer is not on.
func (rosters) faults(r storage.Reader) ([]string, error) {
	var out []string
	seen := map[int64]bool{}
	for e, err := range (rosters{}).records(r) {
		if err != nil {
			return nil, err
		}
		release := decimal(string(e.Key[len("enrolled/"):]))
		ro, err := parseRoster(e.Value, nil)
		if err != nil {
			return append(out, fmt.Sprintf("%s: %v", e.Key, err)), nil
		}
		rel, err := releases.get(r, idKey(release))
		if err != nil {
			return nil, err
		}
		if rel == nil {
			out = append(out, fmt.Sprintf("%s: there is no such release", e.Key))
			continue
		}
		for cluster, g := range ro.groups {
			for i, m := range g {
				if i > 0 && g[i-1].Customer >= m.Customer {
					out = append(out, fmt.Sprintf("%s: customer %d is out of order", e.Key, m.Customer))
				}
				if seen[m.ID] {
					out = append(out, fmt.Sprintf("%s: enrolment %d is used twice", e.Key, m.ID))
				}
				seen[m.ID] = true
				c, err := customers.get(r, idKey(m.Customer))
				if err != nil {
					return nil, err
				}
				switch {
				case c == nil:
					out = append(out, fmt.Sprintf("%s: there is no customer %d", e.Key, m.Customer))
				case rel.Status == Active && c.ClusterID != cluster:
					out = append(out, fmt.Sprintf("%s: customer %d stands under cluster %d but is on %d", e.Key, m.Customer, cluster, c.ClusterID))
				}
			}
		}
	}
	return out, nil
}

func formatRanges(ids []int64) string {
	slices.Sort(ids)
	var b strings.Builder
	for i := 0; i < len(ids); {
		j := i
		for j+1 < len(ids) && ids[j+1] == ids[j]+1 {
			j++
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(ids[i], 10))
		if j > i {
			b.WriteString("-" + strconv.FormatInt(ids[j], 10))
		}
		i = j + 1
	}
	return b.String()
}

// maxRange is more ids in a row than any store holds; a longer range is damage, and is not written out.
const maxRange = 1_000_000

// parseRanges reads what formatRanges has written, and leaves out what it never writes.
func parseRanges(s string) []int64 {
	var out []int64
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(part, "-")
		a, err := strconv.ParseInt(from, 10, 64)
		if err != nil {
			continue
		}
		z := a
		if isRange {
			if z, err = strconv.ParseInt(to, 10, 64); err != nil {
				continue
			}
		}
		if a < 1 || z-a >= maxRange {
			continue
		}
		for ; a <= z; a++ {
			out = append(out, a)
		}
	}
	return out
}
