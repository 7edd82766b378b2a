package workenv

import (
	"strings"

	"golang.org/x/sys/unix"
)

// IsNoexec is true when programs in this directory cannot be started because of how it is mounted.
func IsNoexec(path string) bool {
	var stat unix.Statfs_t
	return unix.Statfs(path, &stat) == nil && stat.Flags&unix.ST_NOEXEC != 0
}

// BootId names the current boot.
func BootId() string {
	id, _ := readFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(id))
}
