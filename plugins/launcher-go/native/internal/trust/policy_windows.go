package trust

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

func systemDirectory(env Environment) string { return below(env("ProgramData")) }

func userDirectory(env Environment) string { return below(env("APPDATA")) }

func below(directory string) string {
	if !filepath.IsAbs(directory) {
		return ""
	}
	return directory + `\flavor`
}

// Reads one byte more than a policy may have. Who may write below these directories is said by what they inherit.
func readPolicy(path string, _ bool) ([]byte, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, windows.ERROR_DIRECTORY) {
		return nil, nil
	}
	var content []byte
	if err == nil {
		defer file.Close()
		content, err = io.ReadAll(io.LimitReader(file, largestFile+1))
	}
	if err != nil {
		return nil, unusable(path, "it cannot be read: "+err.Error(), "")
	}
	return content, nil
}

func isOwn(string) bool { return true }

// Fails when something of that name is there.
func putInPlace(draft, path string) error {
	from, err := windows.UTF16PtrFromString(draft)
	if err != nil {
		return err
	}
	to, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return err
	}
	return windows.MoveFileEx(from, to, 0)
}
