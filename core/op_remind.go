package core

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"rollcall/storage"
)

// AddReminder makes a reminder for a channel. Without a Zone the clock of the one who asks counts, else that of
// Config.Zone. Without Release it is about every active one, without Cluster about every cluster.
type AddReminder struct {
	Channel, Schedule, Zone string
	Release, Cluster        string
	Off                     []string // dates, YYYY-MM-DD
}

// EditReminder changes a reminder; "all" for Release or Cluster lets go of that limit.
type EditReminder struct {
	Reminder                                  string
	Channel, Schedule, Zone, Release, Cluster *string
	Off                                       *[]string
	Rev                                       string
}

// PauseReminder silences a reminder until it is resumed.
type PauseReminder struct{ Reminder string }

// ResumeReminder lets a paused, parked or snoozed reminder speak again, from its next moment on.
type ResumeReminder struct{ Reminder string }

// RemoveReminder ends a reminder.
type RemoveReminder struct{ Reminder string }

// SnoozeReminder silences a reminder until a time, at which it speaks once more; its schedule stays. Until is a length
// of time ("1h", "90m", "2d"), "tomorrow", or a date. On a date it speaks at its usual time of day.
type SnoozeReminder struct{ Reminder, Until string }

// ParkReminder is the program's own: the channel takes no messages any more. The reminder's creator is told, once.
type ParkReminder struct {
	Reminder int64
	Why      string
}

// channelForm is the form of a Slack channel's id.
var channelForm = regexp.MustCompile(`^[CDG][A-Z0-9]{1,30}$`)

// Limits on reminders.
const (
	reminderLimit = 200
	offLimit      = 100
	snoozeLimit   = 366 * 24 * time.Hour
)

func (AddReminder) Op() string     { return "reminder.add" }
func (EditReminder) Op() string    { return "reminder.edit" }
func (PauseReminder) Op() string   { return "reminder.pause" }
func (ResumeReminder) Op() string  { return "reminder.resume" }
func (RemoveReminder) Op() string  { return "reminder.remove" }
func (SnoozeReminder) Op() string  { return "reminder.snooze" }
func (ParkReminder) Op() string    { return "reminder.park" }
func (AddReminder) Needs() Role    { return Admin }
func (EditReminder) Needs() Role   { return Admin }
func (PauseReminder) Needs() Role  { return Admin }
func (ResumeReminder) Needs() Role { return Admin }
func (RemoveReminder) Needs() Role { return Admin }
func (SnoozeReminder) Needs() Role { return Operator }
func (ParkReminder) Needs() Role   { return Admin }

func (op AddReminder) run(t *tx) error {
	zone := strings.TrimSpace(op.Zone)
	if zone == "" {
		p, err := readPerson(t, t.actor.User)
		if err != nil {
			return err
		}
		zone = t.cfg.Zone.String()
		if p != nil && p.TZ != "" {
			zone = p.TZ
		}
	}
	n := 0
	for m, err := range reminders.all(t, "") {
		if err != nil {
			return err
		}
		if !m.Removed {
			n++
		}
	}
	if n >= reminderLimit {
		return refuse(Conflict, "There are %d reminders already, and that is the most", n).hint("Remove one that nobody needs.")
	}
	id, err := reminders.newID(t)
	if err != nil {
		return err
	}
	m := &Reminder{ID: id, CreatedBy: t.actor.id(), CreatedAt: t.now}
	if err := m.word(t, EditReminder{Channel: &op.Channel, Schedule: &op.Schedule, Zone: &zone, Release: &op.Release, Cluster: &op.Cluster, Off: &op.Off}); err != nil {
		return err
	}
	return t.reminded(m, "Added")
}

func (op EditReminder) run(t *tx) error {
	m, err := findReminder(t, op.Reminder)
	if err != nil {
		return err
	}
	if err := t.fresh(op.Rev, m.last, "The reminder"); err != nil {
		return err
	}
	if err := m.word(t, op); err != nil {
		return err
	}
	if op.Channel != nil {
		m.Parked = "" // somebody found another place for it
	}
	if err := t.reminded(m, "Changed"); err != nil {
		return err
	}
	t.same = m.Label() + " already says that"
	return nil
}

