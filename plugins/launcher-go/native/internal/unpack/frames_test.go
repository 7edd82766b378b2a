package unpack

import (
	"bytes"
	"io"
	"math/rand"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"
)

func framesOf(t *testing.T, sizes []int, options ...zstd.EOption) (stored, content []byte) {
	t.Helper()
	random := rand.New(rand.NewSource(1))
	for at, size := range sizes {
		piece := bytes.Repeat([]byte{byte(at)}, size)
		for index := 0; index < size; index += 3 {
			piece[index] = byte(random.Intn(256))
		}
		encoder, err := zstd.NewWriter(nil, options...)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(encoder.EncodeAll(piece, stored), []byte{0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 'n', 'o'}...)
		content = append(content, piece...)
	}
	return stored, content
}

func unframe(input io.Reader) ([]byte, error) {
	reader := newFrames(input)
	defer reader.Close()
	return io.ReadAll(reader)
}

func TestFramesComeInTheirOrder(t *testing.T) {
	sizes := []int{1, 0, 3 << 20, 70000, largestAhead, largestAhead + 1, 5, 255, 256, 257, 65791, 65792, 1 << 20, 9 << 20, 2 << 20, 2 << 20, 2 << 20}
	for name, options := range map[string][]zstd.EOption{"one segment": {zstd.WithSingleSegment(true)}, "sums": {zstd.WithEncoderCRC(true)}, "no sums": {zstd.WithEncoderCRC(false)}} {
		stored, content := framesOf(t, sizes, options...)
		for _, input := range []io.Reader{bytes.NewReader(stored), iotest.HalfReader(bytes.NewReader(stored))} {
			if found, err := unframe(input); err != nil || !bytes.Equal(found, content) {
				t.Errorf("%s: %d bytes of %d, %v", name, len(found), len(content), err)
			}
		}
	}
	requireAllRooms(t)
}

// Whoever takes a room gives it back.
func requireAllRooms(t *testing.T) {
	t.Helper()
	if len(rooms()) != roomsAtFirst {
		t.Errorf("%d rooms are free", len(rooms()))
	}
}

var roomsAtFirst = len(rooms())

func TestDamagedFramesAreRefused(t *testing.T) {
	stored, content := framesOf(t, []int{1000, 70000, 300}, zstd.WithEncoderCRC(true))
	for cut := 0; cut < len(stored); cut += 1 + cut/50 {
		found, err := unframe(bytes.NewReader(stored[:cut]))
		if err == nil && (cut == 0 || !bytes.HasPrefix(content, found) || len(found) == len(content) && cut < len(stored)-10) {
			t.Errorf("cut at %d", cut)
		}
	}
	for _, tail := range [][]byte{{0}, []byte("four"), stored[:5]} {
		if _, err := unframe(bytes.NewReader(append(slices.Clone(stored), tail...))); err == nil {
			t.Errorf("%q behind it", tail)
		}
	}
	damaged := slices.Clone(stored)
	damaged[5000] ^= 1
	if found, err := unframe(bytes.NewReader(damaged)); err == nil || len(found) > 1000 {
		t.Errorf("%d bytes of a damaged frame", len(found))
	}
	requireAllRooms(t)
}

func TestWhoStopsEarlyLeavesNothingBehind(t *testing.T) {
	stored, _ := framesOf(t, []int{2 << 20, 2 << 20, 2 << 20, 2 << 20})
	reader := newFrames(bytes.NewReader(stored))
	if _, err := io.ReadFull(reader, make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	reader.Close()
	requireAllRooms(t)
}

func TestFramesOfEmptyBlocksAreStreams(t *testing.T) {
	stored := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x20, 1}
	stored = append(stored, bytes.Repeat([]byte{0, 0, 0}, largestAhead/3+1000)...)
	stored = append(stored, 1|1<<3, 0, 0, 'x')
	if found, err := unframe(bytes.NewReader(stored)); err != nil || string(found) != "x" {
		t.Errorf("%q %v", found, err)
	}
	requireAllRooms(t)
}
