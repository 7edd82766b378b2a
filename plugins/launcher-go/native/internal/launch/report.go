package launch

import (
	"errors"
	"os"
	"slices"
	"strings"

	"flavor/launcher/internal/format"
)

// What the launcher says, all of it on stderr: nothing on a normal start, one message and its hint when it must stop, and
// a line for each thing it does when `FLAVOR_LAUNCHER_LOG_LEVEL` or `FLAVOR_LOG_LEVEL` asks.

type level int

const (
	trace level = iota
	debug
	info
	warn
	silent
)

var levels = []string{"trace", "debug", "info", "warn", "error", "off"}

// Log takes one event with its fields, as names and values in turn.
type Log struct {
	threshold level
	json      bool
}

// NewLog says nothing unless the environment asks; an unknown level is `info`. `json:` before it asks for JSON.
func NewLog(env *Variables) Log {
	wanted := env.Get("FLAVOR_LAUNCHER_LOG_LEVEL")
	if wanted == "" {
		wanted = env.Get("FLAVOR_LOG_LEVEL")
	}
	if wanted == "" {
		return Log{threshold: level(len(levels))}
	}
	word, json := strings.CutPrefix(strings.ToLower(wanted), "json")
	threshold := slices.Index(levels, strings.TrimPrefix(word, ":"))
	if threshold < 0 {
		threshold = int(info)
	}
	return Log{threshold: level(threshold), json: json}
}

func (l Log) asks(at level) bool { return at >= l.threshold }

func (l Log) say(at level, event string, fields ...string) {
	if !l.asks(at) {
		return
	}
	if l.json {
		say(string(append(jsonLine(at, event, fields), '\n')))
		return
	}
	line := "flavor: " + event
	for index := 0; index+1 < len(fields); index += 2 {
		value := fields[index+1]
		if value == "" || strings.ContainsFunc(value, func(char rune) bool { return char <= ' ' || char == '"' }) {
			value = format.Quote(value)
		}
		line += " " + fields[index] + "=" + value
	}
	say(line + "\n")
}

func jsonLine(at level, event string, fields []string) []byte {
	line := format.AppendJsonText([]byte(`{"level":`), levels[at])
	line = format.AppendJsonText(append(line, `,"event":`...), event)
	for index := 0; index+1 < len(fields); index += 2 {
		line = format.AppendJsonText(append(line, ','), fields[index])
		line = format.AppendJsonText(append(line, ':'), fields[index+1])
	}
	return append(line, '}')
}

func say(text string) { _, _ = os.Stderr.WriteString(text) }

// Explain says what went wrong and gives the exit code. Anything that is no Error of the catalogue is a defect of the launcher.
func Explain(err error, path string) int {
	var known *format.Error
	if !errors.As(err, &known) {
		known = format.Fail(format.ErrInternal, "the launcher failed: ", err.Error())
	}
	text := path + ": " + known.Message + " (" + string(known.Code) + ")\n"
	if hint := hintOf(known.Code); hint != "" {
		text += "  " + hint + "\n"
	}
	say(text)
	return known.Code.Exit()
}

func hintOf(code format.Code) string {
	switch code {
	case format.ErrBaseDirectory:
		return "set FLAVOR_CACHE to a directory of yours that can be written to"
	case format.ErrDiskFull:
		return "free some space, or set FLAVOR_CACHE to a directory on another disk"
	case format.ErrLauncherUsage:
		return "FLAVOR_LAUNCHER_CLI=1 with the command `help` lists what there is"
	case format.ErrIndexChecksum, format.ErrLauncherChecksum, format.ErrMetadataChecksum, format.ErrNotAPackage, format.ErrPackageSize,
		format.ErrPadding, format.ErrSignature, format.ErrSlotChecksum:
		return "get the file again from where it came"
	}
	return ""
}
