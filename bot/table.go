package bot

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"rollcall/core"
)

// table is the commands with the ways to find them.
type table struct {
	rows  []*Command
	byKey map[string]*Command // "step done", "done", with aliases and plurals
	nouns []string
	needs map[string]core.Role // by the command's id on buttons
}

// newTable indexes rows. A name given twice is a fault of the program.
func newTable(rows []*Command) *table {
	t := &table{rows: rows, byKey: map[string]*Command{}, needs: map[string]core.Role{}}
	put := func(key string, c *Command) {
		if old := t.byKey[key]; old != nil {
			panic(fmt.Sprintf("bot: %q names both %q and %q", key, old.Name(), c.Name()))
		}
		t.byKey[key] = c
	}
	for _, c := range rows {
		t.needs[c.Action()] = c.needs()
		if c.Alone {
			t.needs[c.Verb] = c.needs()
		}
		if c.Noun != "" && !slices.Contains(t.nouns, c.Noun) {
			t.nouns = append(t.nouns, c.Noun)
		}
		for _, verb := range append([]string{c.Verb}, c.Aliases...) {
			put(strings.TrimSpace(c.Noun+" "+verb), c)
			if c.Alone && c.Noun != "" {
				put(verb, c)
			}
		}
		if c.Noun != "" && c.Verb == "list" && !c.needsTarget() {
			put(c.Noun+"s", c)
			if word := spoken(c.Noun); word != c.Noun {
				put(word+"s", c)
			}
		}
	}
	return t
}

func (c *Command) needsTarget() bool {
	return slices.ContainsFunc(c.Args, func(a Arg) bool { return a.Required || a.Kind == Release })
}

// find takes the command's name off the front of a line. Nouns may stand in the plural, and noun and verb the
// other way round, as long as that means one thing.
func (t *table) find(words []Word) (cmd *Command, rest []Word) {
	name := func(i int) string {
		if i >= len(words) || words[i].Quoted {
			return ""
		}
		word := foldName(words[i].Text)
		if len(words) > 1 && strings.TrimSuffix(word, "s") == spoken("remind") {
			return "remind"
		}
		return word
	}
	first, second := name(0), name(1)
	singular := strings.TrimSuffix(first, "s")
	if second != "" {
		for _, key := range []string{first + " " + second, singular + " " + second} {
			if c := t.byKey[key]; c != nil && c.Noun != "" {
				return c, words[2:]
			}
		}
	}
	if c := t.byKey[first]; c != nil {
		return c, words[1:]
	}
	if second != "" {
		for _, key := range []string{second + " " + first, strings.TrimSuffix(second, "s") + " " + first} {
			if c := t.byKey[key]; c != nil && c.Noun != "" {
				return c, words[2:]
			}
		}
	}
	return nil, words
}

// byAction finds a command by its id on buttons and forms.
func (t *table) byAction(action string) *Command {
	for _, c := range t.rows {
		if c.Action() == action {
			return c
		}
	}
	return nil
}

// noun finds the noun that a word is, in the singular or plural.
func (t *table) noun(word string) string {
	word = strings.TrimSuffix(foldName(word), "s")
	if word == spoken("remind") {
		word = "remind"
	}
	if slices.Contains(t.nouns, word) {
		return word
	}
	return ""
}

// of is the rows of a noun, in the order of the table.
func (t *table) of(noun string) []*Command {
	var out []*Command
	for _, c := range t.rows {
		if c.Noun == noun {
			out = append(out, c)
		}
	}
	return out
}

// nearCommand is a command that may have been meant.
type nearCommand struct {
	*Command
	words int // how many of the words typed were meant for its name
	cost  int // edits between those and the name
}

// nearest is the commands most like what was typed, best first, at most three.
func (t *table) nearest(words []Word) []nearCommand {
	if len(words) == 0 {
		return nil
	}
	first, second := foldName(words[0].Text), ""
	if len(words) > 1 && !words[1].Quoted {
		second = foldName(words[1].Text)
	}
	best := map[*Command]nearCommand{}
	try := func(n nearCommand) {
		if old, seen := best[n.Command]; !seen || n.cost < old.cost {
			best[n.Command] = n
		}
	}
	for key, c := range t.byKey {
		noun, verb, two := strings.Cut(key, " ")
		if second != "" && key == c.Noun+"s" {
			continue // a plural stands alone: more was typed
		}
		cost := distance(first, noun)
		switch near := cost <= tolerance(first); {
		case !two && near:
			try(nearCommand{c, 1, cost})
		case near && distance(second, verb) <= tolerance(second):
			try(nearCommand{c, 2, cost + distance(second, verb)})
		case two && verb == first:
			try(nearCommand{c, 1, len(first)}) // the noun was left out
		}
	}
	var out []nearCommand
	for _, c := range t.rows {
		if n, ok := best[c]; ok {
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b nearCommand) int { return a.cost - b.cost })
	return out[:min(3, len(out))]
}

// foldName makes a noun or verb comparable: lower case, dashes straight, marks around it gone.
func foldName(word string) string {
	return strings.Trim(strings.ToLower(straightDashes(word)), " .,:;!?/")
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
