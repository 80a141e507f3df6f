package core

import (
	"fmt"
	"math/big"
	"strconv"
)

// Percent is a share in hundredths of a percent, rounded down; NoPercent when
// there is nothing to take a share of.
type Percent int32

// NoPercent is the share of nothing: null in JSON, "no steps" on screens.
const NoPercent Percent = -1

// Whole is the share in whole percent, rounded down; 0 for NoPercent.
func (p Percent) Whole() int {
	if p < 0 {
		return 0
	}
	return int(p) / 100
}

func (p Percent) String() string {
	if p < 0 {
		return "no steps"
	}
	return strconv.Itoa(p.Whole()) + "%"
}

// MarshalJSON writes the share with two decimals, or null.
func (p Percent) MarshalJSON() ([]byte, error) {
	if p < 0 {
		return []byte("null"), nil
	}
	return fmt.Appendf(nil, "%d.%02d", p/100, p%100), nil
}

// Counts is how many steps stand where, and the shares they make.
//
// For one customer Percent is done of total. For several it is the average
// over the customers that have steps (not over clusters), and the counts are
// sums. ResolvedPercent counts skipped steps as well as done ones, because a
// skipped step would otherwise keep a finished customer below 100 % for ever.
type Counts struct {
	Done            int     `json:"done"`
	Pending         int     `json:"pending"`
	Skipped         int     `json:"skipped"`
	Reverted        int     `json:"reverted"`
	Total           int     `json:"total"`
	Percent         Percent `json:"percent"`
	ResolvedPercent Percent `json:"resolved_percent"`
}

// Resolved is how many steps need nothing more.
func (c Counts) Resolved() int { return c.Done + c.Skipped }

// Open is how many steps still need somebody: pending and reverted ones.
func (c Counts) Open() int { return c.Pending + c.Reverted }

// Progress is the counts of everything and of each category.
type Progress struct {
	Counts
	Complete bool   `json:"complete"` // at least one customer with steps, and none has an open step
	Deploy   Counts `json:"deploy"`
	Verify   Counts `json:"verify"`
}

// Category is the counts of one category.
func (p *Progress) Category(c Category) Counts {
	if c == Verify {
		return p.Verify
	}
	return p.Deploy
}

// tally counts one customer's steps in both categories.
type tally [2][4]int

func catIndex(c Category) int {
	if c == Verify {
		return 1
	}
	return 0
}

func (t *tally) add(c Category, s Status) { t[catIndex(c)][s]++ }

func counts(n [4]int) Counts {
	c := Counts{Pending: n[Pending], Done: n[Done], Skipped: n[Skipped], Reverted: n[Reverted], Percent: NoPercent, ResolvedPercent: NoPercent}
	c.Total = c.Pending + c.Done + c.Skipped + c.Reverted
	if c.Total > 0 {
		c.Percent = Percent(c.Done * 10000 / c.Total)
		c.ResolvedPercent = Percent(c.Resolved() * 10000 / c.Total)
	}
	return c
}

// progress is one customer's progress.
func (t *tally) progress() Progress {
	var all [4]int
	for i := range all {
		all[i] = t[0][i] + t[1][i]
	}
	p := Progress{Counts: counts(all), Deploy: counts(t[0]), Verify: counts(t[1])}
	p.Complete = p.Total > 0 && p.Open() == 0
	return p
}

// average sums shares n/total exactly. Customers of a release mostly share
// one total, so the map stays tiny however many customers there are.
type average struct {
	customers int
	done      map[int]int // total → sum of done over customers with that total
	resolved  map[int]int
	sum       [4]int
}

func (a *average) add(n [4]int) {
	total := n[0] + n[1] + n[2] + n[3]
	if total == 0 {
		return
	}
	if a.done == nil {
		a.done, a.resolved = map[int]int{}, map[int]int{}
	}
	a.customers++
	a.done[total] += n[Done]
	a.resolved[total] += n[Done] + n[Skipped]
	for i := range n {
		a.sum[i] += n[i]
	}
}

func (a *average) counts() Counts {
	c := counts(a.sum)
	if a.customers > 0 {
		c.Percent = a.share(a.done)
		c.ResolvedPercent = a.share(a.resolved)
	}
	return c
}

func (a *average) share(by map[int]int) Percent {
	if len(by) == 1 { // all have as many steps
		for total, n := range by {
			return Percent(int64(n) * 10000 / (int64(total) * int64(a.customers)))
		}
	}
	var sum big.Rat
	for total, n := range by {
		sum.Add(&sum, big.NewRat(int64(n), int64(total)))
	}
	sum.Mul(&sum, big.NewRat(10000, int64(a.customers)))
	return Percent(new(big.Int).Quo(sum.Num(), sum.Denom()).Int64())
}

// group is the progress of several customers.
type group struct {
	all, deploy, verify average
}

func (g *group) add(t *tally) {
	var all [4]int
	for i := range all {
		all[i] = t[0][i] + t[1][i]
	}
	g.all.add(all)
	g.deploy.add(t[0])
	g.verify.add(t[1])
}

func (g *group) progress() Progress {
	p := Progress{Counts: g.all.counts(), Deploy: g.deploy.counts(), Verify: g.verify.counts()}
	p.Complete = p.Total > 0 && p.Open() == 0
	return p
}
