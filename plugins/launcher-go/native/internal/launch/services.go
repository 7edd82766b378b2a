package launch

import (
	"os"
	"strconv"
	"strings"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/trust"
	"flavor/launcher/internal/unpack"
	"flavor/launcher/internal/workenv"
)

// The launcher's own commands: `FLAVOR_LAUNCHER_CLI=1 ./app COMMAND`. Results go to stdout. A package that fails its checks
// never gets here, so all of them speak of a sound one.

const usage = `Commands of a package's launcher:

  info               what the package is
  verify             checks every byte of it
  metadata           prints its signed metadata
  extract SLOT DIR   unpacks one slot, by number or id, below DIR
  run [ARGS]         starts it, as without FLAVOR_LAUNCHER_CLI
  slot path ID       prints where a slot is, unpacking it if need be
  prepare            makes it ready to start, and prints where
  clean              removes work environments that nobody uses
  doctor             says what a start would find on this machine
`

// Bare speaks for a launcher without a package behind it. False when it was not asked, or not for that.
func Bare(args []string, host *Variables) bool {
	word := "help"
	if len(args) > 0 {
		word = strings.TrimLeft(args[0], "-")
	}
	if !asksForService(host) {
		return false
	}
	switch word {
	case "help", "h":
		print("flavor-go-launcher: starts the PSPF/2025 package that follows it in its file; none follows this one.\n\n" + strings.TrimSpace(usage))
	case "version", "V":
		print("flavor-go-launcher " + Version)
	default:
		return false
	}
	return true
}

// Version of this launcher.
const Version = "0.1.0"

func print(text string) { _, _ = os.Stdout.WriteString(text + "\n") }

func misuse(parts ...string) error { return format.Fail(format.ErrLauncherUsage, parts...) }

func (l *Launch) serve() (int, error) {
	name, args := "info", []string{}
	if len(l.Args) > 0 {
		name, args = strings.TrimPrefix(l.Args[0], "--"), l.Args[1:]
	}
	switch name {
	case "clean":
		return 0, l.clean(args)
	case "doctor":
		return 0, l.doctor()
	case "extract":
		if _, err := l.requireTrust(trust.Decide); err != nil {
			return 0, err
		}
		return 0, l.extract(args)
	case "help":
		print(strings.TrimSpace(usage))
		return 0, nil
	case "info":
		return 0, l.info()
	case "metadata":
		print(string(format.AppendJson(nil, l.Opened.Metadata.Json, "")))
		return 0, nil
	case "prepare":
		return 0, l.prepare()
	case "run":
		l.Args = args
		return l.start()
	case "slot":
		return 0, l.slot(args)
	case "verify":
		return 0, l.verify()
	case "version":
		print("flavor-go-launcher " + Version)
		return 0, nil
	}
	return 0, misuse("there is no command ", format.Quote(l.Args[0]))
}

func (l *Launch) info() error {
	opened := l.Opened
	metadata := opened.Metadata
	lines := []string{metadata.Name + " " + metadata.Version}
	if metadata.Description != "" {
		lines = append(lines, metadata.Description)
	}
	tool, development := metadata.Build.Tool, ""
	if tool == "" {
		tool = "unknown"
	}
	if metadata.Build.Development {
		development = ", for development"
	}
	command := metadata.Command
	if metadata.Argv != nil {
		command = lineOf(metadata.Argv)
	}
	lines = append(lines,
		"format    PSPF/2025, "+format.Number(opened.Source.Size())+" bytes",
		"built by  "+tool+" "+metadata.Build.ToolVersion+development,
		"key       ed25519 "+format.ToHex(opened.Index.PublicKey[:]),
		"command   "+command)
	lines = append(append(lines, commandRows(metadata)...), "slots")
	for _, slot := range opened.Slots {
		purpose, target := slot.Purpose, slot.Target
		if purpose == "" {
			purpose = "data"
		}
		if target == "" {
			target = "."
		}
		words := []string{"", format.Number(slot.Index), slot.Id, purpose, format.ChainWord(slot.Chain), format.Number(slot.StoredSize) + " bytes", "→ " + target}
		lines = append(lines, strings.Join(words, "  "))
	}
	print(strings.Join(lines, "\n"))
	return nil
}

// Each but the one called default, which stands above.
func commandRows(metadata *format.Metadata) (rows []string) {
	for _, one := range metadata.Commands {
		if one.Name != defaultCommand {
			rows = append(rows, "  "+one.Name+"  "+lineOf(one.Argv))
		}
	}
	if len(rows) > 0 {
		rows = append([]string{"commands"}, rows...)
	}
	return rows
}

