package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones even where the machine has none

	"rollcall/bot/schedule"
)

// config is what the settings come to.
type config struct {
	appToken, botToken secret
	slackAPI           string        // ends in /api/; empty is Slack's own
	slackWait          time.Duration // no setting: see program
	refused            []string      // the settings whose value was wrong, by variable
	db                 string
	http               string // host:port
	baseURL            string // without a final slash; empty until the port is known when nobody set it
	access             string // accessLink or accessOpen
	trustedProxies     []netip.Prefix
	adminHTTP          string // host:port; empty is off
	admins             []string
	defaultRole        string
	zone               *time.Location
	backupDir          string // empty: no copies are taken
	backupSchedule     string
	backupKeep         int
	logJSON            bool
	logLevel           slog.Level
}

// How people get to see the status page.
const (
	accessLink = "link"
	accessOpen = "open"
)

// setting is one thing a person may set. From its row come the flag, the environment variable, for a secret also the
// variable that names a file, the README's table and the check.
type setting struct {
	env    string // the environment variable
	def    string // the value when nobody sets it
	defDoc string // the same for people, where def does not say it
	doc    string
	secret bool // kept out of sight, and may be given as a file by NAME_FILE
	set    func(c *config, value string) error
}

// settings is every setting, in the order people read about them.
var settings = []setting{
	{env: "SLACK_APP_TOKEN", secret: true, defDoc: "required by serve",
		doc: "app-level token, `xapp-…`, with the scope `connections:write`",
		set: func(c *config, v string) error { return setToken(&c.appToken, v, "xapp-") }},
	{env: "SLACK_BOT_TOKEN", secret: true, defDoc: "required by serve",
		doc: "bot token, `xoxb-…`",
		set: func(c *config, v string) error { return setToken(&c.botToken, v, "xoxb-") }},
	{env: "SLACK_API_URL", defDoc: "Slack's",
		doc: "base of the Web API, ends in `/api/`",
		set: setSlackAPI},
	{env: "ROLLCALL_DB", def: "rollcall.db",
		doc: "database file, made with mode 0600; it belongs to the workspace of its first start",
		set: func(c *config, v string) error { c.db = v; return nil }},
	{env: "ROLLCALL_HTTP", def: "127.0.0.1:8080",
		doc: "address of the status page",
		set: setHTTP},
	{env: "ROLLCALL_BASE_URL", defDoc: "`http://` and the address",
		doc: "how people reach the status page; required off loopback, and `https` there",
		set: setBaseURL},
	{env: "ROLLCALL_ACCESS", def: accessLink,
		doc: "who reads the status page: `link` (people with a link from the bot) or `open` (everyone; on loopback only)",
		set: func(c *config, v string) error { return setOneOf(&c.access, v, accessLink, accessOpen) }},
	{env: "ROLLCALL_TRUSTED_PROXIES", defDoc: "none",
		doc: "addresses or networks whose X-Forwarded-For counts, comma-separated",
		set: setTrustedProxies},
	{env: "ROLLCALL_ADMIN_HTTP", defDoc: "off",
		doc: "address for `/metrics`, on loopback",
		set: setAdminHTTP},
	{env: "ROLLCALL_ADMINS", defDoc: "none",
		doc: "Slack user ids that are always admin, comma-separated",
		set: setAdmins},
	{env: "ROLLCALL_DEFAULT_ROLE", def: "viewer",
		doc: "role of every other full member: `viewer` or `operator`",
		set: func(c *config, v string) error { return setOneOf(&c.defaultRole, v, "viewer", "operator") }},
	{env: "ROLLCALL_TZ", def: "UTC",
		doc: "zone of dates without a time",
		set: setZone},
	{env: "ROLLCALL_BACKUP_DIR", defDoc: "off",
		doc: "folder for verified copies of the database, taken while it runs",
		set: func(c *config, v string) error { c.backupDir = v; return nil }},
	{env: "ROLLCALL_BACKUP_SCHEDULE", def: "@daily",
		doc: "when: words such as `weekdays 02:00`, or a cron expression, in the zone of `ROLLCALL_TZ`",
		set: setBackupSchedule},
	{env: "ROLLCALL_BACKUP_KEEP", def: "14",
		doc: "how many of them are kept; the oldest go",
		set: setBackupKeep},
	{env: "ROLLCALL_LOG", def: "text,info",
		doc: "log format and level, comma-separated: `text` or `json`; `debug`, `info`, `warn` or `error`",
		set: setLog},
}

// flag is the name of the setting's flag: SLACK_APP_TOKEN gives slack-app-token, ROLLCALL_BASE_URL base-url.
func (s setting) flag() string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(s.env, "ROLLCALL_"), "_", "-"))
}

// defaultDoc is the default as people read it.
func (s setting) defaultDoc() string {
	if s.defDoc != "" {
		return s.defDoc
	}
	return "`" + s.def + "`"
}

