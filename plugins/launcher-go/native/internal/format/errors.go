package format

import (
	"errors"
	"strconv"
	"strings"
)

// Error is the one error that a package, or its start, can end in. Its code is a row of format/errors.json, shared by
// every implementation; its message says what was wrong and where, in lower case and without a full stop.
type Error struct {
	Code    Code
	Message string
	// What to do about this very one; empty where the code says it.
	Hint  string
	Cause error
}

func (e *Error) Error() string { return e.Message }

func (e *Error) Unwrap() error { return e.Cause }

// Fail makes an Error of the parts of its message.
func Fail(code Code, parts ...string) *Error {
	return &Error{Code: code, Message: strings.Join(parts, "")}
}

// CodeOf is empty for an error that is none of the catalogue.
func CodeOf(err error) Code {
	var found *Error
	if errors.As(err, &found) {
		return found.Code
	}
	return ""
}

// Number is what messages are made of.
func Number[N ~int | ~int64 | ~uint64 | ~uint32](number N) string {
	if number < 0 {
		return strconv.FormatInt(int64(number), 10)
	}
	return strconv.FormatUint(uint64(number), 10)
}

// Quote puts a text that came from elsewhere into a message, harmless for a terminal.
func Quote(text string) string { return strconv.Quote(text) }
