package launch

import (
	"path/filepath"
	"slices"
	"strings"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/workenv"
)

// Which slots belong to the cold start, which of the others a start needs, and what says that one is there.

// The others come later, if at all.
func (l *Launch) isUnpackedAtOnce(slot *format.Slot) bool {
	return l.isNeverLate(slot) || isLasting(slot) && (isConfiguration(slot) || l.isNeeded(slot) || l.isSetUp(slot))
}

// Either it is there from the beginning, or it is gone for good. A tree that has no place of its own cannot come later.
func (l *Launch) isNeverLate(slot *format.Slot) bool {
	lasts := isLasting(slot) && l.Opened.Metadata.Commands == nil
	return lasts || slot.Lifecycle == format.Volatile || slot.Sha256 == "" || format.TargetPath(slot.Target) == ""
}

func isLasting(slot *format.Slot) bool {
	return slot.Lifecycle == format.Persistent || slot.Lifecycle == format.Eager
}

// Its files are the user's to change.
func isConfiguration(slot *format.Slot) bool {
	return isLasting(slot) && slot.Exact != nil && slot.Purpose == "configuration"
}

// By the command of this start.
func (l *Launch) isNeeded(slot *format.Slot) bool {
	listed := slot.Lifecycle != format.Lazy
	if l.command != nil && l.command.Slots != nil {
		listed = slices.Contains(l.command.Slots, slot.Id)
	}
	if listed || slot.Lifecycle == format.Temporary {
		return listed
	}
	words, _ := commandWords(l.Opened.Metadata, l.command, "{workenv}")
	return isNamed(words, slot)
}

// A setup command names it, in a package with several commands.
func (l *Launch) isSetUp(slot *format.Slot) bool {
	metadata := l.Opened.Metadata
	return metadata.Commands != nil && slices.ContainsFunc(metadata.Setup, func(command format.SetupCommand) bool {
		return isNamed(namedWords(command, metadata), slot)
	})
}

// This start has to unpack it although the work environment is there.
func (l *Launch) isMissing(generation string, slot *format.Slot) bool {
	if slot.Lifecycle == format.Temporary {
		return l.isNeeded(slot)
	}
	return !l.isNeverLate(slot) && l.isNeeded(slot) && !isThere(generation, slot)
}

// True when a word, `{workenv}` still in it, names something at or below the slot's place.
func isNamed(words []string, slot *format.Slot) bool {
	place := "{workenv}/" + format.TargetPath(slot.Target)
	for _, word := range words {
		for _, rest := range strings.Split(word, place)[1:] {
			if rest == "" || strings.IndexByte("/:;,", rest[0]) >= 0 {
				return true
			}
		}
	}
	return false
}

// Unpacked as a whole, as its note says, and not deleted since.
func isThere(generation string, slot *format.Slot) bool {
	return !isAbsent(workenv.LatePath(generation, slot.Index)) && !isAbsent(filepath.Join(generation, format.TargetPath(slot.Target)))
}

// Slots that came with the work environment have one where a start may do without them; their files are in its list.
func writeNote(generation string, slot *format.Slot, files map[string]uint64) error {
	note := workenv.LateNote{Lifecycle: slot.Lifecycle, Target: format.TargetPath(slot.Target), Files: files}
	return workenv.WriteLateNote(generation, slot.Index, note)
}
