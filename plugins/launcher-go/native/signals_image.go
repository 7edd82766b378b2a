//go:build unix && image

package main

import (
	"os/signal"
	"syscall"
	_ "unsafe" // for the name of the runtime's table
)

// Only in images, which build.js links with `-checklinkname=0`: the name is not for everybody.
//
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
