package statuspage_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/statuspage"
)

// object is what a program reads of an address.
func object(t *testing.T, s *statuspage.Site, path string) map[string]any {
	t.Helper()
	w := get(s, path)
	require.Equal(t, http.StatusOK, w.Code, path)
	var out map[string]any
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &out), path)
	return out
}

// in follows keys, and the first element of lists.
func in(t *testing.T, v any, keys ...string) map[string]any {
	t.Helper()
	for _, key := range keys {
		v = v.(map[string]any)[key]
		if list, ok := v.([]any); ok {
			require.NotEmpty(t, list, key)
			v = list[0]
		}
	}
	return v.(map[string]any)
}

// The fields of section 3.2, with the names that stand beside them.
var (
	clusterFields  = []string{"id", "name", "kubeconfig_path", "description", "is_active", "metadata", "created_at", "updated_at", "customer_count"}
	customerFields = []string{"id", "cluster_id", "namespace", "name", "description", "is_active", "metadata", "created_at", "updated_at", "cluster_name"}
	releaseFields  = []string{"id", "name", "type", "status", "version_number", "release_date", "description", "metadata", "created_at", "updated_at", "short_id"}
)

func TestEntitiesInATwinHaveAllTheirFields_3_2(t *testing.T) {
	svc := service(t)
	s := site(t, svc)
	has := func(v map[string]any, fields []string) {
		t.Helper()
		for _, f := range fields {
			assert.Contains(t, v, f)
		}
	}
	matrix := object(t, s, "/releases/1.json?cluster=prod-us")
	cluster, customer := in(t, matrix, "clusters", "cluster"), in(t, matrix, "clusters", "customers")
	has(cluster, clusterFields)
	has(customer, customerFields)
	assert.Equal(t, "~/.kube/prod-us-config", cluster["kubeconfig_path"])
	assert.InDelta(t, 2, cluster["customer_count"], 0)
	assert.InDelta(t, 1, customer["cluster_id"], 0)
	assert.Equal(t, "2026-11-24T09:30:00Z", customer["created_at"])

	one := object(t, s, "/customers/1.json")
	has(in(t, one, "customer"), customerFields)
	has(in(t, one, "releases"), releaseFields)
	here := object(t, s, "/clusters/1.json")
	has(in(t, here, "cluster"), clusterFields)
	has(in(t, here, "cluster", "releases"), releaseFields)
	has(in(t, here, "customers"), customerFields)
	assert.Equal(t, in(t, one, "releases"), in(t, here, "customers", "releases"), "the same customer in the same release")

	// An archived release shows what everything was called.
	do(t, svc, core.ArchiveRelease{Release: "R1", Reason: "it is over", Confirm: true})
	do(t, svc, core.EditCustomer{Customer: "customer-a", Name: new("renamed")})
	do(t, svc, core.EditCluster{Cluster: "prod-us", Name: new("elsewhere")})
	matrix = object(t, s, "/releases/1.json?cluster=prod-us")
	assert.Equal(t, "prod-us", in(t, matrix, "clusters", "cluster")["name"])
	assert.Equal(t, "customer-a", in(t, matrix, "clusters", "customers")["name"])
}

// However a release stands, and whatever was asked for, a twin has the keys of the contract alone.
func TestATwinHasNoKeysBesideTheContract(t *testing.T) {
	svc := service(t)
	do(t, svc, core.AddRelease{Name: "Next", Type: core.Hotfix})
	do(t, svc, core.AddTemplate{Release: "R2", Name: "Patch", Category: core.Deploy, Type: core.Text, Content: "Do it."})
	do(t, svc, core.WithdrawCustomer{Release: "R1", Customer: "customer-a", Reason: "has left"})
	s := site(t, svc)
	for path, keys := range map[string][]string{
		"/releases/2.json":             {"release", "progress", "clusters"},
		"/releases/1/customers/1.json": {"release", "customer", "deploy", "verify"},
	} {
		v := object(t, s, path)
		assert.Len(t, v, len(keys), path)
		for _, key := range keys {
			assert.Contains(t, v, key, path)
		}
	}
}

// A filter that there is not is left out, and that is said: on a page and in its twin, in the same words.
func TestAFilterThatThereIsNotIsLeftOutAndSaidSo(t *testing.T) {
	s := site(t, service(t))
	for path, says := range map[string][]any{
		"/customers.json?cluster=nope":                {"There is no cluster “nope”; that filter was left out."},
		"/customers.json?cluster=prod-us,nope":        {"There is no cluster “nope”; that filter was left out."},
		"/customers.json?sort=luck":                   {"There is no sort “luck”; that filter was left out."},
		"/releases.json?status=lost&type=cake":        {"There is no status “lost”; that filter was left out.", "There is no type “cake”; that filter was left out."},
		"/releases/1.json?cluster=nope":               {"There is no cluster “nope”; that filter was left out."},
		"/releases/1.json?status=lost":                {"There is no status “lost”; that filter was left out."},
		"/releases/1.json?category=cake":              {"There is no category “cake”; that filter was left out."},
		"/releases/1/steps/D1.json?cluster=nope":      {"There is no cluster “nope”; that filter was left out."},
		"/releases/1/steps/D1.json?status=lost":       {"There is no status “lost”; that filter was left out."},
		"/releases/1.json?cluster=prod-us&sort=bogus": {"There is no sort “bogus”; that filter was left out."},
	} {
		assert.Equal(t, says, object(t, s, path)["ignored"], path)
		page := get(s, strings.Replace(path, ".json", "", 1))
		assert.Equal(t, http.StatusOK, page.Code, path)
		for _, note := range says {
			assert.Contains(t, page.Body.String(), note, path)
		}
	}
	assert.NotContains(t, object(t, s, "/customers.json?cluster=prod-us"), "ignored")
}
