package format

import (
	"encoding/binary"
	"encoding/hex"
)

// Source gives random access to a package, wherever it lies. Sizes and offsets are bytes. Read gives exactly `length`
// bytes, or an Error with the code EFLAVOR_IO.
type Source interface {
	Size() uint64
	Read(position, length uint64) ([]byte, error)
}

// MemorySource is a package in memory.
type MemorySource []byte

func (m MemorySource) Size() uint64 { return uint64(len(m)) }

func (m MemorySource) Read(position, length uint64) ([]byte, error) {
	size := uint64(len(m))
	if position > size || length > size-position {
		return nil, Fail(ErrIo, "read: ", Number(length), " bytes wanted at ", Number(position), ", there are ", Number(size))
	}
	return m[position : position+length], nil
}

// ReadInto fills the bytes, without another copy of them where the source is a file.
func ReadInto(source Source, into []byte, position uint64) error {
	if file, ok := source.(*FileSource); ok {
		return file.ReadInto(into, position)
	}
	bytes, err := source.Read(position, uint64(len(into)))
	copy(into, bytes)
	return err
}

func isZero(bytes []byte) bool {
	for _, one := range bytes {
		if one != 0 {
			return false
		}
	}
	return true
}

func align(offset uint64) uint64 {
	return (offset + SlotAlignment - 1) / SlotAlignment * SlotAlignment
}

func read64(bytes []byte, at int) uint64 { return binary.LittleEndian.Uint64(bytes[at:]) }

func read32(bytes []byte, at int) uint32 { return binary.LittleEndian.Uint32(bytes[at:]) }

// ToHex is lower case.
func ToHex(bytes []byte) string { return hex.EncodeToString(bytes) }