func lineOf(words []string) string {
	quoted := make([]string, len(words))
	for index, word := range words {
		quoted[index] = string(format.AppendJsonText(nil, word))
	}
	return strings.Join(quoted, " ")
}

func (l *Launch) verify() error {
	var failure error
	results := format.Examine(l.Opened.Source, format.StrictCheck)
	decision, err := l.requireTrust(trust.Decide)
	last := format.CheckResult{Name: "publisher key", Detail: strings.TrimSpace(decision.Result + " " + decision.File), Err: err}
	if err != nil {
		last.Detail = err.Error()
	}
	for _, result := range append(results, last) {
		word := "ok  "
		if result.Err != nil {
			word = "BAD "
			if failure == nil {
				failure = result.Err
			}
		}
		print(word + " " + result.Name + ": " + result.Detail)
	}
	return failure
}

func (l *Launch) extract(args []string) error {
	if len(args) < 2 {
		return misuse("extract needs a slot and a directory")
	}
	slot, err := l.slotOf(args[0])
	if err != nil {
		return err
	}
	directory := absolute(args[1])
	if err := workenv.MakeDirectory(directory, 0o777); err != nil {
		return unpack.SystemError(err, "make "+directory)
	}
	_, err = l.unpackInto(slot, directory)
	return err
}

func (l *Launch) slot(args []string) error {
	if len(args) < 2 || args[0] != "path" {
		return misuse("slot needs `path` and the id of a slot")
	}
	slot, err := l.slotOf(args[1])
	if err != nil {
		return err
	}
	found, err := l.readyWith(nil)
	if err != nil {
		return err
	}
	path, err := l.addSlot(found.generation.Path, slot)
	if err == nil {
		print(path)
	}
	return err
}

// Of several commands, for each where the caller names none.
func (l *Launch) prepare() error {
	choices := allCommands(l.Opened.Metadata)
	if l.Host.Get("FLAVOR_COMMAND") != "" || len(choices) == 0 {
		choices = [][]string{nil}
	}
	found, err := l.readyWith(choices[0])
	for at := 0; at < len(choices) && err == nil; at++ {
		if at > 0 {
			l.Args = choices[at]
			err = l.chooseCommand()
		}
		if err == nil {
			err = l.addLastingSlots(found.generation.Path)
		}
	}
	if err == nil {
		print(found.generation.Path)
	}
	return err
}

// For the command that these choose, or else variable or name: the arguments of the launcher's command are not the application's.
func (l *Launch) readyWith(args []string) (*ready, error) {
	l.Args = args
	return l.ready()
}

// Of a package whose key is trusted: found, or built.
func (l *Launch) ready() (*ready, error) {
	if _, err := l.requireTrust(trust.Keep); err != nil {
		return nil, err
	}
	if err := l.chooseCommand(); err != nil {
		return nil, err
	}
	if found := l.findReady(); found != nil {
		return found, nil
	}
	return l.buildReady()
}

func (l *Launch) clean(args []string) error {
	base := workenv.FindBase(l.caller.Get)
	if len(args) > 1 && args[0] == "--quietly" {
		l.cleanQuietly(base, args[1])
		return nil
	}
	report := workenv.CleanBase(base, workenv.CleanOptions{Budget: -1})
	for _, id := range report.Removed {
		print("removed  " + id)
	}
	for _, id := range report.InUse {
		print("in use   " + id)
	}
	for _, name := range report.Leftovers {
		print("removed  " + name)
	}
	return nil
}

func (l *Launch) doctor() error {
	base := workenv.FindBase(l.caller.Get)
	noexec := ""
	if workenv.IsNoexec(base) {
		noexec = " (mounted noexec: programs in it cannot start)"
	}
	lines := []string{
		"launcher         flavor-go-launcher " + Version,
		"base directory   " + base + noexec,
	}
	for candidate := range workenv.BaseCandidates(l.caller.Get) {
		lines = append(lines, "                 candidate "+candidate)
	}
	current := "not built yet"
	if found := l.findReady(); found != nil {
		current = found.generation.Path
	}
	print(strings.Join(append(lines, "work environment "+current), "\n"))
	return nil
}

func (l *Launch) slotOf(which string) (*format.Slot, error) {
	var ids []string
	for index := range l.Opened.Slots {
		slot := &l.Opened.Slots[index]
		if slot.Id == which {
			return slot, nil
		}
		ids = append(ids, slot.Id)
	}
	if index, err := strconv.ParseUint(which, 10, 31); err == nil && int(index) < len(l.Opened.Slots) {
		return &l.Opened.Slots[index], nil
	}
	return nil, misuse("the package has no slot ", format.Quote(which), "; it has ", strings.Join(ids, ", "))
}
