package core

import (
	"fmt"
	"slices"
	"strings"
)

// LeaveOut is why a bulk does not touch a step, in the words under which such steps are listed.
type LeaveOut string

// Why steps are left out of a bulk, in the order in which they are listed: first
// what somebody could do something about.
const (
	LeftBlocked LeaveOut = "blocked"
	LeftClaimed LeaveOut = "in progress by others"
	LeftNoValue LeaveOut = "no value for a placeholder"
	LeftDone    LeaveOut = "already done"
	LeftSkipped LeaveOut = "already skipped"
)

// LeaveOuts is every reason, in that order.
var LeaveOuts = []LeaveOut{LeftBlocked, LeftClaimed, LeftNoValue, LeftDone, LeftSkipped}

// noValue begins what leaveOut says of a placeholder that cannot be filled.
const noValue = "no value"

// leaveOut says why a step is not to be touched by a bulk, and what is particular to it; empty when it is.
func (s *stepState) leaveOut(a Actor, to Status, names *namer) (cause LeaveOut, detail string) {
	rec := s.rec
	switch {
	case rec.Status == Done:
		return LeftDone, ""
	case rec.Status == Skipped:
		return LeftSkipped, ""
	case rec.BlockedBy != "":
		return LeftBlocked, rec.BlockReason
	case rec.ClaimedBy != "" && rec.ClaimedBy != a.id():
		return LeftClaimed, "@" + names.of(rec.ClaimedBy)
	}
	if missing := s.script().missing(s.value); to == Done && len(missing) > 0 {
		return LeftNoValue, "{{" + strings.Join(missing, "}}, {{") + "}}"
	}
	return "", ""
}

// why says of one step why it is left out.
func (l LeaveOut) why(detail string) string {
	switch l {
	case LeftBlocked:
		return "blocked: " + detail
	case LeftClaimed:
		return "in progress by " + detail
	case LeftNoValue:
		return noValue + " for " + detail
	}
	return string(l)
}

// allLeftOut says why a bulk would change nothing.
func allLeftOut(list []BulkStep) string {
	if len(list) == 0 {
		return ""
	}
	first := list[0]
	is, are := "is ", "are "
	if strings.HasPrefix(first.Why, noValue) {
		is, are = "has ", "have "
	}
	same := !slices.ContainsFunc(list, func(s BulkStep) bool { return s.Why != first.Why })
	switch {
	case len(list) == 1:
		return first.Line + " " + is + first.Why + "."
	case same:
		return "All " + count(len(list), "step") + " " + are + first.Why + "."
	}
	return first.Line + " " + is + first.Why + "; " + count(len(list)-1, "more step") + " cannot be changed either."
}

// leftKind is what a plan leaves out for one reason, so that who runs it is told without looking back.
type leftKind struct {
	Cause LeaveOut `json:"cause"`
	Count int      `json:"count"`
	Some  []string `json:"some"` // the first of them, where somebody could do something about them
}

// leftKinds counts what is left out by the reason, in the order of reasons.
func leftKinds(list []BulkStep) []leftKind {
	const some, words = 3, 150
	var out []leftKind
	for _, cause := range LeaveOuts {
		kind := leftKind{Cause: cause}
		for _, step := range list {
			if step.Cause != cause {
				continue
			}
			if kind.Count++; kind.Count <= some && step.Detail != "" {
				kind.Some = append(kind.Some, clip(step.Line, words)+" ("+clip(oneLine(step.Detail), nameLimit)+")")
			}
		}
		if kind.Count > 0 {
			out = append(out, kind)
		}
	}
	return out
}

// text says in a receipt what was left out.
func (k leftKind) text() string {
	text := count(k.Count, "step") + " left out, " + string(k.Cause)
	if len(k.Some) == 0 {
		return text + "."
	}
	text += ": " + strings.Join(k.Some, "; ")
	if more := k.Count - len(k.Some); more > 0 {
		text += fmt.Sprintf(" …and %d more", more)
	}
	return text + "."
}
