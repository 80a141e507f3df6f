package core

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestTextDiff(t *testing.T) {
	for name, c := range map[string]struct{ before, after, want string }{
		"equal":        {"a\nb", "a\nb", ""},
		"one line":     {"a", "b", "- a\n+ b"},
		"in between":   {"a\nb\nc\nd", "a\nx\nc\nd", "  a\n- b\n+ x\n  c"},
		"added":        {"a\nb", "a\nnew\nb", "  a\n+ new\n  b"},
		"removed":      {"a\nb\nc", "a\nc", "  a\n- b\n  c"},
		"last newline": {"a\n", "a", "  a\n- "},
		"two places":   {"a\nb\nc\nd\ne", "x\nb\nc\nd\ny", "- a\n+ x\n  b\n  c\n  d\n- e\n+ y"},
	} {
		assert.Equal(t, c.want, textDiff(c.before, c.after), name)
	}
	long := textDiff(strings.Repeat("old\n", 5000), strings.Repeat("new\n", 5000))
	assert.Equal(t, diffLines+1, strings.Count(long, "\n")+1)
	assert.True(t, strings.HasSuffix(long, "more lines"))
	assert.LessOrEqual(t, utf8.RuneCountInString(textDiff(strings.Repeat("ä", 60_000), "b")), 2*diffRunes)
}
