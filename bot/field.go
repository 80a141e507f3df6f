package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"rollcall/bot/blocks"
)

// maxTyped is how long a text a form takes, in characters.
const maxTyped = 3000

// fileField is the name of the field through which a text comes as a file.
func fileField(a *Arg) string { return a.Name + "_file" }

// addField puts an argument into a form: one field, or for a text that may be long two.
func (c *call) addField(d *sketch, a *Arg) error {
	value := d.values[a.Name]
	if a.Kind == Script {
		return c.addScript(d, a, value)
	}
	f := blocks.Field{Name: a.Name, Label: label(a), Hint: upper(a.Help), Placeholder: a.Example, Value: value,
		Optional: !a.Required && !a.Stays, Live: a.Live, Turn: d.state.Turns[a.Name], Max: a.Max}
	switch a.Kind {
	case Prose:
		f.Kind, f.Live = blocks.LinesField, false
	case Meta:
		f.Kind, f.Optional, f.Placeholder, f.Hint = blocks.LinesField, true, "region=eu-west-1", "One key=value a line"
	case Day:
		if _, err := time.Parse(time.DateOnly, value); err == nil || value == "" {
			f.Kind = blocks.DateField // which takes nothing else: "4h" and what is mistyped stay to be seen
		}
	case Person:
		f.Kind = blocks.PersonField
	case Upload:
		f.Kind, f.Value = blocks.FileField, ""
	case Channel:
		f.Kind, f.Value = blocks.ChannelField, channelID(value)
	case YesNo:
		f.Kind, f.Placeholder, f.Hint, f.Optional = blocks.TickField, upper(a.Help), "", true
	case OneOf:
		f.Kind, f.Many = blocks.SelectField, false
		for _, choice := range a.Choices {
			f.Options = append(f.Options, blocks.Option{Value: choice, Label: choiceLabel(choice)})
		}
		f.Value = chosen(f.Options, value)
	case Release, Customer, Cluster, Step, Reminder, Clusters, Customers, Position:
		if err := c.selects(d, a, &f); err != nil {
			return err
		}
		if a.Kind == Position && f.Kind != blocks.SelectField {
			d.keep(a.Name)
			return nil // it is asked for once the category says among which steps
		}
		if a.Kind == Position {
			f.Hint = "" // it says how a place is typed, and here it is chosen
		}
	}
	if f.Kind == blocks.LinesField && utf8.RuneCountInString(f.Value) > maxTyped {
		return bad(a.Name, "%s is longer than the 3,000 characters that a form takes", a.Name)
	}
	d.form.Fields = append(d.form.Fields, f)
	return nil
}

// addScript asks for a step's content: as text, or as a file for what is longer than a form takes. Content that
// is longer already is shown by its beginning, and can only be replaced by a file.
func (c *call) addScript(d *sketch, a *Arg, value string) error {
	file := blocks.Field{Name: fileField(a), Label: label(a) + " from a file", Kind: blocks.FileField, Optional: true,
		Hint: "In place of typing it: a text file of 64 KiB at most. More than 3,000 characters come only like this"}
	if n := utf8.RuneCountInString(value); n > maxTyped {
		d.form.Shown = append(d.form.Shown, blocks.Excerpt{Label: fmt.Sprintf("%s now: %d characters", label(a), n), Text: value, Max: maxTyped})
		file.Label, file.Hint = "Replace it by a file", "It is too long to be changed in a form. A text file; 64 KiB is the most"
		d.form.Fields = append(d.form.Fields, file)
		return nil
	}
	hint := upper(a.Help)
	if a.Required {
		hint += ". Needed: type it here or give a file below"
	}
	d.form.Fields = append(d.form.Fields, blocks.Field{Name: a.Name, Label: label(a), Hint: hint, Placeholder: a.Example, Value: value,
		Kind: blocks.LinesField, Optional: true}, file)
	return nil
}

