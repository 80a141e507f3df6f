package bot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rollcall/core"
)

// A line need not name everything: a release may be left out while one is active, and what is missing is asked
// for. So a word is not known by its place alone. All ways to give the words to the arguments are tried, and the
// one that makes most sense is taken.

// reading is one way to give the words of a line to the arguments of a command.
type reading struct {
	in      In
	wrong   int  // words that name nothing of the kind they were taken for
	missing int  // required arguments that nothing was left for
	exact   int  // words that are somebody's or something's whole name
	beyond  bool // what stands where a text could is further steps
	culprit *Arg // the first that is wrong
	err     error
}

// unreadable is more wrong than any reading can be.
const unreadable = 1 << 20

// meanings is what the words of a line could name, by their text; nil when nothing is known of them.
type meanings map[string]core.Meaning

// fit is how well a word suits an argument. What cannot be told suits.
func (m meanings) fit(a *Arg, w Word) core.Fit {
	short := !w.Quoted && shortStep.MatchString(w.Text)
	known, told := m[w.Text]
	switch a.Kind {
	case Release, Customer, Cluster:
		switch {
		case !told && short:
			return core.Unknown
		case !told:
			return core.Begins
		case a.Kind == Release:
			return known.Release
		case a.Kind == Customer:
			return known.Customer
		}
		return known.Cluster
	case Step:
		if told && !short {
			return known.Step
		}
	case CustomerOrStep:
		if told && !short {
			return max(known.Step, known.Customer)
		}
	case OneOf:
		if !slices.Contains(a.Choices, strings.ToLower(w.Text)) {
			return core.Begins // whether it is one at all, the argument says
		}
		return core.Exactly
	}
	if short && (a.Kind == Step || a.Kind == CustomerOrStep) {
		return core.Exactly
	}
	return core.Begins
}

// aside is true for a word at the beginning of a text that looks as if it had been meant as a name.
func (m meanings) aside(w Word) bool {
	known := m[w.Text]
	return !w.Quoted && (shortStep.MatchString(w.Text) || known.Release == core.Exactly || known.Customer == core.Exactly)
}

// readings is every way to read the words, in the order in which the command is written first.
func (in In) readings(words []Word, m meanings) []reading {
	var places []*Arg
	var rest *Arg
	for i := range in.cmd.Args {
		a := &in.cmd.Args[i]
		if _, given := in.values[a.Name]; given {
			continue
		}
		switch {
		case a.Rest:
			rest = a
		case a.Place:
			places = append(places, a)
		}
	}
	var out []reading
	for _, order := range orders(in.cmd, places, words) {
		if len(order) < len(words) && (rest == nil || len(places) > 0 && !slices.Contains(order, places[len(places)-1])) {
			continue // a text stands behind everything else
		}
		out = append(out, in.reading(order, rest, words, m))
	}
	return out
}

// orders is which arguments the first words may be given to: all in their order, then with some left out, then
// the other way round.
func orders(cmd *Command, places []*Arg, words []Word) [][]*Arg {
	most := min(len(places), len(words))
	if !cmd.flexible() {
		return [][]*Arg{places[:most]}
	}
	var straight, turned [][]*Arg
	var extend func(sofar []*Arg, last int, ordered bool)
	extend = func(sofar []*Arg, last int, ordered bool) {
		switch {
		case ordered:
			straight = append(straight, slices.Clone(sofar))
		default:
			turned = append(turned, slices.Clone(sofar))
		}
		if len(sofar) == most {
			return
		}
		for i, a := range places {
			if !slices.Contains(sofar, a) {
				extend(append(sofar, a), i, ordered && i > last)
			}
		}
	}
	extend(nil, -1, true)
	byLength := func(a, b []*Arg) int { return len(b) - len(a) }
	slices.SortStableFunc(straight, byLength)
	slices.SortStableFunc(turned, byLength)
	return append(straight, turned...)
}

// flexible is true for commands about something within a release: there a word can be known by what it names.
func (c *Command) flexible() bool {
	release := slices.ContainsFunc(c.Args, func(a Arg) bool { return a.Kind == Release && a.Place })
	return release && slices.ContainsFunc(c.Args, func(a Arg) bool {
		return a.Place && (a.Kind == Customer || a.Kind == Step || a.Kind == CustomerOrStep)
	})
}

func (in In) reading(order []*Arg, rest *Arg, words []Word, m meanings) reading {
	out := reading{in: in.clone()}
	last := -1
	for i, a := range order {
		at := slices.IndexFunc(in.cmd.Args, func(b Arg) bool { return b.Name == a.Name })
		fit := m.fit(a, words[i])
		if turned := at < last; turned && fit != core.Exactly {
			fit = core.Unknown // out of its place a word must be sure
		}
		last = max(last, at)
		if before := a.Kind == Words && i < len(order)-1; before && (m.aside(words[i]) || m[words[i].Text].Release == core.Exactly) {
			fit = core.Unknown // a text stands behind the names; this is one of them
		}
		if err := out.in.set(a, words[i].meant(a)); err != nil {
			fit = core.Unknown
			out.err = cmp.Or(out.err, err)
		}
		switch fit {
		case core.Unknown:
			out.wrong++
			if out.culprit == nil {
				out.culprit = a
			}
		case core.Exactly:
			out.exact++
		}
	}
	if tail := words[len(order):]; len(tail) > 0 {
		out.beyond = slices.ContainsFunc(order, func(a *Arg) bool { return a.Kind == Step })
		for _, w := range tail {
			out.beyond = out.beyond && !w.Quoted && shortStep.MatchString(w.Text)
		}
		if err := out.in.set(rest, running(tail)); err != nil {
			out.err = cmp.Or(out.err, err)
		}
		if len(order) < len(in.cmd.places()) {
			for _, w := range tail[:min(len(tail), 3)] {
				if m.aside(w) {
					out.wrong++
				}
			}
		}
	}
	out.missing = len(out.in.missing())
	return out
}

