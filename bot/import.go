package bot

import (
	"context"
	"fmt"
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
	if _, err := c.bot.core.Do(c.ctx, c.actor, "", core.Import{}); core.ErrorCode(err) != core.Confirm {
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
	button := blocks.Button{Label: "Confirm", Action: c.cmd.Action(), Line: c.in.with("confirm", "yes").Line(), Primary: true}
	summary := strings.TrimSuffix(strings.TrimPrefix(e.Msg, "Import "), "?")
	m := blocks.ImportPlan(summary, *plan, button)
	return Answer{Message: &m}
}

// problemsShown is how many of a file's problems are told.
const problemsShown = 20

// lineByLine puts what is wrong with a file into words, under the field that it came from.
func lineByLine(e *core.Error, problems core.ImportProblems) *core.Error {
	text := e.Hint
	for _, p := range problems[:min(len(problems), problemsShown)] {
		text += fmt.Sprintf("\nLine %d: %s.", p.Line, p.Text)
	}
	if left := len(problems) - problemsShown; left > 0 {
		text += fmt.Sprintf("\n…and %d more.", left)
	}
	return &core.Error{Code: e.Code, Field: "file", Msg: e.Msg, Hint: text}
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
