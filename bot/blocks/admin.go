package blocks

import (
	"fmt"
	"strconv"

	"rollcall/core"
)

// rolesPage is how many people one message lists.
const rolesPage = 40

// Roles says who may do what.
func Roles(v core.RoleList, page int, env Env) Message {
	s := env.sheet()
	s.reserve = 3
	s.header("Roles")
	part, at, pages := pageOf(v.People, page, rolesPage)
	role := core.NoRole
	text := ""
	flush := func() {
		if text != "" {
			s.line(text)
		}
		text = ""
	}
	for i := range part {
		p := &part[i]
		if text == "" || p.Role != role {
			flush()
			role = p.Role
			text = bold(role.String())
		}
		text += fmt.Sprintf("\n• %s (%s): %s", person(p.Name, p.ID), code(p.ID), Escape(p.Why))
		if len(text) > maxSection-400 {
			flush()
		}
	}
	flush()
	if len(v.People) == 0 {
		s.line("Nobody has a role of their own yet.")
	}
	s.reserve = 0
	others := "Every other full member of the workspace is " + v.Default.String()
	if v.Others > 0 {
		others += fmt.Sprintf("; Rollcall has met %s of them", thousands(v.Others))
	}
	s.small(others + ". Guests, apps and people of other workspaces get nothing.")
	s.actions(append(pager("admin.roles", at, pages), press("Grant a role", "admin.grant"), press("Take one back", "admin.revoke"))...)
	return s.message()
}

// Backup says where a copy of the database lies.
func Backup(path string, size int64) Message {
	return Say("✅ A verified copy of the database is on the machine that runs Rollcall:\n" + code(path) + "\n" + bytesText(size) +
		". `rollcall restore` puts it back.")
}

// bytesText is a size as people read it: "12.3 MB".
func bytesText(n int64) string {
	units := []string{"bytes", "kB", "MB", "GB", "TB"}
	size, unit := float64(n), 0
	for size >= 1000 && unit < len(units)-1 {
		size /= 1000
		unit++
	}
	if unit == 0 {
		return strconv.FormatInt(n, 10) + " bytes"
	}
	return strconv.FormatFloat(size, 'f', 1, 64) + " " + units[unit]
}
