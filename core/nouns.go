package core

import "time"

// Cluster is a Kubernetes cluster that hosts customers.
type Cluster struct {
	ID             int64             `json:"id"`
	Name           string            `json:"name"`
	KubeconfigPath Maybe             `json:"kubeconfig_path"`
	Description    Maybe             `json:"description"`
	IsActive       bool              `json:"is_active"` // false is what archived means
	Metadata       map[string]string `json:"metadata"`
	CreatedAt      time.Time         `json:"created_at"`
	UpdatedAt      time.Time         `json:"updated_at" event:"-"`
	trace
}

// Customer is a tenant in one namespace of one cluster.
type Customer struct {
	ID          int64             `json:"id"`
	ClusterID   int64             `json:"cluster_id"`
	Namespace   string            `json:"namespace"`
	Name        string            `json:"name"`
	Description Maybe             `json:"description"`
	IsActive    bool              `json:"is_active"` // false is what archived means
	Metadata    map[string]string `json:"metadata"`
	CreatedAt   time.Time         `json:"created_at"`
	UpdatedAt   time.Time         `json:"updated_at" event:"-"`
	trace
}

// Release is one round of deploying and verifying.
type Release struct {
	ID            int64             `json:"id"`
	Name          string            `json:"name"`
	Type          ReleaseType       `json:"type"`
	Status        ReleaseStatus     `json:"status"`
	VersionNumber Maybe             `json:"version_number"`
	ReleaseDate   Date              `json:"release_date"`
	Description   Maybe             `json:"description"`
	Metadata      map[string]string `json:"metadata"`
	Targets       Targets           `json:"targets"`
	Channel       Maybe             `json:"channel"` // Slack channel of its board and milestones
	CreatedAt     time.Time         `json:"created_at"`
	UpdatedAt     time.Time         `json:"updated_at" event:"-"`
	ActivatedAt   *time.Time        `json:"activated_at"`
	ArchivedAt    *time.Time        `json:"archived_at"`
	ArchiveReason Maybe             `json:"archive_reason"`
	trace
}

// Targets says which customers an activation enrols: all active ones, those
// of some clusters, or a picked list. Exactly one of the three is set.
type Targets struct {
	All       bool    `json:"all,omitempty"`
	Clusters  []int64 `json:"clusters,omitempty"`
	Customers []int64 `json:"customers,omitempty"`
}

// StepTemplate is a common step of a release. What it says (name, type,
// content, description) stands in immutable revisions; the fields here are
// those of the newest one.
type StepTemplate struct {
	ID          int64     `json:"id"`
	ReleaseID   int64     `json:"release_id"`
	Name        string    `json:"name"`
	Category    Category  `json:"category"`
	Type        StepType  `json:"type"`
	OrderIndex  int       `json:"order_index"` // 0, 1, 2… within the category; gaps close
	Description Maybe     `json:"description"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at" event:"-"`
	Number      int       `json:"number"` // serial among all steps of the release, customs included
	Serial      int       `json:"serial"` // the digit part of D3, V1
	Revision    int       `json:"revision"`
	Removed     bool      `json:"removed"`
	trace
}

// ShortID is the id people type: D3, V1. It never changes and is never reused.
func (t *StepTemplate) ShortID() string { return shortID(t.Category.letter(), t.Serial) }

// wording is one immutable revision of what a step says: a template's, one
// customer's override, or a custom step's.
type wording struct {
	Name        string   `json:"name"`
	Type        StepType `json:"type"`
	Content     string   `json:"content"`
	Description Maybe    `json:"description"`
}

// PersonInfo is what is known of a Slack user. It comes from Slack's user
// events and look-ups and is ten minutes old at most when a right depends on it.
type PersonInfo struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"` // display name
	TZ     string     `json:"tz"`   // IANA zone, empty when unknown
	Kind   PersonKind `json:"kind"`
	Admin  bool       `json:"admin"` // workspace owner or admin
	SeenAt time.Time  `json:"seen_at"`
}

// PersonKind sorts the people of a workspace by what may ever be given to them.
type PersonKind string

// The kinds of people. Only members may have a role.
const (
	Member      PersonKind = "member"
	Guest       PersonKind = "guest"
	Stranger    PersonKind = "stranger" // from another workspace, in a shared channel
	Bot         PersonKind = "bot"
	Deactivated PersonKind = "deactivated"
)

// sentence is a kind of person as it stands in a sentence: "a guest".
func (k PersonKind) sentence() string {
	switch k {
	case Stranger:
		return "of another workspace"
	case Deactivated:
		return "deactivated"
	}
	return "a " + string(k)
}

// trace ties a record to the newest event that touched it.
type trace struct{ last int64 }

// Rev names the state that a record is in: every event that touches it makes it another. An operation that is given
// one does nothing when the record has moved on.
func (t trace) Rev() string { return formatRev(t.last) }

func (t *trace) lastEvent() int64       { return t.last }
func (t *trace) setLastEvent(seq int64) { t.last = seq }
