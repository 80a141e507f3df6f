package core

// Operation is a change that somebody asks for. Service.Do runs it: each is a
// struct of what was asked, with a name, the role it takes and a run method
// that does it inside one transaction. Pointer fields left nil leave the
// field as it is. Rev, where there is one, is the digest of what the asker was
// looking at: when it no longer fits, nothing changes and the error is Stale.
type Operation interface {
	// Op is the operation's name in events: "step.done".
	Op() string
	// Needs is the least role that may do it.
	Needs() Role
	run(*tx) error
}

// AddCluster adds a cluster. Its name must be free among active clusters.
type AddCluster struct {
	Name, KubeconfigPath, Description string
	Metadata                          map[string]string
}

// EditCluster changes a cluster. In Metadata an empty value removes the key.
type EditCluster struct {
	Cluster                           string
	Name, KubeconfigPath, Description *string
	Metadata                          map[string]string
	Rev                               string
}

// ArchiveCluster takes a cluster out of use; refused while it has active customers.
type ArchiveCluster struct{ Cluster string }

// RestoreCluster brings an archived cluster back; its name must still be free.
type RestoreCluster struct{ Cluster string }

// AddCustomer adds a customer. It joins every active release whose targets it
// fits, unless NoEnroll.
type AddCustomer struct {
	Name, Cluster, Namespace, Description string
	Metadata                              map[string]string
	NoEnroll                              bool
}

// EditCustomer changes a customer; its cluster changes by MoveCustomer.
type EditCustomer struct {
	Customer                     string
	Name, Namespace, Description *string
	Metadata                     map[string]string
	Rev                          string
}

// MoveCustomer puts a customer on another cluster. Without Confirm the error
// is Confirm and carries a *ConsequencePreview.
type MoveCustomer struct {
	Customer, Cluster string
	NoEnroll          bool
	Confirm           bool
}

// ArchiveCustomer takes a customer out of use: it leaves matrix, totals and
// reminders of active releases; steps and history stay.
type ArchiveCustomer struct{ Customer string }

// RestoreCustomer brings an archived customer back, into its cluster.
type RestoreCustomer struct {
	Customer string
	NoEnroll bool
}

// TargetNames says by names which customers a release is for. All unset is
// all active customers, except for onboarding, which must name customers.
// A list that is there and holds nothing is refused: it never means everybody.
type TargetNames struct {
	All       bool
	Clusters  []string
	Customers []string
}

// AddRelease adds a draft.
type AddRelease struct {
	Name        string
	Type        ReleaseType
	Version     string
	Date        string
	Description string
	Targets     TargetNames
	Channel     string
	Metadata    map[string]string
}

// EditRelease changes a draft or active release. Targets of an active one
// decide who joins from now on.
type EditRelease struct {
	Release                          string
	Name, Version, Date, Description *string
	Type                             *ReleaseType
	Targets                          *TargetNames
	Channel                          *string
	Metadata                         map[string]string
	Rev                              string
}

// ActivateRelease enrols the target customers. Without Confirm the error is
// Confirm and carries an *ActivationPreview.
type ActivateRelease struct {
	Release string
	Confirm bool
}

// ArchiveRelease ends a release: it becomes read-only, its names frozen. With
// open steps it wants a Reason and, without Confirm, answers with a
// *ConsequencePreview.
type ArchiveRelease struct {
	Release string
	Reason  string
	Confirm bool
}

// ReopenRelease makes an archived release active again (a draft that was
// archived unactivated becomes a draft).
type ReopenRelease struct{ Release string }

// End is one end of an order.
type End string

// The ends of an order.
const (
	First End = "first"
	Last  End = "last"
)

// AddTemplate adds a step to a release. Before or After (a template step's
// short id) place it; at the end otherwise. On an active release every
// enrolled customer gets it at once.
type AddTemplate struct {
	Release, Name string
	Category      Category
	Type          StepType
	Content       string
	Description   string
	Before, After string
	End           End // in place of them
}

// EditTemplate changes what a template step says: for every customer where it
// is pending and not overridden. On an active release it asks first.
type EditTemplate struct {
	Release, Step              string
	Name, Content, Description *string
	Type                       *StepType
	Confirm                    bool
	Rev                        string
}

// MoveTemplate puts a template step before or after another of its category.
// On an active release it asks first.
type MoveTemplate struct {
	Release, Step string
	Before, After string
	End           End // in place of them
	Confirm       bool
}

// RemoveTemplate takes a step out of a release. On an active release it asks first.
type RemoveTemplate struct {
	Release, Step string
	Confirm       bool
}

// Target names one customer's step in a release.
type Target struct{ Release, Customer, Step string }

// MarkDone marks a step done. On a step blocked or claimed by another it asks
// once: Takeover confirms. Force is the reason to go on with missing
// placeholder values.
type MarkDone struct {
	Target
	Note     string
	Force    string
	Takeover bool
	Rev      string
}

// SkipStep marks a step skipped, with a reason of at least three visible characters.
type SkipStep struct {
	Target
	Reason   string
	Takeover bool
	Rev      string
}

// RevertStep marks a done step reverted; what was done stays on record.
type RevertStep struct {
	Target
	Note string
	Rev  string
}

// ReopenStep makes a skipped or reverted step pending again.
type ReopenStep struct {
	Target
	Rev string
}

// AddNote adds a remark to a step, whatever its status.
type AddNote struct {
	Target
	Text string
}

// StartStep says that the actor is working on a step. Takeover confirms taking
// it from somebody else.
type StartStep struct {
	Target
	Takeover bool
	Rev      string
}

