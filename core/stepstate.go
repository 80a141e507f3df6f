package core

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"rollcall/storage"
)

// stepState is one customer's step as it stands: template, what departs from
// it, and what it says.
type stepState struct {
	rel      *Release
	cust     *Customer
	cluster  *Cluster
	template *StepTemplate // nil for a custom step
	rec      *stepRecord   // never nil; all zero when nothing departs
	words    *wording      // what it says, placeholders unfilled
	parsed   *script       // of words; see script
}

// loadState completes a step from its template and record, either of which may be nil.
func loadState(r storage.Reader, rel *Release, cust *Customer, cl *Cluster, tm *StepTemplate, rec *stepRecord) (*stepState, error) {
	s := &stepState{rel: rel, cust: cust, cluster: cl, template: tm, rec: rec}
	if rec == nil {
		s.rec = &stepRecord{Release: rel.ID, Customer: cust.ID, Number: tm.Number}
	}
	var err error
	switch {
	case s.rec.Override != 0:
		s.words, err = readWording(r, rel.ID, cust.ID, s.rec.Number, s.rec.Override)
	case s.rec.Revision != 0:
		s.words, err = readWording(r, rel.ID, 0, s.rec.Number, s.rec.Revision)
	default:
		s.words, err = readWording(r, rel.ID, 0, tm.Number, tm.Revision)
	}
	return s, err
}

// findStep resolves one customer's step that there is, by what people type.
func findStep(r storage.Reader, rel *Release, cust *Customer, ref string) (*stepState, error) {
	s, err := findAnyStep(r, rel, cust, ref)
	if err == nil {
		err = s.refuseRemoved(r)
	}
	return s, err
}

// findAnyStep resolves also a step of the customer's own that was removed, last of all: its history stays.
func findAnyStep(r storage.Reader, rel *Release, cust *Customer, ref string) (*stepState, error) {
	cl, err := clusters.get(r, idKey(cust.ClusterID))
	if err != nil {
		return nil, err
	}
	if cl == nil {
		return nil, fmt.Errorf("customer %d is on cluster %d, which does not exist", cust.ID, cust.ClusterID)
	}
	if tm, err := templateByShortID(r, rel.ID, ref); err != nil {
		return nil, err
	} else if tm != nil {
		rec, err := stepTable.get(r, stepKey(rel.ID, cust.ID, tm.Number))
		if err != nil {
			return nil, err
		}
		if tm.Removed && (rec == nil || rec.Removed || rec.Status == Pending && !rec.Custom) {
			return nil, removedTemplate(r, rel, tm)
		}
		if rec != nil && rec.Custom {
			tm = nil // an override whose template step was removed
		}
		return loadState(r, rel, cust, cl, tm, rec)
	}
	return findStepByName(r, rel, cust, cl, ref)
}

// templateByShortID finds D3 or V1 in one read; nil for anything else.
func templateByShortID(r storage.Reader, release int64, ref string) (*StepTemplate, error) {
	letter, n, ok := splitShortID(strings.TrimSpace(ref))
	if !ok || letter != "D" && letter != "V" {
		return nil, nil
	}
	for k, err := range templates.lookup(r, "short", idKey(release)+"/"+shortID(letter, int(n)), false) {
		if err != nil {
			return nil, err
		}
		return templates.get(r, k)
	}
	return nil, nil
}

