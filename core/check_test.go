package core_test

import (
	"bytes"
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/storage"
	"rollcall/storage/bolt"
)

// worked lays out a house where a bit of everything has happened.
func (h *house) worked() {
	h.t.Helper()
	h.active()
	h.do(bob, core.MarkDone{Target: at("customer-a", "D1"), Note: "build 812"})
	h.do(bob, core.SkipStep{Target: at("customer-a", "D2"), Reason: "not on this plan"})
	h.do(bob, core.OverrideStep{Target: at("customer-b", "D2"), Content: "SELECT 1;"})
	h.do(bob, core.AddCustomStep{Release: "v2.5.0", Customer: "customer-b", Name: "Own", Category: core.Deploy, Type: core.Text, Content: "own work", After: "D1"})
	h.do(bob, core.StartStep{Target: at("customer-c", "D1")})
	h.do(bob, core.BlockStep{Target: at("customer-c", "D2"), Reason: "no access"})
	h.do(ann, core.WithdrawCustomer{Release: "v2.5.0", Customer: "customer-e"})
	h.do(ann, core.AddRelease{Name: "Old", Type: core.Hotfix})
	h.do(ann, core.AddTemplate{Release: "Old", Name: "Patch", Category: core.Deploy, Type: core.Text, Content: "patch it"})
	h.do(ann, core.ActivateRelease{Release: "Old", Confirm: true})
	h.do(ann, core.ArchiveRelease{Release: "Old", Confirm: true, Reason: "superseded"})
}

