package format

import (
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Metadata is what any builder's signed JSON means once read, with every difference between the known builders resolved,
// so that the rest of the code never asks who built a package (SPEC.md, section 5).
type Metadata struct {
	Name, Version, Description string
	Slots                      []SlotMetadata
	Command                    string
	// Present in packages built by flavor from a list of words; then Command is only its picture.
	Argv []string
	// Nil in a package that knows one command alone. The words of the one called `default` stand above.
	Commands     []NamedCommand
	ExecutionEnv Environment
	RuntimeEnv   *RuntimeEnvironment
	Directories  []Directory
	WorkenvEnv   Environment
	WorkenvPath  []string
	Setup        []SetupCommand
	Build        Build
	// By which a publisher goes over to another key; read, and not yet believed.
	Rotations []Rotation
	// Nil when its checksum is not stated.
	Launcher *LauncherMetadata
	// Built by flavor, so that every byte of index and table can be recomputed from this JSON.
	Exact bool
	// As parsed, for people who want to see all of it.
	Json *Object
}

// Pair is a name and a value; an Environment keeps them in the order of the JSON.
type Pair struct{ Name, Value string }
type Environment []Pair

// RuntimeEnvironment holds names to remove, to keep, to rename and to set. Globs know `*` and `?`.
type RuntimeEnvironment struct {
	Unset, Pass []string
	Map, Set    Environment
}

type Directory struct {
	Path string
	Mode uint32
}

// SetupCommand uses the members that its type has.
type SetupCommand struct{ Type, Command, Path, Content, Mode, Pattern string }

// NamedCommand is one of several. Nil slots are all that are not lazy.
type NamedCommand struct {
	Name        string
	Argv, Slots []string
}

type Build struct {
	Tool, ToolVersion, Timestamp string
	Development                  bool
}

// Rotation states that packages of this name are signed by another key from now on (SPEC.md, section 21).
type Rotation struct {
	From, To  [32]byte
	Signature [64]byte
}

type LauncherMetadata struct {
	Tool, Target, Sha256 string
	Size                 uint64
}

// SlotMetadata is a slot as the JSON has it. Target is as written; see TargetPath for where it means.
type SlotMetadata struct {
	Index               int
	Id, Target, Purpose string
	// 64 lower-case hex digits; empty for a slot that stores nothing.
	Sha256    string
	Lifecycle string
	Mode      uint32
	// Only in packages built by flavor.
	Exact *ExactSlot
}

type ExactSlot struct {
	Chain              []byte
	Class              byte
	Size, OriginalSize uint64
	Shareable          bool
}

const mostRotations = 16

// Keeps the first violation and goes on with empty values.
type metadataReader struct{ err error }

// ParseMetadata fails with EFLAVOR_METADATA naming the key that is missing or of the wrong type.
func ParseMetadata(bytes []byte) (*Metadata, error) {
	value, ok := ParseJson(bytes)
	if !ok {
		return nil, Fail(ErrMetadata, "the metadata is not JSON in UTF-8, or nested too deep")
	}
	r := &metadataReader{}
	json := r.object(value, "the metadata")
	if json.Get("format") != FormatName {
		r.bad("format is not " + FormatName)
	}
	identity, execution := r.object(json.Get("package"), "package"), r.object(json.Get("execution"), "execution")
	build := r.optionalObject(json.Get("build"), "build")
	exact := build.Get("tool") == BuildTool
	metadata := &Metadata{
		Name:         r.text(identity.Get("name"), "package.name"),
		Version:      r.text(identity.Get("version"), "package.version"),
		Description:  r.word(identity.Get("description"), "package.description"),
		Slots:        r.slots(json.Get("slots"), exact),
		Command:      r.text(execution.Get("command"), "execution.command"),
		Argv:         r.argv(execution.Get("argv"), "execution.argv"),
		ExecutionEnv: append(r.environment(execution.Get("environment"), "execution.environment"), r.environment(execution.Get("env"), "execution.env")...),
		RuntimeEnv:   r.runtime(json.Get("runtime")),
		Setup:        r.setup(json.Get("setup_commands")),
		Build:        r.build(build),
		Rotations:    r.rotations(json.Get("rotations")),
		Launcher:     r.launcher(json.Get("launcher"), exact),
		Exact:        exact,
		Json:         json,
	}
	r.word(json.Get("format_version"), "format_version")
	r.workenv(json.Get("workenv"), metadata)
	metadata.Commands = r.commands(json.Get("commands"), metadata.Slots)
	return metadata, r.err
}

// TargetPath is where a target means: `{workenv}/bin/x` and `bin/x` are `bin/x`; `{workenv}`, `.` and nothing are the
// work environment itself, an empty path.
func TargetPath(target string) string {
	path := strings.ReplaceAll(strings.ReplaceAll(target, "{workenv}/", ""), "{workenv}", "")
	if path = strings.TrimRight(path, "/"); path == "." {
		return ""
	}
	return path
}

func (r *metadataReader) bad(message string) {
	if r.err == nil {
		r.err = Fail(ErrMetadata, "the metadata is unusable: ", message)
	}
}

func (r *metadataReader) object(value Value, at string) *Object {
	object, ok := value.(*Object)
	if !ok {
		r.bad(at + " is not an object")
	}
	return object
}

func (r *metadataReader) optionalObject(value Value, at string) *Object {
	if value == nil {
		return nil
	}
	return r.object(value, at)
}

func (r *metadataReader) list(value Value, at string) []Value {
	list, ok := value.([]Value)
	if !ok {
		r.bad(at + " is not a list")
	}
	return list
}

func (r *metadataReader) optionalList(value Value, at string) []Value {
	if value == nil {
		return nil
	}
	return r.list(value, at)
}

// Paths, names, words and environment values: none can hold a zero byte, and half a surrogate pair is no text at all.
func (r *metadataReader) text(value Value, at string) string {
	text, ok := value.(string)
	if !ok || strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text) {
		r.bad(at + " is not a text")
		return ""
	}
	return text
}

