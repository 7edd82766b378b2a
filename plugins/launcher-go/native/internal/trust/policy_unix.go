//go:build unix

package trust

import (
	"os"
	"path/filepath"

	"flavor/launcher/internal/workenv"

	"golang.org/x/sys/unix"
)

func systemDirectory(Environment) string { return "/etc/flavor" }

func userDirectory(env Environment) string {
	if config := env("XDG_CONFIG_HOME"); filepath.IsAbs(config) {
		return config + "/flavor"
	}
	home := env("HOME")
	if !filepath.IsAbs(home) {
		home = workenv.PasswordHome()
	}
	if home == "" {
		return ""
	}
	return home + "/.config/flavor"
}

// Reads one byte more than a policy may have. Nothing where there is no such file; a directory of the user's that may not
// be entered holds none, because the caller could name another as well.
func readPolicy(path string, system bool) ([]byte, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err == unix.ENOENT || err == unix.ENOTDIR || err == unix.EACCES && !system && isHidden(path) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer unix.Close(fd)
	if err := requireOwn(fd, path); err != nil {
		return nil, err
	}
	content := make([]byte, 0, 1024)
	for len(content) <= largestFile {
		if len(content) == cap(content) {
			content = append(content, 0)[:len(content)]
		}
		count, err := unix.Read(fd, content[len(content):min(cap(content), largestFile+1)])
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, unreadable(path, err)
		}
		if count == 0 {
			break
		}
		content = content[:len(content)+count]
	}
	return content, nil
}

func isHidden(path string) bool {
	var stat unix.Stat_t
	return unix.Stat(path, &stat) == unix.EACCES
}

func unreadable(path string, err error) error {
	return unusable(path, "it cannot be read: "+err.Error(), "")
}

// Others must have no say in it.
func requireOwn(fd int, path string) error {
	var stat unix.Stat_t
	switch err := unix.Fstat(fd, &stat); {
	case err != nil:
		return unreadable(path, err)
	case stat.Mode&unix.S_IFMT != unix.S_IFREG:
		return unusable(path, "it is no file", "")
	case !isReliableOwner(stat.Uid, path):
		return unusable(path, "it belongs to somebody else", "")
	case stat.Mode&0o022 != 0:
		return unusable(path, "others may write to it", "chmod go-w "+path)
	}
	return nil
}

// For root, who may have kept the home of somebody else, also the one whose directory it is.
func isReliableOwner(owner uint32, path string) bool {
	user := os.Geteuid()
	if owner == 0 || int(owner) == user {
		return true
	}
	var directory unix.Stat_t
	return user == 0 && unix.Stat(filepath.Dir(path), &directory) == nil && directory.Uid == owner
}

// Whether the nearest directory that is there already belongs to the user, so that whatever is made in it stays theirs.
func isOwn(directory string) bool {
	for {
		var stat unix.Stat_t
		err := unix.Stat(directory, &stat)
		if err == nil {
			return int(stat.Uid) == os.Geteuid()
		}
		if err != unix.ENOENT || filepath.Dir(directory) == directory {
			return false
		}
		directory = filepath.Dir(directory)
	}
}

// Fails when something of that name is there.
func putInPlace(draft, path string) error {
	if err := os.Link(draft, path); err != nil {
		return err
	}
	_ = os.Remove(draft)
	return nil
}
