package workenv

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Where an application keeps its data: `$XDG_DATA_HOME/flavor/appdata/<name>/`, outside every work environment, so that it
// outlives versions and no cleaning touches it. A file `owner` names the key whose packages it belongs to; a package of
// the same name under another key gets a directory of its own, unless the other key handed the name over to it: then it
// takes over the data as well. Development packages, whose keys change with every build,
// share one owner called `development`.

// DataOwner is whose data is asked for.
type DataOwner struct {
	Name string
	// In hex, or `development`.
	Key string
	// The keys that handed the name over to this one; asked for only where data is another's.
	Predecessors func() []string
}

// OpenAppData makes it if need be. Empty when no directory can hold it.
func OpenAppData(env Environment, base string, owner DataOwner) string {
	for _, parent := range dataParents(env, base) {
		if found := owner.claim(filepath.Join(parent, "appdata", SafeName(owner.Name))); found != "" {
			return found
		}
	}
	return ""
}

func (o DataOwner) claim(own string) string {
	found := ownerOf(own, o.Key)
	switch found {
	case "":
		return ""
	case o.Key:
		return own
	}
	before := o.Predecessors()
	if slices.Contains(before, found) {
		// What cannot be changed is used all the same.
		adopt(own, o.Key)
		return own
	}
	other := own + "-" + o.Key[:min(len(o.Key), 8)]
	if o.Key == development {
		other = own + "-" + development
	}
	if !exists(other) {
		if former := o.takeOver(own, before, other); former != "" {
			return former
		}
	}
	if ownerOf(other, o.Key) != o.Key {
		return ""
	}
	return other
}

// The directory that a key had for itself, because the first one was never its; empty where there is none.
func (o DataOwner) takeOver(own string, before []string, other string) string {
	for _, key := range before {
		place := own + "-" + key[:8]
		if owner, err := readFile(place + separator + "owner"); err != nil || strings.TrimSpace(string(owner)) != key {
			continue
		}
		if adopt(place, o.Key) && os.Rename(place, other) == nil {
			return other
		}
		return place
	}
	return ""
}

const development = "development"

// Whose the directory is; the asker's when it was nobody's; nobody's when it cannot be made.
func ownerOf(path, asker string) string {
	note := path + separator + "owner"
	if found, err := readFile(note); err == nil {
		return strings.TrimSpace(string(found))
	}
	if MakeDirectory(path, 0o700) != nil {
		return ""
	}
	file, err := os.OpenFile(note, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		defer file.Close()
		if _, err := file.WriteString(asker + "\n"); err == nil {
			return asker
		}
	}
	found, _ := readFile(note)
	return strings.TrimSpace(string(found))
}

// Whole or not at all.
func adopt(path, owner string) bool {
	note := path + separator + "owner"
	draft := note + "." + strconv.Itoa(os.Getpid())
	err := os.WriteFile(draft, []byte(owner+"\n"), 0o600)
	if err == nil {
		err = os.Rename(draft, note)
	}
	if err != nil {
		os.Remove(draft)
	}
	return err == nil
}
