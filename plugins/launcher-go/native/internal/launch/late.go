package launch

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/unpack"
	"flavor/launcher/internal/workenv"
)

// Slots that are not part of every start: `cached` ones come back when they were dropped, `lazy` ones come when the
// command names them or the application asks, `temporary` ones live for one session.

// What exists for one run only. Its descriptor is held by the application, and tells a helper when the run is over.
type session struct{ variables []format.Pair }

func (l *Launch) addLateSlots(found *ready) (*session, error) {
	var temporary []*format.Slot
	for index := range l.Opened.Slots {
		slot := &l.Opened.Slots[index]
		if slot.Lifecycle == format.Temporary {
			temporary = append(temporary, slot)
		} else if slot.Lifecycle == format.Cached || slot.Lifecycle == format.Lazy && l.isNamed(slot) {
			if _, err := l.addSlot(found, slot); err != nil {
				return nil, err
			}
		}
	}
	if len(temporary) == 0 && !found.single {
		return &session{}, nil
	}
	return l.openSession(found, temporary)
}

// Puts the slot into the work environment, if it is not there. Gives its path.
func (l *Launch) addSlot(found *ready, slot *format.Slot) (string, error) {
	generation := found.generation.Path
	target, err := unpack.ConfinedPath(format.TargetPath(slot.Target))
	if err != nil {
		return "", err
	}
	path := filepath.Join(generation, target)
	note := workenv.LatePath(generation, slot.Index)
	// Unpacked as a whole, as its note says, and not deleted since.
	if isUnpackedAtOnce(slot) || !isAbsent(note) && !isAbsent(path) {
		return path, nil
	}
	draft, err := os.MkdirTemp(filepath.Dir(note), "draft.")
	if err == nil {
		defer workenv.RemoveTree(draft)
		err = l.unpackInto(slot, draft)
	}
	if err == nil {
		err = workenv.MakeDirectory(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = moveIntoPlace(filepath.Join(draft, target), path)
	}
	if err == nil {
		err = os.WriteFile(note, []byte(slot.Lifecycle+" "+target+"\n"), 0o644)
	}
	if err == nil {
		l.logSlot(slot, "unpacked")
	}
	return path, unpack.SystemError(err, "unpack slot "+slot.Id)
}

func (l *Launch) unpackInto(slot *format.Slot, root string) error {
	tree := unpack.NewDiskTree(root)
	if err := unpack.Slot(l.Opened, slot, tree, func(int) {}); err != nil {
		return err
	}
	_, err := tree.Finish()
	return err
}

// What another process put there a moment ago is as good.
func moveIntoPlace(from, to string) error {
	err := os.Rename(from, to)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// What exists for this run only is deleted by a helper as soon as the last process that belongs to the run is gone.
func (l *Launch) openSession(found *ready, slots []*format.Slot) (*session, error) {
	directory, err := makeSession(found.generation.Path)
	if err != nil {
		return nil, unpack.SystemError(err, "make a directory for temporary files")
	}
	if l.log.asks(debug) {
		l.log.say(debug, "session", "path", directory)
	}
	opened := &session{}
	for _, slot := range slots {
		if err := l.unpackInto(slot, directory); err != nil {
			workenv.RemoveTree(directory)
			return nil, err
		}
		l.logSlot(slot, "unpacked")
		opened.variables = append(opened.variables, format.Pair{Name: slotVariable(slot.Id), Value: filepath.Join(directory, format.TargetPath(slot.Target))})
	}
	doomed := directory
	if found.single {
		doomed = found.base
	}
	if err := l.deleteAtEnd(filepath.Join(directory, ".live"), doomed); err != nil {
		workenv.RemoveTree(directory)
		return nil, err
	}
	return opened, nil
}

// In `tmp/` of the work environment; below the system's where that cannot be written to.
func makeSession(generation string) (string, error) {
	tmp := filepath.Join(generation, "tmp")
	if workenv.MakeDirectory(tmp, 0o700) == nil {
		forgetSessions(tmp)
		if directory, err := os.MkdirTemp(tmp, "session."); err == nil {
			return directory, nil
		}
	}
	return os.MkdirTemp("", "flavor-session.")
}

// Sessions whose helper was killed together with them.
func forgetSessions(tmp string) {
	entries, _ := os.ReadDir(tmp)
	for _, entry := range entries {
		path := filepath.Join(tmp, entry.Name())
		live := filepath.Join(path, ".live")
		if strings.HasPrefix(entry.Name(), "session.") && !isAbsent(live) && !workenv.IsHeld(live) {
			workenv.RemoveTree(path)
		}
	}
}
