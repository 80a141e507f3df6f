package bot

import (
	"strings"
	"unicode"

	"rollcall/bot/blocks"
)

// Format writes a line so that Parse reads the same words and fields again. Fields stand behind the
// words; keys must be such as Parse yields.
func Format(line Line) string {
	var parts []string
	for _, w := range line.Words {
		if w.Quoted || !bareWord(w.Text) {
			parts = append(parts, blocks.Quote(w.Text))
			continue
		}
		parts = append(parts, w.Text)
	}
	for _, f := range line.Fields {
		value := f.Value.Text
		if f.Value.Quoted || !bareValue(value) {
			value = blocks.Quote(value)
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
