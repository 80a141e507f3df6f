package statuspage_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"rollcall/core"
)

// words is the text of a page between <main> and </main>, as a reader sees it: with one space between words.
func words(t *testing.T, page string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, "<main")
	require.True(t, found, page)
	body, _, _ := strings.Cut(rest, "</main>")
	return strings.Join(strings.Fields(textOf(regexp.MustCompile(`<(/?(p|div|li|td|th|dt|dd|h\d|tr|option|summary|details|dl)|time)\b[^>]*>`).ReplaceAllString("<main"+body, " "))), " ")
}

// What each view of the specification's wireframes must say.
func TestViews(t *testing.T) {
	s := site(t, service(t))
	for _, c := range []struct {
		name, path string
		says       []string
	}{
		{"5.2 dashboard, US-005 blockers at a glance", "/", []string{"Active releases v2.5.0 Release", "Clusters prod-eu 1 customer prod-us 2 customers",
			"Pending 7 Done 1 Skipped 1", "Blocked customer-d · prod-eu / cust-d-prod · v2.5.0 · deploy 1 (D1) Deploy via Jenkins",
			"Recent activity", "v2.5.0 customer-d prod-eu / cust-d-prod · D1 Deploy via Jenkins their backup is still running blocked by Ann"}},
		{"5.3 clusters", "/clusters", []string{"prod-us Active Path ~/.kube/prod-us-config Region us-east-1 Customers 2 customer-a, customer-bee"}},
		{"FV-006 a cluster's customers with their releases", "/clusters/1", []string{"customer-a prod-us / cust-a-prod 33% v2.5.0 33%", "customer-bee prod-us / cust-b-prod 0% v2.5.0 0%",
			"Releases on this cluster", "v2.5.0 Release Active 16% 1 done, 5 pending"}},
		{"5.4 customers by cluster", "/customers", []string{"prod-eu 1 customer Customer Cluster / namespace Progress in active releases customer-d prod-eu / cust-d-prod",
			"prod-us 2 customers", "customer-bee prod-us / cust-b-prod"}},
		{"FV-002 releases", "/releases", []string{"v2.5.0 Spring release R1 11% Release Active 2026-12-01 3 3"}},
		{"5.5 matrix, FR-006 progress, BR-C03 by cluster", "/releases/1", []string{"Type Release Status Active Date 2026-12-01", "Deploy 1/6 Verify 0/3",
			"11% done: 1 done, 7 pending, 1 skipped. 1 blocked", "prod-eu 1 customer 0% 0 done, 1 pending, 1 skipped", "Step customer-a prod-us / cust-a-prod 50%",
			"1. Deploy via Jenkins D1 Done Pending", "Pending, overridden", "Settings Id R1 For all active customers"}},
		{"FR-007 one cluster", "/releases/1?cluster=prod-eu", []string{"Chosen clusters 0%", "1 of 1 customer"}},
		{"5.6 FV-004 a customer's steps", "/releases/1/customers/1", []string{"Cluster prod-us Namespace cust-a-prod", "Deploy steps 1/2 done Done 1. Deploy via Jenkins D1 Bash Completed 2026-11-24 09:30 UTC by Ann",
			"Verify steps 0/1 done Pending 1. Health check V1 Text"}},
		{"FV-005 one step for all", "/releases/1/steps/D2", []string{"What the template says SELECT 1;", "0% done: 0 done, 2 pending, 1 skipped",
			"customer-bee prod-us / cust-b-prod Pending Overridden – – yes", "customer-d prod-eu / cust-d-prod Skipped not on this plan 2026-11-24 09:30 UTC Ann no"}},
		{"5.7 FV-007 an overridden step", "/releases/1/customers/2/steps/D2", []string{"customer-bee · prod-us / cust-b-prod · v2.5.0 · deploy 2 (D2) Run migration",
			"Category Deploy Type SQL", "Overridden for this customer: View original", "SELECT 2; SELECT 3;", "Difference to the template: 1 line out, 2 lines in",
			"Created by Ann", "Overridden by Ann", "Go back to the template /rollcall step reset R1 prod-us/cust-b-prod D2"}},
		{"5.7 a step from its template", "/releases/1/customers/1/steps/D1", []string{"From template: this step for all customers", "Locked: the step is done", "Ann: build 812",
			"Mark as reverted /rollcall step revert R1 prod-us/cust-a-prod D1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := get(s, c.path)
			require.Equal(t, http.StatusOK, w.Code)
			text := words(t, w.Body.String())
			for _, says := range c.says {
				assert.Contains(t, text, says)
			}
		})
	}
}

func TestNavigation_5_1(t *testing.T) {
	body := get(site(t, typical()), "/clusters").Body.String()
	_, nav, _ := strings.Cut(body, `<nav aria-label="Main">`)
	nav, _, _ = strings.Cut(nav, "</nav>")
	assert.Equal(t, "Dashboard Clusters Customers Releases Activity", strings.Join(strings.Fields(textOf(nav)), " "))
	assert.Contains(t, nav, `<a href="/clusters" aria-current="page">`)
}

