package csvfile_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/core/csvfile"
)

func TestReadSaysEverythingThatIsWrongWithItsLine(t *testing.T) {
	_, err := csvfile.Read([]byte("name,cluster,namespace\na,b\nc,d,e\nf,g,h,i\n"))
	assert.Equal(t, core.ImportProblems{{Line: 2, Text: "the first line has 3 cells and this one 2"},
		{Line: 4, Text: "the first line has 3 cells and this one 4"}}, csvfile.Problems(err))
	for text, line := range map[string]int{"": 1, "no columns here\n": 1, "name,cluster,namespace\nM\xfcller,b,c\n": 2, "\xff\xfen\x00a\x00": 1} {
		_, err := csvfile.Read([]byte(text))
		require.Error(t, err, "%q", text)
		assert.Equal(t, line, csvfile.Problems(err)[0].Line, "%q", text)
	}
	assert.Empty(t, csvfile.Problems(nil))
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{"name,cluster,namespace\na,b,c\n", "\ufeffName;Namespace;Cluster;meta.x\r\na;b;c;d\r\n", "a\tb", "name,cluster,namespace\n\"a\n,b,c\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		in, err := csvfile.Read([]byte(text))
		if err != nil {
			for _, p := range csvfile.Problems(err) {
				assert.True(t, 1 <= p.Line && p.Line <= strings.Count(text, "\n")+2, "line %d", p.Line)
				assert.NotEmpty(t, p.Text)
			}
			return
		}
		last := 1
		for _, c := range in.Customers {
			assert.Greater(t, c.Line, last)
			last = c.Line
		}
		assert.NotEmpty(t, in.Customers)
	})
}
