package statuspage_test

import (
	"crypto/rand"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rollcall/core"
	"rollcall/statuspage"
	"rollcall/storage/bolt"
)

// town is a service of random size to which random things have happened. Every name is a word of its own, so that it
// can be found wherever it turns up.
type town struct {
	t        *rapid.T
	svc      *core.Service
	clusters []string
	secrets  []string // never shown to anybody outside
	words    int
}

func (w *town) word(kind string) string { w.words++; return fmt.Sprintf("%s%dq", kind, w.words) }

func (w *town) secret(kind string) string {
	s := w.word(kind)
	w.secrets = append(w.secrets, s)
	return s
}

// try runs an operation that the rules may refuse.
func (w *town) try(op core.Operation) {
	_, err := w.svc.Do(w.t.Context(), core.Person("UANN", core.ViaSlash), "", op)
	if code := core.ErrorCode(err); code == core.Internal || code == core.Invalid {
		w.t.Fatalf("%s: %v", op.Op(), err)
	}
}

// happen does something at random to somebody at random.
func (w *town) happen(customers, releases int) {
	draw := func(n int, what string) int { return rapid.IntRange(1, n).Draw(w.t, what) }
	at := core.Target{Release: fmt.Sprint("R", draw(releases, "release")), Customer: fmt.Sprint(draw(customers, "customer")),
		Step: rapid.SampledFrom([]string{"D1", "D2", "V1", "C1"}).Draw(w.t, "step")}
	switch draw(14, "act") {
	case 1, 2:
		w.try(core.MarkDone{Target: at, Note: w.secret("note"), Force: "because"})
	case 3:
		w.try(core.SkipStep{Target: at, Reason: w.secret("reason")})
	case 4:
		w.try(core.BlockStep{Target: at, Reason: w.secret("reason"), NeedsUser: "UANN"})
	case 5:
		w.try(core.AddNote{Target: at, Text: w.secret("note")})
	case 6:
		w.try(core.OverrideStep{Target: at, Content: w.secret("content")})
	case 7:
		w.try(core.AddCustomStep{Release: at.Release, Customer: at.Customer, Name: fmt.Sprintf("own%sr%s-%d", at.Customer, at.Release, w.words),
			Category: core.Deploy, Type: core.Bash, Content: w.secret("content"), Description: w.secret("description")})
	case 8:
		w.try(core.MoveCustomer{Customer: at.Customer, Cluster: rapid.SampledFrom(w.clusters).Draw(w.t, "cluster"), Confirm: true})
	case 9:
		w.try(core.WithdrawCustomer{Release: at.Release, Customer: at.Customer, Reason: w.secret("reason")})
	case 10:
		w.try(core.RevertStep{Target: at, Note: w.secret("note")})
	case 11:
		plan, err := w.svc.PlanBulk(w.t.Context(), core.Person("UANN", core.ViaSlash),
			core.BulkQuery{Release: at.Release, Step: at.Step, All: true, To: core.Done, Note: w.secret("note")})
		if err == nil {
			w.try(core.RunBulk{Plan: plan.ID})
		}
	case 12:
		w.try(core.EditTemplate{Release: at.Release, Step: "D1", Content: ptr(w.secret("content")), Confirm: true})
	case 13:
		w.try(core.StartStep{Target: at})
	case 14:
		w.try(core.Undo{})
	}
}

func ptr[T any](v T) *T { return &v }

// build lays a town out: clusters, customers and two active releases, one of them for some clusters only.
func (w *town) build() (customers int) {
	for range rapid.IntRange(2, 4).Draw(w.t, "clusters") {
		name := w.word("cluster")
		w.clusters = append(w.clusters, name)
		w.try(core.AddCluster{Name: name, KubeconfigPath: w.secret("kube"), Description: w.secret("description"),
			Metadata: map[string]string{w.secret("key"): w.secret("value")}})
	}
	for _, cluster := range w.clusters {
		for range rapid.IntRange(1, 3).Draw(w.t, "customers") {
			customers++
			w.try(core.AddCustomer{Name: w.word("customer"), Cluster: cluster, Namespace: w.word("ns"), Description: w.secret("description"),
				Metadata: map[string]string{w.secret("key"): w.secret("value")}})
		}
	}
	for i := range 2 {
		op := core.AddRelease{Name: w.word("release"), Type: core.Regular, Version: w.word("v"), Description: w.secret("description"), Channel: w.secret("CHANNEL"),
			Metadata: map[string]string{w.secret("key"): w.secret("value")}}
		if i == 0 && rapid.Bool().Draw(w.t, "some clusters only") {
			op.Targets.Clusters = w.clusters[:len(w.clusters)-1]
		}
		w.try(op)
		ref := fmt.Sprint("R", i+1)
		for _, c := range []core.Category{core.Deploy, core.Deploy, core.Verify} {
			w.try(core.AddTemplate{Release: ref, Name: fmt.Sprintf("step%dr%s", w.words, ref), Category: c, Type: core.Bash,
				Content: w.secret("content") + " {{customer.namespace}}", Description: w.secret("description")})
		}
		w.try(core.ActivateRelease{Release: ref, Confirm: true})
	}
	return customers
}

