package unpack

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"

	"flavor/launcher/internal/format"
)

// Sink takes a stream of bytes and is told its end.
type Sink interface {
	Write(bytes []byte) error
	End() error
}

// Tree takes what a slot holds. Paths are confined ones; see ConfinedPath.
type Tree interface {
	Directory(path string, mode uint32) error
	File(path string, mode uint32) (Sink, error)
	Hardlink(path, target string) error
	Symlink(path, target string) error
}

// DiskTree is a directory that is being filled, and the rule that nothing of it lands elsewhere. Symlinks are created by
// Finish, after all files of all slots, so that no write can pass through one; a link whose target would leave the
// directory is refused. Directories get their own modes last, so that one without write permission can still be filled.
// Several slots may be written at a time.
//
// Fails with EFLAVOR_CONFINED for a path or link that would leave, EFLAVOR_DISK_FULL when the disk or a quota is full, and
// EFLAVOR_IO for everything else the system refuses. What was written until then is the caller's to remove.
type DiskTree struct {
	Root  string
	umask uint32
	guard sync.Mutex
	// Directories known to exist, and the mode each gets at the end, or noMode.
	directories map[string]uint32
	files       map[string]uint64
	symlinks    map[string]string
}

const noMode = ^uint32(0)
const mostLinks = 40

// What the launcher keeps for itself in a work environment.
const ownDirectory = ".flavor"

// NewDiskTree expects a root that exists.
func NewDiskTree(root string) *DiskTree {
	return &DiskTree{
		Root:        root,
		directories: map[string]uint32{"": noMode},
		files:       map[string]uint64{},
		symlinks:    map[string]string{},
		umask:       currentUmask(),
	}
}

// ConfinedPath makes `a/b` of `./a//b/`. EFLAVOR_CONFINED for absolute paths, `..` and what the
// launcher keeps for itself, EFLAVOR_TAR for a path beyond the limit.
func ConfinedPath(path string) (string, error) {
	if len(path) > format.LimitTarPath && len(utf16.Encode([]rune(path))) > format.LimitTarPath {
		return "", format.Fail(format.ErrTar, "a path of more than ", format.Number(format.LimitTarPath), " characters")
	}
	if strings.HasPrefix(path, "/") || strings.IndexByte(path, 0) >= 0 || runtime.GOOS == "windows" && strings.ContainsAny(path, `\:`) {
		return "", leaves(path)
	}
	if isPlain(path) {
		// Its first character is no dot, so its first name is not the launcher's own.
		return path, nil
	}
	names := slices.DeleteFunc(strings.Split(path, "/"), func(name string) bool { return name == "" || name == "." })
	if slices.Contains(names, "..") {
		return "", leaves(path)
	}
	if len(names) > 0 && (names[0] == ownDirectory || runtime.GOOS == "windows" && strings.EqualFold(names[0], ownDirectory)) {
		return "", format.Fail(format.ErrConfined, format.Quote(path), " is the launcher's own")
	}
	return strings.Join(names, "/"), nil
}

// Most paths need nothing done.
func isPlain(path string) bool {
	start := true
	for at := range len(path) {
		if start && (path[at] == '.' || path[at] == '/') {
			return false
		}
		start = path[at] == '/'
	}
	return !start
}

// On is the path on the disk.
func (t *DiskTree) On(path string) string {
	if path == "" {
		return t.Root
	}
	return t.Root + string(filepath.Separator) + filepath.FromSlash(path)
}

func (t *DiskTree) Directory(path string, mode uint32) error {
	t.guard.Lock()
	defer t.guard.Unlock()
	if err := t.makeDirectory(path); err != nil {
		return SystemError(err, "write "+path)
	}
	t.directories[path] = mode & 0o7777
	return nil
}

// The directory and those above it, each a real one.
func (t *DiskTree) makeDirectory(path string) error {
	if _, known := t.directories[path]; known {
		return nil
	}
	if err := t.makeDirectory(parentOf(path)); err != nil {
		return err
	}
	if _, link := t.symlinks[path]; link {
		return format.Fail(format.ErrConfined, path, " is a link and cannot hold files")
	}
	full := t.On(path)
	if err := os.Mkdir(full, 0o755); os.IsExist(err) {
		if stat, err := os.Lstat(full); err != nil || !stat.IsDir() {
			return format.Fail(format.ErrConfined, path, " is no directory and cannot hold files")
		}
	} else if err != nil {
		return err
	}
	t.directories[path] = noMode
	return nil
}

// Makes room for a file of that name. A later member of the same name replaces an earlier one, and never writes into
// what a hard link shares.
func (t *DiskTree) clear(path string) error {
	if err := t.makeDirectory(parentOf(path)); err != nil {
		return err
	}
	delete(t.symlinks, path)
	if _, file := t.files[path]; file {
		delete(t.files, path)
		return os.Remove(t.On(path))
	}
	return nil
}

func (t *DiskTree) prepare(path string) error {
	t.guard.Lock()
	defer t.guard.Unlock()
	return SystemError(t.clear(path), "write "+path)
}

type fileSink struct {
	tree *DiskTree
	path string
	raw  rawFile
	size uint64
}

func (t *DiskTree) File(path string, mode uint32) (Sink, error) {
	if err := t.prepare(path); err != nil {
		return nil, err
	}
	raw, err := createRaw(t.On(path), mode&0o777, mode&0o777&t.umask != 0)
	if err != nil {
		return nil, SystemError(err, "write "+path)
	}
	return &fileSink{tree: t, path: path, raw: raw}, nil
}

