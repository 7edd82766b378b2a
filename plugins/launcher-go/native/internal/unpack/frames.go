package unpack

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"sync"

	"flavor/launcher/internal/format"

	"github.com/klauspost/compress/zstd"
)

// zstd (RFC 8878) whose frames are decoded several at a time. Where a frame ends is told by the headers of its blocks,
// without decoding. What is decoded ahead is bounded for all slots together: a frame that is larger than flavor's own up to
// level 9, does not state its size, or finds no room is decoded as a stream when its turn comes.
//
// The library's own concurrency splits the work on one block into steps; measured, it is slower than none.
type framesReader struct {
	input   *bufio.Reader
	queue   []*frame
	current *frame
	rest    []byte
	// Why nothing more is queued.
	end error
	// Nothing was read yet; an empty input is no zstd.
	fresh  bool
	stream *zstd.Decoder
}

// Either decoded ahead, in its room, or a stream that is decoded when it is read.
type frame struct {
	room   *room
	bytes  []byte
	err    error
	done   chan struct{}
	stream io.Reader
}

// What one frame may hold while it is decoded ahead.
type room struct{ stored, decoded []byte }

const largestAhead = 4 << 20
const mostAhead = 4

var rooms = sync.OnceValue(func() chan *room {
	count := min(mostAhead, runtime.GOMAXPROCS(0))
	free := make(chan *room, mostAhead)
	for range count {
		free <- &room{}
	}
	return free
})

var frameDecoder = sync.OnceValues(func() (*zstd.Decoder, error) { return newZstd(nil, mostAhead) })

func newZstd(input io.Reader, concurrency int) (*zstd.Decoder, error) {
	return zstd.NewReader(input, zstd.WithDecoderConcurrency(concurrency), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(largestWindow))
}

func newFrames(input io.Reader) *framesReader {
	return &framesReader{input: bufio.NewReaderSize(input, bufferSize), fresh: true}
}

func (f *framesReader) Read(into []byte) (int, error) {
	for {
		if len(f.rest) > 0 {
			count := copy(into, f.rest)
			f.rest = f.rest[count:]
			return count, nil
		}
		if f.current != nil && f.current.stream != nil {
			count, err := f.stream.Read(into)
			if err != io.EOF {
				return count, err
			}
			f.current = nil
			if count > 0 {
				return count, nil
			}
		}
		if err := f.advance(); err != nil {
			return 0, err
		}
	}
}

// To the next frame, with others on their way.
func (f *framesReader) advance() error {
	f.release()
	f.fill()
	if len(f.queue) == 0 {
		return f.end
	}
	f.current, f.queue = f.queue[0], f.queue[1:]
	if f.current.stream == nil {
		<-f.current.done
		f.rest = f.current.bytes
		return f.current.err
	}
	if f.stream != nil {
		return f.stream.Reset(f.current.stream)
	}
	var err error
	f.stream, err = newZstd(f.current.stream, 1)
	return err
}

func (f *framesReader) release() {
	if f.current != nil && f.current.room != nil {
		rooms() <- f.current.room
	}
	f.current, f.rest = nil, nil
}

// As long as there is room, and the input does not stand inside a frame that is a stream.
func (f *framesReader) fill() {
	for f.end == nil && (len(f.queue) == 0 || f.queue[len(f.queue)-1].stream == nil) {
		var free *room
		select {
		case free = <-rooms():
		default:
			if len(f.queue) > 0 {
				return
			}
		}
		next, err := f.next(free)
		if next == nil || next.room == nil {
			giveBack(free)
		}
		if f.end = err; next != nil {
			f.queue = append(f.queue, next)
		}
	}
}

func giveBack(free *room) {
	if free != nil {
		rooms() <- free
	}
}

// The next frame that holds anything. io.EOF where the input ends between two.
func (f *framesReader) next(free *room) (*frame, error) {
	for {
		head, err := f.input.Peek(longestHeader)
		if len(head) == 0 && !(f.fresh && err == io.EOF) {
			return nil, err
		}
		if err != nil && err != io.EOF {
			return nil, err
		}
		f.fresh = false
		if len(head) >= 8 && binary.LittleEndian.Uint32(head)&^0xf == skippableMagic {
			if _, err := io.CopyN(io.Discard, f.input, 8+int64(binary.LittleEndian.Uint32(head[4:]))); err != nil {
				return nil, unexpected(err)
			}
			continue
		}
		length, size, checksum, ok := frameHeader(head)
		if !ok {
			return nil, errors.New("bytes that begin no zstd frame")
		}
		one := &oneFrame{input: f.input, left: length, checksum: checksum}
		if free == nil || size > largestAhead {
			return &frame{stream: one}, nil
		}
		return gather(one, size, free)
	}
}

