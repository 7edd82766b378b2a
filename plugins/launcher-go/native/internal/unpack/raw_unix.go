//go:build unix

package unpack

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// A file by its descriptor alone: os.File asks the system things about each that nobody needs here.
type rawFile int

// Fails when something of that name exists. `exact` sets the mode whatever the umask.
func createRaw(path string, mode uint32, exact bool) (rawFile, error) {
	for {
		fd, err := unix.Open(path, unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC, mode)
		if err == unix.EINTR {
			continue
		}
		if err == nil && exact {
			err = unix.Fchmod(fd, mode)
		}
		return rawFile(fd), err
	}
}

func (f rawFile) write(bytes []byte) error {
	for len(bytes) > 0 {
		count, err := unix.Write(int(f), bytes)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return err
		}
		bytes = bytes[count:]
	}
	return nil
}

func (f rawFile) close() error { return unix.Close(int(f)) }

func currentUmask() uint32 {
	mask := unix.Umask(0o077)
	unix.Umask(mask)
	return uint32(mask)
}

// IsFull is true for a full disk, and for a quota that is used up.
func IsFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
