package launch

import (
	"errors"
	"os"
	"strings"

	"flavor/launcher/internal/format"
)

// What the launcher says, all of it on stderr: nothing on a normal start, and one message and its hint when it must stop.

func say(text string) { _, _ = os.Stderr.WriteString(text) }

// Explain says what went wrong and gives the exit code. Anything that is no Error of the catalogue is a defect of the launcher.
func Explain(err error, path string, log Log) int {
	var known *format.Error
	if !errors.As(err, &known) {
		known = format.Fail(format.ErrInternal, "the launcher failed: ", err.Error())
	}
	hint := hintOf(known, path)
	if log.json && log.asks(failure) {
		fields := []string{"error", string(known.Code), "message", known.Message, "exit", format.Number(known.Code.Exit())}
		log.say(failure, "failed", append(fields, optional("hint", hint)...)...)
		return known.Code.Exit()
	}
	text := path + ": " + known.Message + " (" + string(known.Code) + ")\n"
	if hint != "" {
		text += "  " + hint + "\n"
	}
	say(text)
	return known.Code.Exit()
}

func hintOf(err *format.Error, path string) string {
	if err.Hint == "" {
		return hintOfCode(err.Code)
	}
	return strings.Replace(err.Hint, "FILE", shellWord(path), 1)
}

// As it can be typed.
func shellWord(text string) string {
	if strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+@%:=,") == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\\''`) + "'"
}

func hintOfCode(code format.Code) string {
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
