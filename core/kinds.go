package core

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Maybe is a text that may be absent: empty is written as null in JSON.
type Maybe string

// MarshalJSON writes null for the empty text.
func (m Maybe) MarshalJSON() ([]byte, error) {
	if m == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(m))
}

// MaybeID is an id that may be absent: 0 is written as null in JSON.
type MaybeID int64

// MarshalJSON writes null for 0.
func (m MaybeID) MarshalJSON() ([]byte, error) {
	if m == 0 {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, int64(m), 10), nil
}

// ReleaseType is the kind of a release.
type ReleaseType string

// The release types.
const (
	Onboarding ReleaseType = "onboarding"
	Regular    ReleaseType = "release"
	Hotfix     ReleaseType = "hotfix"
)

// ReleaseTypes lists every release type in the order they are offered.
var ReleaseTypes = []ReleaseType{Regular, Hotfix, Onboarding}

// ReleaseStatus is where a release is in its life: draft, then active, then archived.
type ReleaseStatus string

// The release statuses.
const (
	Draft    ReleaseStatus = "draft"
	Active   ReleaseStatus = "active"
	Archived ReleaseStatus = "archived"
)

// ReleaseStatuses lists every release status in the order of a release's life.
var ReleaseStatuses = []ReleaseStatus{Draft, Active, Archived}

// Category splits a release's steps into two separately ordered lists.
type Category string

// The categories.
const (
	Deploy Category = "deploy"
	Verify Category = "verify"
)

// Categories lists every category in the order they are worked through.
var Categories = []Category{Deploy, Verify}

func (c Category) letter() string {
	if c == Verify {
		return "V"
	}
	return "D"
}

// CategoryOf is the category of a template step by its short id; false for a
// custom step's, which has no letter of a category.
func CategoryOf(short string) (Category, bool) {
	for _, c := range Categories {
		if strings.HasPrefix(short, c.letter()) {
			return c, true
		}
	}
	return "", false
}

func (c Category) other() Category {
	if c == Verify {
		return Deploy
	}
	return Verify
}

// StepType is the language a step's content is written in.
type StepType string

// The step types.
const (
	Bash StepType = "bash"
	SQL  StepType = "sql"
	Text StepType = "text"
)

// StepTypes lists every step type in the order they are offered.
var StepTypes = []StepType{Bash, SQL, Text}

// Status is where one customer's step stands.
type Status uint8

// The step statuses. The numbers are stored.
const (
	Pending Status = iota
	Done
	Skipped
	Reverted
)

// Statuses lists every step status.
var Statuses = []Status{Pending, Done, Skipped, Reverted}

var statusNames = [...]string{"pending", "done", "skipped", "reverted"}

func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return fmt.Sprintf("status(%d)", uint8(s))
}

// MarshalText writes the status's name.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a status's name.
func (s *Status) UnmarshalText(b []byte) error {
	for i, n := range statusNames {
		if n == string(b) {
			*s = Status(i)
			return nil
		}
	}
	return fmt.Errorf("unknown status %q", b)
}

// moves are the status changes that the operations make; everything else is refused.
var moves = map[Status][]Status{
	Pending:  {Done, Skipped},
	Done:     {Reverted},
	Reverted: {Done, Skipped, Pending},
	Skipped:  {Pending},
}

// Open says whether there is still something to do: what was reverted is open again.
func (s Status) Open() bool { return s == Pending || s == Reverted }

func (s Status) can(to Status) bool {
	for _, t := range moves[s] {
		if t == to {
			return true
		}
	}
	return false
}

// Role is how much a person may do. Each role may do all that the one below may.
type Role uint8

// The roles.
const (
	NoRole   Role = iota // sees and does nothing
	Viewer               // reads
	Operator             // works on steps
	Admin                // everything else
)

var roleNames = [...]string{"none", "viewer", "operator", "admin"}

func (r Role) String() string { return roleNames[r] }

// MarshalText writes the role's name.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a role's name.
func (r *Role) UnmarshalText(b []byte) error {
	p, ok := ParseRole(string(b))
	if !ok {
		return fmt.Errorf("unknown role %q", b)
	}
	*r = p
	return nil
}

// ParseRole reads a role's name.
func ParseRole(s string) (Role, bool) {
	for i, n := range roleNames {
		if n == s {
			return Role(i), true
		}
	}
	return NoRole, false
}

// Via says through which door an operation came.
type Via string

// MarshalJSON writes null where the door is not told.
func (v Via) MarshalJSON() ([]byte, error) { return Maybe(v).MarshalJSON() }

// The doors.
const (
	ViaSlash    Via = "slash"
	ViaButton   Via = "button"
	ViaModal    Via = "modal"
	ViaShortcut Via = "shortcut"
	ViaMention  Via = "mention"
	ViaSchedule Via = "schedule"
	ViaImport   Via = "import"
	ViaCLI      Via = "cli"
	ViaPage     Via = "page"
)

// Actor is who asks. The zero Actor may nothing.
type Actor struct {
	User    string // Slack user id; empty for the program itself and for open pages
	Via     Via
	Channel string // Slack channel the request came from, if any
	system  bool
	open    bool
	link    int64 // the shared link that the request came by
}

// Person is the actor for a Slack user.
func Person(user string, via Via) Actor { return Actor{User: user, Via: via} }

// In is the same actor speaking from a Slack channel.
func (a Actor) In(channel string) Actor { a.Channel = channel; return a }

// System is the program itself: schedules, the command line, imports. It may everything.
func System(via Via) Actor { return Actor{Via: via, system: true} }

// Anyone is a reader of a page served with open access: a viewer without a name.
func Anyone() Actor { return Actor{Via: ViaPage, open: true} }

// Link is the shared link that an actor reads by; 0 for everybody else.
func (a Actor) Link() int64 { return a.link }

func (a Actor) id() string {
	switch {
	case a.User != "":
		return a.User
	case a.system:
		return "rollcall"
	}
	return "anyone"
}

// Date is a calendar date as YYYY-MM-DD without a time or zone; empty when absent.
type Date string

// MarshalJSON writes null for the absent date.
func (d Date) MarshalJSON() ([]byte, error) { return Maybe(d).MarshalJSON() }

func parseDate(field, s string) (Date, error) {
	if s == "" {
		return "", nil
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", invalid(field, "%q is not a date", s).hint("Write it as year-month-day, like 2026-12-01.")
	}
	return Date(s), nil
}
