package bot

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// built parses a command line and binds it to its row.
func built(t *testing.T, tb *table, text string) In {
	t.Helper()
	line, err := Parse(text)
	require.NoError(t, err, text)
	cmd, rest := tb.find(line.Words)
	require.NotNil(t, cmd, text)
	in, err := bind(cmd, rest, line.Fields)
	require.NoError(t, err, text)
	return in
}

func TestTable(t *testing.T) {
	tb := newTable(commands()) // panics on a name given twice
	for _, c := range tb.rows {
		t.Run(c.Name(), func(t *testing.T) {
			assert.NotEmpty(t, c.Summary)
			assert.LessOrEqual(t, utf8.RuneCountInString(c.Summary), 60)
			assert.False(t, strings.HasSuffix(c.Summary, "."))
			assert.True(t, (c.Op == nil) != (c.Show == nil), "a row either changes or shows something")
			assert.NotEmpty(t, c.Examples)
			names, optional := map[string]bool{}, false
			for _, a := range c.Args {
				for _, name := range append([]string{a.Name}, a.Also...) {
					assert.False(t, names[name], "%s is declared twice", name)
					names[name] = true
				}
				assert.True(t, a.Hidden || a.Help != "", "%s is not explained", a.Name)
				if a.Place && a.Kind != Release {
					assert.False(t, a.Required && optional, "%s is required behind an optional place", a.Name)
					optional = optional || !a.Required
				}
			}
			for _, example := range c.Examples {
				in := built(t, tb, example)
				require.Same(t, c, in.cmd, example)
				assert.Empty(t, in.missing(), example)
				if c.Op != nil {
					assert.NotNil(t, c.Op(in), example)
					if c.Check != nil {
						assert.Empty(t, c.Check(in), example)
					}
				}
				again := built(t, tb, in.Line())
				assert.Equal(t, in.values, again.values, example)
			}
			assert.LessOrEqual(t, utf8.RuneCountInString(formTitle(c)), 24)
		})
	}
}

func TestTableFinds(t *testing.T) {
	tb := newTable(commands())
	for text, want := range map[string]string{
		"step done":           "step done",
		"done":                "step done",
		"Step DONE":           "step done",
		"steps skip":          "step skip",
		"add cluster x":       "cluster add",
		"clusters":            "cluster list",
		"customers cluster=x": "customer list",
		"create customer":     "customer add",
		"matrix v2":           "release matrix",
		"release delete R1":   "release archive",
		"help step":           "help",
		"/next":               "next",
	} {
		line, err := Parse(text)
		require.NoError(t, err)
		cmd, _ := tb.find(line.Words)
		require.NotNil(t, cmd, text)
		assert.Equal(t, want, cmd.Name(), text)
	}
	for _, text := range []string{"frobnicate", "step", "cluster frob", `"done"`} {
		line, err := Parse(text)
		require.NoError(t, err)
		cmd, _ := tb.find(line.Words)
		assert.Nil(t, cmd, text)
	}
}

func TestTableSuggests(t *testing.T) {
	tb := newTable(commands())
	for text, want := range map[string]string{
		"stpe doen": "step done", "clutser list": "cluster list", "relase actvate x": "release activate",
		"customer ad x": "customer add", "nxt": "next", "hepl": "help", "dne v2 a D1": "step done",
		"override v2 a D1": "step override",
	} {
		line, err := Parse(text)
		require.NoError(t, err)
		near := tb.nearest(line.Words)
		require.NotEmpty(t, near, text)
		assert.Equal(t, want, near[0].Name(), text)
	}
	assert.Empty(t, tb.nearest([]Word{{Text: "frobnicate"}}))
}

// What was typed behind a misspelt name stays: the customer is not taken for a part of the name.
func TestTableKeepsWhatWasTypedBehindAName(t *testing.T) {
	tb := newTable(commands())
	for text, want := range map[string]string{
		"dnoe cust-a D2":                     "step done cust-a D2",
		"stpe doen cust-a D2 note=x":         "step done cust-a D2 note=x",
		"override cust-a D2 content=\"a b\"": "step override cust-a D2 content=\"a b\"",
		"nxt v2":                             "next v2",
	} {
		line, err := Parse(text)
		require.NoError(t, err)
		near := tb.nearest(line.Words)
		require.NotEmpty(t, near, text)
		assert.Equal(t, want, near[0].corrected(line), text)
	}
}

func TestBind(t *testing.T) {
	tb := newTable(commands())
	for text, want := range map[string]map[string]string{
		`step done v2 cust-a D1`:                        {"release": "v2", "customer": "cust-a", "step": "D1"},
		`step done cust-a D1`:                           {"customer": "cust-a", "step": "D1"},
		`done cust-a d1 build 812`:                      {"customer": "cust-a", "step": "d1", "note": "build 812"},
		`skip v2 "Customer A" V3 not on this plan`:      {"release": "v2", "customer": "Customer A", "step": "V3", "reason": "not on this plan"},
		`step done cust-a "Run migration"`:              {"customer": "cust-a", "step": "Run migration"},
		`step list cust-a`:                              {"customer": "cust-a"},
		`step list v2 cust-a`:                           {"release": "v2", "customer": "cust-a"},
		`step done`:                                     {},
		`template move R1 D2 after D4`:                  {"release": "R1", "step": "D2", "position": "after D4"},
		`customer add “Customer A” Cluster=x ns=y`:      {"name": "Customer A", "cluster": "x", "namespace": "y"},
		`release activate R1 --confirm`:                 {"release": "R1", "confirm": "yes"},
		`matrix R1 status=pend,Done category=DEPLOY`:    {"release": "R1", "status": "pending,done", "category": "deploy"},
		`undo #812`:                                     {"event": "812"},
		`release add x type=hot description="a <!x> b"`: {"name": "x", "type": "hotfix", "description": "a <!x> b"},
	} {
		assert.Equal(t, want, built(t, tb, text).values, text)
	}
	in := built(t, tb, `cluster edit x meta.region=eu meta.Tier=`)
	assert.Equal(t, map[string]string{"region": "eu", "Tier": ""}, in.Meta())
	assert.Nil(t, in.Ptr("description"))
	assert.Panics(t, func() { in.Str("nonsense") })
}

func TestBindRefuses(t *testing.T) {
	tb := newTable(commands())
	for text, want := range map[string][2]string{
		`cluster add x kubconfig=y`:          {"kubconfig", "Did you mean kubeconfig=?"},
		`release add x type=hotfx`:           {"type", "Did you mean type=hotfix?"},
		`cluster add Customer A`:             {"", "Put quotes around a name or text with spaces"},
		`cluster add x description=US prod`:  {"", `Put quotes around a text with spaces: description="US prod …"`},
		`release activate x confirm=maybe`:   {"confirm", ""},
		`customer add x cluster=a cluster=b`: {"cluster", ""},
		`undo last`:                          {"event", ""},
		`step done v2 a D1 x=1 note=y`:       {"x", ""},
	} {
		line, err := Parse(text)
		require.NoError(t, err)
		cmd, rest := tb.find(line.Words)
		_, err = bind(cmd, rest, line.Fields)
		e := coreError(t, err)
		assert.Equal(t, want[0], e.Field, text)
		assert.Contains(t, e.Hint, want[1], text)
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"done", "doen", 1}, {"skip", "ship", 1}, {"kitten", "sitting", 3}, {"é", "e", 1}} {
		assert.Equal(t, tt.want, distance(tt.a, tt.b), tt.a+" "+tt.b)
		assert.Equal(t, tt.want, distance(tt.b, tt.a))
	}
}