// running is a text of several words as it was typed, with its own quotes and line breaks. Around a single word the
// delimiters are ours.
func running(words []Word) string {
	if len(words) == 1 {
		return words[0].Text
	}
	text := ""
	for _, w := range words {
		text += cmp.Or(w.typed, " "+w.Text)
	}
	return strings.TrimSpace(text)
}

// places is the arguments that are given by their place.
func (c *Command) places() []*Arg {
	var out []*Arg
	for i := range c.Args {
		if a := &c.Args[i]; a.Place && !a.Rest {
			out = append(out, a)
		}
	}
	return out
}

// best is the reading that makes most sense.
func best(all []reading) reading {
	return slices.MinFunc(all, func(a, b reading) int {
		return cmp.Or(a.wrong-b.wrong, a.missing-b.missing, b.exact-a.exact)
	})
}

// understand gives the words and fields of a line to the arguments of a command, as what there is makes most sense
// of them. In a thread it adds what the thread is about: as little of it as makes the command whole, and what was
// typed counts for more.
func (c *call) understand(cmd *Command, words []Word, fields []Field) (In, error) {
	m := c.meanings(cmd, words, fields)
	plain := interpret(cmd, words, fields, m)
	var all []reading
	sets := c.threadFields(cmd, fields)
	for _, set := range sets {
		all = append(all, interpret(cmd, words, append(slices.Clone(fields), set...), m))
	}
	if plain.in.values["release"] != "" {
		all = slices.Insert(all, 0, plain)
		if plain.wrong == 0 {
			all = all[:1]
		}
	} else {
		all = append(all, plain)
	}
	r := best(all)
	if r.err == nil && r.beyond {
		r.err = bad("step", "`%s` takes one step at a time", cmd.Name())
		core.AsError(r.err).Hint = "Say it again for the next one; `bulk done` does all deploy or verify steps of a customer, or one step of many."
	}
	known := r.culprit != nil && m != nil
	if known && r.culprit.Kind == Step && r.in.values["customer"] != "" {
		known = false // it may be the customer's own
	}
	if w, lost := lostWord(cmd, words, fields, sets, m); r.err == nil && known && lost {
		r.err = tooMany(cmd, w, fields)
	}
	if r.err == nil && known {
		r.err = nothingBy(r.culprit, r.in.values[r.culprit.Name])
	}
	return r.in, r.err
}

// lostWord is the first word behind a text without quotes, where what stands before it is the whole of a command: it is
// the text's next word and names nothing.
func lostWord(cmd *Command, words []Word, fields []Field, sets [][]Field, m meanings) (Word, bool) {
	for i, w := range words {
		if w.Quoted || !slices.ContainsFunc(fields, func(f Field) bool {
			return !f.Value.Quoted && f.Value.Text != "" && f.Value.At < w.At && (i == 0 || words[i-1].At < f.Value.At) && cmd.isText(f.Key)
		}) {
			continue
		}
		for _, set := range append([][]Field{nil}, sets...) {
			if before := interpret(cmd, words[:i], append(slices.Clone(fields), set...), m); before.err == nil && before.wrong+before.missing == 0 {
				return w, true
			}
		}
	}
	return Word{}, false
}

// isText says whether a field takes what people write rather than what they choose.
func (c *Command) isText(key string) bool {
	if _, meta := metaKey(key); meta {
		return true
	}
	a := c.arg(key)
	return a != nil && (a.Kind == Words || a.Kind == Prose || a.Kind == Script)
}

// nothingBy refuses a name that nothing has.
func nothingBy(a *Arg, name string) error {
	return &core.Error{Code: core.NotFound, Field: a.Name, Msg: fmt.Sprintf("There is no %s %q", a.Name, clipped(name, 80))}
}

// meanings is what the words of a line could name, as far as that decides how it is read; nil when it cannot be told.
func (c *call) meanings(cmd *Command, words []Word, fields []Field) meanings {
	const most = 6 // behind them there is only text
	if len(words) == 0 || !slices.ContainsFunc(cmd.places(), func(a *Arg) bool { return a.Kind == Release }) {
		return nil
	}
	words = words[:min(len(words), most)]
	var q core.MeaningQuery
	for _, w := range words {
		q.Words = append(q.Words, straight(clipped(w.Text, 200)))
	}
	if i := fieldAt(fields, "release"); i >= 0 {
		q.Release = fields[i].Value.Text
	} else if about := c.req.Thread.Release; about != 0 {
		q.Words = append(q.Words, core.ShortRelease(about)) // its steps are looked for too
	}
	found, err := c.bot.core.Meanings(c.ctx, c.actor, q)
	if err != nil {
		return nil // the command itself will say why
	}
	m := meanings{}
	for i, w := range words {
		m[w.Text] = found[i]
	}
	return m
}
