package bot

// Need is something that the Slack app must be given, and what for.
type Need struct {
	Name string
	For  string
}

// Scopes are the scopes that the bot token must have.
var Scopes = []Need{
	{"commands", "the slash commands"},
	{"chat:write", "answers, and announcements in channels the bot is in"},
	{"chat:write.public", "announcements in other public channels"},
	{"pins:write", "the board of a release pinned in its channel"},
	{"app_mentions:read", "commands by mention, where slash commands do not work: in threads"},
	{"im:history", "commands in the conversation with the bot itself"},
	{"files:read", "files given as a step's content"},
	{"files:write", "a step's long content as a file"},
	{"im:write", "the conversation in which such a file goes to one person"},
	{"users:read", "who people are: their names, and whether they are admins, guests or strangers"},
}

// Events are the bot events that the app must subscribe to.
var Events = []Need{
	{"app_home_opened", "somebody opens the bot's Home tab"},
	{"app_mention", "somebody mentions the bot in a channel or thread"},
	{"message.im", "somebody writes to the bot"},
	{"user_change", "somebody becomes admin or guest, or is deactivated"},
	{"team_join", "somebody joins the workspace"},
}

// SlashCommands are the slash commands of the app. Any other name works as well.
var SlashCommands = []Need{
	{"/rollcall", "Track a release across customers"},
	{"/rc", "Short for /rollcall"},
}
