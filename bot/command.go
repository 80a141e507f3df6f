package bot

import (
	"maps"
	"strings"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// Command is one row of the table: all that is known of a command stands here, and parsing, usage, help,
// suggestions, forms, buttons and the README's list are made from it. A row with Op changes something, one
// with Show only reads.
type Command struct {
	Noun     string   // "step"; empty for commands that stand alone
	Verb     string   // "done"
	Aliases  []string // further verbs for it
	Alone    bool     // its verb is enough without the noun
	Summary  string   // at most 60 characters
	Args     []Arg
	Examples []string // each parses and builds
	Consent  string   // the flag that Confirm sets; "confirm" when empty
	Because  string   // the argument that is asked for before a consequence is confirmed
	Title    string   // of its form, at most 24 characters; made of noun and verb when empty

	// Op is the operation that the command stands for.
	Op func(In) core.Operation
	// Rights is the operation whose role it takes, where that is not the one that Op makes of nothing given.
	Rights core.Operation
	// Build makes the operation where that takes more than what was given, such as a file; Op then only names it.
	Build func(*call) (core.Operation, error)
	// Show answers a command that only reads.
	Show func(*call) (blocks.Message, error)
	// Present fills the form of an edit with what is stored now, and with the rev of that, so that nobody writes over
	// what somebody else wrote while the form was open; nil when there is nothing to fill in.
	Present func(*call) (map[string]string, error)
	// Arrange gives the command's form its own shape: what is asked for when, and what stands beside it.
	Arrange func(*call, *sketch) error
	// Foretell says what sending the form will do, where running the operation ahead does not tell.
	Foretell func(*call, *sketch) ([]string, error)
	// Panel is the modal that the command opens when no more than a release is given.
	Panel func(*call) (blocks.Message, error)
	// Remark is what is worth a word once it is done.
	Remark func(*call, core.Receipt) []string
	// Check reads content before it is saved and warns of what looks wrong in it.
	Check func(In) []string
}

// Name is how the command is typed: "step done", "next".
func (c *Command) Name() string { return strings.TrimSpace(c.Noun + " " + c.Verb) }

// Action is the command's id on buttons: "step.done".
func (c *Command) Action() string { return strings.ReplaceAll(c.Name(), " ", ".") }

// Usage is the command with its arguments: `step skip [release] <customer> <step> reason=`.
func (c *Command) Usage() string {
	parts := []string{c.Name()}
	for _, a := range c.Args {
		switch {
		case a.Hidden:
		case a.Place && a.Kind == OneOf && a.Required:
			parts = append(parts, "<"+strings.Join(a.Choices, "|")+">")
		case a.Place && a.Kind == OneOf:
			parts = append(parts, "["+strings.Join(a.Choices, "|")+"]")
		case a.Place && a.Required:
			parts = append(parts, "<"+a.Name+">")
		case a.Place:
			parts = append(parts, "["+a.Name+"]")
		case a.Kind == Meta:
			parts = append(parts, "[meta.KEY=]")
		case a.Required:
			parts = append(parts, a.Name+"=")
		default:
			parts = append(parts, "["+a.Name+"=]")
		}
	}
	return strings.Join(parts, " ")
}

// arg finds an argument by its name or another name of it.
func (c *Command) arg(key string) *Arg {
	for i := range c.Args {
		a := &c.Args[i]
		if a.Name == key {
			return a
		}
		for _, also := range a.Also {
			if also == key {
				return a
			}
		}
	}
	return nil
}

// Arg is one argument of a command.
type Arg struct {
	Name     string
	Also     []string // other names that are understood
	Kind     Kind
	Place    bool // given by its place behind the verb; by name=value as well
	Rest     bool // takes all words that are left
	Required bool
	Of       string   // the choice that makes it required by being set to its name: targets=customers
	Hidden   bool     // set by buttons, never asked for or told about
	Choices  []string // for OneOf
	Help     string
	Example  string // shown in an empty field

	// How a form asks for it.
	Label   string // of its field; made of the name when empty
	Asked   bool   // of YesNo: there is a box to tick
	Preset  string // what stands in the field before anybody touches it
	Live    bool   // choosing it, or Enter in it, redraws the form
	Stays   bool   // of an edit: it can be changed and not emptied
	All     string // what choosing none of them means, where that can be chosen: "Every cluster"
	Settled bool   // once given it is not asked for again
	Max     int    // characters that the field takes; 0 is 3,000
}

// written is how the argument is given by name: reason="not on this plan".
func (a *Arg) written() string {
	switch {
	case len(a.Choices) > 0:
		return a.Name + "=" + strings.Join(a.Choices, "|")
	case a.Example == "":
		return a.Name + `="…"`
	}
	return Format(Line{Fields: []Field{{Key: a.Name, Value: Word{Text: a.Example}}}})
}

// Kind says what an argument's text means and how a form asks for it.
type Kind int

// The kinds of arguments.
const (
	Words   Kind = iota // a text of one line
	Prose               // a text of several lines
	Script              // a step's content
	OneOf               // one of Choices
	Day                 // a date
	YesNo               // yes or no
	Count               // a number
	Release             // a reference to a release; left out, it is the only active one
	Customer
	Cluster
	Step
	CustomerOrStep
	Reminder  // by its number; left out, it is the only one
	Clusters  // several, separated by commas
	Customers // several, separated by commas
	Person    // somebody in Slack, by mention or user id
	Channel   // a channel in Slack, by mention or id
	Position  // a place in an order: "before D2", "after D2"
	Upload    // a file that somebody gave, by its id
	Meta      // metadata, given as meta.KEY=value
)

// chosen is true for arguments that name something that exists: leaving one empty means nothing was chosen.
func (a *Arg) chosen() bool {
	switch a.Kind {
	case OneOf, Release, Customer, Cluster, Step, Reminder, Person, Position, Clusters, Customers:
		return true
	}
	return false
}

// lists is true for arguments that take several names.
func (a *Arg) lists() bool { return a.Kind == Clusters || a.Kind == Customers }

// In is what was given to a command, by the names of its arguments. Asking for a name that the row does not
// declare is a fault of the program and panics; the examples run in tests so that it never reaches anyone.
type In struct {
	cmd    *Command
	values map[string]string
	meta   map[string]string
}

// Str is a value as typed; empty when it was not given.
func (in In) Str(name string) string {
	in.declared(name)
	return in.values[name]
}

// Has says whether a value was given, be it empty.
func (in In) Has(name string) bool {
	in.declared(name)
	_, ok := in.values[name]
	return ok
}

// Ptr is nil when a value was not given: edits leave such fields alone.
func (in In) Ptr(name string) *string {
	if !in.Has(name) {
		return nil
	}
	v := in.values[name]
	return &v
}

// Yes says whether a flag was set.
func (in In) Yes(name string) bool { return in.Str(name) == "yes" }

// List is a value's parts between commas, empty ones left out.
func (in In) List(name string) []string { return splitList(in.Str(name)) }

// Meta is the metadata given; a key with an empty value is to be removed.
func (in In) Meta() map[string]string { return in.meta }

func (in In) declared(name string) {
	if in.cmd.arg(name) == nil {
		panic("bot: " + in.cmd.Name() + " declares no argument " + name)
	}
}

// missing is the required arguments that were not given.
func (in In) missing() []Arg {
	var out []Arg
	for _, a := range in.cmd.Args {
		if (a.Required || a.Of != "" && in.values[a.Of] == a.Name) && strings.TrimSpace(in.values[a.Name]) == "" {
			out = append(out, a)
		}
	}
	return out
}

// clone is the same input, to be changed by itself.
func (in In) clone() In {
	in.values, in.meta = maps.Clone(in.values), maps.Clone(in.meta)
	return in
}

// with is the same input with one value set anew.
func (in In) with(name, value string) In {
	in = in.clone()
	in.values[name] = value
	return in
}

// without is the same input with some values not given.
func (in In) without(names ...string) In {
	in = in.clone()
	for _, name := range names {
		delete(in.values, name)
	}
	return in
}

// Line is the command that gives this input again.
func (in In) Line() string {
	line := Line{}
	for _, w := range strings.Fields(in.cmd.Name()) {
		line.Words = append(line.Words, Word{Text: w})
	}
	for _, a := range in.cmd.Args {
		if v, ok := in.values[a.Name]; ok {
			line.Fields = append(line.Fields, Field{Key: a.Name, Value: Word{Text: v}})
		}
	}
	for _, k := range sortedKeys(in.meta) {
		line.Fields = append(line.Fields, Field{Key: "meta." + k, Value: Word{Text: in.meta[k]}})
	}
	return Format(line)
}

// asked is the fields of these names that were given, as buttons repeat them.
func (in In) asked(names ...string) []any {
	var out []any
	for _, name := range names {
		if v := in.Str(name); v != "" {
			out = append(out, Format(Line{Fields: []Field{{Key: name, Value: Word{Text: v}}}}))
		}
	}
	return out
}
