//go:build windows || !image

package main

import (
	"os"
	"runtime"
)

func restoreSignals() {}

func stayOnThread() { runtime.LockOSThread() }

func environment() []string { return os.Environ() }