// findStepByName resolves integer ids, names, prefixes and custom steps' short ids.
func findStepByName(r storage.Reader, rel *Release, cust *Customer, cl *Cluster, ref string) (*stepState, error) {
	tms, err := templates.list(r, idKey(rel.ID)+"/")
	if err != nil {
		return nil, err
	}
	recs, err := stepTable.list(r, idKey(rel.ID)+"/"+idKey(cust.ID)+"/")
	if err != nil {
		return nil, err
	}
	ro, err := readRoster(r, rel.ID)
	if err != nil {
		return nil, err
	}
	enrolled, _ := ro.member(cust.ID)
	var names []stepName
	var all []queued
	var gone []stepName
	var removed []*stepRecord
	add := func(q queued, short, name string, number int) {
		n := stepName{short: short, name: name}
		if enrolled.ID != 0 {
			n.id = customerStepID(enrolled.ID, number)
		}
		names, all = append(names, n), append(all, q)
	}
	byNumber := map[int]*stepRecord{}
	for _, rec := range recs {
		byNumber[rec.Number] = rec
		if !rec.Custom {
			continue
		}
		w, err := readWording(r, rel.ID, cust.ID, rec.Number, rec.Override)
		if err != nil {
			return nil, err
		}
		if rec.Removed {
			gone, removed = append(gone, stepName{short: shortID("C", rec.Serial), name: w.Name}), append(removed, rec)
			continue
		}
		add(queued{rec: rec}, shortID("C", rec.Serial), w.Name, rec.Number)
	}
	for _, tm := range tms {
		rec := byNumber[tm.Number]
		if rec != nil && rec.Custom || tm.Removed && (rec == nil || rec.Status == Pending) {
			continue
		}
		name := tm.Name
		if rec != nil { // it may say what its template said once
			st, err := loadState(r, rel, cust, cl, tm, rec)
			if err != nil {
				return nil, err
			}
			name = st.words.Name
		}
		add(queued{tm: tm, rec: rec}, tm.ShortID(), name, tm.Number)
	}
	i, err := pickStep(names, ref)
	if ErrorCode(err) == NotFound {
		if i, e := pickStep(gone, ref); e == nil {
			return loadState(r, rel, cust, cl, nil, removed[i])
		}
		return nil, removedElse(r, rel, ref, err)
	}
	if err != nil {
		return nil, err
	}
	return loadState(r, rel, cust, cl, all[i].tm, all[i].rec)
}

func (s *stepState) short() string {
	if s.rec.Custom {
		return shortID("C", s.rec.Serial)
	}
	return s.template.ShortID()
}

func (s *stepState) category() Category {
	if s.rec.Custom {
		return s.rec.Category
	}
	return s.template.Category
}

// order is the step's place in its category. A custom step stands behind its
// anchor, which the caller of loadState knows; see anchored.
func (s *stepState) order(anchors map[int]int) float64 {
	if !s.rec.Custom {
		return float64(s.template.OrderIndex)
	}
	return anchored(s.rec, anchors)
}

// anchored is a custom step's order: behind its anchor, or before the first
// step when it has none. anchors maps template numbers to their order index.
func anchored(rec *stepRecord, anchors map[int]int) float64 {
	at, ok := anchors[rec.Anchor]
	if !ok {
		at = -1
	}
	return float64(at) + rec.Order
}

// line is the step's target line now.
func (s *stepState) line(r storage.Reader) (string, error) {
	anchors := map[int]int{}
	if s.rec.Custom && s.rec.Anchor != 0 {
		tm, err := templates.get(r, pairKey(s.rel.ID, s.rec.Anchor))
		if err != nil {
			return "", err
		}
		if tm != nil {
			anchors[tm.Number] = tm.OrderIndex
		}
	}
	return targetLine(place{s.cust.Name, s.cluster.Name, s.cust.Namespace}, s.rel.Label(),
		s.category(), formatOrder(s.order(anchors)), s.short(), s.words.Name), nil
}

// locked is true once what the step says is frozen.
func (s *stepState) locked() bool {
	return s.rec.Status == Done || s.rec.Status == Skipped || s.rel.Status == Archived
}

// script is what the step says, taken apart.
func (s *stepState) script() *script {
	if s.parsed == nil || s.parsed.content != s.words.Content {
		s.parsed = read(s.words.Content)
	}
	return s.parsed
}

// value is what a placeholder of the step stands for: as things are now while
// it is open, frozen once it is done or skipped.
func (s *stepState) value(name string) string {
	if s.rec.Values != nil {
		return s.rec.Values[name]
	}
	return present(s.rel, s.cust, s.cluster)(name)
}

// rev digests all that a card of the step says, so that a click on an older
// card can be told from one on this. epoch is new at every restore.
func (s *stepState) rev(epoch, line string) string {
	filled := s.script().fill(s.value)
	said := make([]byte, 0, 256+len(line)+len(filled))
	for _, part := range [...]string{
		epoch, line, s.rec.Status.String(), s.words.Name, string(s.words.Type), filled, string(s.words.Description),
		s.rec.ClaimedBy, s.rec.BlockedBy, s.rec.BlockReason, s.rec.BlockNeeds,
		strconv.FormatInt(s.rec.last, 10), strconv.Itoa(s.rec.Override), string(s.rel.Status),
	} {
		said = strconv.AppendInt(said, int64(len(part)), 10) // so that no two lists of parts read the same
		said = append(append(said, ':'), part...)
	}
	sum := sha256.Sum256(said)
	return hex.EncodeToString(sum[:4])
}

