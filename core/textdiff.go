package core

import (
	"strings"
	"unicode/utf8"
)

// Bounds of a difference that rides in a receipt, which is kept for a day.
const (
	diffLines = 30   // shown
	diffRunes = 80   // of a line
	diffWork  = 1000 // lines compared one by one; what is longer is told as replaced
)

// textDiff tells in lines how a text became another: "- " before what went,
// "+ " before what came, and "  " before the line on either side of it. Empty
// for equal texts.
func textDiff(before, after string) string {
	if before == after {
		return ""
	}
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var out []string
	if head > 0 {
		out = append(out, "  "+a[head-1])
	}
	out = append(out, compareLines(a[head:len(a)-tail], b[head:len(b)-tail])...)
	if tail > 0 {
		out = append(out, "  "+a[len(a)-tail])
	}
	more := len(out) - diffLines
	if more > 0 {
		out = out[:diffLines]
	}
	for i, line := range out {
		if utf8.RuneCountInString(line) > diffRunes {
			out[i] = clip(line, diffRunes)
		}
	}
	if more > 0 {
		out = append(out, "… and "+count(more, "more line"))
	}
	return strings.Join(out, "\n")
}

// compareLines keeps the longest run of lines that two texts have in common.
func compareLines(a, b []string) []string {
	if len(a) > diffWork || len(b) > diffWork {
		return marked(marked(nil, "- ", a), "+ ", b)
	}
	// common[i][j] is how many lines a[i:] and b[j:] have in common.
	common := make([][]uint16, len(a)+1)
	for i := range common {
		common[i] = make([]uint16, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var out []string
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			out = append(out, "  "+a[i])
			i, j = i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			out = append(out, "- "+a[i])
			i++
		default:
			out = append(out, "+ "+b[j])
			j++
		}
	}
	return marked(marked(out, "- ", a[i:]), "+ ", b[j:])
}

func marked(out []string, mark string, lines []string) []string {
	for _, line := range lines {
		out = append(out, mark+line)
	}
	return out
}
