//go:build windows || !image

package main

import "runtime"

func stayOnThread() { runtime.LockOSThread() }
