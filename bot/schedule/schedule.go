// Package schedule reads when something is to happen again and again ("weekdays 09:30", "mon,thu 14:00", or a cron
// expression) and says when that is next. It knows calendars, zones and what clocks do in spring and autumn. It must not
// know what happens at those moments, nor what time it is.
//
// A moment is a time on the clock on the wall in one zone. One that the clock skips happens at the first instant after
// the gap; one that the clock shows twice happens the first time only.
package schedule

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"rollcall/core"

	"github.com/robfig/cron/v3"
)

// Schedule is moments on the wall clock of a zone. It implements core.Schedule.
type Schedule struct {
	walls cron.Schedule // asked and answered in wall time, written as if it were UTC
	zone  *time.Location
}

// Parse reads a schedule and the name of its zone. The error is a core.Error that names the field at fault.
func Parse(text, zone string) (*Schedule, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		return nil, &core.Error{Code: core.Invalid, Field: "zone", Msg: fmt.Sprintf("%q is no time zone", zone),
			Hint: "Use a name such as Europe/Berlin or America/New_York."}
	}
	walls, err := parseWalls(text)
	if err != nil {
		return nil, err
	}
	s := &Schedule{walls: walls, zone: loc}
	if s.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, wrong("%q is never", text)
	}
	return s, nil
}

// Read is Parse for core.Config.
func Read(text, zone string) (core.Schedule, error) {
	s, err := Parse(text, zone)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Next is the first moment after t; zero when there is none within five years.
func (s *Schedule) Next(t time.Time) time.Time {
	wall := wallOf(t.In(s.zone))
	for {
		if wall = s.walls.Next(wall); wall.IsZero() {
			return wall
		}
		if at := s.instant(wall); at.After(t) {
			return at
		}
	}
}

// Date is the date on the calendar of the schedule's zone at an instant.
func (s *Schedule) Date(t time.Time) core.Date { return core.Date(t.In(s.zone).Format(time.DateOnly)) }

// On is the first moment of a date, or, on a date that has none, the time of day of the next one after.
func (s *Schedule) On(d core.Date) time.Time {
	day, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	next := s.walls.Next(day.Add(-time.Second))
	if next.IsZero() {
		return next
	}
	return s.instant(time.Date(day.Year(), day.Month(), day.Day(), next.Hour(), next.Minute(), next.Second(), 0, time.UTC))
}

// wallOf is what a clock on the wall shows, written as if it were UTC.
func wallOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// instant is the first instant at which the clock shows a wall time or a later one. Where it shows the time twice that
// is the earlier instant, and where it skips it, the end of the gap.
func (s *Schedule) instant(wall time.Time) time.Time {
	const reach = 48 * time.Hour // no zone is further from UTC, nor jumps further
	from := wall.Add(-reach).In(s.zone)
	for {
		_, offset := from.Zone()
		at := wall.Add(-time.Duration(offset) * time.Second).In(s.zone)
		if at.Before(from) {
			at = from
		}
		_, end := from.ZoneBounds()
		if end.IsZero() || at.Before(end) {
			return at
		}
		from = end
	}
}

// parser reads cron's five fields and its @daily and the like. What it reads is asked in UTC.
var parser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// parseWalls reads the schedule without its zone.
func parseWalls(text string) (cron.Schedule, error) {
	text = strings.Join(strings.Fields(strings.ToLower(text)), " ")
	if text == "" {
		return nil, wrong("The schedule is missing")
	}
	expression := text
	if words := strings.Fields(text); len(words) != 5 && text[0] != '@' {
		var err error
		if expression, err = fromWords(text, words); err != nil {
			return nil, err
		}
	}
	if strings.HasPrefix(expression, "@every") || strings.Contains(expression, "tz=") {
		return nil, wrong("%q does not say a time of day", text)
	}
	walls, err := parser.Parse(expression)
	if err != nil {
		return nil, wrong("%q cannot be read as a schedule", text)
	}
	if spec, ok := walls.(*cron.SpecSchedule); ok {
		spec.Location = time.UTC
	}
	return walls, nil
}

// days are the words for days, in the numbers of cron.
var days = map[string]string{
	"daily": "*", "everyday": "*", "weekdays": "1-5", "workdays": "1-5", "weekends": "0,6",
	"sun": "0", "mon": "1", "tue": "2", "wed": "3", "thu": "4", "fri": "5", "sat": "6",
}

// fromWords turns "weekdays 09:30", "mon,thu 14:00" or "daily 09:00,16:00" into cron's fields.
func fromWords(text string, words []string) (string, error) {
	if len(words) < 2 {
		return "", wrong("%q does not say both days and a time", text)
	}
	var on []string
	for _, word := range strings.FieldsFunc(strings.Join(words[:len(words)-1], ","), func(r rune) bool { return r == ',' }) {
		if word == "at" || word == "every" || word == "and" {
			continue
		}
		number, known := dayNumber(word)
		if !known {
			return "", wrong("%q is no day", word)
		}
		on = append(on, number)
	}
	if len(on) == 0 {
		return "", wrong("%q does not say which days", text)
	}
	clock, err := time.Parse("15:04", padded(words[len(words)-1]))
	if err != nil {
		return "", wrong("%q is no time of day", words[len(words)-1])
	}
	return fmt.Sprintf("%d %d * * %s", clock.Minute(), clock.Hour(), strings.Join(on, ",")), nil
}

// dayNumber reads a day, a group of days or a range such as mon-thu.
func dayNumber(word string) (string, bool) {
	if from, to, ok := strings.Cut(word, "-"); ok {
		a, fromKnown := oneDay(from)
		b, toKnown := oneDay(to)
		if !fromKnown || !toKnown {
			return "", false
		}
		if b < a { // sat-mon goes over the end of cron's week
			return fmt.Sprintf("%d-6,0-%d", a, b), true
		}
		return fmt.Sprintf("%d-%d", a, b), true
	}
	if number, known := days[word]; known {
		return number, true
	}
	n, known := oneDay(word)
	return strconv.Itoa(n), known
}

// oneDay reads mon, monday or mondays.
func oneDay(word string) (int, bool) {
	full := strings.TrimSuffix(word, "s")
	for i := range 7 {
		name := strings.ToLower(time.Weekday(i).String())
		if word == name[:3] || full == name || len(word) > 3 && strings.HasPrefix(name, word) {
			return i, true
		}
	}
	return 0, false
}

// padded writes 9:30 as 09:30.
func padded(clock string) string {
	if len(clock) == 4 && clock[1] == ':' {
		return "0" + clock
	}
	return clock
}

func wrong(format string, args ...any) *core.Error {
	return &core.Error{Code: core.Invalid, Field: "schedule", Msg: fmt.Sprintf(format, args...),
		Hint: "Write it like `weekdays 09:30`, `daily 09:00`, `mon,thu 14:00`, or as a cron expression: `30 9 * * 1-5`."}
}
