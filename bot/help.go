package bot

import (
	"strings"

	"rollcall/bot/blocks"
)

// topics says what each noun is about, for its help page.
var topics = map[string]string{
	"cluster":  "A cluster hosts customers. Its name is unique among active clusters.",
	"customer": "A customer lives in one namespace of one cluster. Name it by name, namespace, `cluster/namespace` or number.",
	"release": "A release starts as a draft, is activated for its customers and archived in the end. " +
		"Name it by `R12`, version or name; it may be left out while exactly one is active.",
	"template": "The steps that a release has for every customer, in the order deploy before verify. `D1` and `V2` never change their meaning. " +
		"In their content `{{customer.name}}`, `{{customer.namespace}}`, `{{cluster.name}}`, `{{cluster.kubeconfig_path}}`, `{{release.name}}`, " +
		"`{{release.version}}`, `{{customer.metadata.KEY}}` and `{{cluster.metadata.KEY}}` are filled in for each customer.",
	"remind": "A reminder tells a channel regularly what is still open, grouped by cluster and customer, and is silent when nothing is. " +
		"Times are those of the clock on the wall in its zone.",
	"bulk":  "Many steps at once. The preview names every step that changes and every one that is left out; Confirm does exactly that.",
	"admin": "Who may do what, and copies of the database. Workspace owners and admins are admin in any case.",
	"step":  "One customer's step in a release: pending, then done or skipped; done can be reverted, skipped and reverted can be reopened.",
}

// spoken is a noun as people say it where it is typed as a verb.
func spoken(noun string) string {
	if noun == "remind" {
		return "reminder"
	}
	return noun
}

// plural is a noun as people say it of many; two of them are no things to have many of.
func plural(noun string) string {
	switch noun {
	case "bulk":
		return "many steps at once"
	case "admin":
		return "administration"
	}
	return spoken(noun) + "s"
}

// showHelp answers help for a topic: nothing, a noun, or a command.
func (c *call) showHelp(words []Word) Answer {
	if len(words) == 0 {
		return c.say(c.helpIndex())
	}
	if cmd, _ := c.bot.table.find(words); cmd != nil && (len(words) > 1 || c.bot.table.noun(words[0].Text) == "") {
		return c.say(blocks.Help(cmd.Name(), "", []blocks.HelpEntry{entry(cmd, true)}, c.env, helpButtons(cmd)...))
	}
	if noun := c.bot.table.noun(words[0].Text); noun != "" {
		return c.say(c.helpNoun(noun))
	}
	return c.unknown(Line{Words: words})
}

func (c *call) say(m blocks.Message) Answer { return Answer{Message: &m} }

// helpIndex lists all commands in short.
func (c *call) helpIndex() blocks.Message {
	var entries []blocks.HelpEntry
	for _, noun := range append([]string{""}, c.bot.table.nouns...) {
		var verbs []string
		for _, cmd := range c.bot.table.of(noun) {
			if cmd.Verb != "menu" {
				verbs = append(verbs, cmd.Verb)
			}
		}
		e := blocks.HelpEntry{Usage: noun + " …", Summary: strings.Join(verbs, " · ")}
		if noun == "" {
			e.Usage = "For every day"
		} else {
			e.Notes = topics[noun]
		}
		entries = append(entries, e)
	}
	var buttons []blocks.Button
	for _, noun := range c.bot.table.nouns {
		buttons = append(buttons, blocks.Button{Label: "Help on " + plural(noun), Action: "help", Line: "help " + noun})
	}
	intro := "Type a noun, a verb and what it is about: `step done v2.5.0 cust-a-prod D1 note=\"build 812\"`. " +
		"Whatever is missing is asked for in a form."
	return blocks.Help("Rollcall's commands", intro, entries, c.env, buttons...)
}

// helpNoun lists the commands of a noun with their examples.
func (c *call) helpNoun(noun string) blocks.Message {
	var entries []blocks.HelpEntry
	for _, cmd := range c.bot.table.of(noun) {
		entries = append(entries, entry(cmd, false))
	}
	buttons := []blocks.Button{{Label: "All commands", Action: "help", Line: "help"}}
	if cmd := c.bot.table.byKey[noun+"s"]; cmd != nil {
		buttons = append(buttons, blocks.Button{Label: "List " + spoken(noun) + "s", Action: cmd.Action(), Line: cmd.Name()})
	}
	return blocks.Help(strings.ToUpper(noun[:1])+noun[1:], topics[noun], entries, c.env, buttons...)
}

// entry is a command in help, with its arguments one by one when it is the topic itself.
func entry(cmd *Command, whole bool) blocks.HelpEntry {
	e := blocks.HelpEntry{Usage: cmd.Usage(), Summary: cmd.Summary, Examples: cmd.Examples}
	if !whole {
		e.Examples = cmd.Examples[:min(1, len(cmd.Examples))]
		return e
	}
	var lines []string
	for _, a := range cmd.Args {
		if a.Hidden {
			continue
		}
		name := a.Name
		if a.Kind == Meta {
			name = "meta.KEY"
		}
		text := "• `" + name + "` " + blocks.Escape(a.Help)
		if a.Kind == OneOf {
			text += " (" + strings.Join(a.Choices, ", ") + ")"
		}
		lines = append(lines, text)
	}
	if len(cmd.Aliases) > 0 {
		lines = append(lines, "Also: "+strings.Join(cmd.Aliases, ", "))
	}
	e.Notes = strings.Join(lines, "\n")
	return e
}

// helpButtons offers to run a command that needs nothing, or to open its form.
func helpButtons(cmd *Command) []blocks.Button {
	buttons := []blocks.Button{{Label: "Run " + cmd.Name(), Action: cmd.Action(), Line: cmd.Name()}}
	if cmd.Noun != "" {
		buttons = append(buttons, blocks.Button{Label: "Help on " + plural(cmd.Noun), Action: "help", Line: "help " + cmd.Noun})
	}
	return buttons
}

// unknown answers a line that names no command: with the commands that are most like it, completed with what
// else was typed, or with help on the noun that was recognised.
func (c *call) unknown(line Line) Answer {
	first := line.Words
	if len(first) == 0 {
		return c.showHelp(nil)
	}
	typed := first[0].Text
	noun := c.bot.table.noun(typed)
	if noun != "" && len(first) == 1 {
		return c.say(c.helpNoun(noun))
	}
	msg := "I know no command “" + typed + "”"
	if noun != "" {
		msg = "`" + noun + "` has no verb “" + first[1].Text + "”"
	}
	var choices []blocks.Button
	for _, near := range c.bot.table.nearest(first) {
		if line := near.corrected(line); blocks.Fits(line) {
			choices = append(choices, blocks.Button{Label: line, Action: near.Action(), Line: line})
		}
	}
	hint := "Did you mean one of these?"
	if len(choices) == 0 {
		hint = "`help` lists what there is."
		choices = []blocks.Button{{Label: "help", Action: "help", Line: "help"}}
		if noun != "" {
			hint = "These are its commands."
			choices = []blocks.Button{{Label: "help " + noun, Action: "help", Line: "help " + noun}}
		}
	}
	return c.say(blocks.Refusal("", msg, hint, choices, nil))
}

// corrected is the line as typed, with the command's right name in place of the words that were meant for it.
func (n nearCommand) corrected(line Line) string {
	out := Line{Fields: line.Fields}
	for _, name := range strings.Fields(n.Name()) {
		out.Words = append(out.Words, Word{Text: name})
	}
	out.Words = append(out.Words, line.Words[n.words:]...)
	return Format(out)
}
