package core

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// minutely has a moment every minute, and counts how often it is asked.
type minutely struct{ asked int }

func (s *minutely) Next(t time.Time) time.Time {
	s.asked++
	return t.UTC().Truncate(time.Minute).Add(time.Minute)
}
func (s *minutely) Date(t time.Time) Date   { return Date(t.UTC().Format(time.DateOnly)) }
func (s *minutely) On(d Date) (t time.Time) { t, _ = time.Parse(time.DateOnly, string(d)); return t }

// However dense a schedule, however many dates are off and however long nobody looked: what is due is found in few steps.
func TestADenseScheduleWithManyDatesOffIsReadQuickly(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 30, 0, time.UTC)
	m := &Reminder{}
	for day := range 200 { // this day, those before and those after
		m.Off = append(m.Off, Date(now.AddDate(0, 0, day-100).Format(time.DateOnly)))
	}
	s := &minutely{}
	assert.Equal(t, time.Date(2027, 3, 8, 0, 0, 0, 0, time.UTC), m.nextMoment(s, now))
	assert.Less(t, s.asked, 200)

	s.asked = 0
	assert.Equal(t, time.Date(2026, 8, 19, 23, 59, 0, 0, time.UTC), m.latestMoment(s, now.AddDate(-4, 0, 0), now))
	assert.Less(t, s.asked, 20_000)

	s.asked = 0
	assert.Zero(t, m.latestMoment(s, now.AddDate(0, 0, -90), now), "all of them are off")
	assert.Less(t, s.asked, 400)

	m.Off, s.asked = nil, 0
	assert.Equal(t, now.Truncate(time.Minute), m.latestMoment(s, now.AddDate(-4, 0, 0), now))
	assert.Equal(t, now.Truncate(time.Minute), m.latestMoment(s, now.Add(-31*time.Second), now))
	assert.Zero(t, m.latestMoment(s, now.Add(-30*time.Second), now), "from itself does not count")
	assert.Less(t, s.asked, 200)
}
