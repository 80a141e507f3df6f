package statuspage_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"rollcall/core"
)

// canned answers with views made by hand, so that tests of the pages need no store. Its size and names vary; its
// sums are made from its cells.
type canned struct {
	clusters, perCluster, steps int
	name                        func(kind string, i int) string
	revision                    int64
	restored                    string // not empty: another store than before
	failing                     error
	asked                       atomic.Int64 // views asked for
	broken                      atomic.Bool  // every view fails
	status                      core.ReleaseStatus
}

// typical is three clusters as people draw them.
func typical() *canned {
	return &canned{clusters: 3, perCluster: 3, steps: 4, revision: 412, status: core.Active,
		name: func(kind string, i int) string {
			switch kind {
			case "cluster":
				return []string{"prod-us", "prod-eu", "staging"}[i%3] + strings.Repeat("+", i/3)
			case "customer":
				return "customer-" + string(rune('a'+i%26)) + strings.Repeat("+", i/26)
			case "namespace":
				return "cust-" + string(rune('a'+i%26)) + "-prod"
			case "step":
				return []string{"Deploy via Jenkins", "Run migration", "Update ConfigMap", "Restart the workers and wait until all of them are ready"}[i%4]
			case "text":
				return "Ask **ops** first.\n\n- `kubectl -n <namespace> get pods`\n- see [the runbook](https://runbook.example/)"
			case "person":
				return []string{"Ann", "Bo"}[i%2]
			}
			return kind
		}}
}

