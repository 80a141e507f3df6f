package main

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"testing"
	"unicode/utf8"

	"rollcall/bot"
	"rollcall/fixtures"
	"rollcall/fixtures/localslack"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestManifestIsOneThatSlackTakes(t *testing.T) {
	code, text, stderr := rollcall(t, nil, "manifest", "--json")
	require.Equal(t, exitOK, code, stderr)
	app, err := localslack.AppFromManifest([]byte(text))
	require.NoError(t, err, "by the local workspace's rules")
	assert.Equal(t, "rollcall", app.Name)
	assert.Len(t, app.Commands, len(bot.SlashCommands))
	assert.Len(t, app.Shortcuts, len(bot.Shortcuts))
	assert.Len(t, app.Scopes, len(bot.Scopes))
	assert.Len(t, app.Events, len(bot.Events))

	code, written, stderr := rollcall(t, nil, "manifest")
	require.Equal(t, exitOK, code, stderr)
	asJSON, err := yaml.YAMLToJSON([]byte(written))
	require.NoError(t, err)
	assert.JSONEq(t, text, string(asJSON), "YAML and JSON say the same")
	fixtures.Same(t, filepath.Join(fixtures.Root(t), "fixtures", "goldens", "manifest.yaml"), written)
}

// Every limit that Slack's schema of manifests has on what is written here.
func TestManifestKeepsToSlacksLimits(t *testing.T) {
	_, text, _ := rollcall(t, nil, "manifest", "--json")
	var m bot.Manifest
	require.NoError(t, json.Unmarshal([]byte(text), &m))
	length := func(what, s string, least, most int) {
		n := utf8.RuneCountInString(s)
		assert.True(t, least <= n && n <= most, "%s has %d characters: %d to %d", what, n, least, most)
	}
	length("name", m.Display.Name, 1, 35)
	length("description", m.Display.Description, 1, 140)
	length("long description", m.Display.LongDescription, 175, 4000)
	length("colour", m.Display.Colour, 4, 7)
	assert.Regexp(t, `^#[0-9a-f]{3}([0-9a-f]{3})?$`, m.Display.Colour)
	length("bot name", m.Features.Bot.Name, 1, 80)
	assert.LessOrEqual(t, len(m.Features.Shortcuts), 10)
	kinds, ids := map[string]int{}, map[string]bool{}
	for _, s := range m.Features.Shortcuts {
		length("shortcut", s.Name, 1, 24)
		length("callback id", s.CallbackID, 1, 255)
		length("shortcut's description", s.Description, 1, 150)
		kinds[s.Type]++
		assert.False(t, ids[s.CallbackID], "%s stands there twice", s.CallbackID)
		ids[s.CallbackID] = true
	}
	assert.LessOrEqual(t, kinds["global"], 5)
	assert.LessOrEqual(t, kinds["message"], 5)
	assert.Equal(t, len(m.Features.Shortcuts), kinds["global"]+kinds["message"], "there is no third kind")
	assert.True(t, 1 <= len(m.Features.Commands) && len(m.Features.Commands) <= 50)
	for _, c := range m.Features.Commands {
		assert.Regexp(t, regexp.MustCompile(`^/[a-z]{1,31}$`), c.Command)
		length("command's description", c.Description, 1, 2000)
		length("usage hint", c.UsageHint, 1, 1000)
		assert.True(t, c.ShouldEscape, "people and channels come as ids")
	}
	for _, scope := range m.OAuth.Scopes.Bot {
		length("scope", scope, 1, 50)
	}
	assert.True(t, 1 <= len(m.OAuth.Scopes.Bot) && len(m.OAuth.Scopes.Bot) <= 255)
	for _, event := range m.Settings.Subscriptions.Events {
		length("event", event, 1, 50)
	}
	assert.LessOrEqual(t, len(m.Settings.Subscriptions.Events), 100)
	assert.True(t, m.Settings.SocketMode && m.Settings.Interactivity.Enabled)
	assert.False(t, m.Settings.Rotation || m.Settings.OrgDeploy)
	assert.NotContains(t, text, "request_url", "Socket Mode has no addresses")
	assert.NotContains(t, text, `"url"`)
}
