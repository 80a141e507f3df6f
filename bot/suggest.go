package bot

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// distance is how many characters must be added, dropped, changed or swapped with their neighbour to make one
// word of the other.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(row[j-1]+1, last[j]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}

// tolerance is how far a suggestion may be from what was typed.
func tolerance(typed string) int { return max(1, utf8.RuneCountInString(typed)/3) }

// closest is the candidates most like a word, best first, at most n. A candidate that begins like the word or
// holds it counts as near.
func closest(word string, candidates []string, n int) []string {
	type hit struct {
		text string
		cost int
	}
	var hits []hit
	w := strings.ToLower(straight(word))
	long, most := utf8.RuneCountInString(w), tolerance(w)
	for _, c := range candidates {
		folded := strings.ToLower(straight(c))
		cost := max(long, utf8.RuneCountInString(folded)) - min(long, utf8.RuneCountInString(folded)) // the least that it can be
		if cost <= most {
			cost = distance(w, folded)
		}
		if len(w) > 2 && strings.Contains(folded, w) {
			cost = min(cost, 1)
		}
		if cost <= most {
			hits = append(hits, hit{c, cost})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return a.cost - b.cost })
	var out []string
	for _, h := range hits[:min(n, len(hits))] {
		out = append(out, h.text)
	}
	return out
}

// straight undoes what phones do to a name: curly quotes, long dashes, odd spaces.
func straight(text string) string {
	text = straightDashes(text)
	text = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune("“”„‟«»", r):
			return '"'
		case strings.ContainsRune("‘’‚", r):
			return '\''
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}
