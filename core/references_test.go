package core_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

// id is what a reference of a customer came to: its id, or the refusal.
func (h *house) customerID(ref string) string {
	v, err := h.Customer(h.t.Context(), core.Person(ann, core.ViaSlash), ref)
	if err != nil {
		return string(core.ErrorCode(err))
	}
	return fmt.Sprint(v.Customer.ID)
}

// References go by number, then exact name, then unique prefix, without regard
// to case. Two at one level are a question.
func TestCustomersAreFoundByNumberNamePlaceAndPrefix(t *testing.T) {
	h := newHouse(t)
	h.do(ann, core.AddCluster{Name: "prod/us"})
	h.do(ann, core.AddCluster{Name: "prod-eu"})
	for _, c := range []struct{ name, cluster, ns string }{
		{"Acme", "prod/us", "acme-prod"},        // 1
		{"Acme Labs", "prod-eu", "acme-labs"},   // 2
		{"3", "prod-eu", "three"},               // 3
		{"1", "prod-eu", "one"},                 // 4: called like the first one's number
		{"Bolt", "prod/us", "bolt"},             // 5
		{"Bolt", "prod-eu", "bolt"},             // 6
		{"ÉCLAIR", "prod-eu", "eclair-prod"},    // 7
		{"7 dwarfs", "prod-eu", "dwarfs"},       // 8
		{"acme-prod", "prod-eu", "called-like"}, // 9: called like the first one's namespace
	} {
		h.do(ann, core.AddCustomer{Name: c.name, Cluster: c.cluster, Namespace: c.ns})
	}
	for ref, want := range map[string]string{
		"1": "1", "3": "3", " 2 ": "2", "7": "7",
		"acme": "1", "ACME": "1", "Acme L": "2", "acme-l": "2", "acme-labs": "2",
		"acme-prod": "ambiguous", // a name and a namespace are one level
		"acme-p":    "ambiguous",
		"acm":       "ambiguous",
		"bolt":      "ambiguous", "prod/us/bolt": "5", "PROD-EU/Bolt": "6", "prod/us/acme-prod": "1", "prod-us/bolt": "not_found",
		"éclair": "7", "dwarfs": "8", "7 d": "8", "nobody": "not_found", "99": "not_found", "0": "not_found", "-1": "not_found",
	} {
		assert.Equal(t, want, h.customerID(ref), "%q", ref)
	}
	_, err := h.Customer(t.Context(), core.Person(ann, core.ViaSlash), "bolt")
	assert.Equal(t, []core.Choice{{Label: "Bolt · prod/us / bolt", Ref: "5"}, {Label: "Bolt · prod-eu / bolt", Ref: "6"}}, core.AsError(err).Choices)

	// What is archived keeps its name where nothing else bears it: it is not the beginning of another.
	h.do(ann, core.ArchiveCustomer{Customer: "1"})
	e := h.refused(core.Conflict, ann, core.ArchiveCustomer{Customer: "acme"})
	assert.Equal(t, "Acme · prod/us / acme-prod is archived", e.Msg)
	e = h.refused(core.Conflict, ann, core.RestoreCustomer{Customer: "acme labs"})
	assert.Equal(t, "Acme Labs · prod-eu / acme-labs is not archived", e.Msg)
	h.do(ann, core.ArchiveCustomer{Customer: "prod/us/bolt"})
	assert.Equal(t, "6", h.customerID("bolt"), "what is in use goes before what is archived")
	h.do(ann, core.RestoreCustomer{Customer: "bolt"})
}

func TestReleasesAreFoundByShortIDVersionAndName(t *testing.T) {
	h := newHouse(t)
	h.spring()
	h.do(ann, core.AddRelease{Name: "Spring fix", Type: core.Hotfix})                     // R2
	h.do(ann, core.AddRelease{Name: "R2", Type: core.Regular, Version: "v2.5.0-rc1"})     // R3
	h.do(ann, core.AddRelease{Name: "v2.6.0", Type: core.Regular, Version: "2026.12"})    // R4
	h.do(ann, core.AddRelease{Name: "Summer", Type: core.Regular, Version: "spring fix"}) // R5: its version is another's name
	for ref, want := range map[string]string{
		"R1": "R1", "r2": "R2", "3": "R3", "v2.5.0": "R1", "V2.5.0": "R1", "v2.5.0-": "R3", "v2.6": "R4", "2026": "R4",
		"spring release": "R1", "spring": "ambiguous", "spring fix": "ambiguous", "sum": "R5", "R9": "not_found", "D1": "not_found",
	} {
		v, err := h.Release(t.Context(), core.Person(ann, core.ViaSlash), ref)
		got := string(core.ErrorCode(err))
		if err == nil {
			got = v.ShortID
		}
		assert.Equal(t, want, got, "%q", ref)
	}
}

