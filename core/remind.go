package core

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"rollcall/storage"
)

// ReminderView is a reminder as it is listed.
type ReminderView struct {
	Reminder
	ReleaseLabel  Maybe      `json:"release_label"`
	ReleaseStatus Maybe      `json:"release_status"`
	ClusterName   Maybe      `json:"cluster_name"`
	CreatedByName string     `json:"created_by_name"`
	Next          *time.Time `json:"next"` // in the reminder's zone; nil while it waits for somebody to wake it
}

// ReminderList is every reminder that was not removed, oldest first.
type ReminderList struct {
	Reminders []ReminderView `json:"reminders"`
}

// DueReminder is a reminder whose moment has come.
type DueReminder struct {
	Reminder ReminderView
	Planned  time.Time
}

// Reminders lists the reminders.
func (s *Service) Reminders(ctx context.Context, a Actor) (*ReminderList, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*ReminderList, error) {
		out := &ReminderList{Reminders: []ReminderView{}}
		for m, err := range reminders.all(r, "") {
			if err != nil {
				return nil, err
			}
			if m.Removed {
				continue
			}
			v, err := s.reminderView(r, m)
			if err != nil {
				return nil, err
			}
			out.Reminders = append(out.Reminders, v)
		}
		return out, nil
	})
}

// Reminder is one reminder, by its number.
func (s *Service) Reminder(ctx context.Context, a Actor, ref string) (*ReminderView, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*ReminderView, error) {
		m, err := findReminder(r, ref)
		if err != nil {
			return nil, err
		}
		v, err := s.reminderView(r, m)
		return &v, err
	})
}

// DueReminders are the reminders that should speak now, and the time of the next moment of any; zero when there is
// none. Each is to be marked with MarkReminder before anything is said. It is for the program itself.
func (s *Service) DueReminders(ctx context.Context) (due []DueReminder, next time.Time, err error) {
	now := s.cfg.Now()
	var ahead []int64 // marks in the future: the clock has been set back
	err = s.view(ctx, func(r storage.Reader) error {
		due, next, ahead = nil, time.Time{}, nil
		for m, err := range reminders.all(r, "") {
			if err != nil {
				return err
			}
			if m.silent() {
				continue
			}
			sch, err := s.cfg.schedule(m.Schedule, m.Zone)
			if err != nil {
				continue // it was readable when it was stored: another program will read it again
			}
			mark, err := readMark(r, m.ID)
			if err != nil {
				return err
			}
			if mark.Base > now.Unix() {
				ahead = append(ahead, m.ID)
			}
			planned, then := m.plan(sch, mark, now)
			if !then.IsZero() && (next.IsZero() || then.Before(next)) {
				next = then
			}
			if planned.IsZero() {
				continue
			}
			v, err := s.reminderView(r, m)
			if err != nil {
				return err
			}
			due = append(due, DueReminder{Reminder: v, Planned: planned})
		}
		return nil
	})
	if err == nil && len(ahead) > 0 {
		err = s.rebase(ctx, ahead, now)
	}
	return due, next, err
}

// rebase lets reminders whose mark lies in the future go on from now.
func (s *Service) rebase(ctx context.Context, ids []int64, now time.Time) error {
	return s.store.Update(ctx, func(w storage.Writer) error {
		for _, id := range ids {
			mark, err := readMark(w, id)
			if err != nil {
				return err
			}
			mark.Base = min(mark.Base, now.Unix())
			if err := putJSON(w, markPath(id), mark); err != nil {
				return err
			}
		}
		return nil
	})
}

// MarkReminder notes that a moment of a reminder is dealt with. It is true once for each moment, and only while the
// reminder still stands as it did: whoever is told true may speak, once.
func (s *Service) MarkReminder(ctx context.Context, id int64, planned time.Time) (bool, error) {
	ok := false
	err := s.store.Update(ctx, func(w storage.Writer) error {
		ok = false
		m, err := reminders.get(w, idKey(id))
		if err != nil || m == nil || m.silent() {
			return err
		}
		mark, err := readMark(w, id)
		if err != nil {
			return err
		}
		at := planned.Unix()
		if at <= mark.Base || slices.Contains(mark.Sent, at) {
			return nil
		}
		mark.add(at)
		ok = true
		return putJSON(w, markPath(id), mark)
	})
	if err != nil {
		return false, fault(err)
	}
	return ok, nil
}

func (s *Service) reminderView(r storage.Reader, m *Reminder) (ReminderView, error) {
	v := ReminderView{Reminder: *m}
	var err error
	if v.CreatedByName, err = personName(r, m.CreatedBy); err != nil {
		return v, err
	}
	if m.ReleaseID != 0 {
		rel, err := releases.get(r, idKey(m.ReleaseID))
		if err != nil {
			return v, err
		}
		v.ReleaseLabel, v.ReleaseStatus = Maybe(rel.Label()), Maybe(rel.Status)
	}
	if m.ClusterID != 0 {
		cl, err := clusters.get(r, idKey(m.ClusterID))
		if err != nil {
			return v, err
		}
		v.ClusterName = Maybe(cl.Name)
	}
	if m.silent() {
		return v, nil
	}
	sch, err := s.cfg.schedule(m.Schedule, m.Zone)
	if err != nil {
		return v, nil
	}
	mark, err := readMark(r, m.ID)
	if err != nil {
		return v, err
	}
	if _, next := m.plan(sch, mark, s.cfg.Now()); !next.IsZero() {
		v.Next = &next
	}
	return v, nil
}

// findReminder finds a reminder by its number; without one it is the only one there is.
func findReminder(r storage.Reader, ref string) (*Reminder, error) {
	ref = strings.TrimPrefix(strings.TrimSpace(ref), "#")
	var all []*Reminder
	for m, err := range reminders.all(r, "") {
		if err != nil {
			return nil, err
		}
		if m.Removed {
			continue
		}
		if idText(m.ID) == ref {
			return m, nil
		}
		all = append(all, m)
	}
	switch {
	case ref == "" && len(all) == 1:
		return all[0], nil
	case ref == "" && len(all) > 1:
		return nil, &Error{Code: Invalid, Field: "reminder", Msg: "Which reminder?", Hint: "`remind list` shows them with their numbers."}
	case ref == "":
		return nil, &Error{Code: NotFound, Msg: "There are no reminders", Hint: "`remind add` makes one."}
	}
	return nil, &Error{Code: NotFound, Field: "reminder", Msg: "There is no reminder \"" + clip(ref, 40) + "\"", Hint: "`remind list` shows what there is."}
}

// schedule reads a schedule with what was handed in for it.
func (cfg *Config) schedule(text, zone string) (Schedule, error) {
	if cfg.Schedules == nil {
		return nil, errors.New("nobody reads schedules here")
	}
	return cfg.Schedules(text, zone)
}
