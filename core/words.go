package core

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits on what people may write, in characters; content in bytes.
const (
	nameLimit    = 80
	textLimit    = 3000
	contentLimit = 64 << 10
	stepLimit    = 500 // steps a release
	metaKeys     = 50
	metaKeyLimit = 40
	metaValLimit = 1000
)

// cleanName checks a name: one line, something to see, at most 80 characters.
func cleanName(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	if err := plainText(field, s, nameLimit); err != nil {
		return "", err
	}
	if strings.ContainsAny(s, "\n\t") {
		return "", invalid(field, "The %s must be one line", label(field))
	}
	if visible(s) == 0 {
		return "", invalid(field, "The %s is missing", label(field))
	}
	return s, nil
}

// cleanText checks a longer text that may be empty.
func cleanText(field, s string) (string, error) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	return s, plainText(field, s, textLimit)
}

// cleanReason checks a reason: at least three visible characters.
func cleanReason(field, s string) (string, error) {
	s, err := cleanText(field, s)
	if err != nil {
		return "", err
	}
	if n := visible(s); n == 0 {
		return "", invalid(field, "A %s is needed", label(field)).hint("Say why in a few words.")
	} else if n < 3 {
		return "", invalid(field, "The %s %q is too short", label(field), s).hint("Use at least 3 characters.")
	}
	return s, nil
}

// cleanContent checks a step's content: kept to the byte, but for Windows line ends.
func cleanContent(field, s string) (string, error) {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if visible(s) == 0 {
		return "", invalid(field, "The content is missing")
	}
	if len(s) > contentLimit {
		return "", invalid(field, "The content is %d bytes long; %d KiB is the most", len(s), contentLimit>>10)
	}
	return s, plainText(field, s, 0)
}

// plainText refuses what no text here may hold; limit 0 is no limit.
func plainText(field, s string, limit int) error {
	if !utf8.ValidString(s) {
		return invalid(field, "The %s is not valid UTF-8 text", label(field))
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return invalid(field, "The %s holds a control character (U+%04X)", label(field), r).hint("Only tabs and new lines are allowed.")
		}
	}
	if n := utf8.RuneCountInString(s); limit > 0 && n > limit {
		return invalid(field, "The %s is %d characters long; %d is the most", label(field), n, limit)
	}
	return nil
}

// visible counts the characters that leave a mark on a screen.
func visible(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsGraphic(r) && !unicode.IsSpace(r) && !blank(r) {
			n++
		}
	}
	return n
}

// blank is true for letters that are drawn as nothing.
func blank(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u3164', '\uffa0', '\u2800', '\u034f', '\u17b4', '\u17b5':
		return true
	}
	return r >= '\ufe00' && r <= '\ufe0f'
}

func label(field string) string {
	switch field {
	case "kubeconfig":
		return "kubeconfig path"
	case "date":
		return "release date"
	case "force":
		return "reason for going on"
	}
	return field
}

var namespaceForm = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)

// cleanNamespace checks a Kubernetes namespace: an RFC 1123 label.
func cleanNamespace(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return "", invalid("namespace", "The namespace is missing")
	case len(s) > 63:
		return "", invalid("namespace", "The namespace is %d characters long; 63 is the most", len(s))
	case !namespaceForm.MatchString(s):
		return "", invalid("namespace", "%q is not a Kubernetes namespace", clip(s, 70)).
			hint("Use lower-case letters, digits and hyphens, beginning and ending with a letter or digit, like cust-a-prod.")
	}
	return s, nil
}

// mergeMeta applies edits to metadata: an empty value removes its key.
func mergeMeta(old, edits map[string]string) (map[string]string, error) {
	out := map[string]string{}
	for k, v := range old {
		out[k] = v
	}
	for k, v := range edits {
		k = strings.TrimSpace(k)
		field := "meta." + k
		if k == "" || strings.ContainsAny(k, " \t\n=\"{}") {
			return nil, invalid(field, "%q cannot be a metadata key", clip(k, 50)).hint("Use letters, digits, dots, hyphens and underscores.")
		}
		if err := plainText(field, k, metaKeyLimit); err != nil {
			return nil, err
		}
		if err := plainText(field, v, metaValLimit); err != nil {
			return nil, err
		}
		if v == "" {
			delete(out, k)
		} else {
			out[k] = v
		}
	}
	if len(out) > metaKeys {
		return nil, invalid("meta", "That makes %d metadata keys; %d is the most", len(out), metaKeys)
	}
	return out, nil
}

// clip cuts a text to n characters, the last of them an ellipsis.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// joinNames is "a", "a and b", "a, b and c", with at most eight names spelt out.
func joinNames(names []string, word string) string {
	return joinMost(names, word, 8)
}

// joinMost is joinNames with as many names spelt out.
func joinMost(names []string, word string, most int) string {
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " " + word + " " + names[last]
}

// count is "1 step", "3 steps".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
