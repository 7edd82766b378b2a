package workenv

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Slots that came into a generation after its stamp. Each has a note, `.flavor/late-<index>`, which goes together with the
// slot and says lifecycle and target, `cached app/cache`, and in a second line which files it brought, how large each is.
// What a power cut has damaged loses its note, and so comes again when it is needed.

// LateNote is such a note.
type LateNote struct {
	Lifecycle string
	// Relative to the generation.
	Target string
	Files  map[string]uint64
}

// LatePath is where a slot has its note.
func LatePath(generation string, slot int) string { return own(generation, "late-"+strconv.Itoa(slot)) }

// WriteLateNote writes it for a slot that is in its place.
func WriteLateNote(generation string, slot int, note LateNote) error {
	text := appendFileList([]byte(note.Lifecycle+" "+note.Target+"\n"), note.Files)
	return os.WriteFile(LatePath(generation, slot), append(text, '\n'), 0o644)
}

// LateNotes are those that can be read.
func LateNotes(generation string) (notes []*LateNote) {
	for _, path := range notePaths(generation) {
		if note := readLateNote(path); note != nil {
			notes = append(notes, note)
		}
	}
	return notes
}

// ForgetDamagedSlots is false when a note that has to go cannot. What is not there at all was dropped, and is no damage.
func ForgetDamagedSlots(generation string) bool {
	for _, path := range notePaths(generation) {
		if isSoundNote(generation, readLateNote(path)) {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return true
}

func isSoundNote(generation string, note *LateNote) bool {
	if note == nil {
		return false
	}
	_, err := os.Stat(filepath.Join(generation, note.Target))
	return err != nil || haveSizes(note.Files, generation)
}

// ReadLateNote is nil when it cannot be read.
func ReadLateNote(generation string, slot int) *LateNote {
	return readLateNote(LatePath(generation, slot))
}

func readLateNote(path string) *LateNote {
	bytes, _ := readFile(path)
	text, ended := strings.CutSuffix(string(bytes), "\n")
	at := strings.LastIndexByte(text, '\n')
	if !ended || at < 0 {
		return nil
	}
	files, ok := parseFileList([]byte(text[at+1:]))
	lifecycle, target, named := strings.Cut(text[:at], " ")
	if !ok || !named {
		return nil
	}
	return &LateNote{Lifecycle: lifecycle, Target: target, Files: files}
}

func notePaths(generation string) (paths []string) {
	for _, name := range namesIn(filepath.Dir(LatePath(generation, 0))) {
		digits, ok := strings.CutPrefix(name, "late-")
		if _, err := strconv.ParseUint(digits, 10, 32); ok && err == nil {
			paths = append(paths, own(generation, name))
		}
	}
	return paths
}
