package blocks

import (
	"fmt"

	"rollcall/core"
)

// editorRows is how many steps one page of the editor shows: two blocks each.
const editorRows = 40

// Editor is the panel in which the steps of a release are put in order, changed, added and removed.
func Editor(v core.TemplateList, page int, env Env) Message {
	r := &v.Release
	s := env.sheet()
	s.most, s.reserve = maxViewBlocks-panelHead, 1
	s.line(ReleaseName(r) + "\n" + releaseFacts(r))
	if r.Status == core.Active {
		s.small("The release is active: every change shows first whom it reaches.")
	}
	all := append(append([]core.TemplateView{}, v.Deploy...), v.Verify...)
	if len(all) == 0 {
		s.line("No steps yet.")
	}
	part, at, pages := pageOf(all, page, editorRows)
	var category core.Category
	for i := range part {
		t := &part[i]
		same := v.Category(t.Category)
		if t.Category != category {
			category = t.Category
			s.line(fmt.Sprintf("*%s steps* · %d", title(string(category)), len(same)))
		}
		s.line(templateLine(t))
		if r.Status != core.Archived {
			s.menu(editorMenu(r, t, same), editorButtons(r, t, same)...)
		}
	}
	s.reserve = 0
	var add Button
	if r.Status != core.Archived {
		add = press("Add step", "template.add", r.ShortID).primary()
	}
	s.menu(nil, append([]Button{add}, turnPages("template.edit", at, pages, r.ShortID)...)...)
	return s.message()
}

// editorButtons move a step up and down within its category, and open it.
func editorButtons(r *core.ReleaseView, t *core.TemplateView, same []core.TemplateView) []Button {
	var up, down Button
	i := t.OrderIndex
	if i > 0 && i < len(same) {
		up = press("▲", "template.move", r.ShortID, t.ShortID, "before", same[i-1].ShortID).says("Move " + t.ShortID + " " + t.Name + " up")
	}
	if i+1 < len(same) {
		down = press("▼", "template.move", r.ShortID, t.ShortID, "after", same[i+1].ShortID).says("Move " + t.ShortID + " " + t.Name + " down")
	}
	return []Button{up, down, press("Edit", "template.edit", r.ShortID, t.ShortID).says("Edit " + t.ShortID + " " + t.Name)}
}

func editorMenu(r *core.ReleaseView, t *core.TemplateView, same []core.TemplateView) []Button {
	var move Button
	if len(same) > 1 {
		move = press("Move after…", "template.move", r.ShortID, t.ShortID)
	}
	return []Button{move, press("Remove", "template.remove", r.ShortID, t.ShortID)}
}

// turnPages is the buttons that turn the pages of a panel.
func turnPages(action string, at, pages int, args ...any) []Button {
	var out []Button
	turn := func(label string, page int) Button {
		return press(label, action, append(args[:len(args):len(args)], fmt.Sprintf("page=%d", page))...)
	}
	if at > 1 {
		out = append(out, turn("◀ Earlier steps", at-1))
	}
	if at < pages {
		out = append(out, turn("Further steps ▶", at+1))
	}
	return out
}
