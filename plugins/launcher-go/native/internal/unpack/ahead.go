package unpack

import (
	"io"

	"flavor/launcher/internal/format"
)

// Reads a few chunks ahead in a goroutine of its own, so that hashing, decoding and writing go on at a time. Memory is
// that of the chunks, which are used again and again.
type aheadReader struct {
	full, empty chan piece
	quit        chan struct{}
	done        chan struct{}
	current     piece
	rest        []byte
}

type piece struct {
	bytes []byte
	err   error
}

const chunksAhead = 4

func readAhead(input io.Reader, size int) *aheadReader {
	ahead := &aheadReader{
		full:  make(chan piece, chunksAhead),
		empty: make(chan piece, chunksAhead),
		quit:  make(chan struct{}),
		done:  make(chan struct{}),
	}
	for range chunksAhead {
		ahead.empty <- piece{bytes: make([]byte, 0, size)}
	}
	go ahead.run(input)
	return ahead
}

func (a *aheadReader) run(input io.Reader) {
	defer close(a.done)
	defer close(a.full)
	for {
		var next piece
		select {
		case next = <-a.empty:
		case <-a.quit:
			return
		}
		next = fill(input, next.bytes[:cap(next.bytes)])
		select {
		case a.full <- next:
		case <-a.quit:
			return
		}
		if next.err != nil {
			return
		}
	}
}

// A decoder that panics has met data it cannot read; that must not end the process.
func fill(input io.Reader, into []byte) (next piece) {
	defer func() {
		if recover() != nil {
			next = piece{err: format.Fail(format.ErrDecode, "the decoder failed")}
		}
	}()
	count := 0
	for count < len(into) {
		more, err := input.Read(into[count:])
		count += more
		if err != nil {
			return piece{into[:count], err}
		}
	}
	return piece{into[:count], nil}
}

// Waits until nothing is read any more, so that what lies below may be closed.
func (a *aheadReader) stop() {
	close(a.quit)
	<-a.done
}

func (a *aheadReader) advance() error {
	if a.current.err != nil {
		return a.current.err
	}
	if a.current.bytes != nil {
		a.empty <- piece{bytes: a.current.bytes[:0]}
	}
	next, ok := <-a.full
	if !ok {
		return io.ErrUnexpectedEOF
	}
	a.current, a.rest = next, next.bytes
	return nil
}

func (a *aheadReader) Read(into []byte) (int, error) {
	for len(a.rest) == 0 {
		if err := a.advance(); err != nil {
			return 0, err
		}
	}
	count := copy(into, a.rest)
	a.rest = a.rest[count:]
	return count, nil
}

func (a *aheadReader) pour(take func([]byte) error) error {
	for {
		if err := a.advance(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if len(a.rest) > 0 {
			if err := take(a.rest); err != nil {
				return err
			}
		}
	}
}
