package bot

import (
	"fmt"
	"maps"
	"strings"
)

// Values are as typed. Slack passes people and channels on as ids, which is right where one is asked for; everywhere
// else they are words like others: DECLARE @cat int.

// refer puts back the words that were typed for people and channels. A word that is nothing else still knows which.
func (l *Line) refer(refs References) {
	restore := func(w *Word) {
		if form := strings.TrimSpace(w.Text); w.ref == "" {
			if _, is := refs[form]; is {
				w.ref = form
			}
		}
		w.Text, w.typed = refs.words(w.Text), refs.words(w.typed)
	}
	for i := range l.Words {
		restore(&l.Words[i])
	}
	for i := range l.Fields {
		restore(&l.Fields[i].Value)
	}
}

// meant is a word as an argument takes it.
func (w Word) meant(a *Arg) string {
	if w.ref != "" && (a.Kind == Person || a.Kind == Channel) {
		return w.ref
	}
	return w.Text
}

// named is references with the names of those people for whom Slack does not tell what was typed.
func (c *call) named(refs References) References {
	var unnamed []string
	for form, typed := range refs {
		if typed == "" && form[1] == '@' {
			unnamed = append(unnamed, strings.Trim(form, "<@>"))
		}
	}
	if len(unnamed) == 0 {
		return refs
	}
	names, err := c.bot.core.PeopleNames(c.ctx, c.actor, unnamed)
	if err != nil {
		return refs // the command itself will say why
	}
	out := maps.Clone(refs)
	for id, name := range names {
		out["<@"+id+">"] = "@" + name
	}
	return out
}

// unsure warns of what was saved and may not be what was typed: a person or channel that Slack passed on without the
// words. In a script a name is not good enough either, since Slack knows people by several.
func (c *call) unsure() []string {
	var out []string
	for _, form := range sortedKeys(c.req.Refs) {
		if c.req.Refs[form] != "" {
			continue
		}
		now := orElse(c.refs[form], form)
		saved := false
		for _, a := range c.cmd.Args {
			if a.Kind == Script || now == form && (a.Kind == Words || a.Kind == Prose) {
				saved = saved || strings.Contains(c.in.values[a.Name], now)
			}
		}
		for _, v := range c.in.meta {
			saved = saved || now == form && strings.Contains(v, now)
		}
		if saved {
			out = append(out, fmt.Sprintf("Slack took %s for a person or a channel and does not tell how it was typed: it is saved like this.", now))
		}
	}
	return out
}
