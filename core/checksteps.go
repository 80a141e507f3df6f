package core

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// stepRules checks each customer step's links and what its status promises.
func (c *checker) stepRules() error {
	c.gaps = map[string]string{}
	for _, s := range c.steps {
		path := stepTable.path(stepTable.key(s))
		rel, cust := c.releases[s.Release], c.customers[s.Customer]
		if rel == nil || cust == nil {
			c.fault("%s: there is no release %d or no customer %d", path, s.Release, s.Customer)
			continue
		}
		tm := c.templates[s.Release][s.Number]
		if tm == nil && !s.Custom {
			c.fault("%s: release %d has no step %d", path, s.Release, s.Number)
			continue
		}
		if _, ok := c.enrolled[s.Release][s.Customer]; !ok && s.Status != Pending {
			c.fault("%s: it is %s, and customer %d is not enrolled", path, s.Status, s.Customer)
		}
		c.statusRule(path, s)
		c.words(path, s)
		if s.Custom {
			c.customRule(path, s)
		}
		if (s.ClaimedBy == "") != (s.ClaimedAt == 0) {
			c.fault("%s: its claim is half there", path)
		}
		if s.BlockedBy != "" && (s.BlockedAt == 0 || s.BlockReason == "") || s.BlockedBy == "" && s.BlockReason != "" {
			c.fault("%s: its block is half there", path)
		}
	}
	return nil
}

// statusRule: pending has no execution, done and reverted have one, skipped
// has one and a reason.
func (c *checker) statusRule(path string, s *stepRecord) {
	executed := s.ExecutedAt != 0 && s.ExecutedBy != ""
	switch s.Status {
	case Pending:
		if s.ExecutedAt != 0 || s.ExecutedBy != "" || s.SkipReason != "" || s.Revision != 0 || s.Values != nil {
			c.fault("%s: it is pending and has what belongs to an executed step", path)
		}
	case Done:
		if !executed || s.SkipReason != "" {
			c.fault("%s: it is done without a time and a person, or with a reason to skip", path)
		}
	case Skipped:
		if !executed || s.SkipReason == "" {
			c.fault("%s: it is skipped without a time, a person or a reason", path)
		}
	case Reverted:
		if !executed {
			c.fault("%s: it is reverted without a time and a person", path)
		}
	default:
		c.fault("%s: its status is %d", path, s.Status)
	}
}

// words checks that everything the step may say is there.
func (c *checker) words(path string, s *stepRecord) {
	if s.Revision != 0 {
		c.wording(path, s.Release, 0, s.Number, s.Revision)
	} else if s.Override == 0 && s.Status != Pending {
		c.fault("%s: it is %s and pins nothing of what it says", path, s.Status)
	}
	if s.Custom && s.Override == 0 || s.Override > s.Texts {
		c.fault("%s: it says wording %d of %d", path, s.Override, s.Texts)
	}
	for rev := 1; rev <= s.Texts; rev++ {
		c.wording(path, s.Release, s.Customer, s.Number, rev)
	}
	if s.Override != 0 && !s.Custom {
		c.wording(path, s.Release, 0, s.Number, s.OverrideFrom)
	}
}

// customRule checks that a custom step stands behind a step of its category.
func (c *checker) customRule(path string, s *stepRecord) {
	if s.Removed {
		return
	}
	if s.Order <= 0 || s.Order >= 1 {
		c.fault("%s: its order %g is not between its neighbours", path, s.Order)
	}
	c.taken(c.gaps, path, fmt.Sprintf("place %g behind step %d of %s", s.Order, s.Anchor, s.Category)+" for "+stepKey(s.Release, s.Customer, 0))
	if s.Anchor == 0 {
		return
	}
	if tm := c.templates[s.Release][s.Anchor]; tm == nil || tm.Removed || tm.Category != s.Category {
		c.fault("%s: it stands behind step %d, which is removed or no %s step", path, s.Anchor, s.Category)
	}
}

// noteRules checks that steps count their notes right.
func (c *checker) noteRules() error {
	kept := map[string]int{}
	for n, err := range remarks.all(c.r, "") {
		if err != nil {
			c.fault("%s: %v", remarks.name, err)
			break
		}
		at := stepTable.path(stepKey(n.Release, n.Customer, n.Number))
		if !n.Removed {
			kept[at]++
		} else if _, ok := kept[at]; !ok {
			kept[at] = 0
		}
	}
	for _, s := range c.steps {
		path := stepTable.path(stepTable.key(s))
		if kept[path] != s.Notes {
			c.fault("%s: it counts %d notes, and %d are kept", path, s.Notes, kept[path])
		}
		delete(kept, path)
	}
	for _, path := range sortedKeys(kept) {
		c.fault("%s: a note is about a step that has no record", path)
	}
	return nil
}

// replayed is a record as its events tell it.
type replayed struct {
	last    int64
	fields  map[string][]byte
	members map[int64]bool // rosters: customer → withdrawn
}

