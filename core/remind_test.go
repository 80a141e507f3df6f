package core_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

func moment(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return t
}

// spoken marks what is due now, as the bot does, and lists the moments.
func (h *house) spoken() []string {
	h.t.Helper()
	due, _, err := h.DueReminders(h.t.Context())
	require.NoError(h.t, err)
	out := []string{}
	for _, d := range due {
		ok, err := h.MarkReminder(h.t.Context(), d.Reminder.ID, d.Planned)
		require.NoError(h.t, err)
		require.True(h.t, ok, "what is due was not marked before")
		again, err := h.MarkReminder(h.t.Context(), d.Reminder.ID, d.Planned)
		require.NoError(h.t, err)
		require.False(h.t, again, "a moment is marked once")
		out = append(out, d.Planned.UTC().Format("2006-01-02 15:04"))
	}
	return out
}

// clockTo sets the clock and lists what is spoken then.
func (h *house) clockTo(text string) []string { h.now = moment(text); return h.spoken() }

func nothing() []string { return []string{} }

func TestSection9NotificationsReminderSpeaksOnceAMoment(t *testing.T) {
	h := newHouse(t)
	r := h.do(ann, core.AddReminder{Channel: "C1", Schedule: "weekdays 09:30", Off: []string{"2026-11-27", "2026-11-27", "2026-12-01"}})
	assert.Contains(t, r.Details[0], "Thu 26 Nov 2026 09:30 CET", "the clock of the one who asked, and not 10:00 UTC today")
	assert.Equal(t, nothing(), h.spoken())
	assert.Equal(t, nothing(), h.clockTo("2026-11-26 08:29"))
	assert.Equal(t, []string{"2026-11-26 08:30"}, h.clockTo("2026-11-26 08:30"))
	assert.Equal(t, nothing(), h.spoken())
	assert.Equal(t, nothing(), h.clockTo("2026-11-27 12:00"), "a date off")
	assert.Equal(t, nothing(), h.clockTo("2026-11-29 12:00"), "a Sunday")
	assert.Equal(t, []string{"2026-11-30 08:30"}, h.clockTo("2026-11-30 08:31"))
	assert.Equal(t, []string{"2026-12-04 08:30"}, h.clockTo("2026-12-04 20:00"), "after three days of silence, the latest alone")
	assert.Equal(t, nothing(), h.spoken())
	list, err := h.Reminders(t.Context(), core.Person(vic, core.ViaSlash))
	require.NoError(t, err)
	require.Len(t, list.Reminders, 1)
	assert.Equal(t, "2026-12-07 08:30", list.Reminders[0].Next.UTC().Format("2006-01-02 15:04"))
	assert.Equal(t, []core.Date{"2026-11-27", "2026-12-01"}, list.Reminders[0].Off)
}

func TestSection9SchedulingTheClockIsSetBackOrAhead(t *testing.T) {
	h := newHouse(t)
	h.do(ann, core.AddReminder{Channel: "C1", Schedule: "*/30 * * * *", Zone: "UTC"})
	assert.Equal(t, []string{"2026-11-25 10:00"}, h.clockTo("2026-11-25 10:01"))
	assert.Equal(t, []string{"2026-11-25 10:30"}, h.clockTo("2026-11-25 10:31"))
	assert.Equal(t, nothing(), h.clockTo("2026-11-25 09:31"), "set back an hour")
	assert.Equal(t, nothing(), h.clockTo("2026-11-25 10:02"), "said before")
	assert.Equal(t, nothing(), h.clockTo("2026-11-25 10:32"), "said before")
	assert.Equal(t, []string{"2026-11-25 11:00"}, h.clockTo("2026-11-25 11:00"))
	assert.Equal(t, []string{"2031-01-01 00:00"}, h.clockTo("2031-01-01 00:10"), "far ahead: one, not thousands")
	assert.Equal(t, nothing(), h.clockTo("2026-11-25 11:10"), "and back again: nothing that was said")
	assert.Equal(t, []string{"2026-11-25 11:30"}, h.clockTo("2026-11-25 11:30"), "it goes on where the clock is")
	assert.Equal(t, nothing(), h.clockTo("1970-01-01 00:01"), "a machine without a clock")
	assert.Equal(t, nothing(), h.clockTo("2026-11-25 11:45"), "comes to itself")
	assert.Equal(t, []string{"2026-11-25 12:00"}, h.clockTo("2026-11-25 12:00"))
}

