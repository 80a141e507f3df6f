package core

import (
	"time"
)

// The views are what the program's surfaces lay out: every list, card, page
// and export is one of them, built in one read transaction and holding
// nothing of the store. Their JSON is the twin of the page that shows them.

// ClusterView is a cluster with what its list needs.
type ClusterView struct {
	Cluster
	CustomerCount int            `json:"customer_count"` // active ones
	Customers     []string       `json:"-"`              // names of the active ones, sorted
	Releases      []ReleaseShare `json:"releases,omitempty"`
}

// CustomerView is a customer with its cluster.
type CustomerView struct {
	Customer
	ClusterName string         `json:"cluster_name"`
	Progress    *Progress      `json:"progress"`           // over its active releases; null without any
	Releases    []ReleaseShare `json:"releases,omitempty"` // by release, in a cluster's detail
}

// ReleaseView is a release as people know it.
type ReleaseView struct {
	Release
	ShortID       string   `json:"short_id"` // R12
	CustomerCount int      `json:"customer_count"`
	StepCount     int      `json:"step_count"`   // template steps
	TargetsText   string   `json:"targets_text"` // "all active customers", "clusters prod-eu, prod-us"
	Progress      Progress `json:"progress"`
	Blocked       int      `json:"blocked"`
}

// Label is how a release is called in one word: its version, else its name.
func (r *Release) Label() string {
	if r.VersionNumber != "" {
		return string(r.VersionNumber)
	}
	return r.Name
}

// ReleaseShare is one customer's or cluster's part in a release.
type ReleaseShare struct {
	ReleaseID   int64         `json:"release_id"`
	ShortID     string        `json:"short_id"`
	Name        string        `json:"name"`
	Label       string        `json:"label"`
	Type        ReleaseType   `json:"type"`
	Status      ReleaseStatus `json:"status"`
	ReleaseDate Date          `json:"release_date"`
	Withdrawn   bool          `json:"withdrawn"`
	Progress    Progress      `json:"progress"`
	LastChange  *time.Time    `json:"last_change"`
}

// Dashboard is the overview: what is under way, where, and what happened last.
type Dashboard struct {
	ActiveReleases []ReleaseView `json:"active_releases"`
	Clusters       []ClusterView `json:"clusters"`
	Stats          Counts        `json:"stats"` // over all active releases
	Activity       []Activity    `json:"activity"`
	People         bool          `json:"-"`
}

// ClusterList is every cluster, by name.
type ClusterList struct {
	Clusters []ClusterView `json:"clusters"`
}

// ClusterDetail is one cluster and the customers in it.
type ClusterDetail struct {
	Cluster   ClusterView    `json:"cluster"`
	Customers []CustomerView `json:"customers"`
}

// CustomerList is the customers asked for, in the order asked for.
type CustomerList struct {
	Customers []CustomerView `json:"customers"`
	Total     int            `json:"total"`         // before the filter
	Clusters  []string       `json:"cluster_names"` // what can be filtered by
	Unknown   []string       `json:"unknown_clusters,omitempty"`
	Query     CustomersQuery `json:"-"`
}

// CustomerDetail is one customer and its releases, newest first.
type CustomerDetail struct {
	Customer CustomerView   `json:"customer"`
	Releases []ReleaseShare `json:"releases"`
}

// ReleaseList is the releases asked for: active, then drafts, then archived, newest first.
type ReleaseList struct {
	Releases []ReleaseView `json:"releases"`
}

// TemplateView is a template step as its list shows it.
type TemplateView struct {
	StepTemplate
	ShortID  string `json:"short_id"`
	Position string `json:"position"` // "2"
	Content  Maybe  `json:"content"`  // empty unless the query asked for it
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
	Description    Maybe      `json:"description"`
	OrderIndex     float64    `json:"order_index"`
	Position       string     `json:"position"` // "2", a custom step between 1 and 2: "1.5"
	Status         Status     `json:"status"`
	ExecutedAt     *time.Time `json:"executed_at"`
	ExecutedBy     Maybe      `json:"executed_by"`
	ExecutedByName Maybe      `json:"executed_by_name"`
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
	Progress  Progress     `json:"progress"`
	Deploy    StepList     `json:"deploy"`
	Verify    StepList     `json:"verify"`
	Withdrawn bool         `json:"withdrawn"`
}

// StepDetail is everything about one customer's step.
type StepDetail struct {
	Release  ReleaseView  `json:"release"`
	Customer CustomerView `json:"customer"`
	Step     StepView     `json:"step"`
	Original *Original    `json:"original"` // what the template says, when the step says something else
	History  []Activity   `json:"history"`  // oldest first
	FileName string       `json:"file_name"`
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
	Progress  Counts       `json:"progress"`
	Customers []StepView   `json:"customers"` // by cluster, then customer
}

// Matrix is steps × customers of a release, grouped by cluster.
type Matrix struct {
	Release  ReleaseView     `json:"release"`
	Progress Progress        `json:"progress"`
	Clusters []MatrixCluster `json:"clusters"`
	Category Category        `json:"category"`
	Query    MatrixQuery     `json:"-"`
	Names    []string        `json:"cluster_names"` // every cluster of the release: what can be filtered by
	Unknown  []string        `json:"unknown_clusters,omitempty"`
	Shown    Shown           `json:"shown"`
}

// Shown says how much of the matrix passed the filters.
type Shown struct {
	Customers     int `json:"customers"`
	AllCustomers  int `json:"all_customers"`
	Steps         int `json:"steps"`
	AllSteps      int `json:"all_steps"`
	MatchingCells int `json:"matching_cells"`
}

