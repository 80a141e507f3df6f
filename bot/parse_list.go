package bot

import (
	"strings"

	"rollcall/bot/blocks"
)

// A list of names is one text with commas between them. A name that holds a comma itself stands in quotes there; where
// it does not, core puts its pieces together again.

// listed is a word as it stands in a list.
func listed(w Word) string {
	if w.Quoted && strings.ContainsAny(w.Text, `,"`) {
		return blocks.Quote(w.Text)
	}
	return w.Text
}

// joinList writes a list that splitList takes apart again.
func joinList(parts []string) string {
	var out []string
	for _, p := range parts {
		out = append(out, listed(Word{Text: p, Quoted: true}))
	}
	return strings.Join(out, ",")
}

// splitList is the parts of a list, empty ones left out.
func splitList(text string) []string {
	var out []string
	s := scanner{text: []rune(text), listing: true}
	for s.skipSpace() {
		part := ""
		if s.text[s.pos] == '"' {
			if whole, err := s.quoted(); err == nil {
				part = whole
			}
		}
		from := s.pos
		for s.pos < len(s.text) && s.text[s.pos] != ',' {
			s.pos++
		}
		if part = strings.TrimSpace(part + string(s.text[from:s.pos])); part != "" {
			out = append(out, part)
		}
		s.pos++
	}
	return out
}
