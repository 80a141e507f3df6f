package statuspage_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rollcall/core"
)

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
	v := &core.ClusterList{None: c.clusters == 0}
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
	v := &core.CustomerList{None: c.clusters == 0, Total: c.customers(), Clusters: c.names(), Unknown: unknown, Query: q}
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
		m := core.MatrixCluster{Cluster: c.cluster(i), Progress: c.progress(c.of(i)...)}
		for _, j := range c.of(i) {
			m.Customers = append(m.Customers, core.MatrixCustomer{Customer: c.record(j), ClusterName: c.name("cluster", i), Progress: c.progress(j)})
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
