package unpack

import (
	"bufio"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"io"

	"flavor/launcher/internal/format"

	"github.com/dsnet/compress/brotli"
	"github.com/xi2/xz"
)

// Undoing what compressors do. Each reads to the end of its input, holds no more than its window and a few buffers, and
// fails for what is cut short, damaged, or followed by other bytes.

// As much as zstd's own tools accept without being told, and xz's at their highest level.
const largestWindow = 128 << 20

const bufferSize = 128 * 1024

// Nil for an operation that nothing here undoes. Tar is none: it stands first in a chain and is left to the sink.
func decoderOf(code byte) func(io.Reader) (io.Reader, error) {
	switch code {
	case format.OperationGzip:
		return func(input io.Reader) (io.Reader, error) {
			return gzip.NewReader(bufio.NewReaderSize(input, bufferSize))
		}
	case format.OperationBzip2:
		return func(input io.Reader) (io.Reader, error) {
			return bzip2.NewReader(bufio.NewReaderSize(input, bufferSize)), nil
		}
	case format.OperationXz:
		return func(input io.Reader) (io.Reader, error) { return xz.NewReader(input, largestWindow) }
	case format.OperationZstd:
		return func(input io.Reader) (io.Reader, error) {
			return newFrames(input), nil
		}
	case format.OperationBrotli:
		return newBrotli
	}
	return nil
}

// The brotli library stops where its stream ends, whatever follows.
type brotliReader struct {
	decoder *brotli.Reader
	input   *bufio.Reader
}

func newBrotli(input io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(input, bufferSize)
	decoder, err := brotli.NewReader(buffered, nil)
	return &brotliReader{decoder, buffered}, err
}

func (b *brotliReader) Read(into []byte) (int, error) {
	count, err := b.decoder.Read(into)
	if err == io.EOF {
		if _, more := b.input.Peek(1); more == nil {
			err = errors.New("bytes follow its end")
		} else if more != io.EOF {
			err = more
		}
	}
	return count, err
}