// An optional text: empty when absent or null.
func (r *metadataReader) word(value Value, at string) string {
	if value == nil {
		return ""
	}
	return r.text(value, at)
}

func (r *metadataReader) texts(list []Value, at string) []string {
	texts := make([]string, len(list))
	for index, value := range list {
		texts[index] = r.text(value, at)
	}
	return texts
}

func (r *metadataReader) count(value Value, at string) uint64 {
	digits, ok := value.(Digits)
	number, err := strconv.ParseFloat(string(digits), 64)
	if !ok || err != nil || number < 0 || number > 1<<53-1 || number != math.Trunc(number) {
		r.bad(at + " is not a whole number")
		return 0
	}
	return uint64(number)
}

func (r *metadataReader) environment(value Value, at string) Environment {
	object := r.optionalObject(value, at)
	if object == nil {
		return nil
	}
	var environment Environment
	for index, name := range object.Keys {
		if name == "" || strings.Contains(name, "=") {
			r.bad(at + " has a key that names no environment variable")
		}
		environment = append(environment, Pair{r.text(name, at), r.text(object.values[index], at+"."+name)})
	}
	return environment
}

func (r *metadataReader) argv(value Value, at string) []string {
	if value == nil {
		return nil
	}
	argv := r.texts(r.list(value, at), at)
	if len(argv) == 0 {
		r.bad(at + " is empty")
	}
	return argv
}

func (r *metadataReader) commands(value Value, slots []SlotMetadata) []NamedCommand {
	if value == nil {
		return nil
	}
	commands := []NamedCommand{}
	if object := r.object(value, "commands"); object != nil {
		for index, name := range object.Keys {
			commands = append(commands, r.command(name, object.values[index], slots))
		}
	}
	return commands
}

func (r *metadataReader) command(name string, value Value, slots []SlotMetadata) NamedCommand {
	at := "commands." + name
	if !isCommandName(name) {
		r.bad("commands has a key " + Quote(name) + ", which names no command")
	}
	command := r.object(value, at)
	if command.Get("argv") == nil {
		r.bad(at + ".argv is missing")
	}
	named := NamedCommand{Name: name, Argv: r.argv(command.Get("argv"), at+".argv")}
	if ids := command.Get("slots"); ids != nil {
		named.Slots = r.texts(r.list(ids, at+".slots"), at+".slots")
	}
	for _, id := range named.Slots {
		if !slices.ContainsFunc(slots, func(slot SlotMetadata) bool { return slot.Id == id }) {
			r.bad(at + ".slots names " + Quote(id) + ", which is no slot")
		}
	}
	return named
}

