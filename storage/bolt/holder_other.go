//go:build !linux

package bolt

// holder cannot tell: only Linux lists who holds a lock.
func holder(string) (pid int, command string) { return 0, "" }
