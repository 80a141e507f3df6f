package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rollcall/fixtures/localslack"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the program is to the machine it runs on: an unprivileged process that writes to one folder.

// nobody is the user and group of the image.
const nobody = 65532

// cell is a folder for a program of the user nobody: its own to write to, with nothing else of it anywhere.
type cell struct {
	t           *testing.T
	binary, dir string
}

// newCell builds the program where nobody can reach it. Run by somebody who is not root, nobody is that person.
func newCell(t *testing.T) *cell {
	t.Helper()
	c := &cell{t: t, binary: buildBinary(t), dir: t.TempDir()}
	for _, path := range []string{c.binary, c.dir} {
		for folder := filepath.Dir(path); len(folder) > len(os.TempDir()); folder = filepath.Dir(folder) {
			require.NoError(t, os.Chmod(folder, 0o755))
		}
	}
	c.own(c.dir, 0o700)
	return c
}

// own gives a file to nobody.
func (c *cell) own(path string, mode os.FileMode) {
	c.t.Helper()
	require.NoError(c.t, os.Chmod(path, mode))
	if os.Getuid() == 0 {
		require.NoError(c.t, os.Chown(path, nobody, nobody))
	}
}

// command is a program of nobody's in the root folder, with nothing in its environment but what is given.
func (c *cell) command(ctx context.Context, env map[string]string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = "/"
	cmd.Env = []string{} // no HOME, no TMPDIR, no PATH
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return cmd
}

// serve starts the server in a workspace and waits until it is connected; wrap, if given, is what starts it.
func (c *cell) serve(o *office, wrap ...string) *exec.Cmd {
	c.t.Helper()
	args := append(wrap, c.binary, "serve")
	cmd := c.command(c.t.Context(), o.env, args[0], args[1:]...)
	said := newScreen()
	cmd.Stderr = said
	require.NoError(c.t, cmd.Start())
	c.t.Cleanup(func() { _ = cmd.Process.Kill() }) // it has ended, where the test went well
	o.serve = &running{out: newScreen(), err: said, code: make(chan int)}
	o.serve.waitFor(c.t, said, "connected to Slack") // which the workspace may still think of the one before
	return cmd
}

// fails runs a subcommand that must fail, and returns what it said.
func (c *cell) fails(env map[string]string, args ...string) string {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	out, err := c.command(ctx, env, c.binary, args...).CombinedOutput()
	var failed *exec.ExitError
	require.ErrorAs(c.t, err, &failed, string(out))
	assert.Equal(c.t, exitFailed, failed.ExitCode(), string(out))
	assert.NotContains(c.t, string(out), "goroutine ", "no stack is shown to people")
	return string(out)
}

// The image runs as nobody, on a root file system that is read-only, and the data volume alone can be written.
func TestItNeedsNoHomeNoTemporaryFolderAndNoRights(t *testing.T) {
	c := newCell(t)
	o := newWaitingOffice(t, localslack.Config{})
	o.env["ROLLCALL_DB"] = filepath.Join(c.dir, "rollcall.db")
	o.env["ROLLCALL_BACKUP_DIR"] = filepath.Join(c.dir, "copies")
	o.env["ROLLCALL_HTTP"], o.env["ROLLCALL_BASE_URL"], o.env["ROLLCALL_ACCESS"] = "0.0.0.0:"+freePort(t), "https://rollcall.example.com", "link"
	serve := c.serve(o)
	o.underWay()
	assert.Contains(t, o.types("ann", "admin backup").String(), "copies")
	o.types("ann", "link")
	uses := o.slack.Calls("response_url")
	assert.Contains(t, fmt.Sprint(uses[len(uses)-1].Args), "https://rollcall.example.com/s/")

	health := c.command(t.Context(), o.env, c.binary, "healthcheck")
	out, err := health.CombinedOutput()
	require.NoError(t, err, "the image's HEALTHCHECK, while it listens everywhere: %s", out)

	require.NoError(t, serve.Process.Signal(syscall.SIGTERM))
	require.NoError(t, serve.Wait(), o.log())
	assert.ElementsMatch(t, []string{"copies", "rollcall.db"}, files(t, c.dir), "and nothing else was written")
	out, err = c.command(t.Context(), o.env, c.binary, "healthcheck").CombinedOutput()
	require.Error(t, err, string(out))
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return port
}