// A release may be left out while exactly one is active; the answer names it.
func TestTheReleaseMayBeLeftOutWhileOneIsActive(t *testing.T) {
	h := newHouse(t)
	h.spring()
	done := core.MarkDone{Target: core.Target{Customer: "cust-a-prod", Step: "D1"}}
	assert.Equal(t, "release", h.refused(core.Invalid, bob, done).Field)
	h.do(ann, core.ActivateRelease{Release: "v2.5.0", Confirm: true})
	assert.Contains(t, h.do(bob, done).Title, " · v2.5.0 · ")
	h.do(ann, core.AddRelease{Name: "Hotfix", Type: core.Hotfix})
	h.do(ann, core.AddTemplate{Release: "Hotfix", Name: "Fix", Category: core.Deploy, Type: core.Text, Content: "abc"})
	done.Step = "D2"
	h.do(bob, done)
	h.do(ann, core.ActivateRelease{Release: "Hotfix", Confirm: true})
	done.Step = "D3"
	e := h.refused(core.Ambiguous, bob, done)
	assert.Equal(t, "Which release? 2 releases are active", e.Msg)
	assert.Equal(t, []core.Choice{{Label: "R1 Spring release (v2.5.0)", Ref: "R1"}, {Label: "R2 Hotfix", Ref: "R2"}}, e.Choices)
}

func TestStepsAreFoundByShortIDNumberNameAndPrefix(t *testing.T) {
	h := newHouse(t)
	h.active()
	for _, c := range []struct{ name, position string }{{"Warm up", "before D2"}, {"Config", ""}, {"Deploy again", "after C1"}} {
		h.custom("cust-a-prod", c.name, c.position)
	}
	id := func(short string) int64 { return int64(h.step("cust-a-prod", short).ID) }
	for ref, want := range map[string]string{
		"D1": "D1", "d2": "D2", "C1": "C1", "c3": "C3", "V1": "V1",
		fmt.Sprint(id("D2")): "D2", fmt.Sprint(id("C3")): "C3",
		"deploy": "D1", "Deploy a": "C3", "warm": "C1", "heal": "V1", "SQL": "D2",
		"config": "ambiguous", "D9": "not_found", "C9": "not_found", "V3": "not_found", "0": "not_found", "3": "not_found",
	} {
		v, err := h.Step(t.Context(), core.Person(ann, core.ViaSlash), core.StepQuery{Release: "v2.5.0", Customer: "cust-a-prod", Step: ref})
		got := string(core.ErrorCode(err))
		if err == nil {
			got = v.Step.ShortID
		}
		assert.Equal(t, want, got, "%q", ref)
	}
	_, err := h.Step(t.Context(), core.Person(ann, core.ViaSlash), core.StepQuery{Release: "v2.5.0", Customer: "cust-a-prod", Step: "config"})
	assert.ElementsMatch(t, []core.Choice{{Label: "C2 Config", Ref: "C2"}, {Label: "D3 Config", Ref: "D3"}}, core.AsError(err).Choices)
	h.do(ann, core.MoveCustomStep{Target: at("cust-a-prod", "C2"), After: "warm up"})
	assert.Equal(t, "1 D1, 1.5 C1, 1.625 C2, 1.75 C3, 2 D2, 3 D3", h.positions("cust-a-prod"), "a place may be named too")
	e := h.refused(core.NotFound, ann, core.MoveCustomStep{Target: at("cust-a-prod", "C2"), After: "D7"})
	assert.Equal(t, "position", e.Field)
}