// MatrixCluster is one cluster's grid. Cells stands by row, then customer.
type MatrixCluster struct {
	Cluster   ClusterRef       `json:"cluster"`
	Progress  Progress         `json:"progress"`
	Customers []MatrixCustomer `json:"customers"`
	Rows      []MatrixRow      `json:"rows"`
	Cells     Grid             `json:"cells"`
}

// ClusterRef names a cluster.
type ClusterRef struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// MatrixCustomer heads a column.
type MatrixCustomer struct {
	ID        int64    `json:"id"`
	Name      string   `json:"name"`
	Namespace string   `json:"namespace"`
	Withdrawn bool     `json:"withdrawn"`
	Progress  Progress `json:"progress"`
}

// MatrixRow heads a row.
type MatrixRow struct {
	Number     int      `json:"number"`
	ShortID    string   `json:"short_id"`
	Position   string   `json:"position"`
	Name       string   `json:"name"`
	Category   Category `json:"category"`
	Type       StepType `json:"type"`
	OrderIndex float64  `json:"order_index"`
	IsCustom   bool     `json:"is_custom"`
	Removed    bool     `json:"removed_from_template"`
}

// Cell is one customer's step in the matrix. The zero Cell is not applicable.
type Cell struct {
	ID     int64 // the customer step's id
	Status Status
	Marks  Marks
	Match  bool // passes the status filter
}

// Applies is false where the customer has no such step.
func (c Cell) Applies() bool { return c.ID != 0 }

// Marks are what stands beside a cell's status.
type Marks uint8

// The marks.
const (
	Custom Marks = 1 << iota
	Overridden
	MovedOn
	Claimed
	Blocked
	Noted
)

// Activity is one event as a feed shows it.
type Activity struct {
	Seq          int64      `json:"seq"`
	At           time.Time  `json:"at"`
	Actor        string     `json:"actor"`
	ActorName    string     `json:"actor_name"`
	Via          Via        `json:"via"`
	Op           string     `json:"op"`   // "step.done"
	Verb         string     `json:"verb"` // "done", "moved", "added"
	Title        string     `json:"title"`
	Text         Maybe      `json:"text"` // reason, note
	ReleaseID    *int64     `json:"release_id"`
	ReleaseLabel Maybe      `json:"release_label"`
	CustomerID   *int64     `json:"customer_id"`
	CustomerName Maybe      `json:"customer_name"`
	ClusterID    *int64     `json:"cluster_id"`
	ClusterName  Maybe      `json:"cluster_name"`
	Namespace    Maybe      `json:"namespace"`
	StepID       Maybe      `json:"step_short_id"`
	StepName     Maybe      `json:"step_name"`
	Status       *Status    `json:"status"` // the new status, where there is one
	Count        int        `json:"count"`  // steps touched
	Undoes       MaybeID    `json:"undoes"`
	Refused      bool       `json:"refused"`
	Changes      []FieldNow `json:"changes"` // null where there are none to tell
}

// FieldNow is one field's change as people read it.
type FieldNow struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// ActivityFeed is events, newest first.
type ActivityFeed struct {
	Events []Activity    `json:"events"`
	Next   MaybeID       `json:"next"` // pass as Before for the older ones; 0 at the end
	Query  ActivityQuery `json:"-"`
}

// ActivationPreview is what activating a release would do.
type ActivationPreview struct {
	Release   ReleaseView       `json:"release"`
	Customers int               `json:"customers"`
	Steps     int               `json:"steps"`
	Total     int               `json:"total"` // steps to work through, customs included
	Customs   int               `json:"customs"`
	Clusters  []PreviewCluster  `json:"clusters"`
	LeftOut   []PreviewCustomer `json:"left_out"` // active customers outside the targets
	Missing   []MissingValue    `json:"missing"`
	Notices   []string          `json:"notices"`
}

// PreviewCluster is one cluster's part of a preview.
type PreviewCluster struct {
	Name      string   `json:"name"`
	Customers []string `json:"customers"`
}

// PreviewCustomer names a customer with its place.
type PreviewCustomer struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	ClusterName string `json:"cluster_name"`
	Namespace   string `json:"namespace"`
}

// MissingValue is a placeholder that a step uses and a customer cannot fill.
type MissingValue struct {
	CustomerID   int64  `json:"customer_id"`
	CustomerName string `json:"customer_name"`
	ClusterName  string `json:"cluster_name"`
	Namespace    string `json:"namespace"`
	Step         string `json:"step"` // short id
	Placeholder  string `json:"placeholder"`
}

// ConsequencePreview is what a change that asks first would do, in sentences.
type ConsequencePreview struct {
	Title string   `json:"title"`
	Lines []string `json:"lines"`
}

// NextStep is the step a person should take next.
type NextStep struct {
	Detail *StepDetail `json:"step"` // nil when nothing is left
	Open   int         `json:"open"` // open steps in the release
	Label  string      `json:"release_label"`
	Pace   Pace        `json:"-"` // how the asker goes on
}

// TodoList is the open steps of a release, by cluster and customer.
type TodoList struct {
	Release   ReleaseView    `json:"release"`
	Customers []TodoCustomer `json:"customers"`
	Open      int            `json:"open"`
}

// TodoCustomer is one customer's open steps.
type TodoCustomer struct {
	ID          int64      `json:"id"`
	Name        string     `json:"name"`
	ClusterName string     `json:"cluster_name"`
	Namespace   string     `json:"namespace"`
	Steps       []StepView `json:"steps"`
}

// WhoAmI is what is known of the asker.
type WhoAmI struct {
	Person PersonInfo `json:"person"`
	Role   Role       `json:"role"`
	Why    string     `json:"why"` // "workspace admin", "granted by @ann", "default"
	Admins []string   `json:"admins"`
}