// SIGTERM ends the program within ten seconds, whatever it waits for: here Slack answers nothing any more, and a
// reader of the status page dawdles. What was committed before is there.
func TestSigtermDrainsWithinTenSeconds(t *testing.T) {
	t.Parallel()
	c := newCell(t)
	o := newWaitingOffice(t, localslack.Config{})
	o.env["ROLLCALL_DB"] = filepath.Join(c.dir, "rollcall.db")
	serve := c.serve(o)
	o.underWay()
	page := o.serve.waitFor(t, o.serve.err, `page=http://(\S+)`)
	dawdler, err := net.Dial("tcp", page)
	require.NoError(t, err)
	defer func() { _ = dawdler.Close() }()
	_, err = fmt.Fprint(dawdler, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
	require.NoError(t, err)

	never := make(chan struct{})
	for _, method := range []string{"response_url", "chat.update", "chat.postMessage", "chat.postEphemeral", "views.open"} {
		o.slack.Inject(localslack.Fault{Method: method, Hold: never, Times: 1000})
	}
	for i, cell := range []string{"cust-a-prod D1", "cust-a-prod D2", "cust-b-prod D1", "cust-b-prod D2"} {
		it, err := o.slack.User([]string{"ann", "ben"}[i%2]).Send("#ops", "", "/rollcall step done v2.5.0 "+cell)
		require.NoError(t, err)
		require.NoError(t, it.WaitAcked(o.within()))
	}
	begun := time.Now()
	require.NoError(t, serve.Process.Signal(syscall.SIGTERM))
	_ = serve.Wait() // it may say that answers were under way
	assert.Less(t, time.Since(begun), 10*time.Second, o.log())
	cells := exportedCells(t, o.env)
	for _, cell := range []string{"cust-a-prod D1", "cust-a-prod D2", "cust-b-prod D1", "cust-b-prod D2"} {
		assert.Equal(t, "done", cells[cell], cell)
	}
	code, out, _ := rollcall(t, o.env, "check")
	assert.Equal(t, exitOK, code, out)
}

// A database that cannot be written or read is told of in words, and never replaced by a fresh one.
func TestDatabaseThatCannotBeUsed(t *testing.T) {
	c := newCell(t)
	slack := newWorkspace(t)
	_, env := sampleDatabase(t)
	good := filepath.Join(t.TempDir(), "copy.db") // a copy is as long as what is in it
	code, out, stderr := rollcall(t, env, "backup", good)
	require.Equal(t, exitOK, code, out+stderr)
	whole, err := os.ReadFile(good)
	require.NoError(t, err)
	garbled := bytes.Clone(whole)
	for i := 3 * os.Getpagesize(); i < len(garbled); i++ {
		garbled[i] ^= 0x5a
	}
	for name, broken := range map[string]struct {
		content []byte
		mode    os.FileMode
		folder  os.FileMode
		says    string
	}{
		"read-only file":       {whole, 0o400, 0o700, "may not write"},
		"unreadable file":      {whole, 0o000, 0o700, "may not write"},
		"read-only folder":     {nil, 0, 0o500, "may not write"},
		"cut off":              {whole[:len(whole)-os.Getpagesize()], 0o600, 0o700, "rollcall restore"},
		"torn inside":          {garbled, 0o600, 0o700, "rollcall restore"},
		"empty":                {[]byte{}, 0o600, 0o700, "rollcall restore"},
		"something else's":     {[]byte(strings.Repeat("not a database ", 1000)), 0o600, 0o700, "rollcall restore"},
		"one byte of a header": {whole[:1], 0o600, 0o700, "rollcall restore"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(c.dir, strings.ReplaceAll(name, " ", "-"))
			require.NoError(t, os.Mkdir(folder, 0o700))
			path := filepath.Join(folder, "rollcall.db")
			if broken.content != nil {
				require.NoError(t, os.WriteFile(path, broken.content, 0o600))
				c.own(path, broken.mode)
			}
			c.own(folder, broken.folder)
			c := &cell{t: t, binary: c.binary, dir: folder}
			env := serveEnv(slack, path)
			assert.Contains(t, c.fails(env, "serve"), broken.says)
			require.NoError(t, os.Chmod(folder, 0o700)) // whoever is not root looks, too
			if broken.content == nil {
				assert.NoFileExists(t, path)
				return
			}
			require.NoError(t, os.Chmod(path, 0o600))
			now, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.True(t, bytes.Equal(broken.content, now), "it is as it was")
			if broken.mode != 0o600 {
				return
			}
			code, out, stderr := rollcall(t, env, "restore", "--force", good)
			require.Equal(t, exitOK, code, out+stderr)
			code, out, _ = rollcall(t, env, "check")
			assert.Equal(t, exitOK, code, out)
		})
	}
}

