package launch

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/trust"
)

// The log: with `FLAVOR_LAUNCHER_LOG_LEVEL`, else `FLAVOR_LOG_LEVEL`, a line on stderr for each thing that a start does.
// Events and their fields are those of SPEC.md, section 22. Callers ask before they put fields together, so that a log
// that nobody wants costs nothing.

type level int

const (
	trace level = iota
	debug
	info
	warn
	failure
	off
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
		return Log{threshold: off}
	}
	wanted = strings.ToLower(wanted)
	word, json := strings.CutPrefix(wanted, "json:")
	threshold := slices.Index(levels, word)
	if threshold < 0 {
		threshold = int(info)
	}
	return Log{threshold: level(threshold), json: json || wanted == "json"}
}

func (l Log) asks(at level) bool { return at >= l.threshold && l.threshold < off }

// A field whose name is followed by nothing to say is left out by whoever calls.
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
		if value == "" || strings.ContainsFunc(value, func(char rune) bool { return char == ' ' || char == '"' || unicode.IsControl(char) }) {
			value = string(appendText(nil, value))
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
		line = appendText(append(line, ':'), fields[index+1])
	}
	return append(line, '}')
}

// As JSON, with all control characters escaped, so that none of them reaches a terminal.
func appendText(out []byte, text string) []byte {
	start := len(out)
	out = format.AppendJsonText(out, strings.ToValidUTF8(text, "\ufffd"))
	if !strings.ContainsFunc(text, func(char rune) bool { return char >= 0x7f && char <= 0x9f }) {
		return out
	}
	quoted := string(out[start:])
	out = out[:start]
	for _, char := range quoted {
		if char >= 0x7f && char <= 0x9f {
			const digits = "0123456789abcdef"
			out = append(out, '\\', 'u', '0', '0', digits[char>>4], digits[char&15])
		} else {
			out = utf8.AppendRune(out, char)
		}
	}
	return out
}

// The name and the value of a field that may have nothing to say.
func optional(name, value string) []string {
	if value == "" {
		return nil
	}
	return []string{name, value}
}

// What the checks of a package have to say.
type checkLog struct {
	Log
	// The signature is not checked.
	unchecked bool
}

// Nil when nobody listens, so that nobody is told.
func (l *Launch) observer() format.Observer {
	if !l.log.asks(debug) {
		return nil
	}
	return checkLog{l.log, l.validation == trust.None}
}

func (c checkLog) Read(region string, offset, size uint64) {
	if size == 0 {
		return
	}
	c.say(debug, "read", "region", region, "offset", format.Number(offset), "size", format.Number(size))
}

func (c checkLog) Check(name string, nothing bool, err error) {
	switch {
	case err != nil:
		c.say(debug, "check", append([]string{"check", name, "result", "failed"}, optional("error", string(format.CodeOf(err)))...)...)
	case nothing || name == "signature" && c.unchecked:
		c.say(debug, "check", "check", name, "result", "unchecked")
	default:
		c.say(debug, "check", "check", name, "result", "ok")
	}
}

// One that stores nothing and has no checksum is put nowhere.
func (l *Launch) logSlot(slot *format.Slot, action string) {
	if slot.Sha256 != "" && l.log.asks(info) {
		l.log.say(info, "slot", "id", slot.Id, "action", action, "size", format.Number(slot.StoredSize), "chain", format.ChainWord(slot.Chain))
	}
}

func (l *Launch) logConfiguration(path, action string) {
	l.log.say(debug, "configuration", "path", path, "action", action)
}

// Variables that differ from the caller's. Values may be secrets of the caller's, so only those are told that the package
// or the launcher itself sets.
func (l *Launch) logEnvironment(env *Variables) {
	if !l.log.asks(debug) {
		return
	}
	var lines [][]string
	for _, one := range env.entries {
		if one.isRaw() || one.gone {
			continue
		}
		if before, set := l.Host.Lookup(one.name()); set && before == one.value() {
			continue
		}
		line := []string{"action", "set", "name", one.name()}
		if !one.renamed {
			line = append(line, "value", one.value())
		}
		lines = append(lines, line)
	}
	for _, one := range l.Host.entries {
		if one.isRaw() || one.gone {
			continue
		}
		if _, set := env.Lookup(one.name()); !set {
			lines = append(lines, []string{"action", "unset", "name", one.name()})
		}
	}
	slices.SortStableFunc(lines, func(a, b []string) int { return strings.Compare(a[3], b[3]) })
	for _, line := range lines {
		l.log.say(debug, "environment", line...)
	}
}