func TestReminderAfterARestartBetweenMarkAndPost(t *testing.T) {
	h := newHouse(t)
	h.do(ann, core.AddReminder{Channel: "C1", Schedule: "daily 09:00", Zone: "UTC"})
	require.Equal(t, []string{"2026-11-26 09:00"}, h.clockTo("2026-11-26 09:00"))
	again := furnish(t, h.store)
	again.now = h.now
	assert.Equal(t, nothing(), again.spoken(), "marked is marked, whether or not it was posted")
	assert.Equal(t, []string{"2026-11-27 09:00"}, again.clockTo("2026-11-27 09:00"))
}

func TestSnoozeKeepsTheSchedule(t *testing.T) {
	h := newHouse(t)
	h.refused(core.Forbidden, otto, core.SnoozeReminder{Until: "1h"})
	h.do(ann, core.GrantRole{User: otto, Role: core.Operator})
	h.do(ann, core.AddReminder{Channel: "C1", Schedule: "mon,thu 14:00", Zone: "UTC"})
	require.Equal(t, []string{"2026-11-26 14:00"}, h.clockTo("2026-11-26 14:00"))
	h.do(otto, core.SnoozeReminder{Until: "1h"})
	assert.Equal(t, nothing(), h.clockTo("2026-11-26 14:59"))
	assert.Equal(t, []string{"2026-11-26 15:00"}, h.clockTo("2026-11-26 15:00"), "once more when it is over")
	h.do(otto, core.SnoozeReminder{Until: "tomorrow"})
	assert.Equal(t, []string{"2026-11-27 14:00"}, h.clockTo("2026-11-27 14:00"), "at the usual time")
	h.do(otto, core.SnoozeReminder{Until: "2026-12-02"})
	assert.Equal(t, nothing(), h.clockTo("2026-11-30 14:00"), "a moment of the schedule, slept through")
	assert.Equal(t, []string{"2026-12-02 14:00"}, h.clockTo("2026-12-02 15:30"))
	assert.Equal(t, []string{"2026-12-03 14:00"}, h.clockTo("2026-12-03 14:00"), "the schedule is what it was")
	h.do(otto, core.SnoozeReminder{Until: "2026-12-07"})
	assert.Equal(t, []string{"2026-12-07 14:00"}, h.clockTo("2026-12-07 14:00"), "the snooze ends at a moment of the schedule: said once")
	assert.Equal(t, nothing(), h.spoken())
	h.do(otto, core.SnoozeReminder{Until: "30d"})
	h.do(ann, core.ResumeReminder{})
	assert.Equal(t, []string{"2026-12-10 14:00"}, h.clockTo("2026-12-10 14:00"), "somebody woke it")

	h.do(ann, core.EditReminder{Off: &[]string{"2026-12-11"}})
	h.do(otto, core.SnoozeReminder{Until: "tomorrow"})
	assert.Equal(t, nothing(), h.clockTo("2026-12-11 20:00"), "a date off stays silent")
	for text, field := range map[string]string{"": "until", "yesterday": "until", "2026-12-11": "until", "10s": "until", "9000h": "until", "2029-01-01": "until", "-1h": "until", "2026-13-01": "until"} {
		assert.Equal(t, field, h.refused(core.Invalid, otto, core.SnoozeReminder{Until: text}).Field, text)
	}
	h.refused(core.Forbidden, vic, core.SnoozeReminder{Until: "1h"})
}

func TestReminderPauseEditUndo(t *testing.T) {
	h := newHouse(t)
	for _, op := range []core.Operation{core.AddReminder{Channel: "C1", Schedule: "daily 09:00"}, core.PauseReminder{}, core.RemoveReminder{}, core.EditReminder{}} {
		h.refused(core.Forbidden, otto, op)
	}
	for field, op := range map[string]core.AddReminder{
		"channel":  {Channel: "ops", Schedule: "daily 09:00"},
		"schedule": {Channel: "C1", Schedule: "sometimes"},
		"zone":     {Channel: "C1", Schedule: "daily 09:00", Zone: "Mars"},
		"off":      {Channel: "C1", Schedule: "daily 09:00", Off: []string{"Christmas"}},
	} {
		assert.Equal(t, field, h.refused(core.Invalid, ann, op).Field)
	}
	h.refused(core.NotFound, ann, core.AddReminder{Channel: "C1", Schedule: "daily 09:00", Cluster: "nowhere"})
	h.refused(core.NotFound, ann, core.PauseReminder{})

	h.do(ann, core.AddReminder{Channel: "C1", Schedule: "daily 09:00", Zone: "UTC"})
	h.do(ann, core.PauseReminder{Reminder: "1"})
	assert.Equal(t, nothing(), h.clockTo("2026-11-26 09:00"))
	h.pass(time.Minute)
	h.do(ann, core.ResumeReminder{Reminder: "#1"})
	assert.Equal(t, nothing(), h.spoken(), "what it missed is past")
	schedule := "daily 10:00"
	h.do(ann, core.EditReminder{Reminder: "1", Schedule: &schedule})
	assert.Equal(t, []string{"2026-11-26 10:00"}, h.clockTo("2026-11-26 10:00"))
	h.do(ann, core.EditReminder{Reminder: "1", Schedule: new("daily 11:00")})
	h.do(ann, core.Undo{})
	assert.Equal(t, []string{"2026-11-27 10:00"}, h.clockTo("2026-11-27 10:30"), "the old schedule")
	h.do(ann, core.RemoveReminder{Reminder: "1"})
	assert.Equal(t, nothing(), h.clockTo("2026-11-28 10:00"))
	h.refused(core.NotFound, ann, core.PauseReminder{Reminder: "1"})
	h.do(ann, core.AddReminder{Channel: "C1", Schedule: "daily 10:00", Zone: "UTC"})
	h.do(ann, core.Undo{})
	assert.Equal(t, nothing(), h.clockTo("2026-11-29 10:00"), "the undone addition is removed")
}

