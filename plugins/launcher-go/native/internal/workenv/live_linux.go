package workenv

import (
	"math"

	"golang.org/x/sys/unix"
)

// Gives this thread a table of descriptors of its own, as exec would in a moment. To make room in one that several threads have,
// the kernel waits until every processor has passed through it: ten milliseconds.
func ownDescriptors() {
	// Closes none. Sandboxes that allow no unshare allow this.
	if unix.CloseRange(math.MaxInt32, math.MaxUint32, unix.CLOSE_RANGE_UNSHARE) != nil {
		_ = unix.Unshare(unix.CLONE_FILES)
	}
}
