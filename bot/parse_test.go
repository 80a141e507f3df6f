package bot

import (
	"testing"
	"unicode/utf8"

	"rollcall/bot/blocks"
	"rollcall/core"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// plain drops places and quoting from a line, so that only its meaning is compared.
func plain(l Line) (words []string, fields [][2]string) {
	for _, w := range l.Words {
		words = append(words, w.Text)
	}
	for _, f := range l.Fields {
		fields = append(fields, [2]string{f.Key, f.Value.Text})
	}
	return words, fields
}

func TestParse(t *testing.T) {
	for name, tt := range map[string]struct {
		in     string
		words  []string
		fields [][2]string
	}{
		"nothing":                  {in: "  \u00a0 \n"},
		"words":                    {in: "cluster  add\tprod-us", words: []string{"cluster", "add", "prod-us"}},
		"quoted name and fields":   {in: `customer add "Customer A" cluster=prod-us`, words: []string{"customer", "add", "Customer A"}, fields: [][2]string{{"cluster", "prod-us"}}},
		"fields anywhere":          {in: `a=1 cluster b=2 add`, words: []string{"cluster", "add"}, fields: [][2]string{{"a", "1"}, {"b", "2"}}},
		"empty value":              {in: `description= x=""`, fields: [][2]string{{"description", ""}, {"x", ""}}},
		"phone's quotes":           {in: `customer add “Customer A” note=‘it’s fine’`, words: []string{"customer", "add", "Customer A"}, fields: [][2]string{{"note", "it’s fine"}}},
		"one quote turned curly":   {in: `name="Customer A”`, fields: [][2]string{{"name", "Customer A"}}},
		"curly inside straight":    {in: `note="say “hi” – now"`, fields: [][2]string{{"note", "say “hi” – now"}}},
		"straight inside curly":    {in: `content=“echo "hi" there”`, fields: [][2]string{{"content", `echo "hi" there`}}},
		"guillemets":               {in: `name=«Kunde A»`, fields: [][2]string{{"name", "Kunde A"}}},
		"single quotes for shells": {in: `content='echo "it" isn't \n'`, fields: [][2]string{{"content", `echo "it" isn't \n`}}},
		"escaped quote":            {in: `content="echo \"hi\""`, fields: [][2]string{{"content", `echo "hi"`}}},
		"backslashes stay":         {in: `content="sed 's/\\./\n/' C:\dir"`, fields: [][2]string{{"content", `sed 's/\\./\n/' C:\dir`}}},
		"backslash at the end":     {in: `path="C:\my dir\\"`, fields: [][2]string{{"path", `C:\my dir\`}}},
		"line breaks are kept":     {in: "content=\"a\n  b\n\"", fields: [][2]string{{"content", "a\n  b\n"}}},
		"code fence":               {in: "content=```\necho \"a\"\nexit 1\n``` type=bash", fields: [][2]string{{"content", "echo \"a\"\nexit 1"}, {"type", "bash"}}},
		"non-breaking spaces":      {in: "step\u00a0done\u202fv1", words: []string{"step", "done", "v1"}},
		"keys are folded":          {in: "Cluster=x KUBECONFIG=y kube–config=z", fields: [][2]string{{"cluster", "x"}, {"kubeconfig", "y"}, {"kube-config", "z"}}},
		"metadata keys are not":    {in: "META.CostCentre=4 meta.api/url=x", fields: [][2]string{{"meta.CostCentre", "4"}, {"meta.api/url", "x"}}},
		"options":                  {in: `--note="x y" —confirm –help`, fields: [][2]string{{"note", "x y"}, {"confirm", "yes"}, {"help", "yes"}}},
		"a quoted field is a word": {in: `"a=b" https://x/?a=b`, words: []string{"a=b", "https://x/?a=b"}},
		"equals in a value":        {in: `content=a=b`, fields: [][2]string{{"content", "a=b"}}},
		"apostrophe in a word":     {in: `don't v2`, words: []string{"don't", "v2"}},
		"wide equals sign":         {in: `name＝x`, fields: [][2]string{{"name", "x"}}},
	} {
		t.Run(name, func(t *testing.T) {
			line, err := Parse(tt.in)
			require.NoError(t, err)
			words, fields := plain(line)
			assert.Equal(t, tt.words, words)
			assert.Equal(t, tt.fields, fields)
		})
	}
}

func TestParsePlaces(t *testing.T) {
	line, err := Parse(`step done "v 2" note=x`)
	require.NoError(t, err)
	assert.Equal(t, 11, line.Words[2].At)
	assert.Equal(t, 22, line.Fields[0].Value.At)
}

func TestParseLists(t *testing.T) {
	for in, want := range map[string]string{
		`customers=cust-a,cust-b`:                    "cust-a,cust-b",
		`customers="Customer A,Customer B"`:          "Customer A,Customer B",
		`customers="Customer A","Customer B",cust-c`: "Customer A,Customer B,cust-c",
		`customers=cust-c,“Customer A”,“Customer B”`: "cust-c,Customer A,Customer B",
		`clusters='eu one',"eu two"`:                 "eu one,eu two",
		`cluster='Bob’s cluster','Ann’s cluster'`:    "Bob’s cluster,Ann’s cluster",
		`customers="Customer A",`:                    "Customer A,",
	} {
		line, err := Parse("bulk done v1 D1 " + in + ` note="x"`)
		require.NoError(t, err, in)
		require.Len(t, line.Words, 4, in)
		assert.Equal(t, want, line.Fields[0].Value.Text, in)
		assert.Equal(t, "x", line.Fields[1].Value.Text, in)
	}
}

func TestParseErrors(t *testing.T) {
	for in, want := range map[string]SyntaxError{
		`customer add "Customer A cluster=x`: {At: 14, Msg: "A quote is opened here and never closed"},
		`content="echo "hi""`:                {At: 15, Msg: "After the closing quote a space is missing"},
		"content=```echo":                    {At: 9, Msg: "A code block is opened here and never closed"},
		"content=```echo```x":                {At: 19, Msg: "After the code block a space is missing"},
	} {
		_, err := Parse(in)
		var syntax *SyntaxError
		require.ErrorAs(t, err, &syntax, in)
		assert.Equal(t, want.At, syntax.At, in)
		assert.Equal(t, want.Msg, syntax.Msg, in)
		assert.NotEmpty(t, syntax.Hint)
		assert.Contains(t, syntax.Error(), "near `")
	}
}

func TestUnescape(t *testing.T) {
	for in, want := range map[string]string{
		"a &lt;b&gt; &amp;amp; c":                            "a <b> &amp; c",
		"grant <@U012AB|ann> operator":                       "grant <@U012AB> operator",
		"add <#C012|ops> x <#C9|>":                           "add <#C012> x <#C9>",
		"see <https://a.example/x?y=1&amp;z=2>":              "see https://a.example/x?y=1&z=2",
		"<http://prod.example|prod.example>":                 "prod.example",
		"<https://a.example/|https://a.example/>":            "https://a.example/",
		"<https://evil.example|docs>":                        "https://evil.example",
		"<mailto:a@b.example|a@b.example>":                   "a@b.example",
		"note=<!channel> <!here|here>":                       "note=@channel here",
		"<!subteam^S1|@ops> <!date^1^{date}|in May>":         "@ops in May",
		"&lt;!channel&gt;":                                   "<!channel>",
		"content=\"if a < b and c > d\"":                     "content=\"if a < b and c > d\"",
		"cat &lt;&lt;EOF &gt; f\nx &amp;&amp; y\nEOF":        "cat <<EOF > f\nx && y\nEOF",
		"curl <http://x.example/a|x.example/a> &gt; out.txt": "curl x.example/a > out.txt",
	} {
		text, _ := Unescape(in)
		assert.Equal(t, want, text, in)
	}
}

func TestReferences(t *testing.T) {
	for in, want := range map[string]string{
		"grant <@U012AB|ann> operator, <@U9>":   "grant @ann operator, <@U9>",
		"add <#C012|ops> x <#C9|>":              "add #ops x <#C9>",
		"<@U1> and <@U1|ann>, <@U1|@ann>":       "@ann and @ann, @ann",
		"&lt;@U1|ann&gt; is no reference":       "<@U1|ann> is no reference",
		"<@U1|o&amp;b> <https://a.example|a@b>": "@o&b https://a.example",
	} {
		text, refs := Unescape(in)
		assert.Equal(t, want, refs.words(text), in)
	}
}

func TestOddCharacters(t *testing.T) {
	assert.Empty(t, oddCharacters("echo \"plain\" - fine\n\tok"))
	assert.Equal(t, []string{
		`Line 1, character 6 is a curly quote ('“'), saved as typed.`,
		`Line 2, character 4 is a long dash ('—'), saved as typed.`,
	}, oddCharacters("echo “hi”\nls —all"))
	assert.Len(t, oddCharacters("“\n“\n“\n“\n“\n“\n“"), 6)
}

func FuzzParseFormat(f *testing.F) {
	for _, seed := range []string{
		`customer add "Customer A" cluster=prod-us meta.Region="eu west"`,
		"template add R1 x content=```\na \"b\" \\\n```", `a="\\" b='x y' ""`, `—x "--y" "a=b" “z”`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if !utf8.ValidString(in) {
			return
		}
		line, err := Parse(in)
		if err != nil {
			return
		}
		again, err := Parse(Format(line))
		require.NoError(t, err, "%q became %q", in, Format(line))
		words, fields := plain(line)
		words2, fields2 := plain(again)
		require.Equal(t, words, words2, Format(line))
		require.Equal(t, fields, fields2, Format(line))
	})
}

func FuzzFormatParse(f *testing.F) {
	f.Add("Customer A", `echo "hi" \`)
	f.Add("--confirm", "a\u00a0b\n```")
	f.Fuzz(func(t *testing.T, word, value string) {
		if !utf8.ValidString(word) || !utf8.ValidString(value) {
			return
		}
		text := Format(Line{Words: []Word{{Text: word}}, Fields: []Field{{Key: "note", Value: Word{Text: value}}}})
		line, err := Parse(text)
		require.NoError(t, err, text)
		words, fields := plain(line)
		require.Equal(t, []string{word}, words, text)
		require.Equal(t, [][2]string{{"note", value}}, fields, text)
	})
}

// The names that people give stand in the commands of selects: each is read back to the letter.
func TestSelectsNameWhatTheySay(t *testing.T) {
	for _, name := range []string{"prod us", `odd\`, `the "new" one`, `\"`} {
		m := blocks.Customers(core.CustomerList{Clusters: []string{name, "other"}}, 1, blocks.Env{})
		var options []*slack.OptionBlockObject
		for _, b := range m.Blocks {
			if row, ok := b.(*slack.ActionBlock); ok {
				for _, e := range row.Elements.ElementSet {
					if choose, ok := e.(*slack.SelectBlockElement); ok {
						options = append(options, choose.Options...)
					}
				}
			}
		}
		require.Len(t, options, 3)
		line, err := Parse(options[1].Value)
		require.NoError(t, err, options[1].Value)
		assert.Equal(t, Field{Key: "cluster", Value: Word{Text: name, At: line.Fields[1].Value.At, Quoted: true}}, line.Fields[1])
	}
}
