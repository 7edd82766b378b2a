//go:build unix

package workenv

import (
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// The password file is read only when the home directory is of no use.
func systemCandidates(env Environment, yield func(string) bool) {
	if cache := env("XDG_CACHE_HOME"); filepath.IsAbs(cache) && !yield(cache+"/flavor") {
		return
	}
	home := env("HOME")
	if filepath.IsAbs(home) && !yield(home+"/.cache/flavor") {
		return
	}
	if other := PasswordHome(); other != "" && other != home && !yield(other+"/.cache/flavor") {
		return
	}
	yield(temporaryBase())
}

// PasswordHome is the home in the password file; empty when that names none that is of use.
func PasswordHome() string {
	found, err := user.LookupId(strconv.Itoa(os.Geteuid()))
	if err != nil || !filepath.IsAbs(found.HomeDir) || found.HomeDir == "/" {
		return ""
	}
	return found.HomeDir
}

func temporaryBase() string { return "/var/tmp/flavor-" + strconv.Itoa(os.Geteuid()) }

func isTemporary(base string) bool { return base == temporaryBase() }

func requirePrivate(path string) error {
	stat, err := os.Lstat(path)
	if err != nil {
		return err
	}
	system, ok := stat.Sys().(*syscall.Stat_t)
	if !ok || !stat.IsDir() || int(system.Uid) != os.Geteuid() || stat.Mode().Perm()&0o077 != 0 {
		return errors.New("it is not this user’s alone")
	}
	return nil
}

func requireTrusted(stat os.FileInfo) error {
	system, ok := stat.Sys().(*syscall.Stat_t)
	if !ok || system.Uid != 0 && int(system.Uid) != os.Geteuid() {
		return errors.New("workenvs belongs to somebody else")
	}
	if stat.Mode().Perm()&0o022 != 0 {
		return errors.New("workenvs can be written by others")
	}
	return nil
}

func accessDirectory(path string) error { return unix.Access(path, unix.W_OK|unix.X_OK) }

func dataParents(env Environment, base string) []string {
	var parents []string
	if data := env("XDG_DATA_HOME"); filepath.IsAbs(data) {
		parents = append(parents, data+"/flavor")
	}
	home := env("HOME")
	if !filepath.IsAbs(home) {
		home = PasswordHome()
	}
	if home != "" {
		parents = append(parents, home+"/.local/share/flavor")
	}
	return append(parents, base)
}
