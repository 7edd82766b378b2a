package workenv

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// IsNoexec is true when programs in this directory cannot be started because of how it is mounted.
func IsNoexec(path string) bool {
	var stat unix.Statfs_t
	return unix.Statfs(path, &stat) == nil && stat.Flags&unix.MNT_NOEXEC != 0
}

// BootId names the current boot by the second it began.
func BootId() string {
	boot, err := unix.SysctlTimeval("kern.boottime")
	if err != nil {
		return ""
	}
	return "at " + strconv.FormatInt(boot.Sec, 10)
}
