package bot

import (
	"strings"
	"unicode"
)

const fence = "```"

// closers lists, for each opening delimiter, which characters may end what it opened: the first set
// that occurs decides. Phones turn one straight quote into a curly one and leave the other.
var closers = map[rune][]string{
	'"':  {`"`, `”“„‟`},
	'“':  {`”`, `“`, `"`},
	'”':  {`”`, `“`, `"`},
	'„':  {`“”`, `„`, `"`},
	'‟':  {`”`, `"`},
	'«':  {`»`},
	'»':  {`«»`},
	'\'': {`'`, `’‘`},
	'‘':  {`’`, `‘`, `'`},
	'’':  {`’`, `‘`, `'`},
	'‚':  {`‘’`, `'`},
}

const singleQuotes = "'‘’‚"

// opensQuote says whether a delimiter stands at the scanner's place.
func (s *scanner) opensQuote() bool {
	return closers[s.text[s.pos]] != nil || s.opensFence()
}

func (s *scanner) opensFence() bool {
	return s.at(s.pos) == '`' && s.at(s.pos+1) == '`' && s.at(s.pos+2) == '`'
}

// quoted reads what stands between two delimiters and moves behind the second.
func (s *scanner) quoted() (string, error) {
	if s.opensFence() {
		return s.fenced()
	}
	start := s.pos
	open := s.text[start]
	for _, set := range closers[open] {
		text, end, found := s.until(open, set)
		if !found {
			continue
		}
		if !s.endsAt(end + 1) {
			return "", s.fail(end, "After the closing quote a space is missing",
				`A quote inside a quoted text is written \", or put 'single quotes' around the whole text.`)
		}
		s.pos = end + 1
		return text, nil
	}
	return "", s.fail(start, "A quote is opened here and never closed",
		`Close it with ", or write \" for a quote that belongs to the text.`)
}

// endsAt says whether a value may end before i.
func (s *scanner) endsAt(i int) bool {
	return i >= len(s.text) || unicode.IsSpace(s.text[i]) || s.listing && s.text[i] == ','
}

// until reads from behind the opening delimiter up to the first character of set that ends the text.
// An apostrophe between letters does not end a single-quoted text.
func (s *scanner) until(open rune, set string) (text string, end int, found bool) {
	single := strings.ContainsRune(singleQuotes, open)
	escapes := open == '"' && set == `"`
	var out []rune
	backslashes := 0
	for i := s.pos + 1; i < len(s.text); i++ {
		r := s.text[i]
		if escapes && r == '\\' {
			backslashes++
			continue
		}
		ends := strings.ContainsRune(set, r)
		if ends && escapes && backslashes > 0 {
			out = appendBackslashes(out, backslashes/2)
			ends = backslashes%2 == 0
		} else {
			out = appendBackslashes(out, backslashes)
		}
		backslashes = 0
		if ends && single && !s.endsAt(i+1) {
			ends = false
		}
		if ends {
			return string(out), i, true
		}
		out = append(out, r)
	}
	return "", 0, false
}

func appendBackslashes(out []rune, n int) []rune {
	for range n {
		out = append(out, '\\')
	}
	return out
}

// fenced reads a code block. The line breaks next to the fences are the fences', not the code's.
func (s *scanner) fenced() (string, error) {
	start := s.pos
	body := string(s.text[start+len(fence):])
	code, _, closed := strings.Cut(body, fence)
	if !closed {
		return "", s.fail(start, "A code block is opened here and never closed", "Close it with "+fence+".")
	}
	s.pos = start + 2*len(fence) + len([]rune(code))
	if s.pos < len(s.text) && !unicode.IsSpace(s.text[s.pos]) {
		return "", s.fail(s.pos, "After the code block a space is missing", "Put a space behind "+fence+".")
	}
	return strings.TrimSuffix(strings.TrimPrefix(code, "\n"), "\n"), nil
}
