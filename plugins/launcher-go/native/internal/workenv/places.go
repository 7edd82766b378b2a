// Package workenv is work environments on disk (SPEC.md, section 15). They are the same whichever launcher makes them, so
// that what one has built another starts: names, stamp, lists, FIFO and slot store agree byte for byte where it matters.
package workenv

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"flavor/launcher/internal/format"
)

// Where things lie below a base directory. No other file spells these names.
//
//	workenvs/<name>-<12 hex>              a link to the generation in use: the work environment
//	workenvs/<name>-<12 hex>.building     spares double work while one is being built; correctness never depends on it
//	workenvs/.gen/<id>.<random>/          a generation: one extracted copy, built where it stays
//	    .flavor/stamp                     written last: the generation is whole
//	    .flavor/files                     its regular files and their sizes
//	    .flavor/live                      a FIFO that every user of the generation holds open
//	    data                              a link to the application's data
//	workenvs/.gen/new.<random>/           about to become a generation
//	workenvs/.gen/trash.<random>/         on its way out; anybody may delete it
//	slots/<key>/                          a slot's extracted content, shared by packages

// Place is where the work environment of one package lies.
type Place struct {
	Base, Id string
	// The work environment: a link.
	Link   string
	Marker string
}

const separator = string(filepath.Separator)

// SafeName is a package's name as one harmless file name: `@scope/app` becomes `scope-app`.
func SafeName(name string) string {
	var safe strings.Builder
	dashed := false
	for _, char := range name {
		if isNameChar(char) {
			safe.WriteRune(char)
			dashed = false
		} else if !dashed {
			safe.WriteByte('-')
			dashed = true
		}
	}
	short := strings.TrimLeft(safe.String(), ".-")
	if short = short[:min(len(short), 64)]; short == "" {
		return "package"
	}
	return short
}

func isNameChar(char rune) bool {
	return char >= 'A' && char <= 'Z' || char >= 'a' && char <= 'z' || char >= '0' && char <= '9' || char == '.' || char == '_' || char == '-'
}

// Id names a work environment; `digest` is the SHA-256 of the signed metadata in hex.
func Id(name, digest string) string { return SafeName(name) + "-" + digest[:12] }

// PlaceOf expects an id; see IsId.
func PlaceOf(base, id string) Place {
	link := workenvsOf(base) + separator + id
	return Place{Base: base, Id: id, Link: link, Marker: link + ".building"}
}

// IsId is false for what no work environment can be called, such as a name with a slash.
func IsId(text string) bool {
	at := strings.LastIndexByte(text, '-')
	if at < 1 || len(text)-at != 13 || strings.Trim(text[at+1:], "0123456789abcdef") != "" || text[0] == '.' || text[0] == '-' {
		return false
	}
	return strings.IndexFunc(text, func(char rune) bool { return !isNameChar(char) }) < 0
}

func workenvsOf(base string) string { return base + separator + "workenvs" }

// GenerationsOf is the directory of all generations.
func GenerationsOf(base string) string { return workenvsOf(base) + separator + ".gen" }

func slotsOf(base string) string { return base + separator + "slots" }

// SlotKey names an extracted slot: two slots share a copy when bytes, chain and place are the same.
func SlotKey(slot *format.Slot) string {
	text := append(format.AppendJsonText([]byte{'['}, slot.Sha256), ",["...)
	for index, code := range slot.Chain {
		if index > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendUint(text, uint64(code), 10)
	}
	text = append(format.AppendJsonText(append(text, "],"...), format.TargetPath(slot.Target)), ',')
	text = append(strconv.AppendUint(text, uint64(slot.Mode), 10), ']')
	sum := sha256.Sum256(text)
	return format.ToHex(sum[:20])
}

// `app-0123456789ab.Xy12z3` belongs to `app-0123456789ab`; empty for what is no generation.
func idOfGeneration(name string) string {
	id := name[:max(0, strings.LastIndexByte(name, '.'))]
	if !IsId(id) {
		return ""
	}
	return id
}

// MakeDirectory makes a directory and those above it; an existing one is as good.
func MakeDirectory(path string, mode os.FileMode) error {
	err := os.Mkdir(path, mode)
	if os.IsNotExist(err) && filepath.Dir(path) != path {
		if err = MakeDirectory(filepath.Dir(path), mode); err == nil {
			err = os.Mkdir(path, mode)
		}
	}
	if err != nil {
		if stat, failed := os.Stat(path); failed == nil && stat.IsDir() {
			return nil
		}
	}
	return err
}

// RemoveTree deletes a directory and all below it, never following a link; directories without write permission are opened first.
func RemoveTree(path string) error {
	if os.RemoveAll(path) == nil {
		return nil
	}
	filepath.WalkDir(path, func(inner string, entry os.DirEntry, err error) error {
		if entry != nil && entry.IsDir() && os.Chmod(inner, 0o700) == nil && err != nil {
			// It could not be read a moment ago.
			return RemoveTree(inner)
		}
		return nil
	})
	return removeAgain(path)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
