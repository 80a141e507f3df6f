package core_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

// Every limit of what people write: at it all is well, beyond it the field is named and nothing changes.
func TestLimitsOfWhatPeopleWrite(t *testing.T) {
	h := newHouse(t)
	h.active()
	h.custom("cust-a-prod", "own", "")
	letters := func(n int) string { return strings.Repeat("ä", n) } // characters, not bytes
	meta := func(key, value string) map[string]string { return map[string]string{key: value} }
	n := 0
	serial := func() string { n++; return fmt.Sprintf("%04d", n) }
	type makes func(text string) core.Operation
	names := map[string]makes{
		"cluster": func(s string) core.Operation { return core.AddCluster{Name: s + serial()} },
		"customer": func(s string) core.Operation {
			return core.AddCustomer{Name: s + serial(), Cluster: "staging", Namespace: "n" + serial()}
		},
		"release": func(s string) core.Operation { return core.AddRelease{Name: s + serial(), Type: core.Hotfix} },
		"version": func(s string) core.Operation {
			return core.AddRelease{Name: "r" + serial(), Type: core.Regular, Version: s + serial()}
		},
		"template": func(s string) core.Operation {
			return core.AddTemplate{Release: "v2.5.0", Name: s + serial(), Category: core.Deploy, Type: core.Text, Content: "abc"}
		},
		"custom": func(s string) core.Operation {
			name := s + serial()
			return core.EditCustomStep{Target: at("cust-a-prod", "C1"), Name: &name}
		},
	}
	for what, op := range names {
		h.do(ann, op(letters(76)))
		e := h.refused(core.Invalid, ann, op(letters(77)))
		assert.Contains(t, []string{"name", "version"}, e.Field, what)
		assert.Contains(t, e.Msg, "is 81 characters long; 80 is the most", what)
		for _, bad := range []string{"a\x00b", "a\x1bb", "a\u0085b", "a\u007fb"} {
			assert.Contains(t, h.refused(core.Invalid, ann, op(bad)).Msg, "holds a control character", what)
		}
		assert.Contains(t, h.refused(core.Invalid, ann, op("a\xffb")).Msg, "is not valid UTF-8", what)
		assert.Contains(t, h.refused(core.Invalid, ann, op("a\nb")).Msg, "must be one line", what)
	}
	for _, nothing := range []string{"", "  ", "\u200b", "\u2060\u3164"} {
		assert.Equal(t, "name", h.refused(core.Invalid, ann, core.AddCluster{Name: nothing}).Field, "%q", nothing)
	}
	texts := map[string]makes{
		"description": func(s string) core.Operation { return core.EditCluster{Cluster: "prod-us", Description: &s} },
		"note":        func(s string) core.Operation { return core.AddNote{Target: at("cust-b-prod", "D1"), Text: s} },
		"reason":      func(s string) core.Operation { return core.BlockStep{Target: at("cust-b-prod", "D1"), Reason: s} },
	}
	for field, op := range texts {
		h.do(ann, op(letters(3000)))
		e := h.refused(core.Invalid, ann, op(letters(3001)))
		assert.Equal(t, field, e.Field)
		assert.Contains(t, e.Msg, "is 3001 characters long; 3000 is the most")
		h.do(ann, op("two\nlines\tand a tab\r\nand Windows"))
		assert.Equal(t, field, h.refused(core.Invalid, ann, op("a\x00b")).Field)
		assert.Equal(t, field, h.refused(core.Invalid, ann, op("a\xffb")).Field)
	}
	for field, op := range map[string]core.Operation{
		"note":   core.MarkDone{Target: at("cust-c-prod", "D1"), Note: letters(3001)},
		"force":  core.MarkDone{Target: at("cust-c-prod", "D1"), Force: letters(3001)},
		"reason": core.SkipStep{Target: at("cust-c-prod", "D1"), Reason: letters(3001)},
	} {
		assert.Equal(t, field, h.refused(core.Invalid, ann, op).Field)
	}
	content := func(s string) core.Operation { return core.OverrideStep{Target: at("cust-d-prod", "D1"), Content: s} }
	h.do(ann, content(strings.Repeat("x", 64<<10)))
	e := h.refused(core.Invalid, ann, content(strings.Repeat("x", 64<<10+1)))
	assert.Equal(t, "The content is 65537 bytes long; 64 KiB is the most", e.Msg)
	assert.Equal(t, "content", h.refused(core.Invalid, ann, content("\n \t")).Field)
	assert.Equal(t, "content", h.refused(core.Invalid, ann, content("a\x07b")).Field)
	assert.Equal(t, "content", h.refused(core.Invalid, ann, content("a\xffb")).Field)
	h.do(ann, content("\tkept to the byte \r\n\n“as typed” \u202e\n"))
	assert.Equal(t, core.Maybe("\tkept to the byte \n\n“as typed” \u202e\n"), h.step("cust-d-prod", "D1").Content)

	h.do(ann, core.EditCustomer{Customer: "demo", Metadata: meta(letters(40), letters(1000))})
	assert.Equal(t, "meta."+letters(41), h.refused(core.Invalid, ann, core.EditCustomer{Customer: "demo", Metadata: meta(letters(41), "x")}).Field)
	assert.Equal(t, "meta.k", h.refused(core.Invalid, ann, core.EditCustomer{Customer: "demo", Metadata: meta("k", letters(1001))}).Field)
	for _, key := range []string{"", "a b", "a=b", "a{b", "a\x00"} {
		h.refused(core.Invalid, ann, core.EditCustomer{Customer: "demo", Metadata: meta(key, "x")})
	}
	many := map[string]string{}
	for i := range 49 {
		many[fmt.Sprintf("k%d", i)] = "v"
	}
	h.do(ann, core.EditCustomer{Customer: "demo", Metadata: many})
	e = h.refused(core.Invalid, ann, core.EditCustomer{Customer: "demo", Metadata: meta("one-more", "x")})
	assert.Equal(t, "That makes 51 metadata keys; 50 is the most", e.Msg)
	h.do(ann, core.EditCustomer{Customer: "demo", Metadata: map[string]string{"one-more": "x", "k0": ""}})

	for _, date := range []string{"2026-13-01", "2026-02-30", "1.12.2026", "2026-12-1", "tomorrow", "2026-12-01T10:00"} {
		assert.Equal(t, "date", h.refused(core.Invalid, ann, core.EditRelease{Release: "v2.5.0", Date: &date}).Field, date)
	}
}

