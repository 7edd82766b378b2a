package launch

import (
	"path/filepath"
	"runtime"
	"strings"

	"flavor/launcher/internal/format"
)

// Which of several commands a start is for (SPEC.md, section 17): the one that its arguments name, or the caller's
// FLAVOR_COMMAND, or the name by which the package was started. Where a package knows one command alone, nothing of this
// means anything.

const defaultCommand = "default"
const commandFlag = "--flavor-command"

// Takes what names the command out of the arguments. EFLAVOR_COMMAND.
func (l *Launch) chooseCommand() error {
	metadata := l.Opened.Metadata
	if metadata.Commands == nil {
		return nil
	}
	name, args, asked := takeAsked(l.Args)
	if !asked {
		name = l.Host.Get("FLAVOR_COMMAND")
		asked = name != ""
	}
	if !asked {
		name = startedAs(l.Path)
	}
	command := commandOf(metadata, name)
	if command == nil && asked && name != defaultCommand {
		return l.unknownCommand(name)
	}
	if command == nil {
		// What is said of it besides its words, if anything.
		name, command = defaultCommand, commandOf(metadata, defaultCommand)
	}
	l.Args, l.command = args, command
	l.log.say(debug, "command", "name", name)
	return nil
}

// Arguments that choose one after the other, the one called default first.
func allCommands(metadata *format.Metadata) (choices [][]string) {
	if len(metadata.Commands) > 0 {
		choices = append(choices, []string{commandFlag, defaultCommand})
	}
	for _, one := range metadata.Commands {
		if one.Name != defaultCommand {
			choices = append(choices, []string{commandFlag, one.Name})
		}
	}
	return choices
}

func takeAsked(args []string) (name string, rest []string, asked bool) {
	if len(args) == 0 {
		return "", args, false
	}
	if args[0] == commandFlag {
		return strings.Join(args[1:min(2, len(args))], ""), args[min(2, len(args)):], true
	}
	if name, asked = strings.CutPrefix(args[0], commandFlag+"="); asked {
		return name, args[1:], true
	}
	return "", args, false
}

func startedAs(path string) string {
	name := filepath.Base(path)
	if runtime.GOOS == "windows" && strings.EqualFold(filepath.Ext(name), ".exe") {
		return name[:len(name)-len(".exe")]
	}
	return name
}

func commandOf(metadata *format.Metadata, name string) *format.NamedCommand {
	for at := range metadata.Commands {
		if metadata.Commands[at].Name == name {
			return &metadata.Commands[at]
		}
	}
	return nil
}

func (l *Launch) unknownCommand(name string) error {
	known := []string{defaultCommand}
	for _, one := range l.Opened.Metadata.Commands {
		if one.Name != defaultCommand {
			known = append(known, one.Name)
		}
	}
	err := format.Fail(format.ErrCommand, "the package has no command ", format.Quote(name), "; it has ", strings.Join(known, ", "))
	err.Hint = "FILE " + commandFlag + " " + defaultCommand
	return err
}
