package statuspage

import (
	"html/template"
	"strings"
)

// maxEdits is how many changed lines are told apart. Texts that differ in more are shown as wholly different, because
// the search takes time that grows with the square of it.
const maxEdits = 800

// pair is one row of a difference: a line of the old text beside one of the new. Where both stand and Same is false,
// the one has taken the other's place.
type pair struct {
	Old, New     template.HTML
	OldNo, NewNo int // counted from 1; 0 where there is no line
	Same         bool
	Left         int // how many lines that are the same stand here unsaid; there is nothing else then
}

// beside is how many lines that are the same are shown around those that are not.
const beside = 3

// folded leaves out what is the same in both texts, but for the lines beside a change.
func folded(rows []pair) (out []pair) {
	for i := 0; i < len(rows); {
		end := i
		for end < len(rows) && rows[end].Same {
			end++
		}
		if end == i {
			out = append(out, rows[i])
			i++
			continue
		}
		before, after := beside, beside // of the lines kept
		if i == 0 {
			before = 0
		}
		if end == len(rows) {
			after = 0
		}
		if end-i <= before+after+1 {
			before, after = end-i, 0 // to say how many are left out takes a line too
		}
		out = append(out, rows[i:i+before]...)
		if left := end - i - before - after; left > 0 {
			out = append(out, pair{Left: left})
		}
		out = append(out, rows[end-after:end]...)
		i = end
	}
	return out
}

// difference sets two texts beside each other, line by line, and counts the lines that are not in both.
func difference(before, after string) (rows []pair, removed, added int) {
	a, b := lines(before), lines(after)
	var oldNo, newNo int
	var gone, come []string
	flush := func() {
		for i := range max(len(gone), len(come)) {
			var p pair
			if i < len(gone) {
				oldNo++
				p.OldNo, p.Old = oldNo, shownLine(gone[i])
			}
			if i < len(come) {
				newNo++
				p.NewNo, p.New = newNo, shownLine(come[i])
			}
			rows = append(rows, p)
		}
		removed, added = removed+len(gone), added+len(come)
		gone, come = nil, nil
	}
	for _, e := range edits(a, b) {
		switch e.kind {
		case '-':
			gone = append(gone, e.line)
		case '+':
			come = append(come, e.line)
		default:
			flush()
			oldNo, newNo = oldNo+1, newNo+1
			shown := shownLine(e.line)
			rows = append(rows, pair{Old: shown, New: shown, OldNo: oldNo, NewNo: newNo, Same: true})
		}
	}
	flush()
	return rows, removed, added
}

// lines cuts a text into lines that keep their ends, so that a missing last end is a difference too.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	all := strings.SplitAfter(text, "\n")
	if all[len(all)-1] == "" {
		all = all[:len(all)-1]
	}
	return all
}

func shownLine(line string) template.HTML {
	return template.HTML(appendShown(nil, strings.TrimSuffix(line, "\n")))
}

// edit is one line of a difference: kept (' '), taken out ('-') or put in ('+').
type edit struct {
	kind byte
	line string
}

// edits is the shortest way from a to b, by Myers' algorithm.
func edits(a, b []string) []edit {
	var head, tail []edit
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, edit{' ', a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append(tail, edit{' ', a[len(a)-1]})
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	out := append(head, middle(a, b)...)
	for i := len(tail) - 1; i >= 0; i-- {
		out = append(out, tail[i])
	}
	return out
}

func middle(a, b []string) []edit {
	n, m := len(a), len(b)
	// reach[d][k+d] is how far in a the paths of d edits get on diagonal k.
	var reach [][]int
	for d := 0; d <= min(n+m, maxEdits); d++ {
		row := make([]int, 2*d+1)
		reach = append(reach, row)
		for k := -d; k <= d; k += 2 {
			x := 0
			switch {
			case d == 0:
			case k == -d || k != d && reach[d-1][k-1+d-1] < reach[d-1][k+1+d-1]:
				x = reach[d-1][k+1+d-1]
			default:
				x = reach[d-1][k-1+d-1] + 1
			}
			for x < n && x-k < m && a[x] == b[x-k] {
				x++
			}
			row[k+d] = x
			if x >= n && x-k >= m {
				return walkBack(a, b, reach)
			}
		}
	}
	var out []edit
	for _, l := range a {
		out = append(out, edit{'-', l})
	}
	for _, l := range b {
		out = append(out, edit{'+', l})
	}
	return out
}

// walkBack reads the path from the end of both texts to their beginning.
func walkBack(a, b []string, reach [][]int) []edit {
	var back []edit
	x, y := len(a), len(b)
	for d := len(reach) - 1; d >= 0; d-- {
		k := x - y
		px, py := 0, 0
		if d > 0 {
			pk := k - 1
			if k == -d || k != d && reach[d-1][k-1+d-1] < reach[d-1][k+1+d-1] {
				pk = k + 1
			}
			px = reach[d-1][pk+d-1]
			py = px - pk
		}
		for x > px && y > py {
			x, y = x-1, y-1
			back = append(back, edit{' ', a[x]})
		}
		if d == 0 {
			break
		}
		if x > px {
			x--
			back = append(back, edit{'-', a[x]})
		} else {
			y--
			back = append(back, edit{'+', b[y]})
		}
	}
	out := make([]edit, 0, len(back))
	for i := len(back) - 1; i >= 0; i-- {
		out = append(out, back[i])
	}
	return out
}
