//go:build unix && image

package main

import _ "unsafe" // for the name of the runtime's function

// What runtime.LockOSThread does, but for a thread that it starts besides, which has nothing to do here. See signals_image.go for why
// only in images.
//
//go:linkname stayOnThread runtime.lockOSThread
func stayOnThread()
