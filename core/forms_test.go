package core_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

// A preview says what an operation would say, and leaves nothing behind.
func TestPreviewChangesNothing(t *testing.T) {
	h := newHouse(t)
	h.active()
	before, err := h.Revision(t.Context())
	require.NoError(t, err)
	a := core.Person(ann, core.ViaModal)
	r, err := h.Preview(t.Context(), a, core.AddCustomer{Name: "customer-f", Cluster: "prod-eu", Namespace: "cust-f-prod"})
	require.NoError(t, err)
	assert.Contains(t, r.Details[0], "v2.5.0")

	name := "Roll out"
	_, err = h.Preview(t.Context(), a, core.EditTemplate{Release: "v2.5.0", Step: "D1", Name: &name})
	require.Equal(t, core.Confirm, core.ErrorCode(err))
	p, err := h.TemplateEffect(t.Context(), a, "v2.5.0", "D1")
	require.NoError(t, err)
	assert.Equal(t, core.AsError(errOf(h.Preview(t.Context(), a, core.EditTemplate{Release: "v2.5.0", Step: "D1", Name: &name}))).Preview, p)

	_, err = h.Preview(t.Context(), core.Person(vic, core.ViaModal), core.AddCluster{Name: "x"})
	assert.Equal(t, core.Forbidden, core.ErrorCode(err))
	_, err = h.Preview(t.Context(), core.Person(gus, core.ViaModal), core.AddCluster{Name: "x"})
	assert.Equal(t, core.Forbidden, core.ErrorCode(err))

	after, err := h.Revision(t.Context())
	require.NoError(t, err)
	assert.Equal(t, before, after)
	_, err = h.Customer(t.Context(), a, "cust-f-prod")
	assert.Equal(t, core.NotFound, core.ErrorCode(err))
}

func errOf(_ core.Receipt, err error) error { return err }

func TestFindCustomers(t *testing.T) {
	h := newHouse(t)
	h.active()
	a := core.Person(vic, core.ViaModal)
	find := func(q core.CustomerSearch) (names []string, total int) {
		v, err := h.FindCustomers(t.Context(), a, q)
		require.NoError(t, err)
		for _, c := range v.Customers {
			names = append(names, c.ClusterName+"/"+c.Name)
		}
		return names, v.Total
	}
	all, total := find(core.CustomerSearch{})
	assert.Equal(t, 6, total)
	assert.Equal(t, "prod-eu/customer-d", all[0], "by cluster, then name")
	some, total := find(core.CustomerSearch{Text: "PROD-EU"})
	assert.Equal(t, []string{"prod-eu/customer-d", "prod-eu/customer-e"}, some)
	assert.Equal(t, 2, total)
	some, _ = find(core.CustomerSearch{Text: "cust-b"})
	assert.Equal(t, []string{"prod-us/customer-b"}, some)
	for _, text := range []string{"prod-us/cust-b", "prod-us / cust-b", "us/customer-b"} {
		some, _ = find(core.CustomerSearch{Text: text})
		assert.Equal(t, []string{"prod-us/customer-b"}, some, text)
	}
	some, total = find(core.CustomerSearch{Text: "customer", Limit: 2})
	assert.Equal(t, 6, total)
	assert.Equal(t, []string{"prod-eu/customer-d", "prod-eu/customer-e"}, some, "those that begin with it go first")
	some, _ = find(core.CustomerSearch{Clusters: []string{"staging"}})
	assert.Equal(t, []string{"staging/demo-customer"}, some)

	h.do(ann, core.WithdrawCustomer{Release: "v2.5.0", Customer: "customer-a"})
	_, total = find(core.CustomerSearch{Release: "v2.5.0"})
	assert.Equal(t, 5, total)
	h.do(ann, core.ArchiveCustomer{Customer: "customer-a"})
	some, _ = find(core.CustomerSearch{Archived: true})
	assert.Equal(t, []string{"prod-us/customer-a"}, some)
	_, err := h.FindCustomers(t.Context(), core.Person(gus, core.ViaModal), core.CustomerSearch{})
	assert.Equal(t, core.Forbidden, core.ErrorCode(err))
}

// By customer the next step is the one just done, at the next customer; once everybody has it, the one after it.
func TestNextGoesOnAsPreferred(t *testing.T) {
	h := newHouse(t)
	h.active()
	a := core.Person(ann, core.ViaButton)
	next := func() string {
		v, err := h.Next(t.Context(), a, "v2.5.0")
		require.NoError(t, err)
		require.NotNil(t, v.Detail)
		return v.Detail.Customer.Name + " " + v.Detail.Step.ShortID
	}
	h.do(ann, core.MarkDone{Target: core.Target{Release: "v2.5.0", Customer: "customer-b", Step: "D1"}})
	assert.Equal(t, "customer-b D2", next())
	require.NoError(t, h.Prefer(t.Context(), a, core.Preferences{Pace: core.ByCustomer}))
	assert.Equal(t, "customer-c D1", next())
	h.do(ann, core.BlockStep{Target: core.Target{Release: "v2.5.0", Customer: "customer-c", Step: "D1"}, Reason: "no backup"})
	h.do(ann, core.MarkDone{Target: core.Target{Release: "v2.5.0", Customer: "customer-b", Step: "D2"}})
	assert.Equal(t, "customer-c D2", next())
	h.do(ann, core.MarkDone{Target: core.Target{Release: "v2.5.0", Customer: "demo-customer", Step: "D1"}})
	for _, c := range []string{"customer-a", "customer-d", "customer-e"} {
		h.do(ann, core.MarkDone{Target: core.Target{Release: "v2.5.0", Customer: c, Step: "D1"}})
	}
	assert.Equal(t, "customer-d D2", next(), "D1 is done or blocked everywhere")
	likes, err := h.Preferences(t.Context(), core.Person(bob, core.ViaButton))
	require.NoError(t, err)
	assert.Equal(t, core.ByStep, likes.Pace, "everybody has their own")
	assert.Equal(t, core.Invalid, core.ErrorCode(h.Prefer(t.Context(), a, core.Preferences{Pace: "fast"})))
	assert.Equal(t, core.Forbidden, core.ErrorCode(h.Prefer(t.Context(), core.Person(gus, core.ViaButton), core.Preferences{Pace: core.ByStep})))
}

func TestDrafts(t *testing.T) {
	h := newHouse(t)
	a := core.Person(ann, core.ViaModal)
	id, err := h.KeepDraft(t.Context(), a, "helm upgrade\r\n")
	require.NoError(t, err)
	text, err := h.Draft(t.Context(), a, id)
	require.NoError(t, err)
	assert.Equal(t, "helm upgrade\n", text)
	_, err = h.Draft(t.Context(), core.Person(bob, core.ViaModal), id)
	assert.Equal(t, core.NotFound, core.ErrorCode(err), "nobody else sees it")
	_, err = h.KeepDraft(t.Context(), a, " \n")
	assert.Equal(t, core.Invalid, core.ErrorCode(err))
	_, err = h.KeepDraft(t.Context(), core.Person(gus, core.ViaModal), "x")
	assert.Equal(t, core.Forbidden, core.ErrorCode(err))
	h.pass(25 * time.Hour)
	_, err = h.Draft(t.Context(), a, id)
	assert.Equal(t, core.NotFound, core.ErrorCode(err))
	require.NoError(t, h.Tidy(t.Context()))
	h.pass(-25 * time.Hour)
	_, err = h.Draft(t.Context(), a, id)
	assert.Equal(t, core.NotFound, core.ErrorCode(err), "tidied away")
}
