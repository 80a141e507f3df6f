package core

import (
	"errors"
	"fmt"
	"time"
)

// Code says what kind of thing went wrong, for the edge that answers.
type Code string

// The codes an Error can carry.
const (
	Invalid     Code = "invalid"     // a field is missing or malformed; Field names it
	NotFound    Code = "not_found"   // nothing by that name, or nothing the actor may see
	Ambiguous   Code = "ambiguous"   // several by that name; Choices lists them
	Conflict    Code = "conflict"    // the rules do not allow it in the present state
	Stale       Code = "stale"       // what was shown has changed since
	Forbidden   Code = "forbidden"   // the actor's role is not enough
	Confirm     Code = "confirm"     // shows its consequence first; the same operation with Confirm set acts
	Unavailable Code = "unavailable" // cannot be answered just now; trying again may help
	Internal    Code = "internal"    // a fault of ours; the cause is for the log
)

// Error is a refusal or fault with words for people. Msg is one sentence
// without a final stop, Hint one that says what to do next (may be empty).
// The wrapped cause, if any, is for the log and never for people.
type Error struct {
	Code    Code
	Msg     string
	Hint    string
	Field   string   // the field by its typed name ("namespace"), when one is at fault
	Ref     string   // with NotFound and Ambiguous: the reference that is meant, as it was given
	At      []Moment // the times that Msg names
	Choices []Choice // with Ambiguous: what was meant, best first, at most mostChoices
	Preview any      // with Confirm: the view of what would happen (*ActivationPreview, *ConsequencePreview)
	cause   error
}

// ErrMoved is DoAsOf's refusal when something has happened since.
var ErrMoved = &Error{Code: Stale, Msg: "Others are changing things in this very moment", Hint: "Nothing was changed. Try again."}

// mostChoices is how many of the things that could be meant are named.
const mostChoices = 20

// whichOf asks for one of so many choices.
func whichOf(n int) string {
	if n > mostChoices {
		return fmt.Sprintf("Choose the one you mean. These are the first %d: more of its name leaves fewer.", mostChoices)
	}
	return "Choose the one you mean."
}

// Choice is one way to say exactly what was meant.
type Choice struct {
	Label string // what a person reads, cluster and namespace included
	Ref   string // what to put in place of the ambiguous reference
}

func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %v", e.Msg, e.cause)
	}
	return e.Msg
}

// Unwrap gives the cause that the log wants.
func (e *Error) Unwrap() error { return e.cause }

// ErrorCode is the code of err; Internal for any error that is not ours.
func ErrorCode(err error) Code {
	if e := AsError(err); e != nil {
		return e.Code
	}
	return ""
}

// AsError turns any error into an *Error: a foreign one becomes Internal with
// a sentence that gives nothing away. Nil stays nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Code: Internal, Msg: "Something broke on our side", Hint: "Nothing was changed. Try again; if it happens again, give an admin the reference.", cause: err}
}

func refuse(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Msg: fmt.Sprintf(format, args...)}
}

func invalid(field, format string, args ...any) *Error {
	return &Error{Code: Invalid, Field: field, Msg: fmt.Sprintf(format, args...)}
}

// Moment is a time that a sentence names, and the words for it there: a surface
// can put the reader's own clock in their place.
type Moment struct {
	Words string    `json:"words"`
	At    time.Time `json:"at"`
}

// How sentences name times.
const (
	onDay  = "2 January 15:04 UTC"
	atHour = "at 15:04 UTC, 2 January"
)

func moment(layout string, t time.Time) Moment { return Moment{t.UTC().Format(layout), t} }

func (e *Error) at(m Moment) *Error {
	e.At = append(e.At, m)
	return e
}

func (e *Error) hint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}
