//go:build unix

package workenv

import "os"

// The link that names the generation in use. Made with a call that fails when something is there already.

func readLink(path string) (string, error) { return os.Readlink(path) }

func makeLink(target, path string) error { return os.Symlink(target, path) }

func isLink(path string) bool {
	stat, err := os.Lstat(path)
	return err == nil && stat.Mode()&os.ModeSymlink != 0
}

// LinkData points to the application's data.
func LinkData(data, path string) error { return os.Symlink(data, path) }

func rename(from, to string) error { return os.Rename(from, to) }

func removeAgain(path string) error { return os.RemoveAll(path) }