// BlockStep says what stands in a step's way, and who must help (a Slack user
// id; empty is whoever was named before, if somebody was).
type BlockStep struct {
	Target
	Reason, NeedsUser string
	Rev               string
}

// UnblockStep says that the way is free again.
type UnblockStep struct {
	Target
	Note string
	Rev  string
}

// OverrideStep gives one customer's pending or reverted step its own content;
// on a draft too. Later changes of the template leave it alone.
type OverrideStep struct {
	Target
	Content string
	Rev     string
}

// ResetStep puts an overridden step back to what its template says.
type ResetStep struct {
	Target
	Rev string
}

// AddCustomStep adds a step for one customer, on drafts too. Before or After
// (any step of that customer and category) place it; at the end otherwise.
// ToTemplate makes it a template step instead, for everybody, which takes an admin.
type AddCustomStep struct {
	Release, Customer string
	Name              string
	Category          Category
	Type              StepType
	Content           string
	Description       string
	Before, After     string
	End               End // in place of them
	ToTemplate        bool
}

// EditCustomStep changes what a pending or reverted custom step says.
type EditCustomStep struct {
	Target
	Name, Content, Description *string
	Type                       *StepType
	Rev                        string
}

// MoveCustomStep puts a custom step before or after another of the customer's steps.
type MoveCustomStep struct {
	Target
	Before, After string
	End           End // in place of them
}

// RemoveCustomStep removes a pending or reverted custom step; its history stays.
type RemoveCustomStep struct {
	Target
	Rev string
}

// RunBulk does exactly what a stored plan (Service.PlanBulk) lists, for the
// person who made it and within thirty minutes; steps that have changed since
// are left alone and named.
type RunBulk struct{ Plan string }

// EnrollCustomer lets a customer take part in an active release, or come back to it.
type EnrollCustomer struct{ Release, Customer string }

// WithdrawCustomer takes a customer out of an active release's totals; its steps and history stay.
type WithdrawCustomer struct{ Release, Customer, Reason string }

// ShareRelease makes a link by which people outside the workspace watch the
// progress of an active release: all of it, one cluster or one customer. The
// receipt's Secret is the link's token.
type ShareRelease struct {
	Release           string
	Cluster, Customer string // at most one
	Expires           string // 12h, 7d, 2w; empty is 7 days, 30 days are the most
	token             string
}

// UnshareRelease ends a shared link at once, open pages included.
type UnshareRelease struct{ Link string }

// CloneRelease makes a draft with the template steps of another release, in
// order: without its version, date and targets. With Custom the custom steps
// are cloned too.
type CloneRelease struct {
	Release string
	Name    string
	Type    ReleaseType // empty: the same
	Version string
	Date    string
	Custom  bool
	Targets TargetNames
}

// GrantRole gives a person a role beside what Slack's flags and the settings give.
type GrantRole struct {
	User string // Slack user id
	Role Role   // Viewer, Operator or Admin
}

// RevokeRole takes a granted role back.
type RevokeRole struct{ User string }

// Undo takes back an event of the same person, within fifteen minutes, when
// nothing it touched has changed since. Event 0 is the person's newest.
type Undo struct{ Event int64 }

// Receipt is what an operation came to.
type Receipt struct {
	Seq       int64    `json:"seq"`                // the event; 0 when nothing had to change
	Op        string   `json:"op"`                 // the operation's name
	Title     string   `json:"title"`              // the target line, or what the thing is called
	Text      string   `json:"text"`               // one sentence of what happened, without a final stop
	Details   []string `json:"details,omitempty"`  // more sentences: who joined, what was left out
	Warnings  []string `json:"warnings,omitempty"` // what to look at
	At        []Moment `json:"at,omitempty"`       // the times that the warnings name
	Diff      string   `json:"diff,omitempty"`     // how the content changed, in lines marked "- " and "+ "; of a reset
	Release   int64    `json:"release,omitempty"`  // ids of what it was about, for redrawing
	Customer  int64    `json:"customer,omitempty"`
	Cluster   int64    `json:"cluster,omitempty"`
	Step      string   `json:"step,omitempty"`       // short id
	UndoUntil int64    `json:"undo_until,omitempty"` // Unix seconds; 0 when it cannot be undone
	Link      int64    `json:"link,omitempty"`       // the shared link that was made
	Until     int64    `json:"until,omitempty"`      // when it ends, Unix seconds
	Secret    string   `json:"-"`                    // its token: told once, stored nowhere
	Replay    bool     `json:"-"`                    // the key had been used: nothing changed now
}

// Operations is the zero value of every operation there is.
func Operations() []Operation {
	return []Operation{
		AddCluster{}, EditCluster{}, ArchiveCluster{}, RestoreCluster{},
		AddCustomer{}, EditCustomer{}, MoveCustomer{}, ArchiveCustomer{}, RestoreCustomer{},
		AddRelease{}, EditRelease{}, ActivateRelease{}, ArchiveRelease{}, ReopenRelease{},
		AddTemplate{}, EditTemplate{}, MoveTemplate{}, RemoveTemplate{},
		MarkDone{}, SkipStep{}, RevertStep{}, ReopenStep{}, AddNote{},
		StartStep{}, BlockStep{}, UnblockStep{}, OverrideStep{}, ResetStep{},
		AddCustomStep{}, EditCustomStep{}, MoveCustomStep{}, RemoveCustomStep{},
		RunBulk{},
		EnrollCustomer{}, WithdrawCustomer{}, CloneRelease{}, ShareRelease{}, UnshareRelease{}, GrantRole{}, RevokeRole{}, Import{},
		AddReminder{}, EditReminder{}, PauseReminder{}, ResumeReminder{}, RemoveReminder{}, SnoozeReminder{}, ParkReminder{},
		Undo{},
	}
}
