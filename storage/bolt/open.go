package bolt

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// Options of Open. The zero value is what a server wants.
type Options struct {
	// ReadOnly opens an existing file without ever changing it. Several processes may read so at once, but none
	// while another has the file open for writing.
	ReadOnly bool

	// LockWait is how long to wait for another process to let go of the file; 0 means 2 s.
	LockWait time.Duration

	// Reserve is the address space, in bytes, mapped from the start; 0 means 4 GiB where addresses have 64 bits.
	// It costs no memory. A file that outgrows it is mapped anew, and readers and the writer then wait for one another.
	Reserve int
}

const defaultLockWait = 2 * time.Second

// LockedError says that another process has the file open. PID is 0 when it cannot be told, as across containers.
type LockedError struct {
	Path    string
	PID     int
	Command string // its command line up to the first flag, "" when unknown
}

func (e *LockedError) Error() string {
	who := "another process"
	if e.PID != 0 {
		who = fmt.Sprintf("process %d", e.PID)
	}
	if e.Command != "" {
		who += " (" + e.Command + ")"
	}
	return fmt.Sprintf("%s has %s open; stop it or use another file", who, e.Path)
}

// DamagedError says that the file is there but cannot be used: empty, cut off, overwritten or another program's.
// Open never starts afresh over such a file.
type DamagedError struct {
	Path  string
	Cause error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s cannot be read as a store (%v); restore it from a backup, or move it away to start empty", e.Path, e.Cause)
}

func (e *DamagedError) Unwrap() error { return e.Cause }

// Open opens the file at path, creating it with mode 0600 when it is absent and o allows writing. Errors: *LockedError,
// *DamagedError, or what the operating system says.
func Open(path string, o Options) (*Store, error) {
	if o.LockWait == 0 {
		o.LockWait = defaultLockWait
	}
	if o.Reserve == 0 {
		o.Reserve = defaultReserve()
	}
	fresh, err := absent(path, o)
	if err != nil {
		return nil, err
	}
	if !fresh {
		if err := inspect(path, o); err != nil {
			return nil, err
		}
	}
	db, err := open(path, o)
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, readOnly: o.ReadOnly, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	if o.ReadOnly {
		close(s.ended)
		return s, nil
	}
	if err := prepare(db, path, fresh); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	go s.write()
	return s, nil
}

// absent reports whether the file is yet to be created.
func absent(path string, o Options) (bool, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !o.ReadOnly:
		return true, nil
	case err != nil:
		return false, err
	case info.IsDir():
		return false, fmt.Errorf("%s is a directory, not a file", path)
	case info.Size() == 0:
		return false, &DamagedError{path, errors.New("it is empty")}
	}
	return false, nil
}

// open opens the file in bbolt and gives its errors their names.
func open(path string, o Options) (*bbolt.DB, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		ReadOnly:        o.ReadOnly,
		Timeout:         o.LockWait,
		InitialMmapSize: o.Reserve,
		NoFreelistSync:  true,
		FreelistType:    bbolt.FreelistMapType,
		NoStatistics:    true,
	})
	var pathErr *fs.PathError
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, bolterrors.ErrTimeout):
		pid, command := holder(path)
		return nil, &LockedError{path, pid, command}
	case errors.As(err, &pathErr):
		return nil, err
	default:
		return nil, &DamagedError{path, err}
	}
}

// inspect looks at every page of an existing file before it is opened for good: bbolt walks them in a goroutine of
// its own when it opens for writing, where a page that is missing or garbled would end the process.
func inspect(path string, o Options) (err error) {
	reading := o
	reading.ReadOnly = true
	db, err := open(path, reading)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = &DamagedError{path, fmt.Errorf("a page is garbled: %v", p)}
		}
	}()
	size, err := readThrough(path)
	if err != nil {
		return err
	}
	return db.View(func(tx *bbolt.Tx) error {
		if tx.Size() > size {
			return &DamagedError{path, fmt.Errorf("it was cut off: %d bytes of %d are there", size, tx.Size())}
		}
		b := tx.Bucket(bucket)
		if b == nil {
			// A file that was being created when the process died has no bucket at all; one with others only is not ours.
			if other, _ := tx.Cursor().First(); other != nil {
				return &DamagedError{path, errors.New("it is another program's bbolt file")}
			}
			if o.ReadOnly {
				return &DamagedError{path, errors.New("it was never written to")}
			}
			return nil
		}
		b.Stats()
		return nil
	})
}

// readThrough reads the file once from its beginning to its end, and returns its length. The pages are then walked in
// memory: one by one, in the order of their keys, a disk takes twenty times as long to give them.
func readThrough(path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return io.Copy(io.Discard, f)
}

// prepare makes the bucket, and makes a file just created last: its name is durable only once its directory is.
func prepare(db *bbolt.DB, path string, fresh bool) error {
	err := db.Update(func(tx *bbolt.Tx) error {
		if tx.Bucket(bucket) != nil {
			return nil
		}
		_, err := tx.CreateBucket(bucket)
		return err
	})
	if err != nil || !fresh || runtime.GOOS == "windows" {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// defaultReserve is 4 GiB where that is but a range of addresses; Windows would make the file that large.
func defaultReserve() int {
	if math.MaxInt == math.MaxInt32 || runtime.GOOS == "windows" {
		return 0
	}
	reserve := int64(4) << 30
	return int(reserve)
}
