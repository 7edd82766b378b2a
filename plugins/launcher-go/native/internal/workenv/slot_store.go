package workenv

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"flavor/launcher/internal/unpack"
)

// Slots that several packages may share exist once: extracted into `slots/<key>/tree`, without write permission, and
// entered into each generation by reflink where the file system has it, else by hard links in directories of its own,
// else by copying. Never by a link to a directory: programs that ask for the real path of a file would then look for its
// neighbours in the wrong place.

// ProvideSlot makes sure that the key's content exists; `fill` extracts it when it does not. `builder` is the generation it is done for.
func ProvideSlot(base, key, builder string, fill func(*unpack.DiskTree) error) error {
	home := slotsOf(base) + separator + key
	if isSound(home) {
		return nil
	}
	draft := slotsOf(base) + separator + "." + filepath.Base(builder) + "." + key
	err := MakeDirectory(draft+separator+"tree", 0o700)
	if err == nil {
		err = fillDraft(draft, fill)
	}
	if err == nil {
		err = settle(draft, home)
	}
	if err != nil {
		RemoveTree(draft)
	}
	return unpack.SystemError(err, "make "+home)
}

func fillDraft(draft string, fill func(*unpack.DiskTree) error) error {
	tree := unpack.NewDiskTree(draft + separator + "tree")
	if err := fill(tree); err != nil {
		return err
	}
	files, err := tree.Finish()
	if err != nil {
		return err
	}
	for path := range files {
		if err := withoutWriting(tree.On(path)); err != nil {
			return err
		}
	}
	if err := WriteFileList(draft+separator+"files", files); err != nil {
		return err
	}
	return os.WriteFile(draft+separator+"boot", []byte(BootId()), 0o644)
}

func withoutWriting(path string) error {
	stat, err := os.Lstat(path)
	if err != nil {
		return err
	}
	return os.Chmod(path, stat.Mode().Perm()&0o555)
}

// Present, untouched, and either of this boot or with every file as large as it was.
func isSound(home string) bool {
	boot, err := readFile(home + separator + "boot")
	if err != nil {
		return false
	}
	whole := sameBoot(string(boot), BootId()) || agreesWithList(home+separator+"files", home+separator+"tree")
	if whole && isUntouched(home) {
		return true
	}
	RemoveTree(home)
	return false
}

// Whoever has one of the hard links can give itself the right to write, and what it then does to its own files happens to all. Here it ends:
// nothing that was written to, added, taken away or made writable gets into another generation.
func isUntouched(home string) bool {
	made, err := os.Lstat(home + separator + "boot")
	if err != nil {
		return false
	}
	return filepath.WalkDir(home+separator+"tree", func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		stat, err := entry.Info()
		if err != nil {
			return err
		}
		writable := stat.Mode().IsRegular() && stat.Mode().Perm()&0o222 != 0 && runtime.GOOS != "windows"
		if writable || stat.ModTime().After(made.ModTime()) {
			return errors.New("touched")
		}
		return nil
	}) == nil
}

// The first to finish wins; a draft that comes too late is deleted.
func settle(draft, home string) error {
	err := rename(draft, home)
	if err != nil && exists(home) {
		return RemoveTree(draft)
	}
	return err
}

// EnterSlot enters a stored slot into a generation's tree.
func EnterSlot(base, key string, tree *unpack.DiskTree, copier *Copier) error {
	home := slotsOf(base) + separator + key
	root := home + separator + "tree"
	err := filepath.WalkDir(root, func(full string, entry fs.DirEntry, err error) error {
		if err != nil || full == root {
			return err
		}
		return enter(filepath.ToSlash(full[len(root)+1:]), full, entry, tree, copier)
	})
	now := time.Now()
	_ = os.Chtimes(home, now, now)
	return unpack.SystemError(err, "read "+root)
}

func enter(path, full string, entry fs.DirEntry, tree *unpack.DiskTree, copier *Copier) error {
	if entry.Type()&fs.ModeSymlink != 0 {
		target, err := os.Readlink(full)
		if err != nil {
			return err
		}
		return tree.Symlink(path, filepath.ToSlash(target))
	}
	stat, err := entry.Info()
	if err != nil {
		return err
	}
	if entry.IsDir() {
		return tree.Directory(path, uint32(stat.Mode().Perm()))
	}
	return tree.Place(path, uint64(stat.Size()), func(to string) error { return copier.copy(full, to) })
}

// Copier finds out with the first file how content gets into a generation, and keeps to it: reflink, else hard link, else copy.
type Copier struct{ way int }

func (c *Copier) copy(from, to string) error {
	ways := [...]func(from, to string) error{reflink, os.Link, unpack.CopyFile}
	for {
		err := ways[c.way](from, to)
		if err == nil || c.way == len(ways)-1 || errors.Is(err, fs.ErrExist) || unpack.IsFull(err) {
			return err
		}
		if isTooManyLinks(err) {
			return unpack.CopyFile(from, to)
		}
		c.way++
	}
}