// selects fills a select with what there is to choose from now. A choice that what was chosen before it does not
// allow any more is forgotten.
func (c *call) selects(d *sketch, a *Arg, f *blocks.Field) error {
	given := d.given()
	if a.Kind == Step && d.values[a.Name] != "" && d.state.Under != "" && d.state.Under != given["release"] {
		d.forget(f) // another release has another step by that id
		f.Value, given = "", d.given()
	}
	options, total, err := c.options(a, given, 100)
	if err != nil {
		return err
	}
	if total == 0 && (a.Kind == Step || a.Kind == Position) {
		if a.Kind == Step {
			f.Hint = "Type a short id like D2"
			for _, first := range []string{"customer", "release"} {
				if d.field(first) != nil && given[first] == "" {
					f.Hint = "Choose the " + first + " first, or type a short id like D2"
				}
			}
		}
		return nil // a text: nothing is known to choose from yet
	}
	if a.All != "" {
		options, total = append([]blocks.Option{{Value: allOf, Label: a.All}}, options...), total+1
	}
	f.Kind, f.Options, f.Search, f.Placeholder = blocks.SelectField, options, total > 100, ""
	f.Many = a.lists()
	f.Live = f.Live || c.leads(a)
	if total == 0 {
		f.Options = []blocks.Option{{Value: "0", Label: "There is none yet"}}
		f.Hint = "There is none yet: add one first"
	}
	if !f.Many {
		if f.Value = c.choose(a, f, given, d.values[a.Name]); f.Value == "" && d.values[a.Name] != "" {
			d.forget(f)
		}
		return nil
	}
	listed := c.bot.core.ListedCustomers
	if a.Kind == Clusters {
		listed = c.bot.core.ListedClusters
	}
	meant, err := listed(c.ctx, c.actor, splitList(d.values[a.Name]))
	if err != nil {
		return err
	}
	var values []string
	for _, v := range meant {
		if v = c.choose(a, f, given, v); v != "" && !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	f.Value = strings.Join(values, ",")
	return nil
}

// allOf is the choice of everything rather than one.
const allOf = "all"

// choose finds the option that a value means; one beyond the first hundred is looked up and put among them.
func (c *call) choose(a *Arg, f *blocks.Field, given map[string]string, value string) string {
	if value == "" {
		return ""
	}
	if v := chosen(f.Options, value); v != "" || !f.Search {
		return v
	}
	o, err := c.option(a, given, value)
	if err != nil {
		return ""
	}
	if !slices.ContainsFunc(f.Options, func(have blocks.Option) bool { return have.Value == o.Value }) {
		f.Options = append(f.Options, o)
	}
	return o.Value
}

// leads says whether other fields depend on an argument.
func (c *call) leads(a *Arg) bool {
	switch a.Kind {
	case Release, Customer:
		return slices.ContainsFunc(c.cmd.Args, func(b Arg) bool { return b.Kind == Step || b.Kind == Position })
	case Step:
		return c.cmd.arg("customer") != nil // then it says which step that is
	}
	return false
}

// forget makes a field lose what stands in it: under a new id Slack shows it empty.
func (d *sketch) forget(f *blocks.Field) {
	if d.state.Turns == nil {
		d.state.Turns = map[string]int{}
	}
	d.state.Turns[f.Name]++
	f.Turn = d.state.Turns[f.Name]
	delete(d.values, f.Name)
}

// given is everything that is known of the arguments as the form stands.
func (d *sketch) given() map[string]string {
	out := map[string]string{}
	for name, v := range d.values {
		out[name] = v
	}
	for name, v := range d.state.Fixed {
		out[name] = v
	}
	return out
}

// chosen is the option that a value means, by its value, its label or the beginning of that.
func chosen(options []blocks.Option, value string) string {
	if value == "" {
		return ""
	}
	fold := func(s string) string { return strings.ToLower(straight(s)) }
	for _, o := range options {
		if fold(o.Value) == fold(value) || fold(o.Label) == fold(value) || o.Other != "" && fold(o.Other) == fold(value) {
			return o.Value
		}
	}
	for _, o := range options {
		if strings.HasPrefix(fold(o.Label), fold(value)) {
			return o.Value
		}
	}
	return ""
}

// choiceLabel is how a fixed choice reads in a select.
func choiceLabel(choice string) string {
	switch choice {
	case "sql":
		return "SQL"
	case "all":
		return "All active customers"
	case "clusters":
		return "The customers of some clusters"
	case "customers":
		return "Picked customers"
	}
	return upper(choice)
}

func label(a *Arg) string {
	if a.Label != "" {
		return a.Label
	}
	text := strings.ReplaceAll(a.Name, "_", " ")
	if a.Kind == Meta {
		text = "metadata"
	}
	return upper(text)
}
