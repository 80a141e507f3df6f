package bot

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"rollcall/bot/blocks"
	"rollcall/core"
	"rollcall/core/csvfile"
)

// Files fetches what people gave to the bot.
type Files interface {
	// Download reads a file of at most so many bytes by its id. A *core.Error says what a person can do about it.
	Download(ctx context.Context, id string, most int) (name string, body []byte, err error)
}

// maxCustomerFile is the largest file of customers that is read, in bytes: some 50,000 lines.
const maxCustomerFile = 5 << 20

// importCustomers reads the file that was given and makes the import of it. What was shown and what is confirmed are
// the same bytes: the digest goes along.
func importCustomers(c *call) (core.Operation, error) {
	if c.bot.cfg.Files == nil {
		return nil, &core.Error{Code: core.Unavailable, Msg: "This program reads no files from Slack"}
	}
	// The bot sees files that the asker may not: whether they may import is asked before anything is told of one.
	if err := c.permitted(); err != nil {
		return nil, err
	}
	name, body, err := c.bot.cfg.Files.Download(c.ctx, c.in.Str("file"), maxCustomerFile)
	if err != nil {
		return nil, err
	}
	if rev := c.in.Str("rev"); rev != "" && rev != digest(string(body)) {
		return nil, &core.Error{Code: core.Stale, Msg: "The file " + name + " has changed since it was looked at", Hint: "Nothing was changed. Give it once more."}
	}
	in, err := csvfile.Read(body)
	if err != nil {
		p := csvfile.Problems(err)
		return nil, &core.Error{Code: core.Invalid, Msg: fmt.Sprintf("The file %s cannot be imported", name), Hint: "Nothing was changed.", Preview: p}
	}
	c.in = c.in.with("rev", digest(string(body)))
	in.Confirm = c.in.Yes("confirm")
	return in, nil
}

// confirmImport shows what an import would do; also when the file came in a form, which then closes: the list is longer
// than a form's problem.
func (c *call) confirmImport(e *core.Error, plan *core.ImportPlan) Answer {
	line := c.in.with("asked", c.question(e)).with("confirm", "yes").Line()
	button := blocks.Button{Label: "Confirm", Action: c.cmd.Action(), Line: line, Primary: true}
	summary := strings.TrimSuffix(strings.TrimPrefix(e.Msg, "Import "), "?")
	c.file = blocks.ImportFile(summary, *plan)
	m := blocks.ImportPlan(summary, *plan, button)
	return Answer{Message: &m}
}

// problemsShown is how many of a file's problems are told.
const problemsShown = 20

// lineByLine puts what is wrong with a file into words, under the field that it came from. What is wrong with many
// lines is told once.
func lineByLine(e *core.Error, problems core.ImportProblems) *core.Error {
	lines := map[string][]int{}
	var texts []string
	for _, p := range problems {
		if lines[p.Text] == nil {
			texts = append(texts, p.Text)
		}
		lines[p.Text] = append(lines[p.Text], p.Line)
	}
	text := e.Hint
	for _, t := range texts[:min(len(texts), problemsShown)] {
		text += "\n" + lineNumbers(lines[t]) + ": " + t + "."
	}
	if left := len(texts) - problemsShown; left > 0 {
		text += fmt.Sprintf("\n…and %d more.", left)
	}
	return &core.Error{Code: e.Code, Field: "file", Msg: e.Msg, Hint: text}
}

// lineNumbers names lines: "Line 3", "Lines 3, 7 and 12", "Lines 3, 7, 11, 15, 19 and 15 more".
func lineNumbers(lines []int) string {
	const most = 5
	if len(lines) == 1 {
		return fmt.Sprintf("Line %d", lines[0])
	}
	var names []string
	for _, n := range lines[:min(len(lines), most)] {
		names = append(names, strconv.Itoa(n))
	}
	if left := len(lines) - most; left > 0 {
		names = append(names, strconv.Itoa(left)+" more")
	}
	return "Lines " + andList(names)
}

// notRead says what to do about a file that Slack does not give.
func notRead(err error) error {
	e := &core.Error{Code: core.Unavailable, Field: "file", Msg: "The file could not be read from Slack", Hint: "Nothing was changed. Try once more."}
	switch code := slackCode(err); code {
	case "missing_scope":
		e.Hint = "The app lacks the scope files:read: an admin can put the present manifest in on the app's page and install it again."
	case "file_not_found", "file_deleted", "access_denied", "not_visible":
		e.Code, e.Msg, e.Hint = core.NotFound, "Slack has no such file, or the bot may not see it", "Give it to the bot: `customer import` opens a form for it."
	}
	return e
}
