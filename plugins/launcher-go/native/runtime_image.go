//go:build unix && image

package main

import (
	"os/signal"
	"syscall"
	_ "unsafe" // for the names of what is the runtime's
)

// What Go offers no other way, or at a price. Only in images, which build.js links with `-checklinkname=0`: the names are not
// for everybody.

// What each signal did when this process began; 1 is "ignored". Go's own handlers are gone after exec, and the default
// action is back; a signal that the caller has ignored has to be ignored by the application too.
//
//go:linkname fwdSig runtime.fwdSig
var fwdSig [65]uintptr

const ignored = 1

func restoreSignals() {
	for number, action := range fwdSig {
		if action == ignored {
			signal.Ignore(syscall.Signal(number))
		}
	}
}

// What runtime.LockOSThread does, but for a thread that it starts besides, which has nothing to do here.
//
//go:linkname stayOnThread runtime.lockOSThread
func stayOnThread()

// What os.Environ gives, before it has made an index for os.Getenv, which nobody asks at a warm start.
//
//go:linkname environment syscall.runtime_envs
func environment() []string
