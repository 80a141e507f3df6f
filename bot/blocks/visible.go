package blocks

import (
	"fmt"
	"strings"
	"unicode"
)

// Visible shows characters that have no shape of their own, or turn the text around them, by their number:
// a script must not be able to say one thing and do another.
func Visible(text string) string {
	if !strings.ContainsFunc(text, hidden) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if hidden(r) {
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// hidden is true for marks of direction, invisible separators and the like. The joiners and selectors that
// emoji are made of are left alone.
func hidden(r rune) bool {
	switch {
	case r == '\u200d' || r == '\u200c':
		return false
	case r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0':
		return true
	}
	return unicode.Is(unicode.Cf, r)
}
