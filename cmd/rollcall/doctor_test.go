package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"rollcall/bot"
	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDoctorFindsNothingWrong(t *testing.T) {
	slack := newWorkspace(t)
	env := serveEnv(slack, filepath.Join(t.TempDir(), "rollcall.db"))
	env["ROLLCALL_HTTP"] = "127.0.0.1:1"
	code, out, stderr := rollcall(t, env, "doctor")
	assert.Equal(t, exitOK, code, out+stderr)
	assert.Empty(t, stderr)
	for _, line := range []string{`ok +settings +none is wrong`, `ok +bot token +@rollcall in the workspace local`, `ok +scopes +all \d+ granted`,
		`ok +clock +agrees`, `ok +app token`, `ok +admins +@ann, @ben`, `ok +database +\S+rollcall.db is made at the first start`,
		`ok +base URL +http://127.0.0.1:1, where nothing answers yet`} {
		assert.Regexp(t, line, out)
	}
	assert.NoFileExists(t, env["ROLLCALL_DB"], "looking makes nothing")
	for _, v := range slack.Violations() {
		assert.Fail(t, "the doctor broke a rule of Slack", v.String())
	}
}

func TestDoctorWhileItServes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	env := maps.Clone(o.env)
	env["ROLLCALL_BASE_URL"], env["ROLLCALL_BACKUP_DIR"] = o.page, filepath.Join(t.TempDir(), "not", "there", "yet")
	code, out, _ := rollcall(t, env, "doctor")
	assert.Equal(t, exitOK, code, out)
	assert.Regexp(t, `ok +database +\S+ is in use: .*process`, out)
	assert.Regexp(t, `ok +base URL +http://\S+ answers`, out)
	assert.Regexp(t, `ok +backups +\S+yet can be written to`, out)
	env["ROLLCALL_BASE_URL"] = "http://127.0.0.1:1"
	code, out, _ = rollcall(t, env, "doctor")
	assert.Equal(t, exitFailed, code)
	assert.Regexp(t, `WRONG +base URL +a server runs, but nothing answers at http://127.0.0.1:1`, out)
}

func TestDoctorSaysWhatIsWrongAndWhereToClick(t *testing.T) {
	app := localApp()
	app.Scopes = slices.DeleteFunc(slices.Clone(app.Scopes), func(s string) bool { return s == "chat:write.public" })
	slack, err := localslack.Start(localslack.Config{App: app})
	require.NoError(t, err)
	defer slack.Close()
	db := filepath.Join(t.TempDir(), "rollcall.db")
	for name, tt := range map[string]struct {
		set   map[string]string
		wrong []string
	}{
		"MissingScope": {nil, []string{`WRONG +scopes +the bot token lacks chat:write.public \(announcements .*App Manifest.*Reinstall`}},
		"NoTokens":     {map[string]string{"SLACK_APP_TOKEN": "", "SLACK_BOT_TOKEN": ""}, []string{`WRONG +tokens +SLACK_APP_TOKEN and SLACK_BOT_TOKEN must be set.*api.slack.com/apps`}},
		"WrongTokens": {map[string]string{"SLACK_APP_TOKEN": "xapp-1-wrong-token", "SLACK_BOT_TOKEN": "xoxb-wrong-token"},
			[]string{`WRONG +bot token +Slack refuses it \(invalid_auth\).*OAuth & Permissions`, `WRONG +app token .*App-Level Tokens \(invalid_auth\)`}},
		"NoSlack":      {map[string]string{"SLACK_API_URL": "http://127.0.0.1:1/api/"}, []string{`WRONG +bot token +Slack cannot be reached`, `WRONG +app token +Slack cannot be reached`}},
		"Settings":     {map[string]string{"ROLLCALL_TZ": "Mars", "ROLLCALL_BACKUP_KEEP": "none"}, []string{`WRONG +settings +ROLLCALL_TZ "Mars"`, `WRONG +settings +ROLLCALL_BACKUP_KEEP`}},
		"NoFolder":     {map[string]string{"ROLLCALL_DB": filepath.Join(db, "nowhere", "x.db")}, []string{`WRONG +database +no file can be made`}},
		"DamagedFile":  {map[string]string{"ROLLCALL_DB": write(t, "damaged.db", "this is no database")}, []string{`WRONG +database +cannot open`}},
		"BackupFolder": {map[string]string{"ROLLCALL_BACKUP_DIR": write(t, "file", "")}, []string{`WRONG +backups +no file can be made`}},
	} {
		t.Run(name, func(t *testing.T) {
			env := serveEnv(slack, db)
			maps.Copy(env, tt.set)
			code, out, _ := rollcall(t, env, "doctor")
			assert.Equal(t, exitFailed, code)
			for _, line := range tt.wrong {
				assert.Regexp(t, line, out)
			}
			assert.NotContains(t, out, slack.BotToken())
			assert.NotContains(t, out, "xoxb-wrong-token")
		})
	}
	_, err = os.Stat(db)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestDoctorComparesClocks(t *testing.T) {
	slack := newWorkspace(t)
	client := bot.NewClient(bot.Account{AppToken: slack.AppToken(), BotToken: slack.BotToken(), APIURL: slack.APIURL(),
		Now: func() time.Time { return time.Now().Add(10 * time.Minute) }})
	var wrong []string
	for _, f := range bot.Diagnose(t.Context(), client).Findings {
		if f.Wrong != "" {
			wrong = append(wrong, f.What)
		}
	}
	assert.Equal(t, []string{"clock"}, wrong)
}

func TestDoctorKnowsTheDatabaseOfAnotherWorkspace(t *testing.T) {
	o := newOffice(t)
	o.close()
	other, err := localslack.Start(localslack.Config{App: localApp(), Domain: "elsewhere"})
	require.NoError(t, err)
	defer other.Close()
	code, out, _ := rollcall(t, serveEnv(other, o.env["ROLLCALL_DB"]), "doctor")
	assert.Equal(t, exitFailed, code)
	assert.Regexp(t, `WRONG +database +\S+ belongs to the Slack workspace `+o.slack.TeamID(), out)
}
