package statuspage

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"rollcall/core"
)

// stepPath is the page of one customer's step.
const stepPath = "/releases/{id}/customers/{customer}/steps/{step}"

// stepURL is the address of stepPath with its ids.
func stepURL(release, customer int64, step string) string {
	return fmt.Sprintf("/releases/%d/customers/%d/steps/%s", release, customer, step)
}

// stepView is a step's detail with its neighbours in the matrix.
type stepView struct {
	*core.StepDetail
	near neighbours
}

// neighbours are the steps beside one in its cluster's grid; nil at its edges.
type neighbours struct {
	PrevStep, NextStep, PrevCustomer, NextCustomer *neighbour
}

type neighbour struct{ URL, Label string }

// stepBody is what the page and the panel of a step show.
type stepBody struct {
	*core.StepDetail
	URL     string
	Content content
	Rows    []pair // the difference to the template, for an overridden step
	Gone    int    // lines of the template that are not in the override
	New     int    // lines of the override that are not in the template
	Near    neighbours
	Hints   []hint
	Panel   bool
}

// Readable is false for those who may see how far a step is but not what it says.
func (b stepBody) Readable() bool { return b.Step.Content != "" }

func (q *request) step() core.StepQuery {
	return core.StepQuery{Release: q.ref("id"), Customer: q.ref("customer"), Step: q.id("step")}
}

func askStep(s *Site, q *request) (stepView, error) {
	v, err := s.cfg.Views.Step(q.ctx, q.actor, q.step())
	if err != nil {
		return stepView{}, err
	}
	near, err := s.neighboursOf(q, v)
	return stepView{v, near}, err
}

// neighboursOf finds the steps to go on to, in the order of the matrix. A step that stands in no matrix, on a draft or
// of a customer that has withdrawn, has none.
func (s *Site) neighboursOf(q *request, v *core.StepDetail) (n neighbours, err error) {
	if v.Release.Status == core.Draft {
		return n, nil
	}
	m, err := s.cfg.Views.Matrix(q.ctx, q.actor, core.MatrixQuery{Release: q.ref("id"), Category: v.Step.Category,
		Clusters: []string{core.ByID(v.Customer.ClusterID)}, AllCustom: true})
	if err != nil || len(m.Clusters) != 1 {
		return n, err
	}
	c := m.Clusters[0]
	x := slices.IndexFunc(c.Customers, func(k core.MatrixCustomer) bool { return k.ID == v.Customer.ID })
	y := slices.IndexFunc(c.Rows, func(r core.MatrixRow) bool { return r.ShortID == v.Step.ShortID })
	if x < 0 || y < 0 {
		return n, nil
	}
	at := func(x, y int, label string) *neighbour {
		return &neighbour{stepURL(v.Release.ID, c.Customers[x].ID, c.Rows[y].ShortID), label}
	}
	step := func(y int) *neighbour {
		return at(x, y, c.Rows[y].Position+". "+c.Rows[y].Name)
	}
	customer := func(x int) *neighbour {
		return at(x, y, c.Customers[x].Name+" ("+c.Cluster.Name+" / "+c.Customers[x].Namespace+")")
	}
	for i := y - 1; i >= 0 && n.PrevStep == nil; i-- {
		if c.Cells.Row(i)[x].Applies() {
			n.PrevStep = step(i)
		}
	}
	for i := y + 1; i < len(c.Rows) && n.NextStep == nil; i++ {
		if c.Cells.Row(i)[x].Applies() {
			n.NextStep = step(i)
		}
	}
	for i := x - 1; i >= 0 && n.PrevCustomer == nil; i-- {
		if c.Cells.Row(y)[i].Applies() {
			n.PrevCustomer = customer(i)
		}
	}
	for i := x + 1; i < len(c.Customers) && n.NextCustomer == nil; i++ {
		if c.Cells.Row(y)[i].Applies() {
			n.NextCustomer = customer(i)
		}
	}
	return n, nil
}

func dressStep(q *request, v stepView) (frame, error) {
	b, err := bodyOf(q, v.StepDetail)
	b.Near = v.near
	return frame{Title: v.Step.Name + " · " + v.Customer.Name + " · " + v.Release.Label(), Body: b}, err
}

func bodyOf(q *request, v *core.StepDetail) (b stepBody, err error) {
	b = stepBody{StepDetail: v, URL: stepURL(v.Release.ID, v.Customer.ID, v.Step.ShortID)}
	if !b.Readable() {
		return b, nil // who came by a shared link cannot change it either
	}
	b.Hints = hintsFor(v)
	if v.Original != nil {
		b.Rows, b.Gone, b.New = difference(v.Original.Content, string(v.Step.Content))
		b.Rows = folded(b.Rows)
	}
	b.Content, err = q.scribe.lay(q.ctx, v.Step.Type, string(v.Step.Content))
	return b, err
}

