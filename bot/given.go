package bot

import (
	"strings"
)

// given is a file that came with a message.
type given struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"mimetype"`
}

// list says whether a file may hold a list of customers, by its name or type.
func (g *given) list() bool {
	name := strings.ToLower(g.Name)
	return strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".tsv") || g.Type == "text/csv"
}

// withFiles completes what was said with a file: a list of customers without a word, or with the command that takes
// one, is to be imported. A file of another kind without a word is answered with what the bot takes.
func (t *table) withFiles(line string, files []given) string {
	const ask = "customer import"
	var lists []string
	for i := range files {
		if files[i].list() {
			lists = append(lists, files[i].ID)
		}
	}
	switch {
	case len(lists) == 0 && len(files) > 0 && line == "":
		return "help " + ask
	case len(lists) == 0:
		return line
	case line == "":
		return ask + " " + strings.Join(lists, ",") // several are refused, rather than one of them picked
	}
	parsed, err := Parse(line)
	if err != nil {
		return line
	}
	if cmd, rest := t.find(parsed.Words); cmd != nil && cmd.Name() == ask && len(rest) == 0 && fieldAt(parsed.Fields, "file") < 0 {
		return line + " file=" + strings.Join(lists, ",")
	}
	return line
}
