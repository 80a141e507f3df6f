package core_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

// exported is an export as its readers get it.
func exported(t *testing.T, h *house) map[string][]map[string]any {
	t.Helper()
	x := must[*core.Export](t)(h.Export(t.Context(), core.System(core.ViaCLI)))
	b, err := json.Marshal(x)
	require.NoError(t, err)
	out := map[string][]map[string]any{}
	require.NoError(t, json.Unmarshal(b, &out))
	return out
}

func TestExportHoldsEveryFieldOfEveryEntity(t *testing.T) {
	h := newHouse(t)
	h.worked()
	out := exported(t, h)
	for entity, fields := range map[string][]string{
		"clusters":       {"id", "name", "kubeconfig_path", "description", "is_active", "metadata", "created_at", "updated_at"},
		"customers":      {"id", "cluster_id", "namespace", "name", "description", "is_active", "metadata", "created_at", "updated_at", "cluster_name"},
		"releases":       {"id", "name", "type", "status", "version_number", "release_date", "description", "metadata", "created_at", "updated_at", "short_id"},
		"step_templates": {"id", "release_id", "name", "category", "type", "content", "order_index", "description", "created_at", "short_id"},
		"customer_steps": {"id", "release_id", "customer_id", "template_id", "name", "category", "type", "content", "order_index", "status", "executed_at",
			"executed_by", "skip_reason", "notes", "is_custom", "is_overridden", "created_at", "updated_at"},
		"events": {"seq", "at", "actor", "via", "op"},
	} {
		require.NotEmpty(t, out[entity], entity)
		for _, f := range fields {
			assert.Contains(t, out[entity][0], f, entity)
		}
	}
	assert.Len(t, out, 6)
	assert.Equal(t, "ALTER TABLE users ADD COLUMN x int;", out["step_templates"][1]["content"])

	steps := map[string]map[string]any{}
	for _, s := range out["customer_steps"] {
		steps[s["target_line"].(string)] = s
	}
	done := steps["customer-a · prod-us / cust-a-prod · v2.5.0 · deploy 1 (D1) Deploy"]
	require.NotNil(t, done)
	assert.Equal(t, "helm -n cust-a-prod upgrade app", done["content"], "as seen")
	assert.Equal(t, bob, done["executed_by"])
	assert.Equal(t, "build 812", done["notes"])
	own := steps["customer-b · prod-us / cust-b-prod · v2.5.0 · deploy 1.5 (C1) Own"]
	require.NotNil(t, own)
	assert.Nil(t, own["template_id"])
	assert.InDelta(t, 0.5, own["order_index"], 0)
	assert.Contains(t, steps, "customer-e · prod-eu / cust-e-prod · v2.5.0 · deploy 1 (D1) Deploy", "withdrawn ones too")
	assert.Contains(t, steps, "customer-a · prod-us / cust-a-prod · Old · deploy 1 (D1) Patch", "archived releases too")
	assert.Len(t, out["customer_steps"], 6*5+1+6)

	again := must[*core.Export](t)(h.Export(t.Context(), core.System(core.ViaCLI)))
	first, _ := json.Marshal(must[*core.Export](t)(h.Export(t.Context(), core.Person(ann, core.ViaSlash))))
	second, _ := json.Marshal(again)
	assert.Equal(t, string(first), string(second), "the same each time")
}

func TestExportLeavesDraftsWithoutSteps(t *testing.T) {
	h := newHouse(t)
	h.spring()
	out := exported(t, h)
	assert.Empty(t, out["customer_steps"])
	assert.Len(t, out["step_templates"], 5)
	_, err := h.Export(t.Context(), viewer)
	require.Equal(t, core.Forbidden, core.ErrorCode(err))
	assert.Contains(t, core.AsError(err).Hint, "@ann")
}

