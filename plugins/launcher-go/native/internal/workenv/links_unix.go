//go:build unix

package workenv

import (
	"errors"
	"syscall"
)

func isTooManyLinks(err error) bool { return errors.Is(err, syscall.EMLINK) }
