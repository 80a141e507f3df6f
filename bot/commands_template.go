package bot

import (
	"fmt"
	"strings"

	"rollcall/bot/blocks"
	"rollcall/core"
)

func templateCommands() []*Command {
	name := Arg{Name: "name", Kind: Words, Help: "what the step is called", Example: "Run migration", Max: 80}
	category := Arg{Name: "category", Kind: OneOf, Choices: choicesOf(core.Categories), Required: true, Help: "fixed once it is added", Live: true}
	kind := Arg{Name: "type", Kind: OneOf, Choices: choicesOf(core.StepTypes), Help: "the language of its content"}
	content := Arg{Name: "content", Kind: Script, Help: "what is to be run or done; {{customer.name}} and the like are filled in"}
	added := name
	added.Place, added.Required = true, true
	return []*Command{
		{Noun: "template", Verb: "list", Aliases: []string{"ls"}, Summary: "The steps that a release has for everybody",
			Args: []Arg{releaseArg, pageArg, viewArg}, Examples: []string{"template list v2.5.0"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.Templates(c.ctx, c.actor, c.in.Str("release"), false)
				return draw(err, func() blocks.Message { return blocks.Templates(*v, c.page(), c.env) })
			}},
		{Noun: "template", Verb: "show", Aliases: []string{"view", "get"}, Summary: "One step of a release with its content",
			Args: []Arg{releaseArg, stepArg}, Examples: []string{"template show v2.5.0 D1"},
			Show: func(c *call) (blocks.Message, error) {
				r, t, err := c.template()
				return draw(err, func() blocks.Message { return blocks.Template(*r, *t, c.env) })
			}},
		{Noun: "template", Verb: "add", Title: "Add template step", Aliases: []string{"create", "new"}, Summary: "Add a step to a release",
			Args: []Arg{theRelease, added, category, required(kind), required(content), describing,
				{Name: "position", Kind: Position, Help: `"before D2", "after D2", "first" or "last"; last when left out`, Example: "before D2", Preset: atTheEnd}},
			Examples: []string{`template add v2.5.0 "Run migration" category=deploy type=sql content="ALTER TABLE users ADD COLUMN x int;"`},
			Check:    checkContent,
			Op: func(in In) core.Operation {
				before, after, end := position(in.Str("position"))
				return core.AddTemplate{Release: in.Str("release"), Name: in.Str("name"), Category: core.Category(in.Str("category")),
					Type: core.StepType(in.Str("type")), Content: in.Str("content"), Description: in.Str("description"), Before: before, After: after, End: end}
			}},
		{Noun: "template", Verb: "edit", Title: "Edit template step", Foretell: foretellEdit, Aliases: []string{"update", "change", "set"}, Summary: "Change what a step says, where it is still pending",
			Args:     []Arg{releaseArg, stepArg, stays(help(name, "its new name")), stays(kind), content, describing, confirmArg, revArg, pageArg},
			Examples: []string{`template edit v2.5.0 D2 name="Run the migration"`},
			Check:    checkContent,
			Panel: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.Templates(c.ctx, c.actor, c.in.Str("release"), false)
				return draw(err, func() blocks.Message { return blocks.Editor(*v, c.page(), c.env) })
			},
			Present: func(c *call) (map[string]string, error) {
				_, t, err := c.template()
				if err != nil {
					return nil, err
				}
				return map[string]string{"name": t.Name, "type": string(t.Type), "content": string(t.Content), "description": string(t.Description), revArg.Name: t.Rev()}, nil
			},
			Op: func(in In) core.Operation {
				op := core.EditTemplate{Release: in.Str("release"), Step: in.Str("step"), Name: in.Ptr("name"), Content: in.Ptr("content"),
					Description: in.Ptr("description"), Confirm: in.Yes("confirm"), Rev: in.Str("rev")}
				if in.Str("type") != "" {
					kind := core.StepType(in.Str("type"))
					op.Type = &kind
				}
				return op
			}},
		{Noun: "template", Verb: "move", Title: "Move template step", Aliases: []string{"reorder"}, Summary: "Put a step before or after another",
			Args: []Arg{releaseArg, stepArg, {Name: "position", Kind: Position, Live: true, Place: true, Rest: true, Required: true,
				Help: `"before D4", "after D4", "first" or "last"`, Example: "after D4"}, confirmArg},
			Examples: []string{"template move v2.5.0 D2 after D4", "template move v2.5.0 D2 before D1"},
			Op: func(in In) core.Operation {
				before, after, end := position(in.Str("position"))
				return core.MoveTemplate{Release: in.Str("release"), Step: in.Str("step"), Before: before, After: after, End: end, Confirm: in.Yes("confirm")}
			}},
		{Noun: "template", Verb: "remove", Title: "Remove template step", Aliases: []string{"delete", "rm"}, Summary: "Take a step out of a release",
			Args: []Arg{releaseArg, stepArg, confirmArg}, Examples: []string{"template remove v2.5.0 D2"},
			Op: func(in In) core.Operation {
				return core.RemoveTemplate{Release: in.Str("release"), Step: in.Str("step"), Confirm: in.Yes("confirm")}
			}},
	}
}

// foretellEdit says whom a change of a template step would reach.
func foretellEdit(c *call, d *sketch) ([]string, error) {
	given := d.given()
	v, err := c.bot.core.TemplateEffect(c.ctx, c.actor, given["release"], given["step"])
	if err != nil || len(v.Lines) == 0 {
		return nil, err
	}
	return consequence(&core.Error{Preview: v}), nil
}

// position reads where a step is to stand: "before D2", "after D2", "first", "last".
func position(text string) (before, after string, end core.End) {
	word, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	rest = strings.TrimSpace(rest)
	switch strings.ToLower(word) {
	case "before":
		return rest, "", ""
	case "after", "behind":
		return "", rest, ""
	}
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "first", "start":
		return "", "", core.First
	case "last", atTheEnd:
		return "", "", core.Last
	}
	return "", "", ""
}

// checkPosition refuses what is no place in an order.
func checkPosition(a *Arg, text string) error {
	if before, after, end := position(text); text == "" || before+after+string(end) != "" {
		return nil
	}
	err := bad(a.Name, `%s is "before D4", "after D4", "first" or "last", not %q`, a.Name, text)
	if shortStep.MatchString(text) {
		step := strings.ToUpper(text)
		err.Hint = fmt.Sprintf(`Did you mean "before %s" or "after %s"?`, step, step)
	}
	return err
}

// checkContent warns of characters that a shell or database would trip over.
func checkContent(in In) []string {
	if in.cmd.arg("type") != nil && in.Str("type") == string(core.Text) {
		return nil
	}
	return oddCharacters(in.Str("content"))
}
