package format

import (
	"encoding/binary"
	"hash/adler32"
)

// IndexBlock is the 8192 bytes at the end of a package, between the two marks, that say where everything lies
// (SPEC.md, section 2). Its own integrity is an Adler-32 sum; what protects it against people is that every region it
// names is checked against the signed metadata.
type IndexBlock struct {
	FormatVersion uint32
	// As stored; see adlerOf for what it should be.
	Checksum uint32
	// Sizes and offsets in bytes from the start of the file.
	PackageSize, LauncherSize, MetadataOffset, MetadataSize, TableOffset, TableSize uint64
	SlotCount                                                                       uint32
	PublicKey, MetadataChecksum                                                     [32]byte
	// The first 64 of the 512 bytes reserved for it.
	Signature [64]byte
}

const (
	atChecksum         = 4
	atPackageSize      = 8
	atLauncherSize     = 16
	atMetadataOffset   = 24
	atMetadataSize     = 32
	atTableOffset      = 40
	atTableSize        = 48
	atSlotCount        = 56
	atPublicKey        = 64
	atMetadataChecksum = 96
	atSignature        = 128
	atPageSize         = 644
	atCapabilities     = 832
	atCompatibility    = 856
	atProtocol         = 860
	atTailMark         = 8188

	pageSize        = 4096
	mappedAndSigned = 0x81
)

// DecodeIndex expects a whole block.
func DecodeIndex(block []byte) *IndexBlock {
	return &IndexBlock{
		FormatVersion:    read32(block, 0),
		Checksum:         read32(block, atChecksum),
		PackageSize:      read64(block, atPackageSize),
		LauncherSize:     read64(block, atLauncherSize),
		MetadataOffset:   read64(block, atMetadataOffset),
		MetadataSize:     read64(block, atMetadataSize),
		TableOffset:      read64(block, atTableOffset),
		TableSize:        read64(block, atTableSize),
		SlotCount:        read32(block, atSlotCount),
		PublicKey:        [32]byte(block[atPublicKey:]),
		MetadataChecksum: [32]byte(block[atMetadataChecksum:]),
		Signature:        [64]byte(block[atSignature:]),
	}
}

// Encode gives the block as flavor writes it: what the index states, and fixed bytes everywhere else.
func (i *IndexBlock) Encode() []byte {
	block := make([]byte, IndexSize)
	put64 := func(at int, value uint64) { binary.LittleEndian.PutUint64(block[at:], value) }
	put32 := func(at int, value uint32) { binary.LittleEndian.PutUint32(block[at:], value) }
	put32(0, FormatVersion)
	put64(atPackageSize, i.PackageSize)
	put64(atLauncherSize, i.LauncherSize)
	put64(atMetadataOffset, i.MetadataOffset)
	put64(atMetadataSize, i.MetadataSize)
	put64(atTableOffset, i.TableOffset)
	put64(atTableSize, uint64(i.SlotCount)*DescriptorSize)
	put32(atSlotCount, i.SlotCount)
	copy(block[atPublicKey:], i.PublicKey[:])
	copy(block[atMetadataChecksum:], i.MetadataChecksum[:])
	copy(block[atSignature:], i.Signature[:])
	put32(atPageSize, pageSize)
	put64(atCapabilities, mappedAndSigned)
	put32(atCompatibility, FormatVersion)
	put32(atProtocol, 1)
	copy(block[atTailMark:], StartMark)
	put32(atChecksum, adlerOf(block))
	return block
}

// The sum of the block with its own field taken as zero.
func adlerOf(block []byte) uint32 {
	sum := adler32.New()
	sum.Write(block[:atChecksum])
	sum.Write([]byte{0, 0, 0, 0})
	sum.Write(block[atChecksum+4:])
	return sum.Sum32()
}

// UnframeIndex gives the block inside the last 8200 bytes of a file. EFLAVOR_NOT_A_PACKAGE when the marks are not there.
func UnframeIndex(trailer []byte) ([]byte, error) {
	if len(trailer) != TrailerSize || string(trailer[:4]) != StartMark || string(trailer[TrailerSize-4:]) != EndMark {
		return nil, Fail(ErrNotAPackage, "no package trailer at the end of the file: it is not a package, or it was cut short")
	}
	return trailer[4 : 4+IndexSize], nil
}
