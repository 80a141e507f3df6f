package blocks_test

import (
	"fmt"
	"time"

	"rollcall/bot/blocks"
	"rollcall/core"
)

func reminderView(i int) core.ReminderView {
	next := noon.Add(24 * time.Hour)
	m := core.ReminderView{CreatedByName: "ann", Next: &next}
	m.ID, m.Channel, m.Schedule, m.Zone, m.CreatedBy = int64(i+1), "C0OPS", "weekdays 09:30", "Europe/Berlin", "UANN"
	switch i % 4 {
	case 1:
		m.ReleaseLabel, m.ReleaseStatus, m.ClusterName, m.Off = "v2.5.0", "draft", "prod-us", []core.Date{"2026-12-24", "2026-12-25"}
	case 2:
		m.SnoozedUntil = &next
	case 3:
		m.Parked, m.Next = "the channel is archived", nil
	}
	return m
}

// openWork is open steps as core lists them: of every release six customers by name, two steps of each.
func openWork(releases, clusters int) core.OpenWork {
	var v core.OpenWork
	for range releases {
		r := core.OpenRelease{Release: releaseView()}
		for i := range clusters {
			c := core.OpenCluster{ID: int64(i + 1), Name: fmt.Sprintf("prod-%d", i+1), Open: 15, Customers: 5}
			for j := range min(3, max(0, 6-3*i)) {
				c.Top = append(c.Top, core.TodoCustomer{Open: 3, ID: int64(j + 1), Name: fmt.Sprintf("Customer %d", j+1),
					ClusterName: c.Name, Namespace: fmt.Sprintf("cust-%d-prod", j+1), Steps: []core.StepView{stepView(0, core.Pending), stepView(1, core.Reverted)}})
			}
			r.Open, r.Customers, r.Clusters = r.Open+c.Open, r.Customers+c.Customers, append(r.Clusters, c)
		}
		v.Open, v.Releases = v.Open+r.Open, append(v.Releases, r)
	}
	return v
}

func remindLayouts() []layout {
	say := func(v core.OpenWork) blocks.Message { return blocks.Reminder(reminderView(1), v, env) }
	snoozed := func(v core.OpenWork) blocks.Message {
		return blocks.ReminderAnswered(reminderView(2), v, noon, "ben", env)
	}
	test := func(v core.OpenWork) blocks.Message { return blocks.ReminderTest(reminderView(2), v, noon, env) }
	list := func(v core.ReminderList) blocks.Message { return blocks.Reminders(v, noon, 1, env) }
	roles := func(v core.RoleList) blocks.Message { return blocks.Roles(v, 1, blocks.Env{}) }
	plan := func(v core.ImportPlan) blocks.Message { return blocks.ImportPlan("2 new customers", v, confirm) }
	var few, many core.ReminderList
	var people core.RoleList
	var rows core.ImportPlan
	people.Default, people.Others = core.Viewer, 12
	for i := range 200 {
		many.Reminders = append(many.Reminders, reminderView(i))
		people.People = append(people.People, core.PersonRole{PersonInfo: core.PersonInfo{ID: "UBEN", Name: "ben"}, Role: core.Role(3 - min(2, i/2)), Why: "granted by ann"})
		rows.Rows = append(rows.Rows, core.ImportRow{Line: i + 2, Noun: "customer", Name: "prod-us / cust-a-prod", Action: []string{"add", "change", "keep"}[i%3]})
	}
	few.Reminders = many.Reminders[:4]
	return []layout{
		drawn("reminder", true, openWork(1, 2), say),
		drawn("reminder_snoozed", true, openWork(1, 2), snoozed),
		drawn("reminder_many", false, openWork(20, 12), say),
		drawn("reminder_test", true, openWork(2, 1), test),
		drawn("reminder_test_silent", true, core.OpenWork{}, test),
		drawn("reminder_test_many", false, openWork(20, 12), test),
		drawn("reminders_empty", true, core.ReminderList{}, list),
		drawn("reminders", true, few, list),
		drawn("reminders_many", false, many, list),
		drawn("roles", true, core.RoleList{Default: core.Viewer, Others: 12, People: people.People[:5]}, roles),
		drawn("roles_many", false, people, roles),
		drawn("import_plan", true, core.ImportPlan{Rows: rows.Rows[:3]}, plan),
		drawn("import_plan_nothing", true, core.ImportPlan{Rows: rows.Rows[2:3]}, plan),
		drawn("import_plan_many", false, rows, plan),
	}
}