func (op PauseReminder) run(t *tx) error {
	m, err := findReminder(t, op.Reminder)
	if err != nil {
		return err
	}
	if m.Paused {
		t.about(m.Label(), "It is paused already")
		return nil
	}
	m.Paused = true
	t.aboutReminder(m)
	t.about(m.Label(), "Paused, until somebody resumes it with remind resume %d", m.ID)
	return reminders.put(t, m)
}

func (op ResumeReminder) run(t *tx) error {
	m, err := findReminder(t, op.Reminder)
	if err != nil {
		return err
	}
	if !m.silent() && !m.Snoozed(t.now) {
		t.about(m.Label(), "It is awake already")
		return nil
	}
	m.Paused, m.Parked, m.SnoozedUntil = false, "", nil
	return t.reminded(m, "Awake again")
}

func (op RemoveReminder) run(t *tx) error {
	m, err := findReminder(t, op.Reminder)
	if err != nil {
		return err
	}
	m.Removed = true
	t.aboutReminder(m)
	t.about(m.Label(), "Removed")
	return reminders.put(t, m)
}

func (op SnoozeReminder) run(t *tx) error {
	m, err := findReminder(t, op.Reminder)
	if err != nil {
		return err
	}
	sch, err := t.cfg.schedule(m.Schedule, m.Zone)
	if err != nil {
		return err
	}
	until, err := snoozeEnd(sch, strings.ToLower(strings.TrimSpace(op.Until)), t.now)
	if err != nil {
		return err
	}
	shown := until
	if off := sch.Date(until); slices.Contains(m.Off, off) {
		t.warn("%s is a date off: it stays silent that day.", off)
	}
	until = until.UTC()
	m.SnoozedUntil = &until
	t.aboutReminder(m)
	t.about(m.Label(), "Silent until %s; its schedule stays", clock(shown))
	return reminders.put(t, m)
}

// snoozeEnd reads how long to be silent.
func snoozeEnd(sch Schedule, text string, now time.Time) (time.Time, error) {
	zone := sch.Next(now).Location()
	today := sch.Date(now)
	day := Date(text)
	switch n := strings.TrimSuffix(text, "d"); {
	case text == "tomorrow":
		day = plusDays(today, 1)
	case n != text && len(n) < 4 && n != "" && strings.Trim(n, "0123456789") == "":
		day = plusDays(today, int(decimal(n)))
	default:
		if d, err := time.ParseDuration(text); err == nil {
			if d < time.Minute || d > snoozeLimit {
				return time.Time{}, invalid("until", "%q is not between a minute and a year", text)
			}
			return now.Add(d).In(zone), nil
		}
	}
	if _, err := parseDate("until", string(day)); err != nil || day == "" {
		return time.Time{}, invalid("until", "%q is no time to be silent until", clip(text, 40)).hint("Use 1h, 4h, tomorrow or a date like 2026-12-01.")
	}
	until := sch.On(day)
	switch {
	case day <= today || !until.After(now):
		return until, invalid("until", "%s is not to come", day).hint("Give a later date.")
	case until.Sub(now) > snoozeLimit:
		return until, invalid("until", "%s is more than a year away", day).hint("Pause the reminder instead.")
	}
	return until, nil
}

func plusDays(d Date, n int) Date {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return ""
	}
	return Date(t.AddDate(0, 0, n).Format(time.DateOnly))
}

func (op ParkReminder) run(t *tx) error {
	m, err := reminders.get(t, idKey(op.Reminder))
	if err != nil || m == nil || m.silent() {
		return err
	}
	m.Parked = Maybe(clip(oneLine(op.Why), textLimit))
	t.final = true
	t.aboutReminder(m)
	t.about(m.Label(), "Parked: %s", m.Parked)
	t.notify(Notice{Kind: ReminderParked, Channel: m.CreatedBy,
		Text: fmt.Sprintf("Reminder %d (%s) cannot speak in its channel: %s. Mend that and resume it, or give it another channel", m.ID, m.Schedule, m.Parked)})
	return reminders.put(t, m)
}

