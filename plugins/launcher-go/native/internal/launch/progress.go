package launch

import (
	"strconv"
	"sync"
	"time"

	"flavor/launcher/internal/format"
)

// One line on a terminal, when unpacking takes longer than a second; it is gone when the application starts.
type progress struct {
	guard       sync.Mutex
	name        string
	total, done uint64
	next        time.Time
	shown       bool
}

// Nil where nobody looks.
func newProgress(opened *format.Package) *progress {
	if !isTerminal(2) {
		return nil
	}
	line := &progress{name: opened.Metadata.Name, next: time.Now().Add(time.Second)}
	for _, slot := range opened.Slots {
		line.total += slot.StoredSize
	}
	return line
}

func (p *progress) add(bytes int) {
	if p == nil {
		return
	}
	p.guard.Lock()
	defer p.guard.Unlock()
	p.done += uint64(bytes)
	if now := time.Now(); now.After(p.next) {
		p.next = now.Add(200 * time.Millisecond)
		p.shown = true
		say("\r" + p.name + ": unpacking, " + megabytes(p.done) + " of " + megabytes(p.total) + " MB, only this first time\x1b[K")
	}
}

func (p *progress) end() {
	if p != nil && p.shown {
		say("\r\x1b[K")
	}
}

func megabytes(bytes uint64) string {
	digits := 0
	if bytes < 1e7 {
		digits = 1
	}
	return strconv.FormatFloat(float64(bytes)/1e6, 'f', digits, 64)
}
