package statuspage_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
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
	return core.ReleaseShare{ReleaseID: r.ID, ShortID: r.ShortID, Name: r.Name, Label: r.Label(), Type: r.Type, Status: r.Status,
		ReleaseDate: r.ReleaseDate, Progress: c.progress(customers...), LastChange: &day}
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
	v := core.CustomerView{ClusterName: c.name("cluster", i/max(1, c.perCluster)), Progress: &p, Releases: []core.ReleaseShare{c.share(i)}}
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

func (c *canned) Dashboard(context.Context, core.Actor) (*core.Dashboard, error) {
	v := &core.Dashboard{Stats: c.progress(c.all()...).Counts, Activity: c.events()}
	for i := range c.clusters {
		v.Clusters = append(v.Clusters, c.cluster(i))
	}
	if c.clusters > 0 {
		v.ActiveReleases = []core.ReleaseView{c.release()}
	}
	return v, c.ask()
}

func (c *canned) Clusters(_ context.Context, _ core.Actor, archived bool) (*core.ClusterList, error) {
	v := &core.ClusterList{}
	for i := range c.clusters {
		if one := c.cluster(i); one.IsActive || archived {
			v.Clusters = append(v.Clusters, one)
		}
	}
	return v, c.ask()
}

func (c *canned) Cluster(_ context.Context, _ core.Actor, ref string) (*core.ClusterDetail, error) {
	i, err := c.find(ref, c.clusters)
	if err != nil {
		return nil, err
	}
	v := &core.ClusterDetail{Cluster: c.cluster(i)}
	for _, j := range c.of(i) {
		v.Customers = append(v.Customers, c.customer(j))
	}
	return v, c.ask()
}

func (c *canned) find(ref string, n int) (int, error) {
	for i := range n {
		if ref == core.ByID(int64(i+1)) || ref == strconv.Itoa(i+1) {
			return i, nil
		}
	}
	return 0, &core.Error{Code: core.NotFound, Msg: "There is nothing by that number"}
}

func (c *canned) names() (out []string) {
	for i := range c.clusters {
		out = append(out, c.name("cluster", i))
	}
	return out
}

// selected sorts the clusters asked for into those there are and those there are not.
func (c *canned) selected(asked []string) (found []int, unknown []string) {
	for _, a := range asked {
		i := slices.Index(c.names(), a)
		if n, err := c.find(a, c.clusters); err == nil {
			i = n
		}
		if i < 0 {
			unknown = append(unknown, a)
		} else {
			found = append(found, i)
		}
	}
	if len(found) == 0 {
		for i := range c.clusters {
			found = append(found, i)
		}
	}
	return found, unknown
}

func (c *canned) Customers(_ context.Context, _ core.Actor, q core.CustomersQuery) (*core.CustomerList, error) {
	found, unknown := c.selected(q.Clusters)
	v := &core.CustomerList{Total: c.customers(), Clusters: c.names(), Unknown: unknown, Query: q}
	for _, i := range found {
		for _, j := range c.of(i) {
			v.Customers = append(v.Customers, c.customer(j))
		}
	}
	return v, c.ask()
}

func (c *canned) Customer(_ context.Context, _ core.Actor, ref string) (*core.CustomerDetail, error) {
	i, err := c.find(ref, c.customers())
	if err != nil {
		return nil, err
	}
	v := c.customer(i)
	return &core.CustomerDetail{Customer: v, Releases: v.Releases}, c.ask()
}

func (c *canned) Releases(context.Context, core.Actor, core.ReleasesQuery) (*core.ReleaseList, error) {
	v := &core.ReleaseList{}
	if c.clusters > 0 {
		v.Releases = []core.ReleaseView{c.release()}
	}
	return v, c.ask()
}