// What an event changed stands in the names and forms of what is exported, whatever the store calls it.
func TestExportedEventsSpeakOfExportedFields_3_2(t *testing.T) {
	h := newHouse(t)
	h.worked()
	h.do(bob, core.EditCustomStep{Target: at("customer-b", "C1"), Content: ptr("other work")})
	h.do(bob, core.ResetStep{Target: at("customer-b", "D2")})
	h.do(ann, core.GrantRole{User: otto, Role: core.Operator})
	h.share(core.ShareRelease{Release: "v2.5.0"})
	changes := map[string]map[string]any{} // by operation and record's noun
	for _, e := range exported(t, h)["events"] {
		subjects, _ := e["subjects"].([]any)
		for _, s := range subjects {
			noun, _, _ := strings.Cut(s.(map[string]any)["record"].(string), "/")
			list, _ := s.(map[string]any)["changes"].([]any)
			of := map[string]any{}
			for _, c := range list {
				c := c.(map[string]any)
				field := c["field"].(string)
				assert.NotContains(t, []string{"override", "override_from", "notes", "custom", "order"}, field, "%s of %s", e["op"], noun)
				if field == "at" || strings.HasSuffix(field, "_at") {
					_, err := time.Parse(time.RFC3339, fmt.Sprint(c["after"]))
					assert.NoError(t, err, "%s of %s", field, e["op"])
				}
				of[field] = []any{c["before"], c["after"]}
			}
			if noun != "template" && noun != "cluster" {
				changes[e["op"].(string)+" "+noun] = of
			}
		}
	}
	assert.Equal(t, map[string]any{"status": []any{nil, "done"}, "executed_at": []any{nil, "2026-11-25T09:00:00Z"}, "executed_by": []any{nil, bob},
		"note_count": []any{nil, 1.0}, "revision": []any{nil, 1.0}, "values": []any{nil, map[string]any{"customer.namespace": "cust-a-prod"}}}, changes["step.done step"])
	assert.Equal(t, map[string]any{"content": []any{nil, "own revision 1"}, "is_overridden": []any{false, true}, "overridden_revision": []any{nil, 1.0}}, changes["step.override step"])
	assert.Equal(t, map[string]any{"content": []any{"own revision 1", nil}, "is_overridden": []any{true, false}, "overridden_revision": []any{1.0, nil}}, changes["step.reset step"])
	assert.Equal(t, map[string]any{"is_custom": []any{nil, true}, "category": []any{nil, "deploy"}, "short_id": []any{nil, "C1"}, "anchor": []any{nil, "D1"},
		"order_behind_anchor": []any{nil, 0.5}, "content": []any{nil, "own revision 1"}, "created_at": []any{nil, "2026-11-25T09:00:00Z"}}, changes["step.add step"])
	assert.Equal(t, map[string]any{"content": []any{"own revision 1", "own revision 2"}}, changes["step.edit step"])
	assert.Equal(t, "2026-11-25T09:00:00Z", changes["step.start step"]["claimed_at"].([]any)[1])
	assert.Equal(t, "2026-11-25T09:00:00Z", changes["step.block step"]["blocked_at"].([]any)[1])
	assert.Contains(t, changes, "admin.grant grant")
	assert.Contains(t, changes, "release.share link")
}

// What the pages say and what is exported is the same.
func TestExportAgreesWithTheMatrix(t *testing.T) {
	h := newHouse(t)
	h.worked()
	status := map[int64]string{}
	for _, s := range must[*core.Export](t)(h.Export(t.Context(), core.System(core.ViaCLI))).CustomerSteps {
		status[int64(s.ID)] = s.Status.String()
	}
	for _, release := range []string{"R1", "R2"} {
		for _, c := range h.matrix(core.MatrixQuery{Release: release, Withdrawn: true}).Clusters {
			for i := range c.Rows {
				for _, cell := range c.Cells.Row(i) {
					if cell.Applies() {
						assert.Equal(t, status[cell.ID], cell.Status.String())
						delete(status, cell.ID)
					}
				}
			}
		}
	}
	assert.Empty(t, status)
}
