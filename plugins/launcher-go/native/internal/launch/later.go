package launch

import (
	"math"
	"os"
	"path/filepath"
	"slices"
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

// A duration holds no more than three times as many.
const mostDays = 36500

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
	workenv.CleanBase(base, workenv.CleanOptions{
		Budget:     int64(l.setting("cache_budget", bytesOf, defaultBudget)),
		Idle:       time.Duration(min(l.setting("cache_idle_days", decimal, 1), mostDays) * 24 * float64(time.Hour)),
		Keep:       id,
		KeepNewest: true,
	})
}

// Of several lines the last counts; a value that is none is not there.
func (l *Launch) setting(key string, read func(string) (float64, bool), otherwise float64) float64 {
	for _, line := range slices.Backward(l.policy.settings.Others) {
		if value, ok := read(line.Value); ok && line.Key == key {
			return value
		}
	}
	return otherwise
}

// `500M`, `4G`, `123`.
func bytesOf(text string) (float64, bool) {
	number := strings.TrimSuffix(strings.ToUpper(text), "B")
	factor := 1.0
	if at := strings.IndexAny(number, "KMGT"); at >= 0 && at == len(number)-1 {
		factor = math.Pow(1000, float64(strings.IndexByte("KMGT", number[at])+1))
		number = strings.TrimRight(number[:at], " \t")
	}
	value, ok := decimal(number)
	return min(value*factor, 1<<62), ok
}

// Digits, and a fraction behind a point if need be.
func decimal(text string) (float64, bool) {
	whole, fraction, pointed := strings.Cut(text, ".")
	if whole == "" || pointed && fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return 0, false
	}
	value, err := strconv.ParseFloat(text, 64)
	return value, err == nil
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
