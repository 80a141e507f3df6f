package blocks

import (
	"fmt"
	"time"

	"rollcall/core"
)

// Shared gives a new shared link to whoever made it, once.
func Shared(r core.Receipt, env Env) Message {
	s := env.sheet()
	text := "✅ " + Target(r.Title) + "\n" + Escape(r.Text) + ", until " + Date(time.Unix(r.Until, 0)) + "."
	if r.Secret == "" {
		text += "\nThe link itself was told when it was made and is kept nowhere. If you did not see it, end this one and share again."
	} else {
		text += "\n<" + env.BaseURL + "/s/" + r.Secret + ">"
	}
	s.line(text)
	s.small("It shows how far the steps are: no contents, notes, reasons or people. Send it to those who are to see that, and to nobody else.")
	s.actions(press("All links", "release.shares", fmt.Sprintf("R%d", r.Release)), press("End it", "release.unshare", r.Link))
	return s.message()
}

// SharedLinks lists shared links, the working ones first.
func SharedLinks(v core.SharedLinks, page int) Message {
	var s sheet
	s.reserve = 2
	s.header("Shared links")
	if len(v.Links) == 0 {
		s.line("Nothing is shared. A link lets people outside the workspace watch the progress of a release, of one cluster or of one customer.")
	}
	part, at, pages := pageOf(v.Links, page, perList)
	for i := range part {
		l := &part[i]
		if l.Ended {
			s.line(linkLine(l))
			continue
		}
		s.row(linkLine(l), press("End", "release.unshare", l.ID).says(fmt.Sprintf("End link %d to %s", l.ID, l.Scope)))
	}
	s.reserve = 0
	var args []any
	if v.Release != 0 {
		args = append(args, core.ShortRelease(v.Release))
	}
	s.actions(append(pager("release.shares", at, pages, args...), press("Share", "release.share", args...))...)
	return s.message()
}

func linkLine(l *core.SharedLink) string {
	text := bold(l.Scope) + fmt.Sprintf(" · link %d", l.ID)
	switch {
	case l.Revoked:
		text += "\nEnded by hand " + Date(l.EndsAt)
	case l.Ended:
		text += "\nEnded " + Date(l.EndsAt)
	default:
		text += "\nUntil " + Date(l.EndsAt)
	}
	text += " · made by " + person(l.CreatedByName, l.CreatedBy) + "\n"
	if l.LastUse == nil {
		return text + "Never opened"
	}
	return text + "Opened " + times(l.Uses) + ", last looked at " + Date(*l.LastUse)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return thousands(n) + " times"
}
