package main

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for something that has to happen.
const patience = 30 * time.Second

// screen collects what a program prints, and lets a test wait for it.
type screen struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func newScreen() *screen { return &screen{changed: make(chan struct{})} }

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.changed)
	s.changed = make(chan struct{})
	return s.text.Write(b)
}

func (s *screen) String() string {
	text, _ := s.now()
	return text
}

// now is what was printed so far, and a channel that closes when there is more.
func (s *screen) now() (string, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String(), s.changed
}

// running is a whole program at work inside the test.
type running struct {
	out, err *screen
	stop     context.CancelFunc // what the first Ctrl-C does
	code     chan int           // keeps its one value
}

// start runs the program with args until the test ends.
func start(t *testing.T, env map[string]string, args ...string) *running {
	t.Helper()
	return begin(t, &program{env: environ(env)}, args...)
}

// begin is start with more of the world than an environment.
func begin(t *testing.T, p *program, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r := &running{out: newScreen(), err: newScreen(), stop: stop, code: make(chan int, 1)}
	p.ctx, p.stdin, p.stdout, p.stderr = ctx, strings.NewReader(""), r.out, r.err
	go func() { r.code <- p.run(args) }()
	t.Cleanup(func() { r.end(t) })
	return r
}

// waitFor waits until the program has printed what matches the pattern, and returns its first group.
func (r *running) waitFor(t *testing.T, on *screen, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	limit := time.After(patience)
	for {
		text, more := on.now()
		if m := re.FindStringSubmatch(text); m != nil {
			return m[len(m)-1]
		}
		select {
		case <-more:
		case code := <-r.code:
			require.FailNow(t, "the program ended", "code %d\n%s\n%s", code, r.out, r.err)
		case <-limit:
			require.FailNow(t, "the program did not print what was expected", "%s\n%s\n%s", pattern, r.out, r.err)
		}
	}
}

// end stops the program as Ctrl-C does and returns its exit code.
func (r *running) end(t *testing.T) int {
	t.Helper()
	r.stop()
	select {
	case code := <-r.code:
		r.code <- code
		return code
	case <-time.After(patience):
		require.FailNow(t, "the program did not end", "%s\n%s", r.out, r.err)
		return 0
	}
}

// rollcall runs a command that ends by itself.
func rollcall(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return rollcallWith(t, env, "", args...)
}

// rollcallWith is rollcall with something on standard input.
func rollcallWith(t *testing.T, env map[string]string, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, environ(env), strings.NewReader(stdin), &out, &err)
	return code, out.String(), err.String()
}

func TestWithoutArgumentsItShowsHelp(t *testing.T) {
	code, out, _ := rollcall(t, nil)
	assert.Equal(t, exitOK, code)
	assert.Contains(t, out, "version")
}

func TestHelpIsACommandToo(t *testing.T) {
	for _, asked := range [][]string{{"help", "import"}, {"import", "--help"}} {
		code, out, _ := rollcall(t, nil, asked...)
		assert.Equal(t, exitOK, code)
		assert.Contains(t, out, "--dry-run", "%v", asked)
	}
	_, all, _ := rollcall(t, nil)
	code, out, _ := rollcall(t, nil, "help")
	assert.Equal(t, exitOK, code)
	assert.Equal(t, all, out)
}

func TestAnUnknownCommandIsAUsageError(t *testing.T) {
	code, _, err := rollcall(t, nil, "healthchek")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, err, `did you mean "healthcheck"`)
}

func TestVersionNamesGo(t *testing.T) {
	code, out, _ := rollcall(t, nil, "version")
	assert.Equal(t, exitOK, code)
	assert.Regexp(t, `^rollcall \S+, commit .+, go1\.`, out)
}

func TestHealthcheckFailsWhereNothingAnswers(t *testing.T) {
	code, _, err := rollcall(t, map[string]string{"ROLLCALL_HTTP": "127.0.0.1:1"}, "healthcheck")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, err, "nothing answers at http://127.0.0.1:1/healthz")
}

func TestHealthcheckAsksLoopbackWhenTheServerListensEverywhere(t *testing.T) {
	for address, want := range map[string]string{
		"0.0.0.0:8080":   "127.0.0.1:8080",
		":8080":          "127.0.0.1:8080",
		"[::]:8080":      "127.0.0.1:8080",
		"10.0.0.5:8080":  "10.0.0.5:8080",
		"127.0.0.1:8080": "127.0.0.1:8080",
	} {
		assert.Equal(t, want, fromHere(address), address)
	}
}
