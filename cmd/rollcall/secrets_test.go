package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// reader is somebody with a browser.
type reader struct {
	o    *office
	http *http.Client
}

func (o *office) reader() *reader {
	o.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(o.t, err)
	return &reader{o: o, http: &http.Client{Jar: jar, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// get reads an address of the status page.
func (r *reader) get(path string) (int, string) {
	r.o.t.Helper()
	resp, err := r.http.Get(r.o.page + path)
	require.NoError(r.o.t, err, path)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(r.o.t, err)
	return resp.StatusCode, string(body)
}

// signIn opens a session with a link that the bot has just given to somebody, and returns the link's token.
func (r *reader) signIn(who string) (token string) {
	r.o.t.Helper()
	r.o.types(who, "link")
	return r.follow()
}

// follow opens the link that the bot has just given to somebody.
func (r *reader) follow() (token string) {
	t := r.o.t
	t.Helper()
	uses := r.o.slack.Calls("response_url")
	token = regexp.MustCompile(`/s/([\w-]{43})`).FindStringSubmatch(fmt.Sprint(uses[len(uses)-1].Args))[1]
	status, _ := r.get("/s/" + token)
	require.Equal(t, http.StatusOK, status, "looking spends nothing")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.o.page+"/s/"+token, strings.NewReader(""))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", r.o.page)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := r.http.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusSeeOther, resp.StatusCode)
	return token
}

// session is the secret in the reader's cookie.
func (r *reader) session() string {
	at, err := url.Parse(r.o.page)
	require.NoError(r.o.t, err)
	cookies := r.http.Jar.Cookies(at)
	require.Len(r.o.t, cookies, 1)
	return cookies[0].Value
}

// crawl follows every link of the site from the dashboard, and reads the twin of every page.
func (r *reader) crawl() map[string]string {
	pages, next, filters := map[string]string{}, []string{"/"}, 60
	link := regexp.MustCompile(`href="(/[^"#]*)`)
	for len(next) > 0 {
		path := strings.ReplaceAll(next[0], "&amp;", "&")
		next = next[1:]
		route, _, _ := strings.Cut(path, "?")
		filtered := strings.Contains(path, "?")
		if _, seen := pages[path]; seen || strings.HasPrefix(path, "/assets/") || strings.HasPrefix(path, "/static/") || filtered && filters == 0 {
			continue
		}
		if filtered { // there is no end of them
			filters--
		}
		status, body := r.get(path)
		require.NotEqual(r.o.t, http.StatusTooManyRequests, status, "after %d pages", len(pages))
		if status == http.StatusOK {
			pages[path] = body
			for _, m := range link.FindAllStringSubmatch(body, -1) {
				next = append(next, m[1])
			}
			twin := strings.TrimSuffix(route, "/") + ".json"
			if route == "/" {
				twin = "/index.json"
			}
			if _, seen := pages[twin]; !seen && !strings.Contains(filepath.Base(route), ".") {
				if status, body := r.get(twin); status == http.StatusOK {
					pages[twin] = body
				}
			}
		}
	}
	return pages
}

// open to those whom nobody knows: nothing of a release is on them.
var openToAll = regexp.MustCompile(`^/(healthz|readyz|favicon|robots|assets|static)`)

// Every page by everybody: who is signed in and may read reads all; a stranger, somebody whose account has ended since,
// and a guest read none.
func TestEveryPageByEverybody(t *testing.T) {
	withGuest := localslack.Channel{Name: "ops", Members: []string{"ann", "ben", "cat", "dan", "gil"}}
	o := newWaitingOffice(t, localslack.Config{Channels: []localslack.Channel{{Name: "general"}, withGuest}})
	o.env["ROLLCALL_ACCESS"] = "link"
	o.open()
	o.underWay()
	o.types("ben", "step done v2.5.0 cust-a-prod D1")
	cat, stranger, dan := o.reader(), o.reader(), o.reader()
	cat.signIn("cat")
	dan.signIn("dan")
	pages := cat.crawl()
	assert.Greater(t, len(pages), 30, "the site")
	for _, must := range []string{"/", "/index.json", "/clusters", "/customers", "/releases", "/releases/1", "/releases/1.json", "/activity",
		"/clusters/1.json", "/customers/1.json", "/releases/1/customers/1", "/releases/1/customers/1.json"} {
		assert.Contains(t, pages, must)
	}
	require.NoError(t, o.slack.User("dan").Change(func(p *localslack.Person) { p.Deactivated = true }))
	o.await("that is heard of", func() bool { status, _ := dan.get("/index.json"); return status == http.StatusForbidden })
	for _, path := range slices.Sorted(maps.Keys(pages)) {
		if openToAll.MatchString(path) {
			continue
		}
		for name, who := range map[string]*reader{"a stranger": stranger, "somebody deactivated": dan} {
			status, body := who.get(path)
			assert.Equal(t, http.StatusForbidden, status, "%s asks for %s", name, path)
			for _, secret := range []string{"Customer A", "cust-a-prod", "v2.5.0", "Spring", "prod-us"} {
				assert.NotContains(t, body, secret, "%s asks for %s", name, path)
			}
		}
	}
	assert.Contains(t, o.types("gil", "link").String(), "full members", "a guest is given no link")
}

// What must never be read where it does not belong is planted, a day's work is done at the most talkative log level,
// with Slack failing now and then, and everything that was written is searched.
func TestNoSecretIsWrittenAnywhere(t *testing.T) {
	o := newWaitingOffice(t, localslack.Config{})
	folder := t.TempDir()
	maps.Copy(o.env, map[string]string{"ROLLCALL_ACCESS": "link", "ROLLCALL_LOG": "json,debug", "ROLLCALL_BACKUP_DIR": folder, "ROLLCALL_ADMIN_HTTP": "127.0.0.1:" + freePort(t)})
	o.serve = start(t, o.env, "serve")
	o.page = o.serve.waitFor(t, o.serve.err, `"page":"(http://[^"]+)"`)
	o.await("it is connected", func() bool { return o.slack.Connections() == 1 })
	o.underWay()
	const content, note, metadata = "psql --password=planted-content", "planted-note", "planted-metadata"
	require.Contains(t, o.types("ann", `template add v2.5.0 "Load" category=verify type=bash content="`+content+`"`).String(), "✅")
	o.types("ann", "customer edit cust-a-prod meta.key="+metadata)
	cat := o.reader()
	token := cat.signIn("cat")
	session := cat.session()
	for _, f := range []localslack.Fault{{Method: "response_url", Drop: true, Times: 2}, {Method: "response_url", Status: 500, Times: 2}} {
		o.slack.Inject(f)
		for range f.Times {
			_, err := o.slack.User("ben").Send("#ops", "", `/rollcall step note v2.5.0 cust-a-prod V1 note="`+note+`"`)
			require.NoError(t, err)
		}
		o.await("it was struck", func() bool { return o.struck("response_url") >= f.Times })
	}
	for _, line := range []string{"step show v2.5.0 cust-a-prod V1", `nonsense "` + note, "step done v2.5.0 cust-a-prod V1 note=" + note, "admin backup", "admin roles"} {
		o.types("ann", line)
	}
	pages := cat.crawl()
	assert.Contains(t, pages["/releases/1/customers/1/steps/V1"], "planted-content", "who may read reads it")
	stranger := o.reader()
	_, refused := stranger.get("/releases/1/customers/1/steps/V1?secret=" + session)
	status, missing := cat.get("/releases/999999/customers/1")
	require.Equal(t, http.StatusNotFound, status)
	_, spent := stranger.get("/s/" + token)
	resp, err := http.Get("http://" + o.env["ROLLCALL_ADMIN_HTTP"] + "/metrics")
	require.NoError(t, err)
	metrics, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Contains(t, string(metrics), "rollcall_requests_seconds")
	o.close()
	_, doctor, doctorErr := rollcall(t, o.env, "doctor")
	code, export, _ := rollcall(t, o.env, "export")
	require.Equal(t, exitOK, code)
	file, err := os.ReadFile(o.env["ROLLCALL_DB"])
	require.NoError(t, err)

	tokens := map[string]string{"the app token": o.slack.AppToken(), "the bot token": o.slack.BotToken(), "a sign-in token": token, "a session": session}
	texts := map[string]string{"a step's content": "planted-content", "a note": note, "metadata": metadata}
	for _, use := range o.slack.Envelopes() {
		if m := regexp.MustCompile(`"response_url":"https?://[^/]+(/[^"]+)"`).FindStringSubmatch(string(use.Payload)); m != nil {
			tokens["the response URL "+m[1]] = m[1]
		}
	}
	require.Greater(t, len(tokens), 10)
	both := maps.Clone(tokens)
	maps.Copy(both, texts)
	allPages := strings.Join(slices.Collect(maps.Values(pages)), "\n")
	for where, look := range map[string]struct {
		text   string
		unseen map[string]string
	}{
		"the log":                  {o.log(), both},
		"the metrics":              {string(metrics), both},
		"the page for a stranger":  {refused, both},
		"the page of what is not":  {missing, both},
		"a link that was spent":    {spent, texts},
		"the pages":                {allPages, tokens},
		"what doctor prints":       {doctor + doctorErr, both},
		"an export":                {export, tokens},
		"the database file, as is": {string(file), tokens},
	} {
		require.NotEmpty(t, look.text, where)
		for what, secret := range look.unseen {
			assert.False(t, bytes.Contains([]byte(look.text), []byte(secret)), "%s is in %s: …%s…", what, where, around(look.text, secret))
		}
	}
}

func around(text, secret string) string {
	i := strings.Index(text, secret)
	if i < 0 {
		return ""
	}
	return text[max(0, i-120):i]
}

// Clients that send a letter now and then, or more than a request can be, keep nobody else from reading.
func TestSlowAndGreedyClientsKeepNobodyFromReading(t *testing.T) {
	t.Parallel()
	o := newHarmedOffice(t, localslack.Config{})
	o.underWay()
	address := strings.TrimPrefix(o.page, "http://")
	dial := func(text string) net.Conn {
		c, err := net.Dial("tcp", address)
		require.NoError(t, err)
		t.Cleanup(func() { _ = c.Close() })
		_, err = io.WriteString(c, text)
		require.NoError(t, err)
		return c
	}
	var slow []net.Conn
	for range 300 {
		slow = append(slow, dial("GET / HTTP/1.1\r\nHost: x\r\nX-Never-Ending: "))
	}
	var m matrix
	o.get("/releases/1.json", &m)
	assert.Equal(t, 4, m.Progress.Total, "others are served beside them")

	for name, request := range map[string]string{
		"a long header":  "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("a", 64<<10) + "\r\n\r\n",
		"a long address": "GET /" + strings.Repeat("a", 64<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"a body":         "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n" + strings.Repeat("a", 1<<16),
		"no HTTP":        strings.Repeat("\x00\xff", 1000) + "\r\n\r\n",
	} {
		c, err := net.Dial("tcp", address)
		require.NoError(t, err)
		_, _ = io.WriteString(c, request) // the server may have hung up already
		require.NoError(t, c.SetReadDeadline(time.Now().Add(patience)))
		answer, _ := io.ReadAll(io.LimitReader(c, 1<<20))
		assert.NotContains(t, string(answer), "HTTP/1.1 200", name)
		assert.NotContains(t, string(answer), "goroutine", name)
		require.NoError(t, c.Close())
	}

	// Each of the slow ones is hung up on.
	for _, c := range slow {
		require.NoError(t, c.SetReadDeadline(time.Now().Add(patience)))
		_, err := io.Copy(io.Discard, c)
		assert.NoError(t, err, "its connection ends")
	}

	var many sync.WaitGroup
	for range 200 {
		many.Go(func() {
			resp, err := http.Get(o.page + "/index.json")
			if assert.NoError(t, err) {
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				assert.Contains(t, []int{http.StatusOK, http.StatusTooManyRequests}, resp.StatusCode)
			}
		})
	}
	many.Wait()
	assert.Contains(t, o.types("ben", "step done v2.5.0 cust-a-prod D1").String(), "Done", "and Slack was answered all the while")
}