// outside lists what a link with this scope must never tell, and what ids it may.
func (w *town) outside(release, cluster, customer int64) (words []string, ids map[string][]int64) {
	a := core.Person("UANN", core.ViaSlash)
	inside := map[string]bool{}
	ids = map[string][]int64{"release": {release}}
	m, err := w.svc.Matrix(w.t.Context(), a, core.MatrixQuery{Release: fmt.Sprint(release), Withdrawn: true})
	require.NoError(w.t, err)
	for _, c := range m.Clusters {
		for _, cust := range c.Customers {
			if (cluster == 0 || cluster == c.Cluster.ID) && (customer == 0 || customer == cust.ID) {
				inside[c.Cluster.Name], inside[cust.Name], inside[cust.Namespace] = true, true, true
				ids["customer"] = append(ids["customer"], cust.ID)
				ids["cluster"] = append(ids["cluster"], c.Cluster.ID)
			}
		}
	}
	if cluster != 0 {
		ids["cluster"] = append(ids["cluster"], cluster)
	}
	words = append(words, w.secrets...)
	words = append(words, "UANN", "Annabel")
	clusters, err := w.svc.Clusters(w.t.Context(), a, true)
	require.NoError(w.t, err)
	for _, c := range clusters.Clusters {
		if !inside[c.Name] && c.ID != cluster {
			words = append(words, c.Name)
		}
	}
	customers, err := w.svc.Customers(w.t.Context(), a, core.CustomersQuery{Archived: true})
	require.NoError(w.t, err)
	for _, c := range customers.Customers {
		if !slices.Contains(ids["customer"], c.ID) { // by id: an archived release shows the name that a customer had then
			words = append(words, c.Name, c.Namespace, fmt.Sprintf("own%dr", c.ID))
		}
	}
	releases, err := w.svc.Releases(w.t.Context(), a, core.ReleasesQuery{})
	require.NoError(w.t, err)
	for _, r := range releases.Releases {
		if r.ID != release {
			words = append(words, r.Name, string(r.VersionNumber), "rR"+fmt.Sprint(r.ID), `r`+r.ShortID+`-`)
		}
	}
	return words, ids
}

var (
	idInPath = regexp.MustCompile(`/(release|cluster|customer)s/(\d+)`)
	idInJSON = regexp.MustCompile(`"(release|cluster|customer)_id":(\d+)`)
)

