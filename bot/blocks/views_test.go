package blocks_test

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"rollcall/core"
)

// noon is when everything in these views happened.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func counts(done, pending, skipped, reverted int) core.Counts {
	c := core.Counts{Done: done, Pending: pending, Skipped: skipped, Reverted: reverted, Total: done + pending + skipped + reverted,
		Percent: core.NoPercent, ResolvedPercent: core.NoPercent}
	if c.Total > 0 {
		c.Percent = core.Percent(done * 10000 / c.Total)
	}
	return c
}

func clusterView(i, customers int) core.ClusterView {
	c := core.ClusterView{CustomerCount: customers}
	c.ID, c.Name, c.IsActive = int64(i+1), fmt.Sprintf("prod-%d", i+1), true
	c.KubeconfigPath, c.Metadata = "~/.kube/config", map[string]string{"region": "eu-west-1"}
	for j := range customers {
		c.Customers = append(c.Customers, fmt.Sprintf("Customer %d", j+1))
	}
	return c
}

func customerView(i int) core.CustomerView {
	c := core.CustomerView{ClusterName: fmt.Sprintf("prod-%d", i/8+1)}
	c.ID, c.Name, c.Namespace, c.IsActive = int64(i+1), fmt.Sprintf("Customer %d", i+1), fmt.Sprintf("cust-%d-prod", i+1), true
	p := core.Progress{Counts: counts(i%4, 3, 1, 0)}
	c.Progress = &p
	return c
}

func releaseView() core.ReleaseView {
	r := core.ReleaseView{ShortID: "R12", CustomerCount: 3, StepCount: 2, TargetsText: "all active customers", Progress: core.Progress{Counts: counts(3, 2, 1, 0), Deploy: counts(3, 2, 1, 0)}}
	r.ID, r.Name, r.Type, r.Status = 12, "Spring release", core.Regular, core.Active
	r.VersionNumber, r.ReleaseDate, r.CreatedAt, r.ActivatedAt = "v2.5.0", "2026-12-01", noon, &noon
	return r
}

func stepView(i int, status core.Status) core.StepView {
	v := core.StepView{ID: core.MaybeID(i), ShortID: fmt.Sprintf("D%d", i+1), CustomerID: 7, Name: fmt.Sprintf("Step %d", i+1), Category: core.Deploy,
		Type: core.Bash, Content: "helm upgrade app", Position: fmt.Sprint(i + 1), Status: status, CustomerName: "Customer A",
		ClusterName: "prod-us", Namespace: "cust-a-prod", Rev: "9f31c02a"}
	v.TargetLine = fmt.Sprintf("Customer A · prod-us / cust-a-prod · v2.5.0 · deploy %d (D%d) Step %d", i+1, i+1, i+1)
	switch status {
	case core.Done, core.Reverted:
		v.ExecutedAt, v.ExecutedBy, v.ExecutedByName = &noon, "UBEN", "ben"
	case core.Skipped:
		v.ExecutedAt, v.ExecutedBy, v.ExecutedByName, v.SkipReason = &noon, "UBEN", "ben", "not on this plan"
	}
	return v
}

func customerSteps(n int) core.CustomerSteps {
	v := core.CustomerSteps{Release: releaseView(), Customer: customerView(0), Progress: core.Progress{Counts: counts(n/4, n-n/4, 0, 0), Deploy: counts(n/4, n-n/4, 0, 0)}}
	for i := range n {
		v.Deploy.Steps = append(v.Deploy.Steps, stepView(i, core.Statuses[i%4]))
	}
	return v
}

func stepDetail(status core.Status, content string, notes, history int) core.StepDetail {
	v := core.StepDetail{Release: releaseView(), Customer: customerView(0), Step: stepView(0, status)}
	v.Step.Content = core.Maybe(content)
	for i := range notes {
		v.Step.NoteList = append(v.Step.NoteList, core.Note{At: noon, By: "UBEN", ByName: "ben", Text: fmt.Sprintf("note %d", i+1)})
	}
	v.History = activity(history)
	return v
}

