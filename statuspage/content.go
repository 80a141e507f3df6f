package statuspage

import (
	"context"
	"crypto/sha256"
	"html/template"
	"runtime"
	"strings"

	"rollcall/core"
)

// content is what a step says, laid out.
type content struct {
	Type   core.StepType
	Prose  template.HTML // of a text; the lines are its source then
	Lines  template.HTML
	Count  int
	Plain  bool     // a script that is too long, or took too long, to be highlighted
	NoEnd  bool     // the last line does not end
	Hidden []string // the characters that cannot be seen, by number, each once
}

// scribe lays contents out, few at a time and each text once: reading hostile text can take a good part of a second.
type scribe struct {
	kept *shelf
	busy chan struct{}
}

// scribeBytes is how much memory laid out contents may take.
const scribeBytes = 16 << 20

func newScribe() *scribe {
	return &scribe{kept: newShelf(scribeBytes), busy: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// lay lays a content out. An error means that the asker has gone.
func (s *scribe) lay(ctx context.Context, kind core.StepType, text string) (content, error) {
	c := content{Type: kind, Count: strings.Count(text, "\n"), NoEnd: !strings.HasSuffix(text, "\n"), Hidden: hiddenIn(text)}
	if c.NoEnd {
		c.Count++
	}
	lines, err := s.once(ctx, "lines", kind, text, func() (template.HTML, bool) { return code(ctx, kind, text) })
	if err != nil {
		return c, err
	}
	c.Lines, c.Plain = template.HTML(lines.body), lines.kind == "plain"
	if kind == core.Text {
		prose, err := s.once(ctx, "prose", kind, text, func() (template.HTML, bool) { return markdown(core.Maybe(text)), false })
		if err != nil {
			return c, err
		}
		c.Prose = template.HTML(prose.body)
	}
	return c, nil
}

// once keeps what write makes of a text; a plain result may be for want of time, and the next asker may have more.
func (s *scribe) once(ctx context.Context, what string, kind core.StepType, text string, write func() (template.HTML, bool)) (answer, error) {
	sum := sha256.Sum256([]byte(text))
	key := what + string(kind) + string(sum[:])
	if a, ok := s.kept.get(key); ok {
		return a, nil
	}
	select {
	case s.busy <- struct{}{}:
	case <-ctx.Done():
		return answer{}, ctx.Err()
	}
	defer func() { <-s.busy }()
	html, plain := write()
	if err := ctx.Err(); err != nil {
		return answer{}, err
	}
	a := answer{body: []byte(html)}
	if plain {
		a.kind = "plain"
	}
	s.kept.put(key, a)
	return a, nil
}

// hiddenIn lists the hidden characters of a text, each once, in order.
func hiddenIn(text string) (names []string) {
	seen := map[rune]bool{}
	for _, r := range text {
		if core.Hidden(r) && !seen[r] {
			seen[r] = true
			names = append(names, core.HiddenName(r))
		}
	}
	return names
}