// combine checks what no setting can check alone.
func (c *config) combine() (problems []error) {
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	base, err := url.Parse(c.baseURL)
	outside := err == nil && c.baseURL != "" && !isLoopbackHost(base.Hostname())
	listens := c.http == "" || isLoopback(c.http) // on loopback; empty when it was refused already
	if c.access == accessOpen && !listens {
		wrong("ROLLCALL_ACCESS=open lets everyone read, so it needs a ROLLCALL_HTTP on loopback (127.0.0.1): use ROLLCALL_ACCESS=link")
	}
	if c.access == accessOpen && outside {
		wrong("ROLLCALL_ACCESS=open lets everyone read, so it goes with no ROLLCALL_BASE_URL off loopback (%s): use ROLLCALL_ACCESS=link", c.baseURL)
	}
	if !listens && c.baseURL == "" && !slices.Contains(c.refused, "ROLLCALL_BASE_URL") {
		wrong("ROLLCALL_BASE_URL is missing: with ROLLCALL_HTTP=%s say how people reach the page, for example https://rollcall.example.com", c.http)
	}
	if outside && base.Scheme != "https" {
		wrong("ROLLCALL_BASE_URL is %s: off loopback it must begin with https://, because sign-in links travel over it", c.baseURL)
	}
	return problems
}

func setToken(to *secret, v, prefix string) error {
	if !strings.HasPrefix(v, prefix) || len(v) == len(prefix) {
		return fmt.Errorf("must be a token that begins with %s", prefix)
	}
	*to = newSecret(v)
	return nil
}

func setSlackAPI(c *config, v string) error {
	u, err := url.Parse(v)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return fmt.Errorf("%q is no web address", v)
	case !strings.HasSuffix(u.Path, "/api/"):
		return fmt.Errorf("%q must end in /api/", v)
	case u.Scheme == "http" && !isNear(u.Hostname()):
		return fmt.Errorf("%q must begin with https://, because tokens travel over it", v)
	}
	c.slackAPI = v
	return nil
}

func setHTTP(c *config, v string) error {
	if err := checkAddress(v); err != nil {
		return err
	}
	c.http = v
	return nil
}

func setAdminHTTP(c *config, v string) error {
	if err := checkAddress(v); err != nil {
		return err
	}
	if !isLoopback(v) {
		return fmt.Errorf("%q must be on loopback, for example 127.0.0.1:9090: whoever reaches it reads the metrics", v)
	}
	c.adminHTTP = v
	return nil
}

func checkAddress(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return fmt.Errorf("%q must be an address and a port, for example 127.0.0.1:8080", v)
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return fmt.Errorf("%q has no usable port", v)
	}
	return nil
}

func setBaseURL(c *config, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return fmt.Errorf("%q must be a web address, for example https://rollcall.example.com", v)
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("%q must be a scheme and a host only: the page's paths begin at /", v)
	}
	c.baseURL = u.Scheme + "://" + u.Host
	return nil
}

func setTrustedProxies(c *config, v string) error {
	for _, part := range list(v) {
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			addr, addrErr := netip.ParseAddr(part)
			if addrErr != nil {
				return fmt.Errorf("%q must be an address or a network, for example 10.0.0.0/8", part)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		c.trustedProxies = append(c.trustedProxies, prefix)
	}
	return nil
}

var userID = regexp.MustCompile(`^[UW][A-Z0-9]+$`)

func setAdmins(c *config, v string) error {
	for _, id := range list(v) {
		if !userID.MatchString(id) {
			return fmt.Errorf("%q is no Slack user id: it begins with U or W and stands in the person's profile under More, Copy member ID", id)
		}
		c.admins = append(c.admins, id)
	}
	return nil
}

func setZone(c *config, v string) error {
	zone, err := time.LoadLocation(v)
	if err != nil || v == "Local" {
		return fmt.Errorf("%q is no time zone: use a name such as Europe/Zurich", v)
	}
	c.zone = zone
	return nil
}

func setBackupSchedule(c *config, v string) error {
	if _, err := schedule.Parse(v, "UTC"); err != nil {
		return forPeople(err)
	}
	c.backupSchedule = v
	return nil
}

func setBackupKeep(c *config, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 10_000 {
		return fmt.Errorf("%q must be a number from 1 to 10000", v)
	}
	c.backupKeep = n
	return nil
}

func setLog(c *config, v string) error {
	for _, word := range list(v) {
		switch word {
		case "text", "json":
			c.logJSON = word == "json"
		case "debug", "info", "warn", "error":
			if err := c.logLevel.UnmarshalText([]byte(word)); err != nil {
				return err
			}
		default:
			return fmt.Errorf("knows no %q: use text or json, and debug, info, warn or error", word)
		}
	}
	return nil
}

func setOneOf(to *string, v string, allowed ...string) error {
	if !slices.Contains(allowed, v) {
		return fmt.Errorf("%q must be %s", v, strings.Join(allowed, " or "))
	}
	*to = v
	return nil
}

// list splits a comma-separated value and drops what is empty.
func list(v string) []string {
	return strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' })
}

// isLoopback says whether only this machine reaches the address host:port.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && isLoopbackHost(host)
}

// isNear says whether a host is this machine or a neighbour on a network of one's own, such as another container of
// the same Compose file.
func isNear(host string) bool {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return !strings.Contains(host, ".") || strings.HasSuffix(host, ".internal")
	}
	return addr.IsLoopback() || addr.IsPrivate()
}

func isLoopbackHost(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
