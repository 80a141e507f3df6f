package bot

import "fmt"

// oddities name the characters that look right to people and break a shell or a database.
var oddities = map[rune]string{
	'“': "a curly quote", '”': "a curly quote", '„': "a low quote", '‟': "a curly quote",
	'‘': "a curly quote", '’': "a curly quote", '‚': "a low quote",
	'«': "an angle quote", '»': "an angle quote",
	'–': "a long dash", '—': "a long dash", '‑': "a non-breaking hyphen", '−': "a minus sign",
	'\u00a0': "a non-breaking space", '\u202f': "a narrow space", '\u3000': "a wide space",
	'\u2009': "a thin space", '\u2007': "a figure space", '\u200b': "an invisible space",
	'\ufeff': "an invisible mark", '…': "one character for three dots",
}

// oddCharacters warns about content that a phone has beautified: one sentence for each line that holds
// such a character, naming line and character, five at most.
func oddCharacters(content string) []string {
	const most = 5
	var warnings []string
	line, column, told := 1, 0, 0
	for _, r := range content {
		column++
		if name, odd := oddities[r]; odd && told != line {
			told = line
			if len(warnings) == most {
				return append(warnings, "Further lines hold such characters too.")
			}
			warnings = append(warnings, fmt.Sprintf("Line %d, character %d is %s (%q), saved as typed.", line, column, name, r))
		}
		if r == '\n' {
			line, column = line+1, 0
		}
	}
	return warnings
}
