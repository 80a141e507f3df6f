package blocks_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"rollcall/bot/blocks"
)

// BenchmarkFiftyBlocks compares laying out and writing an answer as long as they get with slack-go alone, which is given
// ready texts for the same blocks. They take turns.
func BenchmarkFiftyBlocks(b *testing.B) {
	view := customerSteps(50)
	like := blocks.Steps(view, 1, env).Blocks
	write := func(all []slack.Block) []byte {
		raw, err := json.Marshal(all)
		require.NoError(b, err)
		return raw
	}
	require.JSONEq(b, string(write(like)), string(write(bare(like))))
	var ours, theirs []time.Duration
	for b.Loop() {
		start := time.Now()
		write(blocks.Steps(view, 1, env).Blocks)
		ours = append(ours, time.Since(start))
		start = time.Now()
		write(bare(like))
		theirs = append(theirs, time.Since(start))
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	us, them := ours[len(ours)/2], theirs[len(theirs)/2]
	b.ReportMetric(0, "ns/op") // both together mean nothing
	b.ReportMetric(float64(us.Microseconds()), "us")
	b.ReportMetric(float64(us)/float64(them), "x-bare")
}

// bare makes the same blocks with slack-go's constructors.
func bare(like []slack.Block) []slack.Block {
	out := make([]slack.Block, 0, len(like))
	text := func(t *slack.TextBlockObject) *slack.TextBlockObject {
		if t == nil {
			return nil
		}
		made := *slack.NewTextBlockObject(t.Type, t.Text, false, false)
		made.Emoji, made.Verbatim = t.Emoji, t.Verbatim
		return &made
	}
	element := func(e slack.BlockElement) slack.BlockElement {
		old, ok := e.(*slack.ButtonBlockElement)
		if !ok {
			return e
		}
		made := slack.NewButtonBlockElement(old.ActionID, old.Value, text(old.Text))
		made.URL, made.Style, made.Confirm, made.AccessibilityLabel = old.URL, old.Style, old.Confirm, old.AccessibilityLabel
		return made
	}
	for _, block := range like {
		switch old := block.(type) {
		case *slack.SectionBlock:
			made := slack.NewSectionBlock(text(old.Text), nil, nil)
			if made.BlockID, made.Expand = old.BlockID, old.Expand; old.Accessory != nil {
				made.Accessory = old.Accessory
			}
			out = append(out, made)
		case *slack.ActionBlock:
			var elements []slack.BlockElement
			for _, e := range old.Elements.ElementSet {
				elements = append(elements, element(e))
			}
			out = append(out, slack.NewActionBlock(old.BlockID, elements...))
		default:
			out = append(out, block)
		}
	}
	return out
}
