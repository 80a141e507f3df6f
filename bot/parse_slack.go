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

// References is the people and channels that Slack recognised in a text, by the form in which they stand there (<@U1>,
// <#C1>), and the words that were typed for each: none where Slack does not tell.
type References map[string]string

// words puts what was typed back into the place of references.
func (refs References) words(text string) string {
	var pairs []string
	for form, typed := range refs {
		if typed != "" {
			pairs = append(pairs, form, typed)
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Unescape gives back what a person typed into Slack from the text Slack sends: escaping undone, links
// unwrapped. People and channels stay as <@U1> and <#C1>, the form in which they can be told apart, and what was
// typed for them beside it.
func Unescape(text string) (string, References) {
	var b strings.Builder
	refs := References{}
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
		target := unescaper.Replace(text[m[2]:m[3]])
		if sign := target[:1]; sign == "@" || sign == "#" {
			form := "<" + target + ">"
			if b.WriteString(form); label != "" {
				label = sign + strings.TrimPrefix(label, sign)
			}
			refs[form] = orElse(label, refs[form])
		} else {
			b.WriteString(typed(target, label))
		}
		text = text[m[1]:]
	}
	b.WriteString(unescaper.Replace(text))
	return b.String(), refs
}

// typed is what a person wrote to get a broadcast or a link.
func typed(target, label string) string {
	if target[0] == '!' {
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
