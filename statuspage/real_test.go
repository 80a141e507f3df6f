package statuspage_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/statuspage"
	"rollcall/storage/bolt"
)

// Core's service is what the pages and the door are made for.
var (
	_ statuspage.Views = (*core.Service)(nil)
	_ statuspage.Gate  = (*core.Service)(nil)
)

// service is a real one with two clusters, three customers and an active release that somebody has begun.
func service(t *testing.T) *core.Service {
	t.Helper()
	svc := emptyService(t, "Ann")
	for _, op := range []core.Operation{
		core.AddCluster{Name: "prod-us", KubeconfigPath: "~/.kube/prod-us-config", Metadata: map[string]string{"region": "us-east-1"}},
		core.AddCluster{Name: "prod-eu"},
		core.AddCustomer{Name: "customer-a", Cluster: "prod-us", Namespace: "cust-a-prod"},
		core.AddCustomer{Name: "customer-b", Cluster: "prod-us", Namespace: "cust-b-prod"},
		core.AddCustomer{Name: "customer-d", Cluster: "prod-eu", Namespace: "cust-d-prod"},
		core.EditCustomer{Customer: "cust-b-prod", Name: new("customer-bee")},
		core.AddRelease{Name: "Spring release", Type: core.Regular, Version: "v2.5.0", Date: "2026-12-01"},
		core.AddTemplate{Release: "v2.5.0", Name: "Deploy via Jenkins", Category: core.Deploy, Type: core.Bash, Content: "make deploy"},
		core.AddTemplate{Release: "v2.5.0", Name: "Run migration", Category: core.Deploy, Type: core.SQL, Content: "SELECT 1;"},
		core.AddTemplate{Release: "v2.5.0", Name: "Health check", Category: core.Verify, Type: core.Text, Content: "Look at it."},
		core.ActivateRelease{Release: "v2.5.0", Confirm: true},
		core.MarkDone{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D1"}, Note: "build 812"},
		core.SkipStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-d-prod", Step: "D2"}, Reason: "not on this plan"},
		core.OverrideStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-b-prod", Step: "D2"}, Content: "SELECT 2;\nSELECT 3;\n"},
		core.BlockStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-d-prod", Step: "D1"}, Reason: "their backup is still running"},
	} {
		do(t, svc, op)
	}
	return svc
}

func TestPagesOverTheRealService(t *testing.T) {
	s := site(t, service(t))
	for name, path := range map[string]string{"dashboard": "/", "clusters": "/clusters", "cluster": "/clusters/1", "customers": "/customers",
		"customer": "/customers/1", "releases": "/releases", "matrix": "/releases/1", "verify": "/releases/1?category=verify",
		"steps": "/releases/1/customers/1", "across": "/releases/1/steps/D2", "step": "/releases/1/customers/1/steps/D1",
		"override": "/releases/1/customers/2/steps/D2", "original": "/releases/1/customers/2/steps/D2/original",
		"blocked": "/releases/1/customers/3/steps/D1", "text": "/releases/1/customers/1/steps/V1", "activity": "/activity"} {
		t.Run(name, func(t *testing.T) {
			w := get(s, path)
			require.Equal(t, http.StatusOK, w.Code, w.Body)
			assertHarmless(t, w.Body.String())
			golden(t, "real-"+name, w)
		})
	}
	for _, path := range []string{"/clusters/9", "/customers/9", "/releases/9", "/releases/1/customers/9", "/releases/1/clusters/9/grid", "/activity?release=9",
		"/releases/1/steps/D9", "/releases/1/customers/1/steps/D9", "/releases/1/customers/1/steps/D9/raw", "/releases/1/customers/1/steps/D9/panel",
		"/releases/1/customers/1/steps/D1/original", "/releases/9/customers/1/steps/D1"} {
		assert.Equal(t, http.StatusNotFound, get(s, path).Code, path)
	}
	odd := get(s, "/releases/1?cluster=nowhere")
	assert.Equal(t, http.StatusOK, odd.Code)
	assert.Contains(t, odd.Body.String(), "that filter was left out")
}

func TestANumberInAnAddressIsNoBeginningOfAName(t *testing.T) {
	svc := service(t)
	for _, op := range []core.Operation{
		core.AddCluster{Name: "80-cores"},
		core.AddCustomer{Name: "90s Shop", Cluster: "prod-us", Namespace: "95-shop"},
		core.AddRelease{Name: "70.1", Type: core.Hotfix},
	} {
		do(t, svc, op)
	}
	s := site(t, svc)
	for _, path := range []string{"/clusters/80", "/clusters/80.json", "/customers/90", "/customers/95", "/releases/70", "/releases/70.json",
		"/releases/70/events", "/releases/1/customers/90", "/releases/1/customers/90/steps/D1", "/releases/70/steps/D1", "/releases/1/clusters/80/grid"} {
		assert.Equal(t, http.StatusNotFound, get(s, path).Code, path)
	}
}

func TestManyCustomStepsFoldIntoARowThatUnfolds(t *testing.T) {
	svc := service(t)
	for i := range 11 {
		do(t, svc, core.AddCustomStep{Release: "v2.5.0", Customer: "cust-a-prod", Name: fmt.Sprintf("Extra %d", i), Category: core.Deploy,
			Type: core.Text, Content: "Look."})
	}
	s := site(t, svc)
	folded := get(s, "/releases/1?cluster=prod-us").Body.String()
	assert.Contains(t, folded, `<a href="/releases/1?cluster=prod-us&amp;custom=all"><bdi>11 custom steps</bdi></a>`)
	assert.Contains(t, folded, `<a href=/releases/1/customers/1>Pending`, "the customer's page, as there is no one step")
	unfolded := get(s, "/releases/1?cluster=prod-us&custom=all").Body.String()
	assert.Contains(t, unfolded, "Extra 10")
	assert.NotContains(t, unfolded, "11 custom steps")
}

func TestTwinsOverTheRealService(t *testing.T) {
	s := site(t, service(t))
	twins := twinKeys("/releases/1", "2", "D2")
	twins["/releases/1/customers/2/steps/D2/original.json"] = []string{"release", "customer", "step", "original", "history"}
	for path, keys := range twins {

		w := get(s, path)
		require.Equal(t, http.StatusOK, w.Code, path)
		var v map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &v), path)
		for _, k := range keys {
			assert.Contains(t, v, k, path)
		}
	}
}

