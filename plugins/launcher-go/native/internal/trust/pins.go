package trust

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/workenv"
)

// A pin is the key that signed the first package of a name that was started here. One file for each name, of one line:
// `ed25519`, the key, and the name for people.

func pinPath(user Directory, name string) string {
	sum := sha256.Sum256([]byte(name))
	return user.file("pins") + string(filepath.Separator) + workenv.SafeName(name) + "-" + hex.EncodeToString(sum[:6])
}

// Nil where there is none. EFLAVOR_POLICY.
func readPin(user Directory, name string) (*Key, error) {
	if user.path == "" {
		return nil, nil
	}
	path := pinPath(user, name)
	text, found, err := user.read(path)
	if err != nil || !found {
		return nil, err
	}
	// A file that was made and never written is a pin that cannot be understood, not one that is missing.
	return parsePin(path, text)
}

func parsePin(file, text string) (pin *Key, err error) {
	err = eachLine(text, func(number int, line string) error {
		words := wordsOf(line, 3)
		if pin != nil || len(words) < 2 || words[0] != algorithm {
			return badPin(file + ":" + format.Number(number))
		}
		key, ok := parseKey(words[1])
		if !ok {
			return badPin(file + ":" + format.Number(number))
		}
		pin = &key
		return nil
	})
	if err == nil && pin == nil {
		err = badPin(file)
	}
	return pin, err
}

func badPin(where string) error {
	return unusable(where, "a pin is one line, of ed25519 and a key", "")
}

type pinning int

const (
	pinMade pinning = iota
	// Somebody else's is there.
	pinFound
	pinFailed
)

func makePin(user Directory, subject *Subject) pinning {
	path := pinPath(user, subject.Name)
	draft, err := draftPin(path, subject)
	if err != nil {
		return pinFailed
	}
	if err = putInPlace(draft, path); err == nil {
		return pinMade
	}
	_ = os.Remove(draft)
	if errors.Is(err, fs.ErrExist) {
		return pinFound
	}
	return pinFailed
}

// The old one stays where the new one cannot be written.
func replacePin(user Directory, subject *Subject) {
	path := pinPath(user, subject.Name)
	if draft, err := draftPin(path, subject); err == nil && os.Rename(draft, path) != nil {
		_ = os.Remove(draft)
	}
}

// Written beside its place, and on the disk before it gets there: a pin that a power cut leaves empty would stop every start.
func draftPin(path string, subject *Subject) (string, error) {
	directory := filepath.Dir(path)
	if !isOwn(directory) {
		return "", fs.ErrPermission
	}
	if err := workenv.MakeDirectory(directory, 0o700); err != nil {
		return "", err
	}
	file, err := os.CreateTemp(directory, ".new.")
	if err != nil {
		return "", err
	}
	line := algorithm + " " + base64.StdEncoding.EncodeToString(subject.Key[:]) + " " + printable(subject.Name) + "\n"
	_, err = file.WriteString(line)
	err = errors.Join(err, file.Chmod(0o644), file.Sync(), file.Close())
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return file.Name(), err
}

// In one line, whatever the name.
func printable(name string) string {
	return strings.Map(func(char rune) rune {
		if char < ' ' || char == 0x7f {
			return ' '
		}
		return char
	}, name)
}
