package bot

import (
	"rollcall/core"
)

// adminCommands say who may do what.
func adminCommands() []*Command {
	user := Arg{Name: "user", Kind: Person, Place: true, Required: true, Help: "who"}
	return []*Command{
		{Noun: "admin", Verb: "roles", Aliases: []string{"list"}, Summary: "Who may do what, and why",
			Args: []Arg{pageArg, viewArg}, Examples: []string{"admin roles"}, Show: showRoles},
		{Noun: "admin", Verb: "grant", Summary: "Give somebody a role",
			Args:     []Arg{user, {Name: "role", Kind: OneOf, Place: true, Required: true, Choices: []string{"viewer", "operator", "admin"}, Help: "what they may do"}},
			Examples: []string{"admin grant <@U012ABCDEF> operator"},
			Op: func(in In) core.Operation {
				role, _ := core.ParseRole(in.Str("role")) // one of the choices
				return core.GrantRole{User: in.Str("user"), Role: role}
			}},
		{Noun: "admin", Verb: "revoke", Summary: "Take a granted role back",
			Args: []Arg{user}, Examples: []string{"admin revoke <@U012ABCDEF>"},
			Op: func(in In) core.Operation { return core.RevokeRole{User: in.Str("user")} }},
		{Noun: "admin", Verb: "backup", Aliases: []string{"snapshot"}, Summary: "Take a verified copy of the database now",
			Examples: []string{"admin backup"}, Rights: core.TakeBackup{}, Show: takeBackup},
	}
}
