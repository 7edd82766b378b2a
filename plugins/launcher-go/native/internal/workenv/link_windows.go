package workenv

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/windows"
)

// The link that names the generation in use is a small file with its path, because symbolic links need rights here. Made
// with a call that fails when something is there already.

func readLink(path string) (string, error) {
	target, err := os.ReadFile(path)
	return strings.TrimSpace(string(target)), err
}

func makeLink(target, path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = file.WriteString(target)
	return errors.Join(err, file.Close())
}

func isLink(path string) bool {
	stat, err := os.Lstat(path)
	return err == nil && stat.Mode().IsRegular() && !strings.HasSuffix(path, ".building")
}

// LinkData does without the link; FLAVOR_APP_DATA says the same.
func LinkData(string, string) error { return nil }

// What scanners of viruses hold open for a moment can be renamed a moment later.
func rename(from, to string) error {
	for until := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := os.Rename(from, to)
		busy := errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_SHARING_VIOLATION)
		if !busy || time.Now().After(until) {
			return err
		}
	}
}

// One by one: what os.RemoveAll asks of the system, not every system and file system knows.
func removeAgain(path string) error {
	if stat, err := os.Lstat(path); err == nil && stat.IsDir() {
		entries, _ := os.ReadDir(path)
		for _, entry := range entries {
			_ = removeAgain(path + separator + entry.Name())
		}
	}
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
