package bolt

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// holder finds the process that has path locked, 0 when the kernel's list of locks does not show it.
func holder(path string) (pid int, command string) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, ""
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, ""
	}
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		return 0, ""
	}
	pid = lockHolder(string(locks), stat.Ino)
	if pid <= 0 {
		return 0, ""
	}
	cmdline, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return pid, ""
	}
	return pid, commandOf(string(cmdline))
}

// commandOf is a command line up to its first flag: what stands behind a flag may be a token.
func commandOf(cmdline string) string {
	words := strings.Split(strings.TrimRight(cmdline, "\x00"), "\x00")
	if i := slices.IndexFunc(words[1:], func(word string) bool { return strings.HasPrefix(word, "-") }); i >= 0 {
		words = words[:1+i]
	}
	return strings.Join(words, " ")
}

// lockHolder reads lines like "1: FLOCK  ADVISORY  WRITE 4242 08:01:131 0 EOF". Only the inode is compared: the device
// there is that of the mount's root, which layered file systems do not share with stat.
func lockHolder(locks string, inode uint64) int {
	suffix := ":" + strconv.FormatUint(inode, 10)
	for line := range strings.Lines(locks) {
		field := strings.Fields(line)
		if len(field) >= 6 && field[1] == "FLOCK" && strings.HasSuffix(field[5], suffix) {
			pid, _ := strconv.Atoi(field[4])
			return pid
		}
	}
	return 0
}
