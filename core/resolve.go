package core

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"rollcall/storage"
)

// scope says which records a reference may mean.
type scope int

const (
	activeOnly scope = iota // what is in use
	archivedOnly
	anyState // what is in use goes before what is archived
)

// finder resolves references of one noun, level by level: the first level
// with a hit decides, and two hits there are a question, never a guess.
type finder[T any, P record[T]] struct {
	noun   string
	table  *table[T, P]
	inUse  func(P) bool
	label  func(storage.Reader, P) (string, error)
	ref    func(P) string
	name   func(P) string
	levels []func(r storage.Reader, ref string) ([]string, error) // keys
}

// idMark begins a reference that is an id and nothing else; no name may hold it.
const idMark = "\x00"

// ByID refers to the release, customer or cluster with an id, where the same digits as text could begin a name too.
func ByID(id int64) string { return idMark + idText(id) }

func (f *finder[T, P]) find(r storage.Reader, ref string, sc scope) (P, error) {
	ref = strings.TrimSpace(ref)
	if ref == "" {
		return nil, invalid(f.noun, "Which %s?", f.noun).hint("Name it, or give its number.")
	}
	levels := f.levels
	ref, exact := strings.CutPrefix(ref, idMark)
	if exact {
		levels = levels[:1]
	}
	for _, level := range levels {
		keys, err := level(r, ref)
		if err != nil {
			return nil, err
		}
		var used, archived []P
		seen := map[string]bool{}
		for _, k := range keys {
			if seen[k] {
				continue
			}
			seen[k] = true
			p, err := f.table.get(r, k)
			if err != nil {
				return nil, err
			}
			switch {
			case p == nil:
			case f.inUse(p):
				used = append(used, p)
			default:
				archived = append(archived, p)
			}
		}
		hits := used
		switch {
		case sc == archivedOnly:
			hits, archived = archived, used
		case sc == anyState && len(used) == 0:
			hits = archived
		}
		switch {
		case len(hits) == 1:
			return hits[0], nil
		case len(hits) > 1:
			return nil, f.ambiguous(r, ref, hits, len(keys) > mostKeys)
		case len(archived) > 0:
			return nil, f.elsewhere(r, archived[0], sc)
		}
	}
	e := refuse(NotFound, "There is no %s %q", f.noun, clip(ref, nameLimit))
	e.Ref = ref
	return nil, e
}

// elsewhere refuses what a reference means when that is in the wrong state: a
// name that is archived is not the beginning of another one.
func (f *finder[T, P]) elsewhere(r storage.Reader, p P, sc scope) error {
	what, err := f.label(r, p)
	switch {
	case err != nil:
		return err
	case sc == archivedOnly:
		return refuse(Conflict, "%s is not archived", what)
	}
	return refuse(Conflict, "%s is archived", what).hint("Restore it first.")
}

// mostKeys is how many records a level looks at before it stops counting.
const mostKeys = 200

// ambiguous asks which of several is meant; there may be more of them than were looked at.
func (f *finder[T, P]) ambiguous(r storage.Reader, ref string, hits []P, more bool) error {
	n := count(len(hits), f.noun)
	if more {
		n = "at least " + n
	}
	e := refuse(Ambiguous, "%q could be %s", clip(ref, nameLimit), n).hint("%s", whichOf(len(hits)))
	e.Ref = ref
	for _, p := range hits[:min(len(hits), mostChoices)] {
		label, err := f.label(r, p)
		if err != nil {
			return err
		}
		e.Choices = append(e.Choices, Choice{Label: label, Ref: f.ref(p)})
	}
	return e
}

// byID is the level of integer ids, and of short ids where the noun has a letter.
func byID(letter string) func(storage.Reader, string) ([]string, error) {
	return func(_ storage.Reader, ref string) ([]string, error) {
		if l, n, ok := splitShortID(ref); ok && letter != "" && l == letter {
			return []string{idKey(n)}, nil
		}
		if n, err := strconv.ParseInt(ref, 10, 63); err == nil && n > 0 {
			return []string{idKey(n)}, nil
		}
		return nil, nil
	}
}