func activity(n int) []core.Activity {
	var out []core.Activity
	for i := range n {
		out = append(out, core.Activity{Seq: int64(n - i), At: noon, Actor: "UBEN", ActorName: "ben", Verb: "done",
			Title: "Customer A · prod-us / cust-a-prod · v2.5.0 · deploy 1 (D1) Deploy", Text: "build 812"})
	}
	return out
}

func matrix(clusters, customers, rows int) core.Matrix {
	m := core.Matrix{Release: releaseView(), Progress: core.Progress{Counts: counts(3, 2, 1, 0)}}
	for i := range clusters {
		c := core.MatrixCluster{Progress: core.Progress{Counts: counts(3, 2, 1, 0)}}
		c.Cluster.ID, c.Cluster.Name = int64(i+1), fmt.Sprintf("prod-%d", i+1)
		for j := range customers {
			c.Customers = append(c.Customers, core.MatrixCustomer{Customer: core.Customer{ID: int64(j + 1), Name: fmt.Sprintf("Customer %d", j+1), Namespace: fmt.Sprintf("cust-%d", j+1)}})
		}
		c.Cells.Columns = customers
		for k := range rows {
			c.Rows = append(c.Rows, core.MatrixRow{Number: k, ShortID: fmt.Sprintf("D%d", k+1), Position: fmt.Sprint(k + 1), Name: fmt.Sprintf("Step %d", k+1), Category: core.Deploy})
			for j := range customers {
				cell := core.Cell{ID: int64(j + 1), Status: core.Statuses[(j+k)%4]}
				if j == 1 && k == 0 {
					cell.Marks = core.Overridden | core.Blocked
				}
				if j == 2 && k == 1 {
					cell = core.Cell{}
				}
				c.Cells.Cells = append(c.Cells.Cells, cell)
			}
		}
		m.Clusters = append(m.Clusters, c)
		m.Names = append(m.Names, c.Cluster.Name)
	}
	return m
}

func todo(customers, steps int) core.TodoList {
	v := core.TodoList{Release: releaseView(), Open: customers * steps}
	for i := range customers {
		c := core.TodoCustomer{ID: int64(i + 1), Name: fmt.Sprintf("Customer %d", i+1), ClusterName: fmt.Sprintf("prod-%d", i/8+1), Namespace: fmt.Sprintf("cust-%d", i+1)}
		for j := range steps {
			c.Steps = append(c.Steps, stepView(j, core.Pending))
		}
		v.Customers = append(v.Customers, c)
	}
	return v
}

func activation(clusters, customers int) core.ActivationPreview {
	v := core.ActivationPreview{Release: releaseView(), Customers: clusters * customers, Steps: 11, Customs: 2, Total: clusters*customers*11 + 2}
	for i := range clusters {
		c := core.PreviewCluster{Name: fmt.Sprintf("prod-%d", i+1)}
		for j := range customers {
			c.Customers = append(c.Customers, fmt.Sprintf("Customer %d", j+1))
			v.LeftOut = append(v.LeftOut, core.PreviewCustomer{ID: int64(j), Name: fmt.Sprintf("Other %d", j+1), ClusterName: c.Name, Namespace: "other"})
			v.Missing = append(v.Missing, core.MissingValue{CustomerName: fmt.Sprintf("Customer %d", j+1), ClusterName: c.Name, Namespace: "cust", Step: "D1", Placeholder: "customer.metadata.db"})
		}
		v.Clusters = append(v.Clusters, c)
	}
	return v
}

// fill puts a text into every string of a view, wherever it sits; choices of our own stay what they are.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem(), text)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				if strings.HasSuffix(v.Type().Field(i).Name, "ShortID") || v.Type().Field(i).Name == "Rev" || v.Type().Field(i).Name == "Position" {
					continue
				}
				fill(f, text)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	case reflect.Map:
		if v.Type() == reflect.TypeFor[map[string]string]() && !v.IsNil() {
			v.Set(reflect.ValueOf(map[string]string{text: text}))
		}
	case reflect.String:
		if t := v.Type(); t == reflect.TypeFor[string]() || t == reflect.TypeFor[core.Maybe]() {
			v.SetString(text)
		}
	}
}
