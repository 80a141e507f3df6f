package blocks

import (
	"fmt"
	"unicode/utf8"

	"rollcall/core"
)

// Templates lists the steps that a release has for everybody.
func Templates(v core.TemplateList, page int, env Env) Message {
	r := &v.Release
	s := env.sheet()
	s.reserve = 2
	s.header("Steps of " + releaseTitle(r))
	s.small(code(r.ShortID) + " · " + releaseFacts(r))
	all := append(append([]core.TemplateView{}, v.Deploy...), v.Verify...)
	if len(all) == 0 {
		s.invite("No steps yet.", "template.add", "Add one: "+env.typed("template add "+r.ShortID+` "Run migration" category=deploy type=sql content="…"`))
	}
	part, at, pages := pageOf(all, page, 20)
	var category core.Category
	for i := range part {
		t := &part[i]
		if t.Category != category {
			category = t.Category
			s.line(fmt.Sprintf("*%s steps* · %d", title(string(category)), len(v.Category(category))))
		}
		s.row(templateLine(t), press("Open", "template.show", r.ShortID, t.ShortID).says("Open "+t.ShortID+" "+t.Name))
	}
	s.reserve = 0
	buttons := pager("template.list", at, pages, r.ShortID)
	if r.Status != core.Archived {
		buttons = append(buttons, press("Add step", "template.add", r.ShortID), press("Edit steps", "template.edit", r.ShortID))
	}
	if r.Status == core.Draft {
		buttons = append(buttons, press("Activate", "release.activate", r.ShortID).primary())
	}
	s.actions(append(buttons, press("Release", "release.show", r.ShortID))...)
	return s.message()
}

// TemplateStep is a step of a release as a target line ends with it: deploy 2 (D2) Run migration.
func TemplateStep(t *core.TemplateView) string {
	return fmt.Sprintf("%s %s (%s) %s", t.Category, t.Position, t.ShortID, bold(t.Name))
}

func templateLine(t *core.TemplateView) string {
	text := fmt.Sprintf("%s. %s %s · %s", t.Position, bold(t.Name), code(t.ShortID), t.Type)
	if t.Description != "" {
		text += "\n" + Escape(short(oneLine(string(t.Description)), 200))
	}
	return text
}

// Template shows one step of a release with its content.
func Template(r core.ReleaseView, t core.TemplateView, env Env) Message {
	s := env.sheet()
	s.header(t.Name)
	s.line(fmt.Sprintf("%s · %s %s (%s) · %s · revision %d", bold(r.Label()), t.Category, t.Position, t.ShortID, t.Type, t.Revision))
	if t.Description != "" {
		s.words("Description", string(t.Description))
	}
	edit := press("Edit", "template.edit", r.ShortID, t.ShortID)
	if r.Status != core.Archived {
		s.nearMisses(t.NearMisses, edit)
	}
	content(&s, string(t.Content), env.open("Open page ↗", fmt.Sprintf("/releases/%d/steps/%s", r.ID, t.ShortID)))
	if r.Status != core.Archived {
		s.actions(edit, press("Move", "template.move", r.ShortID, t.ShortID),
			press("Remove", "template.remove", r.ShortID, t.ShortID), press("All steps", "template.list", r.ShortID))
	}
	return s.message()
}

// maxContent is how much of a step's content stands in a message; Slack refuses much longer ones.
const maxContent = 9000

// content shows a script to the letter; a long one is cut, and says so with the way to the rest.
func content(s *sheet, text string, page Button) {
	if text == "" {
		s.small("No content.")
		return
	}
	if left := excerpt(s, text, maxContent); left > 0 {
		s.actions(page)
	}
}

// LongContent says whether content is too long for a message, so that it goes to people as a file.
func LongContent(text string) bool { return utf8.RuneCountInString(text) > maxContent }

// head shows the beginning of content that goes to people as a file.
func head(s *sheet, text string) {
	const most = 1500
	runes := []rune(text)
	s.code(core.Visible(string(runes[:most])))
	s.line(fmt.Sprintf("✂️ *This is only the beginning*: %s in all. The whole content is a file in your conversation with Rollcall.", plural(len(runes), "character")))
}

// excerpt shows the beginning of a script to the letter, and says how much is left.
func excerpt(s *sheet, text string, most int) (left int) {
	runes := []rune(text)
	s.code(core.Visible(string(runes[:min(len(runes), most)])))
	if left = len(runes) - most; left > 0 {
		s.small("…and " + plural(left, "more character"))
	}
	return left
}
