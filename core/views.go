package core

import "time"

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

// ReleaseShare is a release with one customer's or cluster's part in it.
type ReleaseShare struct {
	Release
	ShortID    string     `json:"short_id"`
	Withdrawn  bool       `json:"withdrawn"`
	Progress   Progress   `json:"progress"`
	LastChange *time.Time `json:"last_change"` // of a step, or of who takes part
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
	None     bool          `json:"-"` // there is no cluster, not even an archived one
}

// ClusterDetail is one cluster and the customers in it.
type ClusterDetail struct {
	Cluster   ClusterView    `json:"cluster"`
	Customers []CustomerView `json:"customers"`
}

// CustomerList is the customers asked for, in the order asked for.
type CustomerList struct {
	Customers []CustomerView `json:"customers"`
	Total     int            `json:"-"` // before the filter
	None      bool           `json:"-"` // there is no cluster, archived or not, that one could be on
	Clusters  []string       `json:"-"` // what can be filtered by
	Unknown   []string       `json:"-"` // clusters asked for that there are not
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
	Query    ReleasesQuery `json:"-"`
}

// Activity is one event as a feed shows it.
type Activity struct {
	Seq          int64      `json:"seq"`
	At           time.Time  `json:"at"`
	Actor        Maybe      `json:"actor"`
	ActorName    Maybe      `json:"actor_name"`
	Via          Via        `json:"via"`
	Op           string     `json:"op"`   // "step.done"
	Verb         string     `json:"verb"` // "done", "moved", "added"
	Title        string     `json:"title"`
	Then         string     `json:"-"`    // in a step's history: the target line under which it was executed, where that is another one now
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
	Before Maybe  `json:"before"`
	After  Maybe  `json:"after"`
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
	columns   []column // the same, before they are shown
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
	Rev   string   `json:"rev"` // of the record that would change, where the sentences do not tell it all
}

// NextStep is the step a person should take next.
type NextStep struct {
	Detail *StepDetail `json:"step"` // nil when nothing is left
	Open   int         `json:"open"` // open steps in the release
	Label  string      `json:"release_label"`
	Pace   Pace        `json:"-"` // how the asker goes on

	ShortID string        `json:"-"` // of the release
	Status  ReleaseStatus `json:"-"`
	Again   bool          `json:"-"` // behind the last step: this is one from the front
	Only    bool          `json:"-"` // … and the one that was passed over: there is no other
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
	Open        int        `json:"open"`
	Steps       []StepView `json:"steps"` // or the first of them
}

// WhoAmI is what is known of the asker.
type WhoAmI struct {
	Person PersonInfo `json:"person"`
	Role   Role       `json:"role"`
	Why    string     `json:"why"` // "workspace admin", "granted by @ann", "default"
	Admins []string   `json:"admins"`
}
