package core

import "time"

// TemplateView is a template step as its list shows it.
type TemplateView struct {
	StepTemplate
	ShortID  string `json:"short_id"`
	Position string `json:"position"` // "2"
	Content  Maybe  `json:"content"`  // empty unless the query asked for it

	NearMisses []string `json:"-"` // what in the content is almost a placeholder, in sentences
}

// TemplateList is a release's own steps, in order. Removed ones are left out.
type TemplateList struct {
	Release ReleaseView    `json:"release"`
	Deploy  []TemplateView `json:"deploy"`
	Verify  []TemplateView `json:"verify"`
}

// Category is the template steps of one category.
func (l *TemplateList) Category(c Category) []TemplateView {
	if c == Verify {
		return l.Verify
	}
	return l.Deploy
}

// StepView is one customer's step as it stands, the spec's CustomerStep.
type StepView struct {
	ID             MaybeID    `json:"id"` // absent on a draft: not enrolled yet
	ShortID        string     `json:"short_id"`
	ReleaseID      int64      `json:"release_id"`
	CustomerID     int64      `json:"customer_id"`
	TemplateID     *int64     `json:"template_id"`
	Name           string     `json:"name"`
	Category       Category   `json:"category"`
	Type           StepType   `json:"type"`
	Content        Maybe      `json:"content"` // as seen, placeholders filled; detail and export only
	Typed          string     `json:"-"`       // the content as typed, for editing; detail only
	NearMisses     []string   `json:"-"`       // what in it is almost a placeholder, in sentences, while it can be edited; detail only
	Description    Maybe      `json:"description"`
	OrderIndex     float64    `json:"order_index"`
	Position       string     `json:"position"` // "2", a custom step between 1 and 2: "1.5"
	Status         Status     `json:"status"`
	ExecutedAt     *time.Time `json:"executed_at"`
	ExecutedBy     Maybe      `json:"executed_by"`
	ExecutedByName Maybe      `json:"executed_by_name"`
	ExecutedLine   string     `json:"-"` // the target line of then, where that is another one now; detail only
	SkipReason     Maybe      `json:"skip_reason"`
	Notes          Maybe      `json:"notes"` // all notes, one after the other
	NoteList       []Note     `json:"note_list"`
	IsCustom       bool       `json:"is_custom"`
	IsOverridden   bool       `json:"is_overridden"`
	MovedOn        bool       `json:"template_moved_on"` // the template changed after the override was made
	Removed        bool       `json:"removed_from_template"`
	Claim          *Claim     `json:"claim"`
	Block          *Block     `json:"block"`
	CreatedAt      time.Time  `json:"created_at"`
	UpdatedAt      time.Time  `json:"updated_at"`
	CustomerName   string     `json:"customer_name"`
	ClusterName    string     `json:"cluster_name"`
	Namespace      string     `json:"namespace"`
	TargetLine     string     `json:"target_line"`
	Missing        []string   `json:"missing"`  // placeholders without a value
	Warnings       []string   `json:"warnings"` // filled values that a shell or SQL would read as more than text
	Rev            string     `json:"rev"`      // digest of all that the card says, for stale clicks
	Locked         bool       `json:"locked"`   // content is frozen: the step is done or skipped, or the release archived
	Aside          string     `json:"-"`        // why nobody works on it though its release goes on: it was removed, or its customer is out
}

// Note is a remark on a step.
type Note struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	ByName string    `json:"by_name"`
	Text   string    `json:"text"`
}

// Claim says who is working on a step.
type Claim struct {
	By     string    `json:"by"`
	ByName string    `json:"by_name"`
	At     time.Time `json:"at"`
}

// Block says what stands in a step's way.
type Block struct {
	By        string    `json:"by"`
	ByName    string    `json:"by_name"`
	At        time.Time `json:"at"`
	Reason    string    `json:"reason"`
	Needs     Maybe     `json:"needs"` // Slack user id of who must help
	NeedsName Maybe     `json:"needs_name"`
}

// StepList is one category of a customer's steps.
type StepList struct {
	Progress Counts     `json:"progress"`
	Steps    []StepView `json:"steps"`
}

// CustomerSteps is one customer's steps in one release.
type CustomerSteps struct {
	Release   ReleaseView  `json:"release"`
	Customer  CustomerView `json:"customer"`
	Progress  Progress     `json:"-"`
	Deploy    StepList     `json:"deploy"`
	Verify    StepList     `json:"verify"`
	Withdrawn bool         `json:"-"`
}

// OpenBefore is the steps that come before one, by its short id, and are still
// open: deploy before verify, as they are worked through.
func (v *CustomerSteps) OpenBefore(step string) []StepView {
	var open []StepView
	for _, list := range [][]StepView{v.Deploy.Steps, v.Verify.Steps} {
		for i := range list {
			if list[i].ShortID == step {
				return open
			}
			if list[i].Status.Open() {
				open = append(open, list[i])
			}
		}
	}
	return open
}

// StepDetail is everything about one customer's step.
type StepDetail struct {
	Release  ReleaseView  `json:"release"`
	Customer CustomerView `json:"customer"`
	Step     StepView     `json:"step"`
	Original *Original    `json:"original"` // what the template says, when the step says something else
	History  []Activity   `json:"history"`  // oldest first
	FileName string       `json:"-"`
}

// Original is the template's wording of an overridden step.
type Original struct {
	Name    string   `json:"name"`
	Type    StepType `json:"type"`
	Content string   `json:"content"` // filled like the step's
	MovedOn bool     `json:"template_moved_on"`
}

// StepAcross is one step across the customers of a release.
type StepAcross struct {
	Release   ReleaseView  `json:"release"`
	Step      TemplateView `json:"step"`
	Progress  Counts       `json:"-"`
	Customers []StepView   `json:"customers"` // by cluster, then customer
}
