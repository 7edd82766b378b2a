package workenv

import (
	"bytes"
	"crypto/sha256"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"flavor/launcher/internal/format"
)

// Configuration, which is the user's to change (SPEC.md, section 15): the data of the application has a copy of each file,
// and the sum that it had when a package brought it. Whether the user has changed it can be told from that, so a new
// version replaces what nobody has touched and leaves the rest. A work environment has links to the copies.

// What became of a file.
const (
	configurationKept     = "kept"
	configurationLeft     = "left"
	configurationNew      = "new"
	configurationReplaced = "replaced"
)

type decision struct {
	path, action string
	// To be recorded; empty when nothing is.
	sum string
}

// SettleConfiguration takes files that lie below `root`; they stay there where the data cannot have them, as when there is none.
func SettleConfiguration(data, root string, files []string, tell func(path, action string)) {
	if len(files) == 0 {
		return
	}
	slices.Sort(files)
	sums, known := readSums(data)
	usable := known && canLink(root)
	all := make([]decision, len(files))
	for at, path := range files {
		all[at] = decision{path: path, action: configurationLeft}
		if usable {
			all[at] = bringUpToDate(data, root, path, sums)
		}
	}
	recorded := usable && record(data, all)
	for _, one := range all {
		if one.sum != "" && !recorded || one.action != configurationLeft && putLink(copyOf(data, one.path), root, one.path) != nil {
			one.action = configurationLeft
		}
		tell(one.path, one.action)
	}
}

// Brings the copy up to date.
func bringUpToDate(data, root, path string, sums map[string]string) decision {
	left := decision{path: path, action: configurationLeft}
	file, copied := below(root, path), copyOf(data, path)
	if strings.Contains(path, "\n") || makeCopyPlace(data, path) != nil {
		return left
	}
	sum, mode, err := contentOf(file)
	if err != nil {
		return left
	}
	// The user must be able to change it.
	mode |= 0o200
	there, itsMode, err := contentOf(copied)
	if isNew := os.IsNotExist(err); err != nil && !isNew {
		return left
	} else if isNew {
		if writeCopy(file, copied, mode) != nil {
			return left
		}
		return decision{path, configurationNew, sum}
	}
	if there != sum && there != sums[path] {
		return decision{path: path, action: configurationKept}
	}
	if (there != sum || itsMode != mode) && writeCopy(file, copied, mode) != nil {
		return left
	}
	return decision{path, configurationReplaced, sum}
}

func copyOf(data, path string) string { return below(data, "config/"+path) }

func below(root, path string) string { return root + separator + filepath.FromSlash(path) }

// The directories that the copy lies in, each a real one.
func makeCopyPlace(data, path string) error {
	path = "config/" + path
	for at := range len(path) {
		if path[at] != '/' {
			continue
		}
		directory := below(data, path[:at])
		made := os.Mkdir(directory, 0o700)
		if stat, err := os.Lstat(directory); err != nil || !stat.IsDir() {
			return errorOr(made, fs.ErrInvalid)
		}
	}
	return nil
}

func errorOr(err, otherwise error) error {
	if err == nil {
		return otherwise
	}
	return err
}

// Of a regular file; a link is none.
func contentOf(path string) (sum string, mode fs.FileMode, err error) {
	stat, err := os.Lstat(path)
	if err != nil {
		return "", 0, err
	}
	if !stat.Mode().IsRegular() {
		return "", 0, fs.ErrInvalid
	}
	file, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer file.Close()
	hash := sha256.New()
	_, err = io.Copy(hash, file)
	return format.ToHex(hash.Sum(nil)), stat.Mode().Perm(), err
}

// Where the system has no links, a copy would be of no use.
func canLink(root string) bool {
	trial := own(root, "link")
	err := os.Symlink("link", trial)
	os.Remove(trial)
	return err == nil
}

func writeCopy(from, to string, mode fs.FileMode) error {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer file.Close()
	return replaceFile(to, mode, file)
}

// Takes the file's place at once.
func putLink(target, root, path string) error {
	draft := own(root, "link")
	err := os.Symlink(target, draft)
	if err == nil {
		err = rename(draft, below(root, path))
	}
	if err != nil {
		os.Remove(draft)
	}
	return err
}

// Written beside and renamed, and on the disk before: what a power cut leaves empty would be taken for the user's.
func replaceFile(path string, mode fs.FileMode, content io.Reader) error {
	draft, err := os.CreateTemp(filepath.Dir(path), ".new.")
	if err != nil {
		return err
	}
	_, err = io.Copy(draft, content)
	for _, step := range []func() error{func() error { return draft.Chmod(mode) }, draft.Sync} {
		if err == nil {
			err = step()
		}
	}
	if closed := draft.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = rename(draft.Name(), path)
	}
	if err != nil {
		os.Remove(draft.Name())
	}
	return err
}

func sumsPath(data string) string { return data + separator + "config.sums" }

// Lines that are none say nothing. False where there is no data, or the list is a link or cannot be read.
func readSums(data string) (map[string]string, bool) {
	sums := map[string]string{}
	stat, err := os.Lstat(sumsPath(data))
	if data == "" || err != nil {
		return sums, data != "" && os.IsNotExist(err)
	}
	if !stat.Mode().IsRegular() {
		return nil, false
	}
	content, err := readFile(sumsPath(data))
	for line := range strings.SplitSeq(string(content), "\n") {
		if len(line) > 66 && line[64:66] == "  " && strings.Trim(line[:64], "0123456789abcdef") == "" {
			sums[line[66:]] = line[:64]
		}
	}
	return sums, err == nil
}

// Read again, since another version may have recorded its own meanwhile. False when it cannot be written.
func record(data string, all []decision) bool {
	sums, known := readSums(data)
	if !known {
		return false
	}
	changed := false
	for _, one := range all {
		if one.sum != "" && sums[one.path] != one.sum {
			sums[one.path] = one.sum
			changed = true
		}
	}
	return !changed || replaceFile(sumsPath(data), 0o600, bytes.NewReader(textOf(sums))) == nil
}

func textOf(sums map[string]string) (text []byte) {
	paths := make([]string, 0, len(sums))
	for path := range sums {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		text = append(append(text, sums[path]...), "  "...)
		text = append(append(text, path...), '\n')
	}
	return text
}
