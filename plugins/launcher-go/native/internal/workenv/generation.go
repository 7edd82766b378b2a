package workenv

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"flavor/launcher/internal/unpack"
)

// Generation is a work environment's content: built in its own final place under a name nobody else uses, published by
// one link, replaced by one rename. Whoever loses the race deletes what it built and uses the winner's.
type Generation struct {
	Path string
	Live *Live
}

// CurrentGeneration is where the link points, or empty. Not followed blindly: it must be a generation of that very id.
func CurrentGeneration(place Place) string {
	target, err := readLink(place.Link)
	if err != nil {
		return ""
	}
	name, ok := strings.CutPrefix(target, ".gen/")
	if !ok || strings.ContainsAny(name, `/\`) || idOfGeneration(name) != place.Id {
		return ""
	}
	return GenerationsOf(place.Base) + separator + name
}

// HoldCurrent takes the current generation into use. After opening the FIFO the link is looked at again: it may have gone
// meanwhile. Nil when there is none.
func HoldCurrent(place Place) *Generation {
	path := CurrentGeneration(place)
	if path == "" {
		return nil
	}
	live := HoldLive(LivePath(path))
	if live != nil && CurrentGeneration(place) == path {
		return &Generation{path, live}
	}
	live.Close()
	return nil
}

// CreateGeneration makes a new, empty one. It gets its name when it is held already, so that no cleaning takes it for a leftover.
func CreateGeneration(place Place) (*Generation, error) {
	all := GenerationsOf(place.Base)
	failed := func(err error) (*Generation, error) {
		return nil, unpack.SystemError(err, "make a directory in "+all)
	}
	if err := MakeDirectory(all, 0o700); err != nil {
		return failed(err)
	}
	draft, err := os.MkdirTemp(all, "new.")
	if err != nil {
		return failed(err)
	}
	path := all + separator + place.Id + filepath.Ext(draft)
	err = os.Mkdir(draft+separator+".flavor", 0o755)
	if err == nil {
		err = MakeLive(LivePath(draft))
	}
	live := holdWhileBuilding(draft)
	if err == nil {
		err = rename(draft, path)
	}
	if err != nil {
		live.Close()
		RemoveTree(draft)
		return failed(err)
	}
	if live == nil {
		live = HoldLive(LivePath(path))
	}
	return &Generation{path, live}, nil
}

// PublishGeneration makes a generation the work environment. `replaced` is the one found broken, or empty. Gives the one
// that is in place afterwards; when that is another one, the caller's is deleted.
func PublishGeneration(place Place, built *Generation, replaced string) (*Generation, error) {
	for {
		done, err := tryPublish(place, built.Path, replaced)
		if err != nil {
			return nil, err
		}
		if done {
			return built, nil
		}
		winner := HoldCurrent(place)
		if winner != nil && winner.Path != replaced {
			DiscardGeneration(built)
			return winner, nil
		}
	}
}

func tryPublish(place Place, path, replaced string) (bool, error) {
	target := ".gen/" + filepath.Base(path)
	err := makeLink(target, place.Link)
	if err == nil {
		return true, nil
	}
	if !errors.Is(err, fs.ErrExist) {
		return false, unpack.SystemError(err, "make "+place.Link)
	}
	if current := CurrentGeneration(place); current != "" && current != replaced {
		return false, nil
	}
	beside := place.Link + filepath.Ext(path)
	if err = makeLink(target, beside); err == nil {
		err = rename(beside, place.Link)
	}
	if err != nil {
		os.Remove(beside)
		return false, unpack.SystemError(err, "replace "+place.Link)
	}
	return true, nil
}

// DiscardGeneration deletes one's own.
func DiscardGeneration(generation *Generation) {
	generation.Live.Close()
	RemoveTree(generation.Path)
}

// ClaimBuild is true when this process is to build; false when another one seems to be at it.
func ClaimBuild(place Place, generation string) (bool, error) {
	for range 3 {
		err := placeMarker(place.Marker, generation)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return false, unpack.SystemError(err, "make "+place.Marker)
		}
		if IsBuilding(place.Base, place.Marker) {
			return false, nil
		}
		os.Remove(place.Marker)
	}
	return true, nil
}

// Appears with its content at once, so that nobody reads half of it.
func placeMarker(marker, generation string) error {
	draft := own(generation, "marker")
	if err := os.WriteFile(draft, []byte(filepath.Base(generation)), 0o600); err != nil {
		return err
	}
	defer os.Remove(draft)
	err := os.Link(draft, marker)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	file, err := os.OpenFile(marker, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(filepath.Base(generation))
	return errors.Join(err, file.Close())
}

// IsBuilding is true for a marker whose generation is held; another was left by a process that is gone.
func IsBuilding(base, marker string) bool {
	name, err := readFile(marker)
	return err == nil && idOfGeneration(string(name)) != "" && !strings.ContainsAny(string(name), `/\`) && IsHeld(LivePath(GenerationsOf(base)+separator+string(name)))
}

// ReleaseBuild removes one's own mark. Somebody may have taken it for stale; that costs double work at most.
func ReleaseBuild(place Place, generation string) {
	if name, err := readFile(place.Marker); err == nil && string(name) == filepath.Base(generation) {
		os.Remove(place.Marker)
	}
}
