package launch

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/workenv"
)

// Things that happen beside the application, in processes of this same program. They are detached by two steps, so that
// the application, which replaces this very process, never meets a child it did not start.

// The first words of helpers' command lines.
const (
	detachWord = "--detach"
	endWord    = "--delete-at-end"
)

const defaultBudget = 4e9

// At most hourly, after a work environment was built: the package's own `clean`, told to keep to its settings. It can wait
// for the next cold start when something stands in the way.
func (l *Launch) cleanLater(base string) {
	note := filepath.Join(workenv.GenerationsOf(base), ".cleaned")
	if stat, err := os.Stat(note); err == nil && time.Since(stat.ModTime()) < time.Hour {
		return
	}
	if os.WriteFile(note, nil, 0o666) == nil {
		if l.log.asks(debug) {
			l.log.say(debug, "clean", "base", base)
		}
		_ = l.detach(nil, "clean", "--quietly", l.id)
	}
}

// What `clean --quietly ID` does: old versions only, idle for a day, the least recently used first, down to the budget.
func (l *Launch) cleanQuietly(base, id string) {
	lowPriority()
	settings := l.policy.settings.Others
	idle, err := strconv.ParseFloat(settings["cache_idle_days"], 64)
	if err != nil || idle <= 0 {
		idle = 1
	}
	workenv.CleanBase(base, workenv.CleanOptions{
		Budget:     bytesOf(settings["cache_budget"]),
		Idle:       time.Duration(idle * 24 * float64(time.Hour)),
		Keep:       id,
		KeepNewest: true,
	})
}

// `500M`, `4G`, `123`.
func bytesOf(text string) int64 {
	number := strings.TrimSuffix(strings.ToUpper(text), "B")
	factor := 1.0
	if at := strings.IndexAny(number, "KMGT"); at >= 0 && at == len(number)-1 {
		for range strings.IndexByte("KMGT", number[at]) + 1 {
			factor *= 1000
		}
		number = number[:at]
	}
	value, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || value < 0 {
		return defaultBudget
	}
	return int64(value * factor)
}

// Helper does what a helper's command line says, before anything of the package is read. False for any other command line.
func Helper(args []string, host *Variables) bool {
	if !asksForService(host) || len(args) < 2 {
		return false
	}
	switch args[0] {
	case detachWord:
		_ = startHelper(args[1:], os.Environ(), inheritedEnd())
	case endWord:
		waitForEnd()
		if isOfRun(args[1]) {
			workenv.RemoveTree(args[1])
		}
	default:
		return false
	}
	return true
}

// A directory that was made for one run, and nothing else.
func isOfRun(path string) bool {
	name := filepath.Base(path)
	return filepath.IsAbs(path) && (strings.HasPrefix(name, "session.") || strings.HasPrefix(name, "flavor-"))
}

// Starts this program once more, in a session of its own, reading and writing nothing. `end` is a descriptor it waits on.
func (l *Launch) detach(end *os.File, args ...string) error {
	env := l.caller.Clone()
	env.Set("FLAVOR_LAUNCHER_CLI", "1")
	env.Delete("FLAVOR_VALIDATION")
	return startHelper(append([]string{detachWord}, args...), env.List(), end)
}

func errHelper(err error) error {
	return &format.Error{Code: format.ErrIo, Message: "start the helper that deletes temporary files: " + err.Error(), Cause: err}
}
