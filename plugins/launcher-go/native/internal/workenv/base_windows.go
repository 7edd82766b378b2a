package workenv

import (
	"errors"
	"os"
	"path/filepath"
)

func systemCandidates(env Environment, yield func(string) bool) {
	if local := env("LOCALAPPDATA"); filepath.IsAbs(local) && !yield(local+`\flavor`) {
		return
	}
	yield(filepath.Join(os.TempDir(), "flavor"))
}

func isTemporary(string) bool { return false }

func requirePrivate(string) error { return nil }

// The directories below %LOCALAPPDATA% are the user's alone by what they inherit.
func requireTrusted(os.FileInfo) error { return nil }

func accessDirectory(path string) error {
	stat, err := os.Stat(path)
	if err == nil && !stat.IsDir() {
		return errors.New("it is no directory")
	}
	return err
}

// IsNoexec is asked of Unix only.
func IsNoexec(string) bool { return false }

func dataParents(env Environment, base string) []string {
	var parents []string
	if data := env("XDG_DATA_HOME"); filepath.IsAbs(data) {
		parents = append(parents, data+`\flavor`)
	}
	if local := env("LOCALAPPDATA"); filepath.IsAbs(local) {
		parents = append(parents, local+`\flavor`)
	}
	return append(parents, base)
}