// A lower-case letter, then lower-case letters, digits and hyphens, at most 64 in all.
func isCommandName(name string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	return name != "" && len(name) <= 64 && strings.Trim(name[:1], letters) == "" && strings.Trim(name, letters+"0123456789-") == ""
}

func (r *metadataReader) build(build *Object) Build {
	timestamp := build.Get("timestamp")
	if digits, ok := timestamp.(Digits); ok {
		timestamp = string(digits)
	}
	return Build{
		Tool:        r.word(build.Get("tool"), "build.tool"),
		ToolVersion: r.word(build.Get("tool_version"), "build.tool_version"),
		Timestamp:   r.word(timestamp, "build.timestamp"),
		Development: build.Get("development") == true,
	}
}

func (r *metadataReader) rotations(value Value) []Rotation {
	entries := r.optionalList(value, "rotations")
	if len(entries) > mostRotations {
		r.bad("rotations has more than " + Number(mostRotations) + " statements")
		return nil
	}
	rotations := make([]Rotation, len(entries))
	for index, entry := range entries {
		at := "rotations[" + Number(index) + "]"
		statement := r.object(entry, at)
		r.hex(rotations[index].From[:], statement.Get("from"), at+".from")
		r.hex(rotations[index].To[:], statement.Get("to"), at+".to")
		r.hex(rotations[index].Signature[:], statement.Get("signature"), at+".signature")
	}
	return rotations
}

// Lower-case digits, as many as fill the bytes.
func (r *metadataReader) hex(into []byte, value Value, at string) {
	text := r.text(value, at)
	if len(text) != 2*len(into) || strings.Trim(text, "0123456789abcdef") != "" {
		r.bad(at + " is not " + Number(2*len(into)) + " lower-case hex digits")
		return
	}
	_, _ = hex.Decode(into, []byte(text))
}

func (r *metadataReader) launcher(value Value, exact bool) *LauncherMetadata {
	if value == nil && !exact {
		return nil
	}
	launcher := r.object(value, "launcher")
	sha256 := r.checksum(r.word(launcher.Get("checksum"), "launcher.checksum"), "launcher.checksum")
	if sha256 == "" {
		if exact {
			r.bad("launcher.checksum is missing")
		}
		return nil
	}
	return &LauncherMetadata{
		Sha256: sha256,
		Size:   r.count(launcher.Get("size"), "launcher.size"),
		Target: r.word(launcher.Get("target"), "launcher.target"),
		Tool:   r.word(launcher.Get("tool"), "launcher.tool"),
	}
}

func (r *metadataReader) runtime(value Value) *RuntimeEnvironment {
	env := r.optionalObject(value, "runtime").Get("env")
	if env == nil {
		return nil
	}
	rules := r.object(env, "runtime.env")
	return &RuntimeEnvironment{
		Unset: r.texts(r.optionalList(rules.Get("unset"), "runtime.env.unset"), "runtime.env.unset"),
		Pass:  r.texts(r.optionalList(rules.Get("pass"), "runtime.env.pass"), "runtime.env.pass"),
		Map:   r.environment(rules.Get("map"), "runtime.env.map"),
		Set:   r.environment(rules.Get("set"), "runtime.env.set"),
	}
}

func (r *metadataReader) workenv(value Value, metadata *Metadata) {
	workenv := r.optionalObject(value, "workenv")
	for _, entry := range r.optionalList(workenv.Get("directories"), "workenv.directories") {
		directory := r.object(entry, "workenv.directories")
		mode := r.word(directory.Get("mode"), "workenv.directories.mode")
		if mode == "" {
			mode = "0700"
		}
		metadata.Directories = append(metadata.Directories, Directory{r.text(directory.Get("path"), "workenv.directories.path"), ParseMode(mode)})
	}
	metadata.WorkenvEnv = r.environment(workenv.Get("env"), "workenv.env")
	metadata.WorkenvPath = r.texts(r.optionalList(workenv.Get("path"), "workenv.path"), "workenv.path")
}

func (r *metadataReader) setup(value Value) []SetupCommand {
	var commands []SetupCommand
	for index, entry := range r.optionalList(value, "setup_commands") {
		at := "setup_commands[" + Number(index) + "]"
		if command, ok := entry.(string); ok {
			commands = append(commands, SetupCommand{Type: "execute", Command: r.text(command, at)})
		} else {
			commands = append(commands, r.setupCommand(r.object(entry, at), at))
		}
	}
	return commands
}

