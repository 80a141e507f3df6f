package bot

import (
	"regexp"
	"strings"
)

// Slack escapes three characters in what people type, and wraps what it recognised in angle brackets:
// people, channels, broadcasts and links, each with or without a label.
var (
	unescaper = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")
	wrapped   = regexp.MustCompile(`<(@[UWB][A-Z0-9]+|#[CDG][A-Z0-9]+|![^<>|]+|[A-Za-z][A-Za-z0-9+.\-]*:[^<>|]+)(\|[^<>]*)?>`)
)

// Unescape gives back what a person typed into Slack from the text Slack sends: escaping undone, links
// unwrapped. People and channels stay as <@U1> and <#C1>, the form in which they can be told apart.
func Unescape(text string) string {
	var b strings.Builder
	for {
		m := wrapped.FindStringSubmatchIndex(text)
		if m == nil {
			break
		}
		b.WriteString(unescaper.Replace(text[:m[0]]))
		label := ""
		if m[4] >= 0 {
			label = unescaper.Replace(text[m[4]+1 : m[5]])
		}
		b.WriteString(typed(unescaper.Replace(text[m[2]:m[3]]), label))
		text = text[m[1]:]
	}
	b.WriteString(unescaper.Replace(text))
	return b.String()
}

// typed is what a person wrote to get one wrapped reference.
func typed(target, label string) string {
	switch target[0] {
	case '@', '#':
		return "<" + target + ">"
	case '!':
		if label != "" {
			return label
		}
		name, _, _ := strings.Cut(target[1:], "^")
		return "@" + name
	}
	if label != "" && strings.HasSuffix(strings.TrimSuffix(target, "/"), strings.TrimSuffix(label, "/")) {
		return label
	}
	return target
}
