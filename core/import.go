package core

// Import brings clusters, customers and releases to what a file says, all or nothing. A cluster is matched by name, a
// customer by cluster and namespace, a release by name, a template step by category and name; what is not there yet is
// added, what differs is changed, and what the file leaves out stays as it is. So the same file twice changes nothing.
// Steps change in drafts only. Entries of an export carry its ids, so that what bears the name of something archived
// is told from it; names alone must be different in files that people write. Without Confirm the error is Confirm and
// carries an *ImportPlan; with entries that break a rule it is Invalid and carries ImportProblems, every one there is.
type Import struct {
	Clusters  []ImportCluster
	Customers []ImportCustomer
	Releases  []ImportRelease
	Confirm   bool
}

// ImportCluster is a cluster as a file gives it. Fields left nil stay as they are.
type ImportCluster struct {
	Line           int               `json:"-"` // where it stands in the file
	ID             int64             `json:"-"` // in an export; 0 in any other file
	Name           string            `json:"name"`
	KubeconfigPath *string           `json:"kubeconfig_path"`
	Description    *string           `json:"description"`
	Metadata       map[string]string `json:"metadata"`
	IsActive       *bool             `json:"is_active"` // false: archived, or to be
}

// ImportCustomer is a customer as a file gives it. Fields left nil stay as they are.
type ImportCustomer struct {
	Line        int               `json:"-"`
	ID          int64             `json:"-"` // in an export
	ClusterID   int64             `json:"-"` // in an export, instead of Cluster
	Name        string            `json:"name"`
	Cluster     string            `json:"cluster"` // by its whole name
	Namespace   string            `json:"namespace"`
	Description *string           `json:"description"`
	Metadata    map[string]string `json:"metadata"`
	IsActive    *bool             `json:"is_active"` // false: archived, or to be
}

// ImportRelease is a release with its steps as a file gives it. Fields left nil stay as they are.
type ImportRelease struct {
	Line          int               `json:"-"`
	ID            int64             `json:"-"` // in an export
	Archived      bool              `json:"-"` // in an export; becomes a draft like the others, unless another one has its name
	TargetIDs     *Targets          `json:"-"` // in an export, instead of Targets
	Name          string            `json:"name"`
	Type          *ReleaseType      `json:"type"`
	VersionNumber *string           `json:"version_number"`
	ReleaseDate   *string           `json:"release_date"`
	Description   *string           `json:"description"`
	Targets       *TargetNames      `json:"targets"`
	Metadata      map[string]string `json:"metadata"`
	Steps         []ImportStep      `json:"step_templates"`
}

// ImportStep is a template step as a file gives it.
type ImportStep struct {
	Line        int      `json:"-"`
	Name        string   `json:"name"`
	Category    Category `json:"category"`
	Type        StepType `json:"type"`
	Content     string   `json:"content"`
	Description *string  `json:"description"`
}

// ImportPlan is what an import would do, in the order of the file.
type ImportPlan struct {
	Rows []ImportRow
}

// ImportRow is one entry of the file.
type ImportRow struct {
	Line   int
	Noun   string // "cluster", "customer", "release", "step"
	Name   string // for a customer with cluster and namespace
	Action string // "add", "change", "keep"
}

// ImportProblem is what is wrong with one entry of the file.
type ImportProblem struct {
	Line int
	Text string
}

// ImportProblems is everything that is wrong with a file.
type ImportProblems []ImportProblem
