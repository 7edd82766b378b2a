package launch

import (
	"maps"
	"os"
	"path/filepath"
	"runtime"
	collector "runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/trust"
	"flavor/launcher/internal/unpack"
	"flavor/launcher/internal/workenv"
)

// A cold start: building the work environment of a package, once, whoever else is at it. Order: the launcher's own hash,
// slots (each hashed while it is unpacked), setup commands, stamp, link. Before the link nothing is used; what a build
// that fails has written is removed with its generation.

const pollInterval = 20 * time.Millisecond
const longestWait = 2 * time.Minute

// Slots unpacked at a time: two keep one processor decoding while another writes, within the memory that is promised.
const mostAtOnce = 2

// As many as unpacking has work for: the runtime of an image does not know what share a container has.
const mostProcessors = 4

func (l *Launch) buildReady() (*ready, error) {
	// What decoders leave is collected soon, so that memory stays near what they hold.
	collector.SetGCPercent(50)
	runtime.GOMAXPROCS(min(mostProcessors, runtime.GOMAXPROCS(0)))
	base, single, err := l.baseFor()
	if err != nil {
		return nil, err
	}
	place := workenv.PlaceOf(base, l.id)
	broken := workenv.CurrentGeneration(place)
	if l.validation != trust.Strict {
		if err := format.RequireLauncher(l.Opened); err != nil {
			return nil, err
		}
	}
	for until := time.Now().Add(longestWait); ; {
		if workenv.IsBuilding(base, place.Marker) && time.Now().Before(until) {
			time.Sleep(pollInterval)
			continue
		}
		if found := l.look(false); found != nil {
			return found, nil
		}
		generation, err := workenv.CreateGeneration(place)
		if err != nil {
			return nil, err
		}
		mine, err := workenv.ClaimBuild(place, generation.Path)
		if err != nil {
			workenv.DiscardGeneration(generation)
			return nil, err
		}
		if mine || time.Now().After(until) {
			built, err := l.buildAndPublish(place, generation, broken)
			return &ready{base: base, generation: built, single: single}, err
		}
		workenv.DiscardGeneration(generation)
	}
}

// Where nothing lasting can be written, one run still can be given a place.
func (l *Launch) baseFor() (base string, single bool, err error) {
	base, err = workenv.OpenBase(l.caller.Get, l.logBase)
	if format.CodeOf(err) == format.ErrBaseDirectory {
		if private := workenv.OpenPrivateBase(); private != "" {
			l.logBase(private, nil)
			return private, true, nil
		}
	}
	return base, false, err
}

func (l *Launch) buildAndPublish(place workenv.Place, generation *workenv.Generation, broken string) (*workenv.Generation, error) {
	progress := newProgress(l.Opened)
	defer progress.end()
	defer workenv.ReleaseBuild(place, generation.Path)
	l.logFound(info, "cold", generation.Path)
	err := l.fill(place.Base, generation.Path, progress)
	var published *workenv.Generation
	if err == nil {
		published, err = workenv.PublishGeneration(place, generation, broken)
	}
	if err != nil {
		workenv.DiscardGeneration(generation)
		return nil, unpack.SystemError(err, "unpack "+l.Opened.Metadata.Name)
	}
	if published == generation {
		l.logLink(place.Link, ".gen/"+filepath.Base(published.Path))
	} else {
		l.logFound(info, "warm", published.Path)
	}
	l.cleanLater(place.Base)
	return published, nil
}

func (l *Launch) fill(base, root string, progress *progress) error {
	metadata := l.Opened.Metadata
	tree := unpack.NewDiskTree(root)
	for _, directory := range metadata.Directories {
		path, err := unpack.ConfinedPath(format.TargetPath(directory.Path))
		if err == nil {
			err = tree.Directory(path, directory.Mode)
		}
		if err != nil {
			return err
		}
	}
	found, err := l.unpackAll(base, root, tree, progress)
	if err != nil {
		return err
	}
	written, err := tree.Finish()
	if err != nil {
		return err
	}
	if err := writeOnce(filepath.Join(root, "metadata.json"), l.Opened.MetadataBytes); err != nil {
		return err
	}
	added, err := l.addSetUpSlots(root)
	if err != nil {
		return err
	}
	data := l.dataOf(base)
	if err := l.linkData(root, data); err != nil {
		return err
	}
	workenv.SettleConfiguration(data, root, found.configuration, l.logConfiguration)
	if err := l.runSetup(root); err != nil {
		return err
	}
	if err := l.removeVolatile(root); err != nil {
		return err
	}
	return l.stamp(root, found.shared, workenv.SizesNow(root, append(added, slices.Collect(maps.Keys(written))...)))
}