// view is the step as surfaces show it. enrolment may be the zero one (on a
// draft). Content is included only when asked for.
func (s *stepState) view(r storage.Reader, names *namer, epoch string, e enrolment, anchors map[int]int, content bool) (StepView, error) {
	rec := s.rec
	order := s.order(anchors)
	v := StepView{
		ShortID: s.short(), ReleaseID: s.rel.ID, CustomerID: s.cust.ID,
		Name: s.words.Name, Category: s.category(), Type: s.words.Type, Description: s.words.Description,
		OrderIndex: order, Position: formatOrder(order), Status: rec.Status,
		ExecutedAt: unixTimePtr(rec.ExecutedAt), ExecutedBy: Maybe(rec.ExecutedBy), SkipReason: Maybe(rec.SkipReason),
		IsCustom: rec.Custom, IsOverridden: rec.Override != 0 && !rec.Custom,
		CustomerName: s.cust.Name, ClusterName: s.cluster.Name, Namespace: s.cust.Namespace,
		Locked: s.locked(), CreatedAt: unixTime(max(e.At, rec.CreatedAt)), UpdatedAt: unixTime(max(e.At, rec.CreatedAt, rec.UpdatedAt)),
	}
	if e.ID != 0 {
		v.ID = MaybeID(customerStepID(e.ID, rec.Number))
	}
	if tm := s.template; tm != nil {
		id := tm.ID
		v.TemplateID = &id
		v.Removed = tm.Removed
		v.MovedOn = v.IsOverridden && rec.OverrideFrom != tm.Revision
		if tm.CreatedAt.After(v.CreatedAt) {
			v.CreatedAt = tm.CreatedAt
		}
		if follows := rec.Override == 0 && rec.Revision == 0; follows && tm.UpdatedAt.After(v.UpdatedAt) {
			v.UpdatedAt = tm.UpdatedAt
		}
	}
	if v.UpdatedAt.Before(v.CreatedAt) {
		v.UpdatedAt = v.CreatedAt
	}
	v.TargetLine = targetLine(place{v.CustomerName, v.ClusterName, v.Namespace}, s.rel.Label(), v.Category, v.Position, v.ShortID, v.Name)
	v.Rev = s.rev(epoch, v.TargetLine)
	v.Missing = s.script().missing(s.value)
	if !v.Locked {
		v.Warnings = risky(s.script(), s.value)
	}
	if content {
		v.Content, v.Typed = Maybe(s.script().fill(s.value)), s.words.Content
		if !v.Locked {
			v.NearMisses = nearMisses(v.Typed)
		}
	}
	return v, s.viewPeople(r, names, &v)
}

// viewPeople adds who did, claimed, blocked and noted.
func (s *stepState) viewPeople(r storage.Reader, names *namer, v *StepView) error {
	rec := s.rec
	v.ExecutedByName = Maybe(names.of(rec.ExecutedBy))
	if rec.ClaimedBy != "" {
		v.Claim = &Claim{By: rec.ClaimedBy, ByName: names.of(rec.ClaimedBy), At: unixTime(rec.ClaimedAt)}
	}
	if rec.BlockedBy != "" {
		v.Block = &Block{By: rec.BlockedBy, ByName: names.of(rec.BlockedBy), At: unixTime(rec.BlockedAt), Reason: rec.BlockReason,
			Needs: Maybe(rec.BlockNeeds), NeedsName: Maybe(names.of(rec.BlockNeeds))}
	}
	if rec.Notes > 0 {
		var texts []string
		for n, err := range remarks.all(r, stepKey(rec.Release, rec.Customer, rec.Number)+"/") {
			if err != nil {
				return err
			}
			if n.Removed {
				continue
			}
			v.NoteList = append(v.NoteList, Note{At: unixTime(n.At), By: n.By, ByName: names.of(n.By), Text: n.Text})
			texts = append(texts, n.Text)
		}
		v.Notes = Maybe(strings.Join(texts, "\n"))
	}
	return names.err
}

// namer looks people's names up, each once a view.
type namer struct {
	r     storage.Reader
	known map[string]string
	err   error // the first failure; names are ids from then on
}

func newNamer(r storage.Reader) *namer { return &namer{r: r, known: map[string]string{}} }

func (n *namer) of(user string) string {
	if name, ok := n.known[user]; ok {
		return name
	}
	name, err := personName(n.r, user)
	if err != nil && n.err == nil {
		n.err = err
	}
	n.known[user] = name
	return name
}
