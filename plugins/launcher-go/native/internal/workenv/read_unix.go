//go:build unix

package workenv

import (
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// As os.ReadFile, without the eight system calls that prepare every file for being a socket.
func readFile(path string) ([]byte, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	content := make([]byte, 0, 512)
	for {
		if len(content) == cap(content) {
			content = slices.Grow(content, 8*len(content))
		}
		count, err := unix.Read(fd, content[len(content):cap(content)])
		if err == unix.EINTR {
			continue
		}
		if err != nil || count <= 0 {
			return content, err
		}
		content = content[:len(content)+count]
	}
}
