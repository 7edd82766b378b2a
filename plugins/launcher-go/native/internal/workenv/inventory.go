package workenv

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// What lies below a base directory, and taking away what nobody needs. Nothing here leaves the base directory, nothing
// follows a link out of it, nothing that is in use is removed, and applications' data is not looked at.

// WorkEnvironment is one that is whole.
type WorkEnvironment struct {
	Id, Name string
	// The directory that its link leads to.
	Generation string
	// Bytes of its regular files.
	Size     uint64
	LastUsed time.Time
	InUse    bool
	Shared   []string
}

type CleanOptions struct {
	// Only work environments that were last started longer ago than this.
	Idle time.Duration
	// Stop as soon as what is left is no larger than this many bytes; none when negative.
	Budget int64
	// Keep the most recently started one of each package name.
	KeepNewest bool
	// Never remove this one.
	Keep string
}

type CleanReport struct {
	Removed []string
	// Left alone because it is in use.
	InUse []string
	// Names of generations, drafts and shared slots that belonged to nothing any more.
	Leftovers []string
}

// The most recently started first.
func list(base string) []WorkEnvironment {
	var found []WorkEnvironment
	for _, id := range namesIn(workenvsOf(base)) {
		if one, ok := describe(base, id); ok {
			found = append(found, one)
		}
	}
	slices.SortStableFunc(found, func(a, b WorkEnvironment) int { return b.LastUsed.Compare(a.LastUsed) })
	return found
}

func describe(base, id string) (WorkEnvironment, bool) {
	if !IsId(id) {
		return WorkEnvironment{}, false
	}
	generation := CurrentGeneration(PlaceOf(base, id))
	if generation == "" {
		return WorkEnvironment{}, false
	}
	stamp := ReadStamp(generation)
	if stamp == nil {
		return WorkEnvironment{}, false
	}
	return WorkEnvironment{
		Generation: generation,
		Id:         id,
		InUse:      IsHeld(LivePath(generation)),
		LastUsed:   lastUsed(generation),
		Name:       stamp.Name,
		Shared:     stamp.Shared,
		Size:       stamp.Size,
	}, true
}

// CleanBase removes the least recently used first.
func CleanBase(base string, options CleanOptions) CleanReport {
	all := list(base)
	var report CleanReport
	room := roomOf(base, all)
	newest := map[string]string{}
	for _, one := range slices.Backward(all) {
		newest[one.Name] = one.Id
	}
	kept := map[string]WorkEnvironment{}
	var hidden []WorkEnvironment
	for _, one := range slices.Backward(all) {
		kept[one.Id] = one
		spared := one.Id == options.Keep || time.Since(one.LastUsed) < options.Idle || options.KeepNewest && newest[one.Name] == one.Id
		if spared || options.Budget >= 0 && room.bytes <= options.Budget {
			continue
		}
		if one.InUse || !hide(PlaceOf(base, one.Id), one.Generation) {
			report.InUse = append(report.InUse, one.Id)
			continue
		}
		hidden = append(hidden, one)
		room.leave(one)
	}
	if len(hidden) > 0 {
		time.Sleep(handOver)
	}
	for _, one := range hidden {
		if !remove(PlaceOf(base, one.Id), one.Generation) {
			report.InUse = append(report.InUse, one.Id)
			continue
		}
		report.Removed = append(report.Removed, one.Id)
		delete(kept, one.Id)
	}
	report.Leftovers = sweep(base, kept)
	return report
}

// A launcher that cannot keep the FIFO open while the application takes its place has it opened again: for a moment
// between the two nobody holds what is about to be used.
const handOver = 300 * time.Millisecond

// Out of sight first, then looked at again: who opened the FIFO before the link went holds it by then, and who opens it
// later sees that the link is gone.
func hide(place Place, generation string) bool {
	return !IsHeld(LivePath(generation)) && CurrentGeneration(place) == generation && os.Remove(place.Link) == nil
}

