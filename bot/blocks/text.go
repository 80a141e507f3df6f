package blocks

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rollcall/core"

	"github.com/slack-go/slack"
)

// Slack's documented limits, in characters or items.
const (
	maxBlocks      = 50
	maxViewBlocks  = 100
	maxSection     = 3000
	maxHeader      = 150
	maxButton      = 75
	maxPlaceholder = 150
	maxOptions     = 100
	maxOptionText  = 75
	maxLine        = 150 // of a command in an option; buttons keep to it too
	maxFallback    = 3500
	maxMessage     = 11000 // Slack refuses messages of about 12,000 characters over all blocks
)

var (
	controls = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	// Slack's mrkdwn knows no escape for its own marks: look-alikes keep a name from breaking the line.
	emphases = strings.NewReplacer("*", "∗", "`", "ˋ")
	strikes  = strings.NewReplacer("~", "∼")
	ticks    = strings.NewReplacer("`", "ˋ")
)

// Escape makes text that a person wrote safe inside mrkdwn.
func Escape(text string) string {
	text = emphases.Replace(controls.Replace(text))
	if strings.Count(text, "~") > 1 {
		text = strikes.Replace(text)
	}
	return text
}

// sentence makes a sentence of ours safe inside mrkdwn: its `code` stays, what people wrote in it calls nobody.
func sentence(text string) string { return controls.Replace(text) }

// Stop ends a sentence that has no end yet.
func Stop(text string) string {
	if strings.HasSuffix(text, "?") || strings.HasSuffix(text, "!") || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

// short cuts text to n characters, the last one an ellipsis where something was cut.
func short(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}

// shortMrkdwn is short for mrkdwn: it splits nothing that Slack reads as one, such as &amp; or a date, and closes what
// it leaves open.
func shortMrkdwn(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	cut := string([]rune(text)[:n-3])
	if i := strings.LastIndexByte(cut, '<'); i > strings.LastIndexByte(cut, '>') {
		cut = cut[:i]
	}
	if i := strings.LastIndexByte(cut, '&'); i > strings.LastIndexByte(cut, ';') {
		cut = cut[:i]
	}
	cut += "…"
	for _, mark := range []string{"`", "*"} {
		if line := cut[strings.LastIndexByte(cut, '\n')+1:]; strings.Count(line, mark)%2 == 1 {
			cut += mark
		}
	}
	return cut
}

// oneLine joins the lines of a text, for places that have but one.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func mrkdwn(text string) *slack.TextBlockObject {
	if text == "" {
		text = "–"
	}
	return slack.NewTextBlockObject(slack.MarkdownType, shortMrkdwn(text, maxSection), false, true)
}

// plainText never shows colons as emoji: a namespace or a script may hold them.
func plainText(text string, n int) *slack.TextBlockObject {
	if text == "" {
		text = "–"
	}
	return slack.NewTextBlockObject(slack.PlainTextType, short(text, n), false, false)
}

func bold(text string) string {
	if text == "" {
		return ""
	}
	return "*" + Escape(isolated(text)) + "*"
}

// Target is a target line in bold, each name in its place.
func Target(line string) string { return "*" + target(line) + "*" }

func target(line string) string { return Escape(core.SetApart(line, isolated)) }

// isolated keeps a name that is read from right to left from drawing its neighbours along. Others stay as they are: what
// does not need the two characters should not be copied with them.
func isolated(name string) string {
	if !strings.ContainsFunc(name, rightToLeft) {
		return name
	}
	return "\u2068" + name + "\u2069"
}

func rightToLeft(r rune) bool {
	return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam)
}

func code(text string) string { return "`" + ticks.Replace(controls.Replace(text)) + "`" }

// Date is a moment that Slack shows in each reader's own zone.
func Date(at time.Time) string {
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", at.Unix(), at.UTC().Format("2006-01-02 15:04 UTC"))
}

// readersTime puts each reader's own clock in the place of times that a sentence of core names.
func readersTime(mrkdwn string, at []core.Moment) string {
	for _, m := range at {
		mrkdwn = strings.Replace(mrkdwn, m.Words, Date(m.At), 1)
	}
	return mrkdwn
}

func person(name, id string) string {
	if name == "" {
		name = id
	}
	return "@" + Escape(name)
}

// plural counts in words: "1 step", "3 steps".
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + one + "s"
}

func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
