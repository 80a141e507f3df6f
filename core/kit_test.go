package core_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rollcall/bot/schedule"
	"rollcall/core"
	"rollcall/storage"
	"rollcall/storage/bolt"
	"rollcall/storage/storagetest"
)

// The people of the tests.
const (
	ann  = "UANN"  // workspace admin, and named in the settings
	bob  = "UBOB"  // workspace admin
	olga = "UOLGA" // workspace admin
	otto = "UOTTO" // member; an operator once it is granted
	opal = "UOPAL" // member; an operator once it is granted
	vic  = "UVIC"  // viewer
	gus  = "UGUS"  // guest
	sam  = "USAM"  // stranger from another workspace
	robo = "UROBO" // bot
	dora = "UDORA" // deactivated
)

// house is a service on a real file, with a clock that tests set.
type house struct {
	*core.Service
	t     testing.TB
	now   time.Time
	keys  atomic.Int64
	store storage.Store
}

func newHouse(t testing.TB) *house {
	t.Helper()
	store, err := bolt.Open(filepath.Join(t.TempDir(), "rollcall.db"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return furnish(t, storagetest.Twice(store))
}

// furnish opens a service on a store and introduces the people; at the end of
// the test every invariant is checked.
func furnish(t testing.TB, store storage.Store) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC), store: store}
	var err error
	h.Service, err = core.Open(t.Context(), store, core.Config{
		Now: func() time.Time { return h.now }, Rand: rand.Reader, DefaultRole: core.Viewer, Admins: []string{ann},
		People: folks{}, Schedules: schedule.Read,
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		faults, err := h.Check(context.Background())
		require.NoError(t, err)
		require.Empty(t, faults, "the store's invariants")
		requireKnownKeys(t, store)
	})
	return h
}

// folks is the directory of the tests' people.
type folks struct{}

func (folks) Lookup(_ context.Context, user string) (core.PersonInfo, error) {
	switch user {
	case ann, bob, olga:
		return core.PersonInfo{ID: user, Name: map[string]string{ann: "ann", bob: "bob", olga: "olga"}[user], Kind: core.Member, Admin: true, TZ: "Europe/Berlin"}, nil
	case vic, otto, opal:
		return core.PersonInfo{ID: user, Name: strings.ToLower(user[1:]), Kind: core.Member}, nil
	case gus:
		return core.PersonInfo{ID: user, Name: "gus", Kind: core.Guest}, nil
	case sam:
		return core.PersonInfo{ID: user, Name: "sam", Kind: core.Stranger}, nil
	case robo:
		return core.PersonInfo{ID: user, Name: "robo", Kind: core.Bot}, nil
	case dora:
		return core.PersonInfo{ID: user, Name: "dora", Kind: core.Deactivated, Admin: true}, nil
	}
	return core.PersonInfo{}, &core.Error{Code: core.NotFound, Msg: "no such user"}
}

// do runs an operation that must succeed.
func (h *house) do(user string, op core.Operation) core.Receipt {
	h.t.Helper()
	r, err := h.try(user, op)
	require.NoError(h.t, err)
	return r
}

// try runs an operation under a key of its own.
func (h *house) try(user string, op core.Operation) (core.Receipt, error) {
	return h.Do(h.t.Context(), core.Person(user, core.ViaSlash), fmt.Sprintf("k%d", h.keys.Add(1)), op)
}

// refused runs an operation that must be refused, and gives the refusal.
func (h *house) refused(code core.Code, user string, op core.Operation) *core.Error {
	h.t.Helper()
	before, err := h.Revision(h.t.Context())
	require.NoError(h.t, err)
	_, err = h.try(user, op)
	require.Error(h.t, err)
	e := core.AsError(err)
	require.Equal(h.t, code, e.Code, "%v", err)
	if code != core.Forbidden {
		after, err := h.Revision(h.t.Context())
		require.NoError(h.t, err)
		require.Equal(h.t, before, after, "a refusal changes nothing")
	}
	return e
}

func (h *house) pass(d time.Duration) { h.now = h.now.Add(d) }

// spring lays out the spec's picture: two clusters and a staging one, six
// customers, and the draft v2.5.0 with three deploy steps and two verify steps.
func (h *house) spring() {
	h.t.Helper()
	for _, c := range []string{"prod-us", "prod-eu", "staging"} {
		h.do(ann, core.AddCluster{Name: c, KubeconfigPath: "~/.kube/" + c + "-config", Metadata: map[string]string{"region": c}})
	}
	for _, c := range []struct{ name, cluster, ns string }{
		{"customer-a", "prod-us", "cust-a-prod"}, {"customer-b", "prod-us", "cust-b-prod"}, {"customer-c", "prod-us", "cust-c-prod"},
		{"customer-d", "prod-eu", "cust-d-prod"}, {"customer-e", "prod-eu", "cust-e-prod"}, {"demo-customer", "staging", "demo"},
	} {
		h.do(ann, core.AddCustomer{Name: c.name, Cluster: c.cluster, Namespace: c.ns})
	}
	h.do(ann, core.AddRelease{Name: "Spring release", Type: core.Regular, Version: "v2.5.0", Date: "2026-12-01"})
	for _, s := range []struct {
		name string
		cat  core.Category
		typ  core.StepType
		body string
	}{
		{"Deploy", core.Deploy, core.Bash, "helm -n {{customer.namespace}} upgrade app"},
		{"SQL", core.Deploy, core.SQL, "ALTER TABLE users ADD COLUMN x int;"},
		{"Config", core.Deploy, core.Text, "Set the flag."},
		{"Health", core.Verify, core.Bash, "curl -f https://{{customer.namespace}}/healthz"},
		{"Login", core.Verify, core.Text, "Log in as the test user."},
	} {
		h.do(ann, core.AddTemplate{Release: "v2.5.0", Name: s.name, Category: s.cat, Type: s.typ, Content: s.body})
	}
}

// active is spring, activated.
func (h *house) active() {
	h.t.Helper()
	h.spring()
	h.do(ann, core.ActivateRelease{Release: "v2.5.0", Confirm: true})
}
