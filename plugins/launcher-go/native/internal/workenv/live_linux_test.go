package workenv

import (
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

func TestWhatIsHeldIsKeptThroughExecWithoutTheOtherThreads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "live")
	if err := MakeLive(path); err != nil {
		t.Fatal(err)
	}
	held := HoldLive(path)
	defer held.Close()
	before := keptOnes(path)
	var after int
	done := make(chan bool)
	go func() {
		defer close(done)
		// Never unlocked: the thread ends with its descriptors.
		runtime.LockOSThread()
		KeepThroughExec([]*Live{held, nil})
		after = keptOnes(path)
	}()
	<-done
	if before != 0 || after != 1 || keptOnes(path) != 0 {
		t.Errorf("%d before, %d for the thread, %d for others", before, after, keptOnes(path))
	}
}

// Descriptors of the file, as this thread has them, that survive exec and leave those of the application alone.
func keptOnes(path string) (count int) {
	var file, one unix.Stat_t
	_ = unix.Stat(path, &file)
	for fd := firstKept; fd < firstKept+64; fd++ {
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		if err == nil && flags&unix.FD_CLOEXEC == 0 && unix.Fstat(fd, &one) == nil && one.Ino == file.Ino {
			count++
		}
	}
	return count
}
