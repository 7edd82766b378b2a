package workenv

import (
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/unpack"
)

// The base directory, below which everything flavor leaves on a machine lies: the first that works of `FLAVOR_CACHE`,
// `$XDG_CACHE_HOME/flavor`, `~/.cache/flavor`, the same below the password file's home, `/var/tmp/flavor-<uid>`, and
// `%LOCALAPPDATA%\flavor` on Windows.
//
// Work environments are code that will be run, so `workenvs/` must belong to the user or to root and be writable by
// nobody else; a directory that is not so is passed over, never repaired.

// Environment gives the value of a variable; empty when it is not set.
type Environment func(name string) string

// BaseCandidates are the places that may be the base, the preferred first, without looking at any of them.
func BaseCandidates(env Environment) iter.Seq[string] {
	return func(yield func(string) bool) {
		if cache := env("FLAVOR_CACHE"); cache != "" {
			if full, err := filepath.Abs(cache); err == nil && !yield(full) {
				return
			}
		}
		systemCandidates(env, yield)
	}
}

// Witness is told of each base that is looked at, as it was named, and what is wrong with it; of the one that is used, nil.
type Witness func(base string, problem error)

// ExistingBases asks `use` about each base that holds work environments which may be used, as far as the one where OpenBase
// would make a new one, until it says yes.
func ExistingBases(env Environment, use func(base, named string) bool, witness Witness) {
	var missing []string
	for base := range BaseCandidates(env) {
		problem := problemOf(base)
		if problem != nil {
			witness(base, problem)
			if errors.Is(problem, fs.ErrNotExist) && IsWritable(workenvsOf(base)) {
				missing = append(missing, base)
			}
			continue
		}
		// Rights do not tell whether something can be made there: a file system may refuse who tries.
		if slices.ContainsFunc(missing, func(one string) bool { return prepare(one) == nil && !IsNoexec(one) }) {
			return
		}
		missing = nil
		if use(realPath(base), base) || IsWritable(workenvsOf(base)) && !IsNoexec(base) {
			return
		}
	}
}

// FindBase is the base directory as it is, for commands that only look: the first that exists, else the first that could.
func FindBase(env Environment) string {
	found := ""
	ExistingBases(env, func(base, _ string) bool {
		found = base
		return true
	}, func(string, error) {})
	for base := range BaseCandidates(env) {
		if found == "" {
			found = base
		}
	}
	return found
}

// OpenBase is a base directory that can be written to, made if need be. Directories mounted noexec are used only when
// there is no other. EFLAVOR_BASE_DIRECTORY names each place and what is wrong with it.
func OpenBase(env Environment, witness Witness) (string, error) {
	var problems []string
	inert := ""
	for base := range BaseCandidates(env) {
		switch err := prepare(base); {
		case format.CodeOf(err) == format.ErrDiskFull:
			return "", err
		case err != nil:
			witness(base, err)
			problems = append(problems, base+": "+BaseReason(err))
		case !IsNoexec(base):
			witness(base, nil)
			return realPath(base), nil
		default:
			witness(base, errNoexec)
			if inert == "" {
				inert = base
			}
		}
	}
	if inert != "" {
		witness(inert, nil)
		return realPath(inert), nil
	}
	return "", format.Fail(format.ErrBaseDirectory, "no directory can hold the package's files (", strings.Join(problems, "; "), ")")
}

// OpenPrivateBase is a base for one run, when there is no other; its maker deletes it. Empty when even that cannot be made.
func OpenPrivateBase() string {
	base, err := os.MkdirTemp("", "flavor-")
	if err != nil || MakeDirectory(workenvsOf(base), 0o700) != nil {
		return ""
	}
	return base
}

// Applications are told where they are without links on the way.
func realPath(base string) string {
	real, err := filepath.EvalSymlinks(base)
	if err != nil {
		return base
	}
	return real
}

// IsWritable tells of a path that does not exist whether it could be made.
func IsWritable(path string) bool {
	err := accessDirectory(path)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(path) != path {
		return IsWritable(filepath.Dir(path))
	}
	return err == nil
}

// Makes what is missing.
func prepare(base string) error {
	err := MakeDirectory(base, 0o700)
	if err == nil && isTemporary(base) {
		err = requirePrivate(base)
	}
	if err == nil {
		err = MakeDirectory(workenvsOf(base), 0o700)
	}
	if err == nil {
		err = problemOf(base)
	}
	if err == nil {
		err = accessDirectory(workenvsOf(base))
	}
	if full := unpack.SystemError(err, "make "+workenvsOf(base)); format.CodeOf(full) == format.ErrDiskFull {
		return full
	}
	return err
}

func problemOf(base string) error {
	if isTemporary(base) {
		if err := requirePrivate(base); err != nil {
			return err
		}
	}
	stat, err := os.Lstat(workenvsOf(base))
	if err != nil {
		return err
	}
	if !stat.IsDir() {
		return errors.New("workenvs is no directory")
	}
	return requireTrusted(stat)
}

// ErrLacksSlots is of a base whose work environment lacks what the command needs.
var ErrLacksSlots = errors.New("its work environment lacks slots, and cannot be written to")

var errNoexec = errors.New("it is mounted noexec")

// BaseReason says in a few words why a base cannot be used.
func BaseReason(err error) string {
	switch {
	case errors.Is(err, syscall.EEXIST):
		return "a file is in the way"
	case errors.Is(err, syscall.ENOENT):
		return "it cannot be made"
	case errors.Is(err, syscall.ENOTDIR):
		return "a part of the path is no directory"
	case errors.Is(err, syscall.EROFS):
		return "the file system is read-only"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	}
	return unpack.Reason(err)
}
