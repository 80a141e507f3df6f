package core

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"rollcall/storage"
)

// Schedule is moments that come again and again, on the wall clock of one zone. What it is written as, core does not
// know: Config.Schedules reads it.
type Schedule interface {
	// Next is the first moment after t, in the schedule's zone; zero when there is none to come.
	Next(t time.Time) time.Time
	// Date is the calendar date of an instant in the schedule's zone.
	Date(t time.Time) Date
	// On is the first moment of a date; on a date that has none, that date at the time of day of the next one.
	On(d Date) time.Time
}

// Reminder asks a channel, on a schedule, what is still open. It speaks only when something is.
type Reminder struct {
	ID           int64      `json:"id"`
	Channel      string     `json:"channel"`
	Schedule     string     `json:"schedule"`   // as it was written: "weekdays 09:30", "30 9 * * 1-5"
	Zone         string     `json:"zone"`       // the name of the zone whose clock counts
	Off          []Date     `json:"dates_off"`  // of that zone's calendar; sorted
	ReleaseID    int64      `json:"release_id"` // 0: every active release
	ClusterID    int64      `json:"cluster_id"` // 0: every cluster
	CreatedBy    string     `json:"created_by"`
	Paused       bool       `json:"paused"`
	Parked       Maybe      `json:"parked"` // why nothing can be said in the channel
	SnoozedUntil *time.Time `json:"snoozed_until"`
	Removed      bool       `json:"removed"`
	CreatedAt    time.Time  `json:"created_at"`
	UpdatedAt    time.Time  `json:"updated_at" event:"-"`
	trace
}

var reminders = &table[Reminder, *Reminder]{
	name:  "reminder",
	key:   func(m *Reminder) string { return idKey(m.ID) },
	title: func(m *Reminder) string { return m.Label() },
	stamp: func(m *Reminder, now int64) { m.UpdatedAt = unixTime(now) },
}

// Ref is how people refer to it: its number.
func (m Reminder) Ref() string { return idText(m.ID) }

// Label is what people call it: "Reminder 3".
func (m *Reminder) Label() string { return fmt.Sprintf("Reminder %d", m.ID) }

// silent is true for a reminder that waits for somebody to wake it.
func (m *Reminder) silent() bool { return m.Removed || m.Paused || m.Parked != "" }

// Snoozed is true while a reminder is silent for a while.
func (m *Reminder) Snoozed(now time.Time) bool {
	return m.SnoozedUntil != nil && m.SnoozedUntil.After(now)
}

// reminderMark is how far a reminder's schedule has been dealt with. It is no part of history: a moment that was
// undone does not come back.
type reminderMark struct {
	Base int64   `json:"base"` // every moment up to here is dealt with, Unix seconds
	Sent []int64 `json:"sent"` // the newest moments dealt with, oldest first; a clock set back does not repeat them
}

// sentKept is how many moments a mark remembers.
const sentKept = 200

func markPath(reminder int64) string { return "remindmark/" + idKey(reminder) }

func readMark(r storage.Reader, reminder int64) (reminderMark, error) {
	var m reminderMark
	b, err := r.Get([]byte(markPath(reminder)))
	if isNotFound(err) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, fmt.Errorf("the mark of reminder %d is damaged: %w", reminder, err)
	}
	return m, nil
}

// add notes a moment as dealt with.
func (m *reminderMark) add(planned int64) {
	m.Base = planned
	m.Sent = append(m.Sent, planned)
	if extra := len(m.Sent) - sentKept; extra > 0 {
		m.Sent = slices.Delete(m.Sent, 0, extra)
	}
}

// plan says which moment a reminder should speak for now, and when to look again. After a time in which nobody looked
// that is the latest moment alone. Zero times are none.
func (m *Reminder) plan(s Schedule, mark reminderMark, now time.Time) (due, next time.Time) {
	from := time.Unix(min(mark.Base, now.Unix()), 0)
	next = m.nextMoment(s, now)
	if m.SnoozedUntil != nil {
		end := m.SnoozedUntil.In(next.Location())
		on := !slices.Contains(m.Off, s.Date(end))
		switch {
		case now.Before(end):
			if on {
				return due, end
			}
			return due, m.nextMoment(s, end)
		case !end.Before(from):
			if end.After(from) && on {
				due = end
			}
			from = end
		}
	}
	if latest := m.latestMoment(s, from, now); !latest.IsZero() {
		due = latest
	}
	if !due.IsZero() && slices.Contains(mark.Sent, due.Unix()) {
		due = time.Time{}
	}
	return due, next
}

// nextMoment is the first moment after t that is on no date off. A date off is passed over at once, however many
// moments it has.
func (m *Reminder) nextMoment(s Schedule, t time.Time) time.Time {
	for t = s.Next(t); !t.IsZero() && slices.Contains(m.Off, s.Date(t)); {
		year, month, day := t.Date()
		if end := time.Date(year, month, day+1, 0, 0, -1, 0, t.Location()); end.After(t) {
			t = end
		}
		t = s.Next(t)
	}
	return t
}

// latestMoment is the last moment after from and not after now; zero when there is none. It halves the time that holds
// it, so that a dense schedule costs no more after a long silence than a sparse one.
func (m *Reminder) latestMoment(s Schedule, from, now time.Time) time.Time {
	some := func(after time.Time) bool {
		at := m.nextMoment(s, after)
		return !at.IsZero() && !at.After(now)
	}
	if !some(from) {
		return time.Time{}
	}
	none := now // there is a moment after from, and none after this
	for none.Sub(from) > time.Second {
		if mid := from.Add(none.Sub(from) / 2); some(mid) {
			from = mid
		} else {
			none = mid
		}
	}
	return m.nextMoment(s, from)
}
