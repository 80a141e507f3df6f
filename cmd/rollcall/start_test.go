package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"rollcall/fixtures/localslack"
	"rollcall/storage"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var soakMegabytes = flag.Int("soak.megabytes", 20, "how large a file TestStartsSoonWithALargeFile starts with")

// However much is in its file, the program is soon ready, also when the machine has none of it in memory.
func TestStartsSoonWithALargeFile(t *testing.T) {
	const soon = time.Second // for 500 MB
	o := newWaitingOffice(t, localslack.Config{})
	o.env["ROLLCALL_HTTP"] = "127.0.0.1:" + freePort(t)
	o.open()
	o.underWay()
	o.close()
	size := fatten(t, o.env["ROLLCALL_DB"], *soakMegabytes<<20)
	binary := buildBinary(t)
	for _, memory := range []string{"cold", "warm"} {
		var disk time.Duration // which has to give the file once
		if memory == "cold" {
			disk = fromDisk(t, o.env["ROLLCALL_DB"])
			forget(t, o.env["ROLLCALL_DB"])
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		busy := crowded(t)
		begun := time.Now()
		serve, said := spawn(ctx, t, binary, o.env, "serve")
		(&running{out: newScreen(), err: said}).waitFor(t, said, "connected to Slack")
		res, err := http.Get("http://" + o.env["ROLLCALL_HTTP"] + "/readyz")
		took := time.Since(begun)
		if assert.NoError(t, err) {
			assert.Equal(t, http.StatusOK, res.StatusCode, said)
			assert.NoError(t, res.Body.Close())
		}
		o.types("ben", "whoami")
		assert.NoError(t, serve.Process.Signal(syscall.SIGTERM))
		assert.NoError(t, serve.Wait())
		cancel()
		t.Logf("%d MB, %s: ready after %v, of a disk that takes %v for it and on a machine %.1f times as slow as alone", size>>20, memory,
			took.Round(time.Millisecond), disk.Round(time.Millisecond), busy)
		assert.Less(t, took.Seconds(), soon.Seconds()*busy*max(1, float64(size)/500e6)+2*disk.Seconds())
	}
	code, out, _ := rollcall(t, o.env, "check")
	assert.Equal(t, exitOK, code, out)
}

// fatten adds receipts of requests to a database until it is so long, and returns its length.
func fatten(t *testing.T, path string, least int) int64 {
	t.Helper()
	store, err := openDatabase(path)
	require.NoError(t, err)
	receipt := fmt.Appendf(nil, `{"at":%d,"receipt":{"op":"step.done","seq":1,"text":%q}}`, time.Now().Unix(), strings.Repeat("Done. ", 70))
	for n := 0; ; {
		info, err := os.Stat(path)
		require.NoError(t, err)
		if info.Size() >= int64(least) {
			require.NoError(t, store.Close())
			return info.Size()
		}
		require.NoError(t, store.Update(t.Context(), func(w storage.Writer) error {
			for range 2000 {
				n++
				if err := w.Put(fmt.Appendf(nil, "key/%09d", n), receipt); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// fromDisk is how long the disk takes to give a file from its beginning to its end.
func fromDisk(t *testing.T, path string) time.Duration {
	t.Helper()
	forget(t, path)
	begun := time.Now()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	_, err = io.Copy(io.Discard, f)
	require.NoError(t, err)
	return time.Since(begun)
}

// forget has the machine keep nothing of a file in memory.
func forget(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	const dontNeed = 4 // POSIX_FADV_DONTNEED
	_, _, errno := syscall.Syscall6(syscall.SYS_FADVISE64, f.Fd(), 0, 0, dontNeed, 0, 0)
	require.Zero(t, errno)
}
