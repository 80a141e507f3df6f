package core

// stepRecord is what departs from template and enrolment in one customer's
// step. A plain pending step has none: it is derived. Custom steps exist only
// here.
type stepRecord struct {
	Release  int64 `json:"-"`
	Customer int64 `json:"-"`
	Number   int   `json:"-"` // the step's number in its release

	Status     Status `json:"status"`
	ExecutedAt int64  `json:"executed_at"` // Unix seconds; set by done and skip, kept by revert
	ExecutedBy string `json:"executed_by"`
	SkipReason string `json:"skip_reason"`

	Revision     int               `json:"revision"`      // template revision pinned by done or skip; 0 follows
	Values       map[string]string `json:"values"`        // placeholder values frozen with it
	Override     int               `json:"override"`      // the own wording in force; 0 is none
	OverrideFrom int               `json:"override_from"` // template revision it was made from

	ClaimedBy   string `json:"claimed_by"`
	ClaimedAt   int64  `json:"claimed_at"`
	BlockedBy   string `json:"blocked_by"`
	BlockedAt   int64  `json:"blocked_at"`
	BlockReason string `json:"block_reason"`
	BlockNeeds  string `json:"block_needs"` // Slack user id
	Notes       int    `json:"notes"`       // how many remarks there are

	Custom    bool     `json:"custom"`
	Category  Category `json:"category"` // customs only, as the fields below
	Serial    int      `json:"serial"`   // the digit part of C2
	Anchor    int      `json:"anchor"`   // number of the template step it stands behind; 0 is before the first
	Order     float64  `json:"order"`    // strictly between 0 and 1: how far behind the anchor
	CreatedAt int64    `json:"created_at"`
	Removed   bool     `json:"removed"` // a custom step that was removed: history only

	Texts     int   `json:"texts" event:"-"` // own wordings written so far
	UpdatedAt int64 `json:"updated_at" event:"-"`
	trace
}

var stepTable = &table[stepRecord, *stepRecord]{
	name:    "step",
	key:     func(s *stepRecord) string { return stepKey(s.Release, s.Customer, s.Number) },
	stamp:   func(s *stepRecord, now int64) { s.UpdatedAt = now },
	marshal: marshalStep,
	parse:   parseStep,
	locate: func(s *stepRecord, key string) {
		s.Release, s.Customer, s.Number = splitStepKey(key)
	},
}