// Whatever happened and whatever a link is for: nothing that it opens names anything outside its scope, by any route
// there is, and what is outside is nowhere to be found.
func TestNoRouteLeadsOutOfScope(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue { // each makes a database and hundreds of requests
		require.NoError(t, checks.Value.Set("8"))
		t.Cleanup(func() { require.NoError(t, checks.Value.Set(checks.DefValue)) })
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := &town{t: rt, svc: emptyService(t, "Annabel")}
		customers := w.build()
		for range rapid.IntRange(0, 25).Draw(rt, "acts") {
			w.happen(customers, 2)
		}
		s := behindLinks(t, w.svc)
		op := core.ShareRelease{Release: "R1"}
		var cluster, customer int64
		switch rapid.IntRange(0, 2).Draw(rt, "scope") {
		case 1:
			cluster = int64(rapid.IntRange(1, len(w.clusters)).Draw(rt, "cluster"))
			op.Cluster = fmt.Sprint(cluster)
		case 2:
			customer = int64(rapid.IntRange(1, customers).Draw(rt, "customer"))
			op.Customer = fmt.Sprint(customer)
		}
		r, err := w.svc.Do(t.Context(), core.Person("UANN", core.ViaSlash), "", op)
		if core.ErrorCode(err) == core.Conflict {
			return // it takes no part
		}
		require.NoError(rt, err)
		in := send(s, http.MethodPost, "/s/"+r.Secret, "Sec-Fetch-Site", "same-origin")
		cookie := in.Result().Cookies()[0].Name + "=" + in.Result().Cookies()[0].Value
		for range rapid.IntRange(0, 10).Draw(rt, "later acts") {
			w.happen(customers, 2)
		}
		if rapid.IntRange(0, 4).Draw(rt, "archive") == 0 {
			w.try(core.ArchiveRelease{Release: "R1", Reason: w.secret("reason"), Confirm: true})
			w.try(core.EditCustomer{Customer: "1", Name: ptr(w.secret("customer")), Namespace: ptr(w.secret("ns"))})
			if cluster != 1 { // the one that a link is for goes by its name
				w.try(core.EditCluster{Cluster: "1", Name: ptr(w.secret("cluster"))})
			}
		}
		words, ids := w.outside(1, cluster, customer)
		shown := 0
		s.EachRoute(t, func(method, pattern string) {
			if method != http.MethodGet || strings.HasPrefix(pattern, "/assets") || strings.HasPrefix(pattern, "/s/") {
				return
			}
			for _, path := range addresses(pattern, customers, len(w.clusters)) {
				got := look(s, path, cookie)
				body := got.Body.String()
				for _, word := range words {
					if strings.Contains(body+fmt.Sprint(got.Header()), word) {
						rt.Fatalf("%s tells %q, which is outside:\n%s", path, word, body)
					}
				}
				if got.Code != http.StatusOK {
					require.Contains(rt, []int{http.StatusNotFound, http.StatusSeeOther}, got.Code, "%s: %s", path, body)
					continue
				}
				shown++
				for _, m := range slices.Concat(idInPath.FindAllStringSubmatch(path, -1), idInPath.FindAllStringSubmatch(body, -1), idInJSON.FindAllStringSubmatch(body, -1)) {
					if !slices.ContainsFunc(ids[m[1]], func(id int64) bool { return fmt.Sprint(id) == m[2] }) {
						rt.Fatalf("%s tells of %s %s, which is outside:\n%s", path, m[1], m[2], body)
					}
				}
			}
		})
		if shown < 10 {
			rt.Fatalf("only %d pages were shown", shown)
		}
	})
}

// look asks for an address with a cookie.
func look(s *statuspage.Site, path, cookie string) *httptest.ResponseRecorder {
	return get(s, path, "Cookie", cookie)
}

// addresses are a route's for every id there may be.
func addresses(pattern string, customers, clusters int) []string {
	out := []string{pattern}
	fill := func(what string, values ...string) {
		var next []string
		for _, p := range out {
			if !strings.Contains(p, what) {
				next = append(next, p)
				continue
			}
			for _, v := range values {
				next = append(next, strings.Replace(p, what, v, 1))
			}
		}
		out = next
	}
	numbers := func(n int) (out []string) {
		for i := range n {
			out = append(out, fmt.Sprint(i+1))
		}
		return out
	}
	switch {
	case strings.HasPrefix(pattern, "/clusters"):
		fill("{id}", numbers(clusters)...)
	case strings.HasPrefix(pattern, "/customers"):
		fill("{id}", numbers(customers)...)
	default:
		fill("{id}", "1", "2")
	}
	fill("{cluster}", numbers(clusters)...)
	fill("{customer}", numbers(customers)...)
	fill("{step}", "D1", "V1", "C1")
	return out
}

// emptyService is a real one that knows an admin by a name.
func emptyService(t testing.TB, admin string) *core.Service {
	t.Helper()
	store, err := bolt.Open(t.TempDir()+"/rollcall.db", bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	svc, err := core.Open(t.Context(), store, core.Config{Now: func() time.Time { return day }, Rand: rand.Reader})
	require.NoError(t, err)
	require.NoError(t, svc.SeePerson(t.Context(), core.PersonInfo{ID: "UANN", Name: admin, Kind: core.Member, Admin: true}))
	return svc
}
