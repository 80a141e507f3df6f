package blocks_test

import (
	"encoding/json"
	"strings"
	"testing"

	"rollcall/bot/blocks"
	"rollcall/core"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Open page leads to what the answer shows, with the filters that chose it.
func TestOpenPageKeepsTheFilters(t *testing.T) {
	filtered := matrix(2, 1, 1)
	filtered.Query = core.MatrixQuery{Clusters: []string{"prod-1", "prod-2"}, Category: core.Verify, Statuses: []core.Status{core.Done}}
	for want, m := range map[string]blocks.Message{
		"/activity": blocks.Activity(core.ActivityFeed{}, blocks.Button{}, env),
		"/activity?release=v2.5.0&customer=Customer+A&cluster=prod-us&by=U1&op=step.skip": blocks.Activity(core.ActivityFeed{Query: core.ActivityQuery{
			Release: "v2.5.0", Customer: "Customer A", Cluster: "prod-us", Person: "U1", Op: "step.skip", Before: 12}}, blocks.Button{}, env),
		"/activity?": blocks.Activity(core.ActivityFeed{Query: core.ActivityQuery{Op: "step", Customer: strings.Repeat("x", 2000)}}, blocks.Button{}, env),
		"/customers?sort=progress&cluster=prod-us&cluster=prod-eu&archived=yes": blocks.Customers(core.CustomerList{Unknown: []string{"nope"},
			Query: core.CustomersQuery{Clusters: []string{"prod-us", "nope", "prod-eu"}, Sort: "progress", Archived: true}}, 1, env),
		"/releases?status=active&type=hotfix": blocks.Releases(core.ReleaseList{
			Query: core.ReleasesQuery{Statuses: []core.ReleaseStatus{core.Active}, Types: []core.ReleaseType{core.Hotfix}}}, 1, env),
		"/releases/12?category=verify&cluster=prod-1&cluster=prod-2&status=done": blocks.Matrix(filtered, 1, 1, env),
	} {
		raw, err := json.Marshal(m.Blocks)
		require.NoError(t, err)
		var all []map[string]any
		require.NoError(t, json.Unmarshal(raw, &all))
		if path, long := strings.CutSuffix(want, "?"); long { // filters that fit no address are left out
			want = path
		}
		assert.Contains(t, links(all), env.BaseURL+want)
	}
}

// links are the addresses anywhere in something decoded.
func links(v any) (out []string) {
	switch v := v.(type) {
	case []map[string]any:
		for _, one := range v {
			out = append(out, links(one)...)
		}
	case []any:
		for _, one := range v {
			out = append(out, links(one)...)
		}
	case map[string]any:
		for key, one := range v {
			if text, ok := one.(string); ok && key == "url" {
				out = append(out, text)
			}
			out = append(out, links(one)...)
		}
	}
	return out
}
