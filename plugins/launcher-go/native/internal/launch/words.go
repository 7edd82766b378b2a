package launch

import (
	"os"
	"path/filepath"
	"strings"

	"flavor/launcher/internal/format"
)

// The command of a package: cut into words, its placeholders filled in, its program found (SPEC.md, section 17).

// Cuts first and fills in afterwards, so that a path with spaces stays one word. Of the command called default, and of none,
// `execution` has the words. EFLAVOR_COMMAND.
func commandWords(metadata *format.Metadata, command *format.NamedCommand, workenv string) ([]string, error) {
	words := metadata.Argv
	if command != nil && command.Name != defaultCommand {
		words = command.Argv
	}
	if words == nil {
		var err error
		if words, err = splitWords(metadata.Command); err != nil {
			return nil, err
		}
	}
	filled := make([]string, len(words))
	for index, word := range words {
		filled[index] = expand(word, metadata, workenv)
	}
	if len(filled) == 0 || filled[0] == "" {
		return nil, format.Fail(format.ErrCommand, "the package has an empty command")
	}
	return filled, nil
}

func splitWords(line string) ([]string, error) {
	words, ok := format.SplitWords(line)
	if !ok {
		return nil, format.Fail(format.ErrCommand, "the command cannot be cut into words: a quote is not closed in: ", line)
	}
	return words, nil
}

// Once; what was filled in is not looked at again.
func expand(text string, metadata *format.Metadata, workenv string) string {
	placeholders := [...][2]string{{"workenv}", workenv}, {"package_name}", metadata.Name}, {"version}", metadata.Version}}
	var filled strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		if !found && filled.Len() == 0 {
			return text
		}
		filled.WriteString(before)
		if !found {
			return filled.String()
		}
		value := "{"
		for _, one := range placeholders {
			if after, ok := strings.CutPrefix(rest, one[0]); ok {
				value, rest = one[1], after
				break
			}
		}
		filled.WriteString(value)
		text = rest
	}
}

// The program as a path. A word with a slash that is a file is it; else its last name is looked up in the application's
// PATH, then in the caller's. EFLAVOR_COMMAND.
func findProgram(word string, env, host *Variables) (string, error) {
	if strings.ContainsAny(word, slashes) && isFile(word) {
		if !isExecutable(word) {
			return "", format.Fail(format.ErrCommand, "start ", word, ": permission denied")
		}
		return absolute(word), nil
	}
	name := word[strings.LastIndexAny(word, slashes)+1:]
	for _, path := range []string{env.Get("PATH"), host.Get("PATH")} {
		if found := lookUp(name, path, env.Get("PATHEXT")); found != "" {
			return absolute(found), nil
		}
	}
	return "", format.Fail(format.ErrCommand, "the program of the package, ", format.Quote(word), ", is not there and not on the PATH")
}

func lookUp(name, path, suffixes string) string {
	if name == "" || path == "" {
		return ""
	}
	for _, directory := range strings.Split(path, string(filepath.ListSeparator)) {
		if directory == "" {
			directory = "."
		}
		for _, candidate := range spellings(directory+string(filepath.Separator)+name, suffixes) {
			if isFile(candidate) && isExecutable(candidate) {
				return candidate
			}
		}
	}
	return ""
}

func isFile(path string) bool {
	stat, err := os.Stat(path)
	return err == nil && stat.Mode().IsRegular()
}

func absolute(path string) string {
	full, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return full
}
