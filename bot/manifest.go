package bot

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Manifest describes the Slack app: what Slack is told when the app is created from it. It is made from the command
// table and the lists of what the app needs, so that the app asks for what the bot uses and nothing more.
type Manifest struct {
	Metadata struct {
		Major int `json:"major_version"`
		Minor int `json:"minor_version"`
	} `json:"_metadata"`
	Display  manifestDisplay  `json:"display_information"`
	Features manifestFeatures `json:"features"`
	OAuth    struct {
		Scopes struct {
			Bot []string `json:"bot"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings manifestSettings `json:"settings"`
}

type manifestDisplay struct {
	Name            string `json:"name"`
	Description     string `json:"description"`
	LongDescription string `json:"long_description"`
	Colour          string `json:"background_color"`
}

type manifestFeatures struct {
	Home struct {
		Tab      bool `json:"home_tab_enabled"`
		Messages bool `json:"messages_tab_enabled"`
		ReadOnly bool `json:"messages_tab_read_only_enabled"`
	} `json:"app_home"`
	Bot struct {
		Name   string `json:"display_name"`
		Online bool   `json:"always_online"`
	} `json:"bot_user"`
	Shortcuts []manifestShortcut `json:"shortcuts,omitempty"`
	Commands  []manifestCommand  `json:"slash_commands"`
}

type manifestShortcut struct {
	Name        string `json:"name"`
	Type        string `json:"type"` // "global" or "message"
	CallbackID  string `json:"callback_id"`
	Description string `json:"description"`
}

type manifestCommand struct {
	Command      string `json:"command"`
	Description  string `json:"description"`
	UsageHint    string `json:"usage_hint"`
	ShouldEscape bool   `json:"should_escape"`
}

type manifestSettings struct {
	Subscriptions struct {
		Events []string `json:"bot_events"`
	} `json:"event_subscriptions"`
	Interactivity struct {
		Enabled bool `json:"is_enabled"`
	} `json:"interactivity"`
	OrgDeploy  bool `json:"org_deploy_enabled"`
	SocketMode bool `json:"socket_mode_enabled"`
	Rotation   bool `json:"token_rotation_enabled"`
}

// NewManifest is the manifest of this version.
func NewManifest() Manifest {
	var m Manifest
	m.Metadata.Major, m.Metadata.Minor = 1, 1
	m.Display = manifestDisplay{Name: "Rollcall", Colour: "#1f3a5f",
		Description: "Who got which step of a release, and what is left: customer by customer, cluster by cluster.",
		LongDescription: "Rollcall keeps track of a release that has to reach many customers, each in its own namespace on one of several " +
			"Kubernetes clusters. The steps of a release are written once; Rollcall knows for every customer whether each is done, who did it, " +
			"what is left and what stands in the way. Type /rollcall for a menu, or /rollcall help."}
	m.Features.Bot.Name, m.Features.Bot.Online = "rollcall", true
	events := names(Events)
	m.Features.Home.Tab = slices.Contains(events, "app_home_opened")
	m.Features.Home.Messages = true // answers that cannot go where they were asked for go there
	m.Features.Home.ReadOnly = !slices.Contains(events, "message.im")
	for _, s := range Shortcuts {
		kind := "global"
		if s.Message {
			kind = "message"
		}
		m.Features.Shortcuts = append(m.Features.Shortcuts, manifestShortcut{s.Name, kind, s.ID, s.For})
	}
	hint := usageHint(newTable(commands()))
	for _, c := range SlashCommands {
		m.Features.Commands = append(m.Features.Commands, manifestCommand{c.Name, c.For, hint, true})
	}
	m.OAuth.Scopes.Bot = names(Scopes)
	m.Settings.Subscriptions.Events = events
	m.Settings.Interactivity.Enabled = true
	m.Settings.SocketMode = true
	return m
}

func names(list []Need) []string {
	out := []string{}
	for _, n := range list {
		out = append(out, n.Name)
	}
	return out
}

// usageHint is what Slack shows while somebody types the command: what needs nothing else, then the nouns.
func usageHint(t *table) string {
	const most = 120 // characters; Slack takes 1,000 and shows a line
	hint := "help"
	for _, c := range t.of("") {
		if c.Verb != "help" && c.Verb != "menu" && utf8.RuneCountInString(hint+" | "+c.Verb) < most/2 {
			hint += " | " + c.Verb
		}
	}
	for _, noun := range t.nouns {
		if next := hint + " | " + noun + " …"; utf8.RuneCountInString(next) <= most {
			hint = next
		}
	}
	return strings.TrimSpace(hint)
}