// Wherever a customer stands its cluster and namespace do, in the same row, column head, line or block.
func TestClusterAndNamespaceStandWhereverACustomerDoes_8_1_US007(t *testing.T) {
	s := site(t, service(t))
	namespaces := map[string]string{"customer-a": "cust-a-prod", "customer-bee": "cust-b-prod", "customer-d": "cust-d-prod"}
	clusters := map[string]string{"customer-a": "prod-us", "customer-bee": "prod-us", "customer-d": "prod-eu"}
	seen := 0
	for _, path := range []string{"/", "/clusters/1", "/customers", "/customers/1", "/releases/1", "/releases/1?density=compact", "/releases/1/customers/1",
		"/releases/1/steps/D1", "/releases/1/customers/1/steps/D1", "/releases/1/customers/2/steps/D2/original", "/releases/1/customers/1/steps/D1/panel", "/activity"} {
		doc, err := html.Parse(strings.NewReader(get(s, path).Body.String()))
		require.NoError(t, err)
		for n := range doc.Descendants() {
			if n.Type != html.TextNode || within(n, "crumbs", "title") {
				continue
			}
			for name, namespace := range namespaces {
				if !strings.Contains(n.Data, name) {
					continue
				}
				seen++
				around := textIn(block(n))
				assert.Contains(t, around, namespace, "%s: %q", path, n.Data)
				assert.Contains(t, around, clusters[name], "%s: %q", path, n.Data)
			}
		}
	}
	assert.Greater(t, seen, 40)
}

// block is the row, head, entry or section that something stands in. A title stands over the whole page.
func block(n *html.Node) *html.Node {
	for p := n.Parent; p != nil; p = p.Parent {
		switch p.Data {
		case "tr", "li", "dl", "nav":
			if p.Data != "tr" || n.Parent.Data != "th" {
				return p
			}
		case "th":
			if attr(p, "data-c") != "" {
				return p
			}
		case "h1":
			return p.Parent
		case "h2", "main", "body":
			return p
		}
	}
	return n
}