func (c *canned) Matrix(_ context.Context, _ core.Actor, q core.MatrixQuery) (*core.Matrix, error) {
	if q.Release != core.ByID(12) {
		return nil, &core.Error{Code: core.NotFound, Msg: "There is no such release", Hint: "See /releases for all of them."}
	}
	found, unknown := c.selected(q.Clusters)
	v := &core.Matrix{Release: c.release(), Progress: c.progress(c.all()...), Category: q.Category, Query: q, Names: c.names(), Unknown: unknown}
	v.Shown = core.Shown{AllCustomers: c.customers(), AllSteps: c.steps, Steps: c.steps}
	for _, i := range found {
		m := core.MatrixCluster{Cluster: core.ClusterRef{ID: int64(i + 1), Name: c.name("cluster", i)}, Progress: c.progress(c.of(i)...)}
		for _, j := range c.of(i) {
			m.Customers = append(m.Customers, core.MatrixCustomer{ID: int64(j + 1), Name: c.name("customer", j), Namespace: c.name("namespace", j), Progress: c.progress(j)})
		}
		m.Cells.Columns = len(m.Customers)
		for step := range c.steps {
			m.Rows = append(m.Rows, core.MatrixRow{Number: step + 1, ShortID: fmt.Sprintf("D%d", step+1), Position: strconv.Itoa(step + 1),
				Name: c.name("step", step), Category: core.Deploy, Type: core.Bash, IsCustom: step == 3})
			for _, j := range c.of(i) {
				cell := c.cell(step, j)
				cell.Match = len(q.Statuses) == 0 || slices.Contains(q.Statuses, cell.Status)
				m.Cells.Cells = append(m.Cells.Cells, cell)
			}
		}
		v.Shown.Customers += len(m.Customers)
		v.Clusters = append(v.Clusters, m)
	}
	return v, c.ask()
}

func (c *canned) CustomerSteps(_ context.Context, _ core.Actor, release, ref string) (*core.CustomerSteps, error) {
	i, err := c.find(ref, c.customers())
	if err != nil {
		return nil, err
	}
	v := &core.CustomerSteps{Release: c.release(), Customer: c.customer(i), Progress: c.progress(i), Verify: core.StepList{Progress: count()}}
	v.Deploy.Progress = v.Progress.Deploy
	for step := range c.steps {
		cell := c.cell(step, i)
		if !cell.Applies() {
			continue
		}
		one := c.stepView(step, i)
		v.Deploy.Steps = append(v.Deploy.Steps, one)
	}
	return v, c.ask()
}

func (c *canned) Activity(_ context.Context, _ core.Actor, q core.ActivityQuery) (*core.ActivityFeed, error) {
	v := &core.ActivityFeed{Events: c.events(), Query: q}
	if len(v.Events) > 0 && q.Before == 0 {
		v.Next = 395
	}
	return v, c.ask()
}

// script is what a step says, in each language there is.
func (c *canned) script(step int) (core.StepType, string) {
	switch step % 4 {
	case 1:
		return core.SQL, "-- " + c.name("step", step) + "\nALTER TABLE users ADD COLUMN note VARCHAR(100);\nUPDATE users SET note = '" + c.name("text", 0) + "' WHERE id > 100;\n"
	case 3:
		return core.Text, c.name("text", 0)
	}
	return core.Bash, "#!/bin/bash -e\n# " + c.name("step", step) + "\nfor pod in $(kubectl -n {{customer.metadata.zone IS MISSING}} get pods -o name); do\n\techo \"$pod\" # \u200bshown\ndone"
}

func (c *canned) stepView(step, customer int) core.StepView {
	cell := c.cell(step, customer)
	v := core.StepView{ID: core.MaybeID(cell.ID), ShortID: fmt.Sprintf("D%d", step+1), ReleaseID: 12, CustomerID: int64(customer + 1), Position: strconv.Itoa(step + 1),
		Name: c.name("step", step), Category: core.Deploy, Status: cell.Status, IsOverridden: step == 1, IsCustom: step == 3,
		Description: core.Maybe(c.name("text", step)), CustomerName: c.name("customer", customer),
		ClusterName: c.name("cluster", customer/max(1, c.perCluster)), Namespace: c.name("namespace", customer), CreatedAt: day, UpdatedAt: day}
	v.Type, _ = c.script(step)
	v.TargetLine = fmt.Sprintf("%s · %s / %s · v2.5.0 · deploy %s (%s) %s", v.CustomerName, v.ClusterName, v.Namespace, v.Position, v.ShortID, v.Name)
	v.Locked = c.status == core.Archived || cell.Status == core.Done || cell.Status == core.Skipped
	if cell.Status != core.Pending {
		v.ExecutedAt, v.ExecutedByName = &day, core.Maybe(c.name("person", 0))
	}
	if cell.Status == core.Skipped {
		v.SkipReason = core.Maybe(c.name("not on this plan", 1))
	}
	if step == 1 {
		v.NoteList = []core.Note{{At: day, ByName: c.name("person", 1), Text: c.name("text", 2)}}
	}
	if step == 2 {
		v.Block = &core.Block{ByName: c.name("person", 1), At: day, Reason: c.name("waiting for the DBA", 1), NeedsName: "Cy"}
		v.Claim = &core.Claim{ByName: c.name("person", 0), At: day}
		v.Missing = []string{"customer.metadata.zone"}
		v.Warnings = []string{"The value of {{customer.name}} holds a quote."}
	}
	return v
}