func remove(place Place, generation string) bool {
	if IsHeld(LivePath(generation)) {
		_ = makeLink(".gen/"+filepath.Base(generation), place.Link)
		return false
	}
	return discard(generation) == nil
}

// Renamed before it is deleted, so that a deletion that is interrupted is known for what it is.
func discard(generation string) error {
	trash := filepath.Dir(generation) + separator + "trash." + filepath.Base(generation)
	if err := rename(generation, trash); err != nil {
		return err
	}
	return RemoveTree(trash)
}

// Removes what a killed process or a lost race left, and shared slots that no work environment names.
func sweep(base string, kept map[string]WorkEnvironment) []string {
	var leftovers []string
	generations, shared := map[string]bool{}, map[string]bool{}
	for _, one := range kept {
		generations[filepath.Base(one.Generation)] = true
		for _, key := range one.Shared {
			shared[key] = true
		}
	}
	act := func(name string, err error) {
		if err == nil {
			leftovers = append(leftovers, name)
		}
	}
	for _, name := range namesIn(workenvsOf(base)) {
		if isLeftoverLink(base, name) {
			act(name, os.Remove(workenvsOf(base)+separator+name))
		}
	}
	isStray := func(name string) bool { return !generations[name] && isStrayGeneration(base, name) }
	strays := slices.DeleteFunc(namesIn(GenerationsOf(base)), func(name string) bool { return !isStray(name) })
	if len(strays) > 0 {
		time.Sleep(handOver)
	}
	for _, name := range strays {
		path := GenerationsOf(base) + separator + name
		switch {
		case !isStray(name):
		case strings.HasPrefix(name, "new.") || strings.HasPrefix(name, "trash."):
			act(name, RemoveTree(path))
		default:
			act(name, discard(path))
		}
	}
	for _, name := range namesIn(slotsOf(base)) {
		if isLeftoverSlot(base, name, shared) {
			act(name, RemoveTree(slotsOf(base)+separator+name))
		}
	}
	return leftovers
}

// Markers of builders that are gone, and links that lead nowhere.
func isLeftoverLink(base, name string) bool {
	path := workenvsOf(base) + separator + name
	if strings.HasSuffix(name, ".building") {
		return !IsBuilding(base, path)
	}
	if name == ".gen" || !isLink(path) {
		return false
	}
	target, err := readLink(path)
	generation := GenerationsOf(base) + separator + filepath.Base(target)
	return err == nil && ReadStamp(generation) == nil && !IsHeld(LivePath(generation))
}

// Belongs to no work environment, and to nobody who is building or using it.
func isStrayGeneration(base, name string) bool {
	path := GenerationsOf(base) + separator + name
	if strings.HasPrefix(name, "new.") {
		return !isYoung(path, time.Minute)
	}
	if strings.HasPrefix(name, "trash.") {
		return true
	}
	id := idOfGeneration(name)
	return id != "" && CurrentGeneration(PlaceOf(base, id)) != path && !IsHeld(LivePath(path))
}

// A draft belongs to the generation it is named after; a finished slot to whoever's stamp names it, and to nobody for its first hour.
func isLeftoverSlot(base, name string, shared map[string]bool) bool {
	if strings.HasPrefix(name, ".") {
		builder := name[1:max(1, strings.LastIndexByte(name, '.'))]
		return !IsHeld(LivePath(GenerationsOf(base) + separator + builder))
	}
	return !shared[name] && !isYoung(slotsOf(base)+separator+name, time.Hour)
}

func isYoung(path string, age time.Duration) bool {
	stat, err := os.Lstat(path)
	return err == nil && time.Since(stat.ModTime()) < age
}

func namesIn(directory string) []string {
	entries, err := os.ReadDir(directory)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && len(entries) == 0 {
		return nil
	}
	names := make([]string, len(entries))
	for index, entry := range entries {
		names[index] = entry.Name()
	}
	return names
}