func within(n *html.Node, class, tag string) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if attr(p, "class") == class || p.Data == tag {
			return true
		}
	}
	return false
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func textIn(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// A golden for each page in each state that looks different.
func TestStates(t *testing.T) {
	for _, status := range []core.ReleaseStatus{core.Draft, core.Archived} {
		v := typical()
		v.status = status
		s := site(t, v)
		for name, path := range map[string]string{"steps": "/releases/12/customers/2", "across": "/releases/12/steps/D2", "step": "/releases/12/customers/2/steps/D2"} {
			w := get(s, path)
			require.Equal(t, http.StatusOK, w.Code)
			golden(t, name+"-"+string(status), w)
		}
	}
	for name, path := range map[string]string{"dashboard": "/", "clusters": "/clusters", "customers": "/customers", "releases": "/releases",
		"matrix": "/releases/12", "activity": "/activity"} {
		golden(t, name+"-empty", get(site(t, empty()), path))
	}
	one := typical()
	one.clusters, one.perCluster, one.steps = 1, 1, 1
	golden(t, "matrix-one", get(site(t, one), "/releases/12"))
	s := site(t, typical())
	golden(t, "matrix-filtered", get(s, "/releases/12?cluster=prod-eu&status=done&density=compact&withdrawn=yes"))
	golden(t, "matrix-nothing", get(s, "/releases/12?cluster=nowhere&status=reverted&category=verify"))
	golden(t, "clusters-archived", get(s, "/clusters?archived=yes"))
	golden(t, "customers-archived", get(s, "/customers?archived=yes&sort=name"))
	golden(t, "across-nothing", get(s, "/releases/12/steps/D1?status=reverted"))
}

// What an address of commas costs grows with its length, not with the square of it.
func TestAnAddressOfCommasIsCheap(t *testing.T) {
	s, n := site(t, typical()), 1900
	assert.Less(t, testing.AllocsPerRun(1, func() {
		n-- // the page before is kept
		assert.Equal(t, http.StatusOK, get(s, "/releases/12?cluster="+strings.Repeat(",", n)).Code)
	}), 60_000.0)
}

// A comma stands between the clusters that are asked for, and may stand in the name of one.
func TestClustersWithACommaInTheirNames_FC006(t *testing.T) {
	svc := service(t)
	do(t, svc, core.EditCluster{Cluster: "prod-us", Name: new("prod-us, east")})
	do(t, svc, core.AddCluster{Name: "prod-us"})
	s := site(t, svc)
	option := `<option value="prod-us, east" selected>prod-us, east</option>`
	for _, path := range []string{"/releases/1", "/releases/1/steps/D1", "/customers"} {
		one := get(s, path+"?cluster=prod-us%2C+east").Body.String()
		assert.Contains(t, one, option, path)
		assert.NotContains(t, one, "cust-d-prod", path)
		assert.NotContains(t, one, "left out", path)
		both := get(s, path+"?cluster=prod-us%2C+east,prod-eu").Body.String()
		assert.Contains(t, both, "cust-d-prod", path)
		assert.Contains(t, both, `<option value="prod-us, east,prod-eu" selected>`, path)
		assert.Contains(t, get(s, path+"?cluster=prod-us%2C+east&cluster=nowhere").Body.String(), "There is no cluster “nowhere”", path)
	}
}

func TestErrorPages(t *testing.T) {
	down := typical()
	down.broken.Store(true)
	shut := &gate{}
	many := site(t, typical(), locked(shut))
	for range 20 {
		get(many, "/s/guess")
	}
	for code, w := range map[int]*httptest.ResponseRecorder{
		http.StatusBadRequest:          get(site(t, typical()), "/clusters/abc"),
		http.StatusNotFound:            get(site(t, typical()), "/releases/12/customers/2/steps/D1/original"),
		http.StatusMethodNotAllowed:    send(site(t, typical()), http.MethodPut, "/releases/12"),
		http.StatusGone:                send(site(t, typical(), locked(shut)), http.MethodPost, "/s/wrong", "Sec-Fetch-Site", "same-origin"),
		http.StatusRequestURITooLong:   get(site(t, typical()), "/releases?x="+strings.Repeat("a", 2100)),
		http.StatusMisdirectedRequest:  get(site(t, typical()), "/", "Host", "evil.example"),
		http.StatusTooManyRequests:     get(many, "/s/guess"),
		http.StatusInternalServerError: get(site(t, down), "/"),
	} {
		assert.Equal(t, code, w.Code)
		assert.NotContains(t, w.Body.String(), "broken for a while")
		golden(t, "error-"+strconv.Itoa(code), w)
	}
}

// The page and its twin know every filter that Slack's activity does, so that a link there leads to the same.
func TestActivityByPersonAndOperation(t *testing.T) {
	svc := service(t)
	require.NoError(t, svc.SeePerson(t.Context(), core.PersonInfo{ID: "UBEN", Name: "Ben", Kind: core.Member, Admin: true}))
	_, err := svc.Do(t.Context(), core.Person("UBEN", core.ViaSlash), "", core.MarkDone{Target: core.Target{Release: "R1", Customer: "customer-bee", Step: "D1"}})
	require.NoError(t, err)
	s := site(t, svc)
	for filter, want := range map[string]int{"by=@ben": 1, "by=UBEN": 1, "op=step.done": 2, "op=step.done&by=ann": 1, "op=release": 2, "op=step.skip&by=ben": 0} {
		assert.Len(t, object(t, s, "/activity.json?"+filter)["events"], want, filter)
		page := get(s, "/activity?"+filter).Body.String()
		assert.Equal(t, want, strings.Count(page, `<li>`), filter)
		assert.Contains(t, page, "Clear filters", filter)
	}
	assert.Contains(t, get(s, "/activity?by=@ben").Body.String(), `name="by" value="@ben"`)
	assert.Contains(t, get(s, "/activity?op=step.skip&by=ben").Body.String(), "Nothing that fits has happened.")
	for _, path := range []string{"/activity?by=nobody", "/activity.json?by=nobody"} {
		assert.Equal(t, http.StatusNotFound, get(s, path).Code, path)
	}
}

// The dashboard's feed is a look: what is long is cut there, and whole where it belongs. A step is a link away.
func TestADashboardCutsWhatIsLong(t *testing.T) {
	svc := service(t)
	long := strings.TrimSpace(strings.Repeat("and another thing ", 60))
	do(t, svc, core.BlockStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D2"}, Reason: long})
	do(t, svc, core.UnblockStep{Target: core.Target{Release: "v2.5.0", Customer: "cust-a-prod", Step: "D2"}})
	s := site(t, svc)
	assert.NotContains(t, get(s, "/").Body.String(), long)
	assert.Contains(t, get(s, "/").Body.String(), long[:150])
	assert.Contains(t, get(s, "/").Body.String(), `<a href="/releases/1/customers/1/steps/D2">D2 <bdi>Run migration</bdi></a>`)
	assert.Contains(t, get(s, "/index.json").Body.String(), long)
	assert.Contains(t, get(s, "/activity").Body.String(), long)
}

// Only an empty store is spoken of as one, whatever was refused or granted in it.
func TestTheFirstSentenceStaysUntilThereIsSomething(t *testing.T) {
	svc := emptyService(t, "Ann")
	s := site(t, svc)
	require.NoError(t, svc.SeePerson(t.Context(), core.PersonInfo{ID: "UBEN", Name: "Ben", Kind: core.Member}))
	do(t, svc, core.GrantRole{User: "UBEN", Role: core.Operator})
	assert.Contains(t, get(s, "/").Body.String(), "Nothing here yet.")
	for _, list := range []string{"/clusters", "/customers"} {
		assert.NotContains(t, get(s, list).Body.String(), "archived", list)
	}
	do(t, svc, core.AddCluster{Name: "prod-us"})
	do(t, svc, core.ArchiveCluster{Cluster: "prod-us"})
	for _, list := range []string{"/clusters", "/customers"} {
		assert.Contains(t, get(s, list).Body.String(), "archived", list)
	}
}