// Reads all of it, and has it decoded in the background.
func gather(one *oneFrame, size uint64, free *room) (*frame, error) {
	if free.stored == nil {
		free.stored = make([]byte, 0, 1<<20)
	}
	stored := free.stored[:0]
	for len(stored) <= largestAhead {
		if len(stored) == cap(stored) {
			stored = append(stored, 0)[:len(stored)]
		}
		count, err := one.Read(stored[len(stored):cap(stored)])
		stored = stored[:len(stored)+count]
		if err == io.EOF {
			free.stored = stored
			return decodeAhead(size, free), nil
		}
		if err != nil {
			return nil, err
		}
	}
	// Blocks that hold nothing can make any frame longer than what it holds.
	free.stored = nil
	return &frame{stream: io.MultiReader(bytes.NewReader(stored), one)}, nil
}

func decodeAhead(size uint64, free *room) *frame {
	if uint64(cap(free.decoded)) < size {
		free.decoded = make([]byte, 0, size)
	}
	ahead := &frame{room: free, done: make(chan struct{})}
	go func() {
		defer close(ahead.done)
		defer func() {
			if recover() != nil {
				ahead.err = format.Fail(format.ErrDecode, "the decoder failed")
			}
		}()
		decoder, err := frameDecoder()
		if err == nil {
			ahead.bytes, err = decoder.DecodeAll(free.stored, free.decoded[:0])
		}
		ahead.err = err
	}()
	return ahead
}

// Close waits for what is on its way, so that its room can be used again.
func (f *framesReader) Close() {
	f.release()
	for _, one := range f.queue {
		if one.room != nil {
			<-one.done
			rooms() <- one.room
		}
	}
	f.queue = nil
	if f.stream != nil {
		f.stream.Close()
	}
}

const (
	frameMagic     = 0xfd2fb528
	skippableMagic = 0x184d2a50
	longestHeader  = 18
)

// Its length, and the size it states; one that states none is as large as can be.
func frameHeader(head []byte) (length int, size uint64, checksum, ok bool) {
	if len(head) < 6 || binary.LittleEndian.Uint32(head) != frameMagic {
		return 0, 0, false, false
	}
	descriptor := head[4]
	single := int(descriptor >> 5 & 1)
	at := 5 + (1 - single) + [4]int{0, 1, 2, 4}[descriptor&3]
	width := [4]int{single, 2, 4, 8}[descriptor>>6]
	if len(head) < at+width {
		return 0, 0, false, false
	}
	var field [8]byte
	copy(field[:], head[at:at+width])
	size = binary.LittleEndian.Uint64(field[:])
	switch width {
	case 0:
		size = ^uint64(0)
	case 2:
		size += 256
	}
	return at + width, size, descriptor&4 != 0, true
}

// The bytes of one frame and no more.
type oneFrame struct {
	input          *bufio.Reader
	left           int
	last, checksum bool
}

func (o *oneFrame) Read(into []byte) (int, error) {
	if o.left == 0 {
		if err := o.nextBlock(); err != nil {
			return 0, err
		}
	}
	count, err := o.input.Read(into[:min(len(into), o.left)])
	o.left -= count
	return count, unexpected(err)
}

// io.EOF behind the last block, and the checksum that may follow it.
func (o *oneFrame) nextBlock() error {
	if o.last {
		if !o.checksum {
			return io.EOF
		}
		o.checksum, o.left = false, 4
		return nil
	}
	head, err := o.input.Peek(3)
	if err != nil {
		return unexpected(err)
	}
	word := int(head[0]) | int(head[1])<<8 | int(head[2])<<16
	o.last = word&1 != 0
	switch word >> 1 & 3 {
	case 1:
		o.left = 3 + 1
	case 3:
		return errors.New("a zstd block of a reserved type")
	default:
		o.left = 3 + word>>3
	}
	return nil
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
