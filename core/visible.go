package core

import (
	"fmt"
	"strings"
	"unicode"
)

// Hidden is true for characters that have no shape of their own or turn the text around them: marks of direction,
// invisible separators and the like. A script must not be able to say one thing and do another, so every surface
// shows them. The joiners and selectors that emoji are made of are no such characters.
func Hidden(r rune) bool {
	switch {
	case r == '\u200d' || r == '\u200c':
		return false
	case r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0':
		return true
	}
	return unicode.Is(unicode.Cf, r)
}

// HiddenName is how a hidden character is written out: U+202E.
func HiddenName(r rune) string { return fmt.Sprintf("U+%04X", r) }

// Visible writes hidden characters out: ⟨U+202E⟩.
func Visible(text string) string {
	if !strings.ContainsFunc(text, Hidden) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if Hidden(r) {
			b.WriteString("⟨" + HiddenName(r) + "⟩")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
