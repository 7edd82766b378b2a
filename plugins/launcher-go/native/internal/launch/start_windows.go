package launch

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"unsafe"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/unpack"
	"flavor/launcher/internal/workenv"

	"golang.org/x/sys/windows"
)

const slashes = `/\`

func spellings(path, suffixes string) []string {
	if suffixes == "" {
		suffixes = ".COM;.EXE;.BAT;.CMD"
	}
	found := []string{}
	if filepath.Ext(path) != "" {
		found = append(found, path)
	}
	for _, suffix := range strings.Split(suffixes, ";") {
		found = append(found, path+strings.ToLower(suffix))
	}
	return found
}

func isExecutable(string) bool { return true }

func isTerminal(fd int) bool {
	var mode uint32
	return fd == 2 && windows.GetConsoleMode(windows.Handle(os.Stderr.Fd()), &mode) == nil
}

// The application is a child in a job that ends with this process, whatever ends it.
func execute(program string, argv, env []string, _ []*workenv.Live) (int, error) {
	signal.Ignore(os.Interrupt)
	endTogether()
	child := exec.Cmd{Path: program, Args: argv, Env: env, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	err := child.Run()
	var exit *exec.ExitError
	if err == nil || errors.As(err, &exit) {
		return child.ProcessState.ExitCode(), nil
	}
	return 0, &format.Error{Code: format.ErrCommand, Message: "start " + program + ": " + unpack.Reason(err), Cause: err}
}

// Children of a process in a job are in it too. Where that is not allowed, an orphan is possible.
func endTogether() {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | windows.JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK&0
	size := uint32(unsafe.Sizeof(limits))
	if _, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation, uintptr(unsafe.Pointer(&limits)), size); err == nil {
		_ = windows.AssignProcessToJobObject(job, windows.CurrentProcess())
	}
}

func hasRaisedRights() bool { return false }

func lowPriority() {
	_ = windows.SetPriorityClass(windows.CurrentProcess(), windows.BELOW_NORMAL_PRIORITY_CLASS)
}

// What is left of a session goes at the next start: its file is held as long as this process lives.
func (l *Launch) deleteAtEnd(live, _ string) (*workenv.Live, error) {
	if err := os.WriteFile(live, nil, 0o600); err != nil {
		return nil, errHelper(err)
	}
	return nil, nil
}

func startHelper(args, env []string, _ *os.File) error {
	path := selfProgram()
	if args[0] == detachWord {
		args = args[1:]
	}
	child := exec.Cmd{Path: path, Args: append([]string{path}, args...), Env: env, SysProcAttr: &windows.SysProcAttr{CreationFlags: windows.DETACHED_PROCESS | windows.CREATE_BREAKAWAY_FROM_JOB}}
	return child.Start()
}

func inheritedEnd() *os.File { return nil }

func waitForEnd() {}
