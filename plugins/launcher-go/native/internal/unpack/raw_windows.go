package unpack

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

type rawFile struct{ *os.File }

func createRaw(path string, mode uint32, _ bool) (rawFile, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, os.FileMode(mode))
	return rawFile{file}, err
}

func (f rawFile) write(bytes []byte) error {
	_, err := f.File.Write(bytes)
	return err
}

func (f rawFile) close() error { return f.File.Close() }

func currentUmask() uint32 { return 0 }

// IsFull is true for a full disk, and for a quota that is used up.
func IsFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}
