//go:build unix

package launch

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/unpack"
	"flavor/launcher/internal/workenv"

	"golang.org/x/sys/unix"
)

const slashes = "/"

func spellings(path, _ string) []string { return []string{path} }

func isExecutable(path string) bool { return unix.Access(path, unix.X_OK) == nil }

func isTerminal(fd int) bool {
	_, err := unix.IoctlGetTermios(fd, readTermios)
	return err == nil
}

// The application replaces this process, and with it takes what is held. From here on everything is this thread's own.
func execute(program string, argv, env []string, held []*workenv.Live) (int, error) {
	workenv.KeepThroughExec(held)
	err := syscall.Exec(program, argv, env)
	if errors.Is(err, syscall.ENOEXEC) {
		// A script that does not say what reads it is read by the shell, as everywhere.
		err = syscall.Exec("/bin/sh", append([]string{"sh", program}, argv[1:]...), env)
	}
	return 0, &format.Error{Code: format.ErrCommand, Message: "start " + program + ": " + unpack.Reason(err), Cause: err}
}

func hasRaisedRights() bool {
	return os.Getuid() != os.Geteuid() || os.Getgid() != os.Getegid() || isMarkedSecure()
}

func lowPriority() { _ = unix.Setpriority(unix.PRIO_PROCESS, 0, 10) }

// A helper that reads the FIFO deletes the directory when nobody holds its other end any more. That end is given.
func (l *Launch) deleteAtEnd(live, doomed string) (*workenv.Live, error) {
	// Nobody sees the FIFO before it is held, and takes the session for one that is over.
	draft := live + ".new"
	if err := workenv.MakeLive(draft); err != nil {
		return nil, errHelper(err)
	}
	fd, err := unix.Open(draft, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, errHelper(err)
	}
	end := os.NewFile(uintptr(fd), draft)
	defer end.Close()
	// The helper finds a writer from the first moment on, however short the run is, and inherits none.
	writer, err := unix.Open(draft, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, errHelper(err)
	}
	defer unix.Close(writer)
	if err := os.Rename(draft, live); err != nil {
		return nil, errHelper(err)
	}
	if err := l.detach(end, endWord, doomed); err != nil {
		return nil, errHelper(err)
	}
	held := workenv.HoldEnd(live)
	if held == nil {
		return nil, errHelper(errors.New("it went away"))
	}
	return held, nil
}

// Helpers find the FIFO they wait on here.
const endDescriptor = 3

// Starts this program and waits no longer than for its first step.
func startHelper(args, env []string, end *os.File) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	files := []*os.File{null, null, null}
	if end != nil {
		files = append(files, end)
	}
	path := selfProgram()
	child, err := os.StartProcess(path, append([]string{path}, args...), &os.ProcAttr{Env: env, Files: files, Sys: &syscall.SysProcAttr{Setsid: true}})
	if err != nil || args[0] != detachWord {
		return err
	}
	state, err := child.Wait()
	if err == nil && !state.Success() {
		err = errors.New(state.String())
	}
	return err
}

// In the first step of a helper: what the second is to wait on.
func inheritedEnd() *os.File {
	closeInherited()
	var stat unix.Stat_t
	if unix.Fstat(endDescriptor, &stat) != nil || stat.Mode&unix.S_IFMT != unix.S_IFIFO {
		return nil
	}
	unix.CloseOnExec(endDescriptor)
	return os.NewFile(endDescriptor, filepath.Base(os.DevNull))
}

// Descriptors of the application's are not for helpers.
func closeInherited() {
	for fd := 200; fd < 264; fd++ {
		_ = unix.Close(fd)
	}
}

func waitForEnd() {
	closeInherited()
	lowPriority()
	_ = unix.SetNonblock(endDescriptor, false)
	buffer := make([]byte, 64)
	for {
		count, err := unix.Read(endDescriptor, buffer)
		if count == 0 || err != nil && err != unix.EINTR {
			return
		}
	}
}
