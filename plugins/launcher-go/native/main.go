// The launcher of flavor packages in Go: the program in front of a package, which checks it, makes its work environment
// and is replaced by the application. What it does is format/SPEC.md, sections 14 to 22; internal/launch is where it begins.
package main

import (
	"os"

	"flavor/launcher/internal/format"
	"flavor/launcher/internal/launch"
)

func main() { os.Exit(run()) }

func beforeStart() {
	restoreSignals()
	stayOnThread()
}

func run() (code int) {
	path := os.Args[0]
	host := launch.NewVariables(environment())
	log := launch.NewLog(host)
	defer func() {
		if recover() != nil {
			code = launch.Explain(format.Fail(format.ErrInternal, "the launcher failed"), path, log)
		}
	}()
	args := os.Args[1:]
	if launch.Helper(args, host) {
		return 0
	}
	file, path, err := launch.OpenSelf()
	if err != nil {
		return launch.Explain(&format.Error{Code: format.ErrIo, Message: err.Error(), Cause: err}, path, log)
	}
	code, err = launch.Run(launch.Request{Args: args, BeforeStart: beforeStart, File: file, Host: host, Path: path})
	if err == nil {
		return code
	}
	if format.CodeOf(err) == format.ErrNotAPackage && launch.Bare(args, host) {
		return 0
	}
	return launch.Explain(err, path, log)
}