// Those that only setup commands need yet, and notes of those that a start may do without. Gives files that setup commands
// may change, which cannot come again without them; what is cached comes as it was brought.
func (l *Launch) addSetUpSlots(root string) (files []string, err error) {
	for index := range l.Opened.Slots {
		slot := &l.Opened.Slots[index]
		if l.isUnpackedAtOnce(slot) && !l.isNeverLate(slot) {
			err = writeNote(root, slot, nil)
		} else if !isLasting(slot) && l.isSetUp(slot) {
			_, err = l.addSlot(root, slot)
			if note := workenv.ReadLateNote(root, slot.Index); err == nil && note != nil && slot.Lifecycle != format.Cached {
				files = slices.AppendSeq(files, maps.Keys(note.Files))
				err = writeNote(root, slot, nil)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

func (l *Launch) linkData(root, data string) error {
	path := filepath.Join(root, "data")
	if data == "" || !isAbsent(path) {
		return nil
	}
	if err := workenv.LinkData(data, path); err != nil {
		return err
	}
	l.logLink(path, data)
	return nil
}

func (l *Launch) stamp(root string, shared []string, files map[string]uint64) error {
	if err := workenv.WriteFileList(workenv.FilesPath(root), files); err != nil {
		return err
	}
	needs, err := l.needsOf(root)
	if err != nil {
		return err
	}
	stamp := &workenv.Stamp{
		Boot: workenv.BootId(), Metadata: l.digest, Name: l.Opened.Metadata.Name, Needs: needs, Shared: shared, Version: l.Opened.Metadata.Version,
	}
	for _, size := range files {
		stamp.Size += size
	}
	return workenv.WriteStamp(root, stamp)
}

// What unpacking a slot came to.
type unpacked struct {
	// Of one that is shared.
	key string
	// What was done; empty for nothing.
	action string
	// Files that are the user's to change.
	configuration []string
}

// What unpacking all of them came to.
type content struct{ shared, configuration []string }

// Those that are shared come last, so that a build that fails leaves as little as can be.
func (l *Launch) unpackAll(base, root string, tree *unpack.DiskTree, progress *progress) (all content, err error) {
	slots := l.atOnce()
	workers := min(mostAtOnce, runtime.GOMAXPROCS(0))
	if overlap(slots) {
		workers = 1
	}
	copier := &workenv.Copier{}
	done := make([]unpacked, len(slots))
	for _, shared := range []bool{false, true} {
		err := inParallel(len(slots), workers, func(at int) (err error) {
			if isShared(slots[at]) == shared {
				done[at], err = l.unpackOne(base, root, tree, slots[at], copier, progress)
			}
			return err
		})
		l.logSlots(slots, done)
		if err != nil {
			return content{}, err
		}
	}
	for _, one := range done {
		if one.key != "" {
			all.shared = append(all.shared, one.key)
		}
		all.configuration = append(all.configuration, one.configuration...)
	}
	return all, nil
}

// In the order of the slots, whichever was done first; each once.
func (l *Launch) logSlots(slots []*format.Slot, done []unpacked) {
	for at, slot := range slots {
		if done[at].action != "" {
			l.logSlot(slot, done[at].action)
		}
		done[at].action = ""
	}
}

// Nothing more is begun once something has failed. Of several that fail, the first in order counts.
func inParallel(count, workers int, work func(at int) error) error {
	errs := make([]error, count)
	var next atomic.Int64
	var failed atomic.Bool
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for at := int(next.Add(1)) - 1; at < count && !failed.Load(); at = int(next.Add(1)) - 1 {
				if errs[at] = work(at); errs[at] != nil {
					failed.Store(true)
				}
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Slots whose places have nothing to do with each other are unpacked at a time.
func (l *Launch) unpackOne(base, root string, tree *unpack.DiskTree, slot *format.Slot, copier *workenv.Copier, progress *progress) (done unpacked, err error) {
	defer func() {
		if recover() != nil {
			err = format.Fail(format.ErrInternal, "unpacking slot ", slot.Id, " failed")
		}
		if err != nil {
			done.action = ""
		}
	}()
	if isConfiguration(slot) {
		before := tree.FilesBelow(format.TargetPath(slot.Target))
		defer func() {
			after := tree.FilesBelow(format.TargetPath(slot.Target))
			done.configuration = slices.DeleteFunc(after, func(path string) bool { return slices.Contains(before, path) })
		}()
	}
	if !isShared(slot) {
		done.action = "unpacked"
		return done, unpack.Slot(l.Opened, slot, tree, progress.add)
	}
	done.key, done.action = workenv.SlotKey(slot), "shared"
	err = workenv.ProvideSlot(base, done.key, root, func(store *unpack.DiskTree) error {
		done.action = "unpacked"
		return unpack.Slot(l.Opened, slot, store, progress.add)
	})
	if err == nil {
		err = workenv.EnterSlot(base, done.key, tree, copier)
	}
	return done, err
}

func (l *Launch) atOnce() []*format.Slot {
	var slots []*format.Slot
	for index := range l.Opened.Slots {
		if slot := &l.Opened.Slots[index]; l.isUnpackedAtOnce(slot) {
			slots = append(slots, slot)
		}
	}
	return slots
}

// Whether one slot may write where another does. In packages of others members may lie anywhere.
func overlap(slots []*format.Slot) bool {
	for index, one := range slots {
		if one.Exact == nil {
			return true
		}
		for _, other := range slots[:index] {
			a, b := format.TargetPath(one.Target)+"/", format.TargetPath(other.Target)+"/"
			if a == "/" || b == "/" || strings.HasPrefix(a, b) || strings.HasPrefix(b, a) {
				return true
			}
		}
	}
	return false
}

func isShared(slot *format.Slot) bool {
	return slot.Exact != nil && slot.Exact.Shareable && isLasting(slot)
}

// Its whole place; of a tree that has none of its own, nothing can be told apart.
func (l *Launch) removeVolatile(root string) error {
	for index := range l.Opened.Slots {
		slot := &l.Opened.Slots[index]
		if slot.Lifecycle != format.Volatile {
			continue
		}
		target, err := unpack.ConfinedPath(format.TargetPath(slot.Target))
		if err == nil && target != "" {
			err = workenv.RemoveTree(filepath.Join(root, target))
		}
		if err != nil {
			return err
		}
		if target != "" {
			l.logSlot(slot, "removed")
		}
	}
	return nil
}

func isAbsent(path string) bool {
	_, err := os.Lstat(path)
	return err != nil
}

func writeOnce(path string, bytes []byte) error {
	if !isAbsent(path) {
		return nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.Write(bytes)
	return err
}

func (l *Launch) logLink(path, target string) {
	if l.log.asks(debug) {
		l.log.say(debug, "link", "path", path, "target", target)
	}
}
