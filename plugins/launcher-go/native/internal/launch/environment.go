package launch

import (
	"path/filepath"
	"runtime"
	"strings"

	"flavor/launcher/internal/format"
)

// Variables is an environment in its order, each name once. Bytes that are no UTF-8 pass unchanged, as does an entry that
// is no variable at all.
type Variables struct {
	entries []variable
	at      map[string]int
}

type variable struct {
	name, value string
	// Deleted, or kept as it is because it has no name.
	gone, raw bool
	// Has the value of another variable of the caller's.
	renamed bool
}

// NewVariables takes entries as the system gives them; of two of a name the first counts.
func NewVariables(entries []string) *Variables {
	env := &Variables{at: make(map[string]int, len(entries)+16), entries: make([]variable, 0, len(entries)+16)}
	for _, entry := range entries {
		equals := strings.IndexByte(entry[min(1, len(entry)):], '=') + 1
		if equals == 0 {
			env.entries = append(env.entries, variable{name: entry, raw: true})
		} else if _, known := env.find(entry[:equals]); !known {
			env.Set(entry[:equals], entry[equals+1:])
		}
	}
	return env
}

// Names on Windows are the same in any case.
func keyOf(name string) string {
	if runtime.GOOS == "windows" {
		return strings.ToUpper(name)
	}
	return name
}

func (v *Variables) find(name string) (int, bool) {
	at, known := v.at[keyOf(name)]
	return at, known && !v.entries[at].gone
}

// Lookup tells an empty value from none.
func (v *Variables) Lookup(name string) (string, bool) {
	at, known := v.find(name)
	if !known {
		return "", false
	}
	return v.entries[at].value, true
}

func (v *Variables) Get(name string) string {
	value, _ := v.Lookup(name)
	return value
}

func (v *Variables) Set(name, value string) {
	if at, known := v.at[keyOf(name)]; known {
		v.entries[at] = variable{name: name, value: value}
		return
	}
	v.at[keyOf(name)] = len(v.entries)
	v.entries = append(v.entries, variable{name: name, value: value})
}

func (v *Variables) Delete(name string) {
	if at, known := v.find(name); known {
		v.entries[at].gone = true
	}
}

func (v *Variables) Clone() *Variables { return NewVariables(v.List()) }

// List is what the system takes.
func (v *Variables) List() []string {
	list := make([]string, 0, len(v.entries))
	for _, one := range v.entries {
		if one.raw {
			list = append(list, one.name)
		} else if !one.gone {
			list = append(list, one.name+"="+one.value)
		}
	}
	return list
}

// The caller's environment without what only speaks to the launcher.
func callerEnvironment(host *Variables) *Variables {
	caller := host.Clone()
	caller.Delete("FLAVOR_COMMAND")
	caller.Delete("FLAVOR_LAUNCHER_CLI")
	return caller
}

// The environment of the application, in the order of SPEC.md, section 18.
func (l *Launch) applicationEnvironment(generation, data string, session []format.Pair) *Variables {
	metadata := l.Opened.Metadata
	env := applyRules(l.caller, metadata.RuntimeEnv)
	for _, one := range metadata.WorkenvEnv {
		env.Set(one.Name, expand(one.Value, metadata, generation))
	}
	for _, one := range append(metadata.ExecutionEnv, session...) {
		env.Set(one.Name, one.Value)
	}
	env.Set("FLAVOR_COMMAND_NAME", filepath.Base(l.Path))
	env.Set("FLAVOR_ORIGINAL_COMMAND", l.Path)
	env.Set("FLAVOR_PACKAGE", l.Path)
	env.Set("FLAVOR_VERSION", metadata.Version)
	env.Set("FLAVOR_WORKENV", generation)
	if data != "" {
		env.Set("FLAVOR_APP_DATA", data)
	}
	if cache, set := l.caller.Lookup("FLAVOR_CACHE"); set {
		env.Set("FLAVOR_CACHE", cache)
	}
	env.Set("PATH", searchPath(metadata, generation, env.Get("PATH")))
	return env
}

func searchPath(metadata *format.Metadata, generation, path string) string {
	var own []string
	for _, directory := range metadata.WorkenvPath {
		own = append(own, generation+string(filepath.Separator)+filepath.FromSlash(directory))
	}
	own = append(own, generation+string(filepath.Separator)+"bin")
	if path != "" {
		own = append(own, path)
	}
	return strings.Join(own, string(filepath.ListSeparator))
}

// `FLAVOR_SLOT_` and the id in capitals, everything but letters and digits an underscore.
func slotVariable(id string) string {
	return "FLAVOR_SLOT_" + strings.Map(func(char rune) rune {
		if char >= 'A' && char <= 'Z' || char >= '0' && char <= '9' {
			return char
		}
		return '_'
	}, strings.ToUpper(id))
}

func applyRules(caller *Variables, rules *format.RuntimeEnvironment) *Variables {
	env := caller.Clone()
	if rules == nil {
		return env
	}
	for _, one := range caller.entries {
		if !one.raw && !one.gone && matchesAny(rules.Unset, one.name) && !matchesAny(rules.Pass, one.name) {
			env.Delete(one.name)
		}
	}
	for _, one := range rules.Map {
		value, set := caller.Lookup(one.Name)
		if !set || matchesAny(rules.Pass, one.Name) || matchesAny(rules.Unset, one.Name) {
			continue
		}
		env.Delete(one.Name)
		env.Set(one.Value, value)
		env.entries[env.at[keyOf(one.Value)]].renamed = true
	}
	for _, one := range rules.Set {
		env.Set(one.Name, one.Value)
	}
	return env
}

func matchesAny(globs []string, name string) bool {
	for _, glob := range globs {
		if format.MatchesGlob(glob, name) {
			return true
		}
	}
	return false
}
