package bot

import (
	"strings"
	"unicode"
)

// Format writes a line so that Parse reads the same words and fields again. Fields stand behind the
// words; keys must be such as Parse yields.
func Format(line Line) string {
	var parts []string
	for _, w := range line.Words {
		if w.Quoted || !bareWord(w.Text) {
			parts = append(parts, quote(w.Text))
			continue
		}
		parts = append(parts, w.Text)
	}
	for _, f := range line.Fields {
		value := f.Value.Text
		if f.Value.Quoted || !bareValue(value) {
			value = quote(value)
		}
		parts = append(parts, f.Key+"="+value)
	}
	return strings.Join(parts, " ")
}

// bareWord says whether a word is read back as itself without quotes around it.
func bareWord(text string) bool {
	if text == "" || !bareValue(text) {
		return false
	}
	s := scanner{text: []rune(text)}
	key, option, after := s.key()
	return !option && (key == "" || after == len(s.text) || !isEquals(s.text[after]))
}

func bareValue(text string) bool {
	if strings.ContainsFunc(text, unicode.IsSpace) {
		return false
	}
	if text == "" {
		return true
	}
	s := scanner{text: []rune(text)}
	return !s.opensQuote()
}

// quote puts double quotes around a text: backslashes are doubled only where they lead up to a quote.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	backslashes := 0
	for _, r := range text {
		switch r {
		case '\\':
			backslashes++
		case '"':
			b.WriteString(strings.Repeat(`\`, backslashes+1))
			backslashes = 0
		default:
			backslashes = 0
		}
		b.WriteRune(r)
	}
	b.WriteString(strings.Repeat(`\`, backslashes))
	b.WriteByte('"')
	return b.String()
}
