package bot

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"

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
	Kept    map[string]string `json:"k,omitempty"` // what was typed in fields that are not asked for just now
	Keys    []string          `json:"y,omitempty"` // digests of the metadata keys that it showed
	Turns   map[string]int    `json:"t,omitempty"` // fields that had to forget what stood in them
	Under   string            `json:"m,omitempty"` // the release whose steps it offers
	Bare    bool              `json:"e,omitempty"` // it asks first what an edit is about; what that says now comes then
	Seen    string            `json:"o,omitempty"` // digest of the consequence that was shown: sending confirms it
	Post    *Post             `json:"q,omitempty"` // the message of a channel that it was asked from
	Beneath *beneath          `json:"p,omitempty"` // the form that this one lies on, to be drawn anew
}

// beneath is a modal under another one, and the command that draws it.
type beneath struct {
	View string `json:"v"`
	Line string `json:"l"`
}

// sketch is a form in the making.
type sketch struct {
	state  *formState
	values map[string]string // by argument, as they stand in the fields
	mark   string            // what sending it would do, beyond the lines that say so
	form   blocks.Form

	hopeless *core.Error // why sending it would be refused, whatever is filled in
}

// field is a field of the form, for a command to arrange; nil when it is not asked for.
func (d *sketch) field(name string) *blocks.Field {
	for i := range d.form.Fields {
		if d.form.Fields[i].Name == name {
			return &d.form.Fields[i]
		}
	}
	return nil
}

// drop takes a field out while it means nothing, and keeps what was typed in it.
func (d *sketch) drop(name string) {
	for i := range d.form.Fields {
		if d.form.Fields[i].Name != name {
			continue
		}
		d.keep(name)
		d.form.Fields = append(d.form.Fields[:i:i], d.form.Fields[i+1:]...)
		return
	}
}

// keep remembers what was typed in a field that is not shown just now.
func (d *sketch) keep(name string) {
	if v := d.values[name]; v != "" {
		if d.state.Kept == nil {
			d.state.Kept = map[string]string{}
		}
		d.state.Kept[name] = v
	}
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
	if err := c.permitted(); err != nil {
		return Answer{}, err
	}
	if !c.req.CanAsk {
		return c.askByButton(problem, missing)
	}
	if err := c.anyActive(); err != nil {
		return Answer{}, err
	}
	if err := c.pin(); err != nil {
		return Answer{}, err
	}
	state := c.freshState()
	if rev := c.rev(c.in.values); rev != "" {
		state.Fixed[revArg.Name] = rev
	}
	values := map[string]string{}
	for i := range c.cmd.Args {
		if a := &c.cmd.Args[i]; a.Preset != "" {
			values[a.Name] = a.Preset
		}
	}
	state.Bare = c.cmd.Present != nil && !c.cmd.named(c.in.values)
	if state.Bare && c.tooLong() {
		return Answer{}, bad(missing[0].Name, "%s", c.left(missing))
	}
	if c.cmd.Present != nil && !state.Bare {
		present, err := c.cmd.Present(c)
		if err != nil {
			return Answer{}, err
		}
		state.show(present, func(name, v string) { values[name] = v })
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
		values["meta"] = metaLines(changedMeta(values["meta"], c.in.meta))
	}
	d, err := c.layout(state, values)
	if err != nil {
		return Answer{}, err
	}
	if d.hopeless != nil {
		return Answer{}, d.hopeless
	}
	d.form.Problem = problem
	return d.answer()
}

// show notes what a form shows of what is stored, and hands over each field of it.
func (state *formState) show(present map[string]string, field func(name, value string)) {
	state.Shown = map[string]string{}
	for name, v := range present {
		if name == revArg.Name {
			state.Fixed[name] = v
			continue
		}
		state.Shown[name] = digest(v)
		if name == metaArg.Name {
			state.Keys = nil
			for key := range metaOf(v) {
				state.Keys = append(state.Keys, digest(key))
			}
		}
		field(name, v)
	}
}

// freshState is what the form of this request carries along.
func (c *call) freshState() *formState {
	return &formState{Action: c.cmd.Action(), Fixed: map[string]string{}, Draft: c.req.Key, ReplyTo: c.req.ReplyTo,
		Channel: c.req.Channel, Command: c.req.Command, Inline: c.req.Inline, Window: c.req.Window, Beneath: c.req.beneath(), Post: c.req.Post}
}

// askByButton asks where no form can be opened at once, as after a mention: a button opens it.
func (c *call) askByButton(problem string, missing []Arg) (Answer, error) {
	if err := c.anyActive(); err != nil {
		return Answer{}, err
	}
	line := c.in.Line()
	if problem == "" {
		problem = c.left(missing)
	}
	if !blocks.Fits(line) {
		return Answer{}, bad(missing[0].Name, "%s", problem)
	}
	m := blocks.Refusal(core.Invalid, problem, "It is written "+c.cmd.Usage(), nil, nil)
	fill := blocks.Say("Or fill in the rest:", blocks.Button{Label: formTitle(c.cmd), Action: c.cmd.Action(), Line: line, Primary: true})
	m.Blocks = append(m.Blocks, fill.Blocks...)
	return Answer{Message: &m}, nil
}

