package bot

import (
	"rollcall/core"

	"github.com/slack-go/slack"
)

// Shortcut is an entry of Slack's shortcut menus. It stands for a command line, like a button.
type Shortcut struct {
	ID      string // callback id: Slack keeps it for as long as the app is installed, so it never changes
	Name    string // as the menu shows it, at most 24 characters
	For     string // at most 150 characters
	Message bool   // offered on messages
	Line    string // the command
}

// Shortcuts is every shortcut of the app.
var Shortcuts = []Shortcut{
	{ID: "my_next_step", Name: "My next step", For: "The step you should take next", Line: "next"},
	{ID: useAsContent, Name: "Use as step content", For: "Save the file or code block of a message as what a step says", Message: true, Line: "step content"},
	{ID: "new_release", Name: "New release", For: "Start a release as a draft", Line: "release add"},
}

// shortcut reads a choice from a shortcut menu. One that this version does not know opens the menu: an app may
// have been installed from the manifest of another version.
func shortcut(id string, data slack.InteractionCallback) Request {
	req := Request{Via: core.ViaShortcut, Key: orElse(data.TriggerID, id), User: data.User.ID, Channel: data.Channel.ID,
		Line: "menu", ReplyTo: data.ResponseURL, CanAsk: data.TriggerID != ""}
	onMessage := data.Type == slack.InteractionTypeMessageAction
	for _, s := range Shortcuts {
		if s.ID == data.CallbackID && s.Message == onMessage {
			req.Line = s.Line
		}
	}
	return req
}
