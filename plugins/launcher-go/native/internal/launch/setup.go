package launch

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/unpack"
	"flavor/launcher/internal/workenv"
)

// Setup commands (SPEC.md, section 19), run once in the place where the work environment stays. Each must succeed; its
// output is shown only when it does not. Files they write or change by name lie in the work environment.
func (l *Launch) runSetup(root string) error {
	for index, command := range l.Opened.Metadata.Setup {
		l.log.say(info, "setup", "index", format.Number(index), "type", command.Type)
		if err := l.runOne(root, command); err != nil {
			return err
		}
	}
	return nil
}

// Those of a setup command's words that may name a path, `{workenv}` still in them.
func namedWords(command format.SetupCommand, metadata *format.Metadata) []string {
	words, _ := format.SplitWords(command.Command)
	for index, word := range words {
		words[index] = expand(word, metadata, "{workenv}")
	}
	if command.Type != "execute" {
		words = append(words, "{workenv}/"+format.TargetPath(expand(command.Path, metadata, "{workenv}")))
	}
	return words
}

func (l *Launch) runOne(root string, command format.SetupCommand) error {
	switch command.Type {
	case "chmod":
		mode, err := strconv.ParseUint(strings.TrimPrefix(command.Mode, "0o"), 8, 32)
		if err != nil {
			return format.Fail(format.ErrSetup, "chmod ", command.Path, ": ", format.Quote(command.Mode), " is no mode")
		}
		return eachMatch(root, command.Path, func(path string) error { return os.Chmod(path, os.FileMode(mode&0o777)) })
	case "enumerate_and_execute":
		return eachMatch(root, command.Path+"/"+command.Pattern, func(path string) error { return l.execute(root, command.Command, path) })
	case "write_file":
		return l.writeFile(root, command)
	}
	return l.execute(root, command.Command)
}

func (l *Launch) writeFile(root string, command format.SetupCommand) error {
	metadata := l.Opened.Metadata
	path, err := unpack.ConfinedPath(format.TargetPath(expand(command.Path, metadata, "{workenv}")))
	if err != nil {
		return err
	}
	if err := requireNoLink(root, path); err != nil {
		return err
	}
	full := filepath.Join(root, path)
	err = workenv.MakeDirectory(filepath.Dir(full), 0o755)
	if err == nil {
		err = os.WriteFile(full, []byte(expand(command.Content, metadata, root)), 0o644)
	}
	return unpack.SystemError(err, "write "+path)
}

// No part of a path that is written to may be a link.
func requireNoLink(root, path string) error {
	for at := range len(path) + 1 {
		if at < len(path) && path[at] != '/' {
			continue
		}
		if stat, err := os.Lstat(filepath.Join(root, path[:at])); err == nil && stat.Mode()&os.ModeSymlink != 0 {
			return format.Fail(format.ErrConfined, path[:at], " is a link and cannot be written through")
		}
	}
	return nil
}

func (l *Launch) execute(root, command string, more ...string) error {
	metadata := l.Opened.Metadata
	env := l.caller.Clone()
	for _, one := range metadata.ExecutionEnv {
		env.Set(one.Name, one.Value)
	}
	env.Set("FLAVOR_WORKENV", root)
	env.Set("PATH", searchPath(metadata, root, l.caller.Get("PATH")))
	words, err := splitWords(command)
	if err != nil {
		return err
	}
	for index, word := range words {
		words[index] = expand(word, metadata, root)
	}
	if words = append(words, more...); len(words) == len(more) {
		return format.Fail(format.ErrCommand, "a setup command is empty")
	}
	program, err := findProgram(words[0], env, l.caller)
	if err != nil {
		return err
	}
	var out, errors bytes.Buffer
	child := exec.Cmd{Path: program, Args: append([]string{program}, words[1:]...), Env: env.List(), Stdout: &out, Stderr: &errors}
	if err := child.Run(); err != nil {
		return format.Fail(format.ErrSetup, "the setup command ", format.Quote(command), " failed: ", endOf(err), lastLines(out.String()+errors.String()))
	}
	return nil
}

func endOf(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		return "exit code " + strconv.Itoa(exit.ExitCode())
	}
	return err.Error()
}

func lastLines(text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return ""
	}
	lines := strings.Split(text, "\n")
	return "\n" + strings.Join(lines[max(0, len(lines)-5):], "\n")
}

// `*` and `?` in the last part of the path. Links are left alone: they may be changed only by their own name.
func eachMatch(root, pattern string, do func(path string) error) error {
	path, err := unpack.ConfinedPath(format.TargetPath(pattern))
	if err != nil {
		return err
	}
	directory, name := filepath.Dir(path), filepath.Base(path)
	if err := requireNoLink(root, filepath.ToSlash(directory)); err != nil {
		return err
	}
	names := []string{name}
	if strings.ContainsAny(name, "*?") {
		entries, err := os.ReadDir(filepath.Join(root, directory))
		if err != nil {
			return unpack.SystemError(err, "read "+directory)
		}
		names = nil
		for _, entry := range entries {
			if format.MatchesGlob(name, entry.Name()) {
				names = append(names, entry.Name())
			}
		}
	}
	for _, name := range names {
		full := filepath.Join(root, directory, name)
		stat, err := os.Lstat(full)
		if err == nil && stat.Mode()&os.ModeSymlink == 0 {
			err = do(full)
		}
		if err != nil {
			return unpack.SystemError(err, "change "+name)
		}
	}
	return nil
}
