package format

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"hash/crc32"
	"io"
)

// The gzip that wraps the metadata (RFC 1952). flavor writes stored blocks only, so that the bytes depend on no deflate
// implementation; any gzip that fills its region to the last byte is read, up to a limit.

const gzipHeader = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
const gzipBlock = 0xffff

// StoreGzip is the gzip that flavor writes.
func StoreGzip(content []byte) []byte {
	stored := append(make([]byte, 0, len(content)+len(content)/gzipBlock*5+32), gzipHeader...)
	for rest := content; ; {
		count := min(len(rest), gzipBlock)
		last := byte(0)
		if count == len(rest) {
			last = 1
		}
		stored = append(stored, last)
		stored = binary.LittleEndian.AppendUint16(stored, uint16(count))
		stored = binary.LittleEndian.AppendUint16(stored, ^uint16(count))
		stored = append(stored, rest[:count]...)
		if rest = rest[count:]; last == 1 {
			break
		}
	}
	stored = binary.LittleEndian.AppendUint32(stored, sumOf(content))
	return binary.LittleEndian.AppendUint32(stored, uint32(len(content)))
}

// To make the tables by which the library sums faster takes longer than to sum this much without them.
const shortContent = 8 * 1024

func sumOf(content []byte) uint32 {
	if len(content) > shortContent {
		return crc32.ChecksumIEEE(content)
	}
	plain := *crc32.IEEETable
	return crc32.Update(0, &plain, content)
}

// The content of one block of flavor's gzip that is all there is: a library would make 40 KiB of tables first. Nil for any other.
func unstore(stored []byte) []byte {
	const before, after = len(gzipHeader) + 5, 8
	if count := len(stored) - before - after; count >= 0 && count <= gzipBlock {
		if content := stored[before:][:count]; bytes.Equal(stored, StoreGzip(content)) {
			return content
		}
	}
	return nil
}

// GunzipMetadata fails with EFLAVOR_METADATA for what is not gzip, and EFLAVOR_METADATA_LIMIT beyond 1 MiB.
func GunzipMetadata(stored []byte) ([]byte, error) {
	if content := unstore(stored); content != nil {
		return content, nil
	}
	bad := func(err error) error {
		return &Error{Code: ErrMetadata, Message: "the metadata is not gzip", Cause: err}
	}
	input := bytes.NewReader(stored)
	var out bytes.Buffer
	var reader gzip.Reader
	// Member by member, because the library passes over the reserved flags that RFC 1952 makes an error.
	for first := true; first || input.Len() > 0; first = false {
		if at := len(stored) - input.Len(); len(stored) > at+3 && stored[at+3]&0xe0 != 0 {
			return nil, bad(nil)
		}
		if err := reader.Reset(input); err != nil {
			return nil, bad(err)
		}
		reader.Multistream(false)
		_, err := io.Copy(&out, io.LimitReader(&reader, int64(LimitMetadataJson+1-out.Len())))
		if err != nil {
			return nil, bad(err)
		}
		if out.Len() > LimitMetadataJson {
			return nil, Fail(ErrMetadataLimit, "the metadata is larger than 1 MiB once decompressed")
		}
	}
	return out.Bytes(), nil
}
