package launch

import (
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"flavor/launcher/internal/format"
)

// Variables is an environment in its order, each name once. Bytes that are no UTF-8 pass unchanged, as does an entry that
// is no variable at all.
//
// There is no index of the names: they are some dozens, and a start asks for fewer.
type Variables struct{ entries []variable }

type variable struct {
	// As the system takes it.
	text string
	// Of the name; zero where there is none, and the entry is kept as it is.
	length        int
	gone, renamed bool
}

func (v *variable) isRaw() bool { return v.length == 0 }

func (v *variable) name() string { return v.text[:v.length] }

func (v *variable) value() string { return v.text[v.length+1:] }

// Room for what a start sets.
const roomForMore = 16

// NewVariables takes entries as the system gives them; of two of a name the first counts, and an empty one is none.
func NewVariables(entries []string) *Variables {
	env := &Variables{make([]variable, len(entries), len(entries)+roomForMore)}
	for index, entry := range entries {
		// The name of one that Windows has for each drive begins with the sign.
		env.entries[index] = variable{text: entry, length: strings.IndexByte(entry[min(1, len(entry)):], '=') + 1}
	}
	env.deleteRepeated()
	return env
}

// Keeps the first of several of a name.
func (v *Variables) deleteRepeated() {
	sorted := make([]*variable, len(v.entries))
	for index := range v.entries {
		sorted[index] = &v.entries[index]
	}
	slices.SortStableFunc(sorted, func(a, b *variable) int { return strings.Compare(keyOf(a.name()), keyOf(b.name())) })
	for index, one := range sorted[min(1, len(sorted)):] {
		one.gone = !one.isRaw() && keyOf(one.name()) == keyOf(sorted[index].name())
	}
	v.entries = slices.DeleteFunc(v.entries, func(one variable) bool { return one.gone || one.text == "" })
}

// Names on Windows are the same in any case.
func keyOf(name string) string {
	if runtime.GOOS == "windows" {
		return strings.ToUpper(name)
	}
	return name
}

// Nil where it was never there.
func (v *Variables) find(name string) *variable {
	key := keyOf(name)
	for index := range v.entries {
		if one := &v.entries[index]; !one.isRaw() && keyOf(one.name()) == key {
			return one
		}
	}
	return nil
}

// Lookup tells an empty value from none.
func (v *Variables) Lookup(name string) (string, bool) {
	one := v.find(name)
	if one == nil || one.gone {
		return "", false
	}
	return one.value(), true
}

func (v *Variables) Get(name string) string {
	value, _ := v.Lookup(name)
	return value
}

func (v *Variables) Set(name, value string) {
	set := variable{text: name + "=" + value, length: len(name)}
	if one := v.find(name); one != nil {
		*one = set
	} else {
		v.entries = append(v.entries, set)
	}
}

func (v *Variables) Delete(name string) {
	if one := v.find(name); one != nil {
		one.gone = true
	}
}

func (v *Variables) Clone() *Variables {
	return &Variables{append(make([]variable, 0, len(v.entries)+roomForMore), v.entries...)}
}

// List is what the system takes.
func (v *Variables) List() []string {
	list := make([]string, 0, len(v.entries))
	for _, one := range v.entries {
		if !one.gone {
			list = append(list, one.text)
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
	for index := range env.entries {
		one := &env.entries[index]
		one.gone = one.gone || !one.isRaw() && matchesAny(rules.Unset, one.name()) && !matchesAny(rules.Pass, one.name())
	}
	for _, one := range rules.Map {
		value, set := caller.Lookup(one.Name)
		if !set || matchesAny(rules.Pass, one.Name) || matchesAny(rules.Unset, one.Name) {
			continue
		}
		env.Delete(one.Name)
		env.Set(one.Value, value)
		env.find(one.Value).renamed = true
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