func TestReminderOfAChannelThatIsGoneIsParkedAndToldOnce(t *testing.T) {
	h := newHouse(t)
	h.do(bob, core.AddReminder{Channel: "C1", Schedule: "daily 09:00", Zone: "UTC"})
	for range 2 {
		_, err := h.Do(t.Context(), core.System(core.ViaSchedule), "", core.ParkReminder{Reminder: 1, Why: "the channel is archived"})
		require.NoError(t, err)
	}
	notices, err := h.Notices(t.Context())
	require.NoError(t, err)
	require.Len(t, notices, 1)
	assert.Equal(t, bob, notices[0].Channel)
	assert.Contains(t, notices[0].Text, "the channel is archived")
	assert.Equal(t, nothing(), h.clockTo("2026-11-26 09:00"))
	h.do(ann, core.EditReminder{Reminder: "1", Channel: new("C2")})
	assert.Equal(t, []string{"2026-11-27 09:00"}, h.clockTo("2026-11-27 09:00"))
}

func TestWhatAReminderTalksAbout(t *testing.T) {
	h := newHouse(t)
	talk := func(m core.Reminder) *core.OpenWork {
		v, err := h.OpenWorkFor(t.Context(), core.System(core.ViaSchedule), &m)
		require.NoError(t, err)
		return v
	}
	h.spring()
	assert.Zero(t, talk(core.Reminder{}).Open, "a draft asks nothing of anybody")
	h.do(ann, core.ActivateRelease{Release: "v2.5.0", Confirm: true})
	v := talk(core.Reminder{})
	assert.Equal(t, 30, v.Open)
	require.Len(t, v.Releases, 1)
	require.Len(t, v.Releases[0].Clusters, 3)
	eu := v.Releases[0].Clusters[0]
	assert.Equal(t, "prod-eu", eu.Name)
	assert.Equal(t, 10, eu.Open)
	assert.Equal(t, "customer-d", eu.Top[0].Name)
	assert.Len(t, eu.Top[0].Steps, 2)
	assert.Equal(t, 5, eu.Top[0].Open)

	for _, step := range []string{"D1", "D2", "D3", "V1", "V2"} {
		h.do(ann, core.MarkDone{Target: core.Target{Release: "v2.5.0", Customer: "customer-d", Step: step}})
	}
	h.do(ann, core.RevertStep{Target: core.Target{Release: "v2.5.0", Customer: "customer-d", Step: "D2"}})
	h.do(ann, core.ArchiveCustomer{Customer: "customer-e"})
	h.do(ann, core.WithdrawCustomer{Release: "v2.5.0", Customer: "demo"})
	h.do(ann, core.BlockStep{Target: core.Target{Release: "v2.5.0", Customer: "customer-a", Step: "D1"}, Reason: "no access"})
	v = talk(core.Reminder{ClusterID: 2})
	assert.Equal(t, 1, v.Open, "reverted is open")
	assert.Equal(t, 16, talk(core.Reminder{}).Open)
	assert.Equal(t, 1, talk(core.Reminder{}).Releases[0].Blocked)
	assert.Zero(t, talk(core.Reminder{ReleaseID: 2}).Open)
	assert.Zero(t, talk(core.Reminder{ClusterID: 3}).Open, "everybody there is withdrawn")
	h.do(ann, core.ArchiveRelease{Release: "v2.5.0", Reason: "given up", Confirm: true})
	assert.Zero(t, talk(core.Reminder{ReleaseID: 1}).Open, "an archived release is silent")
}
