package schedule_test

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata"

	"rollcall/bot/schedule"
	"rollcall/core"

	"github.com/robfig/cron/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const stamp = "2006-01-02 15:04:05 -0700"

func parsed(t *testing.T, text, zone string) *schedule.Schedule {
	t.Helper()
	s, err := schedule.Parse(text, zone)
	require.NoError(t, err, text)
	return s
}

// following are the n moments after an instant.
func following(s *schedule.Schedule, from time.Time, n int) (out []string) {
	for range n {
		from = s.Next(from)
		out = append(out, from.Format(stamp))
	}
	return out
}

func TestWords(t *testing.T) {
	monday := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	for text, want := range map[string][]string{
		"weekdays 09:30":           {"2026-11-30 09:30", "2026-12-01 09:30", "2026-12-02 09:30", "2026-12-03 09:30", "2026-12-04 09:30", "2026-12-07 09:30"},
		"Weekdays at 9:30":         {"2026-11-30 09:30", "2026-12-01 09:30"},
		"daily 09:00":              {"2026-11-30 09:00", "2026-12-01 09:00"},
		"every day 07:59":          nil,
		"everyday 07:59":           {"2026-12-01 07:59"},
		"mon,thu 14:00":            {"2026-11-30 14:00", "2026-12-03 14:00", "2026-12-07 14:00"},
		"Mondays and Fridays 8:00": {"2026-12-04 08:00", "2026-12-07 08:00"},
		"weekends 10:15":           {"2026-12-05 10:15", "2026-12-06 10:15"},
		"sat-mon 10:00":            {"2026-11-30 10:00", "2026-12-05 10:00", "2026-12-06 10:00", "2026-12-07 10:00"},
		"tue-thu 10:00":            {"2026-12-01 10:00", "2026-12-02 10:00", "2026-12-03 10:00", "2026-12-08 10:00"},
		"30 9 * * 1-5":             {"2026-11-30 09:30", "2026-12-01 09:30"},
		"0 9 1 * *":                {"2026-12-01 09:00", "2027-01-01 09:00"},
		"*/20 8 * * MON":           {"2026-11-30 08:20", "2026-11-30 08:40", "2026-12-07 08:00"},
		"@daily":                   {"2026-12-01 00:00"},
		"@weekly":                  {"2026-12-06 00:00"},
	} {
		if want == nil {
			_, err := schedule.Parse(text, "UTC")
			assert.Error(t, err, text)
			continue
		}
		var got []string
		at := monday
		for range want {
			at = parsed(t, text, "UTC").Next(at)
			got = append(got, at.Format("2006-01-02 15:04"))
		}
		assert.Equal(t, want, got, text)
	}
}

func TestWhatIsNoSchedule(t *testing.T) {
	for _, text := range []string{"", "  ", "daily", "09:30", "weekdays 25:00", "weekdays 9.30", "someday 09:30", "a b c d e", "61 * * * *",
		"@every 5m", "TZ=Asia/Kolkata 0 9 * * *", "CRON_TZ=UTC 0 9 * * *", "0 9 30 2 *", "@reboot", "mon-xyz 09:00", "daily 09:00 please"} {
		_, err := schedule.Parse(text, "UTC")
		require.Error(t, err, text)
		e := core.AsError(err)
		assert.Equal(t, core.Invalid, e.Code, text)
		assert.Equal(t, "schedule", e.Field, text)
		assert.Contains(t, e.Hint, "weekdays 09:30", text)
	}
	for _, zone := range []string{"", "Local", "Mars/Olympus", "../etc/passwd", "Europe"} {
		_, err := schedule.Parse("daily 09:00", zone)
		assert.Equal(t, "zone", core.AsError(err).Field, zone)
	}
}

// The clock jumps over a moment, shows it twice, or is not touched: in zones with an hour, half an hour and nothing.
func TestMomentsTheClockSkipsOrRepeats(t *testing.T) {
	for _, tt := range []struct {
		zone, text string
		from       time.Time
		want       []string
	}{
		{"Europe/Berlin", "daily 02:30", time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC),
			[]string{"2026-03-29 03:00:00 +0200", "2026-03-30 02:30:00 +0200"}},
		{"Europe/Berlin", "daily 02:30", time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC),
			[]string{"2026-10-25 02:30:00 +0200", "2026-10-26 02:30:00 +0100"}},
		{"Europe/Berlin", "daily 09:30", time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC),
			[]string{"2026-03-29 09:30:00 +0200", "2026-03-30 09:30:00 +0200"}},
		{"America/New_York", "daily 02:15", time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC),
			[]string{"2026-03-08 03:00:00 -0400", "2026-03-09 02:15:00 -0400"}},
		{"America/New_York", "daily 01:15", time.Date(2026, 10, 31, 12, 0, 0, 0, time.UTC),
			[]string{"2026-11-01 01:15:00 -0400", "2026-11-02 01:15:00 -0500"}},
		{"Australia/Lord_Howe", "daily 02:10", time.Date(2026, 10, 3, 12, 0, 0, 0, time.UTC),
			[]string{"2026-10-04 02:30:00 +1100", "2026-10-05 02:10:00 +1100"}},
		{"Australia/Lord_Howe", "daily 01:45", time.Date(2026, 4, 4, 0, 0, 0, 0, time.UTC),
			[]string{"2026-04-05 01:45:00 +1100", "2026-04-06 01:45:00 +1030"}},
		{"Asia/Kolkata", "daily 02:30", time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC),
			[]string{"2026-03-29 02:30:00 +0530", "2026-03-30 02:30:00 +0530"}},
		// Several moments in the gap are one; those in the repeated hour come once.
		{"Europe/Berlin", "*/15 2 * * *", time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC),
			[]string{"2026-03-29 03:00:00 +0200", "2026-03-30 02:00:00 +0200"}},
		{"Europe/Berlin", "*/30 2-3 * * *", time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC),
			[]string{"2026-10-25 02:00:00 +0200", "2026-10-25 02:30:00 +0200", "2026-10-25 03:00:00 +0100", "2026-10-25 03:30:00 +0100"}},
		// Asked in the second showing of the hour, the next one is tomorrow's.
		{"Europe/Berlin", "daily 02:30", time.Date(2026, 10, 25, 1, 10, 0, 0, time.UTC), []string{"2026-10-26 02:30:00 +0100"}},
		// Samoa left out a whole day.
		{"Pacific/Apia", "daily 09:00", time.Date(2011, 12, 29, 20, 0, 0, 0, time.UTC),
			[]string{"2011-12-31 00:00:00 +1400", "2011-12-31 09:00:00 +1400"}},
	} {
		assert.Equal(t, tt.want, following(parsed(t, tt.text, tt.zone), tt.from, len(tt.want)), "%s in %s", tt.text, tt.zone)
	}
}

