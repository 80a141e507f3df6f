package core

// Every reference a person can type — a release, customer, cluster or step —
// is a string: short or integer id, then exact name, then unique prefix, case
// folded, in that precedence; a customer also by namespace or
// cluster/namespace, a release also by version. An empty release means the
// only active one.

// CustomersQuery selects and orders customers.
type CustomersQuery struct {
	Clusters []string // names or ids; empty is all
	Sort     string   // name (default: cluster, then name), cluster, progress
	Archived bool     // the archived ones too
	Limit    int      // 0 is all
}

// ReleasesQuery selects releases.
type ReleasesQuery struct {
	Statuses []ReleaseStatus
	Types    []ReleaseType
	Clusters []string // only releases with customers there
}

// MatrixQuery selects a part of a release's matrix.
type MatrixQuery struct {
	Release   string
	Category  Category // empty is both, deploy first
	Clusters  []string // names or ids; empty is all
	Statuses  []Status // keeps rows and columns with a match; empty is all
	Sort      string   // customers within a cluster by name (default) or progress; cluster orders the groups
	Withdrawn bool     // withdrawn customers too
	AllCustom bool     // unfold custom steps where more than ten share a gap
	Whole     bool     // clusters and customers with all their fields, which a grid does without
}

// StepQuery names one customer's step.
type StepQuery struct {
	Release, Customer, Step string
}

// TodoQuery selects open steps.
type TodoQuery struct {
	Release, Customer, Cluster string
	// With Most set only so many customers come with their steps, those from From on, and the others with how many there
	// are. Behind the last one the last of them come.
	From, Most int
}

// ActivityQuery selects events, newest first.
type ActivityQuery struct {
	Release, Customer, Cluster string
	Person                     string // Slack user id, or name
	Op                         string // a noun, a verb, or both: "step", "skip", "step.skip"
	Before                     int64  // events with a smaller sequence; 0 starts at the newest
	Limit                      int    // 0 is 50, at most 200
}
