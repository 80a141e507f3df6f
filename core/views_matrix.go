package core

// Matrix is steps × customers of a release, grouped by cluster.
type Matrix struct {
	Release  ReleaseView     `json:"release"`
	Progress Progress        `json:"progress"`
	Clusters []MatrixCluster `json:"clusters"`
	Category Category        `json:"-"`
	Query    MatrixQuery     `json:"-"`
	Names    []string        `json:"-"` // every cluster of the release: what can be filtered by
	Unknown  []string        `json:"-"` // clusters asked for that there are not
	Shown    Shown           `json:"-"`
}

// Shown says how much of the matrix passed the filters.
type Shown struct {
	Customers     int
	AllCustomers  int
	Steps         int
	AllSteps      int
	MatchingCells int
}

// MatrixCluster is one cluster's grid. Cells stands by row, then customer. Of
// the cluster there are id and name, and the rest when the query asked for it.
type MatrixCluster struct {
	Cluster   ClusterView      `json:"cluster"`
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

// MatrixCustomer heads a column. Of the customer there are id, name and
// namespace, and the rest when the query asked for it.
type MatrixCustomer struct {
	Customer
	ClusterName string   `json:"cluster_name"`
	Withdrawn   bool     `json:"withdrawn"`
	Progress    Progress `json:"progress"`
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