// byIndex is the level of one index, exact or by prefix.
func byIndex[T any, P record[T]](tb *table[T, P], prefix bool, names ...string) func(storage.Reader, string) ([]string, error) {
	return func(r storage.Reader, ref string) ([]string, error) {
		var keys []string
		for _, name := range names {
			for k, err := range tb.lookup(r, name, fold(ref), prefix) {
				if err != nil {
					return nil, err
				}
				keys = append(keys, k)
				if len(keys) > mostKeys {
					return keys, nil
				}
			}
		}
		return keys, nil
	}
}

var clusterFinder = &finder[Cluster, *Cluster]{
	noun: "cluster", table: clusters,
	inUse: func(c *Cluster) bool { return c.IsActive },
	label: func(_ storage.Reader, c *Cluster) (string, error) { return "Cluster " + c.Name, nil },
	ref:   func(c *Cluster) string { return idText(c.ID) },
	name:  func(c *Cluster) string { return c.Name },
	levels: []func(storage.Reader, string) ([]string, error){
		byID(""), byIndex(clusters, false, "name"), byIndex(clusters, true, "name"),
	},
}

var customerFinder = &finder[Customer, *Customer]{
	noun: "customer", table: customers,
	inUse: func(c *Customer) bool { return c.IsActive },
	label: func(r storage.Reader, c *Customer) (string, error) { return customerPlace(r, c) },
	ref:   func(c *Customer) string { return idText(c.ID) },
	name:  func(c *Customer) string { return c.Name },
	levels: []func(storage.Reader, string) ([]string, error){
		byID(""), byIndex(customers, false, "name", "namespace"), byPlace, byIndex(customers, true, "name", "namespace"),
	},
}

// byPlace is the level of cluster/namespace.
func byPlace(r storage.Reader, ref string) ([]string, error) {
	slash := strings.LastIndexByte(ref, '/') // a namespace holds none, a cluster's name may
	if slash < 0 {
		return nil, nil
	}
	cluster, ns := fold(ref[:slash]), fold(ref[slash+1:])
	var keys []string
	for ck, err := range clusters.lookup(r, "name", cluster, false) {
		if err != nil {
			return nil, err
		}
		for k, err := range customers.lookup(r, "namespace", ns, false) {
			if err != nil {
				return nil, err
			}
			c, err := customers.get(r, k)
			if err != nil {
				return nil, err
			}
			if c != nil && idKey(c.ClusterID) == ck {
				keys = append(keys, k)
			}
		}
	}
	return keys, nil
}

var releaseFinder = &finder[Release, *Release]{
	noun: "release", table: releases,
	inUse: func(r *Release) bool { return r.Status != Archived },
	label: func(_ storage.Reader, r *Release) (string, error) { return releaseLabel(r), nil },
	ref:   func(r *Release) string { return ShortRelease(r.ID) },
	name:  func(r *Release) string { return r.Name },
	levels: []func(storage.Reader, string) ([]string, error){
		byID("R"), byIndex(releases, false, "name", "version"), byIndex(releases, true, "name", "version"),
	},
}

// releaseLabel is R12 with name, and version where it has one.
func releaseLabel(r *Release) string {
	s := ShortRelease(r.ID) + " " + r.Name
	if r.VersionNumber != "" && string(r.VersionNumber) != r.Name {
		s += " (" + string(r.VersionNumber) + ")"
	}
	return s
}

// findRelease resolves a release; an empty reference is the only active one.
func findRelease(r storage.Reader, ref string, sc scope) (*Release, error) {
	if strings.TrimSpace(ref) != "" {
		return releaseFinder.find(r, ref, sc)
	}
	hits, err := gather(activeReleases(r))
	if err != nil {
		return nil, err
	}
	switch len(hits) {
	case 0:
		return nil, invalid("release", "Which release? None is active").hint("Name one; `release list` shows them.")
	case 1:
		return hits[0], nil
	}
	return nil, whichRelease(r, hits, "are active")
}

// whichRelease asks which of several releases is meant where none was named.
func whichRelease(r storage.Reader, hits []*Release, are string) error {
	e := releaseFinder.ambiguous(r, "", hits, false)
	if a := AsError(e); a.Code == Ambiguous {
		a.Msg = "Which release? " + count(len(hits), "release") + " " + are
	}
	return e
}