// Next against a walk, minute by minute, of what the clock on the wall has shown so far.
func TestNextAgainstAWalkOfTheClock(t *testing.T) {
	zones := []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "America/Santiago",
		"Asia/Beirut", "Pacific/Chatham", "UTC"}
	texts := []string{"0 2 * * *", "30 2 * * *", "*/15 * * * *", "10 0-3 * * *", "45 1,2,3 * * 0", "0 0 * * *", "30 9 * * 1-5", "15 23 * * *"}
	rapid.Check(t, func(t *rapid.T) {
		zone, text := rapid.SampledFrom(zones).Draw(t, "zone"), rapid.SampledFrom(texts).Draw(t, "schedule")
		loc, err := time.LoadLocation(zone)
		require.NoError(t, err)
		s, err := schedule.Parse(text, zone)
		require.NoError(t, err)
		day := rapid.IntRange(0, 364).Draw(t, "day")
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, day).Add(time.Duration(rapid.IntRange(0, 1439).Draw(t, "minute")) * time.Minute)
		if _, end := from.In(loc).ZoneBounds(); !end.IsZero() && rapid.Bool().Draw(t, "near a change") {
			from = end.UTC().Add(time.Duration(rapid.IntRange(-200, 200).Draw(t, "minutes from it")) * time.Minute)
		}
		want, found := walk(t, text, loc, from)
		got := s.Next(from)
		if !found {
			assert.False(t, got.Before(from.Add(walkFor)), "%s in %s after %s: %s", text, zone, from, got)
			return
		}
		assert.Equal(t, want.UTC().Format(stamp), got.UTC().Format(stamp), "%s in %s after %s", text, zone, from)
	})
}

const walkFor = 36 * time.Hour // the walk ends just before it

// walk is the first minute after from at which the wall clock first reaches a time of the schedule.
func walk(t require.TestingT, text string, loc *time.Location, from time.Time) (time.Time, bool) {
	spec, err := cron.ParseStandard("TZ=UTC " + text)
	require.NoError(t, err)
	wall := func(at time.Time) time.Time {
		at = at.In(loc)
		return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)
	}
	shown := wall(from.Add(-30 * time.Hour)) // the latest time the clock has shown
	for at := from.Add(-30 * time.Hour); at.Before(from.Add(walkFor)); at = at.Add(time.Minute) {
		now := wall(at)
		if !now.After(shown) {
			continue
		}
		reached := !spec.Next(shown).After(now)
		shown = now
		if reached && at.After(from) {
			return at, true
		}
	}
	return time.Time{}, false
}

func TestOn(t *testing.T) {
	s := parsed(t, "weekdays 09:30", "America/New_York")
	for date, want := range map[core.Date]string{
		"2026-11-30": "2026-11-30 09:30:00 -0500", // a Monday
		"2026-12-05": "2026-12-05 09:30:00 -0500", // a Saturday: at the usual time
		"2026-07-04": "2026-07-04 09:30:00 -0400",
	} {
		assert.Equal(t, want, s.On(date).Format(stamp))
	}
	assert.True(t, s.On("soon").IsZero())
	assert.Equal(t, core.Date("2026-11-29"), s.Date(time.Date(2026, 11, 30, 4, 59, 0, 0, time.UTC)))
	assert.Equal(t, core.Date("2026-11-30"), s.Date(time.Date(2026, 11, 30, 5, 0, 0, 0, time.UTC)))
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"weekdays 09:30", "mon,thu 14:00", "30 9 * * 1-5", "@daily", "sat-mon 10:00", "* * * * *", "-,- 1:1"} {
		f.Add(text)
	}
	from := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := schedule.Parse(text, "Europe/Berlin")
		if err != nil {
			assert.Equal(t, core.Invalid, core.AsError(err).Code)
			return
		}
		next := s.Next(from)
		for range 5 {
			then := s.Next(next)
			assert.True(t, then.IsZero() || then.After(next), fmt.Sprint(text, next, then))
			next = then
			if then.IsZero() {
				break
			}
		}
	})
}