// A disk that fills up: whoever changes something is told that it was not saved, and all can still be read. With room
// again everything that was confirmed is there. The limit on the size of a file stands in for the disk.
func TestFullDisk(t *testing.T) {
	c := newCell(t)
	o := newWaitingOffice(t, localslack.Config{})
	path := filepath.Join(c.dir, "rollcall.db")
	o.env["ROLLCALL_DB"] = path
	o.open()
	o.underWay()
	o.close()
	c.own(path, 0o600)
	store, err := readDatabase(path)
	require.NoError(t, err)
	var used counted
	_, err = store.Backup(t.Context(), &used)
	require.NoError(t, err)
	require.NoError(t, store.Close())

	room := int(used) + 64<<10
	serve := c.serve(o, "/bin/sh", "-c", fmt.Sprintf(`ulimit -f %d; exec "$@"`, room/512), "sh")
	page := o.serve.waitFor(t, o.serve.err, `page=(http://\S+)`)
	saved, lost := 0, ""
	for i := 0; lost == "" && i < 500; i++ {
		note := fmt.Sprintf("remark %d %s", i, strings.Repeat("x", 2900))
		answer := o.types("ben", fmt.Sprintf(`step note v2.5.0 cust-a-prod D1 note="%s"`, note)).String()
		if strings.Contains(answer, "✅") {
			saved++
			continue
		}
		lost = answer
	}
	assert.NotZero(t, saved)
	assert.Contains(t, lost, "could not be written", "after %d notes", saved)
	assert.Contains(t, lost, "ref ")
	assert.Regexp(t, `level=ERROR msg="request failed" ref=\S+ op="step note" err=.*could not be written`, o.log(), "the log has the cause")
	assert.Contains(t, o.types("ben", "step show v2.5.0 cust-a-prod D1").String(), "remark", "reading goes on")
	resp, err := http.Get(page + "/healthz")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.NotEmpty(t, o.types("ben", `step done v2.5.0 cust-b-prod D1`).String(), "and whatever is typed is answered")
	require.NoError(t, serve.Process.Signal(syscall.SIGTERM))
	_ = serve.Wait()

	code, out, _ := rollcall(t, o.env, "check")
	assert.Equal(t, exitOK, code, out)
	code, out, _ = rollcall(t, o.env, "export")
	require.Equal(t, exitOK, code)
	for i := range saved {
		assert.Contains(t, out, fmt.Sprintf("remark %d x", i))
	}
	o.open()
	assert.Contains(t, o.types("ben", `step note v2.5.0 cust-b-prod D2 note="room again"`).String(), "✅")
}

// counted is a writer that only counts.
type counted int64

func (c *counted) Write(p []byte) (int, error) { *c += counted(len(p)); return len(p), nil }
