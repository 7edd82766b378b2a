package trust

import (
	"path/filepath"
	"strings"
	"unicode/utf8"

	"flavor/launcher/internal/format"
)

// Directory holds one side's policy. The user's is no place for a policy where nobody has a home.
type Directory struct {
	path   string
	system bool
}

func (d Directory) file(name string) string { return d.path + string(filepath.Separator) + name }

// Places are where policy lies.
type Places struct{ System, User Directory }

// Environment gives the value of a variable; empty when it is not set.
type Environment func(name string) string

// PlacesOf depends on the machine and on the user, never on a package.
func PlacesOf(env Environment) Places {
	return Places{System: Directory{systemDirectory(env), true}, User: Directory{userDirectory(env), false}}
}

// Directories are those that there may be, the system's first.
func (p Places) Directories() []Directory {
	var directories []Directory
	for _, one := range []Directory{p.System, p.User} {
		if one.path != "" {
			directories = append(directories, one)
		}
	}
	return directories
}

// Settings are what `launcher.conf` says, the system's and then the user's.
type Settings struct {
	// A key must be listed or pinned already.
	Known bool
	// The least that is checked.
	Validation Validation
	// Lines with other keys, in their order.
	Others []Line
}

// Line of a file of settings.
type Line struct{ Key, Value string }

// Validation is how much of a package is checked.
type Validation int

const (
	None Validation = iota
	Standard
	Strict
)

// AtLeast gives what a start does whose caller wishes for `word`.
func (s Settings) AtLeast(word string) Validation {
	wish := Standard
	switch strings.ToLower(word) {
	case "none":
		wish = None
	case "strict":
		wish = Strict
	}
	return max(wish, s.Validation)
}

const settingsFile = "launcher.conf"

// ReadSettings fails with EFLAVOR_POLICY.
func ReadSettings(places Places) (settings Settings, err error) {
	for _, directory := range places.Directories() {
		path := directory.file(settingsFile)
		text, found, failed := directory.read(path)
		if failed == nil && found {
			failed = settings.parse(path, text)
		}
		if err == nil {
			err = failed
		}
	}
	return settings, err
}

// Of what several lines say about a start the strictest counts.
func (s *Settings) parse(file, text string) error {
	return eachLine(text, func(number int, line string) error {
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			return nil
		}
		key, value = strings.Trim(key, blanks), strings.Trim(value, blanks)
		known := true
		switch key {
		case "trust":
			known = value == "first-use" || value == "known"
			s.Known = s.Known || value == "known"
		case "validation":
			var least Validation
			least, known = validationOf(value)
			s.Validation = max(s.Validation, least)
		default:
			s.Others = append(s.Others, Line{key, value})
		}
		if !known {
			return badLine(file, number, key+" is "+format.Quote(value)+", which is no value of it")
		}
		return nil
	})
}

func validationOf(value string) (Validation, bool) {
	switch value {
	case "none":
		return None, true
	case "standard":
		return Standard, true
	case "strict":
		return Strict, true
	}
	return None, false
}

const largestFile = 1 << 20

// Not found where there is no such file. EFLAVOR_POLICY for one that cannot be relied on.
func (d Directory) read(path string) (text string, found bool, err error) {
	bytes, problem := readPolicy(path, d.system)
	switch {
	case problem != nil:
		return "", true, problem
	case len(bytes) > largestFile:
		return "", true, unusable(path, "it is larger than 1 MiB", "")
	case !utf8.Valid(bytes):
		return "", true, unusable(path, "it is not UTF-8", "")
	}
	return string(bytes), bytes != nil, nil
}

// `where` is a file, or a file and a line of it.
func unusable(where, problem, hint string) error {
	bad := format.Fail(format.ErrPolicy, where, " cannot be relied on: ", problem)
	if bad.Hint = hint; hint == "" {
		bad.Hint = "look at " + where
	}
	return bad
}