// history replays every event from the first and compares the outcome with
// what is stored: field by field, and which event came last.
func (c *checker) history() error {
	told := map[string]*replayed{}
	next := int64(1)
	newest, err := newestEvent(c.r)
	if err != nil {
		return err
	}
	for ; next <= newest; next++ {
		e, err := readEvent(c.r, next)
		if err != nil {
			c.fault("%s: %v", eventPath(next), err)
			continue
		}
		if e == nil || e.Seq != next {
			c.fault("%s: there is no such event, or it says another number", eventPath(next))
			continue
		}
		if len(e.Subjects) > 0 == e.Refused {
			c.fault("%s: it changed nothing, or was refused and did", eventPath(next))
		}
		for i := range e.Subjects {
			c.replay(told, e, &e.Subjects[i])
		}
	}
	return c.compare(told)
}

// replay applies what one event did to one record.
func (c *checker) replay(told map[string]*replayed, e *Event, s *Subject) {
	at := told[s.Record]
	if (at == nil) != s.Created {
		c.fault("%s: it says that %s was new, or was not, wrongly", eventPath(e.Seq), s.Record)
	}
	if at == nil {
		at = &replayed{fields: map[string][]byte{}, members: map[int64]bool{}}
		told[s.Record] = at
	}
	if s.Prev != at.last {
		c.fault("%s: it says event %d touched %s before it, and that was %d", eventPath(e.Seq), s.Prev, s.Record, at.last)
	}
	at.last = e.Seq
	for _, ch := range s.Changes {
		if k := keeperOf(s.Record); k != nil && k.tableName() == (rosters{}).tableName() {
			for _, id := range rangesIn(&ch) {
				at.members[id] = ch.Field == "withdrawn"
			}
			continue
		}
		if was := at.fields[ch.Field]; !sameRaw(was, ch.Before) {
			c.fault("%s: it says that %s of %s was %s, and it was %s", eventPath(e.Seq), ch.Field, s.Record, orNothing(ch.Before), orNothing(was))
		}
		at.fields[ch.Field] = ch.After
	}
}

// compare looks at every stored record.
func (c *checker) compare(told map[string]*replayed) error {
	for _, k := range keepers {
		for e, err := range k.records(c.r) {
			if err != nil {
				return err
			}
			path := string(e.Key)
			at := told[path]
			delete(told, path)
			if at == nil {
				c.fault("%s: no event tells of it", path)
				continue
			}
			last, err := k.lastEventOf(path, e.Value)
			if err != nil {
				continue // told where it was read first
			}
			if last != at.last {
				c.fault("%s: it says event %d touched it last, and that was %d", path, last, at.last)
			}
			if k.tableName() == (rosters{}).tableName() {
				c.compareRoster(path, at)
				continue
			}
			changes, err := k.diff(path, nil, e.Value)
			if err != nil {
				return err
			}
			c.compareFields(path, at, changes)
		}
	}
	for _, path := range sortedKeys(told) {
		c.fault("%s: history tells of it, and it is not there", path)
	}
	return nil
}

func (c *checker) compareFields(path string, at *replayed, now []Change) {
	for _, ch := range now {
		if !sameRaw(at.fields[ch.Field], ch.After) {
			c.fault("%s: %s is %s, and by its history %s", path, ch.Field, orNothing(ch.After), orNothing(at.fields[ch.Field]))
		}
		delete(at.fields, ch.Field)
	}
	for _, field := range sortedKeys(at.fields) {
		if !sameRaw(at.fields[field], nil) {
			c.fault("%s: %s is empty, and by its history %s", path, field, at.fields[field])
		}
	}
}

func (c *checker) compareRoster(path string, at *replayed) {
	members := c.enrolled[decimal(path[len("enrolled/"):])]
	for _, customer := range sortedKeys(members) {
		withdrawn, ok := at.members[customer]
		if !ok || withdrawn != members[customer].Withdrawn {
			c.fault("%s: customer %d stands otherwise than its history says", path, customer)
		}
		delete(at.members, customer)
	}
	for _, customer := range sortedKeys(at.members) {
		c.fault("%s: by its history customer %d is in it", path, customer)
	}
}

// sameRaw compares field values; absent, null and empty ones say the same.
func sameRaw(a, b []byte) bool { return bytes.Equal(essence(a), essence(b)) }

func essence(b []byte) []byte {
	switch string(b) {
	case "null", "{}", "[]", `""`:
		return nil
	}
	var out bytes.Buffer
	if json.Compact(&out, b) != nil {
		return b
	}
	return out.Bytes()
}

func orNothing(b []byte) string {
	if len(b) == 0 {
		return "nothing"
	}
	return fmt.Sprintf("%.200s", b)
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// linkRules checks that each shared link shows something that there is.
func (c *checker) linkRules() error {
	for _, l := range readable(c, links, func(l *link) int64 { return l.ID }) {
		path := links.path(links.key(l))
		if c.releases[l.Release] == nil || l.Cluster != 0 && c.clusters[l.Cluster] == nil || l.Customer != 0 && c.customers[l.Customer] == nil {
			c.fault("%s: it shows a release, cluster or customer that there is not", path)
		}
		if len(l.Token) != 64 || l.ExpiresAt <= l.CreatedAt || l.CreatedBy == "" {
			c.fault("%s: its token, its end or its maker is missing", path)
		}
	}
	return nil
}
