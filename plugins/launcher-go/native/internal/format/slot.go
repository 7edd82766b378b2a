package format

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Descriptor is one row of the slot table: 64 bytes that say where a slot lies (SPEC.md, section 6). Everything else in
// the row repeats the signed metadata for readers that know no better; in packages built by flavor each byte but the
// offset is recomputed from the metadata and compared, so the table can say nothing of its own.
type Descriptor struct {
	Offset uint64
	// As stored.
	Size       uint64
	Operations []byte
	// The first 8 bytes of the SHA-256 of the stored bytes.
	Checksum [8]byte
	Mode     uint32
}

const slotPriority = 128

// DecodeDescriptor expects a whole row.
func DecodeDescriptor(row []byte) Descriptor {
	return Descriptor{
		Offset:     read64(row, 16),
		Size:       read64(row, 24),
		Operations: UnpackChain(read64(row, 40)),
		Checksum:   [8]byte(row[48:]),
		Mode:       uint32(binary.LittleEndian.Uint16(row[62:])),
	}
}

// EncodeDescriptor gives the row of a slot of an exact package.
func EncodeDescriptor(slot *SlotMetadata, offset uint64) []byte {
	row := make([]byte, DescriptorSize)
	name := sha256.Sum256([]byte(slot.Id))
	checksum, _ := hex.DecodeString(slot.Sha256)
	binary.LittleEndian.PutUint64(row, descriptorId(uint64(slot.Index)))
	copy(row[8:16], name[:])
	binary.LittleEndian.PutUint64(row[16:], offset)
	binary.LittleEndian.PutUint64(row[24:], slot.Exact.Size)
	binary.LittleEndian.PutUint64(row[32:], slot.Exact.OriginalSize)
	binary.LittleEndian.PutUint64(row[40:], PackChain(slot.Exact.Chain))
	copy(row[48:56], checksum)
	row[56] = slot.Exact.Class
	row[57] = LifecycleCode(slot.Lifecycle)
	row[58] = slotPriority
	binary.LittleEndian.PutUint16(row[62:], uint16(slot.Mode))
	return row
}

// Fails with EFLAVOR_SLOT_TABLE when the row says anything but what the metadata says (exact packages), or another
// checksum, or stores bytes that the metadata gives no checksum for (any).
func requireAgreement(row []byte, slot *SlotMetadata) error {
	found := DecodeDescriptor(row)
	agrees := found.Size == 0
	if slot.Exact != nil {
		agrees = bytes.Equal(row, EncodeDescriptor(slot, found.Offset))
	} else if slot.Sha256 != "" {
		agrees = slot.Sha256[:16] == hex.EncodeToString(found.Checksum[:])
	}
	if agrees {
		return nil
	}
	return Fail(ErrSlotTable, "the slot table says otherwise than the signed metadata about slot ", Number(slot.Index), " (", slot.Id, ")")
}

// The row's id: the slot's index, but moved up by 2^32 + 1 where its first bytes would be `7B` or `1F 8B`, which
// an existing launcher takes for JSON and gzip.
func descriptorId(index uint64) uint64 {
	if index&0xff == 0x7b || index&0xffff == 0x8b1f {
		return index + 1<<32 + 1
	}
	return index
}
