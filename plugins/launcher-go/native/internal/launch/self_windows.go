package launch

import "os"

func selfProgram() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

// OpenSelf opens the file of this very process, and gives the path under which it was started.
func OpenSelf() (*os.File, string, error) {
	path := absolute(selfProgram())
	file, err := os.Open(path)
	return file, path, err
}
