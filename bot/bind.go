package bot

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"rollcall/core"
)

// bind gives the words and fields of a line to the arguments of a command. Errors name the field and the
// nearest right thing.
func bind(cmd *Command, words []Word, fields []Field) (In, error) {
	r := interpret(cmd, words, fields, nil)
	return r.in, r.err
}

// interpret is the reading of a line that makes most sense, as far as it is known what the words mean.
func interpret(cmd *Command, words []Word, fields []Field, m meanings) reading {
	in := In{cmd: cmd, values: map[string]string{}, meta: map[string]string{}}
	for _, f := range fields {
		if err := in.field(f); err != nil {
			return reading{in: in, err: err, wrong: unreadable}
		}
	}
	return in.place(words, fields, m)
}

func (in In) field(f Field) error {
	if key, ok := metaKey(f.Key); ok && in.cmd.arg("meta") != nil {
		in.meta[key] = f.Value.Text
		return nil
	}
	a := in.cmd.arg(f.Key)
	if a == nil {
		return unknownField(in.cmd, f)
	}
	if _, twice := in.values[a.Name]; twice {
		return bad(a.Name, "%s is given twice", a.Name)
	}
	return in.set(a, f.Value.meant(a))
}

func metaKey(key string) (string, bool) {
	for _, prefix := range []string{"meta.", "metadata."} {
		if rest, ok := strings.CutPrefix(key, prefix); ok && rest != "" {
			return rest, true
		}
	}
	return "", false
}

// place gives words to the arguments that have a place and are not given by name already.
func (in In) place(words []Word, fields []Field, m meanings) reading {
	if len(words) == 0 {
		return reading{in: in, missing: len(in.missing())}
	}
	if all := in.readings(words, m); len(all) > 0 {
		return best(all)
	}
	first := 0 // of the words that are too many
	for n := range words {
		if all := in.readings(words[:n], m); n == 0 || len(all) > 0 && best(all).wrong == 0 {
			first = n
		}
	}
	return reading{in: in, err: tooMany(in.cmd, words[first], fields), wrong: unreadable}
}

var userID = regexp.MustCompile(`^(<@[UW][A-Z0-9]+>|[UW][A-Z0-9]+)$`)

var fileID = regexp.MustCompile(`^F[A-Z0-9]+$`)

// channelRef is a channel as Slack passes it on, or its id.
var channelRef = regexp.MustCompile(`^(<#[CG][A-Z0-9]+>|[CG][A-Z0-9]+)$`)

var shortStep = regexp.MustCompile(`^(?i:[DVC][0-9]+)$`)

// set checks a value as far as its kind allows without looking anything up.
func (in In) set(a *Arg, text string) error {
	switch a.Kind {
	case OneOf:
		return in.setChoice(a, text)
	case YesNo:
		switch strings.ToLower(strings.TrimSpace(text)) {
		case "yes", "y", "true", "1", "on":
			text = "yes"
		case "no", "n", "false", "0", "off", "":
			text = "no"
		default:
			return bad(a.Name, "%s is yes or no, not %q", a.Name, text)
		}
	case Count:
		n, err := strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(text), "#"), 10, 64)
		if err != nil || n < 0 {
			return bad(a.Name, "%s is a number, not %q", a.Name, text)
		}
		text = strconv.FormatInt(n, 10)
	case Person:
		text = strings.TrimSpace(text)
		if !userID.MatchString(text) {
			err := bad(a.Name, "%q is nobody in Slack", text)
			err.Hint = "Type @ and choose the person."
			return err
		}
		text = strings.Trim(text, "<@>")
	case Upload:
		if several := strings.Split(text, ","); len(several) > 1 {
			err := bad(a.Name, "These are %d files", len(several))
			err.Hint = "Give one at a time. Nothing was changed."
			return err
		}
		if text = strings.TrimSpace(text); !fileID.MatchString(text) {
			err := bad(a.Name, "%q is no file of Slack's", text)
			err.Hint = "Leave it out: a form takes the file."
			return err
		}
	case Clusters, Customers:
		if text = strings.TrimSpace(text); strings.Trim(text, ", ") == "" {
			err := bad(a.Name, "%s= is empty", a.Name) // empty never means everybody
			err.Hint = "Name some, with commas between them, or leave it out."
			return err
		}
	case Channel:
		text = strings.TrimSpace(text)
		if text != "" && !channelRef.MatchString(text) {
			err := bad(a.Name, "%q is no channel that Slack knows", text)
			err.Hint = "Type # and choose it from Slack's list."
			return err
		}
	case Position:
		text = strings.TrimSpace(text)
		if err := checkPosition(a, text); err != nil {
			return err
		}
	case Words, Day, Release, Customer, Cluster, Step, CustomerOrStep, Reminder:
		text = strings.TrimSpace(text)
	}
	in.values[a.Name] = text
	return nil
}

// setChoice takes one of an argument's choices, or several with commas between them where it is a list.
func (in In) setChoice(a *Arg, text string) error {
	var out []string
	for _, part := range strings.Split(text, ",") {
		part = strings.ToLower(strings.TrimSpace(part))
		match := ""
		for _, c := range a.Choices {
			if c == part || (len(part) >= 3 && strings.HasPrefix(c, part)) {
				match = c
			}
		}
		if match == "" {
			err := bad(a.Name, "%s is %s, not %q", a.Name, orList(a.Choices), part)
			if near := closest(part, a.Choices, 1); len(near) == 1 {
				err.Hint = fmt.Sprintf("Did you mean %s=%s?", a.Name, near[0])
			}
			return err
		}
		out = append(out, match)
	}
	in.values[a.Name] = strings.Join(out, ",")
	return nil
}

func unknownField(cmd *Command, f Field) error {
	var names []string
	for _, a := range cmd.Args {
		if !a.Hidden && a.Kind != Meta {
			names = append(names, a.Name)
		}
	}
	err := bad(f.Key, "`%s` has no field %q", cmd.Name(), f.Key)
	switch near := closest(f.Key, names, 1); {
	case len(near) == 1:
		err.Hint = fmt.Sprintf("Did you mean %s=?", near[0])
	case len(names) == 0:
		err.Hint = "It takes no fields."
	default:
		err.Hint = "It takes " + andList(names) + `. Put quotes around a text that holds "=".`
	}
	return err
}

func tooMany(cmd *Command, w Word, fields []Field) error {
	err := bad("", "`%s` does not know what to do with %q (character %d)", cmd.Name(), w.Text, w.At)
	err.Hint = "It is written " + cmd.Usage() + `. Put quotes around a name or text with spaces: "Customer A".`
	if why := cmd.arg("reason"); why != nil && why.Required && fieldAt(fields, "reason") < 0 {
		err.Hint = fmt.Sprintf(`If it is the reason, write reason="%s …".`, w.Text)
	}
	for _, f := range fields {
		if !f.Value.Quoted && f.Value.At < w.At && f.Value.Text != "" {
			err.Hint = fmt.Sprintf(`Put quotes around a text with spaces: %s="%s %s …".`, f.Key, f.Value.Text, w.Text)
		}
	}
	return err
}

func bad(field, format string, args ...any) *core.Error {
	return &core.Error{Code: core.Invalid, Field: field, Msg: fmt.Sprintf(format, args...)}
}

func orList(words []string) string  { return join(words, " or ") }
func andList(words []string) string { return join(words, " and ") }

func join(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + last + words[len(words)-1]
}
