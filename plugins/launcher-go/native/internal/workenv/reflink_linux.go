package workenv

import (
	"os"

	"golang.org/x/sys/unix"
)

func reflink(from, to string) error {
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
	defer target.Close()
	if err = unix.IoctlFileClone(int(target.Fd()), int(source.Fd())); err == nil {
		err = target.Chmod(stat.Mode().Perm())
	}
	if err != nil {
		os.Remove(to)
	}
	return err
}
