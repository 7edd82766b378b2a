// Package trust decides whether the key that signed a package is one to trust (SPEC.md, section 21). What it decides by lies
// outside of the package, in the directories of the system and of the user: keys that somebody has listed, the key that
// signed the first package of the name, and settings. Deciding reads and never writes; Keep remembers what was decided.
package trust

import (
	"strings"

	"flavor/launcher/internal/format"
)

// The ways in which a key passes.
const (
	Listed      = "listed"
	Pinned      = "pinned"
	Rotated     = "rotated"
	Development = "development"
	Unchecked   = "unchecked"
	FirstUse    = "first-use"
	Unpinned    = "unpinned"
)

// Subject is what is asked about.
type Subject struct {
	Name        string
	Key         Key
	Rotations   []format.Rotation
	Development bool
	// The signature was not checked.
	Unchecked bool
}

// SubjectOf expects a package that passed every check, but for its signature where that was waived.
func SubjectOf(opened *format.Package, unchecked bool) *Subject {
	return &Subject{
		Name:        opened.Metadata.Name,
		Key:         opened.Index.PublicKey,
		Rotations:   opened.Metadata.Rotations,
		Development: opened.Metadata.Build.Development,
		Unchecked:   unchecked,
	}
}

// Decision is how a key passes, and the file where that stands; a first use would be noted there.
type Decision struct{ Result, File string }

// Decide fails with EFLAVOR_KEY_MISMATCH, EFLAVOR_UNKNOWN_KEY or EFLAVOR_POLICY.
func Decide(places Places, settings Settings, subject *Subject) (Decision, error) {
	for _, directory := range places.Directories() {
		lines, err := trustedKeys(directory)
		if err != nil {
			return Decision{}, err
		}
		if keys := keysFor(lines, subject.Name); len(keys) > 0 {
			return listed(directory, keys, subject)
		}
	}
	pin, err := readPin(places.User, subject.Name)
	if err != nil {
		return Decision{}, err
	}
	if pin != nil {
		return pinned(pinPath(places.User, subject.Name), *pin, subject)
	}
	return unknown(places, settings, subject)
}

func listed(directory Directory, keys []Key, subject *Subject) (Decision, error) {
	file := directory.file(trustedKeysFile)
	for _, key := range keys {
		if key == subject.Key {
			return Decision{Listed, file}, nil
		}
	}
	for _, key := range keys {
		if leads(subject, key) {
			return Decision{Rotated, file}, nil
		}
	}
	side := ""
	if directory.system {
		side = "--system "
	}
	return Decision{}, refuse(format.ErrKeyMismatch, subject.signedBy()+", which is none of the keys that "+file+" lists for it",
		theirs+"flavor trust add "+side+subject.typed("PATTERN")+" "+subject.Key.String())
}

func pinned(file string, pin Key, subject *Subject) (Decision, error) {
	if pin == subject.Key {
		return Decision{Pinned, file}, nil
	}
	if leads(subject, pin) {
		return Decision{Rotated, file}, nil
	}
	hint := theirs + "flavor trust accept FILE"
	if subject.Development {
		hint = "it is a development package; to forget the key of its publisher: flavor trust remove " + subject.typed("NAME")
	}
	return Decision{}, refuse(format.ErrKeyMismatch, subject.signedBy()+", not by "+pin.String()+", the key it had when it was first used ("+file+")", hint)
}

const theirs = "if its publisher says that this key is theirs: "

// FILE in a hint stands for the package, whose path is known to whoever reports the error.
func refuse(code format.Code, message, hint string) error {
	return &format.Error{Code: code, Message: message, Hint: hint}
}

func (s *Subject) signedBy() string { return format.Quote(s.Name) + " is signed by " + s.Key.String() }

// The name as one types it; one that a shell would take apart is left to the reader.
func (s *Subject) typed(instead string) string {
	if s.Name == "" || strings.Trim(s.Name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@.+-") != "" {
		return instead
	}
	return s.Name
}

// Nobody knows a key for the name.
func unknown(places Places, settings Settings, subject *Subject) (Decision, error) {
	switch {
	case settings.Known:
		return Decision{}, refuse(format.ErrUnknownKey, subject.signedBy()+", which is neither listed nor pinned, and trust = known demands a key that is",
			"if you know the key: flavor trust add "+subject.typed("PATTERN")+" "+subject.Key.String())
	case subject.Development:
		return Decision{Result: Development}, nil
	case subject.Unchecked:
		return Decision{Result: Unchecked}, nil
	case places.User.path == "":
		return Decision{Result: Unpinned}, nil
	}
	return Decision{FirstUse, pinPath(places.User, subject.Name)}, nil
}

// Keep decides, and pins a key that is used first or that a pin rotates to. What cannot be written fails nothing.
func Keep(places Places, settings Settings, subject *Subject) (Decision, error) {
	for range mostRaces {
		decision, err := Decide(places, settings, subject)
		if err != nil {
			return decision, err
		}
		switch {
		case decision.Result == FirstUse:
			switch makePin(places.User, subject) {
			case pinFailed:
				return Decision{Result: Unpinned}, nil
			case pinFound:
				// Somebody else was first, and what they noted counts.
				continue
			}
		case decision.Result == Rotated && decision.File == pinPath(places.User, subject.Name):
			replacePin(places.User, subject)
		}
		return decision, nil
	}
	return Decision{Result: Unpinned}, nil
}

// What is in the way of a pin this often, and yet is none, is a link that leads nowhere.
const mostRaces = 8