func (r *metadataReader) setupCommand(command *Object, at string) SetupCommand {
	text := func(key string) string { return r.text(command.Get(key), at+"."+key) }
	switch command.Get("type") {
	case "chmod":
		return SetupCommand{Type: "chmod", Path: text("path"), Mode: orElse(r.word(command.Get("mode"), at+".mode"), "700")}
	case "enumerate_and_execute":
		enumerate := r.object(command.Get("enumerate"), at+".enumerate")
		return SetupCommand{
			Type:    "enumerate_and_execute",
			Command: text("command"),
			Path:    r.text(enumerate.Get("path"), at+".enumerate.path"),
			Pattern: orElse(r.word(enumerate.Get("pattern"), at+".enumerate.pattern"), "*"),
		}
	case "execute":
		return SetupCommand{Type: "execute", Command: text("command")}
	case "write_file":
		return SetupCommand{Type: "write_file", Path: text("path"), Content: r.word(command.Get("content"), at+".content")}
	}
	r.bad(at + ".type is no setup command")
	return SetupCommand{}
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func (r *metadataReader) slots(value Value, exact bool) []SlotMetadata {
	list := r.list(value, "slots")
	slots := make([]SlotMetadata, len(list))
	for index, entry := range list {
		at := "slots[" + Number(index) + "]"
		slot := r.object(entry, at)
		for _, key := range []string{"source", "operations"} {
			r.word(slot.Get(key), at+"."+key)
		}
		checksum := r.word(slot.Get("checksum"), at+".checksum")
		slots[index] = SlotMetadata{
			Index:     index,
			Id:        r.text(slot.Get("id"), at+".id"),
			Target:    r.text(slot.Get("target"), at+".target"),
			Purpose:   r.word(slot.Get("purpose"), at+".purpose"),
			Sha256:    r.checksum(checksum, at+".checksum"),
			Lifecycle: LifecycleOf(r.word(slot.Get("lifecycle"), at+".lifecycle")),
			Mode:      ParseMode(r.word(slot.Get("permissions"), at+".permissions")),
		}
		if exact {
			slots[index].Exact = r.exact(slot, at)
			if slots[index].Sha256 == "" {
				r.bad(at + ".checksum is missing")
			}
		}
	}
	return slots
}

func (r *metadataReader) exact(slot *Object, at string) *ExactSlot {
	steps := r.list(slot.Get("chain"), at+".chain")
	if len(steps) > longestChain {
		r.bad(at + ".chain has more than eight operations")
	}
	var chain []byte
	for _, entry := range steps {
		step := r.object(entry, at+".chain")
		r.text(step.Get("codec"), at+".chain.codec")
		operation := r.count(step.Get("operation"), at+".chain.operation")
		if operation < 1 || operation > 0xff {
			r.bad(at + ".chain holds a number that is no operation")
		}
		chain = append(chain, byte(operation))
	}
	class := r.count(slot.Get("class"), at+".class")
	if class > 0xff {
		r.bad(at + ".class is larger than 255")
	}
	return &ExactSlot{
		Chain:        chain,
		Class:        byte(class),
		Size:         r.count(slot.Get("size"), at+".size"),
		OriginalSize: r.count(slot.Get("original_size"), at+".original_size"),
		Shareable:    slot.Get("shareable") == true,
	}
}

// ParseMode: `0755`, `755` and `0o755` are 0o755; anything else, and nothing, is 0o600.
func ParseMode(text string) uint32 {
	digits := strings.TrimPrefix(text, "0o")
	if len(digits) == 0 || len(digits) > 6 || strings.Trim(digits, "01234567") != "" {
		return 0o600
	}
	mode, _ := strconv.ParseUint(digits, 8, 32)
	if mode == 0 || mode > 0o7777 {
		return 0o600
	}
	return uint32(mode)
}

// `sha256:<hex>`, the prefix repeated or missing; empty for the empty text of a slot that stores nothing.
func (r *metadataReader) checksum(text, at string) string {
	for strings.HasPrefix(text, "sha256:") {
		text = text[len("sha256:"):]
	}
	text = strings.ToLower(text)
	if text != "" && (len(text) != 64 || strings.Trim(text, "0123456789abcdef") != "") {
		r.bad(at + " is not a SHA-256 in hex")
		return ""
	}
	return text
}
