package bot

import (
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"
)

// Slack opens no form whose date is preset to something else.
func TestADateInWordsStaysInItsForm(t *testing.T) {
	s := newStage(t)
	for line, want := range map[string]string{`release add Autumn date=tomorrow`: "tomorrow", `release add Autumn date=2026-12-01`: ""} {
		require.True(t, s.step("> ann: "+line))
		in := input(s.last["ann"].form, "date")
		require.NotNil(t, in, line)
		switch e := in.Element.(type) {
		case *slack.PlainTextInputBlockElement:
			require.Equal(t, want, e.InitialValue)
		case *slack.DatePickerBlockElement:
			require.Empty(t, want)
			require.Equal(t, "2026-12-01", e.InitialDate)
		}
	}
}