func (c *canned) Step(_ context.Context, _ core.Actor, q core.StepQuery) (*core.StepDetail, error) {
	i, err := c.find(q.Customer, c.customers())
	if err != nil {
		return nil, err
	}
	n, err := c.find(strings.TrimPrefix(q.Step, "D"), c.steps)
	if err != nil {
		return nil, err
	}
	v := &core.StepDetail{Release: c.release(), Customer: c.customer(i), Step: c.stepView(n, i), FileName: "v2.5.0_prod-us_cust_deploy-01_x.sh"}
	kind, text := c.script(n)
	v.Step.Content = core.Maybe(text)
	if v.Step.IsOverridden {
		v.Original = &core.Original{Name: v.Step.Name, Type: kind, Content: text + "-- as in the template\n", MovedOn: i == 1}
		v.Step.Content += core.Maybe("SELECT '" + c.name("customer", i) + "';\n")
	}
	v.History = []core.Activity{{At: day, Verb: "created", ActorName: core.Maybe(c.name("person", 0))}, {At: day, Verb: "noted", ActorName: core.Maybe(c.name("person", 1)), Text: core.Maybe(c.name("text", 1))}}
	if v.Step.Status != core.Pending {
		v.History = append(v.History, core.Activity{At: day, Verb: "done", ActorName: core.Maybe(c.name("person", 0)), Status: &v.Step.Status})
	}
	return v, c.ask()
}

func (c *canned) template(step int, content bool) core.TemplateView {
	v := core.TemplateView{ShortID: fmt.Sprintf("D%d", step+1), Position: strconv.Itoa(step + 1)}
	v.Name, v.Category, v.Description = c.name("step", step), core.Deploy, core.Maybe(c.name("text", step))
	var text string
	if v.Type, text = c.script(step); content {
		v.Content = core.Maybe(text)
	}
	return v
}

func (c *canned) Across(_ context.Context, _ core.Actor, _, step string) (*core.StepAcross, error) {
	n, err := c.find(strings.TrimPrefix(step, "D"), c.steps)
	if err != nil {
		return nil, err
	}
	v := &core.StepAcross{Release: c.release(), Step: c.template(n, true), Customers: []core.StepView{}}
	var cells []core.Cell
	for _, i := range c.all() {
		if cell := c.cell(n, i); cell.Applies() && c.status != core.Draft {
			cells = append(cells, cell)
			v.Customers = append(v.Customers, c.stepView(n, i))
		}
	}
	v.Progress = count(cells...)
	return v, c.ask()
}

func (c *canned) Templates(_ context.Context, _ core.Actor, _ string, content bool) (*core.TemplateList, error) {
	v := &core.TemplateList{Release: c.release(), Verify: []core.TemplateView{}}
	for step := range c.steps {
		v.Deploy = append(v.Deploy, c.template(step, content))
	}
	return v, c.ask()
}

func (c *canned) Blockers(context.Context, core.Actor, string) (*core.StepsList, error) {
	v := &core.StepsList{Steps: []core.StepView{}}
	if c.customers() > 2 && c.steps > 2 {
		v.Steps = append(v.Steps, c.stepView(2, 2))
	}
	return v, c.ask()
}
