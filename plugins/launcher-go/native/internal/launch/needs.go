package launch

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/workenv"
)

// Paths of the work environment that commands name, of those that were there: a start makes sure that those of its own
// command still are, and that the copies of configuration can be reached.

// The copies of configuration; those of somebody else may be out of reach.
const copies = "data/config"

// Of all commands, whichever this start is for. What cleaning may drop is no need.
func (l *Launch) needsOf(root string) ([]string, error) {
	metadata := l.Opened.Metadata
	words, err := commandWords(metadata, l.command, root)
	if err != nil {
		return nil, err
	}
	others := []*format.NamedCommand{nil}
	for at := range metadata.Commands {
		others = append(others, &metadata.Commands[at])
	}
	for _, command := range others {
		// One that cannot be cut into words is not what this start is about.
		more, _ := commandWords(metadata, command, root)
		words = append(words, more...)
	}
	var needs []string
	for _, path := range pathsIn(words, root) {
		if !slices.Contains(needs, path) && !l.isCached(path) && !isAbsent(filepath.Join(root, path)) {
			needs = append(needs, path)
		}
	}
	isOurs := func(slot format.Slot) bool { return isConfiguration(&slot) }
	if _, err := os.Stat(filepath.Join(root, copies)); err == nil && slices.ContainsFunc(l.Opened.Slots, isOurs) {
		needs = append(needs, copies)
	}
	return needs, nil
}

// Adds those in slots that came late.
func (l *Launch) renewNeeds(generation string) {
	stamp := workenv.ReadStamp(generation)
	needs, err := l.needsOf(generation)
	if stamp == nil || err != nil {
		return
	}
	known := len(stamp.Needs)
	for _, path := range needs {
		if !slices.Contains(stamp.Needs[:known], path) {
			stamp.Needs = append(stamp.Needs, path)
		}
	}
	if len(stamp.Needs) > known {
		// Where that cannot be done, less is noticed.
		_ = workenv.WriteStamp(generation, stamp)
	}
}

// Nothing that this start needs is gone. What is missing together with a slot that comes late can come again.
func (l *Launch) hasNeeds(generation string, stamp *workenv.Stamp) bool {
	for _, path := range stamp.Needs {
		if _, err := os.Stat(filepath.Join(generation, path)); err == nil {
			continue
		}
		if path == copies || l.names(path) && !l.comesAgain(generation, path) {
			return false
		}
	}
	return true
}

func (l *Launch) names(path string) bool {
	words, _ := commandWords(l.Opened.Metadata, l.command, "{workenv}")
	return l.Opened.Metadata.Commands == nil || slices.Contains(pathsIn(words, "{workenv}"), path)
}

func (l *Launch) comesAgain(generation, path string) bool {
	for index := range l.Opened.Slots {
		slot := &l.Opened.Slots[index]
		if isBelow(slot, path) && !l.isNeverLate(slot) && !isThere(generation, slot) {
			return true
		}
	}
	return false
}

func (l *Launch) isCached(path string) bool {
	return slices.ContainsFunc(l.Opened.Slots, func(slot format.Slot) bool {
		return slot.Lifecycle == format.Cached && isBelow(&slot, path)
	})
}

func isBelow(slot *format.Slot, path string) bool {
	return strings.HasPrefix(path+"/", format.TargetPath(slot.Target)+"/")
}

// Those below the root, as far as the next that may follow in the word.
func pathsIn(words []string, root string) (paths []string) {
	for _, word := range words {
		for _, rest := range strings.Split(word, root)[1:] {
			if !strings.HasPrefix(rest, "/") && !strings.HasPrefix(rest, string(filepath.Separator)) {
				continue
			}
			path := rest[1:]
			if end := strings.IndexAny(path, ":;,"); end >= 0 {
				path = path[:end]
			}
			if path != "" {
				paths = append(paths, path)
			}
		}
	}
	return paths
}
