package unpack

import (
	"bufio"
	"compress/bzip2"
	"compress/gzip"
	"io"

	"flavor/launcher/internal/format"

	"github.com/andybalholm/brotli"
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
		return func(input io.Reader) (io.Reader, error) { return brotli.NewReader(input), nil }
	}
	return nil
}
