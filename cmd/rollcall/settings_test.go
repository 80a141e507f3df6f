package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// environ makes a lookup of pairs.
func environ(pairs map[string]string) lookup {
	return func(name string) (string, bool) {
		v, ok := pairs[name]
		return v, ok
	}
}

// loadSettings loads all settings as serve does.
func loadSettings(t *testing.T, env map[string]string, args ...string) (config, []error) {
	t.Helper()
	flags := flagsFor()
	parser, err := kong.New(&flags)
	require.NoError(t, err)
	_, err = parser.Parse(args)
	require.NoError(t, err)
	return flags.load(environ(env))
}

func TestSettingsHaveDefaults(t *testing.T) {
	c, problems := loadSettings(t, nil)
	require.Empty(t, problems)
	assert.Equal(t, "rollcall.db", c.db)
	assert.Equal(t, "127.0.0.1:8080", c.http)
	assert.Equal(t, accessLink, c.access)
	assert.Equal(t, "viewer", c.defaultRole)
	assert.Equal(t, "UTC", c.zone.String())
	assert.Equal(t, slog.LevelInfo, c.logLevel)
	assert.False(t, c.logJSON)
	assert.Empty(t, c.combine())
}

func TestAFlagWinsOverTheEnvironment(t *testing.T) {
	c, problems := loadSettings(t, map[string]string{"ROLLCALL_DB": "env.db", "ROLLCALL_TZ": "Europe/Zurich"}, "--db", "flag.db")
	require.Empty(t, problems)
	assert.Equal(t, "flag.db", c.db)
	assert.Equal(t, "Europe/Zurich", c.zone.String())
}

// Empty is what the setting is when nobody sets it: an empty address would be every interface of the machine.
func TestAnEmptyFlagIsTheDefault(t *testing.T) {
	env := map[string]string{"ROLLCALL_HTTP": "0.0.0.0:80", "ROLLCALL_TZ": "Europe/Zurich", "ROLLCALL_BACKUP_KEEP": "3", "ROLLCALL_BACKUP_DIR": "copies"}
	c, problems := loadSettings(t, env, "--http=", "--tz=", "--backup-keep=", "--backup-dir=", "--db=")
	require.Empty(t, problems)
	assert.Equal(t, "127.0.0.1:8080", c.http)
	assert.Equal(t, "UTC", c.zone.String())
	assert.Equal(t, 14, c.backupKeep)
	assert.Empty(t, c.backupDir)
	assert.Equal(t, "rollcall.db", c.db)
}

func TestASecretMayComeFromAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte("xoxb-from-a-file\n"), 0o600))

	c, problems := loadSettings(t, map[string]string{"SLACK_BOT_TOKEN_FILE": file})
	require.Empty(t, problems)
	assert.Equal(t, "xoxb-from-a-file", c.botToken.reveal())

	_, problems = loadSettings(t, map[string]string{"SLACK_BOT_TOKEN_FILE": file, "SLACK_BOT_TOKEN": "xoxb-twice-given"})
	assert.ErrorContains(t, errors.Join(problems...), "SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set")

	_, problems = loadSettings(t, map[string]string{"SLACK_BOT_TOKEN_FILE": file + ".none"})
	assert.ErrorContains(t, errors.Join(problems...), "SLACK_BOT_TOKEN_FILE cannot be read")
}

func TestAllProblemsAreToldAtOnce(t *testing.T) {
	_, problems := loadSettings(t, map[string]string{
		"SLACK_APP_TOKEN": "xoxb-this-is-the-other-one",
		"ROLLCALL_TZ":     "Moon/Base",
		"ROLLCALL_ADMINS": "ann",
	}, "--http", "8080")
	assert.Len(t, problems, 4)
	told := errors.Join(problems...).Error()
	assert.Contains(t, told, "SLACK_APP_TOKEN must be a token that begins with xapp-")
	assert.NotContains(t, told, "this-is-the-other-one", "no secret in a message")
	assert.Contains(t, told, `"Moon/Base" is no time zone`)
	assert.Contains(t, told, `ROLLCALL_ADMINS "ann" is no Slack user id`)
	assert.Contains(t, told, `--http "8080" must be an address and a port`)
}

func TestEachSettingRefusesNonsense(t *testing.T) {
	for env, values := range map[string][]string{
		"SLACK_APP_TOKEN":          {"xoxb-1234567890", "xapp-"},
		"SLACK_BOT_TOKEN":          {"xapp-1234567890", "token"},
		"SLACK_API_URL":            {"slack.com", "https://slack.com/", "http://slack.com/api/", "http://203.0.113.7/api/", "ftp://slack.com/api/"},
		"ROLLCALL_HTTP":            {"8080", "127.0.0.1", "127.0.0.1:notaport", "127.0.0.1:99999"},
		"ROLLCALL_BASE_URL":        {"rollcall.example.com", "https://example.com/rollcall", "https://example.com/?a=b", "https://u:p@example.com"},
		"ROLLCALL_ACCESS":          {"public", "OPEN"},
		"ROLLCALL_TRUSTED_PROXIES": {"10.0.0.0/99", "proxy"},
		"ROLLCALL_ADMINS":          {"ann", "U"},
		"ROLLCALL_DEFAULT_ROLE":    {"admin", "none"},
		"ROLLCALL_TZ":              {"Moon/Base", "Local"},
		"ROLLCALL_LOG":             {"xml", "json,loud"},
	} {
		for _, v := range values {
			_, problems := loadSettings(t, map[string]string{env: v})
			assert.Len(t, problems, 1, "%s=%s", env, v)
		}
	}
}

