package bot

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// formState travels with a form and comes back with what was filled in: nothing is kept meanwhile, and a form
// survives a restart.
type formState struct {
	Action  string            `json:"c"`           // the command
	Fixed   map[string]string `json:"f,omitempty"` // arguments that are settled
	Draft   string            `json:"d"`           // the key that the first accepted submission spends
	ReplyTo string            `json:"u,omitempty"`
	Channel string            `json:"h,omitempty"`
	Command string            `json:"s,omitempty"` // the slash command
	Inline  bool              `json:"r,omitempty"` // the answer takes the place of what was clicked
	Window  string            `json:"w,omitempty"` // the modal below, which shows the answer
	Shown   map[string]string `json:"b,omitempty"` // digests of what an edit showed: what is left alone changes nothing
}

// digest tells texts apart in few characters.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

// maxMeta is what Slack lets a form carry along, in characters.
const maxMeta = 3000

// ask opens a form for the command: what was given is filled in, what is missing is asked for.
func (c *call) ask(problem string, missing []Arg) (Answer, error) {
	if !c.req.CanAsk {
		return Answer{}, bad(missing[0].Name, "%s is missing", missing[0].Name)
	}
	for i := range c.cmd.Args {
		if err := c.lookUp(&c.cmd.Args[i], c.in.values); err != nil {
			return Answer{}, err
		}
	}
	state := formState{Action: c.cmd.Action(), Fixed: map[string]string{}, Draft: c.req.Key, ReplyTo: c.req.ReplyTo,
		Channel: c.req.Channel, Command: c.req.Command, Inline: c.req.Inline, Window: c.req.Window}
	values := map[string]string{}
	if c.cmd.Present != nil {
		present, err := c.cmd.Present(c)
		if err != nil {
			return Answer{}, err
		}
		state.Shown = map[string]string{}
		for name, v := range present {
			state.Shown[name] = digest(v)
			values[name] = v
		}
	}
	for name, v := range c.in.values {
		a := c.cmd.arg(name)
		if v != "" && (a.Hidden || c.settled(a)) {
			state.Fixed[name] = v
			continue
		}
		values[name] = v
	}
	if len(c.in.meta) > 0 {
		values["meta"] = metaLines(c.in.meta)
	}
	form, err := c.layout(&state, values, nil)
	if err != nil {
		return Answer{}, err
	}
	form.Problem = problem
	return Answer{Form: form.View()}, nil
}

// askWith opens the form for a command whose consequence must be seen first; sending it confirms.
func (c *call) askWith(e *core.Error, flag string) (Answer, error) {
	c.in = c.in.with(flag, "yes")
	ans, err := c.ask("", c.cmd.Args[:1])
	if err != nil {
		return ans, err
	}
	ans.Form.Submit.Text = "Confirm"
	ans.Form.Blocks.BlockSet = append(blocks.Intro(consequence(e)), ans.Form.Blocks.BlockSet...)
	return ans, nil
}

// settled says whether an argument that was given is not asked for again: what a change is made to. For a new
// thing everything can still be changed.
func (c *call) settled(a *Arg) bool {
	switch a.Kind {
	case Release, Customer, Cluster, Step:
		return c.cmd.Verb != "add" || a.Kind == Release
	case YesNo:
		return true
	}
	return false
}

// layout makes the form for the arguments that are not settled.
func (c *call) layout(state *formState, values map[string]string, intro []string) (blocks.Form, error) {
	form := blocks.Form{Title: formTitle(c.cmd), Submit: "Save", Intro: intro}
	if c.cmd.Noun == "step" || c.cmd.Show != nil {
		form.Submit = strings.ToUpper(c.cmd.Verb[:1]) + c.cmd.Verb[1:]
	}
	if about := c.about(state.Fixed); about != "" {
		form.Intro = append(form.Intro, about)
	}
	for i := range c.cmd.Args {
		a := &c.cmd.Args[i]
		if _, fixed := state.Fixed[a.Name]; fixed || a.Hidden || a.Kind == YesNo {
			continue
		}
		if a.Kind == Release && !a.Required {
			if _, given := values[a.Name]; !given && c.onlyRelease() {
				continue
			}
		}
		field, err := c.field(a, values[a.Name], state.Fixed)
		if err != nil {
			return form, err
		}
		form.Fields = append(form.Fields, field)
	}
	meta, err := json.Marshal(state)
	if err != nil {
		return form, err
	}
	if len(meta) > maxMeta {
		return form, bad("", "That is too much for one form")
	}
	form.Meta = string(meta)
	return form, nil
}

// formTitle fits Slack's 24 characters.
func formTitle(cmd *Command) string {
	text := strings.ToUpper(cmd.Verb[:1]) + cmd.Verb[1:]
	if cmd.Noun != "" {
		text += " " + cmd.Noun
	}
	return text
}

// field is how an argument is asked for.
func (c *call) field(a *Arg, value string, fixed map[string]string) (blocks.Field, error) {
	f := blocks.Field{Name: a.Name, Label: label(a), Hint: a.Help, Placeholder: a.Example, Value: value, Optional: !a.Required}
	switch a.Kind {
	case Prose, Script:
		f.Lines = true
	case Meta:
		f.Lines, f.Optional, f.Placeholder = true, true, "region=eu-west-1"
	case Day:
		f.Date = true
	case Person:
		f.Person = true
	case OneOf:
		for _, choice := range a.Choices {
			f.Options = append(f.Options, blocks.Option{Value: choice, Label: choice})
		}
	case Release, Customer, Cluster, Step:
		options, err := c.options(a, fixed)
		if err != nil {
			return f, err
		}
		if len(options) > 0 {
			f.Options, f.Value, f.Search = options, chosen(options, value), len(options) > 100
		}
	}
	if f.Value != "" && f.Lines && utf8.RuneCountInString(f.Value) > 3000 {
		return f, bad(a.Name, "%s is longer than the 3,000 characters that a form takes", a.Name)
	}
	return f, nil
}

// chosen is the option that a value means, by its value, its label or the beginning of that.
func chosen(options []blocks.Option, value string) string {
	if value == "" {
		return ""
	}
	fold := func(s string) string { return strings.ToLower(straight(s)) }
	for _, o := range options {
		if o.Value == value || fold(o.Label) == fold(value) {
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

func label(a *Arg) string {
	text := strings.ReplaceAll(a.Name, "_", " ")
	if a.Kind == Meta {
		text = "metadata"
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// metaLines writes metadata as a form shows it: one key=value a line.
func metaLines(meta map[string]string) string {
	var lines []string
	for _, k := range sortedKeys(meta) {
		lines = append(lines, k+"="+meta[k])
	}
	return strings.Join(lines, "\n")
}
