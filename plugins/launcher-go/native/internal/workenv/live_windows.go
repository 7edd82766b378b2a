package workenv

import (
	"os"

	"golang.org/x/sys/windows"
)

// Live is a generation in use, until it is closed or the process has ended.
type Live struct{ handle windows.Handle }

// MakeLive makes the file whose open handles answer whether a directory is in use.
func MakeLive(path string) error { return os.WriteFile(path, nil, 0o666) }

// HoldLive marks as in use, by a handle that does not share deletion. Nil when it is gone.
func HoldLive(path string) *Live {
	return open(path, windows.FILE_SHARE_READ)
}

func HoldEnd(path string) *Live { return nil }

func open(path string, share uint32) *Live {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ, share, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		return nil
	}
	return &Live{handle}
}

func (l *Live) Close() {
	if l != nil {
		windows.CloseHandle(l.handle)
	}
}

// IsHeld asks for the right to delete, which holders do not share.
func IsHeld(path string) bool {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return false
	}
	handle, err := windows.CreateFile(name, windows.DELETE, windows.FILE_SHARE_READ, nil, windows.OPEN_EXISTING, 0, 0)
	if err == nil {
		windows.CloseHandle(handle)
		return false
	}
	return err == windows.ERROR_SHARING_VIOLATION || err == windows.ERROR_ACCESS_DENIED
}

// A directory with an open file in it cannot be renamed; it is held as soon as it has its name.
func holdWhileBuilding(string) *Live { return nil }
