//go:build unix

package workenv

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Live is a generation in use, until it is closed or the process, and whoever inherited it, has ended.
type Live struct{ fd int }

// Descriptors below belong to the application.
const firstKept = 200

const week = 7 * 24 * time.Hour

// MakeLive makes the FIFO that answers whether a directory is in use: whoever uses the directory holds it open for reading,
// and the system closes it with the process, however that ends. It is for everybody: a base directory prepared by one
// user may be used by others. Where there are no FIFOs an ordinary file stands in, which counts as in use for a week.
func MakeLive(path string) error {
	if unix.Mkfifo(path, 0o666) == nil {
		return os.Chmod(path, 0o666)
	}
	return os.WriteFile(path, nil, 0o666)
}

// HoldLive marks as in use. Nil when it is gone.
func HoldLive(path string) *Live { return open(path, unix.O_RDONLY) }

// HoldEnd takes the writing end, which the one who waits for the end of this run reads. Nil when nobody waits.
func HoldEnd(path string) *Live { return open(path, unix.O_WRONLY) }

func open(path string, way int) *Live {
	fd, err := unix.Open(path, way|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	return &Live{fd}
}

// KeepThroughExec lets the program that replaces this one hold it, too. The thread that calls it must be the one that does so,
// and the process has nothing else to do.
func KeepThroughExec(held []*Live) {
	ownDescriptors()
	for _, live := range held {
		if live == nil {
			continue
		}
		if _, err := unix.FcntlInt(uintptr(live.fd), unix.F_DUPFD, firstKept); err != nil {
			// A process that may not have so many descriptors keeps the one there is.
			_, _ = unix.FcntlInt(uintptr(live.fd), unix.F_SETFD, 0)
		}
	}
}

func (l *Live) Close() {
	if l != nil {
		unix.Close(l.fd)
	}
}

// IsHeld asks by opening it for writing, which fails with ENXIO exactly when nobody holds it.
func IsHeld(path string) bool {
	fd, err := unix.Open(path, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return err != unix.ENXIO && err != unix.ENOENT && err != unix.ENOTDIR
	}
	unix.Close(fd)
	stat, err := os.Stat(path)
	return err == nil && (stat.Mode()&os.ModeNamedPipe != 0 || time.Since(stat.ModTime()) < week)
}

// A FIFO stays held through the renaming of its directory.
func holdWhileBuilding(draft string) *Live { return HoldLive(LivePath(draft)) }