// A short id means one step for ever, whatever happens to the order.
func TestShortIDsAreNeverUsedAgain(t *testing.T) {
	h := newHouse(t)
	h.active()
	add := func(name string) string {
		return h.do(ann, core.AddTemplate{Release: "v2.5.0", Name: name, Category: core.Deploy, Type: core.Text, Content: "abc", Before: "D1"}).Step
	}
	assert.Equal(t, "D4", add("four"))
	h.do(ann, core.RemoveTemplate{Release: "v2.5.0", Step: "D4", Confirm: true})
	r := h.do(ann, core.AddTemplate{Release: "v2.5.0", Name: "five", Category: core.Deploy, Type: core.Text, Content: "abc"})
	assert.Equal(t, "D5", r.Step)
	h.do(ann, core.Undo{Event: r.Seq})
	assert.Equal(t, "D6", add("six"))
	h.do(ann, core.MoveTemplate{Release: "v2.5.0", Step: "D3", Before: "D6", Confirm: true})
	assert.Equal(t, "Config", h.step("cust-a-prod", "D3").Name)
	h.custom("cust-a-prod", "own", "")
	h.do(bob, core.RemoveCustomStep{Target: at("cust-a-prod", "C1")})
	h.custom("cust-b-prod", "own", "")
	assert.Equal(t, "own", h.step("cust-b-prod", "C2").Name, "custom steps count in the release")
	e := h.refused(core.Conflict, bob, core.MarkDone{Target: at("cust-a-prod", "D4")})
	assert.Equal(t, "D4 was removed from v2.5.0: by @ann at 09:00 UTC, 25 November", e.Msg)
	e = h.refused(core.Conflict, bob, core.MarkDone{Target: at("cust-a-prod", "C1")})
	assert.Equal(t, "C1 was removed from v2.5.0: by @bob at 09:00 UTC, 25 November", e.Msg)
	e = h.refused(core.Conflict, bob, core.AddCustomStep{Release: "v2.5.0", Customer: "cust-a-prod", Name: "x", Category: core.Deploy, Type: core.Text, Content: "x", After: "C1"})
	assert.Equal(t, "C1 was removed from v2.5.0: by @bob at 09:00 UTC, 25 November", e.Msg)
	assert.Equal(t, "position", e.Field)
	e = h.refused(core.Conflict, ann, core.MoveTemplate{Release: "v2.5.0", Step: "D3", After: "D4"})
	assert.Equal(t, "D4 was removed from v2.5.0: by @ann at 09:00 UTC, 25 November", e.Msg)
	e = h.refused(core.Conflict, ann, core.EditTemplate{Release: "v2.5.0", Step: "D4"})
	assert.Equal(t, "D4 was removed from v2.5.0: by @ann at 09:00 UTC, 25 November", e.Msg)
}

// A cluster may be called like the number of another one.
func TestAClusterCalledLikeANumberDoesNotStandBeforeIt(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(ann, core.EditCluster{Cluster: "prod-us", Name: new("2")}) // prod-eu is the second
	a := core.Person(ann, core.ViaSlash)

	one, err := h.Cluster(t.Context(), a, "2")
	require.NoError(t, err)
	require.Equal(t, "prod-eu", one.Cluster.Name)
	require.Len(t, one.Customers, 2)
	for _, c := range one.Customers {
		assert.NotNil(t, c.Progress, c.Name)
	}
	todo, err := h.Todo(t.Context(), a, core.TodoQuery{Cluster: "prod-eu"})
	require.NoError(t, err)
	require.Len(t, todo.Customers, 2)
	assert.Equal(t, "customer-d", todo.Customers[0].Name)
	assert.Equal(t, []string{"customer-d", "customer-e"}, h.customers(core.CustomersQuery{Clusters: []string{"2"}}))
}

func TestWhatIsReferredToByIDIsNeverAName(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.do(ann, core.AddCluster{Name: "9-lives"})
	h.do(ann, core.AddCustomer{Name: "customer-9", Cluster: "9-lives", Namespace: "9-ns"})
	a := core.Person(ann, core.ViaSlash)
	_, err := h.Cluster(t.Context(), a, core.ByID(9))
	assert.EqualError(t, err, `There is no cluster "9"`)
	assert.Equal(t, "not_found", h.customerID(core.ByID(9)))
	assert.Equal(t, "7", h.customerID(core.ByID(7)))
	rel, err := h.Release(t.Context(), a, core.ByID(1))
	require.NoError(t, err)
	assert.Equal(t, "Spring release", rel.Name)
	assert.Len(t, h.matrix(core.MatrixQuery{Clusters: []string{core.ByID(9)}}).Unknown, 1)
}
