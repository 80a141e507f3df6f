package bolt_test

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"rollcall/storage"
	"rollcall/storage/bolt"
)

// TestMain is also the other process of TestLocked: it opens the file named in the environment and holds it until its
// input ends.
func TestMain(m *testing.M) {
	path := os.Getenv("BOLT_TEST_HOLD")
	if path == "" {
		os.Exit(m.Run())
	}
	s, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		panic(err)
	}
	os.Stdout.WriteString("held\n")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	if err := s.Close(); err != nil {
		panic(err)
	}
}

func TestNewFileIsPrivate(t *testing.T) {
	path := t.TempDir() + "/store"
	require.NoError(t, open(t, path).Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	assert.Less(t, info.Size(), int64(64<<20), "what is reserved is addresses, not disk")
}

func TestLocked(t *testing.T) {
	path := t.TempDir() + "/store"
	child := exec.Command(os.Args[0], "an argument", "--token=xoxb-secret", "another")
	child.Env = append(os.Environ(), "BOLT_TEST_HOLD="+path)
	in, err := child.StdinPipe()
	require.NoError(t, err)
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	_, err = bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)

	for _, readOnly := range []bool{false, true} {
		_, err = bolt.Open(path, bolt.Options{LockWait: time.Millisecond, ReadOnly: readOnly})
		var locked *bolt.LockedError
		require.ErrorAs(t, err, &locked)
		assert.Equal(t, path, locked.Path)
		if runtime.GOOS == "linux" {
			assert.Equal(t, child.Process.Pid, locked.PID)
			assert.True(t, strings.HasSuffix(locked.Command, "an argument"), locked.Command)
			assert.Contains(t, err.Error(), locked.Command)
			assert.NotContains(t, err.Error(), "xoxb", "what others gave a program as flags is not told")
		}
	}

	require.NoError(t, in.Close())
	require.NoError(t, child.Wait())
	require.NoError(t, open(t, path).Close())
}

func TestLockHolderUnknown(t *testing.T) {
	err := &bolt.LockedError{Path: "data.db"}
	assert.Equal(t, "another process has data.db open; stop it or use another file", err.Error())
}

func TestReadOnly(t *testing.T) {
	path := t.TempDir() + "/store"
	_, err := bolt.Open(path, bolt.Options{ReadOnly: true})
	require.ErrorIs(t, err, fs.ErrNotExist)

	s := open(t, path)
	put(t, s, "a", "1")
	require.NoError(t, s.Close())
	before, err := os.ReadFile(path)
	require.NoError(t, err)

	one, err := bolt.Open(path, bolt.Options{ReadOnly: true})
	require.NoError(t, err)
	two, err := bolt.Open(path, bolt.Options{ReadOnly: true})
	require.NoError(t, err)
	assert.ErrorIs(t, one.Update(t.Context(), func(storage.Writer) error { return nil }), storage.ErrReadOnly)
	assert.Equal(t, "1", get(t, one, "a"))
	assert.Equal(t, "1", get(t, two, "a"))
	_, err = one.Backup(t.Context(), new(bytes.Buffer))
	assert.NoError(t, err)
	require.NoError(t, one.Close())
	require.NoError(t, two.Close())
	assert.NoError(t, one.Close())
	assert.ErrorIs(t, one.View(t.Context(), nil), storage.ErrClosed)

	after, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(before, after))
}

