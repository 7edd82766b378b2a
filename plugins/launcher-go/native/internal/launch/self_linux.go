package launch

import (
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/unix"
)

const readTermios = unix.TCGETS

const (
	auxSecure = 23
	auxName   = 31
)

func auxiliary(wanted uintptr) uintptr {
	vector, err := unix.Auxv()
	if err != nil {
		return 0
	}
	for _, pair := range vector {
		if pair[0] == wanted {
			return pair[1]
		}
	}
	return 0
}

// The system marks processes that were given rights, by setuid, setgid or capabilities of a file.
func isMarkedSecure() bool { return auxiliary(auxSecure) != 0 }

func selfProgram() string { return "/proc/self/exe" }

// OpenSelf opens the file of this very process, and gives the path under which it was started.
func OpenSelf() (*os.File, string, error) {
	name := absolute(nameOfStart())
	file, err := openQuietly("/proc/self/exe")
	if err != nil {
		file, err = openQuietly(name)
		return file, name, err
	}
	if !isSame(file, name) {
		if real, err := os.Readlink("/proc/self/exe"); err == nil {
			name = real
		}
	}
	return file, name, nil
}

// The name that was given to execve: what a script would find in $0.
func nameOfStart() string {
	at := auxiliary(auxName)
	if at == 0 {
		return os.Args[0]
	}
	return unix.BytePtrToString(*(**byte)(unsafe.Pointer(&at)))
}

func isSame(file *os.File, name string) bool {
	var one, other unix.Stat_t
	return filepath.IsAbs(name) && unix.Fstat(int(file.Fd()), &one) == nil && unix.Stat(name, &other) == nil && one.Dev == other.Dev && one.Ino == other.Ino
}

// Without what os.Open asks the system for the sake of files that are not ordinary ones.
func openQuietly(path string) (*os.File, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(fd), path), nil
}
