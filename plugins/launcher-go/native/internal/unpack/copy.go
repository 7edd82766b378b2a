package unpack

import (
	"io"
	"os"
)

// CopyFile copies content and mode to a name that nothing has.
func CopyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	stat, err := source.Stat()
	if err != nil {
		return err
	}
	target, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	if err == nil {
		err = target.Chmod(stat.Mode().Perm())
	}
	if closed := target.Close(); err == nil {
		err = closed
	}
	return err
}