// activeReleases reads every active release, oldest first.
func activeReleases(r storage.Reader) iter.Seq2[*Release, error] { return releasesIn(r, Active) }

// releasesIn reads every release of one status, oldest first.
func releasesIn(r storage.Reader, status ReleaseStatus) iter.Seq2[*Release, error] {
	return func(yield func(*Release, error) bool) {
		keys, err := gather(releases.lookup(r, "status", string(status), false)) // before anything is changed
		if err != nil {
			yield(nil, err)
			return
		}
		for _, k := range keys {
			rel, err := releases.get(r, k)
			if !yield(rel, err) || err != nil {
				return
			}
		}
	}
}

// gather is everything that comes before an error.
func gather[V any](seq iter.Seq2[V, error]) ([]V, error) {
	var out []V
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// clusterAt gives the place among some clusters of the one that a reference means, an id going before a name; -1 when
// it is none of them.
func clusterAt(all []ClusterRef, ref string) int {
	ref, exact := strings.CutPrefix(strings.TrimSpace(ref), idMark)
	i := slices.IndexFunc(all, func(c ClusterRef) bool { return idText(c.ID) == ref })
	if i < 0 && !exact {
		i = slices.IndexFunc(all, func(c ClusterRef) bool { return fold(c.Name) == fold(ref) })
	}
	return i
}

func findCluster(r storage.Reader, ref string, sc scope) (*Cluster, error) {
	return clusterFinder.find(r, ref, sc)
}

func findCustomer(r storage.Reader, ref string, sc scope) (*Customer, error) {
	return customerFinder.find(r, ref, sc)
}

// stepName is what a step of a release can be called by.
type stepName struct {
	short, name string
	id          int64 // 0: it has none yet
}

// pickStep resolves a step by short or integer id, exact name or unique
// prefix, in that precedence, and gives its place in the list.
func pickStep(all []stepName, ref string) (int, error) {
	ref = strings.TrimSpace(ref)
	if ref == "" {
		return 0, invalid("step", "Which step?").hint("Give its short id, like D2.")
	}
	for _, level := range []func(stepName) bool{
		func(s stepName) bool {
			return strings.EqualFold(s.short, ref) || s.id != 0 && idText(s.id) == ref
		},
		func(s stepName) bool { return fold(s.name) == fold(ref) },
		func(s stepName) bool { return strings.HasPrefix(fold(s.name), fold(ref)) },
	} {
		var hits []int
		for i, s := range all {
			if level(s) {
				hits = append(hits, i)
			}
		}
		if len(hits) == 1 {
			return hits[0], nil
		}
		if len(hits) > 1 {
			e := refuse(Ambiguous, "%q could be %s", clip(ref, nameLimit), count(len(hits), "step")).hint("%s", whichOf(len(hits)))
			for _, i := range hits[:min(len(hits), mostChoices)] {
				e.Choices = append(e.Choices, Choice{Label: all[i].short + " " + all[i].name, Ref: all[i].short})
			}
			return 0, e
		}
	}
	return 0, refuse(NotFound, "There is no step %q in this release", clip(ref, nameLimit))
}

// findTemplate resolves a template step of a release.
func findTemplate(all []*StepTemplate, ref string) (*StepTemplate, error) {
	names := make([]stepName, len(all))
	for i, tm := range all {
		names[i] = stepName{tm.ShortID(), tm.Name, tm.ID}
	}
	i, err := pickStep(names, ref)
	if err != nil {
		return nil, err
	}
	return all[i], nil
}

// customerPlace is a customer with its cluster and namespace, for choices and refusals.
func customerPlace(r storage.Reader, c *Customer) (string, error) {
	cl, err := clusters.get(r, idKey(c.ClusterID))
	if err != nil {
		return "", err
	}
	if cl == nil {
		return "", fmt.Errorf("customer %d is on cluster %d, which does not exist", c.ID, c.ClusterID)
	}
	return place{c.Name, cl.Name, c.Namespace}.String(), nil
}
