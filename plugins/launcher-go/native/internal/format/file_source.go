package format

import (
	"errors"
	"io"
	"os"
)

// FileSource reads a package through one descriptor, so that what was checked is what is used, whatever happens to the path.
type FileSource struct {
	File *os.File
	size uint64
	// Bytes read ahead, and where they begin: what a start needs lies side by side.
	ahead []byte
	start uint64
}

// OpenFileSource takes over the open file. EFLAVOR_IO when it is not a regular one.
func OpenFileSource(file *os.File) (*FileSource, error) {
	stat, err := file.Stat()
	if err != nil {
		return nil, &Error{Code: ErrIo, Message: "open " + file.Name() + ": " + err.Error(), Cause: err}
	}
	if !stat.Mode().IsRegular() {
		return nil, Fail(ErrIo, "open ", file.Name(), ": not a regular file")
	}
	return &FileSource{File: file, size: uint64(stat.Size())}, nil
}

func (f *FileSource) Size() uint64 { return f.size }

func (f *FileSource) Read(position, length uint64) ([]byte, error) {
	if position >= f.start && position-f.start <= uint64(len(f.ahead)) && length <= uint64(len(f.ahead))-(position-f.start) {
		return f.ahead[position-f.start:][:length:length], nil
	}
	bytes := make([]byte, length)
	if err := f.ReadInto(bytes, position); err != nil {
		return nil, err
	}
	return bytes, nil
}

// ReadInto fills the bytes.
func (f *FileSource) ReadInto(bytes []byte, position uint64) error {
	if position > 1<<62 {
		return Fail(ErrIo, "read ", f.File.Name(), ": ", Number(position), " lies beyond the end")
	}
	count, err := f.File.ReadAt(bytes, int64(position))
	if count == len(bytes) {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return Fail(ErrIo, "read ", f.File.Name(), ": ", Number(len(bytes)), " bytes wanted at ", Number(position), ", the file ends at ", Number(position+uint64(count)))
	}
	return &Error{Code: ErrIo, Message: "read " + f.File.Name() + ": " + err.Error(), Cause: err}
}

// Prefetch reads a stretch at once that will be asked for in pieces.
func (f *FileSource) Prefetch(position, length uint64) error {
	bytes := make([]byte, length)
	if err := f.ReadInto(bytes, position); err != nil {
		return err
	}
	f.ahead, f.start = bytes, position
	return nil
}