func TestSettingsUnderstandWhatTheyAccept(t *testing.T) {
	c, problems := loadSettings(t, map[string]string{
		"SLACK_API_URL":            "http://127.0.0.1:4000/api/",
		"ROLLCALL_BASE_URL":        "https://rollcall.example.com/",
		"ROLLCALL_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.7",
		"ROLLCALL_ADMINS":          "U012ABCDE,W98765",
		"ROLLCALL_LOG":             "json,debug",
	})
	require.Empty(t, problems)
	assert.Equal(t, "http://127.0.0.1:4000/api/", c.slackAPI)
	assert.Equal(t, "https://rollcall.example.com", c.baseURL)
	assert.Equal(t, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32")}, c.trustedProxies)
	assert.Equal(t, []string{"U012ABCDE", "W98765"}, c.admins)
	assert.True(t, c.logJSON)
	assert.Equal(t, slog.LevelDebug, c.logLevel)
}

func TestTheSmallestValuesThatSlackCouldGive(t *testing.T) {
	c, problems := loadSettings(t, map[string]string{
		"SLACK_APP_TOKEN": "xapp-1", "SLACK_BOT_TOKEN": "xoxb-a", "ROLLCALL_ADMINS": "U1",
		"SLACK_API_URL": "http://slack:4000/api/", // the neighbour in a Compose file
	})
	require.Empty(t, problems)
	assert.Nil(t, c.missingTokens())
}

func TestATokenThatIsWrongIsNotMissingToo(t *testing.T) {
	c, problems := loadSettings(t, map[string]string{"SLACK_APP_TOKEN": "secret"}, "--slack-bot-token", "xapp-1")
	require.Len(t, problems, 2)
	assert.Nil(t, c.missingTokens())
	c, problems = loadSettings(t, map[string]string{"SLACK_APP_TOKEN": "secret"})
	require.Len(t, problems, 1)
	assert.ErrorContains(t, c.missingTokens(), "SLACK_BOT_TOKEN must be set")
}

func TestOffLoopbackThePageNeedsLinksAndHTTPS(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"nothing said":        {map[string]string{"ROLLCALL_HTTP": "0.0.0.0:8080"}, "ROLLCALL_BASE_URL is missing"},
		"all interfaces":      {map[string]string{"ROLLCALL_HTTP": ":8080"}, "ROLLCALL_BASE_URL is missing"},
		"open, and no way in": {map[string]string{"ROLLCALL_HTTP": "0.0.0.0:8080", "ROLLCALL_ACCESS": "open"}, "ROLLCALL_BASE_URL is missing"},
		"open to everyone":    {map[string]string{"ROLLCALL_HTTP": "0.0.0.0:8080", "ROLLCALL_ACCESS": "open", "ROLLCALL_BASE_URL": "https://r.example.com"}, "needs a ROLLCALL_HTTP on loopback"},
		"open by a proxy":     {map[string]string{"ROLLCALL_ACCESS": "open", "ROLLCALL_BASE_URL": "https://r.example.com"}, "no ROLLCALL_BASE_URL off loopback"},
		"plain http":          {map[string]string{"ROLLCALL_HTTP": "0.0.0.0:8080", "ROLLCALL_BASE_URL": "http://r.example.com"}, "must begin with https://"},
		"behind a local door": {map[string]string{"ROLLCALL_BASE_URL": "http://r.example.com"}, "must begin with https://"},
		"right":               {map[string]string{"ROLLCALL_HTTP": "0.0.0.0:8080", "ROLLCALL_BASE_URL": "https://r.example.com"}, ""},
		"right on loopback":   {map[string]string{"ROLLCALL_HTTP": "[::1]:8080", "ROLLCALL_ACCESS": "open"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, problems := loadSettings(t, c.env)
			require.Empty(t, problems)
			err := errors.Join(cfg.combine()...)
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestASecretIsNeverSeen(t *testing.T) {
	s := newSecret("xoxb-very-secret")
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("start", "token", s, "config", struct{ Token secret }{s})
	marshalled, err := json.Marshal(map[string]any{"token": s})
	require.NoError(t, err)
	for _, shown := range []string{
		fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q %x", s, s, s, s, s, s), fmt.Sprintf("%+v", config{botToken: s}),
		fmt.Sprintf("%#v", config{botToken: s}), logged.String(), string(marshalled),
	} {
		assert.NotContains(t, shown, "very-secret")
		assert.NotContains(t, shown, fmt.Sprintf("%x", "very-secret"))
	}
	assert.Equal(t, "xoxb-very-secret", s.reveal())
	assert.Empty(t, secret{}.String())
}