// left says what is missing; the release too, where it cannot be left out just now.
func (c *call) left(missing []Arg) string {
	var names []string
	if a := c.cmd.arg("release"); a != nil && !a.Required && c.in.values["release"] == "" && c.cmd.flexible() && !c.onlyRelease() {
		names = append(names, "release")
	}
	for _, a := range missing {
		names = append(names, a.Name)
	}
	if len(names) == 1 {
		return upper(names[0]) + " is missing"
	}
	return upper(andList(names)) + " are missing"
}

// settled says whether an argument that was given is not asked for again: what a change is made to. For a new
// thing everything can still be changed.
func (c *call) settled(a *Arg) bool {
	switch a.Kind {
	case Step:
		if c.cmd.arg("customer") != nil && c.in.values["customer"] == "" {
			return false // which step it is shows when the customer is chosen
		}
		return true
	case Release, Customer, Cluster, Reminder:
		if a.All != "" {
			return false
		}
		return c.cmd.Verb != "add" || a.Kind == Release || c.cmd.Noun == "step"
	case YesNo:
		return !a.Asked
	}
	return a.Settled
}

// layout makes the form for the arguments that are not settled, as the command arranges it, and says what
// sending it will do.
func (c *call) layout(state *formState, values map[string]string) (*sketch, error) {
	d := &sketch{state: state, values: maps.Clone(state.Kept)}
	if d.values == nil {
		d.values = map[string]string{}
	}
	maps.Copy(d.values, values)
	d.form = blocks.Form{Title: formTitle(c.cmd), Submit: submitLabel(c.cmd)}
	if state.Bare {
		if err := c.fill(d); err != nil {
			return nil, err
		}
	}
	about := c.targetLine(d.given())
	if about == "" {
		about = c.about(state.Fixed)
	}
	if about != "" {
		d.form.Intro = append(d.form.Intro, about)
	}
	for i := range c.cmd.Args {
		a := &c.cmd.Args[i]
		if _, fixed := state.Fixed[a.Name]; fixed || a.Hidden || a.Kind == YesNo && !a.Asked {
			continue
		}
		if a.Kind == Release && a.Place && !a.Required {
			if _, given := values[a.Name]; !given && c.onlyRelease() {
				continue
			}
		}
		if err := c.addField(d, a); err != nil {
			return nil, err
		}
	}
	if state.Bare {
		c.bare(d)
	}
	if c.cmd.Arrange != nil {
		if err := c.cmd.Arrange(c, d); err != nil {
			return nil, err
		}
	}
	for _, f := range d.form.Fields {
		delete(state.Kept, f.Name)
	}
	state.Under = d.given()["release"]
	c.foretell(d)
	return d, nil
}

// answer is the form as it is to be shown.
func (d *sketch) answer() (Answer, error) {
	meta, err := json.Marshal(d.state)
	if err != nil {
		return Answer{}, err
	}
	if len(meta) > maxMeta {
		d.state.Kept = nil
		if meta, err = json.Marshal(d.state); err != nil {
			return Answer{}, err
		}
	}
	if len(meta) > maxMeta {
		return Answer{}, bad("", "That is too much for one form")
	}
	d.form.Meta = string(meta)
	return Answer{Form: d.form.View()}, nil
}

// formTitle fits Slack's 24 characters.
func formTitle(cmd *Command) string {
	if cmd.Title != "" {
		return cmd.Title
	}
	text := upper(cmd.Verb)
	if cmd.Noun != "" {
		text += " " + spoken(cmd.Noun)
	}
	return text
}

// submitLabel says what the button of a form does.
func submitLabel(cmd *Command) string {
	switch cmd.Verb {
	case "edit", "override":
		return "Save"
	case "matrix":
		return "Show"
	case "add":
		if cmd.Noun == "step" || cmd.Noun == "template" {
			return "Add step"
		}
	}
	return upper(cmd.Verb)
}

func upper(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// metaOf reads metadata from a form's lines; what is no key=value is left out.
func metaOf(lines string) map[string]string {
	out := map[string]string{}
	for _, line := range strings.Split(lines, "\n") {
		if key, value, ok := strings.Cut(line, "="); ok {
			out[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	return out
}

// changedMeta is metadata in a form's lines after a change of some keys: one without a value is gone.
func changedMeta(lines string, change map[string]string) map[string]string {
	out := metaOf(lines)
	for key, value := range change {
		if out[key] = value; value == "" {
			delete(out, key)
		}
	}
	return out
}

// metaLines writes metadata as a form shows it: one key=value a line.
func metaLines(meta map[string]string) string {
	var lines []string
	for _, k := range sortedKeys(meta) {
		lines = append(lines, k+"="+meta[k])
	}
	return strings.Join(lines, "\n")
}
