package workenv

import (
	"strconv"
	"time"

	"golang.org/x/sys/windows"
)

// BootId names the current boot by the second it began.
func BootId() string {
	began := time.Now().Add(-windows.DurationSinceBoot())
	return "at " + strconv.FormatInt(began.Unix(), 10)
}
