package workenv

import (
	"os"
	"path/filepath"
	"strings"
)

// Where an application keeps its data: `$XDG_DATA_HOME/flavor/appdata/<name>/`, outside every work environment, so that it
// outlives versions and no cleaning touches it. A file `owner` names the key whose packages it belongs to; a package of
// the same name under another key gets a directory of its own. Development packages, whose keys change with every build,
// share one owner called `development`.

// OpenAppData makes it if need be. `publicKey` is hex, or `development`. Empty when no directory can hold it.
func OpenAppData(env Environment, base, name, owner string) string {
	for _, parent := range dataParents(env, base) {
		own := filepath.Join(parent, "appdata", SafeName(name))
		if found := ownerOf(own, owner); found == owner {
			return own
		} else if found == "" {
			continue
		}
		other := own + "-" + owner[:min(len(owner), 8)]
		if owner == development {
			other = own + "-" + development
		}
		if ownerOf(other, owner) != "" {
			return other
		}
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