// Each kind of damage is found, and the fault names the record.
func TestCheckFindsDamage(t *testing.T) {
	h := newHouse(t)
	h.worked()
	sound := contents(t, h.store)
	replace := func(key, old, new string) func(map[string][]byte) {
		return func(m map[string][]byte) {
			require.Contains(t, string(m[key]), old, key)
			m[key] = bytes.ReplaceAll(m[key], []byte(old), []byte(new))
		}
	}
	drop := func(key string) func(map[string][]byte) {
		return func(m map[string][]byte) {
			require.Contains(t, m, key)
			delete(m, key)
		}
	}
	const aD1, aD2, bD2 = "step/00000001/00000001/000001", "step/00000001/00000001/000002", "step/00000001/00000002/000002"
	status := func(key string, to byte) func(map[string][]byte) {
		return func(m map[string][]byte) {
			v := slices.Clone(m[key])
			v[bytes.IndexByte(v, ' ')+1] = to
			m[key] = v
		}
	}
	for name, c := range map[string]struct {
		damage func(map[string][]byte)
		want   string
	}{
		"an index entry is lost":        {drop("ix/cluster/name/prod-us\x0000000001"), `"ix/cluster/name/prod-us\x0000000001" is missing`},
		"an index entry too many":       {func(m map[string][]byte) { m["ix/cluster/name/ghost\x0000000009"] = nil }, `ghost\x0000000009" belongs to no record`},
		"a column is out of date":       {replace("ix/customer/cluster/00000001\x0000000001", "customer-a", "customer-x"), "customer-x"},
		"a link leads nowhere":          {replace("customer/00000001", `"cluster_id":1`, `"cluster_id":9`), "customer/00000001: there is no cluster 9"},
		"two of a name":                 {replace("cluster/00000002", `"prod-eu"`, `"PROD-US"`), "cluster/00000002: the name prod-us is also that of cluster/00000001"},
		"two in a place":                {replace("template/00000001/000002", `"order_index":1`, `"order_index":0`), "template/00000001/000002: place deploy 0 is taken"},
		"a gap in the order":            {replace("template/00000001/000003", `"order_index":2`, `"order_index":5`), "template/00000001: nothing stands at deploy 2"},
		"a wording is lost":             {drop("text/00000001/00000000/000001/000001"), "template/00000001/000001: wording 1 of step 1"},
		"an override's wording is lost": {drop("text/00000001/00000002/000002/000001"), bD2 + ": wording 1"},
		"a counter is behind":           {replace("serial/00000001", `"deploy":3`, `"deploy":1`), "serial/00000001: it counts to"},
		"enrolments are behind":         {func(m map[string][]byte) { m["meta/enrolment"] = []byte("1") }, "enrolled/00000001: customer 2 has enrolment 2"},
		"done without a person":         {status(aD2, byte(core.Done)), aD2 + ": it is done without a time and a person, or with a reason to skip"},
		"skipped without a reason":      {status(aD1, byte(core.Skipped)), aD1 + ": it is skipped without"},
		"pending with an execution":     {status(aD1, byte(core.Pending)), aD1 + ": it is pending and has"},
		"a status that there is not":    {status(aD1, 9), aD1 + ": its status is 9"},
		"state without history":         {status(aD1, byte(core.Reverted)), aD1 + `: status is "reverted", and by its history "done"`},
		"a field without history":       {replace("release/00000001", "Spring", "Autumn"), `release/00000001: name is "Autumn release", and by its history "Spring release"`},
		"a record is lost":              {drop("release/00000002"), "release/00000002: history tells of it, and it is not there"},
		"a note is lost":                {func(m map[string][]byte) { deletePrefix(m, "note/") }, aD1 + ": it counts 1 notes, and 0 are kept"},
		"an event is lost":              {drop("event/0000000005"), "event/0000000005: there is no such event"},
		"an event is altered":           {replace("event/0000000001", `"prod-us"`, `"prod-xx"`), "cluster/00000001: name is"},
		"a roster is lost":              {drop("enrolled/00000001"), aD1 + ": it is done, and customer 1 is not enrolled"},
		"a record is cut short":         {func(m map[string][]byte) { m[aD1] = m[aD1][:8] }, aD1 + ": a record of step is damaged"},
		"a wording is altered":          {replace("text/00000001/00000000/000001/000001", "Deploy", "Destroy"), "template/00000001/000001: it says otherwise than its newest wording"},
		"a wording without content":     {replace("text/00000001/00000002/000002/000001", "content", "contents"), bD2 + ": wording 1 has no name, content or type"},
		"a person is cut short":         {func(m map[string][]byte) { m["person/UBOB"] = m["person/UBOB"][:9] }, "person/UBOB: it cannot be read"},
		"frozen names cut short":        {func(m map[string][]byte) { m["frozen/00000002"] = m["frozen/00000002"][:9] }, "frozen/00000002: the frozen names"},
		"frozen names are lost":         {drop("frozen/00000002"), "release/00000002: it is archived without"},
		"active and frozen":             {func(m map[string][]byte) { m["frozen/00000001"] = m["frozen/00000002"] }, "release/00000001: it is active and yet"},
	} {
		t.Run(name, func(t *testing.T) {
			damaged := maps.Clone(sound)
			c.damage(damaged)
			faults := checkContents(t, damaged)
			require.NotEmpty(t, faults)
			assert.True(t, slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, c.want) }), "%s\n%s", c.want, strings.Join(faults, "\n"))
		})
	}
	assert.Empty(t, checkContents(t, sound), "what is sound stays so when copied")
}

func contents(t *testing.T, store storage.Store) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	require.NoError(t, store.View(t.Context(), func(r storage.Reader) error {
		for e, err := range r.Scan(storage.Range{}) {
			require.NoError(t, err)
			out[string(e.Key)] = slices.Clone(e.Value)
		}
		return nil
	}))
	return out
}

func deletePrefix(m map[string][]byte, prefix string) {
	maps.DeleteFunc(m, func(k string, _ []byte) bool { return strings.HasPrefix(k, prefix) })
}

// checkContents checks a store that holds exactly this.
func checkContents(t *testing.T, m map[string][]byte) []string {
	t.Helper()
	store, err := bolt.Open(filepath.Join(t.TempDir(), "rollcall.db"), bolt.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	require.NoError(t, store.Update(t.Context(), func(w storage.Writer) error {
		for k, v := range m {
			if err := w.Put([]byte(k), v); err != nil {
				return err
			}
		}
		return nil
	}))
	svc, err := core.OpenReadOnly(t.Context(), store, core.Config{})
	require.NoError(t, err)
	faults, err := svc.Check(context.Background())
	require.NoError(t, err)
	return faults
}
