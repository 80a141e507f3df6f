package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/bot"
	"rollcall/fixtures"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

// TestReadmeSaysWhatTheCodeSays compares the generated sections of the README with the tables they come from.
// `make docs` rewrites them.
func TestReadmeSaysWhatTheCodeSays(t *testing.T) {
	path := filepath.Join(fixtures.Root(t), "README.md")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	readme := string(text)
	for name, content := range map[string]string{
		"settings": settingsTable(),
		"commands": commandTable(),
		"program":  programTable(t),
		"slash":    needs(bot.SlashCommands),
		"scopes":   needs(bot.Scopes),
		"events":   needs(bot.Events),
	} {
		readme, err = replaceSection(readme, name, content)
		require.NoError(t, err)
	}
	fixtures.Same(t, path, readme)
}

func TestReplaceSectionKeepsTheRest(t *testing.T) {
	got, err := replaceSection("a\n<!-- x: generated -->\nold\n<!-- x: end -->\nb\n", "x", "new\n")
	require.NoError(t, err)
	require.Equal(t, "a\n<!-- x: generated -->\nnew\n<!-- x: end -->\nb\n", got)
	_, err = replaceSection("a\n", "x", "new\n")
	require.Error(t, err)
}

// replaceSection puts content between the markers of a section.
func replaceSection(text, name, content string) (string, error) {
	begin, end := "<!-- "+name+": generated -->\n", "<!-- "+name+": end -->"
	head, rest, found := strings.Cut(text, begin)
	_, tail, closed := strings.Cut(rest, end)
	if !found || !closed {
		return "", fmt.Errorf("the README has no section %q between %q and %q", name, begin, end)
	}
	return head + begin + content + end + tail, nil
}

// settingsTable is the table of settings as the README shows it.
func settingsTable() string {
	var b strings.Builder
	b.WriteString("| variable | flag | meaning | default |\n|---|---|---|---|\n")
	for _, s := range settings {
		variable := "`" + s.env + "`"
		if s.secret {
			variable += ", `" + s.env + "_FILE`"
		}
		fmt.Fprintf(&b, "| %s | `--%s` | %s | %s |\n", variable, s.flag(), s.doc, s.defaultDoc())
	}
	return b.String()
}

// commandTable is what people type in Slack, as the README shows it: a line a command, by noun.
func commandTable() string {
	var b strings.Builder
	noun := "-"
	for _, c := range bot.Commands() {
		if c.Noun != noun {
			noun = c.Noun
			heading := noun
			if noun == "" {
				heading = "for every day"
			}
			fmt.Fprintf(&b, "\n| %s | |\n|---|---|\n", heading)
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.ReplaceAll(c.Usage(), "|", "\\|"), c.Summary)
	}
	return strings.TrimPrefix(b.String(), "\n")
}

// needs lists what the Slack app must be given, inside a numbered list.
func needs(list []bot.Need) string {
	var b strings.Builder
	for _, n := range list {
		fmt.Fprintf(&b, "   - `%s`: %s\n", n.Name, n.For)
	}
	return b.String() + "   "
}

// programTable is the subcommands of the program.
func programTable(t *testing.T) string {
	t.Helper()
	parser, err := kong.New(newCommands(), kong.Name("rollcall"))
	require.NoError(t, err)
	var b strings.Builder
	b.WriteString("| command | does |\n|---|---|\n")
	for _, c := range parser.Model.Leaves(true) {
		usage := "rollcall " + c.Name
		for _, arg := range c.Positional {
			usage += " " + strings.ToUpper(arg.Name)
		}
		for _, flag := range c.Flags {
			if flag.Group == nil && flag.Name != "help" {
				usage += " [--" + flag.Name + "]"
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", usage, c.Help)
	}
	return b.String()
}