// word sets the fields that are given.
func (m *Reminder) word(t *tx, op EditReminder) (err error) {
	if op.Channel != nil {
		if m.Channel = strings.TrimSpace(*op.Channel); !channelForm.MatchString(m.Channel) {
			return invalid("channel", "%q is no channel", clip(m.Channel, 40)).hint("Type # and choose it.")
		}
	}
	if op.Zone != nil {
		m.Zone = strings.TrimSpace(*op.Zone)
	}
	if op.Schedule != nil {
		if m.Schedule, err = cleanName("schedule", *op.Schedule); err != nil {
			return err
		}
	}
	if _, err := t.cfg.schedule(m.Schedule, m.Zone); err != nil {
		return err
	}
	if op.Release != nil {
		if m.ReleaseID, err = scopeID(t, *op.Release, findUnarchived); err != nil {
			return err
		}
	}
	if op.Cluster != nil {
		m.ClusterID, err = scopeID(t, *op.Cluster, func(r storage.Reader, ref string) (int64, error) {
			cl, err := findCluster(r, ref, activeOnly)
			if err != nil {
				return 0, err
			}
			return cl.ID, nil
		})
		if err != nil {
			return err
		}
	}
	if op.Off != nil {
		m.Off, err = cleanOff(*op.Off)
	}
	return err
}

func findUnarchived(r storage.Reader, ref string) (int64, error) {
	rel, err := findRelease(r, ref, anyState)
	if err != nil {
		return 0, err
	}
	return rel.ID, rel.open()
}

// scopeID is what limits a reminder; 0 for "all" and nothing.
func scopeID(t *tx, ref string, find func(storage.Reader, string) (int64, error)) (int64, error) {
	if ref = strings.TrimSpace(ref); ref == "" || fold(ref) == "all" {
		return 0, nil
	}
	return find(t, ref)
}

// cleanOff checks dates off, sorts them and drops what is there twice.
func cleanOff(texts []string) ([]Date, error) {
	var out []Date
	for _, text := range texts {
		d, err := parseDate("off", strings.TrimSpace(text))
		if err != nil {
			return nil, err
		}
		if d != "" {
			out = append(out, d)
		}
	}
	slices.Sort(out)
	if out = slices.Compact(out); len(out) > offLimit {
		return nil, invalid("off", "These are %d dates; %d is the most", len(out), offLimit)
	}
	return out, nil
}

func (t *tx) aboutReminder(m *Reminder) { t.event.Release, t.event.Cluster = m.ReleaseID, m.ClusterID }

// reminded stores a reminder that goes on from now, and says when it speaks next.
func (t *tx) reminded(m *Reminder, what string) error {
	sch, err := t.cfg.schedule(m.Schedule, m.Zone)
	if err != nil {
		return err
	}
	t.aboutReminder(m)
	t.about(m.Label(), "%s: %s", what, m.Schedule)
	mark, err := readMark(t, m.ID)
	if err != nil {
		return err
	}
	mark.Base = t.now.Unix()
	if _, next := m.plan(sch, mark, t.now); next.IsZero() {
		t.warn("With these dates off it never speaks.")
	} else if !m.Paused {
		t.detail("Next on %s, if anything is open then.", clock(next))
	}
	if err := reminders.put(t, m); err != nil {
		return err
	}
	return t.putJSON(markPath(m.ID), mark)
}

// clock is a moment as the people of its zone read it.
func clock(t time.Time) string { return t.Format("Mon 2 Jan 2006 15:04 MST") }

// unmakeReminder puts a reminder back; one that was added is removed.
func (t *tx) unmakeReminder(key string, s *Subject) error {
	m, err := reminders.get(t, key)
	if err != nil {
		return err
	}
	if s.Created {
		m.Removed = true
	} else if err := restoreFields(m, s.Changes); err != nil {
		return err
	}
	return reminders.put(t, m)
}