func (f *fileSink) Write(bytes []byte) error {
	f.size += uint64(len(bytes))
	if err := f.raw.write(bytes); err != nil {
		return SystemError(err, "write "+f.path)
	}
	return nil
}

func (f *fileSink) End() error {
	err := f.raw.close()
	f.tree.note(f.path, f.size)
	return SystemError(err, "write "+f.path)
}

func (t *DiskTree) note(path string, size uint64) {
	t.guard.Lock()
	defer t.guard.Unlock()
	t.files[path] = size
}

// FilesBelow are the regular files so far at a path or below it; below an empty one lies everything.
func (t *DiskTree) FilesBelow(path string) (files []string) {
	t.guard.Lock()
	defer t.guard.Unlock()
	for file := range t.files {
		if path == "" || strings.HasPrefix(file+"/", path+"/") {
			files = append(files, file)
		}
	}
	return files
}

// Place takes a file that `make` creates under the name it is given, with whatever mode it has.
func (t *DiskTree) Place(path string, size uint64, make func(to string) error) error {
	if err := t.prepare(path); err != nil {
		return err
	}
	if err := make(t.On(path)); err != nil {
		return SystemError(err, "write "+path)
	}
	t.note(path, size)
	return nil
}

func (t *DiskTree) Hardlink(path, target string) error {
	t.guard.Lock()
	defer t.guard.Unlock()
	size, known := t.files[target]
	if !known {
		return format.Fail(format.ErrConfined, path, " is a hard link to ", target, ", which is no file of the package")
	}
	if path == target {
		return nil
	}
	if err := t.clear(path); err != nil {
		return SystemError(err, "write "+path)
	}
	if err := os.Link(t.On(target), t.On(path)); err != nil {
		if os.IsExist(err) {
			return SystemError(err, "write "+path)
		}
		if err := CopyFile(t.On(target), t.On(path)); err != nil {
			return SystemError(err, "write "+path)
		}
	}
	t.files[path] = size
	return nil
}

func (t *DiskTree) Symlink(path, target string) error {
	t.guard.Lock()
	defer t.guard.Unlock()
	if path == "" || target == "" {
		return leaves(path)
	}
	if _, directory := t.directories[path]; directory {
		return format.Fail(format.ErrConfined, path, " is a directory and a link at once")
	}
	if err := t.clear(path); err != nil {
		return SystemError(err, "write "+path)
	}
	t.symlinks[path] = target
	return nil
}

// Finish creates the symlinks and sets the directories' modes. Gives the regular files with their sizes.
func (t *DiskTree) Finish() (map[string]uint64, error) {
	links := sortedKeys(t.symlinks)
	for _, path := range links {
		if err := t.requireInside(path, t.symlinks[path]); err != nil {
			return nil, err
		}
	}
	for _, path := range links {
		if err := os.Symlink(filepath.FromSlash(t.symlinks[path]), t.On(path)); err != nil {
			return nil, SystemError(err, "write "+path)
		}
	}
	deepestFirst := sortedKeys(t.directories)
	slices.Reverse(deepestFirst)
	for _, path := range deepestFirst {
		mode := t.directories[path]
		if path == "" || mode == noMode || mode&0o777 == 0o755&^t.umask {
			continue
		}
		if err := os.Chmod(t.On(path), os.FileMode(mode&0o777)); err != nil {
			return nil, SystemError(err, "write "+path)
		}
	}
	return t.files, nil
}

// Follows a link as the system would, through the links of this tree and those already on disk. Comparing text is not
// enough: `p/q/up -> ../..` stays inside and so does `x -> p/q/up/..` by its letters, but not once `up` is followed.
func (t *DiskTree) requireInside(path, target string) error {
	refused := format.Fail(format.ErrConfined, path, " is a link to ", format.Quote(target), ", which would leave the work environment")
	var at []string
	if parent := parentOf(path); parent != "" {
		at = strings.Split(parent, "/")
	}
	if escapes(target) {
		return refused
	}
	pending := reversed(target)
	for followed := 0; len(pending) > 0; {
		name := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if name == "" || name == "." {
			continue
		}
		if name == ".." {
			if len(at) == 0 {
				return refused
			}
			at = at[:len(at)-1]
			continue
		}
		next := append(slices.Clip(at), name)
		link := t.linkAt(strings.Join(next, "/"))
		if link == "" {
			at = next
			continue
		}
		if followed++; escapes(link) || followed > mostLinks {
			return refused
		}
		pending = append(pending, reversed(link)...)
	}
	return nil
}

func escapes(target string) bool {
	return strings.HasPrefix(target, "/") || runtime.GOOS == "windows" && strings.ContainsAny(target, `\:`)
}

// Empty when there is no link.
func (t *DiskTree) linkAt(path string) string {
	if planned, ok := t.symlinks[path]; ok {
		return planned
	}
	if _, directory := t.directories[path]; directory {
		return ""
	}
	if _, file := t.files[path]; file {
		return ""
	}
	target, err := os.Readlink(t.On(path))
	if err != nil {
		return ""
	}
	return filepath.ToSlash(target)
}

func reversed(path string) []string {
	names := strings.Split(path, "/")
	slices.Reverse(names)
	return names
}

func sortedKeys[V any](of map[string]V) []string {
	keys := make([]string, 0, len(of))
	for key := range of {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func parentOf(path string) string { return path[:max(0, strings.LastIndexByte(path, '/'))] }

func leaves(path string) error {
	return format.Fail(format.ErrConfined, format.Quote(path), " would leave the work environment")
}