// A file that cannot be used is refused and left as it was, never replaced by a fresh one.
func TestDamaged(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir+"/good")
	for range 200 {
		put(t, s, "key", strings.Repeat("v", 3000))
	}
	require.NoError(t, s.Update(t.Context(), func(w storage.Writer) error {
		for i := range 2000 {
			if err := w.Put([]byte{byte(i >> 8), byte(i)}, bytes.Repeat([]byte{1}, 100)); err != nil {
				return err
			}
		}
		return nil
	}))
	require.NoError(t, s.Close())
	good, err := os.ReadFile(dir + "/good")
	require.NoError(t, err)
	page, used := os.Getpagesize(), usedBytes(t, dir+"/good")
	altered := func(f func(b []byte)) []byte {
		b := bytes.Clone(good)
		f(b)
		return b
	}

	for name, c := range map[string]struct {
		content []byte
		says    string
	}{
		"empty":              {nil, "it is empty"},
		"text":               {[]byte("hello\n"), ""},
		"long text":          {bytes.Repeat([]byte("hello\n"), 10_000), ""},
		"cut to one page":    {good[:page], ""},
		"cut to metas":       {good[:2*page], "cut off"},
		"cut by one page":    {good[:used-page], "cut off"},
		"both metas garbled": {altered(func(b []byte) { b[40]++; b[page+40]++ }), ""},
		"data zeroed":        {altered(func(b []byte) { clear(b[2*page:]) }), "garbled"},
		"data overwritten":   {altered(func(b []byte) { copy(b[2*page:], bytes.Repeat([]byte{0xa5}, len(b))) }), "garbled"},
	} {
		t.Run(name, func(t *testing.T) {
			path := t.TempDir() + "/bad"
			require.NoError(t, os.WriteFile(path, c.content, 0o600))
			for _, readOnly := range []bool{false, true} {
				_, err := bolt.Open(path, bolt.Options{ReadOnly: readOnly})
				var damaged *bolt.DamagedError
				require.ErrorAs(t, err, &damaged)
				assert.Equal(t, path, damaged.Path)
				assert.Contains(t, err.Error(), c.says)
				assert.Contains(t, err.Error(), "restore it from a backup")
			}
			now, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.True(t, bytes.Equal(c.content, now), "the file was changed")
		})
	}

	t.Run("one garbled meta page is survived", func(t *testing.T) {
		path := t.TempDir() + "/bad"
		require.NoError(t, os.WriteFile(path, altered(func(b []byte) { b[40]++ }), 0o600))
		s := open(t, path)
		assert.Equal(t, strings.Repeat("v", 3000), get(t, s, "key"))
		require.NoError(t, s.Close())
	})
}

func TestOtherFiles(t *testing.T) {
	dir := t.TempDir()
	_, err := bolt.Open(dir, bolt.Options{})
	assert.ErrorContains(t, err, "is a directory")
	_, err = bolt.Open(dir+"/absent/store", bolt.Options{})
	assert.ErrorIs(t, err, fs.ErrNotExist)

	raw, err := bbolt.Open(dir+"/theirs", 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, raw.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucket([]byte("theirs"))
		return err
	}))
	require.NoError(t, raw.Close())
	_, err = bolt.Open(dir+"/theirs", bolt.Options{})
	assert.ErrorContains(t, err, "another program")

	// A file whose creation was cut short before anything was in it.
	raw, err = bbolt.Open(dir+"/begun", 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, raw.Close())
	_, err = bolt.Open(dir+"/begun", bolt.Options{ReadOnly: true})
	assert.ErrorContains(t, err, "never written")
	require.NoError(t, open(t, dir+"/begun").Close())
}

// usedBytes is the length below which a file has lost data; bbolt makes files longer in advance.
func usedBytes(t *testing.T, path string) (n int) {
	raw, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	require.NoError(t, err)
	require.NoError(t, raw.View(func(tx *bbolt.Tx) error { n = int(tx.Size()); return nil }))
	require.NoError(t, raw.Close())
	return n
}

func put(t testing.TB, s storage.Store, key, value string) {
	t.Helper()
	require.NoError(t, s.Update(t.Context(), func(w storage.Writer) error { return w.Put([]byte(key), []byte(value)) }))
}

// get returns the value of key, "" when absent.
func get(t testing.TB, s storage.Store, key string) (value string) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), func(r storage.Reader) error {
		v, err := r.Get([]byte(key))
		if errors.Is(err, storage.ErrNotFound) {
			return nil
		}
		value = string(v)
		return err
	}))
	return value
}
