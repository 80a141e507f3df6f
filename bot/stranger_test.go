package bot

import (
	"testing"

	"rollcall/core"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
)

// Slack calls people of another workspace strangers only while they share no channel with the bot.
func TestPeopleOfAnotherWorkspaceAreStrangers(t *testing.T) {
	for name, c := range map[string]struct {
		user slack.User
		want core.PersonKind
	}{
		"a colleague":                     {slack.User{ID: "U1", TeamID: "T1"}, core.Member},
		"a colleague, told in short":      {slack.User{ID: "U1"}, core.Member},
		"somebody in a shared channel":    {slack.User{ID: "U1", TeamID: "T2", IsAdmin: true}, core.Stranger},
		"somebody in no channel":          {slack.User{ID: "U1", TeamID: "T2", IsStranger: true}, core.Stranger},
		"a colleague of the organisation": {slack.User{ID: "W1", TeamID: "T2", Enterprise: slack.EnterpriseUser{Teams: []string{"T2", "T1"}}}, core.Member},
		"the organisation's, not of this": {slack.User{ID: "W1", TeamID: "T2", Enterprise: slack.EnterpriseUser{Teams: []string{"T2", "T3"}}}, core.Stranger},
		"somebody elsewhere, deactivated": {slack.User{ID: "U1", TeamID: "T2", Deleted: true}, core.Deactivated},
		"a guest of this workspace":       {slack.User{ID: "U1", TeamID: "T1", IsRestricted: true}, core.Guest},
	} {
		got := personInfo(&c.user, "T1")
		assert.Equal(t, c.want, got.Kind, name)
		assert.False(t, got.Admin, name)
	}
}