func TestFiveHundredStepsARelease(t *testing.T) {
	h := newHouse(t)
	h.do(ann, core.AddCluster{Name: "one"})
	h.do(ann, core.AddCustomer{Name: "a", Cluster: "one", Namespace: "a"})
	big := core.ImportRelease{Line: 1, Name: "Big", Type: ptr(core.Hotfix)}
	for i := range 500 {
		big.Steps = append(big.Steps, core.ImportStep{Line: i + 2, Name: fmt.Sprintf("step %d", i), Category: core.Categories[i%2], Type: core.Text, Content: "abc"})
	}
	h.do(ann, core.Import{Releases: []core.ImportRelease{big}, Confirm: true})
	e := h.refused(core.Conflict, ann, core.AddTemplate{Release: "Big", Name: "more", Category: core.Deploy, Type: core.Text, Content: "abc"})
	assert.Equal(t, "Release Big already has 500 steps, the most there can be", e.Msg)
	e = h.refused(core.Conflict, ann, core.AddCustomStep{Release: "Big", Customer: "a", Name: "more", Category: core.Deploy, Type: core.Text, Content: "abc"})
	assert.Equal(t, "a · one / a already has 500 steps in Big, the most there can be", e.Msg)
}

// A thousand steps are one event and one undo.
func TestABulkIsOneEventAndOneUndo(t *testing.T) {
	h := newHouse(t)
	h.do(ann, core.AddCluster{Name: "big"})
	file := core.Import{Confirm: true}
	for i := range 1000 {
		file.Customers = append(file.Customers, core.ImportCustomer{Line: i, Name: fmt.Sprintf("c%05d", i), Cluster: "big", Namespace: fmt.Sprintf("n%05d", i)})
	}
	h.do(ann, file)
	h.do(ann, core.AddRelease{Name: "Big", Type: core.Hotfix})
	h.do(ann, core.AddTemplate{Release: "Big", Name: "One", Category: core.Deploy, Type: core.Text, Content: "abc"})
	h.do(ann, core.ActivateRelease{Release: "Big", Confirm: true})
	h.do(ann, core.WithdrawCustomer{Release: "Big", Customer: "n00007"})
	plan, err := h.PlanBulk(t.Context(), core.Person(bob, core.ViaSlash), core.BulkQuery{To: core.Done, Step: "D1", All: true})
	require.NoError(t, err)
	before, err := h.Revision(t.Context())
	require.NoError(t, err)
	r := h.do(bob, core.RunBulk{Plan: plan.ID})
	assert.Equal(t, "999 steps marked done", r.Text)
	assert.Equal(t, before+1, r.Seq)
	v, err := h.Release(t.Context(), core.Person(bob, core.ViaSlash), "")
	require.NoError(t, err)
	assert.True(t, v.Progress.Complete)
	u := h.do(bob, core.Undo{})
	assert.Equal(t, before+2, u.Seq)
	v, err = h.Release(t.Context(), core.Person(bob, core.ViaSlash), "")
	require.NoError(t, err)
	assert.Equal(t, 999, v.Progress.Pending)
}