func TestEachChangeMakesANewTag(t *testing.T) {
	svc := service(t)
	s := site(t, svc)
	tag := get(s, "/releases/1").Header().Get("ETag")
	require.Equal(t, http.StatusNotModified, get(s, "/releases/1", "If-None-Match", tag).Code)
	do(t, svc, core.MarkDone{Target: core.Target{Release: "v2.5.0", Customer: "cust-b-prod", Step: "D1"}})
	w := get(s, "/releases/1", "If-None-Match", tag)
	assert.Equal(t, http.StatusOK, w.Code)
	assert.NotEqual(t, tag, w.Header().Get("ETag"))
}

func TestSignInOverTheRealService(t *testing.T) {
	svc := service(t)
	s := site(t, svc, func(c *statuspage.Config) { c.Gate = svc })
	token, _, err := svc.NewSignIn(t.Context(), core.Person("UANN", core.ViaSlash))
	require.NoError(t, err)
	assert.Equal(t, http.StatusForbidden, get(s, "/").Code)
	assert.Equal(t, http.StatusOK, get(s, "/s/"+token).Code)
	in := send(s, http.MethodPost, "/s/"+token, "Sec-Fetch-Site", "same-origin")
	require.Equal(t, http.StatusSeeOther, in.Code)
	cookie := in.Result().Cookies()[0].Name + "=" + in.Result().Cookies()[0].Value
	assert.Equal(t, http.StatusOK, get(s, "/", "Cookie", cookie).Code)
	assert.Equal(t, http.StatusGone, send(s, http.MethodPost, "/s/"+token, "Sec-Fetch-Site", "same-origin").Code)

	// Who leaves the workspace is out with the next request.
	require.NoError(t, svc.SeePerson(t.Context(), core.PersonInfo{ID: "UANN", Name: "Ann", Kind: core.Deactivated}))
	assert.Equal(t, http.StatusForbidden, get(s, "/", "Cookie", cookie).Code)
	require.NoError(t, svc.SeePerson(t.Context(), core.PersonInfo{ID: "UANN", Name: "Ann", Kind: core.Member}))
	assert.Equal(t, http.StatusSeeOther, send(s, http.MethodPost, "/signout", "Cookie", cookie, "Sec-Fetch-Site", "same-origin").Code)
	assert.Equal(t, http.StatusForbidden, get(s, "/", "Cookie", cookie).Code)
}

func do(t *testing.T, svc *core.Service, op core.Operation) {
	t.Helper()
	_, err := svc.Do(t.Context(), core.Person("UANN", core.ViaSlash), "", op)
	require.NoError(t, err, op.Op())
}

// company is a real service with a release for as many customers and steps.
func company(t testing.TB, clusters, perCluster, steps int) *core.Service {
	t.Helper()
	store, err := bolt.Open(t.TempDir()+"/rollcall.db", bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	svc, err := core.Open(t.Context(), store, core.Config{Now: func() time.Time { return day }, Rand: rand.Reader})
	require.NoError(t, err)
	all := core.Import{Confirm: true}
	for i := range clusters {
		all.Clusters = append(all.Clusters, core.ImportCluster{Name: fmt.Sprintf("prod-%02d", i)})
		for j := range perCluster {
			all.Customers = append(all.Customers, core.ImportCustomer{Name: fmt.Sprintf("customer-%04d", i*perCluster+j),
				Cluster: fmt.Sprintf("prod-%02d", i), Namespace: fmt.Sprintf("cust-%04d-prod", i*perCluster+j)})
		}
	}
	for _, op := range []core.Operation{all, core.AddRelease{Name: "Spring release", Type: core.Regular, Version: "v2.5.0"}} {
		_, err := svc.Do(t.Context(), core.System(core.ViaImport), "", op)
		require.NoError(t, err)
	}
	for i := range steps {
		_, err := svc.Do(t.Context(), core.System(core.ViaImport), "", core.AddTemplate{Release: "v2.5.0", Name: fmt.Sprintf("Step %d", i+1),
			Category: core.Deploy, Type: core.Bash, Content: "make deploy"})
		require.NoError(t, err)
	}
	_, err = svc.Do(t.Context(), core.System(core.ViaImport), "", core.ActivateRelease{Release: "v2.5.0", Confirm: true})
	require.NoError(t, err)
	return svc
}
