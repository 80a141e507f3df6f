package blocks

import (
	"fmt"

	"rollcall/core"
)

// Milestone is a notice for a channel.
func Milestone(n core.Notice, env Env) Message {
	var s sheet
	s.line("📣 " + Escape(n.Text) + ".")
	if n.Release > 0 {
		s.actions(press("Status", "release.show", fmt.Sprintf("R%d", n.Release)), press("Matrix", "matrix", fmt.Sprintf("R%d", n.Release)),
			env.open("Open page ↗", fmt.Sprintf("/releases/%d", n.Release)))
	}
	return s.message()
}