// showPanel answers with a step's detail alone, for the script to show beside the matrix.
func (s *Site) showPanel() http.HandlerFunc {
	return s.answerOnce(htmlType, func(q *request) ([]byte, error) {
		v, err := s.cfg.Views.Step(q.ctx, q.actor, q.step())
		if err != nil {
			return nil, err
		}
		b, err := bodyOf(q, v)
		if err != nil {
			return nil, err
		}
		b.Panel = true
		return s.layouts.render("step", "panel", b)
	})
}

// download answers with a step's content as a file that begins with its target line.
func (s *Site) download() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q, err := s.read(r)
		if err != nil {
			s.failWith(w, r, err)
			return
		}
		v, err := s.cfg.Views.Step(q.ctx, q.actor, q.step())
		if err == nil && v.Step.Content == "" {
			err = errNoContent
		}
		if err != nil {
			s.failWith(w, r, err)
			return
		}
		a, err := newAnswer("text/plain; charset=utf-8", []byte(v.Download()), encodingFor(r))
		if err != nil {
			s.failWith(w, r, err)
			return
		}
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": v.FileName}))
		a.send(w)
	}
}

var errNoContent = &core.Error{Code: core.NotFound, Msg: "What this step says is not shown here", Hint: "Sign in with a link from Slack to read it."}

// askOriginal is askStep for steps that say something other than their template.
func askOriginal(s *Site, q *request) (*core.StepDetail, error) {
	v, err := s.cfg.Views.Step(q.ctx, q.actor, q.step())
	if err == nil && v.Original == nil {
		err = &core.Error{Code: core.NotFound, Msg: "This step says what its template says", Hint: "There is no other original."}
	}
	return v, err
}

// originalBody is the template's wording of an overridden step beside the override.
type originalBody struct {
	stepBody
	Template content
}

func dressOriginal(q *request, v *core.StepDetail) (frame, error) {
	b, err := bodyOf(q, v)
	if err != nil {
		return frame{}, err
	}
	o := originalBody{stepBody: b}
	o.Template, err = q.scribe.lay(q.ctx, v.Original.Type, v.Original.Content)
	return frame{Title: "Original of " + v.Step.Name + " · " + v.Customer.Name, Body: o}, err
}

// hint is something that can be done with a step, and what to type for it in Slack.
type hint struct{ Label, Command string }

// hintsFor lists what can be done with a step as it stands.
func hintsFor(v *core.StepDetail) []hint {
	if v.Step.Aside != "" {
		return nil // it would only be refused
	}
	target := strings.Join([]string{v.Release.ShortID, typed(v.Step.ClusterName + "/" + v.Step.Namespace), v.Step.ShortID}, " ")
	var out []hint
	say := func(label, verb, rest string) {
		out = append(out, hint{label, strings.TrimSpace("/rollcall step " + verb + " " + target + " " + rest)})
	}
	change := func() {
		switch {
		case v.Step.IsCustom:
			say("Change it", "edit", "")
			say("Remove it", "remove", "")
		case v.Step.IsOverridden:
			say("Change the override", "override", "")
			say("Go back to the template", "reset", "")
		default:
			say("Say something else for this customer", "override", "")
		}
	}
	if v.Release.Status == core.Draft {
		change()
	}
	if v.Release.Status != core.Active {
		return out
	}
	if v.Step.Block != nil {
		say("The way is free again", "unblock", "")
	}
	switch v.Step.Status {
	case core.Done:
		say("Mark as reverted", "revert", "")
	case core.Skipped:
		say("Make it pending again", "reopen", "")
	case core.Reverted:
		say("Mark as done", "done", "")
		say("Skip", "skip", "")
		say("Make it pending again", "reopen", "")
		change()
	default:
		say("Mark as done", "done", "")
		say("Skip", "skip", "")
		if v.Step.Claim == nil {
			say("Say that you are on it", "start", "")
		}
		if v.Step.Block == nil {
			say("Say what is in the way", "block", "")
		}
		change()
	}
	return out
}

// typed is a word as it has to be typed to be read as one.
func typed(word string) string {
	if !strings.ContainsAny(word, " \t\"'“”‘’=") {
		return word
	}
	return `"` + strings.ReplaceAll(word, `"`, `\"`) + `"`
}