// hostile has in every name what would do harm if it were taken for markup.
func hostile() *canned {
	c := typical()
	bad := []string{`"><script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `javascript:alert(1)`, `' onmouseover='alert(1)`,
		"\u202egnp.exe", "<!channel>", `{{.}}`, strings.Repeat("🚀", 80), "</title><svg onload=alert(1)>"}
	c.name = func(kind string, i int) string {
		if kind == "text" {
			return strings.Join(bad, "\n\n") + "\n\n[x](javascript:alert(1)) ![p](data:text/html,x) <a href=javascript:x>y</a>"
		}
		return bad[(i+len(kind))%len(bad)]
	}
	return c
}

func empty() *canned {
	c := typical()
	c.clusters, c.perCluster, c.steps = 0, 0, 0
	return c
}

var day = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

func (c *canned) ask() error {
	c.asked.Add(1)
	if c.broken.Load() {
		return errors.New("broken for a while")
	}
	return c.failing
}

func (c *canned) Shared(context.Context, core.Actor) (*core.Shared, error) { return nil, nil }

func (c *canned) Watch(int64) (<-chan struct{}, func()) { return nil, func() {} }

func (c *canned) News(context.Context, core.Actor, int64, int64) (*core.News, error) {
	return &core.News{Rev: c.revision}, nil
}

func (c *canned) ReleaseRevision(context.Context, core.Actor, int64) (int64, error) {
	return c.revision, nil
}

func (c *canned) Epoch() string { return "e0" + c.restored }

func (c *canned) Revision(context.Context) (int64, error) { return c.revision, nil }

func (c *canned) Changed(context.Context) (time.Time, error) { return day, nil }

func (c *canned) customers() int { return c.clusters * c.perCluster }

// cell is a pattern with everything in it, the same for every run.
func (c *canned) cell(step, customer int) core.Cell {
	cell := core.Cell{ID: int64(customer+1)*1_000_000 + int64(step+1), Match: true}
	switch n := step*7 + customer*5; {
	case customer%4 == 3 && step == 3:
		return core.Cell{}
	case step < 2 || n%5 == 0:
		cell.Status = core.Done
	case n%11 == 0:
		cell.Status = core.Skipped
	case n%13 == 0:
		cell.Status = core.Reverted
	}
	if customer == 1 && step == 1 {
		cell.Marks = core.Overridden
	}
	if customer == 2 && step == 2 {
		cell.Marks = core.Blocked | core.Overridden
	}
	return cell
}

func count(cells ...core.Cell) core.Counts {
	n := core.Counts{Percent: core.NoPercent, ResolvedPercent: core.NoPercent}
	for _, cell := range cells {
		if !cell.Applies() {
			continue
		}
		n.Total++
		switch cell.Status {
		case core.Done:
			n.Done++
		case core.Skipped:
			n.Skipped++
		case core.Reverted:
			n.Reverted++
		default:
			n.Pending++
		}
	}
	if n.Total > 0 {
		n.Percent = core.Percent(n.Done * 10000 / n.Total)
		n.ResolvedPercent = core.Percent((n.Done + n.Skipped) * 10000 / n.Total)
	}
	return n
}

func (c *canned) column(customer int) (cells []core.Cell) {
	for step := range c.steps {
		cells = append(cells, c.cell(step, customer))
	}
	return cells
}

func (c *canned) progress(customers ...int) core.Progress {
	var cells []core.Cell
	for _, i := range customers {
		cells = append(cells, c.column(i)...)
	}
	p := core.Progress{Counts: count(cells...), Deploy: count(cells...), Verify: count()}
	p.Complete = p.Total > 0 && p.Open() == 0
	return p
}

func (c *canned) all() (out []int) {
	for i := range c.customers() {
		out = append(out, i)
	}
	return out
}

func (c *canned) of(cluster int) []int {
	return c.all()[cluster*c.perCluster : (cluster+1)*c.perCluster]
}

func (c *canned) release() core.ReleaseView {
	v := core.ReleaseView{ShortID: "R12", CustomerCount: c.customers(), StepCount: c.steps, TargetsText: "all active customers",
		Progress: c.progress(c.all()...), Blocked: min(1, c.customers())}
	v.ID, v.Name, v.Type, v.Status = 12, c.name("Spring release", 0), core.Regular, c.status
	v.VersionNumber, v.ReleaseDate, v.Description = core.Maybe(c.name("v2.5.0", 3)), "2026-12-01", core.Maybe(c.name("text", 0))
	v.CreatedAt, v.UpdatedAt = day, day
	if c.status == core.Archived {
		v.ArchivedAt, v.ArchiveReason = &day, "moved to v2.5.1"
	}
	return v
}

func (c *canned) share(customers ...int) core.ReleaseShare {
	r := c.release()
	return core.ReleaseShare{Release: r.Release, ShortID: r.ShortID, Progress: c.progress(customers...), LastChange: &day}
}

func (c *canned) cluster(i int) core.ClusterView {
	v := core.ClusterView{CustomerCount: c.perCluster}
	v.ID, v.Name, v.IsActive = int64(i+1), c.name("cluster", i), i != 2
	v.KubeconfigPath = core.Maybe("~/.kube/" + v.Name)
	v.Description, v.Metadata = core.Maybe(c.name("text", i)), map[string]string{"region": c.name("us-east-1", i)}
	v.CreatedAt, v.UpdatedAt = day, day
	for _, j := range c.of(i) {
		v.Customers = append(v.Customers, c.name("customer", j))
	}
	v.Releases = []core.ReleaseShare{c.share(c.of(i)...)}
	return v
}

func (c *canned) customer(i int) core.CustomerView {
	p := c.progress(i)
	return core.CustomerView{Customer: c.record(i), ClusterName: c.name("cluster", i/max(1, c.perCluster)), Progress: &p, Releases: []core.ReleaseShare{c.share(i)}}
}

// record is a customer alone: a share counts its whole release.
func (c *canned) record(i int) (v core.Customer) {
	v.ID, v.ClusterID, v.Name, v.Namespace = int64(i+1), int64(i/max(1, c.perCluster)+1), c.name("customer", i), c.name("namespace", i)
	v.Description, v.IsActive, v.Metadata = core.Maybe(c.name("text", i)), true, map[string]string{c.name("db_host", i): c.name("pg.internal", i)}
	v.CreatedAt, v.UpdatedAt = day, day
	return v
}

func (c *canned) events() (out []core.Activity) {
	release := int64(12)
	for i := range min(6, c.customers()) {
		id, status := int64(i+1), core.Statuses[(i+1)%4]
		out = append(out, core.Activity{Seq: int64(400 - i), At: day.Add(-time.Duration(i) * 17 * time.Minute), Actor: "U1",
			ActorName: core.Maybe(c.name("person", i)), Via: core.ViaSlash, Op: "step.done", Verb: "done", Title: c.name("Title", i),
			ReleaseID: &release, ReleaseLabel: core.Maybe(c.name("v2.5.0", 3)), CustomerID: &id,
			CustomerName: core.Maybe(c.name("customer", i)), ClusterName: core.Maybe(c.name("cluster", 0)),
			Namespace: core.Maybe(c.name("namespace", i)), StepID: "D2", StepName: core.Maybe(c.name("step", i)), Status: &status, Count: 1})
	}
	if len(out) > 2 {
		out[1].Text = core.Maybe(c.name("text", 0))
		out[2].StepID, out[2].Status, out[2].Verb = "", nil, "moved"
	}
	if len(out) > 3 {
		out[3].Undoes, out[3].Verb = 388, "undone"
	}
	return out
}
