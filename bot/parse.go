package bot

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Line is a command line taken apart: the words in the order they were typed, and beside them the
// key=value fields in theirs. A line knows nothing of commands; the table gives it a meaning.
type Line struct {
	Words  []Word
	Fields []Field
}

// Word is one word of a line.
type Word struct {
	Text   string // as typed, without the delimiters around it
	At     int    // the character it starts at, counted from 1
	Quoted bool   // it stood in delimiters, so it is a name or a text and never a verb
	typed  string // to the letter: its delimiters, and the space before it
	ref    string // the person or channel that it is, as Slack passed it on
}

// Field is one key=value. Keys are folded to lower case, except behind "meta.".
type Field struct {
	Key   string
	Value Word
}

// SyntaxError says what keeps a line from being read, where, and how to write it instead.
type SyntaxError struct {
	At   int // the character, counted from 1
	Near string
	Msg  string
	Hint string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s (character %d, near `%s`)", e.Msg, e.At, e.Near)
}

// Parse reads a command line whose escaping is already undone (see Unescape). It forgives how phones
// write delimiters and keys; what stands inside delimiters is kept to the letter, line breaks too.
//
// Inside "double quotes" a backslash has a meaning only before a double quote or another backslash
// that leads up to one, so scripts pass unchanged. 'Single quotes' and ```code fences``` know no escape.
func Parse(text string) (Line, error) {
	s := scanner{text: []rune(text)}
	var line Line
	for {
		from, known := s.pos, len(line.Words)
		if !s.skipSpace() {
			return line, nil
		}
		if err := s.next(&line); err != nil {
			return Line{}, err
		}
		if len(line.Words) > known {
			line.Words[known].typed = string(s.text[from:s.pos])
		}
	}
}

// scanner walks over a line, one character at a time.
type scanner struct {
	text    []rune
	pos     int
	listing bool // a comma may follow a closing delimiter
}

func (s *scanner) skipSpace() (more bool) {
	for s.pos < len(s.text) && unicode.IsSpace(s.text[s.pos]) {
		s.pos++
	}
	return s.pos < len(s.text)
}

// next reads one word or one field.
func (s *scanner) next(line *Line) error {
	start := s.pos
	if s.opensQuote() {
		text, err := s.quoted()
		if err != nil {
			return err
		}
		line.Words = append(line.Words, Word{Text: text, At: start + 1, Quoted: true})
		return nil
	}
	key, option, after := s.key()
	if key != "" && after < len(s.text) && isEquals(s.text[after]) {
		s.pos = after + 1
		read := s.value
		if slices.Contains(listKeys, key) {
			read = s.list
		}
		value, err := read()
		if err != nil {
			return err
		}
		line.Fields = append(line.Fields, Field{Key: key, Value: value})
		return nil
	}
	if option && key != "" && (after == len(s.text) || unicode.IsSpace(s.text[after])) {
		s.pos = after
		line.Fields = append(line.Fields, Field{Key: key, Value: Word{Text: "yes", At: start + 1}})
		return nil
	}
	line.Words = append(line.Words, Word{Text: s.bare(), At: start + 1})
	return nil
}

func (s *scanner) value() (Word, error) {
	start := s.pos
	if s.pos < len(s.text) && s.opensQuote() {
		text, err := s.quoted()
		return Word{Text: text, At: start + 1, Quoted: true}, err
	}
	return Word{Text: s.bare(), At: start + 1}, nil
}

// listKeys are the fields that take several names: customers="Customer A",cust-b.
var listKeys = []string{"cluster", "clusters", "customer", "customers"}

// list reads names with commas between them, each in delimiters of its own or none. Of several, one that holds a comma
// keeps delimiters, so that splitList finds it again.
func (s *scanner) list() (Word, error) {
	s.listing = true
	defer func() { s.listing = false }()
	all, err := s.value()
	if err != nil || s.at(s.pos) != ',' {
		return all, err
	}
	all.Text = listed(all)
	for err == nil && s.at(s.pos) == ',' {
		s.pos++
		var one Word
		one, err = s.value()
		all.Text += "," + listed(one)
	}
	return all, err
}

// bare reads up to the next space, in a list up to a comma before a delimiter.
func (s *scanner) bare() string {
	start := s.pos
	for s.pos < len(s.text) && !unicode.IsSpace(s.text[s.pos]) {
		if s.listing && s.text[s.pos] == ',' && closers[s.at(s.pos+1)] != nil {
			break
		}
		s.pos++
	}
	return string(s.text[start:s.pos])
}

// key looks ahead for a field's name. "--note" and what a phone makes of it ("—note") are options.
func (s *scanner) key() (key string, option bool, after int) {
	i := s.pos
	switch {
	case s.at(i) == '-' && s.at(i+1) == '-':
		option, i = true, i+2
	case s.at(i) == '–' || s.at(i) == '—':
		option, i = true, i+1
	}
	start := i
	for i < len(s.text) && isKeyRune(s.text[i], i > start) {
		i++
	}
	return foldKey(string(s.text[start:i])), option, i
}

func (s *scanner) at(i int) rune {
	if i < len(s.text) {
		return s.text[i]
	}
	return 0
}

// fail makes the error for the character at i.
func (s *scanner) fail(i int, msg, hint string) error {
	from, to := max(0, i-1), min(len(s.text), i+20)
	near := strings.Join(strings.Fields(string(s.text[min(from, to):to])), " ")
	return &SyntaxError{At: i + 1, Near: strings.ReplaceAll(near, "`", "'"), Msg: msg, Hint: hint}
}

func isEquals(r rune) bool { return r == '=' || r == '＝' }

// isKeyRune says whether r may stand in a key. Behind the first character more is allowed, so that
// metadata keys such as meta.api/url or meta.cost-centre can be typed.
func isKeyRune(r rune, inside bool) bool {
	if unicode.IsLetter(r) || r == '_' {
		return true
	}
	return inside && (unicode.IsDigit(r) || strings.ContainsRune(".-/:", r) || isDash(r))
}

// foldKey lower-cases a key and straightens its dashes; what follows "meta." is the person's own.
func foldKey(key string) string {
	name, own, isMeta := strings.Cut(key, ".")
	name = strings.ToLower(straightDashes(name))
	if !isMeta {
		return name
	}
	return name + "." + own
}

func isDash(r rune) bool { return unicode.Is(unicode.Pd, r) || r == '−' }

func straightDashes(s string) string {
	return strings.Map(func(r rune) rune {
		if isDash(r) {
			return '-'
		}
		return r
	}, s)
}
