package core

import (
	"context"
	"strconv"
	"strings"

	"rollcall/storage"
)

// Fit says how well a word names something.
type Fit int8

// How well: not at all; as the beginning of a name, or as a bare number, which
// may stand for itself; by a whole name or a short id.
const (
	Unknown Fit = iota
	Begins
	Exactly
)

// Meaning is how well one word names something of each noun.
type Meaning struct{ Release, Customer, Cluster, Step Fit }

// MeaningQuery asks what words could name.
type MeaningQuery struct {
	Words   []string
	Release string // where steps are looked for; empty: in the active releases, and those that the words name
}

// Meanings tells what words could name, for whoever must find out which was
// meant as what. It promises no more than that: whether a name means one thing
// only, and one that may be used so, the operation says.
func (s *Service) Meanings(ctx context.Context, a Actor, q MeaningQuery) ([]Meaning, error) {
	out, err := ask(ctx, s, a, func(r storage.Reader) (*[]Meaning, error) {
		out := make([]Meaning, len(q.Words))
		within := map[string]bool{} // keys of releases
		if err := releasesMeant(r, q, within); err != nil {
			return nil, err
		}
		for i, word := range q.Words {
			m, err := meaningOf(r, strings.TrimSpace(word), within)
			if err != nil {
				return nil, err
			}
			out[i] = m
		}
		return &out, nil
	})
	if err != nil {
		return nil, err
	}
	return *out, nil
}

// releasesMeant collects the releases whose steps a word may name.
func releasesMeant(r storage.Reader, q MeaningQuery, within map[string]bool) error {
	named := q.Words
	if q.Release != "" {
		named = []string{q.Release}
	} else {
		for rel, err := range activeReleases(r) {
			if err != nil {
				return err
			}
			within[idKey(rel.ID)] = true
		}
	}
	for _, word := range named {
		rel, err := releaseFinder.find(r, word, anyState)
		switch {
		case err == nil:
			within[idKey(rel.ID)] = true
		case ErrorCode(err) == Internal:
			return err
		}
	}
	return nil
}

func meaningOf(r storage.Reader, word string, within map[string]bool) (m Meaning, err error) {
	if word == "" {
		return m, nil
	}
	if m.Release, err = releaseFinder.fit(r, word); err != nil {
		return m, err
	}
	if m.Customer, err = customerFinder.fit(r, word); err != nil {
		return m, err
	}
	if m.Cluster, err = clusterFinder.fit(r, word); err != nil {
		return m, err
	}
	m.Step, err = stepFit(r, word, within)
	return m, err
}

// fit is how well a word names something of the finder's noun, in use or not.
func (f *finder[T, P]) fit(r storage.Reader, word string) (Fit, error) {
	for i, level := range f.levels {
		keys, err := level(r, word)
		if err != nil {
			return Unknown, err
		}
		for _, k := range keys {
			p, err := f.table.get(r, k)
			switch {
			case err != nil:
				return Unknown, err
			case p == nil:
			case i == len(f.levels)-1 || bare(word):
				return Begins, nil
			default:
				return Exactly, nil
			}
		}
	}
	return Unknown, nil
}

// bare is true for a number without a letter.
func bare(word string) bool {
	_, err := strconv.ParseInt(word, 10, 63)
	return err == nil
}

// stepFit is how well a word names a step. A short id does, whether or not there is such a step: nothing else
// looks like it.
func stepFit(r storage.Reader, word string, within map[string]bool) (Fit, error) {
	if letter, _, ok := splitShortID(word); ok && strings.Contains("DVC", letter) {
		return Exactly, nil
	}
	best := Unknown
	for release := range within {
		for tm, err := range templates.all(r, release+"/") {
			if err != nil {
				return Unknown, err
			}
			switch {
			case fold(tm.Name) == fold(word):
				return Exactly, nil
			case strings.HasPrefix(fold(tm.Name), fold(word)) || bare(word) && idText(tm.ID) == word:
				best = Begins
			}
		}
	}
	return best, nil
}
