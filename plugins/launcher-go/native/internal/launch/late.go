package launch

import (
	"os"
	"path/filepath"
	"strings"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/unpack"
	"flavor/launcher/internal/workenv"
)

// Slots that are not part of every start: `cached` ones come back when they were dropped, `lazy` ones come when the
// command names them or the application asks, `temporary` ones live for one session. Of several commands, each brings the
// slots that it needs.

// What exists for one run only.
type session struct {
	variables []format.Pair
	// The application holds it, which tells a helper when the run is over.
	end *workenv.Live
}

func (l *Launch) addLateSlots(found *ready) (*session, error) {
	if err := l.addLastingSlots(found.generation.Path); err != nil {
		return nil, err
	}
	var temporary []*format.Slot
	for index := range l.Opened.Slots {
		if slot := &l.Opened.Slots[index]; slot.Lifecycle == format.Temporary && l.isNeeded(slot) {
			temporary = append(temporary, slot)
		}
	}
	if len(temporary) == 0 && !found.single {
		return &session{}, nil
	}
	return l.openSession(found, temporary)
}

// All that the command needs, but for what is of one run.
func (l *Launch) addLastingSlots(generation string) error {
	added := false
	for index := range l.Opened.Slots {
		slot := &l.Opened.Slots[index]
		if slot.Lifecycle == format.Temporary || !l.isMissing(generation, slot) {
			continue
		}
		if _, err := l.addSlot(generation, slot); err != nil {
			return err
		}
		added = true
	}
	if added {
		l.renewNeeds(generation)
	}
	return nil
}

// Puts the slot into the work environment, if it is not there. Gives its path.
func (l *Launch) addSlot(generation string, slot *format.Slot) (string, error) {
	target, err := unpack.ConfinedPath(format.TargetPath(slot.Target))
	if err != nil {
		return "", err
	}
	path := filepath.Join(generation, target)
	if l.isNeverLate(slot) || isThere(generation, slot) {
		return path, nil
	}
	var brought []string
	draft, err := os.MkdirTemp(filepath.Dir(workenv.LatePath(generation, slot.Index)), "draft.")
	if err == nil {
		defer workenv.RemoveTree(draft)
		brought, err = l.unpackInto(slot, draft)
	}
	if err == nil {
		err = requireNoLink(generation, filepath.ToSlash(filepath.Dir(target)))
	}
	if err == nil {
		err = workenv.MakeDirectory(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = (&joiner{generation: generation}).join(filepath.Join(draft, target), path)
	}
	if err == nil {
		err = writeNote(generation, slot, workenv.SizesNow(generation, brought))
	}
	if err == nil {
		l.logSlot(slot, "unpacked")
	}
	return path, unpack.SystemError(err, "unpack slot "+slot.Id)
}

// Gives the regular files at and below its target.
func (l *Launch) unpackInto(slot *format.Slot, root string) ([]string, error) {
	tree := unpack.NewDiskTree(root)
	if err := unpack.Slot(l.Opened, slot, tree, func(int) {}); err != nil {
		return nil, err
	}
	_, err := tree.Finish()
	return tree.FilesBelow(format.TargetPath(slot.Target)), err
}

// Puts a slot beside what others have brought.
type joiner struct {
	generation string
	// Read when it is needed.
	listed map[string]bool
}

// While a generation is built there is nothing but what slots have brought.
func (j *joiner) lists(path string) bool {
	if j.listed == nil {
		j.listed = map[string]bool{}
		files, _ := workenv.ReadFileList(workenv.FilesPath(j.generation))
		lists := []map[string]uint64{files}
		for _, note := range workenv.LateNotes(j.generation) {
			lists = append(lists, note.Files)
		}
		for _, files := range lists {
			for file := range files {
				j.listed[filepath.Join(j.generation, file)] = true
			}
		}
	}
	return j.listed[path] || isAbsent(workenv.FilesPath(j.generation))
}

// What is there stays: another slot lies in this one's directory, or another process put it there a moment ago. A smaller
// file that nobody brought is what a power cut has left.
func (j *joiner) join(from, to string) error {
	brought, err := os.Lstat(from)
	if err != nil {
		// The slot brings nothing.
		return nil
	}
	if isAbsent(to) {
		if err := os.Rename(from, to); err == nil || isAbsent(to) {
			return err
		}
	}
	there, err := os.Lstat(to)
	if err == nil && brought.Mode().IsRegular() && there.Mode().IsRegular() && there.Size() < brought.Size() && !j.lists(to) {
		return os.Rename(from, to)
	}
	if err != nil || !brought.IsDir() || !there.IsDir() {
		return err
	}
	entries, err := os.ReadDir(from)
	for _, entry := range entries {
		if err == nil {
			err = j.join(filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name()))
		}
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
		if _, err := l.unpackInto(slot, directory); err != nil {
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
	if opened.end, err = l.deleteAtEnd(filepath.Join(directory, ".live"), doomed); err != nil {
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
