package unpack

import (
	"errors"
	"io/fs"
	"syscall"

	"flavor/launcher/internal/format"
)

// SystemError is what the system refused, as an Error of the catalogue: a full disk is told apart, because its remedy is
// another one. An Error of the catalogue passes through unchanged, as does nil.
func SystemError(err error, attempted string) error {
	var known *format.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	code := format.ErrIo
	if IsFull(err) {
		code = format.ErrDiskFull
	}
	return &format.Error{Code: code, Message: attempted + ": " + Reason(err), Cause: err}
}

// Reason says in a few words what the system refused.
func Reason(err error) string {
	var number syscall.Errno
	if !errors.As(err, &number) {
		return err.Error()
	}
	switch {
	case IsFull(err):
		return "no space left on the disk"
	case errors.Is(err, fs.ErrExist):
		return "something of that name exists"
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	}
	return number.Error()
}
